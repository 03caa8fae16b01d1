/**
 * How far from the predicted place the own body is drawn after a correction: as far as it was drawn
 * before, fading. For the eye alone; nothing here reaches the prediction.
 */

/** After so long 37 % of an error are left. */
export const FADE_MS = 100;
/** A larger error is not glided over: the body was moved, not mistaken. */
export const SNAP_U = 3;
/** A smaller one is not seen. */
export const SEEN_U = 1 / 1024;

export interface Offset {
  readonly dx_u: number;
  readonly dy_u: number;
}

const NONE: Offset = { dx_u: 0, dy_u: 0 };

export class Smoothing {
  #offset: Offset = NONE;
  #sinceMs = 0;

  /** The predicted place jumped by the opposite of this. */
  add(dx_u: number, dy_u: number, nowMs: number): void {
    const left = this.at(nowMs);
    this.#offset = { dx_u: left.dx_u + dx_u, dy_u: left.dy_u + dy_u };
    this.#sinceMs = nowMs;
    if (!(Math.hypot(this.#offset.dx_u, this.#offset.dy_u) <= SNAP_U)) this.#offset = NONE;
  }

  /** What to add to the predicted place when drawing. */
  at(nowMs: number): Offset {
    if (this.#offset === NONE) return NONE;
    const left = Math.exp(-Math.max(0, nowMs - this.#sinceMs) / FADE_MS);
    const { dx_u, dy_u } = this.#offset;
    if (Math.hypot(dx_u, dy_u) * left < SEEN_U) return NONE;
    return { dx_u: dx_u * left, dy_u: dy_u * left };
  }
}
