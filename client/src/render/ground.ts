/**
 * Paints one square of ground with the 2D canvas API. Painted once, shown as a
 * texture: detail here costs nothing per frame.
 */

import { context2d } from "./canvas2d";
import { calmHeight, hash, landHeight } from "./noise";
import { css, GROUND_HIGH, GROUND_LOW, GROUND_MID, INK, type Rgb, SAND, VOID } from "./palette";

export interface Patch {
  /** Top left corner and side of the square, in units. */
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly pixelsPerUnit: number;
}

export interface Extent {
  readonly width_u: number;
  readonly height_u: number;
}

const GRID_U = 8;
const CONTOUR_CELL_U = 0.5;
const CONTOUR_LEVELS = [0.26, 0.34, 0.42, 0.5, 0.58, 0.66, 0.74];

/** The context must be scaled so that 1 = one unit, with the patch's corner at its place. */
export function paintGround(ctx: CanvasRenderingContext2D, patch: Patch, world: Extent): void {
  paintTone(ctx, patch);
  paintContours(ctx, patch);
  paintDebris(ctx, patch);
  paintGrid(ctx, patch);
  paintEdge(ctx, patch, world);
}

function tone(height: number): Rgb {
  const share = Math.max(0, Math.min(1, (height - 0.2) / 0.6));
  const [low, high, t] =
    share < 0.5 ? [GROUND_LOW, GROUND_MID, share * 2] : [GROUND_MID, GROUND_HIGH, share * 2 - 1];
  return [
    low[0] + (high[0] - low[0]) * t,
    low[1] + (high[1] - low[1]) * t,
    low[2] + (high[2] - low[2]) * t,
  ];
}

/** Two samples per unit, stretched smoothly; one more on each side so that squares join. */
function paintTone(ctx: CanvasRenderingContext2D, patch: Patch): void {
  const cells = patch.side * 2 + 2;
  const small = document.createElement("canvas");
  small.width = cells;
  small.height = cells;
  const smallCtx = context2d(small);
  if (smallCtx === null) return;
  const image = smallCtx.createImageData(cells, cells);
  for (let row = 0; row < cells; row += 1) {
    for (let column = 0; column < cells; column += 1) {
      const x = patch.x + (column - 0.5) / 2;
      const y = patch.y + (row - 0.5) / 2;
      const lit = (landHeight(x - 0.6, y - 0.6) - landHeight(x + 0.6, y + 0.6)) * -70;
      const grain = (hash(Math.round(x * 2), Math.round(y * 2), 9) - 0.5) * 5;
      const rgb = tone(landHeight(x, y));
      const at = (row * cells + column) * 4;
      image.data[at] = rgb[0] + lit + grain;
      image.data[at + 1] = rgb[1] + lit + grain;
      image.data[at + 2] = rgb[2] + lit + grain;
      image.data[at + 3] = 255;
    }
  }
  smallCtx.putImageData(image, 0, 0);
  ctx.imageSmoothingEnabled = true;
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(small, patch.x - 0.5, patch.y - 0.5, cells / 2, cells / 2);
}

/** Marching squares: in each cell the crossing points of a level on its edges are joined. */
function paintContours(ctx: CanvasRenderingContext2D, patch: Patch): void {
  const cells = patch.side / CONTOUR_CELL_U;
  const heights: number[] = [];
  for (let row = 0; row <= cells; row += 1) {
    for (let column = 0; column <= cells; column += 1) {
      heights.push(calmHeight(patch.x + column * CONTOUR_CELL_U, patch.y + row * CONTOUR_CELL_U));
    }
  }
  for (const [index, level] of CONTOUR_LEVELS.entries()) {
    ctx.beginPath();
    for (let row = 0; row < cells; row += 1) {
      for (let column = 0; column < cells; column += 1) {
        contourCell(ctx, patch, heights, cells + 1, column, row, level);
      }
    }
    ctx.lineWidth = index % 3 === 0 ? 0.07 : 0.045;
    ctx.strokeStyle = css(INK, index % 3 === 0 ? 0.2 : 0.13);
    ctx.stroke();
  }
}

function contourCell(
  ctx: CanvasRenderingContext2D,
  patch: Patch,
  heights: readonly number[],
  stride: number,
  column: number,
  row: number,
  level: number,
): void {
  const at = (c: number, r: number) => (heights[(row + r) * stride + column + c] ?? 0) - level;
  const corners = [at(0, 0), at(1, 0), at(1, 1), at(0, 1)] as const;
  const places = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const;
  const points: [number, number][] = [];
  for (let edge = 0; edge < 4; edge += 1) {
    const next = (edge + 1) % 4;
    const from = corners[edge] as number;
    const to = corners[next] as number;
    if (from < 0 === to < 0) continue;
    const t = from / (from - to);
    const [ax, ay] = places[edge] as readonly [number, number];
    const [bx, by] = places[next] as readonly [number, number];
    points.push([
      patch.x + (column + ax + (bx - ax) * t) * CONTOUR_CELL_U,
      patch.y + (row + ay + (by - ay) * t) * CONTOUR_CELL_U,
    ]);
  }
  for (let pair = 0; pair + 1 < points.length; pair += 2) {
    const [a, b] = [points[pair], points[pair + 1]];
    if (a === undefined || b === undefined) return;
    ctx.moveTo(a[0], a[1]);
    ctx.lineTo(b[0], b[1]);
  }
}

/** Pebbles, flat stones and dry tufts, one chance per cell of one unit. */
function paintDebris(ctx: CanvasRenderingContext2D, patch: Patch): void {
  const [x0, y0] = [Math.floor(patch.x) - 1, Math.floor(patch.y) - 1];
  const cells = patch.side + 2;
  ctx.lineCap = "round";
  for (let row = 0; row < cells; row += 1) {
    for (let column = 0; column < cells; column += 1) {
      const [cx, cy] = [x0 + column, y0 + row];
      const kind = hash(cx, cy, 20);
      const x = cx + hash(cx, cy, 21);
      const y = cy + hash(cx, cy, 22);
      const size = hash(cx, cy, 23);
      if (kind < 0.2) paintPebble(ctx, x, y, 0.05 + size * 0.07);
      else if (kind < 0.225) paintStone(ctx, x, y, 0.16 + size * 0.2, hash(cx, cy, 24) * 3);
      else if (kind > 0.93) paintTuft(ctx, x, y, 0.22 + size * 0.16);
    }
  }
}

function paintPebble(ctx: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  ctx.fillStyle = css(INK, 0.22);
  ctx.beginPath();
  ctx.arc(x + r * 0.4, y + r * 0.5, r, 0, Math.PI * 2);
  ctx.fill();
  ctx.fillStyle = css(SAND, 0.2);
  ctx.beginPath();
  ctx.arc(x, y, r, 0, Math.PI * 2);
  ctx.fill();
}

function paintStone(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  r: number,
  turn: number,
): void {
  const outline = (dx: number, dy: number): void => {
    ctx.beginPath();
    ctx.ellipse(x + dx, y + dy, r, r * 0.72, turn, 0, Math.PI * 2);
  };
  ctx.fillStyle = css(INK, 0.28);
  outline(0.05, 0.07);
  ctx.fill();
  ctx.fillStyle = css(0x6b746c);
  outline(0, 0);
  ctx.fill();
  ctx.fillStyle = css(SAND, 0.14);
  ctx.beginPath();
  ctx.ellipse(x - r * 0.15, y - r * 0.18, r * 0.62, r * 0.4, turn, 0, Math.PI * 2);
  ctx.fill();
}

function paintTuft(ctx: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  ctx.lineWidth = 0.05;
  for (let blade = -2; blade <= 2; blade += 1) {
    ctx.strokeStyle = blade % 2 === 0 ? css(0x8d9070, 0.75) : css(0x343f3c, 0.7);
    ctx.beginPath();
    ctx.moveTo(x + blade * 0.03, y);
    ctx.quadraticCurveTo(x + blade * 0.05, y - size * 0.6, x + blade * 0.12, y - size);
    ctx.stroke();
  }
}

/** A survey grid: fine lines, and a cross where they meet. */
function paintGrid(ctx: CanvasRenderingContext2D, patch: Patch): void {
  const end = patch.side;
  const first = (from: number) => Math.ceil(from / GRID_U) * GRID_U;
  ctx.lineCap = "butt";
  ctx.beginPath();
  for (let x = first(patch.x); x <= patch.x + end; x += GRID_U) {
    ctx.moveTo(x, patch.y);
    ctx.lineTo(x, patch.y + end);
  }
  for (let y = first(patch.y); y <= patch.y + end; y += GRID_U) {
    ctx.moveTo(patch.x, y);
    ctx.lineTo(patch.x + end, y);
  }
  ctx.lineWidth = 0.035;
  ctx.strokeStyle = css(SAND, 0.075);
  ctx.stroke();
  ctx.beginPath();
  for (let x = first(patch.x); x <= patch.x + end; x += GRID_U) {
    for (let y = first(patch.y); y <= patch.y + end; y += GRID_U) {
      ctx.moveTo(x - 0.3, y);
      ctx.lineTo(x + 0.3, y);
      ctx.moveTo(x, y - 0.3);
      ctx.lineTo(x, y + 0.3);
    }
  }
  ctx.lineWidth = 0.06;
  ctx.strokeStyle = css(SAND, 0.22);
  ctx.stroke();
}

/** Beyond the map: a drop into the dark, with a lit lip. */
function paintEdge(ctx: CanvasRenderingContext2D, patch: Patch, world: Extent): void {
  const { x, y, side } = patch;
  const inside = x > 4 && y > 4 && x + side < world.width_u - 4 && y + side < world.height_u - 4;
  if (inside) return;
  ctx.save();
  // Everything but the map's rectangle.
  ctx.beginPath();
  ctx.rect(x - 1, y - 1, side + 2, side + 2);
  ctx.rect(0, 0, world.width_u, world.height_u);
  ctx.clip("evenodd");
  ctx.fillStyle = css(VOID);
  ctx.fillRect(x - 1, y - 1, side + 2, side + 2);
  // Half of each line lies outside: widths that shrink add up to a slope.
  for (let step = 16; step >= 1; step -= 1) {
    ctx.lineWidth = step * 0.24;
    ctx.strokeStyle = css(0x55605a, 0.055);
    ctx.strokeRect(0, 0, world.width_u, world.height_u);
  }
  ctx.restore();
  for (let step = 10; step >= 1; step -= 1) {
    ctx.lineWidth = step * 0.36;
    ctx.strokeStyle = css(INK, 0.035);
    ctx.strokeRect(0, 0, world.width_u, world.height_u);
  }
  ctx.lineWidth = 0.22;
  ctx.strokeStyle = css(INK, 0.9);
  ctx.strokeRect(-0.05, -0.05, world.width_u + 0.1, world.height_u + 0.1);
  ctx.lineWidth = 0.1;
  ctx.strokeStyle = css(SAND, 0.75);
  ctx.setLineDash([1.2, 0.8]);
  ctx.strokeRect(0, 0, world.width_u, world.height_u);
  ctx.setLineDash([]);
}
