/**
 * Marks at the edge of the screen towards noises: what ears would tell, for eyes. A tooth
 * for an attack, a cross for somebody's end, a disc for everything else.
 */

import type { Heard } from "../audio/place";
import type { SoundName } from "../audio/sounds";
import { el, setClass } from "./dom";

const SECTORS = 20;
const LIFE_MS = 900;

type Sort = "attack" | "end" | "other";

const SORTS: Readonly<Partial<Record<SoundName, Sort>>> = {
  ...{ shot: "attack", bolt: "attack", swing: "attack", beam: "attack", blast: "attack" },
  ...{ bash: "attack", roots: "attack", hitGiven: "attack", warded: "attack" },
  ...{ death: "end", down: "end" },
};

interface Sector {
  readonly root: HTMLElement;
  strength: number;
  sinceMs: number;
}

export class SoundRing {
  readonly root = el("div", { class: "soundring", "aria-hidden": "true", hidden: "" });
  readonly #sectors: readonly Sector[] = Array.from({ length: SECTORS }, (_, index) => {
    const angle = (index / SECTORS) * Math.PI * 2;
    const root = el("i", { hidden: "" });
    root.style.left = `${50 + 46 * Math.cos(angle)}%`;
    root.style.top = `${50 + 44 * Math.sin(angle)}%`;
    root.style.rotate = `${angle}rad`;
    this.root.append(root);
    return { root, strength: 0, sinceMs: 0 };
  });

  set shown(shown: boolean) {
    this.root.hidden = !shown;
  }

  mark(name: SoundName, { angle, gain }: Heard): void {
    if (this.root.hidden) return;
    const turn = Math.round((angle / (Math.PI * 2)) * SECTORS);
    const sector = this.#sectors[((turn % SECTORS) + SECTORS) % SECTORS];
    if (sector === undefined) return;
    const nowMs = performance.now();
    // Of two from one side the louder is shown.
    if (left(sector, nowMs) > gain) return;
    sector.strength = gain;
    sector.sinceMs = nowMs;
    const sort = SORTS[name] ?? "other";
    for (const one of ["attack", "end", "other"]) setClass(sector.root, one, one === sort);
    sector.root.style.scale = String(0.65 + 0.6 * gain);
  }

  update(nowMs: number): void {
    if (this.root.hidden) return;
    for (const sector of this.#sectors) {
      const strength = left(sector, nowMs);
      sector.root.hidden = strength <= 0;
      if (strength > 0) sector.root.style.opacity = Math.min(1, 0.25 + strength).toFixed(2);
    }
  }

  clear(): void {
    for (const sector of this.#sectors) sector.strength = 0;
  }
}

function left({ strength, sinceMs }: Sector, nowMs: number): number {
  return strength * Math.max(0, 1 - (nowMs - sinceMs) / LIFE_MS);
}
