/** The team: who is still there, how they are, and who needs help. */

import type { World } from "../game/world";
import type { Snapshot } from "../net/rows";
import { el, setClass, setText, setVariable } from "./dom";

interface Line {
  readonly root: HTMLElement;
  readonly state: HTMLElement;
}

export class Mates {
  readonly root = el("ul", { class: "mates" });
  readonly #lines = new Map<number, Line>();

  update(snapshot: Snapshot, world: World): void {
    const living = new Set(snapshot.mates.map((mate) => mate.slot));
    for (const { slot, health, down } of snapshot.mates) {
      const line = this.#lines.get(slot) ?? this.#add(slot, world);
      setVariable(line.root, "--health", health.toFixed(3));
      setClass(line.root, "down", down);
      setText(line.state, down ? "Down" : "");
      setClass(line.root, "gone", false);
    }
    for (const [slot, line] of this.#lines) {
      if (living.has(slot)) continue;
      setClass(line.root, "gone", true);
      setText(line.state, "Out");
    }
  }

  clear(): void {
    this.#lines.clear();
    this.root.replaceChildren();
  }

  #add(slot: number, world: World): Line {
    const state = el("span", { class: "mate-state" });
    const role = world.classOf(slot)?.title ?? "";
    const root = el(
      "li",
      { class: "panel" },
      el("b", {}, world.nameOf(slot)),
      el("span", { class: "mate-role" }, role),
      state,
      el("i", { class: "mate-bar" }, el("i")),
    );
    this.root.append(root);
    const line = { root, state };
    this.#lines.set(slot, line);
    return line;
  }
}
