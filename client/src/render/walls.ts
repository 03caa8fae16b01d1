/**
 * Paints walls. What stops everything is a low mesa of pale stone, lit from the top left;
 * what lets shots or looks through is in fences.ts. The outline drawn is exactly what
 * stops a body: height is told by bevel and shadow alone.
 */

import type { Wall } from "../net/messages";
import { Blocks } from "../net/protocol";
import { paintFence, paintGlass, paintReeds } from "./fences";
import type { Patch } from "./ground";
import { hash } from "./noise";
import { css, INK, STONE_LINE, STONE_LIT, STONE_SHADE, STONE_TOP, STONE_TOP_LIT } from "./palette";
import { across, halves, inWallFrame, reachOfWall, trace } from "./wallshape";

const SHADOW_U = { x: 0.42, y: 0.55, blur: 0.35 } as const;
/** Low things throw a shorter shadow. */
const LOW_SHARE = 0.45;
const SHADOW_REACH_U = 1.5;
const BEVEL_U = 0.2;

export type WallKind = "stone" | "glass" | "fence" | "reeds";

export function wallKind(blocks: number): WallKind {
  if ((blocks & Blocks.MOVE) === 0) return "reeds";
  if ((blocks & Blocks.SHOTS) === 0) return "fence";
  return (blocks & Blocks.SIGHT) === 0 ? "glass" : "stone";
}

export function wallsNear(walls: readonly Wall[], patch: Patch): Wall[] {
  return walls.filter((wall) => {
    const reach = reachOfWall(wall);
    const [reachX, reachY] = [reach.x + SHADOW_REACH_U, reach.y + SHADOW_REACH_U];
    return (
      wall.cx + reachX > patch.x &&
      wall.cx - reachX < patch.x + patch.side &&
      wall.cy + reachY > patch.y &&
      wall.cy - reachY < patch.y + patch.side
    );
  });
}

/** Shadows of all walls first, so that none falls onto a neighbour's top. */
export function paintWalls(
  ctx: CanvasRenderingContext2D,
  walls: readonly Wall[],
  pixelsPerUnit: number,
): void {
  for (const wall of walls) paintShadow(ctx, wall, pixelsPerUnit);
  for (const wall of walls) PAINTERS[wallKind(wall.blocks)](ctx, wall);
}

function paintShadow(ctx: CanvasRenderingContext2D, wall: Wall, pixelsPerUnit: number): void {
  const kind = wallKind(wall.blocks);
  if (kind === "reeds") return;
  const high = kind === "stone" ? 1 : LOW_SHARE;
  inWallFrame(ctx, wall, () => {
    // Canvas shadows are measured in pixels, whatever the transform.
    ctx.shadowColor = css(INK, 0.55);
    ctx.shadowBlur = SHADOW_U.blur * high * pixelsPerUnit;
    ctx.shadowOffsetX = SHADOW_U.x * high * pixelsPerUnit;
    ctx.shadowOffsetY = SHADOW_U.y * high * pixelsPerUnit;
    ctx.fillStyle = kind === "stone" ? css(STONE_LINE) : css(INK, 0.5);
    trace(ctx, wall, 0);
    ctx.fill();
  });
}

function paintStone(ctx: CanvasRenderingContext2D, wall: Wall): void {
  inWallFrame(ctx, wall, () => {
    const { halfX, halfY } = halves(wall);
    const bevel = Math.min(BEVEL_U, halfX * 0.4, halfY * 0.4);
    paintFlanks(ctx, wall, bevel / reachOfWall(wall).x);
    const top = across(ctx, wall, "south");
    top.addColorStop(0, css(STONE_TOP_LIT));
    top.addColorStop(1, css(STONE_TOP));
    ctx.save();
    trace(ctx, wall, bevel);
    ctx.fillStyle = top;
    ctx.fill();
    ctx.clip();
    if (wall.hx === 0 && wall.hy === 0) paintDrum(ctx, wall, bevel);
    else paintCourses(ctx, wall);
    ctx.restore();
    trace(ctx, wall, bevel);
    ctx.lineWidth = 0.035;
    ctx.strokeStyle = css(STONE_LIT, 0.8);
    ctx.stroke();
  });
}

/** The side to the north is lit, the south one lies in shade, east is dimmer than west. */
function paintFlanks(ctx: CanvasRenderingContext2D, wall: Wall, edge: number): void {
  const flank = across(ctx, wall, "south");
  flank.addColorStop(0, css(STONE_LIT));
  flank.addColorStop(1, css(STONE_SHADE));
  const east = across(ctx, wall, "east");
  east.addColorStop(0, css(STONE_LIT, 0.45));
  east.addColorStop(Math.min(0.5, edge), css(STONE_LIT, 0));
  east.addColorStop(Math.max(0.5, 1 - edge), css(STONE_LINE, 0));
  east.addColorStop(1, css(STONE_LINE, 0.5));
  trace(ctx, wall, 0);
  for (const shade of [flank, east]) {
    ctx.fillStyle = shade;
    ctx.fill();
  }
  ctx.lineWidth = 0.1;
  ctx.strokeStyle = css(STONE_LINE);
  ctx.stroke();
}

const PAINTERS: Readonly<Record<WallKind, (ctx: CanvasRenderingContext2D, wall: Wall) => void>> = {
  stone: paintStone,
  glass: paintGlass,
  fence: paintFence,
  reeds: paintReeds,
};

/** Joints between blocks, staggered from course to course. */
function paintCourses(ctx: CanvasRenderingContext2D, wall: Wall): void {
  const { halfX, halfY } = halves(wall);
  const lengthwise = halfX >= halfY;
  const [long, wide] = lengthwise ? [halfX, halfY] : [halfY, halfX];
  const courses = Math.max(1, Math.round((2 * wide) / 1.1));
  ctx.save();
  if (!lengthwise) ctx.rotate(Math.PI / 2);
  for (let course = 0; course < courses; course += 1) {
    const y0 = -wide + (course * 2 * wide) / courses;
    const height = (2 * wide) / courses;
    let x = -long - hash(course, Math.round(wall.cx * 8), 31) * 1.6;
    for (let block = 0; x < long && block < 400; block += 1) {
      const width = 1.3 + hash(block, course, Math.round(wall.cy * 8)) * 1.3;
      const shade = hash(block, course, Math.round(wall.cx * 8) + 5);
      ctx.fillStyle =
        shade > 0.55
          ? css(STONE_LIT, (shade - 0.5) * 0.3)
          : css(STONE_SHADE, 0.12 * (0.55 - shade));
      ctx.fillRect(x, y0, width, height);
      ctx.strokeStyle = css(STONE_SHADE, 0.4);
      ctx.lineWidth = 0.04;
      ctx.strokeRect(x, y0, width, height);
      x += width;
    }
  }
  ctx.restore();
}

/** A pillar seen from above: a ring and a few chisel marks. */
function paintDrum(ctx: CanvasRenderingContext2D, wall: Wall, bevel: number): void {
  ctx.strokeStyle = css(STONE_SHADE, 0.42);
  ctx.lineWidth = 0.045;
  ctx.beginPath();
  ctx.arc(0, 0, (wall.r - bevel) * 0.62, 0, Math.PI * 2);
  ctx.stroke();
  ctx.beginPath();
  for (let mark = 0; mark < 8; mark += 1) {
    const angle = (mark / 8) * Math.PI * 2 + hash(mark, Math.round(wall.cx), 41);
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    ctx.moveTo(dx * wall.r * 0.6, dy * wall.r * 0.6);
    ctx.lineTo(dx * wall.r, dy * wall.r);
  }
  ctx.stroke();
}
