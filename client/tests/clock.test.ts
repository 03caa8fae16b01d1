import { describe, expect, it } from "vitest";
import { ServerClock, seenTick } from "../src/net/clock";

const RATE = 25;
const TICK_MS = 40;

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

  it("draws two ticks behind on a steady line", () => {
    const { clock, endMs } = fed(60, () => 0);
    expect(clock.delayTicks).toBe(2);
    expect(clock.renderTick(endMs)).toBeCloseTo(57, 6);
  });

  it("grows the delay with jitter, slowly and within bounds", () => {
    const { clock } = fed(12, (tick) => (tick % 2) * 60);
    expect(clock.delayTicks).toBeGreaterThan(2);
    expect(clock.delayTicks).toBeLessThan(2.5);
    const long = fed(600, (tick) => (tick % 2) * 400).clock;
    expect(long.delayTicks).toBeGreaterThan(4);
    expect(long.delayTicks).toBeLessThanOrEqual(5);
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
    expect(clock.renderTick(later)).toBeCloseTo(57 + 60_000 / TICK_MS, 3);
  });
});

describe("the tick that counts as seen", () => {
  it.each([
    [null, 90, 0],
    [80.4, 90, 80],
    [80.5, 90, 81],
    [90.4, 90, 90],
    [93.7, 90, 90],
    [-1.2, 0, 0],
  ])("drawn at %s with %s the newest, it is %s", (drawn, newest, seen) => {
    expect(seenTick(drawn, newest)).toBe(seen);
  });
});
