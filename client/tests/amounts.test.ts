import { describe, expect, it } from "vitest";
import { Amounts } from "../src/game/amounts";

describe("amounts", () => {
  it("that are large are told at once", () => {
    expect(new Amounts().add("a", 1, 2, 12, 0)).toEqual({ x: 1, y: 2, total: 12 });
  });

  it("that are small are gathered, and told where they were last", () => {
    const amounts = new Amounts();
    for (let tick = 0; tick < 10; tick += 1) {
      expect(amounts.add("a", tick, 0, 0.5, tick * 33)).toBeNull();
    }
    expect(amounts.due(300)).toEqual([]);
    expect(amounts.due(460)).toEqual([["a", { x: 9, y: 0, total: 5 }]]);
    expect(amounts.due(9999)).toEqual([]);
  });

  it("of different people are not added up", () => {
    const amounts = new Amounts();
    amounts.add("a", 0, 0, 1, 0);
    amounts.add("b", 0, 0, 2, 0);
    expect(amounts.due(500).map(([key, { total }]) => [key, total])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  it("take along what had been gathered", () => {
    const amounts = new Amounts();
    amounts.add("a", 0, 0, 3, 0);
    expect(amounts.add("a", 0, 0, 10, 100)?.total).toBe(13);
    expect(amounts.due(9999)).toEqual([]);
  });

  it("that stay below half a point are left out", () => {
    const amounts = new Amounts();
    amounts.add("a", 0, 0, 0.125, 0);
    expect(amounts.due(9999)).toEqual([]);
  });
});
