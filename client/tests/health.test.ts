import { describe, expect, it } from "vitest";
import { HealthMeter } from "../src/net/health";

const RATE = 25;
const TICK_MS = 40;

/** Snapshots of ticks 0…count-1, those for which `late` gives null left out. */
function fed(count: number, late: (tick: number) => number | null): HealthMeter {
  const meter = new HealthMeter(RATE);
  for (let tick = 0; tick < count; tick += 1) {
    const lateMs = late(tick);
    if (lateMs !== null) meter.snapshot(tick, 1000 + tick * TICK_MS + lateMs);
  }
  return meter;
}
const endOf = (count: number) => 1000 + (count - 1) * TICK_MS;

describe("connection health", () => {
  it("knows nothing at first", () => {
    expect(new HealthMeter(RATE).read(5000)).toEqual({
      ...{ pingMs: null, jitterMs: null, missed: null, grade: "unknown" },
    });
  });

  it("is good on a steady line", () => {
    const meter = fed(200, () => 0);
    meter.pong(40);
    const health = meter.read(endOf(200));
    expect(health).toEqual({ pingMs: 40, jitterMs: 0, missed: 0, grade: "good" });
  });

  it("smooths round trips, and the first one counts in full", () => {
    const meter = new HealthMeter(RATE);
    meter.pong(80);
    expect(meter.read(0).pingMs).toBe(80);
    meter.pong(160);
    expect(meter.read(0).pingMs).toBe(90);
    for (let times = 0; times < 100; times += 1) meter.pong(300);
    expect(meter.read(0)).toMatchObject({ grade: "poor" });
    expect(meter.read(0).pingMs).toBeCloseTo(300, 1);
  });

  it("measures jitter as the mean deviation of the beat", () => {
    const meter = fed(400, (tick) => (tick % 2) * 30);
    const health = meter.read(endOf(400));
    expect(health.jitterMs).toBeCloseTo(30, 6);
    expect(health).toMatchObject({ missed: 0, grade: "fair" });
  });

  it("does not take a slow clock for jitter, nor a constant delay for lateness", () => {
    const health = fed(400, () => 500).read(endOf(400) + 500);
    expect(health).toMatchObject({ jitterMs: 0, missed: 0, grade: "good" });
  });

  it("counts skipped ticks and late snapshots as missed", () => {
    const skipped = fed(200, (tick) => (tick % 10 === 5 ? null : 0)).read(endOf(200));
    expect(skipped.missed).toBeCloseTo(0.1, 2);
    expect(skipped.grade).toBe("fair");
    const late = fed(200, (tick) => (tick % 4 === 1 ? 110 : 0)).read(endOf(200));
    expect(late.missed).toBeCloseTo(0.25, 2);
    expect(late.grade).toBe("poor");
    const almost = fed(200, (tick) => (tick % 4 === 1 ? 99 : 0)).read(endOf(200));
    expect(almost.missed).toBe(0);
  });

  it("does not blame the line for a server that runs slowly", () => {
    const meter = fed(400, (tick) => tick * TICK_MS * 0.04);
    expect(meter.read(endOf(400) * 1.04).missed).toBe(0);
  });

  it("gets over a delay that came to stay", () => {
    const delayed = (count: number) => fed(count, (tick) => (tick < 100 ? 0 : 300));
    expect(delayed(140).read(endOf(140) + 300).missed).toBeGreaterThan(0.3);
    expect(delayed(400).read(endOf(400) + 300)).toMatchObject({ missed: 0, grade: "good" });
  });

  it("sees silence while it lasts", () => {
    const meter = fed(200, () => 0);
    expect(meter.read(endOf(200) + 90).missed).toBe(0);
    expect(meter.read(endOf(200) + 100 + 12 * TICK_MS).missed).toBeCloseTo(12 / 132, 6);
    expect(meter.read(endOf(200) + 60_000)).toMatchObject({ missed: 0.5, grade: "poor" });
  });

  it("forgets what is long past", () => {
    const meter = fed(400, (tick) => (tick < 200 && tick % 2 === 0 ? null : 0));
    expect(meter.read(endOf(400))).toMatchObject({ missed: 0, grade: "good" });
  });
});
