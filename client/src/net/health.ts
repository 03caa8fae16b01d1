/**
 * How good the line is, from the round trips of PING and PONG and from when snapshots
 * come. TCP loses nothing on the way: what a bad line does is to make snapshots late,
 * and the server skips ticks for whoever lags. Both count as missed.
 */

export type Grade = "unknown" | "good" | "fair" | "poor";

export interface ConnectionHealth {
  /** Smoothed round trip; null before the first PONG. */
  readonly pingMs: number | null;
  /** Mean deviation of snapshots from their beat. */
  readonly jitterMs: number | null;
  /** Share of the last seconds' ticks whose snapshot came late or not at all, 0…1. */
  readonly missed: number | null;
  readonly grade: Grade;
}

/** RFC 3550's weight for jitter, and RFC 6298's for round trips. */
const JITTER_WEIGHT = 1 / 16;
const PING_WEIGHT = 1 / 8;
/** Ticks over which the missed ones are counted. */
const WINDOW_TICKS = 120;
/** A snapshot this much behind what the line is capable of is late. */
const LATE_MS = 100;
/** A server that runs so much slower than it says is slow: the line is not to blame. */
const DRIFT = 0.05;
/** Above either number the line is fair, above the second poor. */
const PING_MS = [120, 250] as const;
const JITTER_MS = [20, 50] as const;
const MISSED = [0.03, 0.12] as const;

interface Arrival {
  readonly tick: number;
  /** When it came, less when it was due: meaningful only against others. */
  readonly offsetMs: number;
  readonly late: boolean;
}

export class HealthMeter {
  readonly #tickMs: number;
  #arrivals: Arrival[] = [];
  #pingMs: number | null = null;
  #jitterMs: number | null = null;
  /** The offset of a snapshot that comes as early as it can. */
  #floorMs = Number.POSITIVE_INFINITY;

  constructor(tickRateHz: number) {
    this.#tickMs = 1000 / tickRateHz;
  }

  pong(roundTripMs: number): void {
    const before = this.#pingMs;
    this.#pingMs = before === null ? roundTripMs : before + (roundTripMs - before) * PING_WEIGHT;
  }

  /** Other ticks follow: those so far say nothing of them. The round trip stays. */
  restart(): void {
    this.#arrivals = [];
    this.#floorMs = Number.POSITIVE_INFINITY;
  }

  /** Ticks must rise, as those of applied snapshots do. */
  snapshot(tick: number, nowMs: number): void {
    const offsetMs = nowMs - tick * this.#tickMs;
    const last = this.#arrivals.at(-1);
    if (last !== undefined) {
      const deviation = Math.abs(offsetMs - last.offsetMs);
      const before = this.#jitterMs ?? 0;
      this.#jitterMs = before + (deviation - before) * JITTER_WEIGHT;
      this.#floorMs += (tick - last.tick) * this.#tickMs * DRIFT;
    }
    this.#floorMs = Math.min(this.#floorMs, offsetMs);
    this.#arrivals.push({ tick, offsetMs, late: offsetMs - this.#floorMs > LATE_MS });
    const oldest = tick - WINDOW_TICKS;
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.tick > oldest);
  }

  /** Also while nothing comes: what is overdue by `nowMs` counts as missed. */
  read(nowMs: number): ConnectionHealth {
    const missed = this.#missed(nowMs);
    const pingMs = this.#pingMs;
    const jitterMs = this.#jitterMs;
    return { pingMs, jitterMs, missed, grade: gradeOf(pingMs, jitterMs, missed) };
  }

  #missed(nowMs: number): number | null {
    const first = this.#arrivals[0];
    const last = this.#arrivals.at(-1);
    if (first === undefined || last === undefined || first === last) return null;
    const late = this.#arrivals.filter((arrival) => arrival.late).length;
    const overdue = (nowMs - LATE_MS - this.#floorMs) / this.#tickMs - last.tick;
    const silent = Math.max(0, Math.min(WINDOW_TICKS, Math.floor(overdue)));
    const span = last.tick - first.tick + 1 + silent;
    return (span - this.#arrivals.length + late) / span;
  }
}

function gradeOf(ping: number | null, jitter: number | null, missed: number | null): Grade {
  if (ping === null && missed === null) return "unknown";
  const above = (place: 0 | 1) =>
    (ping ?? 0) > PING_MS[place] ||
    (jitter ?? 0) > JITTER_MS[place] ||
    (missed ?? 0) > MISSED[place];
  return above(1) ? "poor" : above(0) ? "fair" : "good";
}
