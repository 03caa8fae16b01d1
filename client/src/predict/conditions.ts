/** Statuses of the own body: those parts of `systems/kernels/conditions.py` that decide its speed. */

import { Condition } from "../net/protocol";
import { max, min } from "./geometry";
import type { Facts, OwnState, StatusFacts } from "./state";

/** Share of the speed that slows leave at least. */
const SLOWEST = 0.1;

const FLAGS: Readonly<Record<string, number>> = {
  slow: Condition.SLOWED,
  haste: Condition.HASTED,
  root: Condition.ROOTED,
  stun: Condition.STUNNED,
  burn: Condition.BURNING | Condition.REVEALED,
  reveal: Condition.REVEALED,
};

/** Puts a status on the body, by its stacking rule; it works from the next tick on. */
export function giveStatus(body: OwnState, status: number, ticks: number, facts: Facts): void {
  const { stacking, stacks_max, ticks_max } = facts.statuses[status] as StatusFacts;
  const until = body.status_until_tick[status] as number;
  const stacks = body.status_stacks[status] as number;
  let end = body.tick + 1 + ticks;
  if (stacks === 0 || until <= body.tick) {
    body.status_stacks[status] = 1;
  } else if (stacking === "strongest") {
    if (end <= until) return;
  } else {
    if (stacking === "extend") end = until + ticks;
    if (stacking === "stack" && stacks < stacks_max) body.status_stacks[status] = stacks + 1;
    end = max(end, until);
  }
  body.status_until_tick[status] = min(end, body.tick + 1 + ticks_max);
}

/** Ends what has lasted its time. */
export function expire(body: OwnState): void {
  for (let status = 0; status < body.status_stacks.length; status += 1) {
    if (body.status_stacks[status] === 0) continue;
    if ((body.status_until_tick[status] as number) > body.tick) continue;
    body.status_stacks[status] = 0;
    body.status_until_tick[status] = 0;
  }
}

/** Speed and conditions of this tick; mana comes back. */
export function derive(body: OwnState, facts: Facts): void {
  let slow = 0.0;
  let haste = 0.0;
  let seen = 0;
  for (let status = 0; status < facts.statuses.length; status += 1) {
    const count = body.status_stacks[status] as number;
    if (count === 0) continue;
    const { kind, strength } = facts.statuses[status] as StatusFacts;
    if (kind === "slow") slow += strength * count;
    else if (kind === "haste") haste += strength * count;
    seen |= FLAGS[kind] ?? 0;
  }
  let speed = body.base_speed_ups * max(SLOWEST, 1.0 - slow) * (1.0 + haste);
  if (body.down) speed = speed * facts.down_speed_ratio;
  if ((seen & (Condition.ROOTED | Condition.STUNNED)) !== 0) speed = 0.0;
  body.speed_ups = speed;
  body.flags = seen;
  body.mana_mp = min(body.mana_mp + body.mana_mp_per_tick, body.mana_max_mp);
}
