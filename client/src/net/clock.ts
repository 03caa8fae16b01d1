/**
 * What tick the server is at, judged from when snapshots arrive, and which tick to draw now.
 *
 * A snapshot can be late but never early, so the earliest arrivals of the last seconds carry the
 * true offset, and how much the others lag behind is the spread. What is drawn lags the estimate
 * by one tick, for two snapshots to draw between, and by what 95 of 100 ticks are late at most: a
 * jitter buffer whose depth is measured. A tick whose snapshot was skipped is as late as the next
 * one. The depth follows slowly, and drawn time runs a little faster or slower meanwhile.
 */

/** Ticks whose lateness is remembered: two seconds at 30 a second. */
const WINDOW_TICKS = 64;
/** After a longer silence the line is another: it was no lateness. */
const SILENCE_TICKS = 15;
const QUANTILE = 0.95;
const DELAY_MIN_TICKS = 1;
const DELAY_MAX_TICKS = 12;
/** The depth follows by at most this much a tick: down more carefully than up. */
const RISE_TICKS = 0.05;
const FALL_TICKS = 0.01;
/** For a line of which nothing is known yet. */
const DELAY_FIRST_TICKS = 2;
/** How fast drawn time may run against real time while it catches up. */
const SLEW_MAX = 0.1;
const SLEW_PER_TICK = 0.1;
/** Further off than this is not caught up with but jumped to. */
const SNAP_TICKS = 8;

export class ServerClock {
  readonly #tickMs: number;
  /** When each of the last ticks could be drawn, against when it was: in ticks, up to a constant. */
  #offsets: number[] = [];
  #last: number | null = null;
  #base: number | null = null;
  #lateness = 0;
  #delay = DELAY_FIRST_TICKS;
  #shown: number | null = null;
  #shownAtMs = 0;

  constructor(tickRateHz: number) {
    this.#tickMs = 1000 / tickRateHz;
  }

  /** How far what is drawn lags behind what could come at best. */
  get delayTicks(): number {
    return this.#delay;
  }

  /** What 95 of 100 ticks are late at most. */
  get latenessTicks(): number {
    return this.#lateness;
  }

  /** Other ticks follow, those of another picture: what was measured does not hold for them. */
  restart(): void {
    this.#offsets = [];
    this.#last = null;
    this.#base = null;
    this.#shown = null;
  }

  /** A snapshot came; ticks rise. */
  observe(tick: number, nowMs: number): void {
    const offset = nowMs / this.#tickMs - tick;
    const since = this.#last === null ? 1 : tick - this.#last;
    const gap = since > SILENCE_TICKS ? 1 : since;
    if (since > SILENCE_TICKS) this.#offsets = [];
    this.#last = tick;
    // The ticks that were skipped can be drawn from now on too: they are so much later.
    for (let behind = gap - 1; behind >= 0; behind -= 1) this.#offsets.push(offset + behind);
    this.#offsets.splice(0, this.#offsets.length - WINDOW_TICKS);
    const sorted = [...this.#offsets].sort((a, b) => a - b);
    const [base = offset] = sorted;
    const late = sorted[Math.ceil(QUANTILE * sorted.length) - 1] ?? offset;
    this.#base = base;
    this.#lateness = late - base;
    const target = Math.min(DELAY_MAX_TICKS, DELAY_MIN_TICKS + this.#lateness);
    const change = target - this.#delay;
    this.#delay += Math.max(-FALL_TICKS * gap, Math.min(RISE_TICKS * gap, change));
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

function clamp(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value));
}
