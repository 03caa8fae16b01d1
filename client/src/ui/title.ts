/** The first screen: a name, one button, and how to play. */

import type { GameMap } from "../net/messages";
import { NAME_CHARACTERS_MAX } from "../net/protocol";
import { paintPatch } from "../render/patch";
import { el } from "./dom";
import { fitName, rememberedName, rememberName } from "./name";

export class Title {
  readonly root: HTMLElement;
  readonly #name: HTMLInputElement;
  #painted = false;

  constructor(play: (name: string) => void) {
    this.#name = el("input", {
      type: "text",
      id: "player-name",
      maxlength: String(NAME_CHARACTERS_MAX),
      placeholder: "Guest",
      autocomplete: "nickname",
      spellcheck: "false",
    });
    this.#name.value = rememberedName();
    const form = el(
      "form",
      { class: "join" },
      el("label", { for: "player-name" }, "Your name"),
      el(
        "div",
        { class: "join-row" },
        this.#name,
        el("button", { class: "primary", type: "submit" }, "Play"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = fitName(this.#name.value);
      rememberName(name);
      play(name);
    });
    this.root = el(
      "main",
      { class: "title", hidden: "" },
      rings(),
      el(
        "div",
        { class: "title-column" },
        el("h1", {}, "Ringfall"),
        el("p", { class: "tagline" }, "The ring is falling in. Be the last one inside."),
        form,
        legend(),
        el("p", { class: "touch-note" }, "Ringfall is played with a keyboard and a mouse."),
      ),
    );
  }

  get name(): string {
    return fitName(this.#name.value);
  }

  show(): void {
    this.showBackdrop();
    this.root.classList.remove("backdrop-only");
    this.#name.focus({ preventScroll: true });
  }

  /** The picture alone, for cards that have no match behind them. */
  showBackdrop(): void {
    // Painted when first seen: who joins straight away never waits for it.
    if (!this.#painted) this.root.prepend(backdrop());
    this.#painted = true;
    this.root.classList.add("backdrop-only");
    this.root.hidden = false;
  }

  get shown(): boolean {
    return !this.root.hidden;
  }

  hide(): void {
    this.root.hidden = true;
  }
}

function legend(): HTMLElement {
  const line = (what: string, ...keys: string[]): HTMLElement =>
    el("div", {}, el("dt", {}, ...keys.map((key) => el("kbd", {}, key))), el("dd", {}, what));
  return el(
    "dl",
    { class: "legend" },
    line("Move", "W A S D", "Arrows"),
    line("Aim", "Mouse"),
    line("Attack", "Left click", "Space"),
    line("Blast at the cursor", "Right click", "E", "Q"),
    line("Dash", "Shift"),
    line("Leave", "Esc"),
  );
}

/** Ruins for the picture behind the title; painted by the same brush as the game. */
const RUINS: GameMap = {
  name: "title",
  width_u: 1000,
  height_u: 1000,
  walls: [
    { cx: 530, cy: 506, hx: 3.6, hy: 0.5, r: 0.2 },
    { cx: 534, cy: 510, hx: 0.5, hy: 2.6, r: 0.2 },
    { cx: 521, cy: 517, hx: 0, hy: 0, r: 1.5 },
    { cx: 529, cy: 519, hx: 2.2, hy: 0.6, r: 0.1 },
    { cx: 537, cy: 521, hx: 0, hy: 0, r: 1.1 },
    { cx: 518, cy: 507, hx: 0.6, hy: 2.2, r: 0.2 },
    { cx: 511, cy: 522, hx: 2.6, hy: 0.6, r: 0.2 },
    { cx: 507, cy: 505, hx: 0, hy: 0, r: 1.2 },
    { cx: 525.5, cy: 511.5, hx: 0, hy: 0, r: 0.8 },
  ],
};

function backdrop(): HTMLElement {
  const picture = paintPatch({ x: 500, y: 496, side: 42, pixelsPerUnit: 30 }, RUINS);
  picture.className = "backdrop";
  picture.setAttribute("aria-hidden", "true");
  return picture;
}

function rings(): HTMLElement {
  const ring = (kind: string) => el("i", { class: kind });
  return el(
    "div",
    { class: "rings", "aria-hidden": "true" },
    ring("ring-outer"),
    ring("ring-next"),
  );
}
