import { describe, expect, it } from "vitest";
import { Blocks } from "../../src/net/protocol";
import { step } from "../../src/predict/predictor";
import { Prediction, UNACKED_MAX } from "../../src/predict/reconcile";
import { FADE_MS, Smoothing, SNAP_U } from "../../src/predict/smoothing";
import { type Command, copyState, makeState, type OwnState } from "../../src/predict/state";
import { body, DASH, FACTS, RUN_EAST, STAND, walls } from "./bodies";

/** A server of one body, and a client that predicts it. */
class Line {
  readonly prediction = new Prediction(FACTS, walls());
  readonly server: OwnState;
  seq: number;

  constructor(firstSeq = 1, server = body()) {
    this.server = server;
    this.seq = firstSeq;
    this.prediction.reconcile(firstSeq - 1, server, 0);
  }

  send(...commands: Command[]): void {
    for (const command of commands) {
      this.prediction.predict(this.seq, command);
      this.seq += 1;
    }
  }

  /** The server applies commands, the last of which has the sequence number `seq`. */
  answer(seq: number, ...commands: Command[]): void {
    for (const command of commands) step(this.server, command, FACTS, walls(), this.server);
    this.prediction.reconcile(seq, this.server, 0);
  }

  get x_u(): number {
    return this.prediction.state?.x_u ?? Number.NaN;
  }

  get counts(): number[] {
    const { corrections, refreshes, surprises } = this.prediction;
    return [corrections, refreshes, surprises];
  }
}

/** Where the body is after commands, from a state. */
function ahead(from: OwnState, ...commands: Command[]): OwnState {
  const own = makeState();
  copyState(from, own);
  for (const command of commands) step(own, command, FACTS, walls(), own);
  return own;
}

describe("a prediction", () => {
  it("knows nothing before the server's first state", () => {
    const prediction = new Prediction(FACTS, walls());
    prediction.predict(1, RUN_EAST);
    expect([prediction.state, prediction.former]).toEqual([null, null]);
    prediction.reconcile(0, body(), 0);
    expect(prediction.state).toEqual(ahead(body(), RUN_EAST));
    expect(prediction.former).toEqual(body());
  });

  it("begins behind the commands the first state covers", () => {
    const prediction = new Prediction(FACTS, walls());
    for (const seq of [1, 2, 3]) prediction.predict(seq, RUN_EAST);
    prediction.reconcile(2, body(), 0);
    expect(prediction.unacked).toBe(1);
    expect(prediction.state).toEqual(ahead(body(), RUN_EAST));
  });

  it("is ahead of the server, and left alone when it was right", () => {
    const line = new Line();
    line.send(RUN_EAST, DASH, STAND, RUN_EAST);
    const { x_u } = line;
    expect(x_u).toBeGreaterThan(10);
    line.answer(1, RUN_EAST);
    line.answer(3, DASH, STAND);
    expect(line.x_u).toBe(x_u);
    expect(line.prediction.unacked).toBe(1);
    line.answer(4, RUN_EAST);
    expect(line.prediction.state).toEqual(line.server);
    expect(line.counts).toEqual([0, 0, 0]);
    expect(line.prediction.offset(0)).toEqual({ dx_u: 0, dy_u: 0 });
  });

  it("goes on from the server's state when it was wrong, and is drawn where it was", () => {
    const line = new Line();
    line.send(RUN_EAST, RUN_EAST, RUN_EAST);
    const drawn = line.x_u;
    line.server.x_u += 0.25;
    line.answer(1, RUN_EAST);
    expect(line.prediction.state).toEqual(ahead(line.server, RUN_EAST, RUN_EAST));
    expect(line.counts).toEqual([1, 0, 0]);
    expect(line.x_u + line.prediction.offset(0).dx_u).toBeCloseTo(drawn, 12);
    line.answer(3, RUN_EAST, RUN_EAST);
    expect(line.counts).toEqual([1, 0, 0]);
  });

  it("notices a single bit", () => {
    const line = new Line();
    line.send(STAND);
    line.server.vy_ups = -0;
    line.prediction.reconcile(1, { ...ahead(line.server, STAND), vy_ups: -0 }, 0);
    expect(line.counts).toEqual([1, 0, 0]);
  });

  it("takes over what does not move the body without a correction", () => {
    const line = new Line();
    line.send(STAND, DASH);
    expect(line.prediction.state?.vy_ups).toBe(22);
    line.server.mana_mp = 0;
    line.answer(1, STAND);
    expect(line.counts).toEqual([0, 1, 0]);
    expect(line.prediction.state?.vy_ups).toBe(0);
  });

  it("follows a server that had to do without a command for a tick", () => {
    const line = new Line();
    line.send(RUN_EAST, RUN_EAST);
    line.answer(1, RUN_EAST);
    line.answer(1, RUN_EAST);
    expect(line.counts).toEqual([1, 0, 0]);
    expect(line.prediction.unacked).toBe(1);
    line.answer(2, RUN_EAST);
    expect(line.counts).toEqual([1, 0, 0]);
    expect(line.prediction.state).toEqual(line.server);
  });

  it("does not mind the same state twice, nor an older one", () => {
    const line = new Line();
    line.send(RUN_EAST, RUN_EAST);
    const old = ahead(line.server);
    line.answer(1, RUN_EAST);
    line.answer(1);
    line.prediction.reconcile(0, old, 0);
    expect(line.counts).toEqual([0, 0, 0]);
    expect(line.prediction.unacked).toBe(1);
  });

  it("counts on across the wrap of sequence numbers", () => {
    const line = new Line(2 ** 32 - 2);
    line.send(RUN_EAST, RUN_EAST, RUN_EAST, RUN_EAST);
    expect(line.seq).toBe(2 ** 32 + 2);
    line.answer(2 ** 32 - 1, RUN_EAST, RUN_EAST);
    expect(line.prediction.unacked).toBe(2);
    line.answer(1, RUN_EAST, RUN_EAST);
    expect(line.prediction.unacked).toBe(0);
    expect(line.counts).toEqual([0, 0, 0]);
  });

  it("starts anew where the history is lost", () => {
    const line = new Line();
    const many = Array.from({ length: UNACKED_MAX + 10 }, () => RUN_EAST);
    line.send(...many);
    expect(line.prediction.unacked).toBe(UNACKED_MAX);
    line.answer(5, ...many.slice(0, 5));
    expect(line.counts).toEqual([1, 0, 1]);
    expect(line.prediction.unacked).toBe(UNACKED_MAX);
    line.answer(UNACKED_MAX + 10, ...many.slice(5));
    expect(line.prediction.state).toEqual(line.server);
    line.send(RUN_EAST);
    line.answer(UNACKED_MAX + 11, RUN_EAST);
    expect(line.prediction.state).toEqual(line.server);
  });

  it("is the server's state where a command is acknowledged that was never sent", () => {
    const line = new Line();
    line.send(RUN_EAST);
    line.answer(900, STAND);
    expect(line.counts).toEqual([1, 0, 1]);
    expect([line.prediction.unacked, line.prediction.state]).toEqual([0, line.server]);
  });

  it("is made again among other obstacles", () => {
    const line = new Line();
    line.send(...Array.from({ length: 20 }, () => RUN_EAST));
    const drawn = line.x_u;
    expect(drawn).toBeGreaterThan(12);
    const crate = { cx: 12, cy: 10, hx: 0.5, hy: 0.5, r: 0, heading: 0, blocks: Blocks.ALL };
    line.prediction.raise([crate], 0);
    expect(line.x_u).toBeLessThanOrEqual(11);
    expect(line.x_u + line.prediction.offset(0).dx_u).toBeCloseTo(drawn, 12);
    line.prediction.raise([], 0);
    expect(line.x_u).toBe(drawn);
    expect(line.counts).toEqual([0, 0, 0]);
  });
});

describe("smoothing", () => {
  it("fades, and ends", () => {
    const smoothing = new Smoothing();
    smoothing.add(1, -2, 1000);
    expect(smoothing.at(1000)).toEqual({ dx_u: 1, dy_u: -2 });
    expect(smoothing.at(1000 + FADE_MS).dx_u).toBeCloseTo(Math.exp(-1), 12);
    expect(smoothing.at(1000 + 5 * FADE_MS).dy_u).toBeCloseTo(-2 * Math.exp(-5), 12);
    expect(smoothing.at(1000 + 20 * FADE_MS)).toEqual({ dx_u: 0, dy_u: 0 });
  });

  it("adds what comes later to what is left, and never runs backwards in time", () => {
    const smoothing = new Smoothing();
    smoothing.add(1, 0, 0);
    smoothing.add(1, 0, FADE_MS);
    expect(smoothing.at(FADE_MS).dx_u).toBeCloseTo(1 + Math.exp(-1), 12);
    expect(smoothing.at(0).dx_u).toBeCloseTo(1 + Math.exp(-1), 12);
  });

  it("snaps over what is too far, or no number", () => {
    const smoothing = new Smoothing();
    smoothing.add(SNAP_U + 0.01, 0, 0);
    expect(smoothing.at(0)).toEqual({ dx_u: 0, dy_u: 0 });
    smoothing.add(Number.NaN, 0, 0);
    expect(smoothing.at(0)).toEqual({ dx_u: 0, dy_u: 0 });
  });
});
