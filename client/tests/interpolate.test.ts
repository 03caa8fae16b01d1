import { describe, expect, it } from "vitest";
import { SnapshotBuffer, sampleView } from "../src/game/interpolate";
import type { PlayerRow, ProjectileRow, Snapshot } from "../src/net/rows";
import { playerRow, snapshotAt as snapshot } from "./bytes";

/** Slot of the own body. */
const SELF = 3;

function player(slot: number, x: number, y: number, aim = 0): PlayerRow {
  return playerRow(slot, x, y, { aim });
}

/** It flies a unit a tick; the second skill half of that. */
function shot(key: number, x: number, direction = 0, skill = 0): ProjectileRow {
  const angle = (direction / 4096) * 2 * Math.PI;
  const way = skill === 0 ? 1 : 0.5;
  const [vx, vy] = [Math.cos(angle) * way, Math.sin(angle) * way];
  return { key, x, y: 5, vx, vy, owner: 9, skill, radius: 0.2 };
}

function buffered(...snapshots: Snapshot[]): SnapshotBuffer {
  const buffer = new SnapshotBuffer();
  for (const item of snapshots) buffer.push(item);
  return buffer;
}

function view(buffer: SnapshotBuffer, tick: number) {
  const sampled = sampleView(buffer, tick, 30, SELF);
  if (sampled === null) throw new Error("nothing to see");
  return sampled;
}

describe("the buffer", () => {
  it("begins anew with another picture", () => {
    const buffer = buffered(snapshot(10), snapshot(11));
    buffer.clear();
    expect([buffer.newest, buffer.around(10)]).toEqual([null, null]);
    expect(buffer.push(snapshot(4))).toBe(true);
  });

  it("keeps ticks rising and forgets the oldest", () => {
    const buffer = new SnapshotBuffer();
    expect(buffer.push(snapshot(10))).toBe(true);
    expect(buffer.push(snapshot(10))).toBe(false);
    expect(buffer.push(snapshot(9))).toBe(false);
    for (let tick = 11; tick < 100; tick += 1) buffer.push(snapshot(tick));
    expect(buffer.newest?.tick).toBe(99);
    const [before] = buffer.around(0) ?? [];
    expect(before?.tick).toBe(68);
  });

  it("finds the pair around a tick, across skipped ticks and at both ends", () => {
    const buffer = buffered(snapshot(10), snapshot(13), snapshot(14));
    const ticks = (at: number) => buffer.around(at)?.map((item) => item.tick);
    expect(ticks(11.5)).toEqual([10, 13]);
    expect(ticks(13)).toEqual([13, 14]);
    expect(ticks(14)).toEqual([14, 14]);
    expect(ticks(99)).toEqual([14, 14]);
    expect(ticks(3)).toEqual([10, 10]);
    expect(new SnapshotBuffer().around(1)).toBeNull();
  });
});

describe("players", () => {
  it("move in a straight line between two snapshots, skipped ticks included", () => {
    const buffer = buffered(
      snapshot(10, { players: [player(3, 0, 0)] }),
      snapshot(14, { players: [player(3, 4, 2)] }),
    );
    expect(view(buffer, 11).players[0]).toMatchObject({ x: 1, y: 0.5 });
    expect(view(buffer, 13).self).toMatchObject({ x: 3, y: 1.5 });
  });

  it("turn the short way round", () => {
    const buffer = buffered(
      snapshot(10, { players: [player(3, 0, 0, 4000)] }),
      snapshot(11, { players: [player(3, 0, 0, 96)] }),
    );
    const angle = view(buffer, 10.5).players[0]?.angle ?? 0;
    const turns = angle / (2 * Math.PI);
    expect(turns - Math.round(turns)).toBeCloseTo(0, 9);
  });

  it("that were put somewhere else do not slide there", () => {
    const buffer = buffered(
      snapshot(10, { players: [player(3, 0, 0)] }),
      snapshot(11, { players: [player(3, 50, 0)] }),
    );
    expect(view(buffer, 10.5).players[0]).toMatchObject({ x: 50 });
  });

  it("appear and vanish with the later snapshot", () => {
    const buffer = buffered(
      snapshot(10, { players: [player(1, 0, 0)] }),
      snapshot(11, { players: [player(2, 7, 7)] }),
    );
    expect(view(buffer, 10.5).players.map((pose) => pose.slot)).toEqual([2]);
  });

  it("have no self once dead", () => {
    const dead = { ...snapshot(10).self, alive: false };
    const buffer = buffered(
      snapshot(10, { self: dead, eyesSlot: 4, players: [player(4, 1, 1), player(3, 2, 2)] }),
      snapshot(11, { self: dead, eyesSlot: null, players: [player(4, 1, 1)] }),
    );
    expect(view(buffer, 9).self).toBeNull();
    expect(view(buffer, 9).eyes?.slot).toBe(4);
    expect(view(buffer, 12).eyes).toBeNull();
  });

  it("let a charge grow smoothly and go at once", () => {
    const held = (hold: number, tick: number) =>
      snapshot(tick, { players: [playerRow(3, 0, 0, { hold })] });
    const grown = view(buffered(held(0.2, 10), held(0.6, 12)), 11).players[0];
    expect(grown?.hold).toBeCloseTo(0.4);
    expect(view(buffered(held(0.6, 10), held(0, 12)), 10.1).players[0]?.hold).toBe(0);
  });

  it("do not stretch a beam out of nothing", () => {
    const beaming = (beam_u: number, tick: number) =>
      snapshot(tick, { players: [playerRow(3, 0, 0, { beam_u })] });
    expect(view(buffered(beaming(0, 10), beaming(8, 12)), 10.1).players[0]?.beam_u).toBe(8);
    expect(view(buffered(beaming(4, 10), beaming(8, 12)), 11).players[0]?.beam_u).toBe(6);
    expect(view(buffered(beaming(4, 10), beaming(0, 12)), 10.1).players[0]?.beam_u).toBe(0);
  });

  it("stand still past the newest snapshot", () => {
    const buffer = buffered(
      snapshot(10, { players: [player(3, 0, 0)] }),
      snapshot(11, { players: [player(3, 1, 0)] }),
    );
    expect(view(buffer, 15).players[0]).toMatchObject({ x: 1, y: 0 });
  });
});

describe("projectiles", () => {
  it("fly on at shot speed past the newest snapshot, but not for ever", () => {
    const buffer = buffered(snapshot(10, { projectiles: [shot(1, 5)] }));
    expect(view(buffer, 11.5).projectiles[0]?.x).toBeCloseTo(6.5);
    expect(view(buffer, 60).projectiles[0]?.x).toBeCloseTo(8);
  });

  it("fly at the speed of their own skill", () => {
    const buffer = buffered(snapshot(10, { projectiles: [shot(1, 5), shot(2, 5, 0, 1)] }));
    expect(view(buffer, 12).projectiles.map(({ x }) => x)).toEqual([7, 6]);
  });

  it("turn the short way where they home", () => {
    const buffer = buffered(
      snapshot(10, { projectiles: [shot(1, 5, 4000)] }),
      snapshot(11, { projectiles: [shot(1, 6, 96)] }),
    );
    const turns = (view(buffer, 10.5).projectiles[0]?.angle ?? 0) / (2 * Math.PI);
    expect(turns - Math.round(turns)).toBeCloseTo(0, 9);
  });

  it("interpolate between snapshots that both hold them", () => {
    const buffer = buffered(
      snapshot(10, { projectiles: [shot(1, 5)] }),
      snapshot(12, { projectiles: [shot(1, 7)] }),
    );
    expect(view(buffer, 11).projectiles).toHaveLength(1);
    expect(view(buffer, 11).projectiles[0]?.x).toBeCloseTo(6);
  });

  it("fired between two snapshots come out of the muzzle", () => {
    const buffer = buffered(snapshot(10), snapshot(12, { projectiles: [shot(1, 7, 1024)] }));
    expect(view(buffer, 10.5).projectiles).toEqual([]);
    const [pose] = view(buffer, 11.5).projectiles;
    expect(pose?.x).toBeCloseTo(7);
    expect(pose?.y).toBeCloseTo(4.5);
  });

  it("end where they struck instead of flying through", () => {
    const hit = { kind: 6, a: 9, b: 65_535, x: 5.2, y: 5, at: null, cause: 1, amount: 0 };
    const buffer = buffered(
      snapshot(10, { projectiles: [shot(1, 5), shot(2, 5, 0, 1)] }),
      snapshot(11, { events: [hit] }),
    );
    expect(view(buffer, 10.3).projectiles).toHaveLength(2);
    // The other one, further on by now, is of another skill: it was not what struck.
    expect(view(buffer, 10.6).projectiles.map(({ key }) => key)).toEqual([1]);
  });

  it("are not taken for an older one in the same slot", () => {
    const buffer = buffered(
      snapshot(10, { projectiles: [shot(256 + 1, 5)] }),
      snapshot(11, { projectiles: [shot(256 + 2, 40)] }),
    );
    expect(view(buffer, 10.5).projectiles.map((pose) => pose.key)).toEqual([257, 258]);
  });
});

describe("areas and the zone", () => {
  const area = { key: 1, x: 0, y: 0, radius: 3, fuseTicks: 2, leftTicks: 2, owner: 1, skill: 1 };

  it("burn down smoothly and go when the fuse is out", () => {
    const buffer = buffered(snapshot(10, { areas: [area] }), snapshot(13));
    expect(view(buffer, 11.5).areas[0]).toMatchObject({ fuseTicks: 0.5, leftTicks: 0.5 });
    expect(view(buffer, 12.5).areas).toEqual([]);
  });

  it("burn the old fuse to its end before the next pulse's", () => {
    const buffer = buffered(
      snapshot(10, { areas: [{ ...area, fuseTicks: 1, leftTicks: 90 }] }),
      snapshot(12, { areas: [{ ...area, fuseTicks: 14, leftTicks: 88 }] }),
    );
    expect(view(buffer, 10.5).areas.map(({ fuseTicks }) => fuseTicks)).toEqual([0.5]);
    expect(view(buffer, 11.5).areas).toMatchObject([{ fuseTicks: 14.5, leftTicks: 88.5 }]);
  });

  it("shrinks between snapshots", () => {
    const buffer = buffered(
      snapshot(10, { zone: { x: 0, y: 0, radius: 50 } }),
      snapshot(12, { zone: { x: 2, y: 4, radius: 48 } }),
    );
    expect(view(buffer, 11).zone).toEqual({ x: 1, y: 2, radius: 49 });
  });
});

describe("team mates", () => {
  it("walk between snapshots, wherever they are", () => {
    const mate = (x: number) => ({ slot: 4, x, y: 8, health: 1, down: false });
    const buffer = buffered(
      snapshot(10, { mates: [mate(100)] }),
      snapshot(12, { mates: [mate(102), { ...mate(5), slot: 6 }] }),
    );
    expect(view(buffer, 11).mates.map(({ x }) => x)).toEqual([101, 5]);
  });
});
