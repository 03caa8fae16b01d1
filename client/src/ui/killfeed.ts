/** Who got whom, newest at the bottom, own deeds marked. */

import type { World } from "../game/world";
import type { Kill } from "../net/messages";
import { causeWords } from "./causes";
import { el } from "./dom";
import { icon } from "./icons";

const SHOWN_MAX = 6;
const SHOWN_MS = 8000;

export class KillFeed {
  // A polite live region: screen readers hear it without being interrupted.
  readonly root = el("ul", { class: "killfeed", "aria-live": "polite" });

  add(kill: Kill, world: World): void {
    const cause = causeWords(kill.cause, world);
    const own = kill.killer === world.selfSlot;
    const ownDeath = kill.victim === world.selfSlot;
    const solo = kill.killer === null || kill.killer === kill.victim;
    const words = el("span", { class: "visually-hidden" }, ` ${solo ? cause.alone : cause.by} `);
    const victim = this.#name(world, kill.victim);
    const item = el(
      "li",
      { class: `panel${own ? " own" : ""}${ownDeath ? " own-death" : ""}` },
      ...(solo
        ? [victim, icon(cause.glyph), el("span", { class: "feed-cause" }, cause.alone)]
        : [this.#name(world, kill.killer ?? kill.victim), icon(cause.glyph), words, victim]),
    );
    this.root.append(item);
    while (this.root.children.length > SHOWN_MAX) this.root.firstElementChild?.remove();
    window.setTimeout(() => item.classList.add("leaving"), SHOWN_MS);
    window.setTimeout(() => item.remove(), SHOWN_MS + 400);
  }

  clear(): void {
    this.root.replaceChildren();
  }

  #name(world: World, slot: number): HTMLElement {
    const own = slot === world.selfSlot;
    const mate = !own && world.entrant(slot)?.team === world.entrant(world.selfSlot)?.team;
    return el(
      "b",
      own ? { class: "me" } : mate ? { class: "mate" } : {},
      own ? "You" : world.nameOf(slot),
    );
  }
}
