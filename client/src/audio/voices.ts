/**
 * Which sounds are played when there are too many. A limited number is heard at once;
 * a new one takes the place of the least important, of the quietest among equals, or is
 * left out where it is the least itself.
 */

export const VOICES_MAX = 18;

export interface Claim {
  readonly name: string;
  readonly priority: number;
  /** 0…1, after distance. */
  readonly gain: number;
  readonly lengthMs: number;
  readonly gapMs: number;
}

export interface Held extends Claim {
  readonly endMs: number;
}

/** Quieter than this is not heard in a fight. */
const GAIN_MIN = 0.03;

export class Voices {
  readonly #max: number;
  readonly #lastMs = new Map<string, number>();
  #held: Held[] = [];

  constructor(max = VOICES_MAX) {
    this.#max = max;
  }

  get count(): number {
    return this.#held.length;
  }

  /** Whether it is played, and whose place it takes: that one has to be stopped. */
  claim(claim: Claim, nowMs: number): { held: Held; stopped: Held | null } | null {
    this.#held = this.#held.filter(({ endMs }) => endMs > nowMs);
    if (claim.gain < GAIN_MIN) return null;
    const last = this.#lastMs.get(claim.name);
    if (last !== undefined && nowMs - last < claim.gapMs) return null;
    let stopped: Held | null = null;
    if (this.#held.length >= this.#max) {
      stopped = this.#held.reduce((least, held) => (worth(held) < worth(least) ? held : least));
      if (worth(stopped) >= worth(claim)) return null;
      this.#held = this.#held.filter((held) => held !== stopped);
    }
    const held = { ...claim, endMs: nowMs + claim.lengthMs };
    this.#held.push(held);
    this.#lastMs.set(claim.name, nowMs);
    return { held, stopped };
  }
}

/** A whole step of priority outweighs every difference of loudness. */
function worth({ priority, gain }: Claim): number {
  return priority + Math.min(1, gain) * 0.99;
}
