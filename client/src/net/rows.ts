/** What a match looks like after a tick, in units and shares: what is drawn from. */

import type { Circle } from "./messages";

/** One of the player's own four skills. */
export interface SlotRow {
  /** Index into Rules.skills. */
  readonly skill: number;
  readonly level: number;
  /** Casts saved up. */
  readonly charges: number;
  /** Share of a full charge while the button is held, 0 while it is not. */
  readonly held: number;
  /** Until the next cast is possible, 0 = now. */
  readonly waitTicks: number;
  /** Until the next charge is back, 0 = all there. */
  readonly rechargeTicks: number;
}

/** A status of the viewer's own. */
export interface StatusRow {
  readonly status: number;
  readonly stacks: number;
  readonly leftTicks: number;
}

export interface PlayerRow {
  readonly slot: number;
  readonly x: number;
  readonly y: number;
  /** Direction index 0…4095. */
  readonly aim: number;
  /** Shares of the maximum, 0…1. */
  readonly health: number;
  readonly shield: number;
  /** Bits of PlayerFlag. */
  readonly flags: number;
  /** Bits of Condition. */
  readonly conditions: number;
  readonly level: number;
  /** Share of a full charge being held. */
  readonly hold: number;
  /** Length of the beam, 0 = none. */
  readonly beam_u: number;
}

export interface ProjectileRow {
  /** Names one thing for as long as the line is up. */
  readonly key: number;
  readonly x: number;
  readonly y: number;
  /** Way in a tick. */
  readonly vx: number;
  readonly vy: number;
  readonly owner: number;
  readonly skill: number;
  readonly radius: number;
}

export interface AreaRow {
  readonly key: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Until it goes off next. */
  readonly fuseTicks: number;
  /** Until its end. */
  readonly leftTicks: number;
  readonly owner: number;
  readonly skill: number;
}

export interface ObstacleRow {
  readonly key: number;
  readonly kind: number;
  readonly x: number;
  readonly y: number;
  readonly hx: number;
  readonly hy: number;
  readonly radius: number;
  readonly heading: number;
  /** Share of the health it had, 0…1. */
  readonly health: number;
  readonly blocks: number;
}

export interface PickupRow {
  readonly key: number;
  readonly x: number;
  readonly y: number;
  /** Index into Rules.items. */
  readonly item: number;
}

/** A living team mate, wherever it is. */
export interface MateRow {
  readonly slot: number;
  readonly x: number;
  readonly y: number;
  readonly health: number;
  readonly down: boolean;
}

export interface EventRow {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
  /** At whose body it happens; null where it has a place of its own. */
  readonly at: number | null;
  readonly cause: number;
  /** hp, units or a level, as the kind has it. */
  readonly amount: number;
}

/** The viewer itself. */
export interface SelfRow {
  readonly alive: boolean;
  readonly down: boolean;
  readonly channelling: boolean;
  readonly inBush: boolean;
  /** In a bush, but given away. */
  readonly seen: boolean;
  readonly revived: boolean;
  readonly healthHp: number;
  readonly healthMaxHp: number;
  readonly manaMp: number;
  readonly manaMaxMp: number;
  readonly shieldHp: number;
  readonly kills: number;
  readonly assists: number;
  readonly level: number;
  /** Experience towards the next level, 0…1. */
  readonly progress: number;
  /** Hits in a row. */
  readonly combo: number;
  readonly conditions: number;
  /** Of being helped up, or of helping, 0…1. */
  readonly revive: number;
  readonly slots: readonly SlotRow[];
}

export interface Snapshot {
  /** State after this many ticks. */
  readonly tick: number;
  /** Whether it is one's own, with a living body; else one only watches. */
  readonly own: boolean;
  /** Whose view this is; null at the place where one fell. */
  readonly eyesSlot: number | null;
  readonly alive: number;
  readonly teamsAlive: number;
  readonly stage: number;
  /** When the stage began; in the countdown, when play begins. */
  readonly stageTick: number;
  readonly zonePhase: number;
  readonly zoneState: number;
  readonly zoneChangeTick: number;
  readonly zone: Circle;
  readonly next: Circle;
  readonly self: SelfRow;
  readonly statuses: readonly StatusRow[];
  readonly players: readonly PlayerRow[];
  readonly projectiles: readonly ProjectileRow[];
  readonly areas: readonly AreaRow[];
  readonly obstacles: readonly ObstacleRow[];
  readonly pickups: readonly PickupRow[];
  readonly mates: readonly MateRow[];
  readonly events: readonly EventRow[];
}
