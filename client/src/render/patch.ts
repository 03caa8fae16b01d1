/** Ground and walls together. Apart from chunks.ts so that the title needs no PixiJS. */

import type { GameMap } from "../net/messages";
import { context2d } from "./canvas2d";
import { type Patch, paintGround } from "./ground";
import { paintWalls, wallsNear } from "./walls";

/** A canvas with the patch painted on it. */
export function paintPatch(patch: Patch, map: GameMap): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(patch.side * patch.pixelsPerUnit);
  canvas.height = canvas.width;
  const ctx = context2d(canvas);
  if (ctx === null) return canvas;
  ctx.scale(patch.pixelsPerUnit, patch.pixelsPerUnit);
  ctx.translate(-patch.x, -patch.y);
  paintGround(ctx, patch, map);
  paintWalls(ctx, wallsNear(map.walls, patch), patch.pixelsPerUnit);
  return canvas;
}
