/**
 * The own body ahead of the server: commands that are not acknowledged yet, the state after each,
 * and the server's exact states against which they are held.
 *
 * The server's word stands. Where its state after a command is bit for bit the predicted one, nothing
 * happens. Where it is not (somebody pushed, a hit slowed, a command came a tick late or never), the
 * body goes on from the server's state through the commands that are still on their way, and what
 * is drawn fades over to it.
 */

import type { Wall } from "../net/messages";
import { step } from "./predictor";
import { type Offset, Smoothing } from "./smoothing";
import {
  type Command,
  copyState,
  type Facts,
  firstDifference,
  makeState,
  type OwnState,
  sameMotion,
} from "./state";
import type { Walls } from "./wallgrid";

/** Commands remembered: beyond it the oldest is forgotten, and its acknowledgement is a surprise. */
export const UNACKED_MAX = 256;

interface Entry {
  seq: number;
  move: number;
  aim: number;
  buttons: number;
  /** Slots that are cast by it, as bits of `buttons`. */
  casts: number;
  readonly after: OwnState;
}

export class Prediction {
  /** How often the server had the body elsewhere, or at another speed. */
  corrections = 0;
  /** How often it moved as predicted but something else differed, such as mana or the tick. */
  refreshes = 0;
  /** How often a command was acknowledged that is not remembered. */
  surprises = 0;

  readonly #facts: Facts;
  readonly #walls: Walls;
  readonly #smoothing = new Smoothing();
  readonly #ring: readonly Entry[] = Array.from({ length: UNACKED_MAX }, () => ({
    seq: 0,
    move: 0,
    aim: 0,
    buttons: 0,
    casts: 0,
    after: makeState(),
  }));
  /** Place of the oldest command, and how many there are. */
  #first = 0;
  #count = 0;
  /** The server's last state, and the command it is the state after. */
  readonly #exact = makeState();
  #exactSeq: number | null = null;
  /** What was predicted for that command before the server's state took its place. */
  readonly #before = makeState();

  /** `walls` is this object's own from now on: obstacles come through `raise`. */
  constructor(facts: Facts, walls: Walls) {
    this.#facts = facts;
    this.#walls = walls;
  }

  /** The body after the newest command; null before the server's first state. */
  get state(): Readonly<OwnState> | null {
    return this.#exactSeq === null ? null : this.#newest();
  }

  /** The body a command earlier, to draw between the two; the same as `state` where there is none. */
  get former(): Readonly<OwnState> | null {
    if (this.#exactSeq === null) return null;
    return this.#count > 1 ? this.#entry(this.#count - 2).after : this.#exact;
  }

  /**
   * What is predicted for a command that is not acknowledged yet; null for any other. It stays this
   * object's own.
   */
  after(seq: number): Readonly<OwnState> | null {
    return this.#find(seq)?.after ?? null;
  }

  /** The slots that such a command casts, as bits of its buttons. */
  castsOf(seq: number): number {
    return this.#find(seq)?.casts ?? 0;
  }

  get unacked(): number {
    return this.#count;
  }

  /** What to add to a predicted place when drawing. */
  offset(nowMs: number): Offset {
    return this.#smoothing.at(nowMs);
  }

  /**
   * A command was sent, with this sequence number: one a tick, each number after the one before.
   */
  predict(seq: number, command: Command): void {
    if (this.#count === UNACKED_MAX) this.#forget();
    const from = this.#newest();
    const entry = this.#entry(this.#count);
    entry.seq = seq >>> 0;
    entry.move = command.move;
    entry.aim = command.aim;
    entry.buttons = command.buttons;
    this.#count += 1;
    entry.casts = 0;
    if (this.#exactSeq === null) copyState(from, entry.after);
    else entry.casts = step(from, entry, this.#facts, this.#walls, entry.after);
  }

  /**
   * The server's state arrived: `exact` is the body after the tick in which the command `ackSeq` was
   * in force. Later states come later: one of an earlier tick is ignored.
   */
  reconcile(ackSeq: number, exact: Readonly<OwnState>, nowMs: number): void {
    const ack = ackSeq >>> 0;
    if (this.#exactSeq === null) {
      this.#begin(ack, exact);
      return;
    }
    if (exact.tick < this.#exact.tick) return;
    const { x_u, y_u } = this.#newest();
    if (!this.#takePredicted(ack)) this.surprises += 1;
    this.#exactSeq = ack;
    copyState(exact, this.#exact);
    if (firstDifference(this.#before, exact) === null) return;
    if (sameMotion(this.#before, exact)) this.refreshes += 1;
    else this.corrections += 1;
    this.#replay(x_u, y_u, nowMs);
  }

  /**
   * Other obstacles stand: what is not acknowledged yet is predicted again among them. To be called
   * behind `reconcile` with the state of the same tick, which moved among the former ones.
   */
  raise(obstacles: readonly Wall[], nowMs: number): void {
    this.#walls.raise(obstacles);
    const { x_u, y_u } = this.#newest();
    if (this.#exactSeq !== null) this.#replay(x_u, y_u, nowMs);
  }

  #begin(ack: number, exact: Readonly<OwnState>): void {
    while (this.#count > 0 && !isAfter(this.#entry(0).seq, ack)) this.#forget();
    this.#exactSeq = ack;
    copyState(exact, this.#exact);
    this.#stepAll();
  }

  /**
   * Drops what `ack` covers, and puts into `#before` what was predicted for it: the state after its
   * command, or, when it is acknowledged once more, the state it was acknowledged with.
   *
   * @returns whether anything was.
   */
  #takePredicted(ack: number): boolean {
    let found = ack === this.#exactSeq;
    copyState(this.#exact, this.#before);
    while (this.#count > 0 && !isAfter(this.#entry(0).seq, ack)) {
      const { seq, after } = this.#entry(0);
      copyState(after, this.#before);
      found ||= seq === ack;
      this.#forget();
    }
    return found;
  }

  /** Predicts anew from the server's state; the body was drawn at (x_u, y_u). */
  #replay(x_u: number, y_u: number, nowMs: number): void {
    this.#stepAll();
    const now = this.#newest();
    this.#smoothing.add(x_u - now.x_u, y_u - now.y_u, nowMs);
  }

  #stepAll(): void {
    let from: OwnState = this.#exact;
    for (let index = 0; index < this.#count; index += 1) {
      const entry = this.#entry(index);
      entry.casts = step(from, entry, this.#facts, this.#walls, entry.after);
      from = entry.after;
    }
  }

  #find(seq: number): Entry | null {
    if (this.#exactSeq === null) return null;
    for (let index = 0; index < this.#count; index += 1) {
      const entry = this.#entry(index);
      if (entry.seq === seq >>> 0) return entry;
    }
    return null;
  }

  #newest(): OwnState {
    return this.#count > 0 ? this.#entry(this.#count - 1).after : this.#exact;
  }

  #entry(index: number): Entry {
    return this.#ring[(this.#first + index) % UNACKED_MAX] as Entry;
  }

  #forget(): void {
    this.#first = (this.#first + 1) % UNACKED_MAX;
    this.#count -= 1;
  }
}

/** Whether a sequence number comes after another, across the wrap at 2³². */
export function isAfter(seq: number, other: number): boolean {
  return ((seq - other) | 0) > 0;
}
