import { describe, expect, it } from "vitest";
import { NUDGE_MAX, Steering } from "../src/game/steering";

const TICK_MS = 1000 / 30;
/** Commands the server keeps at most; the oldest goes when one more comes. */
const KEPT_MAX = 4;

function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Line {
  readonly seed: number;
  /** One way, and how much longer it may take. */
  readonly wayMs: number;
  readonly jitterMs: number;
  /** The client's clock runs so much faster than the server's. */
  readonly drift: number;
  /** Commands on their way when it begins. */
  readonly ahead: number;
}

/** A client that sends and a server that takes one a tick: what was found waiting, tick by tick. */
function run(line: Line, ticks: number) {
  const draw = draws(line.seed);
  const steering = new Steering();
  const found: number[] = [];
  const stretches: number[] = [];
  const upwards: number[] = Array.from({ length: line.ahead }, () => 0);
  const downwards: { atMs: number; lead: number }[] = [];
  const late = () => line.wayMs + (draw() * 2 - 1) * line.jitterMs;
  const inOrder = (atMs: number, last: number | undefined) => Math.max(atMs, last ?? 0);
  let [waiting, dropped, starved, sendMs] = [0, 0, 0, 0];
  for (let tick = 0; tick < ticks; tick += 1) {
    const nowMs = tick * TICK_MS;
    while (sendMs <= nowMs) {
      while ((downwards[0]?.atMs ?? Number.POSITIVE_INFINITY) <= sendMs)
        steering.heard(downwards.shift()?.lead ?? null);
      upwards.push(inOrder(sendMs + late(), upwards.at(-1)));
      stretches.push(steering.stretch);
      sendMs += TICK_MS * steering.stretch * (1 - line.drift);
    }
    while ((upwards[0] ?? Number.POSITIVE_INFINITY) <= nowMs) {
      upwards.shift();
      if (waiting === KEPT_MAX) dropped += 1;
      else waiting += 1;
    }
    starved = waiting > 0 ? 0 : starved + 1;
    waiting = Math.max(0, waiting - 1);
    const lead = starved > 0 ? -starved : waiting;
    found.push(lead);
    downwards.push({ atMs: inOrder(nowMs + late(), downwards.at(-1)?.atMs), lead });
  }
  return { found, stretches, dropped };
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const CALM: Line = { seed: 1, wayMs: 40, jitterMs: 0, drift: 0, ahead: 0 };

describe("steering", () => {
  it("leaves the rate as it is where one command waits, and where nothing is said", () => {
    const steering = new Steering();
    expect(steering.stretch).toBe(1);
    for (let tick = 0; tick < 50; tick += 1) steering.heard(1);
    expect(steering.stretch).toBe(1);
    for (let tick = 0; tick < 50; tick += 1) steering.heard(4);
    expect(steering.stretch).toBeGreaterThan(1);
    steering.heard(null);
    expect(steering.stretch).toBe(1);
  });

  it("is never off by more than three in a hundred", () => {
    for (const lead of [-128, -1, 0, 4]) {
      const steering = new Steering();
      for (let tick = 0; tick < 300; tick += 1) steering.heard(lead);
      expect(Math.abs(steering.stretch - 1)).toBeLessThanOrEqual(NUDGE_MAX + 1e-12);
      expect(Math.sign(steering.stretch - 1)).toBe(Math.sign(lead - 1));
    }
  });

  it.each([
    { ...CALM, ahead: 4 },
    { ...CALM, wayMs: 75, jitterMs: 20, seed: 2 },
    { ...CALM, wayMs: 75, jitterMs: 20, seed: 3, ahead: 4 },
    { ...CALM, wayMs: 150, jitterMs: 10, seed: 4, drift: 0.01 },
    { ...CALM, wayMs: 75, jitterMs: 20, seed: 5, drift: -0.01 },
  ])("brings commands just in time: %j", (line) => {
    const { found, dropped } = run(line, 1800);
    const settled = found.slice(600);
    expect(Math.abs(mean(settled) - 1)).toBeLessThan(0.75);
    // None is too late, none too many, once it has settled.
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...settled)).toBeLessThan(KEPT_MAX);
    expect(dropped).toBeLessThanOrEqual(1);
  });

  it("does not swing to and fro", () => {
    const { stretches } = run({ ...CALM, wayMs: 75, jitterMs: 20, ahead: 4, seed: 6 }, 1800);
    const settled = stretches.slice(600);
    expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(0.02);
  });
});
