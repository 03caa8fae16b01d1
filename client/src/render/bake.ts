/** Canvas drawings turned into textures, once. Smooth at any scale through mipmaps. */

import { CanvasSource, Rectangle, Texture } from "pixi.js";
import { context2d } from "./canvas2d";

export type Draw = (ctx: CanvasRenderingContext2D) => void;

/** The drawing's origin is the middle of the texture. */
export function bake(width: number, height: number, draw: Draw): Texture {
  return new Texture({
    source: sourceOf(width, height, (ctx) => centred(ctx, width, height, draw)),
  });
}

/** `count` drawings of `side`² in one texture, for frames that follow each other. */
export function bakeFrames(
  side: number,
  count: number,
  draw: (ctx: CanvasRenderingContext2D, frame: number) => void,
): Texture[] {
  const columns = Math.ceil(Math.sqrt(count));
  const lines = Math.ceil(count / columns);
  const cell = (frame: number) =>
    new Rectangle((frame % columns) * side, Math.floor(frame / columns) * side, side, side);
  const source = sourceOf(columns * side, lines * side, (ctx) => {
    for (let frame = 0; frame < count; frame += 1) {
      const { x, y } = cell(frame);
      ctx.save();
      ctx.translate(x, y);
      centred(ctx, side, side, (inner) => draw(inner, frame));
      ctx.restore();
    }
  });
  return Array.from({ length: count }, (_, frame) => new Texture({ source, frame: cell(frame) }));
}

function centred(ctx: CanvasRenderingContext2D, width: number, height: number, draw: Draw): void {
  ctx.save();
  ctx.translate(width / 2, height / 2);
  draw(ctx);
  ctx.restore();
}

function sourceOf(width: number, height: number, draw: Draw): CanvasSource {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const ctx = context2d(canvas);
  if (ctx !== null) draw(ctx);
  return new CanvasSource({ resource: canvas, autoGenerateMipmaps: true, scaleMode: "linear" });
}
