/** What the mirror knows after a snapshot → a frame: rows in units and shares, to be drawn from. */

import { bodyOf } from "../net/happenings";
import { type Body, type Hand, type Happening, NEVER_HELD, type Thing } from "../net/known";
import type { Circle, SkillRules } from "../net/messages";
import type { Mirror } from "../net/mirror";
import * as P from "../net/protocol";
import type * as R from "../net/rows";

/** What a frame needs to know besides. */
export interface Whose {
  readonly selfSlot: number;
  /** Aim of the own body, a direction index. */
  readonly aim: number;
  skill(index: number): SkillRules | null;
  teamOf(slot: number): number | null;
}

/** `place` is the own living body's, null where there is none. */
export function frameOf(mirror: Mirror, place: Place | null, whose: Whose): R.Snapshot {
  const { figures, tick } = mirror;
  const own = place !== null;
  const eyes = figures.eyes_slot === P.NOBODY ? null : figures.eyes_slot;
  const self = selfRow(mirror, own, whose);
  const players = [...mirror.bodies].map(([slot, body]) => playerRow(slot, body));
  if (own) players.push(ownRow(mirror, place, self, whose));
  const viewer = own ? whose.selfSlot : (eyes ?? whose.selfSlot);
  return {
    tick,
    own,
    eyesSlot: own ? whose.selfSlot : eyes,
    alive: figures.alive,
    teamsAlive: figures.teams_alive,
    stage: figures.stage,
    stageTick: figures.stage_tick,
    zonePhase: figures.zone_phase,
    zoneState: figures.zone_state,
    zoneChangeTick: figures.zone_until_tick,
    zone: zoneAt(mirror, tick),
    next: circle(figures.next_x, figures.next_y, figures.next_radius),
    self,
    statuses: own ? statusRows(mirror) : [],
    players,
    ...thingRows(mirror),
    mates: mateRows(players, viewer, whose),
    events: mirror.events.map((event) => eventRow(event, players)),
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** While it shrinks, what was told is where it began to. */
function zoneAt({ figures }: Mirror, tick: number): Circle {
  const { zone_x, zone_y, zone_radius, next_x, next_y, next_radius } = figures;
  const span = figures.zone_until_tick - figures.zone_since_tick;
  const shrinking = figures.zone_state === P.ZoneState.SHRINKING && span > 0;
  const gone = (tick - 1 - figures.zone_since_tick) / span;
  const share = shrinking ? Math.max(0, Math.min(1, gone)) : 0;
  const mix = (from: number, to: number) => from + (to - from) * share;
  return circle(mix(zone_x, next_x), mix(zone_y, next_y), mix(zone_radius, next_radius));
}

function circle(x: number, y: number, radius: number): Circle {
  return { x: x / P.ZONE_SCALE, y: y / P.ZONE_SCALE, radius: radius / P.ZONE_SCALE };
}

function selfRow({ figures, hands, tick }: Mirror, own: boolean, whose: Whose): R.SelfRow {
  const has = (bit: number) => own && (figures.self_flags & bit) !== 0;
  return {
    alive: has(P.SelfFlag.ALIVE),
    down: has(P.SelfFlag.DOWN),
    channelling: has(P.SelfFlag.CHANNELLING),
    inBush: has(P.SelfFlag.IN_BUSH),
    seen: has(P.SelfFlag.SEEN),
    revived: has(P.SelfFlag.REVIVED),
    healthHp: figures.health / P.HEALTH_SCALE,
    healthMaxHp: figures.health_max / P.HEALTH_SCALE,
    manaMp: figures.mana / P.HEALTH_SCALE,
    manaMaxMp: figures.mana_max / P.HEALTH_SCALE,
    shieldHp: figures.shield / P.HEALTH_SCALE,
    kills: figures.kills,
    assists: figures.assists,
    level: figures.level,
    progress: figures.progress / P.SHARE_FULL,
    combo: figures.combo,
    conditions: figures.conditions,
    revive: figures.revive / P.SHARE_FULL,
    slots: hands.map((hand) => slotRow(hand, tick, whose.skill(hand.skill))),
  };
}

/** A skill as it is when `tick` ticks have been applied. */
export function slotRow(hand: Hand, tick: number, skill: SkillRules | null): R.SlotRow {
  const { charges, held_tick, ready_tick, recharge_tick } = hand;
  const holding = held_tick !== NEVER_HELD && skill !== null && skill.hold_ticks > 0;
  const castable = charges > 0 ? ready_tick : Math.max(ready_tick, recharge_tick);
  const missing = charges < (skill?.charges_max ?? 1);
  return {
    skill: hand.skill,
    level: hand.level,
    charges,
    held: holding ? Math.min(1, Math.max(1, tick - held_tick) / skill.hold_ticks) : 0,
    waitTicks: Math.max(0, castable - tick),
    rechargeTicks: missing ? Math.max(0, recharge_tick - tick) : 0,
  };
}

function statusRows({ statuses, tick }: Mirror): R.StatusRow[] {
  const rows = [...statuses].map(([status, { stacks, until_tick }]) => ({
    ...{ status, stacks, leftTicks: until_tick - tick },
  }));
  return rows.filter(({ stacks, leftTicks }) => stacks > 0 && leftTicks > 0);
}

function playerRow(slot: number, body: Body): R.PlayerRow {
  return {
    slot,
    x: body.x / P.POSITION_SCALE,
    y: body.y / P.POSITION_SCALE,
    aim: body.aim * (P.DIRECTIONS / P.AIMS),
    health: body.health / P.SHARE_FULL,
    shield: body.shield / P.SHARE_FULL,
    flags: body.flags,
    conditions: body.conditions,
    level: body.level,
    hold: body.hold / P.HOLD_STEPS,
    beam_u: body.beam_length / P.POSITION_SCALE,
  };
}

/** The own body is not among the bodies: its row is made of the figures. */
function ownRow({ figures }: Mirror, place: Place, self: R.SelfRow, whose: Whose): R.PlayerRow {
  const share = (value: number) => Math.min(1, value / Math.max(1, figures.health_max));
  return {
    slot: whose.selfSlot,
    x: place.x,
    y: place.y,
    aim: whose.aim,
    health: share(figures.health),
    shield: share(figures.shield),
    flags: figures.body_flags,
    conditions: figures.conditions,
    level: figures.level,
    hold: Math.max(0, ...self.slots.map(({ held }) => held)),
    beam_u: figures.beam_length / P.POSITION_SCALE,
  };
}

function mateRows(players: readonly R.PlayerRow[], viewer: number, whose: Whose): R.MateRow[] {
  const team = whose.teamOf(viewer);
  const mates = players.filter(
    ({ slot }) => slot !== viewer && team !== null && whose.teamOf(slot) === team,
  );
  return mates.map(({ slot, x, y, health, flags }) => ({
    ...{ slot, x, y, health, down: (flags & P.PlayerFlag.DOWN) !== 0 },
  }));
}

function eventRow(event: Happening, players: readonly R.PlayerRow[]): R.EventRow {
  const { kind, a, b, cause, amount, x, y } = event;
  const slot = bodyOf(event);
  const body = x === null ? players.find((player) => player.slot === slot) : undefined;
  return {
    kind,
    a,
    b: b ?? P.NOBODY,
    x: body?.x ?? (x ?? 0) / P.POSITION_SCALE,
    y: body?.y ?? (y ?? 0) / P.POSITION_SCALE,
    at: x === null ? slot : null,
    cause: cause ?? 0,
    amount: (amount ?? 0) / P.AMOUNT_SCALE,
  };
}

type ThingRows = Pick<R.Snapshot, "projectiles" | "areas" | "obstacles" | "pickups">;

function thingRows({ things, tick }: Mirror): ThingRows {
  const rows = {
    projectiles: [] as R.ProjectileRow[],
    areas: [] as R.AreaRow[],
    obstacles: [] as R.ObstacleRow[],
    pickups: [] as R.PickupRow[],
  };
  for (const thing of things.values()) {
    if (thing.kind === "projectile") rows.projectiles.push(projectileRow(thing, tick));
    else if (thing.kind === "area") rows.areas.push(areaRow(thing, tick));
    else if (thing.kind === "obstacle") rows.obstacles.push(obstacleRow(thing));
    else rows.pickups.push(pickupRow(thing));
  }
  return rows;
}

type Of<Kind extends Thing["kind"]> = Extract<Thing, { kind: Kind }>;

/** It flies by itself from where it was told. */
function projectileRow(thing: Of<"projectile">, tick: number): R.ProjectileRow {
  const [vx, vy] = [thing.vx / P.WAY_SCALE, thing.vy / P.WAY_SCALE];
  const flown = tick - thing.tick;
  return {
    key: thing.key,
    x: thing.x / P.POSITION_SCALE + vx * flown,
    y: thing.y / P.POSITION_SCALE + vy * flown,
    ...{ vx, vy, owner: thing.owner, skill: thing.skill },
    radius: thing.radius / P.POSITION_SCALE,
  };
}

/** It goes off within the tick that is told: the tick after it is the first to show it. */
function areaRow(thing: Of<"area">, tick: number): R.AreaRow {
  return {
    key: thing.key,
    x: thing.x / P.POSITION_SCALE,
    y: thing.y / P.POSITION_SCALE,
    radius: thing.radius / P.POSITION_SCALE,
    fuseTicks: thing.fire_tick + 1 - tick,
    leftTicks: thing.until_tick + 1 - tick,
    owner: thing.owner,
    skill: thing.skill,
  };
}

function obstacleRow(thing: Of<"obstacle">): R.ObstacleRow {
  return {
    key: thing.key,
    kind: thing.what,
    x: thing.x_u,
    y: thing.y_u,
    hx: thing.hx_u,
    hy: thing.hy_u,
    radius: thing.radius_u,
    heading: thing.heading,
    health: thing.health / P.SHARE_FULL,
    blocks: thing.blocks,
  };
}

function pickupRow({ key, x, y, item }: Of<"pickup">): R.PickupRow {
  return { key, x: x / P.POSITION_SCALE, y: y / P.POSITION_SCALE, item };
}
