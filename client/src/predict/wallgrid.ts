/**
 * What stands in the way, as columns, and the grid through which it is found: the sorting of
 * `systems/terrain.py` and `systems/kernels/obstacles.py`.
 */

import type { Wall } from "../net/messages";
import { TABLE } from "./directions";
import { max, min } from "./geometry";

const WALL_CELL_U = 8.0;
/** Half extent of the largest bounding box an obstacle may have. */
const OBSTACLE_REACH_U = 7.5;

/** The walls of a map and the obstacles among them, as columns, and both by cell. */
export class Walls {
  readonly width_u: number;
  readonly height_u: number;
  readonly columns: number;
  readonly rows: number;
  readonly fixed: number;
  count = 0;
  x_u = new Float64Array(0);
  y_u = new Float64Array(0);
  hx_u = new Float64Array(0);
  hy_u = new Float64Array(0);
  radius_u = new Float64Array(0);
  ux = new Float64Array(0);
  uy = new Float64Array(0);
  reach_x_u = new Float64Array(0);
  reach_y_u = new Float64Array(0);
  blocks = new Uint8Array(0);
  /** Walls of cell c are row[start[c]] … row[start[c + 1] − 1], ascending. */
  start = new Int32Array(0);
  row = new Int32Array(0);

  /** `walls` in any order that keeps those of one cell in the map's: they are sorted by cell here. */
  constructor(width_u: number, height_u: number, walls: readonly Wall[]) {
    this.width_u = width_u;
    this.height_u = height_u;
    this.columns = max(1, Math.ceil(width_u / WALL_CELL_U));
    this.rows = max(1, Math.ceil(height_u / WALL_CELL_U));
    this.fixed = walls.length;
    this.#grow(walls.length);
    const cell = (centre: number) => Math.floor(centre / WALL_CELL_U);
    const sorted = [...walls].sort((a, b) => cell(a.cy) - cell(b.cy) || cell(a.cx) - cell(b.cx));
    sorted.forEach((wall, at) => {
      this.#put(at, wall);
    });
    this.raise([]);
  }

  /** Brings the obstacles among the walls: in the server's order of rows, exact as the walls are. */
  raise(obstacles: readonly Wall[]): void {
    this.count = this.fixed + obstacles.length;
    this.#grow(this.count);
    obstacles.forEach((obstacle, k) => {
      this.#put(this.fixed + k, obstacle);
    });
    const cells: number[][] = Array.from({ length: this.columns * this.rows }, () => []);
    for (let wall = 0; wall < this.count; wall += 1) this.#enter(cells, wall);
    this.start = new Int32Array(cells.length + 1);
    cells.forEach((cell, at) => {
      this.start[at + 1] = item(this.start, at) + cell.length;
    });
    this.row = Int32Array.from(cells.flat());
  }

  #grow(size: number): void {
    if (size <= this.x_u.length) return;
    const wider = (old: Float64Array) => {
      const made = new Float64Array(size);
      made.set(old);
      return made;
    };
    this.x_u = wider(this.x_u);
    this.y_u = wider(this.y_u);
    this.hx_u = wider(this.hx_u);
    this.hy_u = wider(this.hy_u);
    this.radius_u = wider(this.radius_u);
    this.ux = wider(this.ux);
    this.uy = wider(this.uy);
    this.reach_x_u = wider(this.reach_x_u);
    this.reach_y_u = wider(this.reach_y_u);
    const blocks = new Uint8Array(size);
    blocks.set(this.blocks);
    this.blocks = blocks;
  }

  #put(at: number, wall: Wall): void {
    const ux = item(TABLE, 2 * wall.heading);
    const uy = item(TABLE, 2 * wall.heading + 1);
    this.x_u[at] = wall.cx;
    this.y_u[at] = wall.cy;
    this.hx_u[at] = wall.hx;
    this.hy_u[at] = wall.hy;
    this.radius_u[at] = wall.r;
    this.ux[at] = ux;
    this.uy[at] = uy;
    this.reach_x_u[at] = Math.abs(ux) * wall.hx + Math.abs(uy) * wall.hy + wall.r;
    this.reach_y_u[at] = Math.abs(uy) * wall.hx + Math.abs(ux) * wall.hy + wall.r;
    this.blocks[at] = wall.blocks;
  }

  #enter(cells: number[][], wall: number): void {
    const limit = wall < this.fixed ? Number.POSITIVE_INFINITY : OBSTACLE_REACH_U;
    const x = item(this.x_u, wall);
    const y = item(this.y_u, wall);
    const reachX = min(item(this.reach_x_u, wall), limit);
    const reachY = min(item(this.reach_y_u, wall), limit);
    const right = cellOf(x + reachX, this.columns);
    const bottom = cellOf(y + reachY, this.rows);
    for (let cy = cellOf(y - reachY, this.rows); cy <= bottom; cy += 1) {
      for (let cx = cellOf(x - reachX, this.columns); cx <= right; cx += 1) {
        cells[cy * this.columns + cx]?.push(wall);
      }
    }
  }
}

/** An element that is there: the callers' loops and clamps see to it. */
export function item(array: Float64Array | Int32Array | Uint8Array, at: number): number {
  return array[at] as number;
}

/** Index of the cell a coordinate lies in, clamped to the grid. */
export function cellOf(value: number, cells: number): number {
  return max(0, min(Math.floor(value / WALL_CELL_U), cells - 1));
}
