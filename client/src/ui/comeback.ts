/** What is said while the page tries to get back into a match. */

import { ATTEMPTS_MAX, type Reconnecting } from "../net/reconnect";
import { el, setText } from "./dom";

export interface ComebackActions {
  hurry(): void;
  again(): void;
  toTitle(): void;
}

export class Comeback {
  readonly #title = el("h2", { id: "comeback-title" });
  readonly #note = el("p", { class: "note" });
  readonly #bar = el("i");
  readonly #now = el("button", { type: "button", class: "primary" }, "Try now");
  readonly #leave = el("button", { type: "button", class: "secondary" }, "To the title");
  readonly #eyebrow = el("p", { class: "eyebrow" });
  readonly root = el(
    "div",
    { class: "overlay comeback", hidden: "" },
    el(
      "section",
      { class: "card trouble", role: "alertdialog", "aria-labelledby": "comeback-title" },
      this.#eyebrow,
      this.#title,
      this.#note,
      el("div", { class: "comeback-bar", "aria-hidden": "true" }, this.#bar),
      el("div", { class: "card-actions" }, this.#now, this.#leave),
    ),
  );
  #kind: Reconnecting["kind"] = "idle";
  #attempt = 0;
  #fromMs = 0;
  #gaveUp = false;

  constructor(actions: ComebackActions) {
    this.#now.addEventListener("click", () => (this.#gaveUp ? actions.again() : actions.hurry()));
    this.#leave.addEventListener("click", () => actions.toTitle());
  }

  /** `why` is what broke the line. */
  update(state: Reconnecting, why: string, nowMs: number): void {
    const attempt = "attempt" in state ? state.attempt : 0;
    const fresh = state.kind !== this.#kind || attempt !== this.#attempt;
    if (fresh) this.#enter(state, why, attempt, nowMs);
    if (state.kind !== "waiting") return;
    const left = Math.max(0, state.dueMs - nowMs);
    const whole = Math.max(1, state.dueMs - this.#fromMs);
    const words = `Reconnecting in ${Math.ceil(left / 1000)} s (attempt ${attempt} of ${ATTEMPTS_MAX})`;
    setText(this.#title, words);
    this.#bar.style.scale = `${(1 - left / whole).toFixed(3)} 1`;
  }

  #enter(state: Reconnecting, why: string, attempt: number, nowMs: number): void {
    const began = this.#kind === "idle" || this.#kind === "back";
    this.#kind = state.kind;
    this.#attempt = attempt;
    this.#fromMs = nowMs;
    this.#gaveUp = state.kind === "gave-up";
    this.root.hidden = state.kind === "idle";
    this.root.classList.toggle("slim", state.kind === "back");
    this.root.dataset.kind = state.kind;
    setText(this.#eyebrow, state.kind === "back" ? "Connected" : "Connection lost");
    setText(this.#note, state.kind === "back" ? "" : why);
    setText(this.#now, this.#gaveUp ? "Try again" : "Try now");
    this.#now.hidden = state.kind === "back";
    this.#leave.hidden = state.kind === "back";
    this.#now.disabled = state.kind === "trying";
    if (state.kind === "trying") {
      setText(this.#title, `Reconnecting (attempt ${attempt} of ${ATTEMPTS_MAX})…`);
      this.#bar.style.scale = "1 1";
    } else if (state.kind === "back") {
      setText(this.#title, state.fresh ? "Your place was gone: a new start" : "You are back");
    } else if (state.kind === "gave-up") {
      setText(this.#title, "No way back");
      setText(this.#note, `${state.attempts} attempts failed. The server may be gone for longer.`);
    }
    if (began || this.#gaveUp) this.#now.focus({ preventScroll: true });
  }
}
