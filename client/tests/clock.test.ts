import { describe, expect, it } from "vitest";
import { ServerClock } from "../src/net/clock";

const RATE = 25;
const TICK_MS = 40;

/** Numbers from 0 to 1, the same in every run. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Feeds ticks 0…count-1, each late by what `late` says, in ms. */
function fed(count: number, late: (tick: number) => number): { clock: ServerClock; endMs: number } {
  const clock = new ServerClock(RATE);
  for (let tick = 0; tick < count; tick += 1)
    clock.observe(tick, 1000 + tick * TICK_MS + late(tick));
  return { clock, endMs: 1000 + (count - 1) * TICK_MS };
}

describe("server clock", () => {
  it("knows nothing before the first snapshot", () => {
    const clock = new ServerClock(RATE);
    expect(clock.estimate(0)).toBeNull();
    expect(clock.renderTick(0)).toBeNull();
  });

  it("takes the earliest arrivals as the truth", () => {
    const { clock, endMs } = fed(60, (tick) => (tick % 3 === 0 ? 0 : 25));
    expect(clock.estimate(endMs)).toBeCloseTo(59, 6);
    expect(clock.estimate(endMs + TICK_MS / 2)).toBeCloseTo(59.5, 6);
  });

  it("draws one tick behind on a steady line, once it is known to be one", () => {
    expect(fed(1, () => 0).clock.delayTicks).toBeCloseTo(2, 1);
    const { clock, endMs } = fed(160, () => 0);
    expect(clock.delayTicks).toBe(1);
    expect(clock.renderTick(endMs)).toBeCloseTo(158, 6);
  });

  it("waits as long as 95 of 100 ticks are late at most, and a tick more", () => {
    // 3 % come half a second late: one does not wait for these.
    const late = (tick: number) => (tick % 33 === 0 ? 500 : (tick % 10) * 6);
    const { clock } = fed(600, late);
    expect(clock.latenessTicks).toBeCloseTo(54 / TICK_MS, 6);
    expect(clock.delayTicks).toBeCloseTo(1 + 54 / TICK_MS, 6);
    expect(fed(600, (tick) => (tick % 2) * 4000).clock.delayTicks).toBe(12);
  });

  it.each([
    [10, 1],
    [20, 2],
    [40, 3],
  ])("covers jitter of ±%i ms without ever being out of snapshots for long", (spread, seed) => {
    const draw = draws(seed);
    const { clock } = fed(400, () => spread + (draw() * 2 - 1) * spread);
    // Uniformly spread: 95 % of the span from the earliest.
    const wanted = 1 + (0.95 * 2 * spread) / TICK_MS;
    expect(Math.abs(clock.delayTicks - wanted)).toBeLessThan(0.25);
  });

  it("always has two snapshots to draw between but for a few of a hundred frames", () => {
    const draw = draws(7);
    const clock = new ServerClock(RATE);
    const arrivals: number[] = [];
    for (let tick = 0; tick < 500; tick += 1) {
      // In order, as TCP has it.
      arrivals.push(Math.max(arrivals.at(-1) ?? 0, 1000 + tick * TICK_MS + draw() * 40));
    }
    let [newest, starved, frames] = [-1, 0, 0];
    for (let nowMs = 1000; nowMs < 1000 + 480 * TICK_MS; nowMs += 8) {
      while ((arrivals[newest + 1] ?? Number.POSITIVE_INFINITY) <= nowMs) {
        newest += 1;
        clock.observe(newest, arrivals[newest] ?? 0);
      }
      const shown = clock.renderTick(nowMs);
      if (shown === null || newest < 100) continue;
      frames += 1;
      if (shown > newest) starved += 1;
    }
    expect(frames).toBeGreaterThan(1000);
    expect(starved / frames).toBeLessThan(0.05);
  });

  it("counts ticks that are skipped as late as the next that comes", () => {
    const clock = new ServerClock(RATE);
    for (let tick = 0; tick < 600; tick += 3) clock.observe(tick, 1000 + tick * TICK_MS);
    expect(clock.delayTicks).toBeCloseTo(3, 6);
  });

  it("moves the delay a little at a time, up and down", () => {
    const clock = new ServerClock(RATE);
    let before = clock.delayTicks;
    let highest = 0;
    for (let tick = 0; tick < 900; tick += 1) {
      const late = tick >= 200 && tick < 400 ? (tick % 2) * 160 : 0;
      clock.observe(tick, 1000 + tick * TICK_MS + late);
      expect(Math.abs(clock.delayTicks - before)).toBeLessThanOrEqual(0.05 + 1e-9);
      before = clock.delayTicks;
      highest = Math.max(highest, before);
    }
    expect(highest).toBeCloseTo(5, 6);
    expect(before).toBeLessThan(2);
  });

  it("does not take a pause for jitter", () => {
    const { clock, endMs } = fed(160, () => 0);
    for (let tick = 400; tick < 430; tick += 1)
      clock.observe(tick, endMs + (tick - 159) * TICK_MS + 300);
    expect(clock.delayTicks).toBe(1);
  });

  it("starts over with another picture, but keeps what it waits", () => {
    const { clock, endMs } = fed(160, () => 0);
    clock.renderTick(endMs);
    clock.restart();
    expect(clock.renderTick(endMs)).toBeNull();
    clock.observe(12, endMs);
    expect(clock.renderTick(endMs)).toBeCloseTo(11, 6);
  });

  it("follows a server whose clock slipped", () => {
    const { clock } = fed(100, () => 0);
    for (let tick = 100; tick < 180; tick += 1) clock.observe(tick, 1000 + tick * TICK_MS + 200);
    expect(clock.estimate(1000 + 179 * TICK_MS + 200)).toBeCloseTo(179, 6);
  });

  it("never runs backwards and closes a gap by running a little faster", () => {
    const { clock, endMs } = fed(60, () => 0);
    let last = clock.renderTick(endMs) ?? 0;
    // From now on everything comes 3 ticks later: the picture has to slow down.
    for (let frame = 1; frame <= 600; frame += 1) {
      const now = endMs + frame * 16;
      if (frame % 5 === 0) clock.observe(59 + (frame * 16) / TICK_MS - 3, now);
      const shown = clock.renderTick(now) ?? 0;
      expect(shown).toBeGreaterThanOrEqual(last);
      expect(shown - last).toBeLessThan((16 / TICK_MS) * 1.11);
      last = shown;
    }
    const estimate = clock.estimate(endMs + 9600) ?? 0;
    // It trails a delay that is itself still settling.
    expect(Math.abs(estimate - last - clock.delayTicks)).toBeLessThan(0.2);
  });

  it("jumps when it is hopelessly off", () => {
    const { clock, endMs } = fed(60, () => 0);
    clock.renderTick(endMs);
    const later = endMs + 60_000;
    clock.observe(59 + 60_000 / TICK_MS, later);
    expect(clock.renderTick(later)).toBeCloseTo(59 - clock.delayTicks + 60_000 / TICK_MS, 3);
  });
});
