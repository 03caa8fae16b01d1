/** Thrown blasts that will go off: a hatched ring that fills up, with the seconds left. */

import { Container, Sprite, Text, type Texture } from "pixi.js";
import type { AreaPose } from "../game/interpolate";
import { bake } from "./bake";
import { BLAST, css, FOE, INK, SAND, SELF } from "./palette";

const SIDE_PX = 256;
const EDGE_PX = SIDE_PX / 2 - 6;

interface Mark {
  readonly root: Container;
  readonly fill: Sprite;
  readonly ring: Sprite;
  readonly seconds: Text;
  seen: number;
}

export interface AreasContext {
  readonly selfSlot: number;
  readonly fuseTicks: number;
  readonly tickRateHz: number;
}

export class Areas {
  readonly layer = new Container();
  readonly #hatch: Texture = bake(SIDE_PX, SIDE_PX, drawHatch);
  readonly #fill: Texture = bake(SIDE_PX, SIDE_PX, drawFill);
  readonly #ring: Texture = bake(SIDE_PX, SIDE_PX, drawRing);
  readonly #marks = new Map<number, Mark>();
  #frame = 0;

  update(areas: readonly AreaPose[], context: AreasContext): void {
    this.#frame += 1;
    for (const area of areas) {
      const mark = this.#marks.get(area.key) ?? this.#add(area, context.selfSlot);
      show(mark, area, context);
      mark.seen = this.#frame;
    }
    for (const [key, mark] of this.#marks) {
      if (mark.seen === this.#frame) continue;
      this.#marks.delete(key);
      mark.root.destroy({ children: true });
    }
  }

  clear(): void {
    this.update([], { selfSlot: -1, fuseTicks: 1, tickRateHz: 1 });
  }

  #add(area: AreaPose, selfSlot: number): Mark {
    const root = new Container();
    const colour = area.owner === selfSlot ? SELF : FOE;
    const layer = (texture: Texture, tint: number): Sprite => {
      const sprite = new Sprite({ texture, tint });
      sprite.anchor.set(0.5);
      root.addChild(sprite);
      return sprite;
    };
    layer(this.#hatch, colour);
    const fill = layer(this.#fill, BLAST);
    const ring = layer(this.#ring, colour);
    const seconds = new Text({
      text: "",
      resolution: 2,
      style: {
        fontFamily: ["Chakra Petch", "system-ui", "sans-serif"],
        fontSize: 40,
        fontWeight: "700",
        fill: SAND,
        stroke: { color: INK, width: 7, join: "round" },
      },
    });
    seconds.anchor.set(0.5);
    root.addChild(seconds);
    this.layer.addChild(root);
    const mark = { root, fill, ring, seconds, seen: 0 };
    this.#marks.set(area.key, mark);
    return mark;
  }
}

function show(mark: Mark, area: AreaPose, context: AreasContext): void {
  mark.root.position.set(area.x, area.y);
  mark.root.scale.set(area.radius / EDGE_PX);
  const passed = 1 - Math.max(0, Math.min(1, area.fuseTicks / Math.max(1, context.fuseTicks)));
  mark.fill.scale.set(passed);
  mark.fill.alpha = 0.35 + 0.4 * passed;
  // Beats faster towards the end.
  mark.ring.alpha = 0.8 + 0.2 * Math.cos(passed * passed * 40);
  const text = (area.fuseTicks / context.tickRateHz).toFixed(1);
  if (mark.seconds.text !== text) mark.seconds.text = text;
}

function drawHatch(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.arc(0, 0, EDGE_PX, 0, Math.PI * 2);
  ctx.fillStyle = css(0xffffff, 0.16);
  ctx.fill();
  ctx.clip();
  ctx.beginPath();
  for (let at = -SIDE_PX * 1.5; at < SIDE_PX * 1.5; at += 22) {
    ctx.moveTo(at, -SIDE_PX / 2);
    ctx.lineTo(at + SIDE_PX, SIDE_PX / 2);
  }
  ctx.lineWidth = 6;
  ctx.strokeStyle = css(0xffffff, 0.34);
  ctx.stroke();
}

function drawFill(ctx: CanvasRenderingContext2D): void {
  const glow = ctx.createRadialGradient(0, 0, 0, 0, 0, EDGE_PX);
  glow.addColorStop(0, css(0xffffff, 0.2));
  glow.addColorStop(0.85, css(0xffffff, 0.55));
  glow.addColorStop(1, css(0xffffff, 0.9));
  ctx.fillStyle = glow;
  ctx.beginPath();
  ctx.arc(0, 0, EDGE_PX, 0, Math.PI * 2);
  ctx.fill();
}

function drawRing(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.arc(0, 0, EDGE_PX, 0, Math.PI * 2);
  ctx.lineWidth = 11;
  ctx.strokeStyle = css(0x000000, 0.55);
  ctx.stroke();
  ctx.lineWidth = 5;
  ctx.strokeStyle = css(0xffffff);
  ctx.stroke();
}
