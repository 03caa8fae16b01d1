/**
 * The own casts ahead of the server: each is shown when it is predicted, and a shot flies at once.
 *
 * The own body is drawn where it will be when its commands arrive, all else where it was when the
 * last snapshots left. A shot begins in the one time and strikes in the other: it is drawn as far
 * ahead as the body at first, and less and less with its age, so it flies a little slower than it
 * does and never jumps. When the server's shot comes, it takes the place and the lead of the
 * predicted one; when the server did not cast, that one is gone.
 */

import { EventKind } from "../net/protocol";
import type { ProjectileRow, Snapshot } from "../net/rows";
import { isAfter } from "../predict/reconcile";
import { along, type ProjectilePose } from "./interpolate";

/** A lead is over after so many ticks of flight, or after this many times its own length. */
const FADE_TICKS = 18;
const FADE_LEADS = 2.5;

/** A shot that was predicted. */
export interface OwnShot {
  /** As it begins. */
  readonly row: ProjectileRow;
  /** Ticks until it meets a wall, or ends by itself. */
  readonly flight_ticks: number;
}

/** A cast that was predicted. */
export interface OwnCast {
  readonly seq: number;
  /** As a bit of buttons. */
  readonly bit: number;
  readonly skill: number;
  /** The tick in which it is cast. */
  readonly tick: number;
  /** What flies: none, one, or a fan. */
  readonly shots: readonly OwnShot[];
}

/** The two times of a picture, in ticks: of the own body, and of all else. */
export interface Times {
  readonly own: number;
  readonly others: number;
}

/** A shot of a cast that is not acknowledged, and the name under which it is drawn. */
interface Ghost extends OwnShot {
  readonly key: number;
}

interface Pending extends OwnCast {
  readonly shots: readonly Ghost[];
  fade_ticks: number | null;
}

/** A shot of the server's that is drawn ahead. */
interface Led {
  readonly castTick: number;
  readonly flight_ticks: number;
  readonly fade_ticks: number;
  /** Under this name it is drawn. */
  readonly drawnAs: number;
  row: ProjectileRow;
  /** When `row` was so. */
  tick: number;
}

export class OwnCasts {
  /** Casts the server did not make. */
  refused = 0;
  readonly #owner: number;
  #pending: Pending[] = [];
  readonly #led = new Map<number, Led>();
  /** The own shots of the newest snapshot. */
  #known: ReadonlySet<number> = new Set();
  #made = 0;

  constructor(owner: number) {
    this.#owner = owner;
  }

  add(cast: OwnCast): void {
    const shots = cast.shots.map((shot, which) => ({ ...shot, key: -(this.#made + which + 1) }));
    this.#made += shots.length;
    this.#pending.push({ ...cast, shots, fade_ticks: null });
  }

  /**
   * What is not acknowledged was predicted anew: `isCast` tells whether a command still casts.
   * Then the snapshot that acknowledges `ackSeq` is taken.
   *
   * @returns the snapshot without the casts that have been shown already.
   */
  settle(ackSeq: number, snapshot: Snapshot, isCast: (seq: number, bit: number) => boolean) {
    const seen = new Set<number>();
    const left: Pending[] = [];
    const fresh = this.#takeShots(snapshot);
    for (const cast of this.#pending) {
      if (isAfter(cast.seq, ackSeq)) {
        if (isCast(cast.seq, cast.bit)) left.push(cast);
        continue;
      }
      const place = snapshot.events.findIndex(
        ({ kind, a, cause }, index) =>
          kind === EventKind.CAST && a === this.#owner && cause === cast.skill && !seen.has(index),
      );
      if (place < 0) {
        this.refused += 1;
        continue;
      }
      seen.add(place);
      this.#hand(cast, fresh, snapshot.tick);
    }
    this.#pending = left;
    if (seen.size === 0) return snapshot;
    return { ...snapshot, events: snapshot.events.filter((_, index) => !seen.has(index)) };
  }

  clear(): void {
    this.#pending = [];
    this.#led.clear();
    this.#known = new Set();
  }

  /** Replaces the own shots among `poses` by those ahead. */
  ahead(poses: readonly ProjectilePose[], times: Times): ProjectilePose[] {
    const drawn = poses.filter(({ key }) => !this.#led.has(key));
    for (const cast of this.#pending) {
      const lead = times.own - times.others;
      cast.fade_ticks ??= Math.max(FADE_TICKS, FADE_LEADS * lead);
      const flown = timeOf(cast.tick, cast.fade_ticks, times) - cast.tick;
      for (const { row, flight_ticks, key } of cast.shots) {
        if (flown >= 0 && flown <= flight_ticks) drawn.push({ ...along(row, flown), key });
      }
    }
    for (const [key, led] of this.#led) {
      const at = timeOf(led.castTick, led.fade_ticks, times);
      const gone = !this.#known.has(key) && at > led.tick + 1;
      // Once nothing is left of the lead it is a shot like any other, under its own name.
      if (gone || times.own - led.castTick > led.fade_ticks) this.#led.delete(key);
      if (gone || at - led.castTick > led.flight_ticks) continue;
      drawn.push({ ...along(led.row, at - led.tick), key: led.drawnAs });
    }
    return drawn;
  }

  /** Brings those ahead up to date. Returns the own shots that were not there before. */
  #takeShots({ projectiles, tick }: Snapshot): ProjectileRow[] {
    const own = projectiles.filter(({ owner }) => owner === this.#owner);
    for (const row of own) {
      const led = this.#led.get(row.key);
      if (led !== undefined) Object.assign(led, { row, tick });
    }
    const fresh = own.filter(({ key }) => !this.#known.has(key));
    this.#known = new Set(own.map(({ key }) => key));
    return fresh;
  }

  /** Each of the server's shots of this cast takes the place of the predicted one that flies alike. */
  #hand(cast: Pending, fresh: readonly ProjectileRow[], tick: number): void {
    const fade_ticks = cast.fade_ticks ?? FADE_TICKS;
    const ghosts = [...cast.shots];
    for (const row of fresh) {
      if (row.skill !== cast.skill || this.#led.has(row.key)) continue;
      ghosts.sort((a, b) => apart(a.row, row) - apart(b.row, row));
      const ghost = ghosts.shift();
      if (ghost === undefined) continue;
      const { flight_ticks, key: drawnAs } = ghost;
      this.#led.set(row.key, {
        ...{ castTick: cast.tick, flight_ticks, fade_ticks, drawnAs, row, tick },
      });
    }
  }
}

/** How differently two shots fly. */
function apart(a: ProjectileRow, b: ProjectileRow): number {
  return Math.hypot(a.vx - b.vx, a.vy - b.vy);
}

/** At which time something cast in `castTick` is drawn. */
function timeOf(castTick: number, fade_ticks: number, { own, others }: Times): number {
  const left = Math.max(0, Math.min(1, 1 - (own - castTick) / fade_ticks));
  return others + (own - others) * left;
}
