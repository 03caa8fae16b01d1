/** The outline of a wall, and which of its sides the light falls on. */

import { angleOf } from "../game/direction";
import type { Wall } from "../net/messages";

type Ctx = CanvasRenderingContext2D;

/** Calls back with the wall's own frame: its centre the origin, its x axis to the right. */
export function inWallFrame(ctx: Ctx, wall: Wall, draw: () => void): void {
  ctx.save();
  ctx.translate(wall.cx, wall.cy);
  ctx.rotate(angleOf(wall.heading));
  draw();
  ctx.restore();
}

/** Half extents with the corner radius. */
export function halves(wall: Wall): { halfX: number; halfY: number } {
  return { halfX: wall.hx + wall.r, halfY: wall.hy + wall.r };
}

/** Half extents of the bounding box in the world. */
export function reachOfWall(wall: Wall): { x: number; y: number } {
  const angle = angleOf(wall.heading);
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  return {
    x: cos * wall.hx + sin * wall.hy + wall.r,
    y: sin * wall.hx + cos * wall.hy + wall.r,
  };
}

/** Traces the outline, drawn in by `inset_u`, in the wall's own frame. */
export function trace(ctx: Ctx, wall: Wall, inset_u: number): void {
  const { halfX, halfY } = halves(wall);
  const [x, y] = [halfX - inset_u, halfY - inset_u];
  if (x <= 0 || y <= 0) return;
  // Square corners get a touch of rounding: stone, not paper.
  const radius = Math.max(0.06, wall.r - inset_u * 0.8);
  ctx.beginPath();
  ctx.roundRect(-x, -y, 2 * x, 2 * y, Math.min(radius, x, y));
}

/** A gradient across the wall along a direction of the world, in the wall's own frame. */
export function across(ctx: Ctx, wall: Wall, way: "south" | "east"): CanvasGradient {
  const angle = angleOf(wall.heading);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const reach = reachOfWall(wall);
  const [x, y, length] = way === "south" ? [sin, cos, reach.y] : [cos, -sin, reach.x];
  return ctx.createLinearGradient(-x * length, -y * length, x * length, y * length);
}
