/**
 * The packed snapshot payload → a Snapshot.
 *
 * One length check against the counts in the header makes every later read safe;
 * after it, only the values themselves are left to judge.
 */

import { integer, WireError } from "./checks";
import type { AreaRow, Circle, EventRow, PlayerRow, ProjectileRow, Snapshot } from "./messages";
import * as P from "./protocol";

/** Payload layout, header (offsets in bytes): see docs/protocol.md. */
const At = {
  tick: 0,
  ackSeq: 4,
  selfSlot: 8,
  alive: 10,
  matchState: 12,
  zonePhase: 13,
  zoneState: 14,
  selfAlive: 15,
  zoneChangeTick: 16,
  zone: 20,
  next: 32,
  selfHealth: 44,
  selfKills: 46,
  shotWait: 48,
  blastWait: 50,
  dashWait: 52,
  players: 54,
  projectiles: 56,
  areas: 58,
  events: 60,
  // 62: reserved, read by no one so that a later server may use it.
} as const;

interface Counts {
  readonly players: number;
  readonly projectiles: number;
  readonly areas: number;
  readonly events: number;
}

export function decodeSnapshot(payload: Uint8Array): Snapshot {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const counts = readCounts(view);
  const projectilesAt = P.HEADER_BYTES + counts.players * P.PLAYER_BYTES;
  const areasAt = projectilesAt + counts.projectiles * P.PROJECTILE_BYTES;
  const eventsAt = areasAt + counts.areas * P.AREA_BYTES;
  return {
    kind: "snapshot",
    tick: u32(view, At.tick),
    ackSeq: u32(view, At.ackSeq),
    selfSlot: u16(view, At.selfSlot),
    alive: u16(view, At.alive),
    matchState: integer(view.getUint8(At.matchState), "snapshot.match_state", 0, 1),
    zonePhase: view.getUint8(At.zonePhase),
    zoneState: integer(view.getUint8(At.zoneState), "snapshot.zone_state", 0, 2),
    selfAlive: integer(view.getUint8(At.selfAlive), "snapshot.self_alive", 0, 1) === 1,
    zoneChangeTick: u32(view, At.zoneChangeTick),
    zone: circle(view, At.zone, "snapshot.zone_radius"),
    next: circle(view, At.next, "snapshot.next_radius"),
    selfHealthHp: u16(view, At.selfHealth) / P.HEALTH_SCALE,
    selfKills: u16(view, At.selfKills),
    shotWaitTicks: u16(view, At.shotWait),
    blastWaitTicks: u16(view, At.blastWait),
    dashWaitTicks: u16(view, At.dashWait),
    players: rows(view, P.HEADER_BYTES, counts.players, P.PLAYER_BYTES, playerRow),
    projectiles: rows(view, projectilesAt, counts.projectiles, P.PROJECTILE_BYTES, projectileRow),
    areas: rows(view, areasAt, counts.areas, P.AREA_BYTES, areaRow),
    events: rows(view, eventsAt, counts.events, P.EVENT_BYTES, eventRow),
  };
}

function readCounts(view: DataView): Counts {
  if (view.byteLength < P.HEADER_BYTES) {
    throw new WireError(`snapshot: ${view.byteLength} bytes, the header alone has 64`);
  }
  const counts = {
    players: u16(view, At.players),
    projectiles: u16(view, At.projectiles),
    areas: u16(view, At.areas),
    events: u16(view, At.events),
  };
  const wanted =
    P.HEADER_BYTES +
    counts.players * P.PLAYER_BYTES +
    counts.projectiles * P.PROJECTILE_BYTES +
    counts.areas * P.AREA_BYTES +
    counts.events * P.EVENT_BYTES;
  if (view.byteLength !== wanted) {
    throw new WireError(`snapshot: ${view.byteLength} bytes, its counts ask for ${wanted}`);
  }
  return counts;
}

function rows<Row>(
  view: DataView,
  start: number,
  count: number,
  stride: number,
  read: (view: DataView, at: number) => Row,
): Row[] {
  const out: Row[] = [];
  for (let index = 0; index < count; index += 1) out.push(read(view, start + index * stride));
  return out;
}

function playerRow(view: DataView, at: number): PlayerRow {
  const flags = view.getUint8(at + 9);
  return {
    slot: u16(view, at),
    x: u16(view, at + 2) / P.POSITION_SCALE,
    y: u16(view, at + 4) / P.POSITION_SCALE,
    aim: direction(view, at + 6, "player.aim"),
    health: view.getUint8(at + 8) / P.HEALTH_FULL,
    dashing: (flags & P.PlayerFlag.DASHING) !== 0,
    bot: (flags & P.PlayerFlag.BOT) !== 0,
  };
}

function projectileRow(view: DataView, at: number): ProjectileRow {
  return {
    key: u16(view, at) * 256 + view.getUint8(at + 2),
    x: u16(view, at + 3) / P.POSITION_SCALE,
    y: u16(view, at + 5) / P.POSITION_SCALE,
    direction: direction(view, at + 7, "projectile.direction"),
    owner: u16(view, at + 9),
  };
}

function areaRow(view: DataView, at: number): AreaRow {
  return {
    key: u16(view, at) * 256 + view.getUint8(at + 2),
    x: u16(view, at + 3) / P.POSITION_SCALE,
    y: u16(view, at + 5) / P.POSITION_SCALE,
    radius: u16(view, at + 7) / P.POSITION_SCALE,
    fuseTicks: u16(view, at + 9),
    owner: u16(view, at + 11),
  };
}

function eventRow(view: DataView, at: number): EventRow {
  return {
    kind: integer(view.getUint8(at), "event.kind", P.EventKind.SHOT, P.EventKind.WALL_HIT),
    a: u16(view, at + 1),
    b: u16(view, at + 3),
    x: u16(view, at + 5) / P.POSITION_SCALE,
    y: u16(view, at + 7) / P.POSITION_SCALE,
    detail: view.getUint8(at + 9),
  };
}

function circle(view: DataView, at: number, radiusField: string): Circle {
  const radius = view.getInt32(at + 8, true);
  return {
    x: view.getInt32(at, true) / P.ZONE_SCALE,
    y: view.getInt32(at + 4, true) / P.ZONE_SCALE,
    radius: integer(radius, radiusField, 0, 0x7fff_ffff) / P.ZONE_SCALE,
  };
}

function direction(view: DataView, at: number, field: string): number {
  return integer(u16(view, at), field, 0, P.DIRECTIONS - 1);
}

function u16(view: DataView, at: number): number {
  return view.getUint16(at, true);
}

function u32(view: DataView, at: number): number {
  return view.getUint32(at, true);
}
