/** What the own body is, exactly, and the rules it moves by. Ticks and units as on the server. */

import { SKILL_SLOTS } from "../net/protocol";

/** Statuses a player has a place for. */
export const STATUSES = 12;
/** No skill slot: nothing is channelled. */
export const NO_SLOT = 255;
/** In `held_tick`: the button is not held. */
export const NOBODY = -1;

/**
 * The own body after a tick, everything that decides where it goes in the next ones. All of it comes
 * from the server's columns, not rounded; `step` advances it.
 */
export interface OwnState {
  /** Ticks applied so far, hence the one that `step` applies next. `Clock.tick` */
  tick: number;
  /** StageKind. `Outcome.stage` */
  stage: number;
  /** Whether the match is decided. `Outcome.over` */
  over: boolean;
  /** `Vitals.alive`; the dead stay where they are. */
  alive: boolean;
  /** Knocked down. `Vitals.down` */
  down: boolean;

  /** Centre, float64. `Position` */
  x_u: number;
  y_u: number;
  /** Velocity, float64. `Motion` */
  vx_ups: number;
  vy_ups: number;

  /** First tick after the dash. `Dash` */
  dash_until_tick: number;
  dash_direction: number;
  dash_speed_ups: number;

  /** Buttons in force in the last tick: one that was down already is not pressed anew. `Intent` */
  buttons: number;

  /** Running speed of class and level, without statuses. LEVEL_ROW of the class at its level */
  base_speed_ups: number;
  mana_max_mp: number;
  mana_mp_per_tick: number;
  /** float64. `Vitals.mana_mp` */
  mana_mp: number;

  /** Running speed in the last tick, statuses included. Follows from the others. `Stats` */
  speed_ups: number;
  /** Bits of Condition in the last tick. Follow from the others. `Stats` */
  flags: number;

  /** Slot of the beam being channelled, or NO_SLOT. `Channel` */
  channel_slot: number;
  channel_since_tick: number;
  channel_until_tick: number;

  /** A place for each skill slot. `Ability` */
  readonly skill: Int32Array;
  readonly charges: Int32Array;
  readonly ready_tick: Int32Array;
  readonly recharge_tick: Int32Array;
  /** When the button went down to charge it up, or NOBODY. */
  readonly held_tick: Int32Array;

  /** A place for each status of the balance. `Affliction` */
  readonly status_until_tick: Int32Array;
  readonly status_stacks: Int32Array;
}

/** What one tick's command says, as INPUT does. */
export interface Command {
  readonly move: number;
  readonly aim: number;
  readonly buttons: number;
}

export interface SkillFacts {
  /** As in WELCOME. */
  readonly kind: string;
  readonly cooldown_ticks: number;
  /** Least time between two casts while charges are left. */
  readonly gap_ticks: number;
  readonly charges_max: number;
  readonly mana_mp: number;
  readonly hold_ticks: number;
  readonly speed_ups: number;
  readonly life_ticks: number;
  readonly mana_mp_per_tick: number;
  /** Status it puts on its caster, −1 for none. */
  readonly self_status: number;
  readonly self_status_ticks: number;
}

export interface StatusFacts {
  /** As in WELCOME. */
  readonly kind: string;
  /** "refresh", "extend", "stack" or "strongest". */
  readonly stacking: string;
  readonly stacks_max: number;
  /** None lasts longer than this from now. */
  readonly ticks_max: number;
  /** Of slow and haste: share of the speed per stack. */
  readonly strength: number;
}

/** The numbers of a match that the prediction goes by, in ticks and units. */
export interface Facts {
  /** 1 / tick rate. */
  readonly dt_s: number;
  readonly radius_u: number;
  readonly acceleration_upss: number;
  /** Tick of the start. */
  readonly countdown_ticks: number;
  /** A full charge goes off by itself after so long. */
  readonly overhold_ticks: number;
  /** Share of the speed that is left to the downed. */
  readonly down_speed_ratio: number;
  readonly skills: readonly SkillFacts[];
  /** At most STATUSES of them, in the balance's order. */
  readonly statuses: readonly StatusFacts[];
}

export function makeState(): OwnState {
  const slots = () => new Int32Array(SKILL_SLOTS);
  return {
    tick: 0,
    stage: 0,
    over: false,
    alive: false,
    down: false,
    x_u: 0,
    y_u: 0,
    vx_ups: 0,
    vy_ups: 0,
    dash_until_tick: 0,
    dash_direction: 0,
    dash_speed_ups: 0,
    buttons: 0,
    base_speed_ups: 0,
    mana_max_mp: 0,
    mana_mp_per_tick: 0,
    mana_mp: 0,
    speed_ups: 0,
    flags: 0,
    channel_slot: NO_SLOT,
    channel_since_tick: 0,
    channel_until_tick: 0,
    skill: slots(),
    charges: slots(),
    ready_tick: slots(),
    recharge_tick: slots(),
    held_tick: slots().fill(NOBODY),
    status_until_tick: new Int32Array(STATUSES),
    status_stacks: new Int32Array(STATUSES),
  };
}

export function copyState(from: Readonly<OwnState>, to: OwnState): void {
  to.tick = from.tick;
  to.stage = from.stage;
  to.over = from.over;
  to.alive = from.alive;
  to.down = from.down;
  to.x_u = from.x_u;
  to.y_u = from.y_u;
  to.vx_ups = from.vx_ups;
  to.vy_ups = from.vy_ups;
  to.dash_until_tick = from.dash_until_tick;
  to.dash_direction = from.dash_direction;
  to.dash_speed_ups = from.dash_speed_ups;
  to.buttons = from.buttons;
  to.base_speed_ups = from.base_speed_ups;
  to.mana_max_mp = from.mana_max_mp;
  to.mana_mp_per_tick = from.mana_mp_per_tick;
  to.mana_mp = from.mana_mp;
  to.speed_ups = from.speed_ups;
  to.flags = from.flags;
  to.channel_slot = from.channel_slot;
  to.channel_since_tick = from.channel_since_tick;
  to.channel_until_tick = from.channel_until_tick;
  to.skill.set(from.skill);
  to.charges.set(from.charges);
  to.ready_tick.set(from.ready_tick);
  to.recharge_tick.set(from.recharge_tick);
  to.held_tick.set(from.held_tick);
  to.status_until_tick.set(from.status_until_tick);
  to.status_stacks.set(from.status_stacks);
}

export interface Difference {
  /** Name of the field, with a place for those that have several. */
  readonly field: string;
  readonly mine: number | boolean;
  readonly theirs: number | boolean;
}

/** The first field in which two states differ, −0 from 0 included; null when every bit agrees. */
export function firstDifference(
  mine: Readonly<OwnState>,
  theirs: Readonly<OwnState>,
): Difference | null {
  for (const field of FIELDS) {
    const one = mine[field];
    const two = theirs[field];
    if (typeof one !== "object" || typeof two !== "object") {
      if (typeof one === "object" || typeof two === "object") continue;
      if (!Object.is(one, two)) return { field, mine: one, theirs: two };
      continue;
    }
    for (let place = 0; place < one.length; place += 1) {
      if (one[place] !== two[place]) {
        return { field: `${field}[${place}]`, mine: one[place] ?? 0, theirs: two[place] ?? 0 };
      }
    }
  }
  return null;
}

/** Whether a body is at the same place with the same velocity, bit for bit. */
export function sameMotion(one: Readonly<OwnState>, two: Readonly<OwnState>): boolean {
  return (
    Object.is(one.x_u, two.x_u) &&
    Object.is(one.y_u, two.y_u) &&
    Object.is(one.vx_ups, two.vx_ups) &&
    Object.is(one.vy_ups, two.vy_ups)
  );
}

const FIELDS = Object.keys(makeState()) as (keyof OwnState)[];
