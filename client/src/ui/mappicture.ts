/** The whole map small: ground, bushes, and walls by what they stop. */

import type { GameMap } from "../net/messages";
import { context2d } from "../render/canvas2d";
import { css, IRON, LEAF, LEAF_LIT, STONE_TOP, WOOD } from "../render/palette";
import { type WallKind, wallKind } from "../render/walls";
import { inWallFrame, trace } from "../render/wallshape";

const COLOURS: Readonly<Record<WallKind, string>> = {
  stone: css(STONE_TOP, 0.88),
  glass: css(IRON, 0.8),
  fence: css(WOOD, 0.85),
  reeds: css(LEAF_LIT, 0.5),
};

/** Pixels per unit at which the longer side of the map measures `side_px`. */
export function mapScale(map: GameMap, side_px: number): number {
  return side_px / Math.max(map.width_u, map.height_u);
}

/** A canvas of the map at `scale` pixels per unit. */
export function paintMap(map: GameMap, scale: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(map.width_u * scale));
  canvas.height = Math.max(1, Math.round(map.height_u * scale));
  const ctx = context2d(canvas);
  if (ctx === null) return canvas;
  ctx.fillStyle = "rgb(58, 69, 67)";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.scale(scale, scale);
  ctx.fillStyle = css(LEAF, 0.6);
  for (const { x, y, radius } of map.bushes) {
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, Math.PI * 2);
    ctx.fill();
  }
  for (const wall of map.walls) {
    ctx.fillStyle = COLOURS[wallKind(wall.blocks)];
    inWallFrame(ctx, wall, () => {
      trace(ctx, wall, 0);
      ctx.fill();
    });
  }
  return canvas;
}
