/**
 * Gives up resolution where the picture cannot keep up: a soft picture that moves
 * is easier to play than a sharp one that stutters. Only ever steps down, so that
 * it cannot swing to and fro.
 */

const STEPS = [1, 0.8, 0.62] as const;
/** Fewer frames a second than this, for this long, is a stutter. */
const FRAME_SLOW_MS = 85;
const PATIENCE_MS = 4000;
const WEIGHT = 0.08;

export class Sharpness {
  #step = 0;
  #meanMs = 0;
  #slowMs = 0;

  /** Share of the full resolution to draw with. */
  get share(): number {
    return STEPS[this.#step] ?? 1;
  }

  /** Whether the share has just changed. `frameMs` must leave out pauses. */
  observe(frameMs: number): boolean {
    this.#meanMs += (frameMs - this.#meanMs) * WEIGHT;
    this.#slowMs = this.#meanMs > FRAME_SLOW_MS ? this.#slowMs + frameMs : 0;
    if (this.#slowMs < PATIENCE_MS || this.#step === STEPS.length - 1) return false;
    this.#step += 1;
    this.#slowMs = 0;
    return true;
  }
}
