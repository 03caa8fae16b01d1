/**
 * The committed table of unit vectors, `schema/directions.bin`: every angle in the game is an index
 * into it. Angles are never computed here: sines differ between engines.
 *
 * An eighth of the turn is kept (`octant.ts`); the rest are its reflections, which are exact.
 */

import { DIRECTIONS } from "../net/protocol";
import { OCTANT } from "./octant";

const EIGHTH = DIRECTIONS / 8;
const QUARTER = DIRECTIONS / 4;

/** f64[4096 × 2]: x and y of each direction, one after the other. */
export const TABLE = unfold(numbers(OCTANT));

function numbers(base64: string): Float64Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, at) => view.getFloat64(8 * at, true));
}

/** The whole turn, from the x and y of directions 0…512. */
function unfold(octant: Float64Array): Float64Array {
  const table = new Float64Array(2 * DIRECTIONS);
  const of = (at: number) => octant[at] ?? Number.NaN;
  for (let index = 0; index < DIRECTIONS; index += 1) {
    const turns = Math.floor(index / QUARTER);
    const within = index % QUARTER;
    const mirrored = within > EIGHTH;
    const at = mirrored ? QUARTER - within : within;
    let x = of(mirrored ? 2 * at + 1 : 2 * at);
    let y = of(mirrored ? 2 * at : 2 * at + 1);
    for (let turn = 0; turn < turns; turn += 1) [x, y] = [-y, x];
    // Sums with 0 turn −0 into 0, as in the file.
    table[2 * index] = x + 0.0;
    table[2 * index + 1] = y + 0.0;
  }
  return table;
}
