/**
 * Queries against walls, through a grid: `systems/kernels/walls.py`, operation by operation.
 *
 * Left out is the kernels' `is_apart`, a shortcut past the sweep when no wall is near: it holds only
 * where the bounding box of the whole path, a skin wider, meets no wall's. There the sweep, which
 * looks at the same cells or fewer, finds every wall's box at least a skin off: it is a MISS, the
 * end is clear, and `glide` adds and clamps exactly what the shortcut does.
 */

import { type Gap, gapNormal, MISS, max, min, type Sweep, sweepTurnedBox } from "./geometry";
import { cellOf, item, type Walls } from "./wallgrid";

export const SKIN_U = 1.0 / 1024.0;
export const HAIR_U = 1.0 / (1 << 30);
export const GLIDE_STEPS = 4;

const here: Sweep = { t: MISS, nx: 0.0, ny: 0.0 };

/** When and how a swept circle first meets a wall; equally early ones are told apart by row. */
export function sweepWalls(
  px: number,
  py: number,
  dx: number,
  dy: number,
  radius: number,
  blocks: number,
  walls: Walls,
  out: Sweep,
): void {
  const left = min(px, px + dx) - radius;
  const right = max(px, px + dx) + radius;
  const top = min(py, py + dy) - radius;
  const bottom = max(py, py + dy) + radius;
  let best = MISS;
  let bestNx = 0.0;
  let bestNy = 0.0;
  let bestWall = -1;
  const first = cellOf(left, walls.columns);
  const last = cellOf(right, walls.columns);
  const lower = cellOf(bottom, walls.rows);
  for (let cy = cellOf(top, walls.rows); cy <= lower; cy += 1) {
    const end = item(walls.start, cy * walls.columns + last + 1);
    for (let place = item(walls.start, cy * walls.columns + first); place < end; place += 1) {
      const wall = item(walls.row, place);
      if (!meetsBox(wall, left, right, top, bottom, blocks, walls)) continue;
      sweepTurnedBox(
        px - item(walls.x_u, wall),
        py - item(walls.y_u, wall),
        dx,
        dy,
        item(walls.ux, wall),
        item(walls.uy, wall),
        item(walls.hx_u, wall),
        item(walls.hy_u, wall),
        item(walls.radius_u, wall) + radius,
        here,
      );
      if (here.t < best || (here.t === best && here.t < MISS && wall < bestWall)) {
        best = here.t;
        bestNx = here.nx;
        bestNy = here.ny;
        bestWall = wall;
      }
    }
  }
  out.t = best;
  out.nx = bestNx;
  out.ny = bestNy;
}

function meetsBox(
  wall: number,
  left: number,
  right: number,
  top: number,
  bottom: number,
  blocks: number,
  walls: Walls,
): boolean {
  const x = item(walls.x_u, wall);
  const y = item(walls.y_u, wall);
  const reachX = item(walls.reach_x_u, wall);
  const reachY = item(walls.reach_y_u, wall);
  return (
    right >= x - reachX &&
    left <= x + reachX &&
    bottom >= y - reachY &&
    top <= y + reachY &&
    (item(walls.blocks, wall) & blocks) !== 0
  );
}

const gap: Gap = { distance_u: 0.0, nx: 0.0, ny: 0.0 };

/** Whether a circle lies in the world and overlaps no wall that blocks it. */
export function isClear(
  px: number,
  py: number,
  radius: number,
  blocks: number,
  walls: Walls,
): boolean {
  if (px < radius || py < radius || px > walls.width_u - radius || py > walls.height_u - radius) {
    return false;
  }
  const first = cellOf(px - radius, walls.columns);
  const last = cellOf(px + radius, walls.columns);
  const lower = cellOf(py + radius, walls.rows);
  for (let cy = cellOf(py - radius, walls.rows); cy <= lower; cy += 1) {
    const end = item(walls.start, cy * walls.columns + last + 1);
    for (let place = item(walls.start, cy * walls.columns + first); place < end; place += 1) {
      const wall = item(walls.row, place);
      if ((item(walls.blocks, wall) & blocks) === 0) continue;
      const x = px - item(walls.x_u, wall);
      const y = py - item(walls.y_u, wall);
      const ux = item(walls.ux, wall);
      const uy = item(walls.uy, wall);
      // The kernel skips walls whose gap along one axis is wide enough; none of them is nearer.
      gapNormal(
        x * ux + y * uy,
        y * ux - x * uy,
        item(walls.hx_u, wall),
        item(walls.hy_u, wall),
        gap,
      );
      if (gap.distance_u < item(walls.radius_u, wall) + radius) return false;
    }
  }
  return true;
}

/** Distance between a circle and a wall, negative when they overlap. */
function gapOf(px: number, py: number, radius: number, wall: number, walls: Walls): number {
  const ux = item(walls.ux, wall);
  const uy = item(walls.uy, wall);
  const x = px - item(walls.x_u, wall);
  const y = py - item(walls.y_u, wall);
  gapNormal(x * ux + y * uy, y * ux - x * uy, item(walls.hx_u, wall), item(walls.hy_u, wall), gap);
  return gap.distance_u - (item(walls.radius_u, wall) + radius);
}

/** Whether a circle at (x, y) is deeper in a wall than at (px, py), clear being no depth. */
function sinks(
  px: number,
  py: number,
  x: number,
  y: number,
  radius: number,
  blocks: number,
  walls: Walls,
): boolean {
  const first = cellOf(x - radius, walls.columns);
  const last = cellOf(x + radius, walls.columns);
  const lower = cellOf(y + radius, walls.rows);
  for (let cy = cellOf(y - radius, walls.rows); cy <= lower; cy += 1) {
    const end = item(walls.start, cy * walls.columns + last + 1);
    for (let place = item(walls.start, cy * walls.columns + first); place < end; place += 1) {
      const wall = item(walls.row, place);
      if ((item(walls.blocks, wall) & blocks) === 0) continue;
      const after = gapOf(x, y, radius, wall, walls);
      if (after >= 0.0) continue;
      const before = gapOf(px, py, radius, wall, walls);
      if (before >= 0.0 || after < before - HAIR_U) return true;
    }
  }
  return false;
}

/** A place, for functions whose result is one. */
export interface Place {
  x_u: number;
  y_u: number;
}

const met: Sweep = { t: MISS, nx: 0.0, ny: 0.0 };

function creep(
  px: number,
  py: number,
  toX: number,
  toY: number,
  byX: number,
  byY: number,
  radius: number,
  blocks: number,
  walls: Walls,
  out: Place,
): void {
  out.x_u = toX;
  out.y_u = toY;
  if (!sinks(px, py, toX, toY, radius, blocks, walls)) return;
  let dx = byX;
  let dy = byY;
  for (let turn = 0; turn < 2; turn += 1) {
    sweepWalls(px, py, dx, dy, radius, blocks, walls, met);
    const length = Math.sqrt(dx * dx + dy * dy);
    const t = met.t === MISS ? 1.0 : met.t - SKIN_U / max(length, SKIN_U);
    if (t > 0.0) {
      out.x_u = max(radius, min(px + dx * t, walls.width_u - radius));
      out.y_u = max(radius, min(py + dy * t, walls.height_u - radius));
      if (!sinks(px, py, out.x_u, out.y_u, radius, blocks, walls)) return;
    }
    const into = dx * met.nx + dy * met.ny;
    dx = dx - into * met.nx;
    dy = dy - into * met.ny;
  }
  out.x_u = px;
  out.y_u = py;
}

/**
 * Where a circle comes to rest that moves by (byX, byY), slides along walls and stays in the world;
 * one that overlaps a wall at the start may go wherever it gets no deeper into any.
 */
export function glide(
  px: number,
  py: number,
  byX: number,
  byY: number,
  radius: number,
  blocks: number,
  walls: Walls,
  out: Place,
): void {
  const dx0 = max(radius, min(px + byX, walls.width_u - radius)) - px;
  const dy0 = max(radius, min(py + byY, walls.height_u - radius)) - py;
  let x = px;
  let y = py;
  let dx = dx0;
  let dy = dy0;
  for (let turn = 0; turn < GLIDE_STEPS; turn += 1) {
    if (dx === 0.0 && dy === 0.0) break;
    sweepWalls(x, y, dx, dy, radius, blocks, walls, met);
    const t = met.t;
    if (t === MISS) {
      x += dx;
      y += dy;
      break;
    }
    x += dx * t + met.nx * SKIN_U;
    y += dy * t + met.ny * SKIN_U;
    const into = dx * met.nx + dy * met.ny;
    dx = (dx - into * met.nx) * (1.0 - t);
    dy = (dy - into * met.ny) * (1.0 - t);
  }
  x = max(radius, min(x, walls.width_u - radius));
  y = max(radius, min(y, walls.height_u - radius));
  out.x_u = x;
  out.y_u = y;
  if (isClear(x, y, radius, blocks, walls)) return;
  out.x_u = px;
  out.y_u = py;
  if (isClear(px, py, radius, blocks, walls)) return;
  creep(px, py, x, y, dx0, dy0, radius, blocks, walls, out);
}
