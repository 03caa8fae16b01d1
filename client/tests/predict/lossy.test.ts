import { expect, it } from "vitest";
import { Button } from "../../src/net/protocol";
import { step } from "../../src/predict/predictor";
import { Prediction } from "../../src/predict/reconcile";
import { type Command, copyState, makeState, type OwnState } from "../../src/predict/state";
import { body, FACTS, walls } from "./bodies";

const TICK_MS = 1000 / 30;

/** Whole numbers below `below`, the same in every run. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Sent {
  readonly seq: number;
  readonly command: Command;
  readonly dueTick: number;
}

/** A line on which commands are late or lost, states are late or skipped, and somebody pushes. */
class LossyLine {
  readonly prediction = new Prediction(FACTS, walls());
  readonly server = body();
  readonly #draw: (below: number) => number;
  readonly #sent: Sent[] = [];
  readonly #states: { seq: number; own: OwnState; dueTick: number }[] = [];
  #seq = 0;
  #command: Command = { move: 0, aim: 0, buttons: 0 };
  #inForce = { seq: 0, command: this.#command };

  constructor(seed: number) {
    this.#draw = draws(seed);
    this.prediction.reconcile(0, this.server, 0);
  }

  /** One tick on both sides; `rough` with every mishap, else on a line that only takes its time. */
  tick(now: number, rough: boolean): void {
    const draw = this.#draw;
    if (draw(8) === 0) {
      const dash = draw(3) === 0 ? Button.MOBILITY : 0;
      this.#command = { move: draw(4096), aim: draw(4096), buttons: Button.MOVE | dash };
    }
    this.#seq += 1;
    this.prediction.predict(this.#seq, this.#command);
    const lost = rough && draw(20) === 0;
    const late = rough && draw(6) === 0 ? draw(4) : 0;
    const sent = { seq: this.#seq, command: this.#command, dueTick: now + 2 + late };
    if (!lost) this.#sent.push(sent);
    this.#apply(now);
    if (rough && draw(40) === 0) this.server.x_u += (draw(100) - 50) / 100;
    const own = makeState();
    copyState(this.server, own);
    const skipped = rough && draw(4) === 0;
    if (!skipped) this.#states.push({ seq: this.#inForce.seq, own, dueTick: now + 2 });
    while (this.#states[0] !== undefined && this.#states[0].dueTick <= now) {
      const told = this.#states.shift();
      if (told !== undefined) this.prediction.reconcile(told.seq, told.own, now * TICK_MS);
    }
  }

  /** The newest command that is there; without one the last stays in force. */
  #apply(now: number): void {
    while (this.#sent[0] !== undefined && this.#sent[0].dueTick <= now) {
      const next = this.#sent.shift();
      if (next !== undefined) this.#inForce = next;
    }
    step(this.server, this.#inForce.command, FACTS, walls(), this.server);
  }
}

it.each([1, 2, 3, 4])("comes to rest at the server's state after mishaps (seed %i)", (seed) => {
  const line = new LossyLine(seed);
  let drawn = { x: 10, y: 10 };
  for (let now = 0; now < 600; now += 1) {
    line.tick(now, now % 200 < 150);
    const { state } = line.prediction;
    const offset = line.prediction.offset(now * TICK_MS);
    if (state === null) throw new Error("no state");
    const place = { x: state.x_u + offset.dx_u, y: state.y_u + offset.dy_u };
    // Never further than a dash goes in two ticks: corrections are glided over.
    expect(Math.hypot(place.x - drawn.x, place.y - drawn.y)).toBeLessThan(2);
    drawn = place;
    if (now % 200 === 160) expect(line.prediction.corrections).toBeGreaterThan(5);
    if (now % 200 === 199) {
      expect(line.prediction.unacked).toBeLessThan(6);
      expect(offset).toEqual({ dx_u: 0, dy_u: 0 });
    }
  }
});

it("needs no correction on a line that only takes its time", () => {
  const line = new LossyLine(9);
  for (let now = 0; now < 3; now += 1) line.tick(now, false);
  const { corrections, refreshes } = line.prediction;
  for (let now = 3; now < 500; now += 1) line.tick(now, false);
  expect(line.prediction.corrections).toBe(corrections);
  // The server was two ticks ahead of the first command: known since the first acknowledgement.
  expect(line.prediction.refreshes).toBeLessThanOrEqual(refreshes + 2);
});
