import { describe, expect, it } from "vitest";
import { ATTEMPTS_MAX, Reconnect } from "../src/net/reconnect";

/** The longest waits, where chance leaves nothing out. */
const slowest = () => 0;
const QUICK_MS = [1000, 1000, 1000, 1000, 1000, 1000];
const FULL_MS = [...QUICK_MS, 2000, 4000, 8000, 15_000, 15_000, 15_000];

/** A clock that is turned by hand; every attempt fails until `good`. */
function run(reconnect: Reconnect, good: number): { waits: number[]; nowMs: number } {
  const waits: number[] = [];
  let nowMs = 5000;
  reconnect.lost(nowMs);
  while (reconnect.state.kind === "waiting") {
    const { attempt, dueMs } = reconnect.state;
    waits.push(dueMs - nowMs);
    expect(reconnect.due(dueMs - 1)).toBe(false);
    expect(reconnect.due(dueMs)).toBe(true);
    expect(reconnect.due(dueMs)).toBe(false);
    expect(reconnect.state).toEqual({ kind: "trying", attempt });
    nowMs = dueMs + 250;
    if (attempt === good) reconnect.succeeded(nowMs);
    else reconnect.failed(nowMs);
  }
  return { waits, nowMs };
}

describe("reconnecting", () => {
  it("does nothing while nothing is lost", () => {
    const reconnect = new Reconnect(slowest);
    expect(reconnect.due(1e9)).toBe(false);
    reconnect.failed(1);
    reconnect.succeeded(1);
    reconnect.hurry(1);
    expect(reconnect.state).toEqual({ kind: "idle" });
  });

  it("waits a second at first, then twice as long each time up to a bound, and gives up", () => {
    const reconnect = new Reconnect(slowest);
    expect(run(reconnect, Number.NaN).waits).toEqual(FULL_MS);
    expect(reconnect.state).toEqual({ kind: "gave-up", attempts: ATTEMPTS_MAX });
    expect(reconnect.busy).toBe(false);
    expect(reconnect.due(1e9)).toBe(false);
  });

  it("leaves out up to two fifths of a wait by chance", () => {
    const quick = run(new Reconnect(() => 1), Number.NaN).waits;
    quick.forEach((wait, index) => {
      expect(wait).toBeCloseTo((FULL_MS[index] ?? 0) * 0.6, 6);
    });
    expect(run(new Reconnect(() => 0.5), Number.NaN).waits[0]).toBeCloseTo(800, 6);
  });

  it("says that it is back, for a moment", () => {
    const reconnect = new Reconnect(slowest);
    const { nowMs, waits } = run(reconnect, 3);
    expect(waits).toHaveLength(3);
    expect(reconnect.state).toEqual({ kind: "back", untilMs: nowMs + 1800, fresh: false });
    expect(reconnect.due(nowMs + 1799)).toBe(false);
    expect(reconnect.state.kind).toBe("back");
    expect(reconnect.due(nowMs + 1800)).toBe(false);
    expect(reconnect.state).toEqual({ kind: "idle" });
  });

  it("starts over from the first wait when the line breaks again", () => {
    const reconnect = new Reconnect(slowest);
    const { nowMs } = run(reconnect, 3);
    reconnect.lost(nowMs + 10);
    expect(reconnect.state).toEqual({ kind: "waiting", attempt: 1, dueMs: nowMs + 1010 });
    // Told twice, it does not start over.
    reconnect.lost(nowMs + 500);
    expect(reconnect.state).toMatchObject({ dueMs: nowMs + 1010 });
  });

  it("can be hurried, once it waits", () => {
    const reconnect = new Reconnect(slowest);
    reconnect.lost(0);
    reconnect.hurry(100);
    expect(reconnect.due(100)).toBe(true);
    reconnect.hurry(100);
    expect(reconnect.state).toEqual({ kind: "trying", attempt: 1 });
  });

  it("leaves a server alone for as long as it asks, within reason", () => {
    const reconnect = new Reconnect(slowest);
    reconnect.lost(0);
    reconnect.due(1000);
    reconnect.failed(1000, 12_000);
    expect(reconnect.state).toMatchObject({ attempt: 2, dueMs: 13_000 });
    reconnect.due(13_000);
    reconnect.failed(13_000, 1e9);
    expect(reconnect.state).toMatchObject({ attempt: 3, dueMs: 73_000 });
    reconnect.due(73_000);
    reconnect.failed(73_000, 1);
    expect(reconnect.state).toMatchObject({ attempt: 4, dueMs: 74_000 });
  });

  it("can be called off at any time", () => {
    const reconnect = new Reconnect(slowest);
    reconnect.lost(0);
    reconnect.cancel();
    expect(reconnect.due(1e9)).toBe(false);
    reconnect.lost(0);
    reconnect.due(1000);
    reconnect.cancel();
    reconnect.succeeded(900);
    expect(reconnect.state).toEqual({ kind: "idle" });
  });
});
