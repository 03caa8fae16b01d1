/** The first screen: a name, a class, a place to land, one button, and how to play. */

import type { GameMap } from "../net/messages";
import { Blocks, NAME_CHARACTERS_MAX } from "../net/protocol";
import type { MatchInfo } from "../net/welcome";
import type { JoinWish } from "../net/wire";
import { paintPatch } from "../render/patch";
import { ClassCards } from "./classcards";
import { el } from "./dom";
import { DropMap } from "./dropmap";
import { remember, remembered } from "./memory";
import { fitName } from "./name";

const KEY = "name";

export class Title {
  readonly root: HTMLElement;
  readonly #name: HTMLInputElement;
  readonly #classes = new ClassCards();
  readonly #drops = new DropMap();
  readonly #mode = el("p", { class: "mode" });
  #painted = false;

  constructor(play: (wish: JoinWish) => void) {
    this.#name = el("input", {
      type: "text",
      id: "player-name",
      maxlength: String(NAME_CHARACTERS_MAX),
      placeholder: "Guest",
      autocomplete: "nickname",
      spellcheck: "false",
    });
    this.#name.value = fitName(remembered(KEY));
    const form = el(
      "form",
      { class: "join" },
      el(
        "div",
        { class: "title-head" },
        el(
          "div",
          {},
          el("h1", {}, "Ringfall"),
          el("p", { class: "tagline" }, "The ring is falling in. Be the last one inside."),
          this.#mode,
        ),
        el(
          "div",
          { class: "join-name" },
          el("label", { for: "player-name" }, "Your name"),
          el(
            "div",
            { class: "join-row" },
            this.#name,
            el("button", { class: "primary", type: "submit" }, "Play"),
          ),
        ),
      ),
      this.#classes.root,
      el("div", { class: "title-foot" }, this.#drops.root, legend()),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      remember(KEY, fitName(this.#name.value));
      play(this.wish);
    });
    this.root = el(
      "main",
      { class: "title", hidden: "" },
      rings(),
      el(
        "div",
        { class: "title-column" },
        form,
        el("p", { class: "touch-note" }, "Ringfall is played with a keyboard and a mouse."),
      ),
    );
  }

  get wish(): JoinWish {
    const name = fitName(this.#name.value);
    return { name, role: this.#classes.role, drop: this.#drops.drop };
  }

  /** What there is to choose from; null leaves every choice to the server. */
  offer(info: MatchInfo | null): void {
    if (info === null) return;
    this.#classes.show(info.classes);
    this.#drops.show(info.map);
    const teams = [
      "",
      "Everyone for themselves",
      "Teams of two",
      "Teams of three",
      "Teams of four",
    ];
    this.#mode.textContent = `${teams[info.teamSize] ?? `Teams of ${info.teamSize}`} · ${info.map.name}`;
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
    line("Aim and attack", "Mouse", "Left click"),
    line("Second skill: hold to charge, if it can", "Right click"),
    line("Special", "Q"),
    line("Mobility", "Space", "Shift"),
    line("Help a team mate up", "E"),
    line("Leave", "Esc"),
  );
}

/** Ruins for the picture behind the title; painted by the same brush as the game. */
const RUINS: GameMap = {
  name: "title",
  width_u: 1000,
  height_u: 1000,
  bushes: [],
  walls: (
    [
      [530, 506, 3.6, 0.5, 0.2, 0],
      [534, 510, 0.5, 2.6, 0.2, 0],
      [521, 517, 0, 0, 1.5, 0],
      [529, 519, 2.2, 0.6, 0.1, 300],
      [537, 521, 0, 0, 1.1, 0],
      [518, 507, 0.6, 2.2, 0.2, 0],
      [511, 522, 2.6, 0.6, 0.2, 3900],
      [507, 505, 0, 0, 1.2, 0],
      [525.5, 511.5, 0, 0, 0.8, 0],
    ] as const
  ).map(([cx, cy, hx, hy, r, heading]) => ({ cx, cy, hx, hy, r, heading, blocks: Blocks.ALL })),
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
