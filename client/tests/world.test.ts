import { encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { World } from "../src/game/world";
import type { Snapshot } from "../src/net/rows";
import { decodeMessage } from "../src/net/wire";
import { snapshotAt, welcomeMessage } from "./bytes";

function world(): World {
  const welcome = decodeMessage(encode(welcomeMessage()));
  if (welcome.kind !== "welcome") throw new Error(welcome.kind);
  return new World(welcome);
}

function snapshot(tick: number, x: number): Snapshot {
  const event = { kind: 1, a: 1, b: 65_535, x, y: 0, at: 1, cause: 0, amount: 0 };
  return snapshotAt(tick, { events: [event] });
}

describe("world", () => {
  it("names whoever it knows and numbers the others", () => {
    const match = world();
    expect(match.nameOf(9)).toBe("Bolt");
    expect(match.nameOf(20)).toBe("Player 20");
    match.addEntrant({ slot: 20, name: "Dee", bot: 0, role: 7, team: 4 });
    expect(match.nameOf(20)).toBe("Dee");
    expect(match.namesOfTeam(4)).toEqual(["Bolt", "Dee"]);
    // A class that the rules do not have is none.
    expect(match.classOf(20)).toBeNull();
    expect(match.classOf(9)?.name).toBe("wizard");
  });

  it("tells friend from foe with the eyes of the viewer", () => {
    const match = world();
    expect([3, 4, 9, 20].map((slot) => match.sideOf(slot))).toEqual(["self", "mate", "foe", "foe"]);
    const dead = { ...snapshotAt(5).self, alive: false };
    match.addSnapshot(snapshotAt(5, { own: false, self: dead, eyesSlot: 9 }));
    expect([3, 4, 9].map((slot) => match.sideOf(slot))).toEqual(["foe", "foe", "self"]);
    match.addSnapshot(snapshotAt(6, { own: false, self: dead, eyesSlot: null }));
    expect(match.viewer).toBe(3);
  });

  it("offers the dead the living of their team, and watchers everybody", () => {
    const match = world();
    expect([match.watchable, match.nextWatched(1)]).toEqual([[], null]);
    const own = { kind: "kill", tick: 5, victim: 3, killer: 9, cause: 0 } as const;
    match.addKill(own);
    match.addEntrant({ slot: 7, name: "Flo", bot: 0, role: 0, team: 1 });
    expect(match.watchable).toEqual([4, 7]);
    match.addSnapshot(snapshotAt(5, { own: false, eyesSlot: 4 }));
    expect([match.viewer, match.isOwn]).toEqual([4, false]);
    expect([match.nextWatched(1), match.nextWatched(-1)]).toEqual([7, 7]);
    match.addKill({ ...own, victim: 7 });
    expect(match.nextWatched(1)).toBeNull();

    const seen = new World({ ...match.welcome, slot: 65_535, mode: "watching" });
    seen.addSnapshot(snapshotAt(5, { own: false, eyesSlot: 4 }));
    expect(seen.watchable).toEqual([3, 4, 9]);
    expect([seen.nextWatched(1), seen.nextWatched(-1)]).toEqual([9, 3]);
    expect(seen.sideOf(3)).toBe("mate");
    const dead = { ...snapshotAt(6).self, alive: false };
    seen.addSnapshot(snapshotAt(6, { own: false, self: dead, eyesSlot: 9 }));
    expect([seen.viewer, seen.nextWatched(1)]).toEqual([9, 3]);
  });

  it("measures throws by the own areas alone", () => {
    const match = world();
    expect(match.throwRanges_u).toEqual([]);
    match.addSnapshot(snapshotAt(5));
    expect(match.throwRanges_u).toEqual([0, 11, 8, 0]);
  });

  it("remembers who ended the own match, and nobody else's", () => {
    const match = world();
    match.addKill({ kind: "kill", tick: 1, victim: 9, killer: 3, cause: 0 });
    expect(match.death).toBeNull();
    match.addKill({ kind: "kill", tick: 2, victim: 3, killer: 9, cause: 1 });
    expect(match.death?.killer).toBe(9);
  });

  it("plays each event once, when its moment has come", () => {
    const match = world();
    match.addSnapshot(snapshot(10, 1));
    match.addSnapshot(snapshot(11, 2));
    expect(match.takeEvents(9.9, null)).toEqual([]);
    expect(match.takeEvents(10.2, null).map((event) => event.x)).toEqual([1]);
    expect(match.takeEvents(10.9, null)).toEqual([]);
    expect(match.takeEvents(11, null).map((event) => event.x)).toEqual([2]);
    expect(match.takeEvents(11.5, null)).toEqual([]);
  });

  it("plays what the own body does ahead of the server at once", () => {
    const match = world();
    const event = { kind: 1, a: 3, b: 65_535, x: 1, y: 1, at: 3, cause: 0, amount: 0 };
    match.addOwnEvent(event);
    match.addSnapshot(snapshot(10, 9));
    expect(match.takeEvents(4, { x: 7, y: 8 })).toEqual([{ ...event, x: 7, y: 8 }]);
    expect(match.takeEvents(10, { x: 7, y: 8 }).map(({ x }) => x)).toEqual([9]);
  });

  it("shows the own figures that are predicted, and else those told", () => {
    const match = world();
    expect(match.shown).toBeNull();
    match.addSnapshot(snapshotAt(5));
    expect(match.shown).toBe(match.latest);
    match.predicted = { ...snapshotAt(5).self, manaMp: 3 };
    expect([match.shown?.self.manaMp, match.latest?.self.manaMp]).toEqual([3, 40]);
  });

  it("still plays what came a little late", () => {
    const match = world();
    match.addSnapshot(snapshot(10, 1));
    match.takeEvents(12, null);
    match.addSnapshot(snapshot(11, 2));
    expect(match.takeEvents(12.5, null).map((event) => event.x)).toEqual([2]);
  });

  it("does not fire off everything that happened while the tab was away", () => {
    const match = world();
    for (let tick = 10; tick < 300; tick += 1) match.addSnapshot(snapshot(tick, tick));
    expect(match.takeEvents(299, null).length).toBeLessThanOrEqual(16);
  });
});
