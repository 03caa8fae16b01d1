import { describe, expect, it } from "vitest";
import { LADDER, QualityLadder } from "../src/render/quality";

const stepOf = (ladder: QualityLadder) => LADDER.indexOf(ladder.effort);

/** Frames of so many ms for so long; returns after how many ms each change came. */
function run(ladder: QualityLadder, frameMs: number, forMs: number): number[] {
  const changes: number[] = [];
  for (let ms = frameMs; ms <= forMs; ms += frameMs) {
    if (ladder.observe(frameMs)) changes.push(ms);
  }
  return changes;
}

describe("the quality ladder", () => {
  it("starts with everything and stays there at 60 frames a second, and at 52", () => {
    const ladder = new QualityLadder();
    expect(run(ladder, 1000 / 60, 60_000)).toEqual([]);
    expect(run(ladder, 1000 / 52, 60_000)).toEqual([]);
    expect(stepOf(ladder)).toBe(0);
  });

  it("steps down below 50, one step after another, and no further than the last", () => {
    const ladder = new QualityLadder();
    const changes = run(ladder, 1000 / 45, 60_000);
    expect(changes).toHaveLength(LADDER.length - 1);
    expect(changes[0]).toBeGreaterThan(2500);
    expect(changes[0]).toBeLessThan(4000);
    expect((changes[1] ?? 0) - (changes[0] ?? 0)).toBeCloseTo(2500, -2);
    expect(stepOf(ladder)).toBe(LADDER.length - 1);
  });

  it("does not mind a hitch", () => {
    const ladder = new QualityLadder();
    for (let times = 0; times < 50; times += 1) {
      expect(run(ladder, 100, 100)).toEqual([]);
      expect(run(ladder, 1000 / 60, 2000)).toEqual([]);
    }
  });

  it("steps up slowly", () => {
    const ladder = new QualityLadder();
    run(ladder, 1000 / 40, 4000);
    expect(stepOf(ladder)).toBe(1);
    expect(run(ladder, 1000 / 60, 19_000)).toEqual([]);
    expect(run(ladder, 1000 / 60, 3000)).toHaveLength(1);
    expect(stepOf(ladder)).toBe(0);
  });

  it("waits twice as long before it tries again what was too much", () => {
    const ladder = new QualityLadder();
    run(ladder, 1000 / 40, 4000);
    run(ladder, 1000 / 60, 22_000);
    expect(stepOf(ladder)).toBe(0);
    run(ladder, 1000 / 40, 4000);
    expect(stepOf(ladder)).toBe(1);
    expect(run(ladder, 1000 / 60, 39_000)).toEqual([]);
    expect(run(ladder, 1000 / 60, 3000)).toHaveLength(1);
  });

  it("does as it is told where somebody chose", () => {
    const ladder = new QualityLadder();
    ladder.quality = "high";
    expect(run(ladder, 100, 60_000)).toEqual([]);
    expect(ladder.effort).toMatchObject({ resolutionMax: 2, particles: 1, shadows: true });
    ladder.quality = "low";
    expect(ladder.effort).toMatchObject({ resolutionMax: 1, shadows: false });
    expect(ladder.effort.particles).toBeLessThan(0.5);
  });

  it("costs less with every step", () => {
    const cost = ({ resolutionMax, sharpness, particles }: (typeof LADDER)[number]) =>
      (resolutionMax * sharpness) ** 2 * 100 + particles;
    const costs = LADDER.map(cost);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    expect(new Set(costs).size).toBe(LADDER.length);
  });
});
