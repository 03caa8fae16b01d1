/**
 * How fast to send commands, so that they arrive just in time: the server takes one a tick and says
 * how many wait. With more than one in hand the client sends a little slower, with fewer a little
 * faster; by a few per cent, which nobody feels and which outdoes any drift of clocks.
 */

/** Waiting commands aimed at: one in hand for when the next is late. */
export const AIM = 1;
/** The rate is at most this much off. */
export const NUDGE_MAX = 0.03;
/** Weight of one tick's word in the mean: about a second of them. */
const WEIGHT = 1 / 24;
/** By this much for each command too many: less than what the way there and back would overshoot. */
const NUDGE_PER_COMMAND = 0.02;
/** Ticks without any command say little of the rate: a silence is not made up for. */
const STARVED_MIN = -2;

export class Steering {
  #mean = AIM;

  /** Commands that wait, on average. */
  get meanLead(): number {
    return this.#mean;
  }

  /** The server's word, once for each tick that was told of; null where it says nothing. */
  heard(lead: number | null): void {
    if (lead === null) this.#mean = AIM;
    else this.#mean += (Math.max(STARVED_MIN, lead) - this.#mean) * WEIGHT;
  }

  /** By what to multiply the time between two commands. */
  get stretch(): number {
    const nudge = (this.#mean - AIM) * NUDGE_PER_COMMAND;
    return 1 + Math.max(-NUDGE_MAX, Math.min(NUDGE_MAX, nudge));
  }
}
