/** A body, rules and walls to predict with. */

import { Blocks, Button, StageKind } from "../../src/net/protocol";
import { type Facts, makeState, type OwnState } from "../../src/predict/state";
import { Walls } from "../../src/predict/wallgrid";

export const EAST = 0;
export const SOUTH = 1024;
export const RUN_EAST = { move: EAST, aim: EAST, buttons: Button.MOVE };
export const STAND = { move: EAST, aim: SOUTH, buttons: 0 };
export const DASH = { move: EAST, aim: SOUTH, buttons: Button.MOBILITY };

const SKILL = {
  cooldown_ticks: 30,
  gap_ticks: 5,
  charges_max: 1,
  mana_mp: 10,
  hold_ticks: 0,
  speed_ups: 22,
  life_ticks: 4,
  mana_mp_per_tick: 0,
  self_status: -1,
  self_status_ticks: 0,
};

export const FACTS: Facts = {
  dt_s: 1 / 30,
  radius_u: 0.5,
  acceleration_upss: 60,
  countdown_ticks: 90,
  overhold_ticks: 60,
  down_speed_ratio: 0.35,
  skills: [
    { ...SKILL, kind: "projectile" },
    { ...SKILL, kind: "dash" },
    { ...SKILL, kind: "dash", charges_max: 2, self_status: 0, self_status_ticks: 3 },
    { ...SKILL, kind: "projectile", hold_ticks: 6 },
    { ...SKILL, kind: "beam", mana_mp_per_tick: 4, life_ticks: 20 },
  ],
  statuses: [
    { kind: "haste", stacking: "refresh", stacks_max: 1, ticks_max: 150, strength: 0.5 },
    { kind: "root", stacking: "strongest", stacks_max: 1, ticks_max: 90, strength: 0 },
    { kind: "stun", stacking: "strongest", stacks_max: 1, ticks_max: 60, strength: 0 },
    { kind: "slow", stacking: "stack", stacks_max: 3, ticks_max: 90, strength: 0.25 },
  ],
};

/** A world of 40 × 40 units with a wall across it at x = 20. */
export function walls(): Walls {
  const wall = { cx: 20, cy: 20, hx: 0.5, hy: 20, r: 0, heading: 0, blocks: Blocks.ALL };
  return new Walls(40, 40, [wall]);
}

export function body(fields: Partial<OwnState> = {}): OwnState {
  const made = makeState();
  made.skill.set([0, 3, 4, 1]);
  made.charges.fill(1);
  return Object.assign(made, {
    tick: 500,
    stage: StageKind.PLAY,
    alive: true,
    x_u: 10,
    y_u: 10,
    base_speed_ups: 6,
    mana_mp: 50,
    mana_max_mp: 60,
    ...fields,
  });
}
