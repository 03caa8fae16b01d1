/**
 * Keys, mouse buttons and sticks → intent. No DOM in here: ui/controls.ts and ui/touch.ts
 * feed it, so that what it makes of them can be tested without a browser.
 */

import { Button, REACH_MAX, SKILL_SLOTS } from "../net/protocol";
import type { InputCommand } from "../net/wire";
import type { HeldAction, SlotAction } from "./bindings";
import { directionOf, reachOf } from "./direction";

/** In the order of the skill slots. */
export const SLOT_ACTIONS: readonly SlotAction[] = ["primary", "secondary", "special", "mobility"];

/** What is held now, plus what was tapped since the last sample. */
export class HeldInput {
  // Held per source: letting go of Space must not end a held mouse button.
  readonly #held = new Map<string, HeldAction>();
  readonly #tapped = new Set<HeldAction>();
  #aim = 0;
  #distance_u = 0;
  /** A stick says how far to throw as a share of the range; a cursor does not. */
  #share: number | null = null;
  /** Where the stick points; null while it rests. */
  #stick: { dx: number; dy: number } | null = null;
  /** Slot whose range the reach is measured by: that of the last throw, also when it is let go. */
  #reachSlot: number | null = null;

  press(source: string, action: HeldAction): void {
    this.#held.set(source, action);
    this.#tapped.add(action);
  }

  release(source: string): void {
    this.#held.delete(source);
  }

  releaseAll(): void {
    this.#held.clear();
    this.#tapped.clear();
    this.#stick = null;
  }

  /** Moves along a vector in any direction, besides what keys say; null lets go. */
  moveAlong(stick: { dx: number; dy: number } | null): void {
    this.#stick = stick;
  }

  /** Aim by a stick: along a vector, thrown over a share of the range. */
  aimBy(dx: number, dy: number, share: number): void {
    this.#share = Math.max(0, Math.min(1, share));
    if (Math.hypot(dx, dy) > 1e-6) this.#aim = directionOf(dx, dy);
  }

  /** Aim along the vector from the body to the cursor, in units. */
  aimAlong(dx_u: number, dy_u: number): void {
    this.#share = null;
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
    const axis = (plus: HeldAction, minus: HeldAction) =>
      Number(active.has(plus)) - Number(active.has(minus));
    const dx = axis("right", "left") + (this.#stick?.dx ?? 0);
    const dy = axis("down", "up") + (this.#stick?.dy ?? 0);
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
    if (range_u <= 0) return 0;
    return this.#share === null
      ? reachOf(this.#distance_u, range_u)
      : Math.round(this.#share * REACH_MAX);
  }
}
