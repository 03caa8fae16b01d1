/**
 * When to try again after the line broke. No timers and no clock of its own: whoever
 * owns it calls `due` often enough and says how each attempt ended.
 *
 *   idle → waiting → trying → back → idle
 *             ↑________|  ↘ gave up
 *
 * At first there is an attempt about every second: a server that was killed takes matches up
 * again within seconds. Then waits double up to a bound. Each is shortened by a random share, so
 * that a server that restarts is not met by everybody in the same instant.
 */

export type Reconnecting =
  | { readonly kind: "idle" }
  | { readonly kind: "waiting"; readonly attempt: number; readonly dueMs: number }
  | { readonly kind: "trying"; readonly attempt: number }
  | { readonly kind: "back"; readonly untilMs: number; readonly fresh: boolean }
  | { readonly kind: "gave-up"; readonly attempts: number };

export const ATTEMPTS_MAX = 12;
const FIRST_WAIT_MS = 1000;
const QUICK_ATTEMPTS = 6;
const WAIT_MAX_MS = 15_000;
/** Up to this share of a wait is left out. */
const SPREAD = 0.4;
/** A server that says when to come back is believed up to here. */
const ASKED_WAIT_MAX_MS = 60_000;
/** How long "back" is shown. */
const BACK_MS = 1800;

export class Reconnect {
  readonly #random: () => number;
  #state: Reconnecting = { kind: "idle" };

  /** `random` gives 0…1, as Math.random does. */
  constructor(random: () => number) {
    this.#random = random;
  }

  get state(): Reconnecting {
    return this.#state;
  }

  /** Whether it is the one to say what comes next. */
  get busy(): boolean {
    return this.#state.kind === "waiting" || this.#state.kind === "trying";
  }

  /** The line is gone: the first attempt is due soon. */
  lost(nowMs: number): void {
    if (!this.busy) this.#wait(1, nowMs, 0);
  }

  /** True once for each attempt, when its moment has come. */
  due(nowMs: number): boolean {
    const state = this.#state;
    if (state.kind === "back" && nowMs >= state.untilMs) this.#state = { kind: "idle" };
    if (state.kind !== "waiting" || nowMs < state.dueMs) return false;
    this.#state = { kind: "trying", attempt: state.attempt };
    return true;
  }

  /** Waits no longer: somebody pressed the button, or the network is back. */
  hurry(nowMs: number): void {
    if (this.#state.kind === "waiting") this.#state = { ...this.#state, dueMs: nowMs };
  }

  /** `fresh`: the place was gone, and this is a new one. */
  succeeded(nowMs: number, fresh = false): void {
    if (this.busy) this.#state = { kind: "back", untilMs: nowMs + BACK_MS, fresh };
  }

  /** `askedMs` is how long the server wants to be left alone, 0 where it did not say. */
  failed(nowMs: number, askedMs = 0): void {
    if (this.#state.kind !== "trying") return;
    const { attempt } = this.#state;
    if (attempt >= ATTEMPTS_MAX) this.#state = { kind: "gave-up", attempts: attempt };
    else this.#wait(attempt + 1, nowMs, askedMs);
  }

  cancel(): void {
    this.#state = { kind: "idle" };
  }

  #wait(attempt: number, nowMs: number, askedMs: number): void {
    const doublings = Math.max(0, attempt - QUICK_ATTEMPTS);
    const full = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** doublings);
    const spread = full * (1 - SPREAD * this.#random());
    const wait = Math.max(spread, Math.min(ASKED_WAIT_MAX_MS, askedMs));
    this.#state = { kind: "waiting", attempt, dueMs: nowMs + wait };
  }
}
