/** White shapes the effects are made of; colour comes from the tint. */

import type { Texture } from "pixi.js";
import { bake } from "./bake";
import { css } from "./palette";

export interface Shapes {
  readonly glow: Texture;
  readonly ring: Texture;
  readonly spark: Texture;
  readonly puff: Texture;
  readonly flash: Texture;
  readonly shard: Texture;
  readonly scorch: Texture;
  readonly grave: Texture;
  readonly cross: Texture;
  readonly slash: Texture;
}

const SIDE = 128;
const HALF = SIDE / 2;

export function bakeShapes(): Shapes {
  return {
    glow: bake(SIDE, SIDE, (ctx) => radial(ctx, [0.0, 1], [0.3, 0.55], [1, 0])),
    ring: bake(SIDE * 2, SIDE * 2, drawRing),
    spark: bake(SIDE, SIDE / 4, drawSpark),
    puff: bake(SIDE, SIDE, (ctx) => radial(ctx, [0, 0.9], [0.55, 0.7], [0.9, 0.12], [1, 0])),
    flash: bake(SIDE, SIDE, drawFlash),
    shard: bake(SIDE / 2, SIDE / 2, drawShard),
    scorch: bake(SIDE * 2, SIDE * 2, drawScorch),
    grave: bake(SIDE, SIDE, drawGrave),
    cross: bake(SIDE / 2, SIDE / 2, drawCross),
    slash: bake(SIDE * 2, SIDE * 2, drawSlash),
  };
}

function radial(ctx: CanvasRenderingContext2D, ...stops: [at: number, alpha: number][]): void {
  const gradient = ctx.createRadialGradient(0, 0, 0, 0, 0, HALF);
  for (const [at, alpha] of stops) gradient.addColorStop(at, css(0xffffff, alpha));
  ctx.fillStyle = gradient;
  ctx.fillRect(-HALF, -HALF, SIDE, SIDE);
}

function drawRing(ctx: CanvasRenderingContext2D): void {
  for (const [width, alpha] of [
    [34, 0.16],
    [20, 0.35],
    [8, 1],
  ] as const) {
    ctx.beginPath();
    ctx.arc(0, 0, SIDE - 22, 0, Math.PI * 2);
    ctx.lineWidth = width;
    ctx.strokeStyle = css(0xffffff, alpha);
    ctx.stroke();
  }
}

function drawSpark(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.moveTo(-HALF, 0);
  ctx.quadraticCurveTo(HALF * 0.6, -14, HALF - 4, 0);
  ctx.quadraticCurveTo(HALF * 0.6, 14, -HALF, 0);
  ctx.fillStyle = css(0xffffff);
  ctx.fill();
}

/** A burst to the right: the muzzle is at the left edge. */
function drawFlash(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.moveTo(-HALF, -7);
  for (const [x, y] of [
    [-HALF * 0.2, -HALF * 0.32],
    [-HALF * 0.1, -HALF * 0.14],
    [HALF * 0.45, -HALF * 0.42],
    [HALF * 0.3, -HALF * 0.12],
    [HALF * 0.96, 0],
    [HALF * 0.3, HALF * 0.12],
    [HALF * 0.45, HALF * 0.42],
    [-HALF * 0.1, HALF * 0.14],
    [-HALF * 0.2, HALF * 0.32],
    [-HALF, 7],
  ] as const) {
    ctx.lineTo(x, y);
  }
  ctx.closePath();
  ctx.fillStyle = css(0xffffff);
  ctx.fill();
}

function drawShard(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.moveTo(24, 0);
  ctx.lineTo(-10, -17);
  ctx.lineTo(-20, 6);
  ctx.lineTo(-2, 14);
  ctx.closePath();
  ctx.fillStyle = css(0xffffff);
  ctx.fill();
  ctx.lineWidth = 4;
  ctx.strokeStyle = css(0x000000, 0.7);
  ctx.stroke();
}

function drawScorch(ctx: CanvasRenderingContext2D): void {
  const dark = ctx.createRadialGradient(0, 0, 10, 0, 0, SIDE - 20);
  dark.addColorStop(0, css(0xffffff, 0.85));
  dark.addColorStop(0.5, css(0xffffff, 0.5));
  dark.addColorStop(1, css(0xffffff, 0));
  ctx.fillStyle = dark;
  ctx.fillRect(-SIDE, -SIDE, 2 * SIDE, 2 * SIDE);
  ctx.strokeStyle = css(0xffffff, 0.35);
  ctx.lineWidth = 5;
  ctx.lineCap = "round";
  for (let ray = 0; ray < 11; ray += 1) {
    const angle = (ray / 11) * Math.PI * 2 + (ray % 3) * 0.12;
    const to = SIDE * (0.55 + (ray % 4) * 0.09);
    ctx.beginPath();
    ctx.moveTo(Math.cos(angle) * SIDE * 0.4, Math.sin(angle) * SIDE * 0.4);
    ctx.lineTo(Math.cos(angle) * to, Math.sin(angle) * to);
    ctx.stroke();
  }
}

/** Where somebody fell: a cross in a circle. */
function drawGrave(ctx: CanvasRenderingContext2D): void {
  ctx.lineCap = "round";
  for (const [width, colour, alpha] of [
    [22, 0x000000, 0.45],
    [11, 0xffffff, 0.9],
  ] as const) {
    ctx.strokeStyle = css(colour, alpha);
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(-26, -26);
    ctx.lineTo(26, 26);
    ctx.moveTo(26, -26);
    ctx.lineTo(-26, 26);
    ctx.stroke();
  }
}

function drawCross(ctx: CanvasRenderingContext2D): void {
  ctx.lineCap = "butt";
  for (const [width, reach, colour, alpha] of [
    [20, 26, 0x000000, 0.5],
    [12, 22, 0xffffff, 1],
  ] as const) {
    ctx.strokeStyle = css(colour, alpha);
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(-reach, 0);
    ctx.lineTo(reach, 0);
    ctx.moveTo(0, -reach);
    ctx.lineTo(0, reach);
    ctx.stroke();
  }
}

/** A crescent that opens to the left, brightest at its outer edge. */
function drawSlash(ctx: CanvasRenderingContext2D): void {
  const radius = SIDE - 24;
  const shade = ctx.createRadialGradient(-radius * 0.3, 0, radius * 0.3, 0, 0, radius);
  shade.addColorStop(0, css(0xffffff, 0));
  shade.addColorStop(0.6, css(0xffffff, 0.35));
  shade.addColorStop(0.9, css(0xffffff, 0.8));
  shade.addColorStop(1, css(0xffffff, 1));
  ctx.beginPath();
  ctx.arc(0, 0, radius, -1.45, 1.45);
  ctx.quadraticCurveTo(radius * 0.5, 0, Math.cos(1.45) * radius, -Math.sin(1.45) * radius);
  ctx.closePath();
  ctx.fillStyle = shade;
  ctx.fill();
}
