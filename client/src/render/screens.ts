/**
 * Paints what is less than a wall: fences, windows, curtains. Three marks, one for
 * each thing that may be stopped, so that every mixture can be read without colour:
 *
 *   bodies   a solid outline; a dashed one can be walked through
 *   views    an opaque body with folds; a clear one shows the ground behind it
 *   shots    a bright line along it; without, posts with gaps between them
 *
 * What stops only bodies and is too wide for a fence is drawn as water.
 *
 * The origin is the middle of the screen, x runs along its own axis.
 */

import type { Wall } from "../net/messages";
import { Blocks } from "../net/protocol";
import { hash } from "./noise";
import { css, INK, SAND, STONE_LINE, STONE_LIT, STONE_SHADE, WATER, ZONE_EDGE } from "./palette";

const POST_STEP_U = 1.1;
/** What stops only bodies and is wider than this, is water rather than a fence. */
const POOL_HALF_U = 1;
const FOLD_STEP_U = 0.45;

export function paintScreen(ctx: CanvasRenderingContext2D, wall: Wall): void {
  const lengthwise = wall.hx >= wall.hy;
  if (!lengthwise) ctx.rotate(Math.PI / 2);
  const [long, wide] = lengthwise
    ? [wall.hx + wall.r, wall.hy + wall.r]
    : [wall.hy + wall.r, wall.hx + wall.r];
  const [stopsBodies, stopsShots, stopsViews] = [Blocks.MOVE, Blocks.SHOTS, Blocks.SIGHT].map(
    (bit) => (wall.blocks & bit) !== 0,
  );
  if (wall.blocks === Blocks.MOVE && wide > POOL_HALF_U) {
    paintPool(ctx, wall, long, wide);
    return;
  }
  const trace = (): void => {
    ctx.beginPath();
    ctx.roundRect(-long, -wide, 2 * long, 2 * wide, Math.min(wall.r, wide));
  };
  trace();
  ctx.fillStyle = stopsViews ? css(STONE_SHADE, 0.96) : css(ZONE_EDGE, 0.16);
  ctx.fill();
  ctx.save();
  ctx.clip();
  if (stopsViews) paintFolds(ctx, long, wide);
  if (stopsShots) paintBar(ctx, long, wide);
  else if (stopsBodies) paintPosts(ctx, long, wide);
  ctx.restore();
  trace();
  ctx.setLineDash(stopsBodies ? [] : [0.35, 0.3]);
  ctx.lineWidth = 0.2;
  ctx.strokeStyle = css(INK, 0.75);
  ctx.stroke();
  ctx.lineWidth = 0.09;
  ctx.strokeStyle = css(stopsBodies ? STONE_LIT : SAND);
  ctx.stroke();
}

/** Ripples along the water, closer together where it is narrow. */
function paintPool(ctx: CanvasRenderingContext2D, wall: Wall, long: number, wide: number): void {
  ctx.beginPath();
  ctx.roundRect(-long, -wide, 2 * long, 2 * wide, wall.r);
  ctx.fillStyle = css(WATER);
  ctx.fill();
  ctx.lineWidth = 0.12;
  ctx.strokeStyle = css(INK, 0.6);
  ctx.stroke();
  ctx.save();
  ctx.clip();
  ctx.beginPath();
  for (let y = -wide + 0.6; y < wide; y += 1.3) {
    for (let x = -long + 0.5 + hash(Math.round(y * 8), Math.round(wall.cx), 7); x < long; x += 2) {
      ctx.moveTo(x, y);
      ctx.quadraticCurveTo(x + 0.4, y - 0.3, x + 0.8, y);
    }
  }
  ctx.lineWidth = 0.07;
  ctx.strokeStyle = css(ZONE_EDGE, 0.55);
  ctx.stroke();
  ctx.restore();
}

function paintFolds(ctx: CanvasRenderingContext2D, long: number, wide: number): void {
  ctx.beginPath();
  for (let x = -long - wide; x < long; x += FOLD_STEP_U) {
    ctx.moveTo(x, wide);
    ctx.lineTo(x + wide, -wide);
  }
  ctx.lineWidth = 0.12;
  ctx.strokeStyle = css(STONE_LINE, 0.8);
  ctx.stroke();
}

function paintBar(ctx: CanvasRenderingContext2D, long: number, wide: number): void {
  ctx.beginPath();
  ctx.moveTo(-long, 0);
  ctx.lineTo(long, 0);
  ctx.lineWidth = Math.min(0.14, wide);
  ctx.strokeStyle = css(ZONE_EDGE, 0.95);
  ctx.stroke();
}

function paintPosts(ctx: CanvasRenderingContext2D, long: number, wide: number): void {
  const gaps = Math.max(1, Math.round((2 * long) / POST_STEP_U));
  const half = Math.min(0.22, wide);
  ctx.fillStyle = css(STONE_LINE);
  for (let post = 0; post <= gaps; post += 1) {
    const x = -long + half + (post * 2 * (long - half)) / gaps;
    ctx.fillRect(x - half, -wide, 2 * half, 2 * wide);
  }
}
