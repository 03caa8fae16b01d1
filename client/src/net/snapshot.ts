/**
 * The packed snapshot payload → a Snapshot.
 *
 * One length check against the counts in the header makes every later read safe;
 * after it, only the values themselves are left to judge.
 */

import { integer, WireError } from "./checks";
import type { Circle } from "./messages";
import * as P from "./protocol";
import { direction, i32, key, share, u8, u16, u32, units } from "./reading";
import type * as R from "./rows";

/** Payload layout, header (offsets in bytes): see docs/protocol.md. */
const At = {
  tick: 0,
  ackSeq: 4,
  selfSlot: 8,
  eyesSlot: 10,
  alive: 12,
  teamsAlive: 14,
  stage: 16,
  zonePhase: 17,
  zoneState: 18,
  selfFlags: 19,
  stageTick: 20,
  zoneChangeTick: 24,
  zone: 28,
  next: 40,
  health: 52,
  healthMax: 54,
  mana: 56,
  manaMax: 58,
  shield: 60,
  kills: 62,
  assists: 64,
  level: 65,
  progress: 66,
  combo: 67,
  conditions: 68,
  revive: 69,
  slots: 70,
  players: 102,
  projectiles: 104,
  areas: 106,
  obstacles: 108,
  pickups: 110,
  mates: 112,
  events: 114,
  statuses: 116,
  // 117: reserved, read by no one so that a later server may use it.
} as const;

/** Rows of one kind, read one after another; the caller has checked the length. */
class Cursor {
  readonly #view: DataView;
  #at = P.HEADER_BYTES;

  constructor(view: DataView) {
    this.#view = view;
  }

  rows<Row>(count: number, stride: number, read: (view: DataView, at: number) => Row): Row[] {
    const start = this.#at;
    this.#at += count * stride;
    return Array.from({ length: count }, (_, index) => read(this.#view, start + index * stride));
  }
}

export function decodeSnapshot(payload: Uint8Array): R.Snapshot {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const counts = readCounts(view);
  const cursor = new Cursor(view);
  const eyes = u16(view, At.eyesSlot);
  return {
    kind: "snapshot",
    tick: u32(view, At.tick),
    ackSeq: u32(view, At.ackSeq),
    selfSlot: u16(view, At.selfSlot),
    eyesSlot: eyes === P.NOBODY ? null : eyes,
    alive: u16(view, At.alive),
    teamsAlive: u16(view, At.teamsAlive),
    stage: integer(u8(view, At.stage), "snapshot.stage", 0, P.StageKind.OVER),
    stageTick: u32(view, At.stageTick),
    zonePhase: u8(view, At.zonePhase),
    zoneState: integer(u8(view, At.zoneState), "snapshot.zone_state", 0, P.ZoneState.CLOSED),
    zoneChangeTick: u32(view, At.zoneChangeTick),
    zone: circle(view, At.zone, "snapshot.zone_radius"),
    next: circle(view, At.next, "snapshot.next_radius"),
    self: selfRow(view),
    // The order of the sections is the order of these lines.
    statuses: cursor.rows(counts.statuses, P.STATUS_BYTES, statusRow),
    players: cursor.rows(counts.players, P.PLAYER_BYTES, playerRow),
    projectiles: cursor.rows(counts.projectiles, P.PROJECTILE_BYTES, projectileRow),
    areas: cursor.rows(counts.areas, P.AREA_BYTES, areaRow),
    obstacles: cursor.rows(counts.obstacles, P.OBSTACLE_BYTES, obstacleRow),
    pickups: cursor.rows(counts.pickups, P.PICKUP_BYTES, pickupRow),
    mates: cursor.rows(counts.mates, P.MATE_BYTES, mateRow),
    events: cursor.rows(counts.events, P.EVENT_BYTES, eventRow),
  };
}

function readCounts(view: DataView) {
  if (view.byteLength < P.HEADER_BYTES) {
    const header = P.HEADER_BYTES;
    throw new WireError(`snapshot: ${view.byteLength} bytes, the header alone has ${header}`);
  }
  const counts = {
    statuses: u8(view, At.statuses),
    players: u16(view, At.players),
    projectiles: u16(view, At.projectiles),
    areas: u16(view, At.areas),
    obstacles: u16(view, At.obstacles),
    pickups: u16(view, At.pickups),
    mates: u16(view, At.mates),
    events: u16(view, At.events),
  };
  const wanted =
    P.HEADER_BYTES +
    counts.statuses * P.STATUS_BYTES +
    counts.players * P.PLAYER_BYTES +
    counts.projectiles * P.PROJECTILE_BYTES +
    counts.areas * P.AREA_BYTES +
    counts.obstacles * P.OBSTACLE_BYTES +
    counts.pickups * P.PICKUP_BYTES +
    counts.mates * P.MATE_BYTES +
    counts.events * P.EVENT_BYTES;
  if (view.byteLength !== wanted) {
    throw new WireError(`snapshot: ${view.byteLength} bytes, its counts ask for ${wanted}`);
  }
  return counts;
}

function selfRow(view: DataView): R.SelfRow {
  const flags = u8(view, At.selfFlags);
  const has = (bit: number) => (flags & bit) !== 0;
  const slots = Array.from({ length: P.SKILL_SLOTS }, (_, index) =>
    slotRow(view, At.slots + index * P.SLOT_BYTES),
  );
  return {
    alive: has(P.SelfFlag.ALIVE),
    down: has(P.SelfFlag.DOWN),
    channelling: has(P.SelfFlag.CHANNELLING),
    inBush: has(P.SelfFlag.IN_BUSH),
    seen: has(P.SelfFlag.SEEN),
    revived: has(P.SelfFlag.REVIVED),
    healthHp: u16(view, At.health) / P.HEALTH_SCALE,
    healthMaxHp: u16(view, At.healthMax) / P.HEALTH_SCALE,
    manaMp: u16(view, At.mana) / P.HEALTH_SCALE,
    manaMaxMp: u16(view, At.manaMax) / P.HEALTH_SCALE,
    shieldHp: u16(view, At.shield) / P.HEALTH_SCALE,
    kills: u16(view, At.kills),
    assists: u8(view, At.assists),
    level: u8(view, At.level),
    progress: share(view, At.progress),
    combo: u8(view, At.combo),
    conditions: u8(view, At.conditions),
    revive: share(view, At.revive),
    slots,
  };
}

function slotRow(view: DataView, at: number): R.SlotRow {
  return {
    skill: u8(view, at),
    level: u8(view, at + 1),
    charges: u8(view, at + 2),
    held: share(view, at + 3),
    waitTicks: u16(view, at + 4),
    rechargeTicks: u16(view, at + 6),
  };
}

function statusRow(view: DataView, at: number): R.StatusRow {
  return { status: u8(view, at), stacks: u8(view, at + 1), leftTicks: u16(view, at + 3) };
}

function playerRow(view: DataView, at: number): R.PlayerRow {
  return {
    slot: u16(view, at),
    x: units(view, at + 2),
    y: units(view, at + 4),
    aim: direction(view, at + 6, "player.aim"),
    health: share(view, at + 8),
    shield: share(view, at + 9),
    flags: u8(view, at + 10),
    conditions: u8(view, at + 11),
    level: u8(view, at + 12),
    hold: share(view, at + 13),
    beam_u: units(view, at + 14),
  };
}

function projectileRow(view: DataView, at: number): R.ProjectileRow {
  return {
    key: key(view, at),
    x: units(view, at + 3),
    y: units(view, at + 5),
    direction: direction(view, at + 7, "projectile.direction"),
    owner: u16(view, at + 9),
    skill: u8(view, at + 11),
    radius: u8(view, at + 12) / P.POSITION_SCALE,
  };
}

function areaRow(view: DataView, at: number): R.AreaRow {
  return {
    key: key(view, at),
    x: units(view, at + 3),
    y: units(view, at + 5),
    radius: units(view, at + 7),
    fuseTicks: u16(view, at + 9),
    leftTicks: u16(view, at + 11),
    owner: u16(view, at + 13),
    skill: u8(view, at + 15),
  };
}

function obstacleRow(view: DataView, at: number): R.ObstacleRow {
  const { CRATE, BARRIER } = P.ObstacleKind;
  return {
    key: key(view, at),
    kind: integer(u8(view, at + 3), "obstacle.kind", CRATE, BARRIER),
    x: units(view, at + 4),
    y: units(view, at + 6),
    hx: units(view, at + 8),
    hy: units(view, at + 10),
    radius: units(view, at + 12),
    heading: direction(view, at + 14, "obstacle.heading"),
    health: share(view, at + 16),
    blocks: integer(u8(view, at + 17), "obstacle.blocks", 0, P.Blocks.ALL),
  };
}

function pickupRow(view: DataView, at: number): R.PickupRow {
  return {
    key: key(view, at),
    x: units(view, at + 3),
    y: units(view, at + 5),
    item: u8(view, at + 7),
  };
}

function mateRow(view: DataView, at: number): R.MateRow {
  return {
    slot: u16(view, at),
    x: units(view, at + 2),
    y: units(view, at + 4),
    health: share(view, at + 6),
    down: (u8(view, at + 7) & P.MateFlag.DOWN) !== 0,
  };
}

function eventRow(view: DataView, at: number): R.EventRow {
  const { CAST, LEVEL } = P.EventKind;
  return {
    kind: integer(u8(view, at), "event.kind", CAST, LEVEL),
    a: u16(view, at + 1),
    b: u16(view, at + 3),
    x: units(view, at + 5),
    y: units(view, at + 7),
    cause: u8(view, at + 9),
    amount: u16(view, at + 10) / P.AMOUNT_SCALE,
  };
}

function circle(view: DataView, at: number, radiusField: string): Circle {
  return {
    x: i32(view, at) / P.ZONE_SCALE,
    y: i32(view, at + 4) / P.ZONE_SCALE,
    radius: integer(i32(view, at + 8), radiusField, 0, 0x7fff_ffff) / P.ZONE_SCALE,
  };
}
