import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WireError } from "../src/net/checks";
import { bodyOf } from "../src/net/happenings";
import { makeHand, type Thing } from "../src/net/known";
import { Mirror } from "../src/net/mirror";
import { Bytes } from "./bytes";

interface Recorded {
  readonly about: string;
  readonly streams: readonly (readonly { readonly payload: string; readonly after: object }[])[];
  readonly bad: readonly string[];
}

const VECTORS = new URL("../../tests/vectors/snapshots.json", import.meta.url);
const { streams, bad } = JSON.parse(readFileSync(VECTORS, "utf-8")) as Recorded;
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const payloads = streams.map((stream) => stream.map(({ payload }) => bytesOf(payload)));
const FIRST = payloads[0]?.[0] as Uint8Array;

/** A thing as the recording has it: under its names, without what the client adds by itself. */
function thingOf({ key: _, kind, ...thing }: Thing): object {
  return { ...thing, what: kind, ...("what" in thing ? { kind: thing.what } : {}) };
}

/** Those who look on are told of no hands: a recording has empty ones then. */
function handsOf(recorded: object): object {
  if (!("hands" in recorded)) return recorded;
  const hands = recorded.hands as object[];
  const told = hands.map((hand) => (Object.keys(hand).length > 0 ? hand : makeHand()));
  return { ...recorded, hands: told };
}

/** Only of what flies it matters when it was told. */
function withoutTicks(whole: object): object {
  const recorded = handsOf(whole);
  if (!("things" in recorded)) return recorded;
  const things = Object.entries(recorded.things as Record<string, Record<string, unknown>>);
  const kept = things.map(([id, { tick, ...thing }]) => [
    id,
    thing.what === "projectile" ? { ...thing, tick } : thing,
  ]);
  return { ...recorded, things: Object.fromEntries(kept) };
}

/** The fields that were recorded, under their names there. */
function knownOf(mirror: Mirror, recorded: object): object {
  const named = <Value>(rows: ReadonlyMap<number, Value>, of: (value: Value) => unknown) =>
    Object.fromEntries([...rows].map(([id, value]) => [String(id), of(value)]));
  const all: Record<string, unknown> = {
    tick: mirror.tick,
    ack_seq: mirror.ackSeq,
    check: mirror.check,
    // A recording has these empty, or 0, where they were not told.
    motion: mirror.motion ?? {},
    gait: mirror.gait ?? {},
    lead: mirror.lead ?? 0,
    hands: mirror.hands,
    statuses: named(mirror.statuses, ({ stacks, until_tick }) => [stacks, until_tick]),
    bodies: named(mirror.bodies, (body) => body),
    things: named(mirror.things, thingOf),
    events: mirror.events.map((event) =>
      Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null)),
    ),
  };
  const parts = Object.entries(recorded).map(([key, value]) => {
    if (key !== "match" && key !== "self") return [key, all[key]];
    const figures = mirror.figures as unknown as Record<string, number>;
    return [key, Object.fromEntries(Object.keys(value).map((name) => [name, figures[name]]))];
  });
  return Object.fromEntries(parts);
}

/** Whether a payload was taken, or refused by name. Anything else that is thrown is a fault. */
function taken(mirror: Mirror, payload: Uint8Array): boolean {
  try {
    mirror.apply(payload);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    return false;
  }
}

/** A mirror that has taken the first `count` payloads of a stream. */
function mirrorAfter(stream: readonly Uint8Array[], count: number): Mirror {
  const mirror = new Mirror();
  for (const payload of stream.slice(0, count)) mirror.apply(payload);
  return mirror;
}

describe("the mirror", () => {
  it.each(streams.map((stream, index) => [index, stream] as const))(
    "knows what the server recorded, stream %i",
    (_, stream) => {
      const mirror = new Mirror();
      let whole = 0;
      for (const { payload, after } of stream) {
        mirror.apply(bytesOf(payload));
        expect(knownOf(mirror, after)).toEqual(withoutTicks(after));
        if ("things" in after) whole += 1;
      }
      expect(whole).toBeGreaterThan(5);
    },
  );

  it.each(bad.map((hex) => [hex.slice(0, 24), hex]))("refuses %s…", (_, hex) => {
    expect(taken(mirrorAfter([FIRST], 1), bytesOf(hex))).toBe(false);
  });

  it("takes nothing before a full one", () => {
    expect(() => new Mirror().apply(payloads[0]?.[1] as Uint8Array)).toThrow(/must be full/);
  });

  it("refuses every payload that was cut, or goes on", () => {
    const stream = payloads[0] as Uint8Array[];
    for (const at of [0, 1, 8, 40, 100]) {
      const payload = stream[at] as Uint8Array;
      for (let length = 0; length < payload.length; length += 1)
        expect(taken(mirrorAfter(stream, at), payload.subarray(0, length))).toBe(false);
      const longer = Uint8Array.from([...payload, 0]);
      expect(taken(mirrorAfter(stream, at), longer)).toBe(false);
    }
  });

  it("takes flipped bits, or refuses them by name", () => {
    const stream = payloads[0] as Uint8Array[];
    let refused = 0;
    for (const at of [0, 8, 100]) {
      const payload = stream[at] as Uint8Array;
      for (let bit = 0; bit < payload.length * 8; bit += 1) {
        const flipped = payload.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        if (!taken(mirrorAfter(stream, at), flipped)) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(50);
  });

  it("reads the example of the protocol's page", () => {
    const mirror = new Mirror();
    mirror.apply(
      new Bytes()
        .u8(1, 32)
        .u32(900)
        .u8(2, 7)
        .u16(640, 700)
        .u8(0, 255, 0, 0, 0, 1, 0)
        .u16(0)
        .u8(0x81, 1)
        .u16(1, 2)
        .u8(3, 4, 5, 6, 7, 8, 9)
        .u16(10).array,
    );
    expect(mirror.bodies.get(129)).toMatchObject({ x: 1, y: 2, hold: 9, beam_length: 10 });
    mirror.apply(Uint8Array.from([4, 0x20, 2, 7, 5, 0x0f, 0xfe, 0x40, 0x81, 1, 0]));
    expect(mirror.bodies.get(7)).toMatchObject({ x: 655, y: 698, aim: 64 });
    expect([...mirror.bodies.keys()]).toEqual([7]);
    expect([mirror.tick, mirror.ackSeq]).toEqual([901, 1]);
  });

  it("tells a thing from another that has its id", () => {
    const pickup = (item: number) => [0, 4, 10, 0, 20, 0, item];
    const mirror = new Mirror();
    mirror.apply(Uint8Array.from([1, 64, 9, 0, 0, 0, 1, ...pickup(1)]));
    const before = mirror.things.get(0);
    mirror.apply(Uint8Array.from([0, 64, 2, 0, 0, ...pickup(1)]));
    expect(mirror.things.get(0)).toMatchObject({ kind: "pickup", item: 1 });
    expect(mirror.things.get(0)?.key).not.toBe(before?.key);
  });

  it("reads every kind of event as the table has it", () => {
    const A = [5];
    const B = [6];
    const CAUSE = [7];
    const AMOUNT = [8, 0];
    const PLACE = [9, 0, 10, 0];
    const table: Record<number, readonly [number[], number]> = {
      1: [[...A, ...CAUSE], 5],
      2: [[...A, ...B, ...CAUSE, ...AMOUNT], 6],
      3: [[...A, ...B, ...CAUSE, ...AMOUNT], 6],
      4: [[...A, ...B, ...CAUSE, ...AMOUNT], 6],
      8: [[...A, ...B, ...CAUSE], 5],
      9: [[...A, ...B], 6],
      12: [[...A, ...CAUSE], 5],
      13: [[...A, ...AMOUNT], 5],
    };
    const placed: Record<number, number[]> = {
      5: [...A, ...CAUSE, ...AMOUNT],
      6: [...A, ...CAUSE],
      7: [...A, ...B, ...CAUSE],
      10: A,
      11: A,
      99: [...A, ...B, ...CAUSE, ...AMOUNT],
    };
    const read = (...event: number[]) => {
      const mirror = new Mirror();
      mirror.apply(Uint8Array.from([1, 16, 9, 0, 0, 0, 1, ...event]));
      return mirror.events[0];
    };
    for (const [kind, [fields, body]] of Object.entries(table)) {
      const event = read(Number(kind), ...fields);
      expect(event && bodyOf(event)).toBe(body);
      expect(read(Number(kind) | 128, ...fields, ...PLACE)).toMatchObject({ x: 9, y: 10 });
    }
    for (const [kind, fields] of Object.entries(placed)) {
      expect(read(Number(kind) | 128, ...fields, ...PLACE)).toMatchObject({ x: 9, y: 10 });
      expect(() => read(Number(kind), ...fields)).toThrow(/a place/);
    }
  });

  it("reads and changes every kind of thing", () => {
    const obstacle = new Bytes().u8(3, 2).f64(1, 2, 3, 4, 0.5).u16(512).u8(5, 200).array;
    const area = new Bytes().u8(2).u16(1, 2, 3, 4).u8(5).u32(6, 7).array;
    const shot = new Bytes().u8(1).u16(1, 2).u16(0xffff, 3).u16(4).u8(5, 6).array;
    const mirror = new Mirror();
    const rows = new Bytes()
      .u8(1, 64)
      .u32(9)
      .u8(3, 0, ...obstacle, 1, ...area, 2, ...shot);
    mirror.apply(rows.array);
    expect(mirror.things.get(0)).toMatchObject({
      ...{ what: 2, x_u: 1, y_u: 2, hx_u: 3, hy_u: 4, radius_u: 0.5, heading: 512, blocks: 5 },
      health: 200,
    });
    expect(mirror.things.get(1)).toMatchObject({ owner: 4, skill: 5, fire_tick: 6, until_tick: 7 });
    expect(mirror.things.get(2)).toMatchObject({ x: 1, y: 2, vx: -1, vy: 3, owner: 4, tick: 9 });
    const changes = new Bytes().u8(0, 64, 3, 0, 2, 99, 1, 7).u16(8, 9, 10, 11).u8(12).u32(13, 14);
    mirror.apply(changes.u8(2, 1).u16(20, 21, 22, 0xfffe).array);
    expect(mirror.things.get(0)).toMatchObject({ health: 99 });
    expect(mirror.things.get(1)).toMatchObject({
      ...{ x: 8, y: 9, radius: 10, owner: 11, skill: 12, fire_tick: 13, until_tick: 14 },
    });
    expect(mirror.things.get(2)).toMatchObject({ x: 20, y: 21, vx: 22, vy: -2, tick: 10 });
    for (const [id, mask] of [
      [0, 1],
      [0, 4],
      [1, 8],
      [2, 2],
    ] as const)
      expect(() => mirror.apply(Uint8Array.from([0, 64, 1, id, mask, 1, 1]))).toThrow(/mask/);
  });

  it("refuses a body that moved in two ways at once", () => {
    const mirror = new Mirror();
    mirror.apply(new Bytes().u8(1, 32).u32(9).u8(1, 7).u16(64, 64, 0, 0, 0, 0).u8(0).array);
    const both = new Bytes().u8(0, 32, 1, 7, 3, 1, 1).u16(5, 5).array;
    expect(() => mirror.apply(both)).toThrow(/one way to move/);
  });

  it("forgets everything with a full one", () => {
    const mirror = mirrorAfter(payloads[0] as Uint8Array[], 60);
    mirror.apply(Uint8Array.from([1, 0, 9, 0, 0, 0]));
    expect([mirror.tick, mirror.bodies.size, mirror.things.size, mirror.statuses.size]).toEqual([
      9, 0, 0, 0,
    ]);
    expect([mirror.motion, mirror.gait]).toEqual([null, null]);
  });

  it("counts acknowledgements round the wrap", () => {
    const mirror = new Mirror();
    mirror.apply(Uint8Array.from([1 | 8, 0, 9, 0, 0, 0, 255, 255, 255, 255]));
    mirror.apply(Uint8Array.from([4, 0]));
    expect(mirror.ackSeq).toBe(0);
  });

  it("keeps how many commands wait, until it is told otherwise or everything is forgotten", () => {
    const mirror = new Mirror();
    expect(mirror.lead).toBeNull();
    mirror.apply(Uint8Array.from([1 | 128, 0, 9, 0, 0, 0, 3]));
    mirror.apply(Uint8Array.from([0, 0]));
    expect([mirror.lead, mirror.full]).toEqual([3, false]);
    mirror.apply(Uint8Array.from([128, 0, 0xfe]));
    expect(mirror.lead).toBe(-2);
    mirror.apply(Uint8Array.from([1, 0, 9, 0, 0, 0]));
    expect([mirror.lead, mirror.full]).toEqual([null, true]);
  });

  it("knows at whose body something happens", () => {
    const at = { cause: null, amount: null, x: null, y: null };
    expect(bodyOf({ ...at, kind: 2, a: 1, b: 2 })).toBe(2);
    expect(bodyOf({ ...at, kind: 8, a: 1, b: 2 })).toBe(1);
    expect(bodyOf({ ...at, kind: 1, a: 1, b: null })).toBe(1);
  });
});
