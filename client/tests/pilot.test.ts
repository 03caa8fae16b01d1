import { beforeEach, describe, expect, it } from "vitest";
import { checkOf, factsOf, writeTold } from "../src/game/ownstate";
import { Pilot } from "../src/game/pilot";
import { Mirror } from "../src/net/mirror";
import { Button, StageKind } from "../src/net/protocol";
import { welcome } from "../src/net/welcome";
import { step } from "../src/predict/predictor";
import { type Command, makeState, type OwnState } from "../src/predict/state";
import { Walls } from "../src/predict/wallgrid";
import { Bytes, welcomeMessage } from "./bytes";
import { gaitBytes, ownSnapshot } from "./ownbytes";

const WELCOME = welcome(welcomeMessage());
const RUN: Command = { move: 300, aim: 0, buttons: Button.MOVE };
const STAND: Command = { move: 0, aim: 0, buttons: 0 };
const DASH: Command = { move: 300, aim: 0, buttons: Button.MOVE | Button.MOBILITY };
/** Ticks a message takes, either way. */
const LATE = 3;
const TICK_MS = 1000 / 30;

function startState(): OwnState {
  const [first] = WELCOME.rules.classes[0]?.levels ?? [];
  const made = makeState();
  made.skill.set([0, 1, 2, 3]);
  made.charges.fill(1);
  return Object.assign(made, {
    ...{ tick: 500, stage: StageKind.PLAY, alive: true, x_u: 60, y_u: 60 },
    ...{ base_speed_ups: first?.speed_ups, speed_ups: first?.speed_ups },
    ...{ mana_mp: 50, mana_max_mp: 120, mana_mp_per_tick: 0.1 },
  });
}

/** A server of one body, as the protocol's page has it, and a client some ticks away. */
class Match {
  readonly pilot = new Pilot(WELCOME);
  readonly mirror = new Mirror();
  readonly server = startState();
  readonly walls = new Walls(160, 160, WELCOME.map.walls);
  seq = 0;
  ackSeq = 0;
  nowMs = 0;
  resyncs = 0;
  obstacle: Bytes | null = null;
  #gait = "";
  readonly #upwards: { command: Command; asks: boolean }[] = [];
  readonly #downwards: Uint8Array[] = [];

  constructor() {
    this.hear(this.snapshot(true));
  }

  /** One tick of both, with what is done to the body besides. */
  tick(command: Command, meddle: () => void = () => undefined): void {
    this.nowMs += TICK_MS;
    this.seq += 1;
    this.#upwards.push({ command, asks: this.pilot.asks });
    this.pilot.sent(this.seq, command, this.nowMs);
    const due = this.#upwards.length > LATE ? this.#upwards.shift() : undefined;
    if (due !== undefined) {
      step(this.server, due.command, factsOf(WELCOME), this.walls, this.server);
      this.ackSeq += 1;
      meddle();
      if (due.asks) this.resyncs += 1;
      this.#downwards.push(this.snapshot(due.asks));
    }
    if (this.#downwards.length > LATE) this.hear(this.#downwards.shift() as Uint8Array);
  }

  run(ticks: number, command: Command): void {
    for (let left = ticks; left > 0; left -= 1) this.tick(command);
  }

  hear(payload: Uint8Array): void {
    this.mirror.apply(payload);
    this.pilot.heard(this.mirror, 0, this.nowMs);
  }

  snapshot(exact: boolean): Uint8Array {
    const own = this.server;
    const full = this.mirror.tick < 0;
    const gait = String(gaitBytes(own));
    const changed = gait !== this.#gait;
    this.#gait = gait;
    const things = this.obstacle === null ? [] : [this.obstacle.array];
    this.obstacle = null;
    return ownSnapshot({
      ...{
        full,
        own,
        ackSeq: this.ackSeq,
        exact: exact || changed,
        gait: changed,
        lead: 1,
        things,
      },
    });
  }

  get counts(): (number | undefined)[] {
    const { prediction, misses } = this.pilot;
    return [prediction?.corrections, prediction?.refreshes, prediction?.surprises, misses];
  }
}

let match: Match;

beforeEach(() => {
  match = new Match();
});

describe("the own body", () => {
  it("is never corrected while nothing but its commands moves it", () => {
    match.run(40, RUN);
    match.run(12, DASH);
    match.run(40, STAND);
    match.run(40, RUN);
    expect(match.counts).toEqual([0, 0, 0, 0]);
    match.run(40, STAND);
    expect(match.pilot.prediction?.state?.x_u).toBe(match.server.x_u);
    expect(match.server.x_u).toBeGreaterThan(62);
  });

  it("moves at once, before the server knows of it", () => {
    match.run(2, RUN);
    expect(match.server.x_u).toBe(60);
    expect(match.pilot.pose(match.nowMs + TICK_MS)?.x).toBeGreaterThan(60);
  });

  it("asks for the exact state when the check fails, until it comes", () => {
    match.run(20, RUN);
    match.tick(RUN, () => {
      match.server.x_u += 0.25;
    });
    const asked: boolean[] = [];
    for (let tick = 0; tick < 20; tick += 1) {
      match.tick(RUN);
      asked.push(match.pilot.asks);
    }
    expect(match.counts).toEqual([1, 0, 0, 1]);
    expect(asked.filter(Boolean)).toHaveLength(2 * LATE + 1);
    expect(match.resyncs).toBeGreaterThan(0);
    match.run(20, STAND);
    expect(match.pilot.prediction?.state?.x_u).toBe(match.server.x_u);
    expect(match.counts).toEqual([1, 0, 0, 1]);
  });

  it("goes on asking though a later check agrees", () => {
    match.run(20, STAND);
    match.tick(STAND, () => {
      match.server.x_u += 0.25;
    });
    match.tick(STAND, () => {
      match.server.x_u -= 0.25;
    });
    match.run(LATE, STAND);
    expect(match.pilot.asks).toBe(true);
    expect(match.resyncs).toBe(0);
    match.run(20, STAND);
    expect([match.pilot.asks, match.resyncs > 0]).toEqual([false, true]);
    expect(match.pilot.prediction?.state?.x_u).toBe(match.server.x_u);
  });

  it("glides to where it was moved", () => {
    match.run(20, STAND);
    match.tick(STAND, () => {
      match.server.x_u += 0.5;
    });
    const drawn: number[] = [];
    for (let tick = 0; tick < 30; tick += 1) {
      match.tick(STAND);
      drawn.push(match.pilot.pose(match.nowMs + TICK_MS)?.x ?? Number.NaN);
    }
    const steps = drawn.map((x, tick) => x - (drawn[tick - 1] ?? x));
    expect(Math.max(...steps)).toBeLessThan(0.2);
    expect(drawn.at(-1)).toBeCloseTo(60.5, 3);
  });

  it("is not predicted where one is dead", () => {
    match.run(10, RUN);
    match.server.alive = false;
    match.run(10, RUN);
    expect([match.pilot.prediction, match.pilot.pose(0), match.pilot.asks]).toEqual([
      null,
      null,
      false,
    ]);
  });

  it("runs into obstacles it has been told of", () => {
    match.run(20, STAND);
    const wall = { cx: 62, cy: 60, hx: 0.5, hy: 20, r: 0, heading: 0, blocks: 7 };
    match.walls.raise([wall]);
    match.obstacle = new Bytes().u8(0, 3, 2).f64(62, 60, 0.5, 20, 0).u16(0).u8(7, 255);
    match.run(20, STAND);
    match.run(60, RUN);
    expect(match.counts).toEqual([0, 0, 0, 0]);
    match.run(20, STAND);
    expect(match.pilot.prediction?.state?.x_u).toBe(match.server.x_u);
    expect(match.server.x_u).toBeLessThan(61.01);
  });
});

describe("statuses", () => {
  it("are those the server still has after the tick of the snapshot", () => {
    const mirror = match.mirror;
    mirror.statuses.set(0, { stacks: 2, until_tick: mirror.tick });
    mirror.statuses.set(1, { stacks: 1, until_tick: mirror.tick - 1 });
    mirror.statuses.set(2, { stacks: 0, until_tick: mirror.tick + 9 });
    mirror.statuses.set(11, { stacks: 1, until_tick: mirror.tick + 9 });
    const own = startState();
    own.status_stacks.fill(9);
    writeTold(mirror, { speed_ups: 1, mana_max_mp: 2, mana_mp_per_tick: 3 }, own);
    expect([...own.status_stacks]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const [first, second] = own.status_until_tick;
    expect([first, second]).toEqual([mirror.tick, 0]);
  });
});

describe("the check", () => {
  it("is FNV-1a over the bytes of MOTION, folded", () => {
    const own = { ...startState(), vx_ups: -0, buttons: 5 };
    let hash = 2_166_136_261n;
    const bytes = new Bytes().f64(own.x_u, own.y_u, own.vx_ups, own.vy_ups, own.mana_mp);
    for (const byte of bytes.u8(own.buttons).array)
      hash = ((hash ^ BigInt(byte)) * 16_777_619n) % 2n ** 32n;
    expect(checkOf(own)).toBe(Number((hash >> 16n) ^ (hash & 0xffffn)));
    expect(checkOf(own)).not.toBe(checkOf({ ...own, vx_ups: 0 }));
  });
});
