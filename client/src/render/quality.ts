/**
 * How much the picture may cost, and the ladder "auto" climbs: down as soon as fewer than
 * 50 frames a second come, for what is smooth is easier to play than what is sharp; up
 * again slowly, and ever more slowly where it had to come down again.
 */

import type { Quality } from "../settings/schema";

export interface Effort {
  /** Device pixels per CSS pixel at most. */
  readonly resolutionMax: number;
  /** Share of the resolution that is left. */
  readonly sharpness: number;
  /** Share of the sparks and puffs that are made. */
  readonly particles: number;
  readonly shadows: boolean;
}

const HIGH: Effort = { resolutionMax: 2, sharpness: 1, particles: 1, shadows: true };
const MEDIUM: Effort = { resolutionMax: 1.25, sharpness: 1, particles: 0.6, shadows: true };
const LOW: Effort = { resolutionMax: 1, sharpness: 0.8, particles: 0.3, shadows: false };
const LEAST: Effort = { ...LOW, sharpness: 0.62 };

/** The steps of "auto", best first. The last one is for machines without a graphics chip. */
export const LADDER: readonly Effort[] = [HIGH, MEDIUM, LOW, LEAST];
const FIXED: Readonly<Record<Exclude<Quality, "auto">, Effort>> = {
  low: LOW,
  medium: MEDIUM,
  high: HIGH,
};

/** 50 frames a second, and the pace that is good enough to try more. */
const SLOW_MS = 1000 / 50;
const SMOOTH_MS = 1000 / 57;
/** Slow for so long, it steps down; smooth for so long, it steps up. */
const DOWN_AFTER_MS = 2500;
const UP_AFTER_MS = 20_000;
const UP_AFTER_MAX_MS = 320_000;
/** Having to come down within this time, a step up was a mistake. */
const REGRET_MS = 15_000;
const WEIGHT = 0.08;

export class QualityLadder {
  #quality: Quality = "auto";
  #step = 0;
  #meanMs = SMOOTH_MS;
  #slowMs = 0;
  #smoothMs = 0;
  #sinceUpMs = Number.POSITIVE_INFINITY;
  #upAfterMs = UP_AFTER_MS;

  get effort(): Effort {
    if (this.#quality !== "auto") return FIXED[this.#quality];
    return LADDER[this.#step] ?? LEAST;
  }

  set quality(quality: Quality) {
    this.#quality = quality;
  }

  /** Whether the effort has just changed. `frameMs` must leave out pauses. */
  observe(frameMs: number): boolean {
    this.#meanMs += (frameMs - this.#meanMs) * WEIGHT;
    this.#sinceUpMs += frameMs;
    this.#slowMs = this.#meanMs > SLOW_MS ? this.#slowMs + frameMs : 0;
    this.#smoothMs = this.#meanMs < SMOOTH_MS ? this.#smoothMs + frameMs : 0;
    if (this.#quality !== "auto") return false;
    if (this.#slowMs >= DOWN_AFTER_MS && this.#step < LADDER.length - 1) return this.#down();
    if (this.#smoothMs >= this.#upAfterMs && this.#step > 0) return this.#up();
    return false;
  }

  #down(): boolean {
    // A ladder that swings is worse than either of its steps.
    if (this.#sinceUpMs < REGRET_MS)
      this.#upAfterMs = Math.min(UP_AFTER_MAX_MS, this.#upAfterMs * 2);
    return this.#go(this.#step + 1);
  }

  #up(): boolean {
    this.#sinceUpMs = 0;
    return this.#go(this.#step - 1);
  }

  #go(step: number): boolean {
    this.#step = step;
    this.#slowMs = 0;
    this.#smoothMs = 0;
    return true;
  }
}
