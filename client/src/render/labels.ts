/** What stands over a head, on the screen: name, level, and signs of what lies on it. */

import { Container, Sprite, Text, type Texture } from "pixi.js";
import { Condition } from "../net/protocol";
import { bake } from "./bake";
import { type GlyphName, strokeGlyph } from "./glyphs";
import { css, FIRE, FROST, INK, LEAF_LIT, LORE, SAND, SELF } from "./palette";

const MARK_PX = 20;
/** Signs of conditions, worst first. */
const MARKS: readonly (readonly [bit: number, glyph: GlyphName, colour: number])[] = [
  [Condition.STUNNED, "stunned", SELF],
  [Condition.ROOTED, "rooted", LEAF_LIT],
  [Condition.SLOWED, "slowed", FROST],
  [Condition.BURNING, "burning", FIRE],
  [Condition.HASTED, "hasted", 0xffffff],
  [Condition.REVEALED, "revealed", LORE],
];

function lettering(words: string, fill: number): Text {
  return new Text({
    text: words,
    resolution: Math.min(2, window.devicePixelRatio || 1),
    style: {
      fontFamily: ["Chakra Petch", "system-ui", "sans-serif"],
      fontSize: 13,
      fontWeight: "600",
      fill,
      stroke: { color: INK, width: 3.5, join: "round" },
    },
  });
}

let textures: ReadonlyMap<number, Texture> | null = null;

function markTextures(): ReadonlyMap<number, Texture> {
  textures ??= new Map(
    MARKS.map(([bit, glyph, colour]) => [bit, bake(64, 64, (ctx) => drawMark(ctx, glyph, colour))]),
  );
  return textures;
}

export class Label {
  readonly root = new Container();
  readonly #name: Text | null;
  readonly #level: Text;
  readonly #marks = new Container();
  #shownLevel = 0;
  #shownConditions = 0;

  /** The own body needs no name. */
  constructor(name: string | null, colour: number) {
    this.#name = name === null ? null : lettering(name, colour);
    this.#level = lettering("", SELF);
    this.#name?.anchor.set(0.5, 1);
    this.#level.anchor.set(1, 1);
    if (this.#name !== null) this.root.addChild(this.#name, this.#level);
    this.#marks.y = name === null ? -MARK_PX * 0.6 : -30;
    this.root.addChild(this.#marks);
  }

  update(level: number, conditions: number): void {
    if (level !== this.#shownLevel) {
      this.#shownLevel = level;
      // Everybody starts at one: only what somebody gained is worth a figure.
      this.#level.text = level > 1 ? String(level) : "";
      this.#level.x = -(this.#name?.width ?? 0) / 2 - 3;
    }
    if (conditions === this.#shownConditions) return;
    this.#shownConditions = conditions;
    for (const child of this.#marks.removeChildren()) child.destroy();
    const shown = MARKS.filter(([bit]) => (conditions & bit) !== 0);
    shown.forEach(([bit], index) => {
      const sprite = new Sprite(markTextures().get(bit));
      sprite.anchor.set(0.5);
      sprite.setSize(MARK_PX);
      sprite.x = (index - (shown.length - 1) / 2) * (MARK_PX + 3);
      this.#marks.addChild(sprite);
    });
  }

  /** Whole pixels keep the letters sharp. */
  place(x: number, y: number, alpha: number): void {
    this.root.position.set(Math.round(x), Math.round(y) - 4);
    this.root.alpha = alpha;
  }

  destroy(): void {
    this.root.destroy({ children: true });
  }
}

function drawMark(ctx: CanvasRenderingContext2D, glyph: GlyphName, colour: number): void {
  ctx.beginPath();
  ctx.arc(0, 0, 29, 0, Math.PI * 2);
  ctx.fillStyle = css(INK, 0.88);
  ctx.fill();
  ctx.lineWidth = 3;
  ctx.strokeStyle = css(colour, 0.9);
  ctx.stroke();
  ctx.strokeStyle = css(colour);
  strokeGlyph(ctx, glyph, 38, 2.6);
}

export const LABEL_COLOURS = { mate: 0xc8f7dc, foe: SAND } as const;
