/** What the button of a skill has to say: plain numbers out of a snapshot, no drawing. */

import type { SkillRules } from "../net/messages";
import { Condition } from "../net/protocol";
import type { SelfRow, SlotRow } from "../net/rows";

export interface SkillFace {
  /** Share of the cooldown still to go, 0 when it can be cast. */
  readonly wait: number;
  /** Share of the next charge still to come, while others are left. */
  readonly recharge: number;
  /** In words, empty when there is nothing to wait for. */
  readonly seconds: string;
  readonly ready: boolean;
  /** Not enough mana. */
  readonly dear: boolean;
  /** A condition forbids it: stunned, down, or rooted for a dash. */
  readonly barred: boolean;
  /** Charges left, where more than one can be saved up. */
  readonly charges: number | null;
  /** Share of a full charge; null while the button is not held. */
  readonly held: number | null;
  readonly level: number;
}

export function skillFace(
  slot: SlotRow,
  skill: SkillRules,
  self: SelfRow,
  tickRateHz: number,
): SkillFace {
  const { cooldown_ticks, charges_max, mana_mp, kind } = skill;
  const wait = shareOf(slot.waitTicks, cooldown_ticks);
  const dear = mana_mp > self.manaMp;
  const barred = isBarred(self, kind);
  return {
    wait,
    recharge: slot.waitTicks > 0 ? 0 : shareOf(slot.rechargeTicks, cooldown_ticks),
    seconds: secondsLeft(slot.waitTicks, cooldown_ticks, tickRateHz),
    ready: slot.waitTicks === 0 && !dear && !barred,
    dear,
    barred,
    charges: charges_max > 1 ? slot.charges : null,
    held: slot.held > 0 ? slot.held : null,
    level: slot.level,
  };
}

function isBarred(self: SelfRow, kind: string): boolean {
  if (self.down || (self.conditions & Condition.STUNNED) !== 0) return true;
  return kind === "dash" && (self.conditions & Condition.ROOTED) !== 0;
}

function shareOf(ticks: number, whole: number): number {
  return whole > 0 ? Math.min(1, ticks / whole) : Number(ticks > 0);
}

/** A number for a second and less would only flicker. */
function secondsLeft(waitTicks: number, cooldownTicks: number, tickRateHz: number): string {
  const left_s = waitTicks / tickRateHz;
  if (left_s <= 0 || cooldownTicks / tickRateHz <= 1) return "";
  return left_s < 1 ? left_s.toFixed(1) : Math.ceil(left_s).toFixed(0);
}
