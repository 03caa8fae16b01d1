/**
 * What belongs to every body whatever its class: shadow, rings, pointer, arcs of health
 * and shield, and the signs for what its player is doing. Figures are in figures.ts.
 */

import type { Texture } from "pixi.js";
import { bake, bakeFrames } from "./bake";
import { drawFigure } from "./figures";
import { strokeGlyph } from "./glyphs";
import type { Shades } from "./looks";
import { BLOOD, css, INK, MATE, SAND, SELF, WARD } from "./palette";

/** Pixels of the body's radius in these textures. */
export const BODY_PX = 40;
export const ARC_FRAMES = 33;
/** Inner radius of the health arc, in body radii; the shield's lies outside it. */
const ARC_RADII = 1.42;
const SHIELD_RADII = 1.74;
const ARC_HALF_SPAN_RAD = 1.15;
const BLOCK_RADII = 2.02;

export class BodyTextures {
  readonly selfRing: Texture;
  readonly mateRing: Texture;
  /** White: it is tinted by whose it is. */
  readonly foeRing: Texture;
  readonly pointer: Texture;
  readonly shadow: Texture;
  readonly bubble: Texture;
  readonly roots: Texture;
  readonly fallen: Texture;
  readonly charge: Texture;
  readonly health: readonly Texture[];
  readonly shield: readonly Texture[];
  readonly #figures = new Map<string, Texture>();
  readonly #blocks = new Map<number, Texture>();

  constructor() {
    const side = BODY_PX * 4;
    this.selfRing = bake(side, side, drawSelfRing);
    this.mateRing = bake(side, side, drawMateRing);
    this.foeRing = bake(side, side, drawFoeRing);
    this.pointer = bake(BODY_PX, BODY_PX, drawPointer);
    this.shadow = bake(side, side, drawShadow);
    this.bubble = bake(side, side, drawBubble);
    this.roots = bake(side, side, drawRoots);
    this.fallen = bake(side, side, drawFallen);
    this.charge = bake(side, side, drawCharge);
    const arcs = (draw: (ctx: CanvasRenderingContext2D, share: number) => void) =>
      bakeFrames(side, ARC_FRAMES, (ctx, frame) => draw(ctx, frame / (ARC_FRAMES - 1)));
    this.health = arcs(drawHealth);
    this.shield = arcs(drawShield);
  }

  destroy(): void {
    const { selfRing, mateRing, foeRing, pointer, shadow, bubble, roots, fallen, charge } = this;
    const single = [selfRing, mateRing, foeRing, pointer, shadow, bubble, roots, fallen, charge];
    const many = [...this.#figures.values(), ...this.#blocks.values()];
    // The frames of an arc share one source.
    const frames = [...this.health, ...this.shield];
    for (const texture of [...single, ...many, ...frames]) texture.destroy(true);
  }

  figure(className: string, shades: Shades, bot: boolean): Texture {
    const key = `${className} ${shades.light} ${bot}`;
    const known = this.#figures.get(key);
    if (known !== undefined) return known;
    const side = BODY_PX * 4;
    const texture = bake(side, side, (ctx) => drawFigure(ctx, className, BODY_PX, shades, bot));
    this.#figures.set(key, texture);
    return texture;
  }

  /** The arc from which hits are blocked. */
  block(halfDegrees: number): Texture {
    const known = this.#blocks.get(halfDegrees);
    if (known !== undefined) return known;
    const side = BODY_PX * 4.6;
    const texture = bake(side, side, (ctx) => drawBlock(ctx, (halfDegrees / 180) * Math.PI));
    this.#blocks.set(halfDegrees, texture);
    return texture;
  }
}

/** The frame of a baked arc; whatever is above 0 never shows an empty one. */
export function arcFrame(frames: readonly Texture[], share: number): Texture | null {
  const frame = Math.round(share * (ARC_FRAMES - 1));
  return frames[share > 0 ? Math.max(1, Math.min(ARC_FRAMES - 1, frame)) : 0] ?? null;
}

function drawSelfRing(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  for (const [radius, width, colour, alpha] of [
    [1.2, 0.17, INK, 0.55],
    [1.2, 0.08, SAND, 1],
    [1.72, 0.13, INK, 0.35],
    [1.72, 0.05, SELF, 0.9],
  ] as const) {
    ctx.beginPath();
    ctx.arc(0, 0, r * radius, 0, Math.PI * 2);
    ctx.lineWidth = r * width;
    ctx.strokeStyle = css(colour, alpha);
    ctx.stroke();
  }
}

function drawPointer(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  ctx.beginPath();
  ctx.moveTo(r * 0.3, 0);
  ctx.lineTo(-r * 0.18, -r * 0.3);
  ctx.lineTo(-r * 0.05, 0);
  ctx.lineTo(-r * 0.18, r * 0.3);
  ctx.closePath();
  ctx.fillStyle = css(SELF);
  ctx.strokeStyle = css(INK);
  ctx.lineJoin = "round";
  ctx.lineWidth = r * 0.12;
  ctx.stroke();
  ctx.fill();
}

function drawShadow(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  const soft = ctx.createRadialGradient(0, 0, r * 0.5, 0, 0, r * 1.25);
  soft.addColorStop(0, css(INK, 0.6));
  soft.addColorStop(0.6, css(INK, 0.4));
  soft.addColorStop(1, css(INK, 0));
  ctx.fillStyle = soft;
  ctx.fillRect(-2 * r, -2 * r, 4 * r, 4 * r);
}

/** Three bows: a team mate's ring is broken, one's own is whole. */
function drawMateRing(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  ctx.lineCap = "round";
  for (const [width, colour, alpha] of [
    [0.24, INK, 0.6],
    [0.11, MATE, 1],
  ] as const) {
    for (let bow = 0; bow < 3; bow += 1) {
      const from = (bow / 3) * Math.PI * 2 - Math.PI / 2 + 0.28;
      ctx.beginPath();
      ctx.arc(0, 0, r * 1.24, from, from + (Math.PI * 2) / 3 - 0.56);
      ctx.lineWidth = r * width;
      ctx.strokeStyle = css(colour, alpha);
      ctx.stroke();
    }
  }
}

/** Four teeth that point at the body: neither a whole ring nor a broken one. */
function drawFoeRing(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  ctx.lineJoin = "round";
  for (let tooth = 0; tooth < 4; tooth += 1) {
    ctx.save();
    // Clear of the health's arc below.
    ctx.rotate(-Math.PI / 2 + (tooth - 1.5) * 0.92);
    ctx.beginPath();
    ctx.moveTo(r * 1.16, 0);
    ctx.lineTo(r * 1.46, -r * 0.19);
    ctx.lineTo(r * 1.46, r * 0.19);
    ctx.closePath();
    ctx.lineWidth = r * 0.14;
    ctx.strokeStyle = css(INK, 0.7);
    ctx.stroke();
    ctx.fillStyle = css(0xffffff);
    ctx.fill();
    ctx.restore();
  }
}

/** A pool that takes damage: a pane all round. */
function drawBubble(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  const pane = ctx.createRadialGradient(0, 0, r * 0.7, 0, 0, r * 1.32);
  pane.addColorStop(0, css(WARD, 0));
  pane.addColorStop(0.75, css(WARD, 0.14));
  pane.addColorStop(1, css(WARD, 0.42));
  ctx.beginPath();
  ctx.arc(0, 0, r * 1.32, 0, Math.PI * 2);
  ctx.fillStyle = pane;
  ctx.fill();
  ctx.lineWidth = r * 0.07;
  ctx.strokeStyle = css(WARD, 0.95);
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(0, 0, r * 1.12, -2.5, -1.7);
  ctx.lineCap = "round";
  ctx.lineWidth = r * 0.1;
  ctx.strokeStyle = css(0xffffff, 0.9);
  ctx.stroke();
}

/** Tendrils over the feet. */
function drawRoots(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  ctx.lineCap = "round";
  for (const [width, colour] of [
    [0.22, 0x1c2a17],
    [0.12, 0x86b04f],
  ] as const) {
    ctx.lineWidth = r * width;
    ctx.strokeStyle = css(colour);
    for (let arm = 0; arm < 7; arm += 1) {
      const angle = (arm / 7) * Math.PI * 2;
      const at = (turn: number, radius: number): [number, number] => [
        Math.cos(angle + turn) * r * radius,
        Math.sin(angle + turn) * r * radius,
      ];
      ctx.beginPath();
      ctx.moveTo(...at(0.5, 1.75));
      ctx.quadraticCurveTo(...at(0.1, 1.3), ...at(-0.3, 0.72));
      ctx.stroke();
    }
  }
}

/** Knocked down: help is wanted here. */
function drawFallen(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  ctx.beginPath();
  ctx.arc(0, 0, r * 0.72, 0, Math.PI * 2);
  ctx.fillStyle = css(BLOOD);
  ctx.fill();
  ctx.lineWidth = r * 0.14;
  ctx.strokeStyle = css(INK);
  ctx.stroke();
  ctx.strokeStyle = css(0xffffff);
  strokeGlyph(ctx, "help", r * 0.95, 5);
}

/** What gathers in the hands while a charge is held. */
function drawCharge(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  const glow = ctx.createRadialGradient(0, 0, 0, 0, 0, r * 1.5);
  glow.addColorStop(0, css(0xffffff, 1));
  glow.addColorStop(0.25, css(0xffffff, 0.85));
  glow.addColorStop(0.5, css(0xffffff, 0.3));
  glow.addColorStop(1, css(0xffffff, 0));
  ctx.fillStyle = glow;
  ctx.fillRect(-2 * r, -2 * r, 4 * r, 4 * r);
}

function drawBlock(ctx: CanvasRenderingContext2D, half: number): void {
  const radius = BODY_PX * BLOCK_RADII;
  ctx.lineCap = "round";
  for (const [width, colour, alpha] of [
    [0.3, INK, 0.35],
    [0.16, SAND, 0.8],
  ] as const) {
    ctx.lineWidth = BODY_PX * width;
    ctx.strokeStyle = css(colour, alpha);
    ctx.beginPath();
    ctx.arc(0, 0, radius, -half, half);
    ctx.stroke();
  }
  // Struts at both ends: it reads as a guard, not as another bar.
  ctx.lineWidth = BODY_PX * 0.12;
  for (const angle of [-half, half]) {
    ctx.beginPath();
    ctx.moveTo(Math.cos(angle) * radius * 0.84, Math.sin(angle) * radius * 0.84);
    ctx.lineTo(Math.cos(angle) * radius * 1.06, Math.sin(angle) * radius * 1.06);
    ctx.stroke();
  }
}

/** Outside the health's arc. */
function drawShield(ctx: CanvasRenderingContext2D, share: number): void {
  if (share <= 0) return;
  const radius = BODY_PX * SHIELD_RADII;
  const down = Math.PI / 2;
  const span = ARC_HALF_SPAN_RAD * 0.94;
  const from = down + span;
  ctx.lineCap = "round";
  for (const [width, colour, alpha] of [
    [0.24, INK, 0.78],
    [0.12, WARD, 1],
  ] as const) {
    ctx.beginPath();
    ctx.arc(0, 0, radius, from, from - 2 * span * share, true);
    ctx.lineWidth = BODY_PX * width;
    ctx.strokeStyle = css(colour, alpha);
    ctx.stroke();
  }
}

/** An arc below the body. Low health also narrows to a bright, thicker stub. */
function drawHealth(ctx: CanvasRenderingContext2D, share: number): void {
  const radius = BODY_PX * ARC_RADII;
  const down = Math.PI / 2;
  const from = down + ARC_HALF_SPAN_RAD;
  ctx.lineCap = "round";
  ctx.beginPath();
  ctx.arc(0, 0, radius, from, down - ARC_HALF_SPAN_RAD, true);
  ctx.lineWidth = BODY_PX * 0.3;
  ctx.strokeStyle = css(INK, 0.78);
  ctx.stroke();
  if (share <= 0) return;
  ctx.beginPath();
  ctx.arc(0, 0, radius, from, from - 2 * ARC_HALF_SPAN_RAD * share, true);
  ctx.lineWidth = BODY_PX * 0.17;
  ctx.strokeStyle = css(share > 0.6 ? 0xe9f3d0 : share > 0.3 ? 0xffc24b : 0xff5140);
  ctx.stroke();
}
