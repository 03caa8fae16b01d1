/**
 * What tick the server is at, judged from when snapshots arrive, and which tick
 * to draw now.
 *
 * A snapshot can be late but never early, so the earliest arrivals of the last
 * seconds carry the true offset, and how much the others lag behind is the
 * jitter. What is drawn lags the estimate by about two ticks: enough to have a
 * newer snapshot to interpolate towards when one comes late or is skipped.
 */

const WINDOW = 64;
const DELAY_MIN_TICKS = 2;
const DELAY_MAX_TICKS = 5;
/** Delay follows the jitter by at most this much a snapshot: no visible jumps. */
const DELAY_STEP_TICKS = 0.02;
/** Lateness below this is ordinary timer noise and asks for no extra delay. */
const LATENESS_FREE_TICKS = 0.3;
const JITTER_WEIGHT = 0.05;
/** How fast drawn time may run against real time while it catches up. */
const SLEW_MAX = 0.1;
const SLEW_PER_TICK = 0.1;
/** Further off than this is not caught up with but jumped to. */
const SNAP_TICKS = 8;

export class ServerClock {
  readonly #tickMs: number;
  readonly #offsets: number[] = [];
  #cursor = 0;
  #base: number | null = null;
  #jitter = 0;
  #delay = DELAY_MIN_TICKS;
  #shown: number | null = null;
  #shownAtMs = 0;

  constructor(tickRateHz: number) {
    this.#tickMs = 1000 / tickRateHz;
  }

  get delayTicks(): number {
    return this.#delay;
  }

  /** Mean lateness of snapshots, in ticks. */
  get jitterTicks(): number {
    return this.#jitter;
  }

  observe(tick: number, nowMs: number): void {
    const offset = nowMs / this.#tickMs - tick;
    this.#offsets[this.#cursor] = offset;
    this.#cursor = (this.#cursor + 1) % WINDOW;
    this.#base = Math.min(...this.#offsets);
    this.#jitter += (offset - this.#base - this.#jitter) * JITTER_WEIGHT;
    const wanted = DELAY_MIN_TICKS + 2 * Math.max(0, this.#jitter - LATENESS_FREE_TICKS);
    const target = Math.min(DELAY_MAX_TICKS, wanted);
    this.#delay += clamp(target - this.#delay, DELAY_STEP_TICKS);
  }

  /** The server's tick now, as a fraction; null before the first snapshot. */
  estimate(nowMs: number): number | null {
    return this.#base === null ? null : nowMs / this.#tickMs - this.#base;
  }

  /** The tick to draw now. It never runs backwards, except for a jump by SNAP_TICKS. */
  renderTick(nowMs: number): number | null {
    const estimate = this.estimate(nowMs);
    if (estimate === null) return null;
    const target = estimate - this.#delay;
    if (this.#shown === null || Math.abs(target - this.#shown) > SNAP_TICKS) {
      this.#shown = target;
    } else {
      const elapsed = Math.max(0, nowMs - this.#shownAtMs) / this.#tickMs;
      const error = target - (this.#shown + elapsed);
      this.#shown += elapsed * (1 + clamp(error * SLEW_PER_TICK, SLEW_MAX));
    }
    this.#shownAtMs = nowMs;
    return this.#shown;
  }
}

/** The whole tick that a player sees who is shown `drawn`, 0 for none; what is newest is held on. */
export function seenTick(drawn: number | null, newest: number): number {
  return drawn === null ? 0 : Math.max(0, Math.min(newest, Math.round(drawn)));
}

function clamp(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value));
}
