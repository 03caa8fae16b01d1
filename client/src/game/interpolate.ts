/**
 * Snapshots → what the world looks like at a tick between two of them.
 *
 * Self is interpolated like everybody else here; relay.ts puts the predicted body in its place.
 */

import type { Circle } from "../net/messages";
import { EventKind, PlayerFlag } from "../net/protocol";
import type {
  AreaRow,
  EventRow,
  MateRow,
  ObstacleRow,
  PickupRow,
  PlayerRow,
  ProjectileRow,
  Snapshot,
} from "../net/rows";
import { angleOf, lerpAngle } from "./direction";

/** A player row with its aim as an angle in radians. */
export type PlayerPose = Omit<PlayerRow, "aim"> & { readonly angle: number };

/** A projectile row with its direction as an angle in radians. */
export type ProjectilePose = Omit<ProjectileRow, "vx" | "vy"> & { readonly angle: number };

/** An area row whose ticks may be fractions. */
export type AreaPose = AreaRow;

export interface WorldView {
  readonly tick: number;
  readonly players: readonly PlayerPose[];
  readonly projectiles: readonly ProjectilePose[];
  readonly areas: readonly AreaPose[];
  readonly obstacles: readonly ObstacleRow[];
  readonly pickups: readonly PickupRow[];
  readonly mates: readonly MateRow[];
  readonly zone: Circle;
  readonly next: Circle;
  /** Own body, null while dead. */
  readonly self: PlayerPose | null;
  /** The body the world is seen from, null at the place where one fell. */
  readonly eyes: PlayerPose | null;
}

/** A body that moved faster than this did not move but was put there. */
const TELEPORT_UPS = 80;
/** How far past the newest snapshot a projectile may be carried on. */
const EXTRAPOLATE_MAX_TICKS = 3;
const KEPT_MAX = 32;

/** The newest snapshots, oldest first, ticks strictly rising. */
export class SnapshotBuffer {
  readonly #items: Snapshot[] = [];

  get newest(): Snapshot | null {
    return this.#items.at(-1) ?? null;
  }

  push(snapshot: Snapshot): boolean {
    const newest = this.newest;
    if (newest !== null && snapshot.tick <= newest.tick) return false;
    this.#items.push(snapshot);
    if (this.#items.length > KEPT_MAX) this.#items.shift();
    return true;
  }

  clear(): void {
    this.#items.length = 0;
  }

  /** The two snapshots around `tick`; twice the same one at either end. */
  around(tick: number): readonly [before: Snapshot, after: Snapshot] | null {
    const newest = this.newest;
    if (newest === null) return null;
    let after = newest;
    for (let index = this.#items.length - 1; index >= 0; index -= 1) {
      const item = this.#items[index] as Snapshot;
      if (item.tick <= tick) return [item, after.tick > tick ? after : item];
      after = item;
    }
    return [after, after];
  }
}

/** `selfSlot` is one's own, whatever one sees. */
export function sampleView(
  buffer: SnapshotBuffer,
  tick: number,
  tickRateHz: number,
  selfSlot: number,
): WorldView | null {
  const pair = buffer.around(tick);
  if (pair === null) return null;
  const [before, after] = pair;
  const span = after.tick - before.tick;
  const share = span > 0 ? (tick - before.tick) / span : 0;
  const players = blendPlayers(before, after, share, tickRateHz);
  const find = (slot: number | null) => players.find((pose) => pose.slot === slot) ?? null;
  return {
    tick,
    players,
    projectiles: blendProjectiles(before, after, tick),
    areas: blendAreas(before, after, tick),
    obstacles: after.obstacles,
    pickups: after.pickups,
    mates: blendMates(before, after, share),
    zone: blendCircle(before.zone, after.zone, share),
    next: after.next,
    self: after.self.alive ? find(selfSlot) : null,
    eyes: find(after.eyesSlot),
  };
}

function blendPlayers(
  before: Snapshot,
  after: Snapshot,
  share: number,
  tickRateHz: number,
): PlayerPose[] {
  const earlier = new Map(before.players.map((player) => [player.slot, player]));
  const jump = (TELEPORT_UPS / tickRateHz) * Math.max(1, after.tick - before.tick);
  return after.players.map((player) => {
    const from = earlier.get(player.slot);
    const near = from !== undefined && Math.hypot(player.x - from.x, player.y - from.y) <= jump;
    return near ? blendPlayer(from, player, share) : poseOf(player);
  });
}

function poseOf({ aim, ...row }: PlayerRow): PlayerPose {
  return { ...row, angle: angleOf(aim) };
}

function blendPlayer(from: PlayerRow, to: PlayerRow, share: number): PlayerPose {
  const beams = from.beam_u > 0 && to.beam_u > 0;
  return {
    ...poseOf(to),
    x: mix(from.x, to.x, share),
    y: mix(from.y, to.y, share),
    angle: lerpAngle(angleOf(from.aim), angleOf(to.aim), share),
    // A charge that is let go of drops at once; one that grows does so smoothly.
    hold: to.hold > from.hold ? mix(from.hold, to.hold, share) : to.hold,
    beam_u: beams ? mix(from.beam_u, to.beam_u, share) : to.beam_u,
    flags: to.flags | (from.flags & PlayerFlag.DASHING),
  };
}

function blendMates(before: Snapshot, after: Snapshot, share: number): MateRow[] {
  const earlier = new Map(before.mates.map((mate) => [mate.slot, mate]));
  return after.mates.map((mate) => {
    const from = earlier.get(mate.slot) ?? mate;
    return { ...mate, x: mix(from.x, mate.x, share), y: mix(from.y, mate.y, share) };
  });
}

/**
 * Projectiles fly by themselves and hardly turn within a tick, so a pose comes from
 * the nearest snapshot that holds it: from the earlier one forwards, or, for one fired
 * between the two, from the later one backwards.
 */
function blendProjectiles(before: Snapshot, after: Snapshot, tick: number): ProjectilePose[] {
  const ahead = Math.min(EXTRAPOLATE_MAX_TICKS, Math.max(0, tick - before.tick));
  const later = new Map(after.projectiles.map((shot) => [shot.key, shot]));
  const poses: ProjectilePose[] = [];
  for (const shot of before.projectiles) {
    const to = later.get(shot.key);
    later.delete(shot.key);
    if (before === after) poses.push(along(shot, ahead));
    else if (to !== undefined) poses.push(between(shot, to, before, after, tick));
    else poses.push(...landing(shot, ahead, after.events));
  }
  if (before === after) return poses;
  for (const shot of later.values()) {
    const behind = after.tick - tick;
    // Fired inside the gap: at most one tick old when the gap is one tick.
    if (behind <= 1) poses.push(along(shot, -behind));
  }
  return poses;
}

/** Where a projectile is so many ticks later, or earlier. */
export function along({ vx, vy, ...row }: ProjectileRow, ticks: number): ProjectilePose {
  return { ...row, x: row.x + vx * ticks, y: row.y + vy * ticks, angle: Math.atan2(vy, vx) };
}

function between(
  from: ProjectileRow,
  to: ProjectileRow,
  before: Snapshot,
  after: Snapshot,
  tick: number,
): ProjectilePose {
  const share = (tick - before.tick) / (after.tick - before.tick);
  return {
    ...along(to, 0),
    x: mix(from.x, to.x, share),
    y: mix(from.y, to.y, share),
    angle: lerpAngle(along(from, 0).angle, along(to, 0).angle, share),
  };
}

/** A projectile that is gone in the later snapshot flies on to where it struck, not through it. */
function landing(
  shot: ProjectileRow,
  ticks: number,
  events: readonly EventRow[],
): ProjectilePose[] {
  const pose = along(shot, ticks);
  const [ux, uy] = [Math.cos(pose.angle), Math.sin(pose.angle)];
  const flown_u = Math.hypot(shot.vx, shot.vy) * ticks;
  for (const event of events) {
    if (event.kind !== EventKind.HIT && event.kind !== EventKind.WALL_HIT) continue;
    if (event.a !== shot.owner || event.cause !== shot.skill) continue;
    const [dx, dy] = [event.x - shot.x, event.y - shot.y];
    const forward = dx * ux + dy * uy;
    const aside = Math.abs(dx * uy - dy * ux);
    if (aside < 1 && forward > -1 && flown_u > forward) return [];
  }
  return [pose];
}

function blendAreas(before: Snapshot, after: Snapshot, tick: number): AreaPose[] {
  const earlier = new Map(before.areas.map((area) => [area.key, area]));
  const seen = new Set(after.areas.map((area) => area.key));
  const burning = (area: AreaRow, at: Snapshot): AreaPose => ({
    ...area,
    fuseTicks: area.fuseTicks + at.tick - tick,
    leftTicks: area.leftTicks + at.tick - tick,
  });
  const gone = before.areas.filter((area) => !seen.has(area.key));
  return [
    ...gone.map((area) => burning(area, before)).filter((area) => area.fuseTicks > 0),
    ...after.areas.map((area) => {
      const from = earlier.get(area.key);
      const old = from === undefined ? null : burning(from, before);
      // Of an area that goes off again and again, the fuse that is burning now.
      return old !== null && old.fuseTicks > 0 ? old : burning(area, after);
    }),
  ];
}

function blendCircle(from: Circle, to: Circle, share: number): Circle {
  return {
    x: mix(from.x, to.x, share),
    y: mix(from.y, to.y, share),
    radius: mix(from.radius, to.radius, share),
  };
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
