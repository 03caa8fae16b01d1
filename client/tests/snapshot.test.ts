import { describe, expect, it } from "vitest";
import { WireError } from "../src/net/checks";
import { decodeSnapshot } from "../src/net/snapshot";
import { decodeMessage } from "../src/net/wire";
import { fullPayload, header, snapshotMessage } from "./bytes";

describe("snapshot payload", () => {
  it("reads every field of the header", () => {
    expect(decodeSnapshot(header().array)).toEqual({
      kind: "snapshot",
      tick: 900,
      ackSeq: 77,
      selfSlot: 3,
      alive: 12,
      matchState: 0,
      zonePhase: 2,
      zoneState: 1,
      selfAlive: true,
      zoneChangeTick: 1234,
      zone: { x: 80, y: -10, radius: 40 },
      next: { x: 84, y: 70.5, radius: 12 },
      selfHealthHp: 55.5,
      selfKills: 4,
      shotWaitTicks: 5,
      blastWaitTicks: 100,
      dashWaitTicks: 0,
      players: [],
      projectiles: [],
      areas: [],
      events: [],
    });
  });

  it("reads the rows, also from the middle of a larger buffer", () => {
    const payload = fullPayload();
    const roomy = new Uint8Array(payload.length + 13);
    roomy.set(payload, 5);
    for (const bytes of [payload, roomy.subarray(5, 5 + payload.length)]) {
      const snapshot = decodeSnapshot(bytes);
      expect(snapshot.players).toEqual([
        { slot: 3, x: 10, y: 20.25, aim: 1024, health: 1, dashing: true, bot: false },
        { slot: 9, x: 65_535 / 64, y: 0, aim: 4095, health: 0.2, dashing: false, bot: true },
      ]);
      expect(snapshot.projectiles).toEqual([
        { key: 600 * 256 + 7, x: 1, y: 2, direction: 2048, owner: 9 },
      ]);
      expect(snapshot.areas).toEqual([
        { key: 700 * 256 + 8, x: 3, y: 4, radius: 3.5, fuseTicks: 21, owner: 3 },
      ]);
      expect(snapshot.events).toEqual([{ kind: 2, a: 9, b: 3, x: 10, y: 20.25, detail: 12 }]);
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

  it("refuses counts that ask for more than is there", () => {
    for (const counts of [
      [65_535, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 65_535],
    ] as const) {
      expect(() => decodeSnapshot(header({ counts }).array)).toThrow(/its counts ask for/);
    }
  });

  it("refuses values out of range, naming the field", () => {
    const cases: [Uint8Array, RegExp][] = [
      [header({ matchState: 2 }).array, /match_state/],
      [header({ zoneState: 3 }).array, /zone_state/],
      [header({ selfAlive: 2 }).array, /self_alive/],
      [header({ zoneRadius: -1 }).array, /zone_radius/],
      [
        header({ counts: [1, 0, 0, 0] })
          .u16(1, 2, 3, 4096)
          .u8(1, 0).array,
        /player\.aim/,
      ],
      [
        header({ counts: [0, 1, 0, 0] })
          .u16(1)
          .u8(1)
          .u16(1, 1, 4096, 1).array,
        /direction/,
      ],
      [
        header({ counts: [0, 0, 0, 1] })
          .u8(0)
          .u16(1, 1, 1, 1)
          .u8(0).array,
        /event\.kind/,
      ],
      [
        header({ counts: [0, 0, 0, 1] })
          .u8(7)
          .u16(1, 1, 1, 1)
          .u8(0).array,
        /event\.kind/,
      ],
    ];
    for (const [payload, field] of cases) expect(() => decodeSnapshot(payload)).toThrow(field);
  });
});
