/** What the messages say once they are decoded: values in units, ticks, hp and mp. */

export interface Wall {
  /** Centre, half extents of the core box, and the radius it is rounded out by. */
  readonly cx: number;
  readonly cy: number;
  readonly hx: number;
  readonly hy: number;
  readonly r: number;
  /** Direction index of the wall's own x axis. */
  readonly heading: number;
  /** Bits of Blocks. */
  readonly blocks: number;
}

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface GameMap {
  readonly name: string;
  readonly width_u: number;
  readonly height_u: number;
  readonly walls: readonly Wall[];
  readonly bushes: readonly Circle[];
}

/** What decides how a body of a class moves at a level. */
export interface LevelRules {
  readonly speed_ups: number;
  readonly mana_max_mp: number;
  readonly mana_mp_per_tick: number;
}

export interface ClassRules {
  readonly name: string;
  readonly title: string;
  readonly blurb: string;
  /** Indices into Rules.skills, one for each slot. */
  readonly skills: readonly number[];
  /** Half the arc from which hits are blocked; 0 for none. */
  readonly block_half_degrees: number;
  /** By level, from 1. */
  readonly levels: readonly LevelRules[];
}

export interface SkillRules {
  readonly name: string;
  readonly title: string;
  readonly kind: string;
  readonly cooldown_ticks: number;
  /** Least time between two casts while charges are left. */
  readonly gap_ticks: number;
  readonly charges_max: number;
  readonly mana_mp: number;
  readonly mana_mp_per_tick: number;
  /** Status it puts on its caster, −1 for none. */
  readonly self_status: number;
  readonly self_status_ticks: number;
  readonly hold_ticks: number;
  readonly range_u: number;
  readonly radius_u: number;
  readonly speed_ups: number;
  readonly life_ticks: number;
  readonly delay_ticks: number;
  readonly distance_u: number;
  readonly half_length_u: number;
  readonly charge_radius: number;
  /** So many shots fly at once, so many directions from one to the next. */
  readonly fan_count: number;
  readonly fan_directions: number;
}

/** An item. */
export interface NamedRules {
  readonly name: string;
  readonly title: string;
  readonly kind: string;
}

export interface StatusRules extends NamedRules {
  /** "refresh", "extend", "stack" or "strongest". */
  readonly stacking: string;
  readonly stacks_max: number;
  /** None lasts longer than this from now. */
  readonly ticks_max: number;
  /** Of slow and haste: share of the speed per stack. */
  readonly strength: number;
}

export interface Rules {
  readonly body_radius_u: number;
  readonly view_width_u: number;
  readonly view_height_u: number;
  readonly team_size: number;
  readonly friendly_fire: boolean;
  readonly level_max: number;
  readonly revive_reach_u: number;
  readonly revive_ticks: number;
  readonly acceleration_upss: number;
  readonly down_speed_ratio: number;
  readonly countdown_ticks: number;
  readonly overhold_ticks: number;
  readonly classes: readonly ClassRules[];
  readonly skills: readonly SkillRules[];
  readonly statuses: readonly StatusRules[];
  readonly items: readonly NamedRules[];
}

export interface Entrant {
  readonly slot: number;
  readonly name: string;
  /** 0 a person, 1…3 a bot and how good it is. */
  readonly bot: number;
  /** Index into Rules.classes. */
  readonly role: number;
  readonly team: number;
}

export interface Welcome {
  readonly kind: "welcome";
  readonly version: number;
  /** NOBODY for a watcher. */
  readonly slot: number;
  readonly tickRateHz: number;
  readonly tick: number;
  readonly matchId: string;
  readonly map: GameMap;
  readonly rules: Rules;
  readonly roster: readonly Entrant[];
  /** With a new body, back in one that has waited, or with none. */
  readonly mode: "new" | "back" | "watching";
}

export interface Joined {
  readonly kind: "joined";
  readonly entrant: Entrant;
}

export interface Refusal {
  readonly kind: "error";
  readonly code: string;
  readonly message: string;
  readonly retryAfterS: number | null;
}

export interface Pong {
  readonly kind: "pong";
  readonly nonce: number;
}

export interface Result {
  readonly kind: "result";
  /** Counts teams; those of one team share theirs. */
  readonly placement: number;
  readonly entrants: number;
  readonly teams: number;
  readonly kills: number;
  readonly assists: number;
  readonly damageHp: number;
  readonly healedHp: number;
  /** Share of the shots that hit, 0…1. */
  readonly accuracy: number;
  readonly distance_u: number;
  readonly ticksAlive: number;
  readonly level: number;
  /** Slot of the winner; null while the match runs, or when nobody was left. */
  readonly winner: number | null;
  readonly winningTeam: number | null;
  readonly over: boolean;
}

export interface Kill {
  readonly kind: "kill";
  readonly tick: number;
  readonly victim: number;
  readonly killer: number | null;
  readonly cause: number;
}

/** For the mirror: what has changed since the one before. */
export interface SnapshotMessage {
  readonly kind: "snapshot";
  readonly payload: Uint8Array;
}

export type ServerMessage = Welcome | SnapshotMessage | Joined | Refusal | Pong | Result | Kill;
