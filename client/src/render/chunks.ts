/**
 * The static world as painted squares. Ground and walls are painted once per
 * square when it first comes near the view, then cost one textured quad each.
 */

import { CanvasSource, Container, type Geometry, type Mesh, type Shader } from "pixi.js";
import type { GameMap } from "../net/messages";
import type { Bounds } from "./camera";
import type { Patch } from "./ground";
import { paintPatch } from "./patch";
import { slab } from "./slab";

const SIDE_U = 16;
/** Squares kept; the ones longest unseen go first. 64 of 512² take 64 MB. */
const KEPT_MAX = 64;
/** Squares painted per frame while some in view are missing; otherwise one, ahead of need. */
const BURST = 4;
const AHEAD_U = 6;

interface Square {
  readonly mesh: Mesh<Geometry, Shader>;
  readonly source: CanvasSource;
  seen: number;
}

export class Chunks {
  readonly layer = new Container();
  readonly #map: GameMap;
  readonly #pixelsPerUnit: number;
  readonly #squares = new Map<string, Square>();
  #frame = 0;

  constructor(map: GameMap, pixelsPerUnit: number) {
    this.#map = map;
    this.#pixelsPerUnit = pixelsPerUnit;
  }

  get pixelsPerUnit(): number {
    return this.#pixelsPerUnit;
  }

  update(bounds: Bounds): void {
    this.#frame += 1;
    let budget = BURST;
    for (const [column, row] of squaresIn(bounds, 0)) {
      const key = `${column},${row}`;
      if (!this.#squares.has(key) && budget > 0) {
        budget -= 1;
        this.#paint(key, column, row);
      }
      const square = this.#squares.get(key);
      if (square !== undefined) square.seen = this.#frame;
    }
    if (budget === BURST) this.#paintOneAhead(bounds);
    for (const square of this.#squares.values()) {
      square.mesh.visible = square.seen === this.#frame;
    }
    this.#forget();
  }

  destroy(): void {
    for (const key of [...this.#squares.keys()]) this.#drop(key);
    this.layer.destroy();
  }

  #paintOneAhead(bounds: Bounds): void {
    for (const [column, row] of squaresIn(bounds, AHEAD_U)) {
      const key = `${column},${row}`;
      if (this.#squares.has(key)) continue;
      this.#paint(key, column, row);
      return;
    }
  }

  #paint(key: string, column: number, row: number): void {
    const patch: Patch = {
      x: column * SIDE_U,
      y: row * SIDE_U,
      side: SIDE_U,
      pixelsPerUnit: this.#pixelsPerUnit,
    };
    const source = new CanvasSource({ resource: paintPatch(patch, this.#map) });
    const mesh = slab(source);
    mesh.position.set(patch.x, patch.y);
    // A hair larger than its square: no seams between neighbours at odd scales.
    mesh.scale.set(SIDE_U + 0.01);
    this.layer.addChild(mesh);
    this.#squares.set(key, { mesh, source, seen: this.#frame });
  }

  #forget(): void {
    if (this.#squares.size <= KEPT_MAX) return;
    const oldest = [...this.#squares].sort((a, b) => a[1].seen - b[1].seen);
    for (const [key] of oldest.slice(0, this.#squares.size - KEPT_MAX)) this.#drop(key);
  }

  #drop(key: string): void {
    const square = this.#squares.get(key);
    this.#squares.delete(key);
    square?.mesh.shader?.destroy();
    square?.mesh.destroy();
    square?.source.destroy();
  }
}

function squaresIn(bounds: Bounds, margin_u: number): [column: number, row: number][] {
  const out: [number, number][] = [];
  const index = (value: number) => Math.floor(value / SIDE_U);
  for (let row = index(bounds.top - margin_u); row <= index(bounds.bottom + margin_u); row += 1) {
    for (
      let column = index(bounds.left - margin_u);
      column <= index(bounds.right + margin_u);
      column += 1
    ) {
      out.push([column, row]);
    }
  }
  return out;
}
