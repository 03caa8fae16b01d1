/**
 * How players look from above. Who is who can be told by outline alone: self has
 * a double ring and a pointer, people are round with shoulders, bots are notched
 * hexagons. All face +x.
 */

import type { Texture } from "pixi.js";
import { bake, bakeFrames } from "./bake";
import { BOT, BOT_DEEP, css, FOE, FOE_DEEP, INK, SAND, SELF, SELF_DEEP } from "./palette";

/** Pixels of the body's radius in these textures. */
export const BODY_PX = 40;
export const HEALTH_FRAMES = 33;
/** Inner radius of the health arc, in body radii. */
const ARC_RADII = 1.42;
const ARC_HALF_SPAN_RAD = 1.15;

export interface BodyTextures {
  readonly self: Texture;
  readonly person: Texture;
  readonly bot: Texture;
  readonly selfRing: Texture;
  readonly pointer: Texture;
  readonly shadow: Texture;
  readonly dashGhost: Texture;
  readonly health: readonly Texture[];
}

export function bakeBodies(): BodyTextures {
  const side = BODY_PX * 4;
  return {
    self: bake(side, side, (ctx) => drawPerson(ctx, SELF, SELF_DEEP)),
    person: bake(side, side, (ctx) => drawPerson(ctx, FOE, FOE_DEEP)),
    bot: bake(side, side, drawBot),
    selfRing: bake(side, side, drawSelfRing),
    pointer: bake(BODY_PX, BODY_PX, drawPointer),
    shadow: bake(side, side, drawShadow),
    dashGhost: bake(side, side, drawGhost),
    health: bakeFrames(side, HEALTH_FRAMES, (ctx, frame) =>
      drawHealth(ctx, frame / (HEALTH_FRAMES - 1)),
    ),
  };
}

function drawWeapon(ctx: CanvasRenderingContext2D, r: number): void {
  ctx.fillStyle = css(INK);
  ctx.beginPath();
  ctx.roundRect(r * 0.3, -r * 0.24, r * 1.22, r * 0.48, r * 0.1);
  ctx.fill();
  ctx.fillStyle = css(0x5d6a6b);
  ctx.fillRect(r * 0.95, -r * 0.11, r * 0.46, r * 0.22);
  ctx.fillStyle = css(SAND);
  ctx.fillRect(r * 1.32, -r * 0.14, r * 0.11, r * 0.28);
}

function drawPerson(ctx: CanvasRenderingContext2D, light: number, deep: number): void {
  const r = BODY_PX;
  drawWeapon(ctx, r);
  // Shoulders: a little wider than long, so that facing shows even without the weapon.
  ctx.beginPath();
  ctx.ellipse(-r * 0.04, 0, r * 0.88, r * 0.97, 0, 0, Math.PI * 2);
  const cloak = ctx.createRadialGradient(r * 0.15, 0, r * 0.1, 0, 0, r);
  cloak.addColorStop(0, css(light));
  cloak.addColorStop(0.72, css(light));
  cloak.addColorStop(1, css(deep));
  ctx.fillStyle = cloak;
  ctx.fill();
  ctx.lineWidth = r * 0.15;
  ctx.strokeStyle = css(INK);
  ctx.stroke();
  // Hands on the weapon.
  for (const side of [-1, 1]) {
    ctx.beginPath();
    ctx.arc(r * 0.74, side * r * 0.36, r * 0.21, 0, Math.PI * 2);
    ctx.fillStyle = css(light);
    ctx.fill();
    ctx.lineWidth = r * 0.1;
    ctx.stroke();
  }
  // Hood with a visor towards the front.
  ctx.beginPath();
  ctx.arc(-r * 0.08, 0, r * 0.5, 0, Math.PI * 2);
  ctx.fillStyle = css(deep);
  ctx.fill();
  ctx.lineWidth = r * 0.09;
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(-r * 0.08, 0, r * 0.36, -0.85, 0.85);
  ctx.lineWidth = r * 0.17;
  ctx.lineCap = "round";
  ctx.strokeStyle = css(SAND);
  ctx.stroke();
}

function drawBot(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  drawWeapon(ctx, r);
  const corners = 6;
  ctx.beginPath();
  for (let corner = 0; corner < corners; corner += 1) {
    // Each side has a notch in its middle: a cog, not a disc.
    const from = ((corner - 0.5) / corners) * Math.PI * 2;
    const step = (Math.PI * 2) / corners;
    for (const [share, radius] of [
      [0, 1.02],
      [0.36, 0.93],
      [0.42, 0.76],
      [0.58, 0.76],
      [0.64, 0.93],
    ] as const) {
      const angle = from + step * share;
      ctx.lineTo(Math.cos(angle) * r * radius, Math.sin(angle) * r * radius);
    }
  }
  ctx.closePath();
  const shell = ctx.createRadialGradient(0, 0, r * 0.1, 0, 0, r);
  shell.addColorStop(0.5, css(BOT));
  shell.addColorStop(1, css(BOT_DEEP));
  ctx.fillStyle = shell;
  ctx.fill();
  ctx.lineWidth = r * 0.14;
  ctx.lineJoin = "round";
  ctx.strokeStyle = css(INK);
  ctx.stroke();
  ctx.fillStyle = css(BOT_DEEP);
  ctx.beginPath();
  ctx.roundRect(-r * 0.5, -r * 0.42, r * 0.9, r * 0.84, r * 0.16);
  ctx.fill();
  ctx.lineWidth = r * 0.08;
  ctx.stroke();
  // One slit for an eye.
  ctx.fillStyle = css(SAND);
  ctx.fillRect(r * 0.14, -r * 0.3, r * 0.15, r * 0.6);
  ctx.fillStyle = css(INK, 0.5);
  for (const y of [-0.2, 0, 0.2]) ctx.fillRect(-r * 0.4, r * y - r * 0.04, r * 0.36, r * 0.08);
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

function drawGhost(ctx: CanvasRenderingContext2D): void {
  const r = BODY_PX;
  ctx.beginPath();
  ctx.arc(0, 0, r * 0.9, 0, Math.PI * 2);
  ctx.fillStyle = css(0xffffff, 0.5);
  ctx.fill();
  ctx.lineWidth = r * 0.1;
  ctx.strokeStyle = css(0xffffff, 0.9);
  ctx.stroke();
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
