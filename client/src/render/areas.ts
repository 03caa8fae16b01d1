/**
 * Areas on the ground. Before one goes off it fills towards the moment; one that goes
 * off again and again breathes with its pulses. Pattern tells whom it is for: hatching
 * from foes, dots from friends, crosses where it heals.
 */

import { Container, Sprite, Text, type Texture } from "pixi.js";
import type { AreaPose } from "../game/interpolate";
import { Telegraph } from "../game/telegraph";
import type { World } from "../game/world";
import { bake } from "./bake";
import { colourOf, lookOf } from "./looks";
import { css, HEALING, INK, SAND } from "./palette";

const SIDE_PX = 256;
const EDGE_PX = SIDE_PX / 2 - 6;
/** Shorter fuses are over before a figure is read. */
const FIGURE_MIN_S = 0.5;

interface Mark {
  readonly root: Container;
  readonly pattern: Sprite;
  readonly fill: Sprite;
  readonly ring: Sprite;
  readonly seconds: Text;
  readonly telegraph: Telegraph;
  readonly delay_s: number;
  seen: number;
}

export class Areas {
  readonly layer = new Container();
  readonly #patterns = {
    foe: bake(SIDE_PX, SIDE_PX, drawHatch),
    friend: bake(SIDE_PX, SIDE_PX, drawDots),
    heal: bake(SIDE_PX, SIDE_PX, drawCrosses),
  };
  readonly #fill: Texture = bake(SIDE_PX, SIDE_PX, drawFill);
  readonly #ring: Texture = bake(SIDE_PX, SIDE_PX, drawRing);
  readonly #marks = new Map<number, Mark>();
  /** The ring does not beat towards the end. */
  calm = false;
  #frame = 0;

  update(areas: readonly AreaPose[], world: World, nowMs: number): void {
    this.#frame += 1;
    for (const area of areas) {
      const mark = this.#marks.get(area.key) ?? this.#add(area, world);
      show(mark, area, world.welcome.tickRateHz, nowMs, this.calm);
      mark.seen = this.#frame;
    }
    this.#forget();
  }

  clear(): void {
    this.#frame += 1;
    this.#forget();
  }

  #forget(): void {
    for (const [key, mark] of this.#marks) {
      if (mark.seen === this.#frame) continue;
      this.#marks.delete(key);
      mark.root.destroy({ children: true });
    }
  }

  #add(area: AreaPose, world: World): Mark {
    const skill = world.skill(area.skill);
    const look = lookOf(skill);
    const side = world.sideOf(area.owner);
    const heals = look.burst === "bloom";
    const colour = heals && side !== "foe" ? HEALING : colourOf(side);
    const root = new Container();
    const layer = (texture: Texture, tint: number): Sprite => {
      const sprite = new Sprite({ texture, tint });
      sprite.anchor.set(0.5);
      root.addChild(sprite);
      return sprite;
    };
    const { foe, friend, heal } = this.#patterns;
    const pattern = layer(heals ? heal : side === "foe" ? foe : friend, colour);
    const fill = layer(this.#fill, look.colour);
    const ring = layer(this.#ring, colour);
    const seconds = secondsText();
    root.addChild(seconds);
    this.layer.addChild(root);
    const delayTicks = skill?.delay_ticks ?? 0;
    const telegraph = new Telegraph(area, delayTicks);
    const delay_s = delayTicks / world.welcome.tickRateHz;
    const mark = { root, pattern, fill, ring, seconds, telegraph, delay_s, seen: 0 };
    this.#marks.set(area.key, mark);
    return mark;
  }
}

function secondsText(): Text {
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
  return seconds;
}

function show(mark: Mark, area: AreaPose, tickRateHz: number, nowMs: number, calm: boolean): void {
  const { root, pattern, fill, ring, seconds } = mark;
  const { burning, filled } = mark.telegraph.observe(area);
  root.position.set(area.x, area.y);
  root.scale.set(area.radius / EDGE_PX);
  if (burning) {
    // Each pulse runs from the middle to the edge and fades there.
    fill.scale.set(Math.max(0.05, filled));
    fill.alpha = 0.5 * (1 - filled);
    pattern.rotation = nowMs / 6000;
    const left_s = area.leftTicks / tickRateHz;
    root.alpha = Math.max(0.25, Math.min(1, left_s));
    ring.alpha = 0.75;
    seconds.visible = false;
    return;
  }
  fill.scale.set(Math.max(0.01, filled));
  fill.alpha = 0.35 + 0.4 * filled;
  // Beats faster towards the end.
  ring.alpha = calm ? 1 : 0.8 + 0.2 * Math.cos(filled * filled * 40);
  seconds.visible = mark.delay_s >= FIGURE_MIN_S;
  const text = Math.max(0, area.fuseTicks / tickRateHz).toFixed(1);
  if (seconds.visible && seconds.text !== text) seconds.text = text;
}

function ground(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.arc(0, 0, EDGE_PX, 0, Math.PI * 2);
  ctx.fillStyle = css(0xffffff, 0.16);
  ctx.fill();
  ctx.clip();
}

function drawHatch(ctx: CanvasRenderingContext2D): void {
  ground(ctx);
  ctx.beginPath();
  for (let at = -SIDE_PX * 1.5; at < SIDE_PX * 1.5; at += 22) {
    ctx.moveTo(at, -SIDE_PX / 2);
    ctx.lineTo(at + SIDE_PX, SIDE_PX / 2);
  }
  ctx.lineWidth = 6;
  ctx.strokeStyle = css(0xffffff, 0.34);
  ctx.stroke();
}

/** Calls back on a grid of places, every second line half a step aside. */
function grid(step: number, place: (x: number, y: number) => void): void {
  let odd = false;
  for (let y = -SIDE_PX / 2; y <= SIDE_PX / 2; y += step) {
    odd = !odd;
    for (let x = -SIDE_PX / 2; x <= SIDE_PX / 2; x += step) place(x + (odd ? step / 2 : 0), y);
  }
}

function drawDots(ctx: CanvasRenderingContext2D): void {
  ground(ctx);
  ctx.fillStyle = css(0xffffff, 0.4);
  grid(24, (x, y) => {
    ctx.beginPath();
    ctx.arc(x, y, 4.5, 0, Math.PI * 2);
    ctx.fill();
  });
}

function drawCrosses(ctx: CanvasRenderingContext2D): void {
  ground(ctx);
  ctx.fillStyle = css(0xffffff, 0.46);
  grid(34, (x, y) => {
    ctx.fillRect(x - 8, y - 2.5, 16, 5);
    ctx.fillRect(x - 2.5, y - 8, 5, 16);
  });
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
