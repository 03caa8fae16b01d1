/**
 * The four skills: icon and key, a sweep until the next cast, charges, price, a ring
 * that grows while a charge is held, and a pip for every level.
 */

import { type SkillFace, skillFace } from "../game/skillface";
import type { World } from "../game/world";
import type { SkillRules } from "../net/messages";
import { SKILL_SLOTS } from "../net/protocol";
import type { Snapshot } from "../net/rows";
import { skillGlyph } from "../render/glyphs";
import { el, setClass, setText, setVariable } from "./dom";
import { icon } from "./icons";

export const SLOT_KEYS = ["Left", "Right", "Q", "Space"] as const;
const LEVELS = 5;

interface Dial {
  readonly root: HTMLElement;
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
  readonly #dials: readonly Dial[] = Array.from({ length: SKILL_SLOTS }, (_, slot) =>
    this.#dial(SLOT_KEYS[slot] ?? ""),
  );

  update(snapshot: Snapshot, world: World): void {
    const { tickRateHz } = world.welcome;
    snapshot.self.slots.forEach((slot, index) => {
      const dial = this.#dials[index];
      const skill = world.skill(slot.skill);
      if (dial === undefined) return;
      dial.root.hidden = skill === null;
      if (skill === null) return;
      if (dial.shown !== slot.skill) introduce(dial, slot.skill, skill);
      show(dial, skillFace(slot, skill, snapshot.self, tickRateHz));
    });
  }

  /** Another match may number its skills otherwise. */
  reset(): void {
    for (const dial of this.#dials) dial.shown = -1;
  }

  #dial(key: string): Dial {
    const seconds = el("span", { class: "skill-seconds" });
    const charges = el("b", { class: "skill-charges" });
    const price = el("span", { class: "skill-price" });
    const face = el("div", { class: "skill-face" });
    const pips = Array.from({ length: LEVELS }, () => el("i"));
    const root = el(
      "div",
      { class: "skill", hidden: "" },
      el("kbd", {}, key),
      el("div", { class: "skill-dial" }, face, seconds, charges),
      el("div", { class: "skill-pips" }, ...pips),
      price,
    );
    this.root.append(root);
    return { root, face, seconds, charges, price, pips, shown: -1 };
  }
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
