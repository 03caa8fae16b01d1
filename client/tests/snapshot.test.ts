import { describe, expect, it } from "vitest";
import { WireError } from "../src/net/checks";
import { decodeSnapshot } from "../src/net/snapshot";
import { decodeMessage } from "../src/net/wire";
import { Bytes, fullPayload, type Header, header, snapshotMessage } from "./bytes";

const NO_ROWS = [0, 0, 0, 0, 0, 0, 0];

/** Counts with one row of the section. */
function one(section: number): Partial<Header> {
  return { counts: NO_ROWS.map((_, index) => Number(index === section)) };
}

describe("snapshot payload", () => {
  it("reads every field of the header", () => {
    expect(header().array).toHaveLength(118);
    const slot = { charges: 1, held: 0, waitTicks: 0, rechargeTicks: 0 };
    expect(decodeSnapshot(header().array)).toEqual({
      kind: "snapshot",
      tick: 900,
      ackSeq: 77,
      selfSlot: 3,
      eyesSlot: 3,
      alive: 12,
      teamsAlive: 5,
      stage: 1,
      stageTick: 890,
      zonePhase: 2,
      zoneState: 1,
      zoneChangeTick: 1234,
      zone: { x: 80, y: -10, radius: 40 },
      next: { x: 84, y: 70.5, radius: 12 },
      self: {
        alive: true,
        down: false,
        channelling: false,
        inBush: false,
        seen: false,
        revived: false,
        healthHp: 55.5,
        healthMaxHp: 118,
        manaMp: 40,
        manaMaxMp: 120,
        shieldHp: 7,
        kills: 4,
        assists: 2,
        level: 6,
        progress: 0.2,
        combo: 3,
        conditions: 17,
        revive: 1,
        slots: [
          { ...slot, skill: 0, level: 1 },
          { skill: 1, level: 2, charges: 0, held: 0.4, waitTicks: 40, rechargeTicks: 90 },
          { ...slot, skill: 2, level: 5, rechargeTicks: 30 },
          { ...slot, skill: 3, level: 1, waitTicks: 65_535, rechargeTicks: 65_535 },
        ],
      },
      statuses: [],
      players: [],
      projectiles: [],
      areas: [],
      obstacles: [],
      pickups: [],
      mates: [],
      events: [],
    });
  });

  it("tells each of the own flags from the others", () => {
    const names = ["alive", "down", "channelling", "inBush", "seen", "revived"] as const;
    names.forEach((name, bit) => {
      const { self } = decodeSnapshot(header({ selfFlags: 1 << bit }).array);
      expect(names.filter((other) => self[other])).toEqual([name]);
    });
  });

  it("knows a view without eyes", () => {
    expect(decodeSnapshot(header({ eyesSlot: 65_535 }).array).eyesSlot).toBeNull();
    expect(decodeSnapshot(header({ eyesSlot: 0 }).array).eyesSlot).toBe(0);
  });

  it("reads the rows, also from the middle of a larger buffer", () => {
    const payload = fullPayload();
    const roomy = new Uint8Array(payload.length + 13);
    roomy.set(payload, 5);
    for (const bytes of [payload, roomy.subarray(5, 5 + payload.length)]) {
      expect(decodeSnapshot(bytes)).toMatchObject({
        statuses: [{ status: 4, stacks: 3, leftTicks: 45 }],
        players: [
          {
            ...{ slot: 3, x: 10, y: 20.25, aim: 1024, health: 1, shield: 0.2 },
            ...{ flags: 33, conditions: 10, level: 4, hold: 0, beam_u: 0 },
          },
          {
            ...{ slot: 9, x: 65_535 / 64, y: 0, aim: 4095, health: 0.2, shield: 0 },
            ...{ flags: 18, conditions: 0, level: 1, hold: 1, beam_u: 6 },
          },
        ],
        projectiles: [
          { key: 600 * 256 + 7, x: 1, y: 2, direction: 2048, owner: 9, skill: 1, radius: 0.5 },
        ],
        areas: [
          {
            ...{ key: 700 * 256 + 8, x: 3, y: 4, radius: 3.5 },
            ...{ fuseTicks: 21, leftTicks: 180, owner: 3, skill: 2 },
          },
        ],
        obstacles: [
          {
            ...{ key: 90 * 256 + 1, kind: 2, x: 10, y: 11, hx: 2.5, hy: 0, radius: 0.25 },
            ...{ heading: 512, health: 0.8, blocks: 3 },
          },
        ],
        pickups: [{ key: 31 * 256 + 2, x: 1, y: 1, item: 1 }],
        mates: [{ slot: 4, x: 10, y: 20, health: 0.4, down: true }],
        events: [{ kind: 2, a: 9, b: 3, x: 10, y: 20.25, cause: 1, amount: 12.5 }],
      });
    }
  });

  it("refuses a payload cut at every offset, and one with a byte too many", () => {
    const payload = fullPayload();
    for (let length = 0; length < payload.length; length += 1) {
      const cut = payload.subarray(0, length);
      expect(() => decodeSnapshot(cut), `${length} bytes`).toThrow(WireError);
      expect(() => decodeMessage(snapshotMessage(cut)), `${length} bytes`).toThrow(WireError);
    }
    expect(() => decodeSnapshot(Uint8Array.from([...payload, 0]))).toThrow(WireError);
  });

  it("refuses counts that ask for more than is there, in every section", () => {
    for (let section = 0; section < NO_ROWS.length; section += 1) {
      expect(() => decodeSnapshot(header(one(section)).array)).toThrow(/its counts ask for/);
      const counts = NO_ROWS.map((_, index) => (index === section ? 65_535 : 0));
      expect(() => decodeSnapshot(header({ counts }).array)).toThrow(/its counts ask for/);
    }
    expect(() => decodeSnapshot(header({ statuses: 255 }).array)).toThrow(/its counts ask for/);
  });

  it("does not take the rows of one section for those of another", () => {
    // 16 bytes are one player or one area: only the counts say which.
    const rows = new Bytes().u16(1, 64, 64, 64, 5, 5, 3).u8(0, 0).array;
    const player = decodeSnapshot(Uint8Array.from([...header(one(0)).array, ...rows]));
    const area = decodeSnapshot(Uint8Array.from([...header(one(2)).array, ...rows]));
    expect([player.players.length, player.areas.length]).toEqual([1, 0]);
    expect([area.players.length, area.areas.length]).toEqual([0, 1]);
  });

  it("refuses values out of range, naming the field", () => {
    const obstacle = (kind: number, heading: number, blocks: number) =>
      header(one(3)).u16(1).u8(0, kind).u16(1, 1, 1, 1, 1, heading).u8(255, blocks).array;
    const event = (kind: number) =>
      header(one(6)).u8(kind).u16(1, 1, 1, 1).u8(0).u16(0).u8(0).array;
    const cases: [Uint8Array, RegExp][] = [
      [header({ stage: 4 }).array, /stage/],
      [header({ zoneState: 3 }).array, /zone_state/],
      [header({ zoneRadius: -1 }).array, /zone_radius/],
      [header(one(0)).u16(1, 2, 3, 4096).u8(1, 0, 0, 0, 1, 0).u16(0).array, /player\.aim/],
      [header(one(1)).u16(1).u8(1).u16(1, 1, 4096, 1).u8(0, 9).array, /direction/],
      [obstacle(0, 0, 7), /obstacle\.kind/],
      [obstacle(3, 0, 7), /obstacle\.kind/],
      [obstacle(1, 4096, 7), /obstacle\.heading/],
      [obstacle(1, 0, 8), /obstacle\.blocks/],
      [event(0), /event\.kind/],
      [event(14), /event\.kind/],
    ];
    for (const [payload, field] of cases) expect(() => decodeSnapshot(payload)).toThrow(field);
    expect(decodeSnapshot(obstacle(1, 4095, 7)).obstacles).toHaveLength(1);
    expect(decodeSnapshot(event(13)).events).toHaveLength(1);
  });
});
