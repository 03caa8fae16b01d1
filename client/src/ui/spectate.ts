/** After one's end: through whose eyes one sees, and the ways on from here. */

import type { World } from "../game/world";
import type { Snapshot } from "../net/rows";
import { el, setText } from "./dom";

const HINT = "The server chooses whose eyes: a team mate's, else those of whoever got you.";

export interface SpectateActions {
  again(): void;
  result(): void;
}

export class SpectateBar {
  readonly #eyebrow = el("small", {}, "Watching");
  readonly #who = el("b", { class: "spectate-name" });
  readonly #role = el("span", { class: "spectate-role" });
  readonly #again = button("Play again", "primary");
  readonly #result = button("Result", "secondary");
  readonly root = el(
    "section",
    { class: "spectate panel", "aria-label": "Watching", hidden: "" },
    el(
      "div",
      { class: "spectate-eyes" },
      turn("‹", "Previous player"),
      el("div", { class: "spectate-who", role: "status" }, this.#eyebrow, this.#who, this.#role),
      turn("›", "Next player"),
    ),
    el("p", { class: "spectate-hint", id: "spectate-hint" }, HINT),
    el("div", { class: "spectate-actions" }, this.#result, this.#again),
  );
  #actions: SpectateActions | null = null;

  constructor() {
    this.#again.addEventListener("click", () => this.#actions?.again());
    this.#result.addEventListener("click", () => this.#actions?.result());
  }

  show(actions: SpectateActions): void {
    this.#actions = actions;
    this.root.hidden = false;
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
    const { eyesSlot, self } = snapshot;
    const somebody = eyesSlot !== null && eyesSlot !== world.selfSlot && !self.alive;
    const slot = somebody ? eyesSlot : null;
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

/** There to be seen, and to say why it does nothing: `disabled` would hide the hint. */
function turn(sign: string, label: string): HTMLButtonElement {
  const attributes = { type: "button", class: "spectate-turn", title: HINT };
  const one = el("button", { ...attributes, "aria-disabled": "true" }, sign);
  one.setAttribute("aria-label", label);
  one.setAttribute("aria-describedby", "spectate-hint");
  return one;
}
