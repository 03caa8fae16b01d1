/** Where to begin: nine parts of the map, or anywhere. Radio buttons over a picture of it. */

import type { GameMap } from "../net/messages";
import { DROP_ANYWHERE, DROPS_MAX } from "../net/protocol";
import { el } from "./dom";
import { mapScale, paintMap } from "./mappicture";
import { remember, remembered } from "./memory";

const KEY = "drop";
const SIDE_PX = 186;
const NAMES = [
  "North-west",
  "North",
  "North-east",
  "West",
  "Middle",
  "East",
  "South-west",
  "South",
  "South-east",
] as const;

export class DropMap {
  readonly root = el("fieldset", { class: "drops", hidden: "" });
  readonly #chosen = el("span", { class: "drop-name" });
  #drop = rememberedDrop();

  /** What JOIN says. */
  get drop(): number {
    return this.#drop;
  }

  show(map: GameMap): void {
    const scale = mapScale(map, SIDE_PX);
    const picture = paintMap(map, scale * Math.min(2, window.devicePixelRatio || 1));
    picture.setAttribute("aria-hidden", "true");
    picture.style.width = `${map.width_u * scale}px`;
    picture.style.height = `${map.height_u * scale}px`;
    const ninths = NAMES.map((name, index) => this.#choice(index + 1, name, "drop-ninth"));
    this.root.replaceChildren(
      el("legend", {}, "Landing"),
      el("div", { class: "drop-map" }, picture, el("div", { class: "drop-grid" }, ...ninths)),
      el(
        "div",
        { class: "drop-line" },
        this.#choice(DROP_ANYWHERE, "Anywhere", "drop-any"),
        this.#chosen,
      ),
    );
    this.#say();
    this.root.hidden = false;
  }

  #choice(drop: number, name: string, className: string): HTMLElement {
    const radio = el("input", { type: "radio", name: "drop", value: String(drop) });
    radio.checked = drop === this.#drop;
    radio.addEventListener("change", () => {
      this.#drop = drop;
      remember(KEY, String(drop));
      this.#say();
    });
    const words = drop === DROP_ANYWHERE ? name : el("span", { class: "visually-hidden" }, name);
    return el("label", { class: className }, radio, words);
  }

  #say(): void {
    this.#chosen.textContent = NAMES[this.#drop - 1] ?? "";
  }
}

function rememberedDrop(): number {
  const drop = Number(remembered(KEY) || DROP_ANYWHERE);
  return Number.isInteger(drop) && drop >= 0 && drop <= DROPS_MAX ? drop : DROP_ANYWHERE;
}
