/** The choice of a class: one card each, as radio buttons, so that arrow keys walk them. */

import { SLOT_ACTIONS } from "../game/input";
import { ROLE_ANY } from "../net/protocol";
import type { ClassCard } from "../net/welcome";
import { context2d } from "../render/canvas2d";
import { drawFigure } from "../render/figures";
import { skillGlyph } from "../render/glyphs";
import { SELF, SELF_DEEP } from "../render/palette";
import type { SettingsStore } from "../settings/store";
import { el } from "./dom";
import { icon } from "./icons";
import { remember, remembered } from "./memory";
import { keyOf } from "./words";

const KEY = "class";
const FIGURE_PX = 72;

export class ClassCards {
  readonly root = el("fieldset", { class: "classes", hidden: "" }, el("legend", {}, "Class"));
  #classes: readonly ClassCard[] = [];
  #role = ROLE_ANY;
  readonly #settings: SettingsStore;

  constructor(settings: SettingsStore) {
    this.#settings = settings;
    settings.watch((now, before) => {
      // Keys and colours are on the cards.
      const stale = now.bindings !== before.bindings || now.palette !== before.palette;
      if (stale && this.#classes.length > 0) this.show(this.#classes);
    });
  }

  /** What JOIN says. */
  get role(): number {
    return this.#role;
  }

  show(classes: readonly ClassCard[]): void {
    this.#classes = classes;
    const last = remembered(KEY);
    // Kept by name: the place of a class in the list is the server's affair.
    const index = classes.findIndex(({ name }) => name === last);
    this.#role = index < 0 ? ROLE_ANY : index;
    const row = el(
      "div",
      { class: "class-row" },
      ...classes.map((card, role) => this.#card(role, classCard(card, this.#settings))),
      this.#card(ROLE_ANY, anyCard()),
    );
    this.root.replaceChildren(el("legend", {}, "Class"), row);
    this.root.hidden = false;
  }

  #card(role: number, face: HTMLElement): HTMLElement {
    const radio = el("input", { type: "radio", name: "class", value: String(role) });
    radio.checked = role === this.#role;
    radio.addEventListener("change", () => {
      this.#role = role;
      remember(KEY, this.#classes[role]?.name ?? "");
    });
    return el("label", { class: "class-card" }, radio, face);
  }
}

function classCard(card: ClassCard, settings: SettingsStore): HTMLElement {
  const { bindings } = settings.now;
  const skills = card.skills.map(({ title, kind }, slot) =>
    el(
      "li",
      {},
      icon(skillGlyph(title, kind)),
      el("span", {}, title),
      el("small", {}, keyOf(bindings, SLOT_ACTIONS[slot] ?? "primary")),
    ),
  );
  const figure = (value: number) => String(Math.round(value * 10) / 10);
  return el(
    "div",
    { class: "class-face" },
    el("div", { class: "class-head" }, portrait(card.name), el("b", {}, card.title)),
    el("p", {}, card.blurb),
    el("ul", {}, ...skills),
    el(
      "div",
      { class: "class-numbers" },
      el("span", { title: "Health" }, icon("heart"), figure(card.health_hp)),
      el("span", { title: "Mana" }, icon("mana"), figure(card.mana_mp)),
      el("span", { title: "Speed" }, icon("dash"), figure(card.speed_ups)),
    ),
  );
}

function anyCard(): HTMLElement {
  return el(
    "div",
    { class: "class-face any" },
    icon("any"),
    el("b", {}, "Any"),
    el("p", {}, "Whatever is played least in the match."),
  );
}

function portrait(name: string): HTMLCanvasElement {
  const canvas = el("canvas", { class: "portrait", "aria-hidden": "true" });
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  canvas.width = FIGURE_PX * ratio;
  canvas.height = FIGURE_PX * ratio;
  const ctx = context2d(canvas);
  if (ctx === null) return canvas;
  ctx.translate(canvas.width / 2, canvas.height / 2);
  ctx.rotate(-Math.PI / 2 + 0.5);
  drawFigure(ctx, name, FIGURE_PX * ratio * 0.25, { light: SELF, deep: SELF_DEEP }, false);
  return canvas;
}
