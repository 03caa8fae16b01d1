/**
 * Keys and mouse buttons → intent. No DOM in here: ui/controls.ts feeds it, so
 * that what a key means can be tested without a browser.
 */

import { Button, SKILL_SLOTS } from "../net/protocol";
import type { InputCommand } from "../net/wire";
import { directionOf, reachOf } from "./direction";

/** In the order of the skill slots. */
export const SLOT_ACTIONS = ["primary", "secondary", "special", "mobility"] as const;

export type Action = "up" | "down" | "left" | "right" | (typeof SLOT_ACTIONS)[number] | "interact";

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
  KeyQ: "special",
  Space: "mobility",
  ShiftLeft: "mobility",
  ShiftRight: "mobility",
  KeyE: "interact",
};

/** `MouseEvent.button` → action. */
const MOUSE: Readonly<Record<number, Action>> = { 0: "primary", 2: "secondary" };

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
  /** Slot whose range the reach is measured by: that of the last throw, also when it is let go. */
  #reachSlot: number | null = null;

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

  /**
   * The command of one tick. A tap shorter than a tick still counts once. `ranges_u` says
   * how far each of the four skills can be thrown, 0 for one that is not thrown.
   */
  sample(ranges_u: readonly number[]): InputCommand {
    const active = new Set([...this.#held.values(), ...this.#tapped]);
    this.#tapped.clear();
    const axis = (plus: Action, minus: Action) =>
      Number(active.has(plus)) - Number(active.has(minus));
    const dx = axis("right", "left");
    const dy = axis("down", "up");
    const moving = dx !== 0 || dy !== 0;
    let buttons = (moving ? Button.MOVE : 0) | (active.has("interact") ? Button.INTERACT : 0);
    SLOT_ACTIONS.forEach((action, slot) => {
      if (active.has(action)) buttons |= Button.PRIMARY << slot;
    });
    return {
      move: moving ? directionOf(dx, dy) : 0,
      aim: this.#aim,
      reach: this.#reach(buttons, ranges_u),
      buttons,
    };
  }

  #reach(buttons: number, ranges_u: readonly number[]): number {
    const range = (slot: number) => ranges_u[slot] ?? 0;
    const slots = Array.from({ length: SKILL_SLOTS }, (_, slot) => slot);
    const thrown = slots.find((slot) => buttons & (Button.PRIMARY << slot) && range(slot) > 0);
    this.#reachSlot = thrown ?? this.#reachSlot ?? slots.find((slot) => range(slot) > 0) ?? null;
    const range_u = this.#reachSlot === null ? 0 : range(this.#reachSlot);
    return range_u > 0 ? reachOf(this.#distance_u, range_u) : 0;
  }
}
