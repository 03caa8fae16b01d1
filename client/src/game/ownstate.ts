/** The own body's exact state, out of what the server has told; and its check. */

import { NEVER_HELD } from "../net/known";
import type { LevelRules, Welcome } from "../net/messages";
import type { Mirror } from "../net/mirror";
import { SelfFlag, StageKind } from "../net/protocol";
import { type Facts, NOBODY, type OwnState, STATUSES } from "../predict/state";

export function factsOf({ rules, tickRateHz }: Welcome): Facts {
  return {
    dt_s: 1 / tickRateHz,
    radius_u: rules.body_radius_u,
    acceleration_upss: rules.acceleration_upss,
    countdown_ticks: rules.countdown_ticks,
    overhold_ticks: rules.overhold_ticks,
    down_speed_ratio: rules.down_speed_ratio,
    skills: rules.skills,
    statuses: rules.statuses,
  };
}

/** Writes all that the mirror knows exactly: everything but MOTION, where that did not come. */
export function writeTold(mirror: Mirror, level: LevelRules, to: OwnState): void {
  const { figures, gait, motion } = mirror;
  to.tick = mirror.tick;
  to.stage = figures.stage;
  to.over = figures.stage === StageKind.OVER;
  to.alive = (figures.self_flags & SelfFlag.ALIVE) !== 0;
  to.down = (figures.self_flags & SelfFlag.DOWN) !== 0;
  to.flags = figures.conditions;
  to.base_speed_ups = level.speed_ups;
  to.mana_max_mp = level.mana_max_mp;
  to.mana_mp_per_tick = level.mana_mp_per_tick;
  if (gait !== null) Object.assign(to, gait);
  if (motion !== null && motion.tick === mirror.tick) Object.assign(to, motion);
  mirror.hands.forEach((hand, slot) => {
    to.skill[slot] = hand.skill;
    to.charges[slot] = hand.charges;
    to.ready_tick[slot] = hand.ready_tick;
    to.recharge_tick[slot] = hand.recharge_tick;
    to.held_tick[slot] = hand.held_tick === NEVER_HELD ? NOBODY : hand.held_tick;
  });
  writeStatuses(mirror, to);
}

function writeStatuses(mirror: Mirror, to: OwnState): void {
  to.status_stacks.fill(0);
  to.status_until_tick.fill(0);
  for (const [status, { stacks, until_tick }] of mirror.statuses) {
    // The tick before this one was the last in which the server looked which of them were over.
    const on = stacks > 0 && until_tick >= mirror.tick;
    if (status >= STATUSES || !on) continue;
    to.status_stacks[status] = stacks;
    to.status_until_tick[status] = until_tick;
  }
}

const MOTION_BYTES = 41;
const bytes = new Uint8Array(MOTION_BYTES);
const view = new DataView(bytes.buffer);

/** What CHECK would be for a state: FNV-1a of the bytes of MOTION, its halves folded together. */
export function checkOf(own: Readonly<OwnState>): number {
  [own.x_u, own.y_u, own.vx_ups, own.vy_ups, own.mana_mp].forEach((value, place) => {
    view.setFloat64(8 * place, value, true);
  });
  view.setUint8(MOTION_BYTES - 1, own.buttons);
  let hash = 2_166_136_261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16_777_619);
  return ((hash >>> 16) ^ hash) & 0xffff;
}
