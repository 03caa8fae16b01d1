import { describe, expect, it } from "vitest";
import { SnapshotBuffer, sampleView } from "../src/game/interpolate";
import type { PlayerRow, ProjectileRow, Snapshot } from "../src/net/messages";
import { decodeSnapshot } from "../src/net/snapshot";
import { header } from "./bytes";

const SPEEDS = { tickRateHz: 30, shotSpeed_ups: 30 };

function snapshot(tick: number, fields: Partial<Snapshot> = {}): Snapshot {
  return { ...decodeSnapshot(header({ tick }).array), ...fields };
}

function player(slot: number, x: number, y: number, aim = 0): PlayerRow {
  return { slot, x, y, aim, health: 1, dashing: false, bot: false };
}

function shot(key: number, x: number, direction = 0): ProjectileRow {
  return { key, x, y: 5, direction, owner: 9 };
}

function buffered(...snapshots: Snapshot[]): SnapshotBuffer {
  const buffer = new SnapshotBuffer();
  for (const item of snapshots) buffer.push(item);
  return buffer;
}

function view(buffer: SnapshotBuffer, tick: number) {
  const sampled = sampleView(buffer, tick, SPEEDS);
  if (sampled === null) throw new Error("nothing to see");
  return sampled;
}

describe("the buffer", () => {
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
    const buffer = buffered(snapshot(10, { selfAlive: false, players: [player(4, 1, 1)] }));
    expect(view(buffer, 10).self).toBeNull();
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
    const hit = { kind: 6, a: 9, b: 65_535, x: 5.5, y: 5, detail: 0 };
    const buffer = buffered(
      snapshot(10, { projectiles: [shot(1, 5)] }),
      snapshot(11, { events: [hit] }),
    );
    expect(view(buffer, 10.4).projectiles).toHaveLength(1);
    expect(view(buffer, 10.6).projectiles).toHaveLength(0);
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
  it("burn down smoothly and go when the fuse is out", () => {
    const area = { key: 1, x: 0, y: 0, radius: 3, fuseTicks: 2, owner: 1 };
    const buffer = buffered(snapshot(10, { areas: [area] }), snapshot(13));
    expect(view(buffer, 11.5).areas[0]?.fuseTicks).toBeCloseTo(0.5);
    expect(view(buffer, 12.5).areas).toEqual([]);
  });

  it("shrinks between snapshots", () => {
    const buffer = buffered(
      snapshot(10, { zone: { x: 0, y: 0, radius: 50 } }),
      snapshot(12, { zone: { x: 2, y: 4, radius: 48 } }),
    );
    expect(view(buffer, 11).zone).toEqual({ x: 1, y: 2, radius: 49 });
  });
});
