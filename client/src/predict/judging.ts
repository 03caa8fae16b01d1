/**
 * Which buttons become casts, and what these cost: `systems/kernels/judging.py` for one player.
 *
 * All four slots, since they pay out of one pool of mana and are judged in order. What depends on
 * others is taken to be granted: room in the server's tables, and that nobody stands where a barrier
 * would. Where it is not, the server's next state says so.
 */

import { Button, Condition, SKILL_SLOTS, StageKind } from "../net/protocol";
import { type Facts, NO_SLOT, NOBODY, type OwnState, type SkillFacts } from "./state";

const NO_WISH = 0;
const TO_CAST = 1;
const TO_HOLD = 2;

/** Gives back the charges whose time has come. */
export function recharge(body: OwnState, facts: Facts): void {
  for (let slot = 0; slot < SKILL_SLOTS; slot += 1) {
    const { charges_max, cooldown_ticks } = skillIn(body, slot, facts);
    for (let turn = 0; turn < charges_max; turn += 1) {
      const charges = body.charges[slot] as number;
      const due = body.recharge_tick[slot] as number;
      if (charges >= charges_max || body.tick < due) break;
      body.charges[slot] = charges + 1;
      body.recharge_tick[slot] = due + cooldown_ticks;
    }
  }
}

/** Takes what is being charged up out of the hands of the downed and the stunned. */
export function dropHeld(body: OwnState): void {
  if (body.down || (body.flags & Condition.STUNNED) !== 0) body.held_tick.fill(NOBODY);
}

/**
 * Judges every slot's wish and pays for what is allowed.
 *
 * @param before the buttons of the tick before.
 * @returns the slots that are cast, as bits of `buttons`.
 */
export function judge(body: OwnState, before: number, facts: Facts): number {
  let casts = 0;
  let channelling = body.channel_slot !== NO_SLOT;
  for (let slot = 0; slot < SKILL_SLOTS; slot += 1) {
    const bit = Button.PRIMARY << slot;
    const skill = skillIn(body, slot, facts);
    const held = body.held_tick[slot] as number;
    const pressed = (body.buttons & bit) !== 0;
    const wanted = wish(body.tick, held, pressed, (before & bit) === 0, skill.hold_ticks, facts);
    if (wanted === NO_WISH || body.channel_slot === slot) continue;
    body.held_tick[slot] = NOBODY;
    if (!isFit(body, skill.kind) || isBusy(body, slot, skill.kind, channelling)) continue;
    if (body.charges[slot] === 0 || body.tick < (body.ready_tick[slot] as number)) continue;
    if (wanted === TO_HOLD) {
      body.held_tick[slot] = body.tick;
      continue;
    }
    if (body.mana_mp < skill.mana_mp) continue;
    channelling ||= skill.kind === "beam";
    pay(body, slot, skill);
    casts |= bit;
  }
  return casts;
}

export function skillIn(body: Readonly<OwnState>, slot: number, facts: Facts): SkillFacts {
  return facts.skills[body.skill[slot] as number] as SkillFacts;
}

/** What a button asks for; a skill that can be charged up is wanted when its button is let go. */
function wish(
  tick: number,
  held_tick: number,
  pressed: boolean,
  fresh: boolean,
  hold_ticks: number,
  facts: Facts,
): number {
  if (hold_ticks === 0) return pressed ? TO_CAST : NO_WISH;
  if (held_tick === NOBODY) return pressed && fresh ? TO_HOLD : NO_WISH;
  const overdue = tick - held_tick >= hold_ticks + facts.overhold_ticks;
  return !pressed || overdue ? TO_CAST : NO_WISH;
}

function isFit(body: Readonly<OwnState>, kind: string): boolean {
  if (body.stage !== StageKind.PLAY && body.stage !== StageKind.SUDDEN_DEATH) return false;
  if (body.down || (body.flags & Condition.STUNNED) !== 0) return false;
  return (body.flags & Condition.ROOTED) === 0 || kind !== "dash";
}

/** Whether the hands are full; a dash needs none. */
function isBusy(
  body: Readonly<OwnState>,
  slot: number,
  kind: string,
  channelling: boolean,
): boolean {
  let busy = channelling;
  for (let other = 0; other < SKILL_SLOTS; other += 1) {
    busy ||= other !== slot && body.held_tick[other] !== NOBODY;
  }
  return busy && kind !== "dash";
}

function pay(body: OwnState, slot: number, skill: SkillFacts): void {
  const charges = body.charges[slot] as number;
  if (charges >= skill.charges_max) body.recharge_tick[slot] = body.tick + skill.cooldown_ticks;
  body.mana_mp -= skill.mana_mp;
  body.charges[slot] = charges - 1;
  const gap = skill.charges_max > 1 ? skill.gap_ticks : skill.cooldown_ticks;
  body.ready_tick[slot] = body.tick + gap;
}
