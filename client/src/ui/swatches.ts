/** The sides in the chosen colours, drawn as they are in the match. */

import { context2d } from "../render/canvas2d";
import { drawFigure } from "../render/figures";
import { css, SIDES, type Sides } from "../render/palette";
import type { SettingsStore } from "../settings/store";
import { el } from "./dom";
import type { Row } from "./fields";

const SIDE_PX = 62;
const GROUND = "#4d5954";

type Kind = "self" | "mate" | "foe" | "bot";
const KINDS: readonly (readonly [kind: Kind, words: string])[] = [
  ["self", "You"],
  ["mate", "Team"],
  ["foe", "Foe"],
  ["bot", "Foe, bot"],
];

export function swatches(settings: SettingsStore): Row {
  const shown = KINDS.map(([kind, words]) => {
    const canvas = el("canvas", { "aria-hidden": "true" });
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = SIDE_PX * ratio;
    canvas.height = SIDE_PX * ratio;
    return { kind, canvas, root: el("span", {}, canvas, words) };
  });
  const root = el("div", { class: "swatches" }, ...shown.map((one) => one.root));
  let painted = "";
  const refresh = (): void => {
    const { palette, patterns } = settings.now;
    if (painted === `${palette} ${patterns}`) return;
    painted = `${palette} ${patterns}`;
    for (const { kind, canvas } of shown) paint(canvas, kind, SIDES[palette], patterns);
  };
  return { root, refresh };
}

function paint(canvas: HTMLCanvasElement, kind: Kind, sides: Sides, patterns: boolean): void {
  const ctx = context2d(canvas);
  if (ctx === null) return;
  const r = canvas.width * 0.24;
  const light = sides[kind];
  ctx.resetTransform();
  ctx.fillStyle = GROUND;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.translate(canvas.width / 2, canvas.height / 2);
  ctx.save();
  ctx.rotate(-Math.PI / 2);
  drawFigure(ctx, "scout", r, { light, deep: sides[`${kind}Deep`] }, kind === "bot");
  ctx.restore();
  ctx.lineWidth = r * 0.13;
  ctx.strokeStyle = css(light);
  ctx.fillStyle = css(light);
  if (kind === "self") ring(ctx, r * 1.5, 1);
  else if (kind === "mate") ring(ctx, r * 1.5, 3);
  else if (patterns) teeth(ctx, r);
}

function ring(ctx: CanvasRenderingContext2D, radius: number, bows: number): void {
  const gap = bows > 1 ? 0.28 : 0;
  for (let bow = 0; bow < bows; bow += 1) {
    const from = (bow / bows) * Math.PI * 2 - Math.PI / 2 + gap;
    ctx.beginPath();
    ctx.arc(0, 0, radius, from, from + (Math.PI * 2) / bows - 2 * gap);
    ctx.stroke();
  }
}

function teeth(ctx: CanvasRenderingContext2D, r: number): void {
  for (let tooth = 0; tooth < 4; tooth += 1) {
    ctx.save();
    ctx.rotate(-Math.PI / 2 + (tooth - 1.5) * 0.92);
    ctx.beginPath();
    ctx.moveTo(r * 1.3, 0);
    ctx.lineTo(r * 1.65, -r * 0.22);
    ctx.lineTo(r * 1.65, r * 0.22);
    ctx.fill();
    ctx.restore();
  }
}
