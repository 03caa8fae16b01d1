/** What is no body: rows that enter, and how each kind changes. */

import { fail } from "./checks";
import type { Cursor } from "./cursor";
import type { Area, Obstacle, Pickup, Projectile, Thing } from "./known";
import { Blocks, DIRECTIONS, ObstacleKind } from "./protocol";

const Kind = { PROJECTILE: 1, AREA: 2, OBSTACLE: 3, PICKUP: 4 } as const;

export function enterThing(from: Cursor, key: number, tick: number): Thing {
  const kind = from.u8();
  switch (kind) {
    case Kind.PROJECTILE:
      return projectile(from, key, tick);
    case Kind.AREA:
      return area(from, key);
    case Kind.OBSTACLE:
      return obstacle(from, key);
    case Kind.PICKUP:
      return pickup(from, key);
    default:
      return fail("thing.kind", "1…4", kind);
  }
}

function projectile(from: Cursor, key: number, tick: number): Projectile {
  return {
    kind: "projectile",
    key,
    x: from.u16(),
    y: from.u16(),
    vx: from.i16(),
    vy: from.i16(),
    owner: from.u16(),
    skill: from.u8(),
    radius: from.u8(),
    tick,
  };
}

function area(from: Cursor, key: number): Area {
  return {
    kind: "area",
    key,
    x: from.u16(),
    y: from.u16(),
    radius: from.u16(),
    owner: from.u16(),
    skill: from.u8(),
    fire_tick: from.u32(),
    until_tick: from.u32(),
  };
}

function obstacle(from: Cursor, key: number): Obstacle {
  const what = from.u8();
  if (what !== ObstacleKind.CRATE && what !== ObstacleKind.BARRIER)
    fail("obstacle.kind", "1 or 2", what);
  return {
    kind: "obstacle",
    key,
    what,
    x_u: from.f64("obstacle.x_u"),
    y_u: from.f64("obstacle.y_u"),
    hx_u: from.f64("obstacle.hx_u"),
    hy_u: from.f64("obstacle.hy_u"),
    radius_u: from.f64("obstacle.radius_u"),
    heading: from.upTo(DIRECTIONS - 1, from.u16(), "obstacle.heading"),
    blocks: from.upTo(Blocks.ALL, from.u8(), "obstacle.blocks"),
    health: from.u8(),
  };
}

function pickup(from: Cursor, key: number): Pickup {
  return { kind: "pickup", key, x: from.u16(), y: from.u16(), item: from.u8() };
}

/** Whether it is still there. */
export function changeThing(from: Cursor, thing: Thing, tick: number): boolean {
  const mask = from.u8();
  if (mask === 0) return false;
  if (thing.kind === "projectile" && mask === 1) {
    [thing.x, thing.y, thing.vx, thing.vy] = [from.u16(), from.u16(), from.i16(), from.i16()];
    thing.tick = tick;
  } else if (thing.kind === "obstacle" && mask === 2) thing.health = from.u8();
  else if (thing.kind === "area" && mask < 8) changeArea(from, thing, mask);
  else fail(`${thing.kind}.mask`, "groups it has", mask);
  return true;
}

function changeArea(from: Cursor, area: Area, mask: number): void {
  if (mask & 1) {
    [area.x, area.y, area.radius] = [from.u16(), from.u16(), from.u16()];
    [area.owner, area.skill] = [from.u16(), from.u8()];
  }
  if (mask & 2) area.fire_tick = from.u32();
  if (mask & 4) area.until_tick = from.u32();
}
