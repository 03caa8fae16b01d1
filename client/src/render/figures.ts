/**
 * Players from above, told apart by outline: a warrior is a square with a shield and a
 * blade, a wizard a disc with a staff, a scout a dart with a bow, a herbalist a flower.
 * A class this page does not know is drawn as a plain figure. All face +x.
 */

import type { Shades } from "./looks";
import { css, INK, SAND } from "./palette";

type Ctx = CanvasRenderingContext2D;
type Draw = (ctx: Ctx, r: number, shades: Shades) => void;

const FULL = Math.PI * 2;

/** Draws the figure of the class on the origin, `r` pixels being the body's radius. */
export function drawFigure(
  ctx: Ctx,
  className: string,
  r: number,
  shades: Shades,
  bot: boolean,
): void {
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  const draw = Object.hasOwn(FIGURES, className) ? FIGURES[className] : undefined;
  (draw ?? plain)(ctx, r, shades);
  if (bot) botMark(ctx, r);
}

function outline(ctx: Ctx, r: number, width = 0.14): void {
  ctx.lineWidth = r * width;
  ctx.strokeStyle = css(INK);
  ctx.stroke();
}

function cloak(ctx: Ctx, r: number, { light, deep }: Shades): void {
  const shade = ctx.createRadialGradient(r * 0.15, 0, r * 0.1, 0, 0, r * 1.05);
  shade.addColorStop(0.6, css(light));
  shade.addColorStop(1, css(deep));
  ctx.fillStyle = shade;
  ctx.fill();
  outline(ctx, r);
}

function disc(ctx: Ctx, x: number, y: number, radius: number, colour: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, FULL);
  ctx.fillStyle = css(colour);
  ctx.fill();
}

function hand(ctx: Ctx, r: number, x: number, y: number, { light }: Shades): void {
  disc(ctx, x * r, y * r, r * 0.2, light);
  outline(ctx, r, 0.09);
}

/** A line with a dark rim: shafts, blades, bows. */
function shaft(ctx: Ctx, r: number, width: number, colour: number): void {
  ctx.lineWidth = r * (width + 0.14);
  ctx.strokeStyle = css(INK);
  ctx.stroke();
  ctx.lineWidth = r * width;
  ctx.strokeStyle = css(colour);
  ctx.stroke();
}

/** Face: a bright slit towards the front. */
function visor(ctx: Ctx, r: number, x: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x * r, 0, r * radius, -0.85, 0.85);
  ctx.lineWidth = r * 0.16;
  ctx.strokeStyle = css(SAND);
  ctx.stroke();
}

const plain: Draw = (ctx, r, shades) => {
  ctx.beginPath();
  ctx.moveTo(r * 0.4, r * 0.1);
  ctx.lineTo(r * 1.4, r * 0.1);
  shaft(ctx, r, 0.2, 0x5d6a6b);
  ctx.beginPath();
  ctx.ellipse(-r * 0.04, 0, r * 0.88, r * 0.97, 0, 0, FULL);
  cloak(ctx, r, shades);
  for (const side of [-1, 1]) hand(ctx, r, 0.74, side * 0.36, shades);
  disc(ctx, -r * 0.08, 0, r * 0.5, shades.deep);
  outline(ctx, r, 0.09);
  visor(ctx, r, -0.08, 0.36);
};

const warrior: Draw = (ctx, r, shades) => {
  // Blade on the right hand.
  ctx.beginPath();
  ctx.moveTo(r * 0.3, r * 0.86);
  ctx.lineTo(r * 1.66, r * 0.62);
  shaft(ctx, r, 0.16, 0xdfe6e4);
  ctx.beginPath();
  ctx.moveTo(r * 0.5, r * 0.58);
  ctx.lineTo(r * 0.58, r * 1.06);
  shaft(ctx, r, 0.1, 0x8f7a4a);
  // Pauldrons: a square with cut corners.
  const [a, b] = [r * 0.9, r * 0.52];
  ctx.beginPath();
  for (const [x, y] of [
    [a, b],
    [b, a],
    [-b, a],
    [-a, b],
    [-a, -b],
    [-b, -a],
    [b, -a],
    [a, -b],
  ] as const) {
    ctx.lineTo(x, y);
  }
  ctx.closePath();
  cloak(ctx, r, shades);
  hand(ctx, r, 0.66, 0.72, shades);
  // The shield: a thick bow in front of the left half.
  ctx.beginPath();
  ctx.arc(0, 0, r * 1.08, -1.25, 0.22);
  shaft(ctx, r, 0.26, shades.light);
  ctx.beginPath();
  ctx.arc(0, 0, r * 1.08, -0.68, -0.36);
  ctx.lineWidth = r * 0.16;
  ctx.strokeStyle = css(shades.deep);
  ctx.stroke();
  // Helmet with a crest.
  disc(ctx, -r * 0.06, 0, r * 0.48, shades.deep);
  outline(ctx, r, 0.1);
  ctx.beginPath();
  ctx.moveTo(-r * 0.5, 0);
  ctx.lineTo(r * 0.16, 0);
  ctx.lineWidth = r * 0.18;
  ctx.strokeStyle = css(SAND);
  ctx.stroke();
};

const wizard: Draw = (ctx, r, shades) => {
  ctx.beginPath();
  ctx.moveTo(-r * 0.55, r * 0.98);
  ctx.lineTo(r * 1.36, r * 0.58);
  shaft(ctx, r, 0.13, 0xa27a45);
  disc(ctx, r * 1.4, r * 0.56, r * 0.24, 0xfff3c4);
  outline(ctx, r, 0.1);
  // Robe: a disc with a scalloped hem.
  ctx.beginPath();
  for (let step = 0; step <= 96; step += 1) {
    const angle = (step / 96) * FULL;
    const radius = r * (0.9 + 0.06 * Math.abs(Math.sin(angle * 6)));
    ctx.lineTo(Math.cos(angle) * radius, Math.sin(angle) * radius);
  }
  ctx.closePath();
  cloak(ctx, r, shades);
  hand(ctx, r, 0.62, 0.66, shades);
  hand(ctx, r, 0.8, -0.34, shades);
  // Pointed hat, its tip bent backwards.
  disc(ctx, 0, 0, r * 0.66, shades.deep);
  outline(ctx, r, 0.1);
  ctx.beginPath();
  ctx.moveTo(r * 0.34, -r * 0.3);
  ctx.quadraticCurveTo(r * 0.5, 0, r * 0.34, r * 0.3);
  ctx.quadraticCurveTo(-r * 0.1, r * 0.42, -r * 1.02, r * 0.1);
  ctx.quadraticCurveTo(-r * 0.1, -r * 0.5, r * 0.34, -r * 0.3);
  ctx.fillStyle = css(shades.light);
  ctx.fill();
  outline(ctx, r, 0.08);
  ctx.beginPath();
  ctx.moveTo(r * 0.2, -r * 0.34);
  ctx.quadraticCurveTo(r * 0.34, 0, r * 0.2, r * 0.34);
  ctx.lineWidth = r * 0.13;
  ctx.strokeStyle = css(SAND);
  ctx.stroke();
};

const scout: Draw = (ctx, r, shades) => {
  // Cloak: a dart with a forked tail.
  ctx.beginPath();
  ctx.moveTo(r * 0.98, 0);
  ctx.quadraticCurveTo(r * 0.4, -r * 0.86, -r * 0.3, -r * 0.9);
  ctx.lineTo(-r * 1.16, -r * 0.74);
  ctx.lineTo(-r * 0.74, 0);
  ctx.lineTo(-r * 1.16, r * 0.74);
  ctx.lineTo(-r * 0.3, r * 0.9);
  ctx.quadraticCurveTo(r * 0.4, r * 0.86, r * 0.98, 0);
  ctx.closePath();
  cloak(ctx, r, shades);
  // Bow across the front, arrow on the string.
  ctx.beginPath();
  ctx.moveTo(r * 0.72, -r * 1.06);
  ctx.quadraticCurveTo(r * 1.5, 0, r * 0.72, r * 1.06);
  shaft(ctx, r, 0.11, 0xc79b5b);
  ctx.beginPath();
  ctx.moveTo(r * 0.72, -r * 1.06);
  ctx.lineTo(r * 0.5, 0);
  ctx.lineTo(r * 0.72, r * 1.06);
  ctx.lineWidth = r * 0.05;
  ctx.strokeStyle = css(SAND);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(r * 0.5, 0);
  ctx.lineTo(r * 1.42, 0);
  shaft(ctx, r, 0.06, SAND);
  hand(ctx, r, 0.52, 0, shades);
  disc(ctx, -r * 0.14, 0, r * 0.46, shades.deep);
  outline(ctx, r, 0.09);
  visor(ctx, r, -0.14, 0.32);
};

const herbalist: Draw = (ctx, r, shades) => {
  // Petals all round: the outline is a flower.
  const petals = 7;
  ctx.beginPath();
  for (let step = 0; step <= 140; step += 1) {
    const angle = (step / 140) * FULL;
    const wave = Math.abs(Math.cos((angle * petals) / 2));
    const radius = r * (0.74 + 0.34 * wave);
    ctx.lineTo(Math.cos(angle) * radius, Math.sin(angle) * radius);
  }
  ctx.closePath();
  cloak(ctx, r, shades);
  ctx.beginPath();
  for (let petal = 0; petal < petals; petal += 1) {
    const angle = (petal / petals) * FULL;
    ctx.moveTo(Math.cos(angle) * r * 0.5, Math.sin(angle) * r * 0.5);
    ctx.lineTo(Math.cos(angle) * r * 0.88, Math.sin(angle) * r * 0.88);
  }
  ctx.lineWidth = r * 0.07;
  ctx.strokeStyle = css(shades.deep);
  ctx.stroke();
  // A sprig in the hands.
  ctx.beginPath();
  ctx.moveTo(r * 0.5, r * 0.3);
  ctx.lineTo(r * 1.5, -r * 0.1);
  shaft(ctx, r, 0.09, 0x7a9a4d);
  for (const [x, y, turn] of [
    [1.05, -0.14, -0.9],
    [1.24, 0.18, 0.5],
    [1.56, -0.14, -0.2],
  ] as const) {
    ctx.beginPath();
    ctx.ellipse(x * r, y * r, r * 0.22, r * 0.1, turn, 0, FULL);
    ctx.fillStyle = css(0xa9d873);
    ctx.fill();
    outline(ctx, r, 0.06);
  }
  hand(ctx, r, 0.66, 0.26, shades);
  disc(ctx, -r * 0.04, 0, r * 0.46, shades.deep);
  outline(ctx, r, 0.09);
  // A leaf for a hood.
  ctx.beginPath();
  ctx.moveTo(r * 0.3, 0);
  ctx.quadraticCurveTo(-r * 0.1, -r * 0.46, -r * 0.56, 0);
  ctx.quadraticCurveTo(-r * 0.1, r * 0.46, r * 0.3, 0);
  ctx.fillStyle = css(shades.light);
  ctx.fill();
  outline(ctx, r, 0.06);
  visor(ctx, r, -0.1, 0.42);
};

const FIGURES: Readonly<Record<string, Draw>> = { warrior, wizard, scout, herbalist };

/** Four bolts and a slit where the head is. */
function botMark(ctx: Ctx, r: number): void {
  const x = -r * 0.06;
  ctx.beginPath();
  ctx.roundRect(x - r * 0.3, -r * 0.3, r * 0.6, r * 0.6, r * 0.1);
  ctx.fillStyle = css(0x2a3438);
  ctx.fill();
  outline(ctx, r, 0.08);
  ctx.fillStyle = css(SAND);
  ctx.fillRect(x + r * 0.08, -r * 0.2, r * 0.12, r * 0.4);
  for (const [dx, dy] of [
    [-1, -1],
    [-1, 1],
  ] as const) {
    disc(ctx, x + dx * r * 0.17, dy * r * 0.17, r * 0.06, 0x8fa3a8);
  }
}
