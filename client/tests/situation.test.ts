import { describe, expect, it } from "vitest";
import { SnapshotBuffer, sampleView } from "../src/game/interpolate";
import { countdownSeconds, fallenMate, justBegan } from "../src/game/situation";
import type { MateRow } from "../src/net/rows";
import { playerRow, snapshotAt } from "./bytes";

function viewWith(mates: MateRow[], alive = true) {
  const buffer = new SnapshotBuffer();
  const self = { ...snapshotAt(1).self, alive };
  buffer.push(snapshotAt(1, { self, mates, players: [playerRow(3, 10, 10)] }));
  const view = sampleView(buffer, 1, 30, 3);
  if (view === null) throw new Error("nothing to see");
  return view;
}

const mate = (slot: number, x: number, down: boolean): MateRow => ({
  ...{ slot, x, y: 10, health: 1, down },
});

describe("helping up", () => {
  it("is offered for the nearest of those who are down and in reach", () => {
    const rows = [mate(4, 11.8, true), mate(5, 9, true), mate(6, 10.1, false)];
    expect(fallenMate(viewWith(rows), 1.8)?.slot).toBe(5);
    expect(fallenMate(viewWith([mate(4, 11.75, true)]), 1.8)?.slot).toBe(4);
    expect(fallenMate(viewWith([mate(4, 11.85, true)]), 1.8)).toBeNull();
    expect(fallenMate(viewWith([mate(4, 10, false)]), 1.8)).toBeNull();
  });

  it("is not offered to the dead", () => {
    expect(fallenMate(viewWith([mate(4, 10, true)], false), 1.8)).toBeNull();
  });
});

describe("the countdown", () => {
  it("counts whole seconds down to one", () => {
    const waiting = snapshotAt(1, { stage: 0, stageTick: 100 });
    expect(countdownSeconds(waiting, 10, 30)).toBe(3);
    expect(countdownSeconds(waiting, 40, 30)).toBe(2);
    expect(countdownSeconds(waiting, 99.9, 30)).toBe(1);
    // A late snapshot must not show a zero or less.
    expect(countdownSeconds(waiting, 130, 30)).toBe(1);
    expect(countdownSeconds(snapshotAt(1, { stage: 1 }), 10, 30)).toBeNull();
  });

  it("says when play has just begun", () => {
    const playing = snapshotAt(1, { stage: 1, stageTick: 100 });
    expect(justBegan(playing, 100, 30, 1)).toBe(true);
    expect(justBegan(playing, 129, 30, 1)).toBe(true);
    expect(justBegan(playing, 130, 30, 1)).toBe(false);
    expect(justBegan(playing, 99, 30, 1)).toBe(false);
  });
});
