/** Who got whom, newest at the bottom, own deeds marked. */

import type { World } from "../game/world";
import type { Kill } from "../net/messages";
import { Cause } from "../net/protocol";
import { el } from "./dom";
import { type IconName, icon } from "./icons";

const SHOWN_MAX = 6;
const SHOWN_MS = 8000;

const CAUSES: Readonly<Record<number, { icon: IconName; alone: string; by: string }>> = {
  [Cause.SHOT]: { icon: "attack", alone: "was shot", by: "shot" },
  [Cause.BLAST]: { icon: "blast", alone: "was blown up", by: "blew up" },
  [Cause.ZONE]: { icon: "zone", alone: "fell to the zone", by: "left to the zone" },
  [Cause.LEFT]: { icon: "left", alone: "left the match", by: "drove out" },
};

export class KillFeed {
  // A polite live region: screen readers hear it without being interrupted.
  readonly root = el("ul", { class: "killfeed", "aria-live": "polite" });

  add(kill: Kill, world: World): void {
    const cause = CAUSES[kill.cause];
    if (cause === undefined) return;
    const own = kill.killer === world.selfSlot;
    const ownDeath = kill.victim === world.selfSlot;
    const solo = kill.killer === null || kill.killer === kill.victim;
    const words = el("span", { class: "visually-hidden" }, ` ${solo ? cause.alone : cause.by} `);
    const victim = this.#name(world, kill.victim);
    const item = el(
      "li",
      { class: `panel${own ? " own" : ""}${ownDeath ? " own-death" : ""}` },
      ...(solo
        ? [victim, icon(cause.icon), el("span", { class: "feed-cause" }, cause.alone)]
        : [this.#name(world, kill.killer ?? kill.victim), icon(cause.icon), words, victim]),
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
    return el("b", own ? { class: "me" } : {}, own ? "You" : world.nameOf(slot));
  }
}

/** For the death screen: what it was, said in words. */
export function deathText(kill: Kill, world: World): string {
  const killer = kill.killer === null || kill.killer === kill.victim ? null : kill.killer;
  const name = killer === null ? null : world.nameOf(killer);
  switch (kill.cause) {
    case Cause.SHOT:
      return name === null ? "Shot" : `Shot by ${name}`;
    case Cause.BLAST:
      if (name !== null) return `Blown up by ${name}`;
      return kill.killer === kill.victim ? "Caught in your own blast" : "Caught in a blast";
    case Cause.ZONE:
      return name === null ? "Lost to the zone" : `Lost to the zone, hunted by ${name}`;
    default:
      return "Left the match";
  }
}
