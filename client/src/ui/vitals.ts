/** Health with the shield on top, mana, level with experience, conditions, combo, cover. */

import type { World } from "../game/world";
import type { SelfRow, Snapshot } from "../net/rows";
import { statusGlyph } from "../render/glyphs";
import { el, setClass, setText, setVariable } from "./dom";
import { icon } from "./icons";

const LOW_HEALTH_SHARE = 0.3;

interface Chip {
  readonly root: HTMLElement;
  readonly stacks: HTMLElement;
  readonly left: HTMLElement;
}

export class Vitals {
  readonly #level = el("b");
  readonly #badge = el("div", { class: "level" }, this.#level);
  readonly #health = el("b", { class: "health-number" });
  readonly #shield = el("b", { class: "shield-number" });
  readonly #mana = el("b", { class: "mana-number" });
  readonly panel = el(
    "div",
    { class: "vitals panel" },
    this.#badge,
    el(
      "div",
      { class: "bars" },
      el(
        "div",
        { class: "bar-line" },
        el(
          "div",
          { class: "health-bar" },
          el("i", { class: "health-lag" }),
          el("i", { class: "health-fill" }),
          el("i", { class: "shield-fill" }),
        ),
        el("span", { class: "bar-numbers" }, this.#shield, this.#health),
      ),
      el(
        "div",
        { class: "bar-line" },
        el("div", { class: "mana-bar" }, el("i", { class: "mana-fill" })),
        el("span", { class: "bar-numbers" }, this.#mana),
      ),
    ),
  );
  readonly #comboCount = el("b");
  readonly #combo = el(
    "div",
    { class: "combo panel" },
    this.#comboCount,
    el("span", {}, "in a row"),
  );
  readonly #coverText = el("span");
  readonly #cover = el("div", { class: "chip cover", hidden: "" });
  readonly #chips = new Map<number, Chip>();
  readonly conditions = el(
    "div",
    { class: "conditions", role: "status" },
    this.#cover,
    this.#combo,
  );
  #coverShown = "";

  update(snapshot: Snapshot, world: World): { low: boolean } {
    const { self } = snapshot;
    const health = self.alive ? self.healthHp : 0;
    const share = shareOf(health, self.healthMaxHp);
    setVariable(this.panel, "--health", share.toFixed(3));
    setVariable(this.panel, "--shield", shareOf(self.shieldHp, self.healthMaxHp).toFixed(3));
    setVariable(this.panel, "--mana-share", shareOf(self.manaMp, self.manaMaxMp).toFixed(3));
    setVariable(this.panel, "--progress", self.progress.toFixed(3));
    setText(this.#health, String(Math.ceil(health)));
    setText(this.#shield, self.shieldHp > 0 ? `+${Math.ceil(self.shieldHp)}` : "");
    setText(this.#mana, String(Math.floor(self.manaMp)));
    setText(this.#level, String(self.level));
    const top = self.level >= world.welcome.rules.level_max;
    setClass(this.#badge, "top", top);
    const low = self.alive && share <= LOW_HEALTH_SHARE;
    setClass(this.panel, "low", low);
    setClass(this.panel, "down", self.down);
    setText(this.#comboCount, `${self.combo}`);
    this.#combo.hidden = self.combo === 0;
    this.#showCover(self);
    this.#showStatuses(snapshot, world);
    return { low };
  }

  clear(): void {
    for (const { root } of this.#chips.values()) root.remove();
    this.#chips.clear();
  }

  #showCover(self: SelfRow): void {
    const words = !self.alive || !self.inBush ? "" : self.seen ? "Given away" : "Hidden";
    if (words === this.#coverShown) return;
    this.#coverShown = words;
    this.#cover.hidden = words === "";
    setClass(this.#cover, "seen", self.seen);
    setText(this.#coverText, words);
    this.#cover.replaceChildren(icon(self.seen ? "spotted" : "hidden"), this.#coverText);
  }

  #showStatuses(snapshot: Snapshot, world: World): void {
    const seen = new Set<number>();
    for (const { status, stacks, leftTicks } of snapshot.statuses) {
      const rules = world.welcome.rules.statuses[status];
      if (rules === undefined) continue;
      seen.add(status);
      const chip = this.#chips.get(status) ?? this.#chip(status, rules.title, rules.kind);
      setText(chip.stacks, stacks > 1 ? `×${stacks}` : "");
      setText(chip.left, (leftTicks / world.welcome.tickRateHz).toFixed(1));
    }
    for (const [status, { root }] of this.#chips) {
      if (seen.has(status)) continue;
      this.#chips.delete(status);
      root.remove();
    }
  }

  #chip(status: number, title: string, kind: string): Chip {
    const stacks = el("span", { class: "chip-stacks" });
    const left = el("b");
    const root = el("div", { class: `chip ${kind}` }, icon(statusGlyph(kind)), title, stacks, left);
    this.conditions.append(root);
    const chip = { root, stacks, left };
    this.#chips.set(status, chip);
    return chip;
  }
}

function shareOf(value: number, maximum: number): number {
  return maximum > 0 ? Math.max(0, Math.min(1, value / maximum)) : 0;
}
