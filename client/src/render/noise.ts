/** Fixed noise for the look of the ground: the same place always looks the same. */

/** 0…1 for a lattice point. Integer mixing as in common 32-bit hash finalisers. */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x1_0000_0000;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function valueNoise(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = smooth(x - ix);
  const fy = smooth(y - iy);
  const top = hash(ix, iy, seed) * (1 - fx) + hash(ix + 1, iy, seed) * fx;
  const bottom = hash(ix, iy + 1, seed) * (1 - fx) + hash(ix + 1, iy + 1, seed) * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Height of the land at a place in units, 0…1: broad hills with some detail. */
export function landHeight(x_u: number, y_u: number): number {
  return (
    0.6 * valueNoise(x_u / 19, y_u / 19, 1) +
    0.28 * valueNoise(x_u / 8, y_u / 8, 2) +
    0.12 * valueNoise(x_u / 2.6, y_u / 2.6, 3)
  );
}

/** The same hills without the detail, for contour lines that run calmly. */
export function calmHeight(x_u: number, y_u: number): number {
  return 0.7 * valueNoise(x_u / 19, y_u / 19, 1) + 0.3 * valueNoise(x_u / 8, y_u / 8, 2);
}
