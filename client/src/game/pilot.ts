/**
 * The own body ahead of the server: predicted with every command sent, held against what every
 * snapshot says of it, and drawn without jumps.
 *
 * Most snapshots only carry a check of the state. Where it is that of the prediction, the prediction
 * is the exact state; where it is not, the exact one is asked for until it comes.
 */

import type { Wall, Welcome } from "../net/messages";
import type { Mirror } from "../net/mirror";
import { Blocks, SelfFlag } from "../net/protocol";
import { MISS, type Sweep } from "../predict/geometry";
import { Prediction } from "../predict/reconcile";
import { type Command, copyState, makeState, type OwnState } from "../predict/state";
import { Walls } from "../predict/wallgrid";
import { sweepWalls } from "../predict/walls";
import { checkOf, factsOf, writeTold } from "./ownstate";

/** Where to draw the own body. */
export interface Pose {
  readonly x: number;
  readonly y: number;
}

const met: Sweep = { t: MISS, nx: 0, ny: 0 };

export class Pilot {
  /** Checks that the prediction did not pass. */
  misses = 0;
  readonly #welcome: Welcome;
  readonly #tickMs: number;
  #prediction: Prediction | null = null;
  #walls: Walls | null = null;
  #place: Pose | null = null;
  #asks = false;
  #obstacles = "";
  #beatMs = 0;
  readonly #exact = makeState();

  constructor(welcome: Welcome) {
    this.#welcome = welcome;
    this.#tickMs = 1000 / welcome.tickRateHz;
  }

  /** Whether the exact state is to be asked for with the next command. */
  get asks(): boolean {
    return this.#asks;
  }

  /** Null while there is no body of one's own. */
  get prediction(): Prediction | null {
    return this.#prediction;
  }

  /** Where the server has the body, as far as known; null while there is none of one's own. */
  get place(): Pose | null {
    return this.#place;
  }

  /** The server's tick of what `pose` shows; null where nothing is predicted. */
  tick(nowMs: number): number | null {
    const state = this.#prediction?.state ?? null;
    return state === null ? null : state.tick - 1 + this.#share(nowMs);
  }

  /** A command was sent, one a tick. Returns the slots it casts, as bits of buttons. */
  sent(seq: number, command: Command, nowMs: number): number {
    this.#beatMs = nowMs;
    this.#prediction?.predict(seq, command);
    return this.#prediction?.castsOf(seq) ?? 0;
  }

  /**
   * The mirror has taken a snapshot of a player with this class, on the own line; of its commands
   * those up to `ackSeq` have been applied.
   */
  heard(mirror: Mirror, role: number, nowMs: number, ackSeq = mirror.ackSeq): void {
    const { figures, motion, gait, check, tick } = mirror;
    const exact = motion !== null && motion.tick === tick;
    const alive = (figures.self_flags & SelfFlag.ALIVE) !== 0;
    // Those who are dead, or only watch, are told of no body.
    if (!alive || (!exact && check === null)) {
      this.stop();
      return;
    }
    if (exact) this.#place = { x: motion.x_u, y: motion.y_u };
    const level = this.#welcome.rules.classes[role]?.levels[figures.level - 1];
    if (level === undefined || gait === null) return;
    if (exact) {
      this.#prediction ??= this.#newPrediction();
      this.#asks = false;
    } else if (!this.#passes(mirror, ackSeq)) return;
    writeTold(mirror, level, this.#exact);
    this.#place = { x: this.#exact.x_u, y: this.#exact.y_u };
    this.#prediction?.reconcile(ackSeq, this.#exact, nowMs);
    this.#raise(mirror, nowMs);
  }

  /** There is no body of one's own, until a snapshot tells of one. */
  stop(): void {
    this.#prediction = null;
    this.#place = null;
    this.#asks = false;
  }

  /** Where the body is drawn, between the last two commands; null where it is not known. */
  pose(nowMs: number): Pose | null {
    const prediction = this.#prediction;
    const to = prediction?.state;
    const from = prediction?.former;
    if (!prediction || !to || !from) return null;
    const share = this.#share(nowMs);
    const { dx_u, dy_u } = prediction.offset(nowMs);
    return {
      x: from.x_u + (to.x_u - from.x_u) * share + dx_u,
      y: from.y_u + (to.y_u - from.y_u) * share + dy_u,
    };
  }

  /** How far a shot of this radius flies from a place by (dx, dy) before a wall: a share of it. */
  reach(from: Pose, dx_u: number, dy_u: number, radius_u: number): number {
    if (this.#walls === null) return 1;
    sweepWalls(from.x, from.y, dx_u, dy_u, radius_u, Blocks.SHOTS, this.#walls, met);
    return met.t === MISS ? 1 : met.t;
  }

  /** The body before the newest command, and after it. */
  get steps(): readonly [from: Readonly<OwnState>, to: Readonly<OwnState>] | null {
    const { former = null, state = null } = this.#prediction ?? {};
    return former === null || state === null ? null : [former, state];
  }

  #share(nowMs: number): number {
    return Math.max(0, Math.min(1, (nowMs - this.#beatMs) / this.#tickMs));
  }

  #newPrediction(): Prediction {
    const { map } = this.#welcome;
    this.#obstacles = "";
    this.#walls = new Walls(map.width_u, map.height_u, map.walls);
    return new Prediction(factsOf(this.#welcome), this.#walls);
  }

  /** Whether the state predicted for what is acknowledged is the server's; then it is put in place. */
  #passes({ check }: Mirror, ackSeq: number): boolean {
    const predicted = this.#prediction?.after(ackSeq) ?? null;
    if (predicted !== null && checkOf(predicted) === check) {
      copyState(predicted, this.#exact);
      return true;
    }
    if (!this.#asks) this.misses += 1;
    this.#asks = true;
    return false;
  }

  /** Stands the obstacles that are known into the way, when others are known than before. */
  #raise(mirror: Mirror, nowMs: number): void {
    const standing: Wall[] = [];
    let names = "";
    for (const thing of mirror.things.values()) {
      if (thing.kind !== "obstacle") continue;
      const { x_u: cx, y_u: cy, hx_u: hx, hy_u: hy, radius_u: r, heading, blocks } = thing;
      standing.push({ cx, cy, hx, hy, r, heading, blocks });
      names += `${thing.key} `;
    }
    if (names === this.#obstacles) return;
    this.#obstacles = names;
    this.#prediction?.raise(standing, nowMs);
  }
}
