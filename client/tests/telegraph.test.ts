import { describe, expect, it } from "vitest";
import { Telegraph } from "../src/game/telegraph";

const area = (fuseTicks: number, leftTicks: number) => ({
  ...{ key: 1, x: 0, y: 0, radius: 3, owner: 1, skill: 1 },
  ...{ fuseTicks, leftTicks },
});

describe("an area", () => {
  it("fills from the cast to the moment it goes off", () => {
    const telegraph = new Telegraph(area(20, 20), 20);
    expect(telegraph.observe(area(20, 20))).toEqual({ burning: false, filled: 0 });
    expect(telegraph.observe(area(10, 10))).toEqual({ burning: false, filled: 0.5 });
    expect(telegraph.observe(area(0, 0))).toEqual({ burning: false, filled: 1 });
  });

  it("that comes into view half-way is half filled", () => {
    const telegraph = new Telegraph(area(5, 5), 20);
    expect(telegraph.observe(area(5, 5)).filled).toBe(0.75);
  });

  it("burns once its fuse has grown longer, and fills anew with each pulse", () => {
    const telegraph = new Telegraph(area(6, 186), 6);
    expect(telegraph.observe(area(1, 181)).burning).toBe(false);
    expect(telegraph.observe(area(15, 180))).toEqual({ burning: true, filled: 0 });
    expect(telegraph.observe(area(3, 168))).toEqual({ burning: true, filled: 0.8 });
    expect(telegraph.observe(area(14, 164)).filled).toBe(0);
  });

  it("burns too where its pulses follow faster than the first one came", () => {
    const telegraph = new Telegraph(area(20, 200), 20);
    expect(telegraph.observe(area(1, 181)).burning).toBe(false);
    expect(telegraph.observe(area(8, 180))).toEqual({ burning: true, filled: 0 });
  });

  it("with a fuse longer than its skill ever delays has gone off before", () => {
    expect(new Telegraph(area(15, 90), 6).observe(area(15, 90)).burning).toBe(true);
    // The last pulse of all: nothing follows it, nothing tells.
    expect(new Telegraph(area(15, 15), 6).observe(area(15, 15)).burning).toBe(false);
  });

  it("of a skill without delay is never empty for ever", () => {
    expect(new Telegraph(area(0, 0), 0).observe(area(0, 0)).filled).toBe(1);
  });
});
