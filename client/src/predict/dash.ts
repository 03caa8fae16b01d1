/**
 * What allowed casts do to their caster: those parts of `systems/kernels/granting.py` and
 * `beams.py` that its movement or its mana hangs on.
 */

import { Button, Condition, SKILL_SLOTS } from "../net/protocol";
import { giveStatus } from "./conditions";
import { skillIn } from "./judging";
import { type Command, type Facts, NO_SLOT, type OwnState } from "./state";

/** Dashes, beams, and statuses that casters put on themselves. `casts` is from `judge`. */
export function carryOut(body: OwnState, command: Command, casts: number, facts: Facts): void {
  if (casts === 0) return;
  for (let slot = 0; slot < SKILL_SLOTS; slot += 1) {
    if ((casts & (Button.PRIMARY << slot)) === 0) continue;
    const skill = skillIn(body, slot, facts);
    if (skill.kind === "dash") {
      // Where one moves, else where one aims; this tick is the first of the dash.
      body.dash_direction = (body.buttons & Button.MOVE) !== 0 ? command.move : command.aim;
      body.dash_until_tick = body.tick + skill.life_ticks;
      body.dash_speed_ups = skill.speed_ups;
    } else if (skill.kind === "beam") {
      body.channel_slot = slot;
      body.channel_since_tick = body.tick;
      body.channel_until_tick = body.tick + 1 + skill.life_ticks;
    }
    if (skill.self_status >= 0) giveStatus(body, skill.self_status, skill.self_status_ticks, facts);
  }
}

/** A beam is paid for this tick, or ends; the tick of the cast was paid by the cast. */
export function keepChannel(body: OwnState, facts: Facts): void {
  const slot = body.channel_slot;
  if (slot === NO_SLOT || body.channel_since_tick >= body.tick) return;
  const price = skillIn(body, slot, facts).mana_mp_per_tick;
  const fit = !body.down && (body.flags & Condition.STUNNED) === 0;
  const held = (body.buttons & (Button.PRIMARY << slot)) !== 0;
  if (fit && held && body.tick < body.channel_until_tick && body.mana_mp >= price) {
    body.mana_mp -= price;
  } else {
    body.channel_slot = NO_SLOT;
  }
}
