/** Amounts that concern the player, as figures that rise and fade. */

import { Container, Text } from "pixi.js";
import { INK } from "./palette";

const LIFE_MS = 750;
const RISE_U = 1.3;
/** Further ones wait for nothing: they are left out. */
const SHOWN_MAX = 24;
/** Letters are drawn at this size and scaled to units. */
const FONT_PX = 40;
const HEIGHT_U = 0.85;

interface Shown {
  readonly text: Text;
  readonly y: number;
  ageMs: number;
}

export class Numerals {
  readonly layer = new Container();
  #shown: Shown[] = [];

  show(x: number, y: number, words: string, colour: number, size = 1): void {
    if (this.#shown.length >= SHOWN_MAX) return;
    const text = new Text({
      text: words,
      style: {
        fontFamily: ["Chakra Petch", "system-ui", "sans-serif"],
        fontSize: FONT_PX,
        fontWeight: "700",
        fill: colour,
        stroke: { color: INK, width: 8, join: "round" },
      },
    });
    text.anchor.set(0.5);
    text.scale.set((size * HEIGHT_U) / FONT_PX);
    text.position.set(x + (Math.random() - 0.5) * 0.8, y - 0.6);
    this.layer.addChild(text);
    this.#shown.push({ text, y: y - 0.6, ageMs: 0 });
  }

  update(elapsedMs: number): void {
    this.#shown = this.#shown.filter((item) => {
      item.ageMs += elapsedMs;
      const t = item.ageMs / LIFE_MS;
      if (t >= 1) {
        item.text.destroy();
        return false;
      }
      item.text.y = item.y - RISE_U * (1 - (1 - t) * (1 - t));
      item.text.alpha = t < 0.6 ? 1 : (1 - t) / 0.4;
      return true;
    });
  }

  clear(): void {
    this.update(LIFE_MS);
  }
}
