/**
 * Keys and mouse buttons → intent. No DOM in here: ui/controls.ts feeds it, so
 * that what a key means can be tested without a browser.
 */

import { Button } from "../net/protocol";
import type { InputCommand } from "../net/wire";
import { directionOf, reachOf } from "./direction";

export type Action = "up" | "down" | "left" | "right" | "attack" | "blast" | "dash";

/** `KeyboardEvent.code` → action: by place on the keyboard, so WASD works on any layout. */
const KEYS: Readonly<Record<string, Action>> = {
  KeyW: "up",
  ArrowUp: "up",
  KeyS: "down",
  ArrowDown: "down",
  KeyA: "left",
  ArrowLeft: "left",
  KeyD: "right",
  ArrowRight: "right",
  Space: "attack",
  KeyQ: "blast",
  KeyE: "blast",
  ShiftLeft: "dash",
  ShiftRight: "dash",
};

/** `MouseEvent.button` → action. */
const MOUSE: Readonly<Record<number, Action>> = { 0: "attack", 2: "blast" };

export function actionOfKey(code: string): Action | null {
  return KEYS[code] ?? null;
}

export function actionOfMouse(button: number): Action | null {
  return MOUSE[button] ?? null;
}

/** What is held now, plus what was tapped since the last sample. */
export class HeldInput {
  // Held per source: letting go of Space must not end a held mouse button.
  readonly #held = new Map<string, Action>();
  readonly #tapped = new Set<Action>();
  #aim = 0;
  #distance_u = 0;

  press(source: string, action: Action): void {
    this.#held.set(source, action);
    this.#tapped.add(action);
  }

  release(source: string): void {
    this.#held.delete(source);
  }

  releaseAll(): void {
    this.#held.clear();
    this.#tapped.clear();
  }

  /** Aim along the vector from the body to the cursor, in units. */
  aimAlong(dx_u: number, dy_u: number): void {
    this.#distance_u = Math.hypot(dx_u, dy_u);
    // On the body itself there is no direction: keep the last one.
    if (this.#distance_u > 1e-6) this.#aim = directionOf(dx_u, dy_u);
  }

  get aim(): number {
    return this.#aim;
  }

  /** The command of one tick. A tap shorter than a tick still counts once. */
  sample(blastRange_u: number): InputCommand {
    const active = new Set([...this.#held.values(), ...this.#tapped]);
    this.#tapped.clear();
    const axis = (plus: Action, minus: Action) =>
      Number(active.has(plus)) - Number(active.has(minus));
    const dx = axis("right", "left");
    const dy = axis("down", "up");
    const moving = dx !== 0 || dy !== 0;
    const buttons =
      (moving ? Button.MOVE : 0) |
      (active.has("attack") ? Button.ATTACK : 0) |
      (active.has("blast") ? Button.BLAST : 0) |
      (active.has("dash") ? Button.DASH : 0);
    return {
      move: moving ? directionOf(dx, dy) : 0,
      aim: this.#aim,
      reach: reachOf(this.#distance_u, blastRange_u),
      buttons,
    };
  }
}
