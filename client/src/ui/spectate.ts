/** After one's end: through whose eyes one sees, and the ways on from here. */

import type { World } from "../game/world";
import type { Snapshot } from "../net/rows";
import { el, setText } from "./dom";

const NO_CHOICE = "Nobody of your team is left: you see what your killer saw, some seconds late.";
const MATES = "The arrows lead to the living of your team.";
const ANYBODY = "What you see happened some seconds ago. The arrows lead to everybody else.";

export interface SpectateActions {
  again(): void;
  /** Null where there is none. */
  readonly result: (() => void) | null;
  /** To the next (1) or the previous (−1) player. */
  turn(by: 1 | -1): void;
}

export class SpectateBar {
  readonly #eyebrow = el("small", {}, "Watching");
  readonly #who = el("b", { class: "spectate-name" });
  readonly #role = el("span", { class: "spectate-role" });
  readonly #again = button("Play again", "primary");
  readonly #result = button("Result", "secondary");
  readonly #previous = turn("‹", "Previous player");
  readonly #next = turn("›", "Next player");
  readonly #hint = el("p", { class: "spectate-hint", id: "spectate-hint" });
  readonly root = el(
    "section",
    { class: "spectate panel", "aria-label": "Watching", hidden: "" },
    el(
      "div",
      { class: "spectate-eyes" },
      this.#previous,
      el("div", { class: "spectate-who", role: "status" }, this.#eyebrow, this.#who, this.#role),
      this.#next,
    ),
    this.#hint,
    el("div", { class: "spectate-actions" }, this.#result, this.#again),
  );
  #actions: SpectateActions | null = null;

  constructor() {
    this.#again.addEventListener("click", () => this.#actions?.again());
    this.#result.addEventListener("click", () => this.#actions?.result?.());
    this.#previous.addEventListener("click", () => this.#actions?.turn(-1));
    this.#next.addEventListener("click", () => this.#actions?.turn(1));
  }

  show(actions: SpectateActions): void {
    this.#actions = actions;
    this.root.hidden = false;
    this.#result.hidden = actions.result === null;
    setText(this.#again, actions.result === null ? "Play" : "Play again");
    this.#again.focus({ preventScroll: true });
  }

  hide(): void {
    this.root.hidden = true;
  }

  get shown(): boolean {
    return !this.root.hidden;
  }

  update(world: World, snapshot: Snapshot): void {
    if (!this.shown) return;
    const { eyesSlot } = snapshot;
    const slot = eyesSlot === world.selfSlot ? null : eyesSlot;
    const choice = world.nextWatched(1) !== null;
    setText(this.#hint, world.isWatching ? ANYBODY : choice ? MATES : NO_CHOICE);
    for (const one of [this.#previous, this.#next]) one.disabled = !choice;
    setText(this.#who, slot === null ? "the place where you fell" : world.nameOf(slot));
    setText(this.#role, slot === null ? "" : whatOf(world, slot));
  }
}

function whatOf(world: World, slot: number): string {
  const mate = world.entrant(slot)?.team === world.entrant(world.selfSlot)?.team;
  const role = world.classOf(slot)?.title ?? "";
  return [role, mate ? "your team" : ""].filter((words) => words !== "").join(", ");
}

function button(label: string, kind: string): HTMLButtonElement {
  return el("button", { type: "button", class: kind }, label);
}

function turn(sign: string, label: string): HTMLButtonElement {
  const one = el("button", { type: "button", class: "spectate-turn" }, sign);
  one.setAttribute("aria-label", label);
  one.setAttribute("aria-describedby", "spectate-hint");
  return one;
}
