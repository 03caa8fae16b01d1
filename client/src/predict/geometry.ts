/**
 * Sweeps of a point against inflated shapes: `systems/kernels/geometry.py`, operation by operation.
 *
 * Everything in this folder that the server computes too is written in float64 + − × ÷, `Math.sqrt`,
 * `Math.floor` and comparisons, in the order of the kernels: these give the same bits in every
 * engine. Never reorder a sum or take a factor out, and never use `Math.min`, `Math.max` or
 * `Math.round`, which treat −0 and halves in another way than the kernels do.
 *
 * A function with several results writes them into a `Sweep` of the caller: no step makes an object.
 */

export const MISS = 2.0;
export const FAR = 1e300;

/** When and how something is met: a fraction of the displacement, and the surface's normal. */
export interface Sweep {
  /** 0…1, or MISS. */
  t: number;
  nx: number;
  ny: number;
}

/** A distance and the normal that leads out. */
export interface Gap {
  /** Negative inside. */
  distance_u: number;
  nx: number;
  ny: number;
}

/** Of −0 and 0 the first one given, unlike `Math.min`. */
export function min(a: number, b: number): number {
  return b < a ? b : a;
}

/** Of −0 and 0 the first one given, unlike `Math.max`. */
export function max(a: number, b: number): number {
  return b > a ? b : a;
}

/** First t in [0, 1] with |s + t d| <= radius, or MISS; a start within is a hit at 0. */
export function sweepCircle(
  sx: number,
  sy: number,
  dx: number,
  dy: number,
  radius: number,
): number {
  const c = sx * sx + sy * sy - radius * radius;
  if (c <= 0.0) return 0.0;
  const b = sx * dx + sy * dy;
  if (b >= 0.0) return MISS;
  const a = dx * dx + dy * dy;
  const discriminant = b * b - a * c;
  if (discriminant < 0.0) return MISS;
  const t = c / (Math.sqrt(discriminant) - b);
  return t <= 1.0 ? t : MISS;
}

const along = { enter: 0.0, leave: 0.0 };

/** Times at which start + t step enters and leaves the interval (−half, half), into `along`. */
function slab(start: number, step: number, half: number): void {
  if (step === 0.0) {
    const outside = Math.abs(start) >= half;
    along.enter = outside ? FAR : -FAR;
    along.leave = outside ? -FAR : FAR;
    return;
  }
  const one = (-half - start) / step;
  const two = (half - start) / step;
  along.enter = min(one, two);
  along.leave = max(one, two);
}

function sweepBox(
  px: number,
  py: number,
  dx: number,
  dy: number,
  hx: number,
  hy: number,
  out: Sweep,
): void {
  slab(px, dx, hx);
  const xIn = along.enter;
  const xOut = along.leave;
  slab(py, dy, hy);
  const yIn = along.enter;
  const t = max(xIn, yIn);
  out.nx = 0.0;
  out.ny = 0.0;
  if (t < 0.0 || t > 1.0 || t >= min(xOut, along.leave)) {
    out.t = MISS;
    return;
  }
  out.t = t;
  if (xIn > yIn) out.nx = dx > 0.0 ? -1.0 : 1.0;
  else out.ny = dy > 0.0 ? -1.0 : 1.0;
}

/** From a box to a point. */
export function gapNormal(px: number, py: number, hx: number, hy: number, out: Gap): void {
  const ax = Math.abs(px) - hx;
  const ay = Math.abs(py) - hy;
  const sideX = px < 0.0 ? -1.0 : 1.0;
  const sideY = py < 0.0 ? -1.0 : 1.0;
  if (ax <= 0.0 && ay <= 0.0) {
    const besideX = ax > ay;
    out.distance_u = besideX ? ax : ay;
    out.nx = besideX ? sideX : 0.0;
    out.ny = besideX ? 0.0 : sideY;
    return;
  }
  const qx = max(ax, 0.0);
  const qy = max(ay, 0.0);
  const distance = Math.sqrt(qx * qx + qy * qy);
  out.distance_u = distance;
  out.nx = (sideX * qx) / distance;
  out.ny = (sideY * qy) / distance;
}

const gap: Gap = { distance_u: 0.0, nx: 0.0, ny: 0.0 };
const lying: Sweep = { t: MISS, nx: 0.0, ny: 0.0 };
const standing: Sweep = { t: MISS, nx: 0.0, ny: 0.0 };

/**
 * A point against a box inflated by `radius`: two boxes and four corner circles. From inside or in
 * contact, a step that leads further in is stopped at 0 and any other is free.
 */
export function sweepRoundedBox(
  px: number,
  py: number,
  dx: number,
  dy: number,
  hx: number,
  hy: number,
  radius: number,
  out: Sweep,
): void {
  gapNormal(px, py, hx, hy, gap);
  const ax = Math.abs(px);
  const ay = Math.abs(py);
  const inBoxes = (ax < hx + radius && ay < hy) || (ax < hx && ay < hy + radius);
  if (gap.distance_u < radius || inBoxes) {
    const stopped = dx * gap.nx + dy * gap.ny < 0.0;
    out.t = stopped ? 0.0 : MISS;
    out.nx = stopped ? gap.nx : 0.0;
    out.ny = stopped ? gap.ny : 0.0;
    return;
  }
  sweepBox(px, py, dx, dy, hx + radius, hy, lying);
  sweepBox(px, py, dx, dy, hx, hy + radius, standing);
  const first = standing.t < lying.t ? standing : lying;
  out.t = first.t;
  out.nx = first.nx;
  out.ny = first.ny;
  if (radius === 0.0) return;
  let best = first.t;
  for (let corner = 0; corner < 4; corner += 1) {
    const cx = corner & 1 ? hx : -hx;
    const cy = corner & 2 ? hy : -hy;
    if ((px - cx) * dx + (py - cy) * dy < 0.0) {
      best = min(best, sweepCircle(px - cx, py - cy, dx, dy, radius));
    }
  }
  out.t = best;
  if (best === MISS) {
    out.nx = 0.0;
    out.ny = 0.0;
    return;
  }
  gapNormal(px + dx * best, py + dy * best, hx, hy, gap);
  out.nx = gap.nx;
  out.ny = gap.ny;
}

/** As `sweepRoundedBox`, against a box whose own x axis is the unit vector (ux, uy). */
export function sweepTurnedBox(
  px: number,
  py: number,
  dx: number,
  dy: number,
  ux: number,
  uy: number,
  hx: number,
  hy: number,
  radius: number,
  out: Sweep,
): void {
  sweepRoundedBox(
    px * ux + py * uy,
    py * ux - px * uy,
    dx * ux + dy * uy,
    dy * ux - dx * uy,
    hx,
    hy,
    radius,
    out,
  );
  const nx = out.nx;
  const ny = out.ny;
  out.nx = nx * ux - ny * uy;
  out.ny = nx * uy + ny * ux;
}
