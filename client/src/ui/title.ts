/** The first screen: a name, a class, a place to land, one button, and how to play. */

import type { Bindings, BoundAction } from "../game/bindings";
import type { GameMap } from "../net/messages";
import { Blocks, NAME_CHARACTERS_MAX } from "../net/protocol";
import type { MatchInfo } from "../net/welcome";
import type { JoinWish } from "../net/wire";
import { paintPatch } from "../render/patch";
import type { SettingsStore } from "../settings/store";
import { ClassCards } from "./classcards";
import { el } from "./dom";
import { DropMap } from "./dropmap";
import { remember, remembered } from "./memory";
import { fitName } from "./name";
import { sourceWords } from "./words";

const KEY = "name";

export interface TitleActions {
  play(wish: JoinWish): void;
  /** A match of others, without a body. */
  watch(wish: JoinWish): void;
  open(): void;
  profile(): void;
  boards(): void;
}

export class Title {
  readonly root: HTMLElement;
  readonly #name: HTMLInputElement;
  readonly #classes: ClassCards;
  readonly #legend = el("dl", { class: "legend" });
  readonly #drops = new DropMap();
  readonly #mode = el("p", { class: "mode" });
  #painted = false;

  constructor(settings: SettingsStore, actions: TitleActions) {
    this.#classes = new ClassCards(settings);
    settings.watch(({ bindings }) => this.#legend.replaceChildren(...legend(bindings)));
    const gear = el("button", { class: "secondary", type: "button" }, "Settings");
    gear.addEventListener("click", () => actions.open());
    const watch = el("button", { class: "secondary", type: "button" }, "Watch");
    watch.addEventListener("click", () => actions.watch(this.wish));
    const profile = el("button", { class: "secondary", type: "button" }, "Profile");
    profile.addEventListener("click", () => actions.profile());
    const boards = el("button", { class: "secondary", type: "button" }, "Leaderboards");
    boards.addEventListener("click", () => actions.boards());
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
            watch,
            gear,
          ),
          el("div", { class: "join-more" }, profile, boards),
        ),
      ),
      this.#classes.root,
      el(
        "div",
        { class: "title-foot" },
        this.#drops.root,
        el("div", { class: "title-keys" }, this.#legend, touchLegend()),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      remember(KEY, fitName(this.#name.value));
      actions.play(this.wish);
    });
    this.root = el(
      "main",
      { class: "title", hidden: "" },
      rings(),
      el("div", { class: "title-column" }, form),
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

const LEGEND: readonly (readonly [what: string, ...actions: BoundAction[]])[] = [
  ["First skill; the mouse aims", "primary"],
  ["Second skill: hold to charge, if it can", "secondary"],
  ["Special", "special"],
  ["Mobility", "mobility"],
  ["Help a team mate up", "interact"],
  ["Menu and settings", "menu"],
];

function legend(bindings: Bindings): HTMLElement[] {
  const line = (what: string, keys: readonly string[]): HTMLElement =>
    el("div", {}, el("dt", {}, ...keys.map((key) => el("kbd", {}, key))), el("dd", {}, what));
  const words = (action: BoundAction, place: 0 | 1) => {
    const source = bindings[action][place];
    return source === "" ? "" : sourceWords(source);
  };
  const both = (action: BoundAction) =>
    [words(action, 0), words(action, 1)].filter((key) => key !== "");
  const steps = ([0, 1] as const)
    .map((place) => ["up", "left", "down", "right"].map((way) => words(way as BoundAction, place)))
    .map((keys) => keys.filter((key) => key !== "").join(" "));
  return [
    line(
      "Move",
      steps.filter((keys) => keys !== ""),
    ),
    ...LEGEND.map(([what, action]) => line(what, action === undefined ? [] : both(action))),
  ];
}

/** For thumbs; which of the two is shown is the style's affair. */
function touchLegend(): HTMLElement {
  const line = (what: string, how: string): HTMLElement =>
    el("div", {}, el("dt", {}, el("kbd", {}, how)), el("dd", {}, what));
  return el(
    "dl",
    { class: "legend touch-legend" },
    line("Move", "Left thumb"),
    line("Aim and attack", "Right thumb"),
    line("Cast; drag to aim it", "Buttons"),
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
  return el("div", { class: "rings", "aria-hidden": "true" }, el("i", { class: "ring-next" }));
}
