/**
 * The four skills: icon and key, a sweep until the next cast, charges, price, a ring
 * that grows while a charge is held, and a pip for every level.
 */

import { SLOT_ACTIONS } from "../game/input";
import { type SkillFace, skillFace } from "../game/skillface";
import type { World } from "../game/world";
import type { SkillRules } from "../net/messages";
import type { Snapshot } from "../net/rows";
import { skillGlyph } from "../render/glyphs";
import type { SettingsStore } from "../settings/store";
import { el, setClass, setText, setVariable } from "./dom";
import { icon } from "./icons";
import { keyOf } from "./words";

const LEVELS = 5;

export interface Dial {
  readonly root: HTMLElement;
  readonly key: HTMLElement;
  readonly face: HTMLElement;
  readonly seconds: HTMLElement;
  readonly charges: HTMLElement;
  readonly price: HTMLElement;
  readonly pips: readonly HTMLElement[];
  /** Index of the skill whose icon is shown. */
  shown: number;
}

export class Skills {
  readonly root = el("div", { class: "skills" });
  readonly #dials: readonly Dial[] = SLOT_ACTIONS.map(() => dial(""));

  constructor(settings: SettingsStore) {
    this.root.append(...this.#dials.map(({ root }) => root));
    settings.watch(({ bindings }) => {
      SLOT_ACTIONS.forEach((action, slot) => {
        const key = this.#dials[slot]?.key;
        if (key === undefined) return;
        setText(key, keyOf(bindings, action));
        key.hidden = key.textContent === "";
      });
    });
  }

  update(snapshot: Snapshot, world: World): void {
    this.#dials.forEach((one, index) => {
      showDial(one, index, snapshot, world);
    });
  }

  /** Another match may number its skills otherwise. */
  reset(): void {
    for (const one of this.#dials) one.shown = -1;
  }
}

export function dial(words: string): Dial {
  const key = el("kbd", words === "" ? { hidden: "" } : {}, words);
  const seconds = el("span", { class: "skill-seconds" });
  const charges = el("b", { class: "skill-charges" });
  const price = el("span", { class: "skill-price" });
  const face = el("div", { class: "skill-face" });
  const pips = Array.from({ length: LEVELS }, () => el("i"));
  const root = el(
    "div",
    { class: "skill", hidden: "" },
    key,
    el("div", { class: "skill-dial" }, face, seconds, charges),
    el("div", { class: "skill-pips" }, ...pips),
    price,
  );
  return { root, key, face, seconds, charges, price, pips, shown: -1 };
}

/** The skill in a slot, as the snapshot has it. */
export function showDial(one: Dial, index: number, snapshot: Snapshot, world: World): void {
  const slot = snapshot.self.slots[index];
  const skill = slot === undefined ? null : world.skill(slot.skill);
  one.root.hidden = skill === null;
  if (slot === undefined || skill === null) return;
  if (one.shown !== slot.skill) introduce(one, slot.skill, skill);
  show(one, skillFace(slot, skill, snapshot.self, world.welcome.tickRateHz));
}

function introduce(dial: Dial, index: number, skill: SkillRules): void {
  dial.shown = index;
  dial.root.title = skill.title;
  dial.face.replaceChildren(icon(skillGlyph(skill.name, skill.kind)));
  setText(dial.price, skill.mana_mp > 0 ? String(Math.round(skill.mana_mp)) : "");
}

function show(dial: Dial, face: SkillFace): void {
  setVariable(dial.root, "--wait", face.wait.toFixed(3));
  setVariable(dial.root, "--recharge", face.recharge.toFixed(3));
  setVariable(dial.root, "--held", (face.held ?? 0).toFixed(3));
  setClass(dial.root, "ready", face.ready);
  setClass(dial.root, "dear", face.dear);
  setClass(dial.root, "barred", face.barred);
  setClass(dial.root, "held", face.held !== null);
  setClass(dial.root, "full", face.held !== null && face.held >= 1);
  setText(dial.seconds, face.seconds);
  setText(dial.charges, face.charges === null ? "" : String(face.charges));
  dial.pips.forEach((pip, index) => {
    setClass(pip, "on", index < face.level);
  });
}
