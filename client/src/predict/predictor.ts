/**
 * One tick of the own body, in the order of the server's schedule (`systems/tick.py`) and with its
 * arithmetic: the same state and command give the same bits.
 *
 * Predicted: the stage's beginning and end, statuses wearing off and those that casts put on
 * oneself, mana, charges and cooldowns, dashes, steering, walls, obstacles and the world's edge.
 *
 * Not predicted, because it depends on what a client may not know: other bodies (whoever overlaps
 * another is pushed apart by `systems/separate.py`), hits and what they leave, items, levels,
 * obstacles that come and go, and casts refused for want of room. After such a tick the server's
 * state differs from the predicted one, and `reconcile.ts` starts anew from it.
 */

import { Button, StageKind } from "../net/protocol";
import { derive, expire } from "./conditions";
import { carryOut, keepChannel } from "./dash";
import { dropHeld, judge, recharge } from "./judging";
import { endDash, moveBody, steer } from "./movement";
import { type Command, copyState, type Facts, type OwnState } from "./state";
import type { Walls } from "./wallgrid";

const BUTTONS_ALL =
  Button.MOVE |
  Button.PRIMARY |
  Button.SECONDARY |
  Button.SPECIAL |
  Button.MOBILITY |
  Button.INTERACT;

/**
 * Applies one tick.
 *
 * @param from the state before it; unchanged, unless it is `to`.
 * @param command what the client sends for this tick: directions below 4096.
 * @param walls with the obstacles that stand at the tick's beginning.
 * @param to written.
 * @returns the slots that are cast, as bits of `buttons`.
 */
export function step(
  from: Readonly<OwnState>,
  command: Command,
  facts: Facts,
  walls: Walls,
  to: OwnState,
): number {
  let casts = 0;
  if (from !== to) copyState(from, to);
  if (to.alive) {
    const before = to.buttons;
    runStage(to, facts);
    to.buttons = to.tick < facts.countdown_ticks ? 0 : command.buttons & BUTTONS_ALL;
    expire(to);
    derive(to, facts);
    recharge(to, facts);
    dropHeld(to);
    casts = judge(to, before, facts);
    carryOut(to, command, casts, facts);
    endDash(to);
    steer(to, command, facts);
    moveBody(to, facts, walls);
    keepChannel(to, facts);
  }
  to.tick += 1;
  return casts;
}

function runStage(body: OwnState, facts: Facts): void {
  if (body.stage === StageKind.COUNTDOWN && body.tick >= facts.countdown_ticks) {
    body.stage = StageKind.PLAY;
  }
  if (body.over) body.stage = StageKind.OVER;
}
