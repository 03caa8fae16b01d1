import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { WireError } from "../src/net/checks";
import { decodeMessage, encodeInput, encodeJoin, encodePing } from "../src/net/wire";
import { MAP, RULES, snapshotMessage, welcomeMessage } from "./bytes";

const read = (message: unknown) => decodeMessage(encode(message));

/** The message with the value at a path replaced. */
function changed(message: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = structuredClone(message) as Record<string | number, unknown>;
  copy[key] = changed(copy[key], rest, value);
  return copy;
}

describe("what the client sends", () => {
  it("writes JOIN, INPUT and PING as the arrays of the protocol", () => {
    expect(decode(encodeJoin("Zoë"))).toEqual([1, 1, "Zoë"]);
    const input = { move: 4095, aim: 0, reach: 255, buttons: 15 };
    expect(decode(encodeInput(4_294_967_295, input, 1))).toEqual([
      2, 4_294_967_295, 4095, 0, 255, 15, 1,
    ]);
    expect(decode(encodePing(9))).toEqual([3, 9]);
  });

  it("packs INPUT in the smallest integers", () => {
    // fixarray(7), kind, seq 1, move u16, aim fixint, reach u8, buttons, ack 0
    const bytes = [...encodeInput(1, { move: 1024, aim: 5, reach: 200, buttons: 3 }, 0)];
    expect(bytes).toEqual([0x97, 2, 1, 0xcd, 4, 0, 5, 0xcc, 200, 3, 0]);
  });
});

describe("what the server sends", () => {
  it("reads WELCOME", () => {
    const message = read(welcomeMessage());
    if (message.kind !== "welcome") throw new Error(message.kind);
    expect(message).toMatchObject({
      version: 1,
      slot: 3,
      tickRateHz: 30,
      tick: 500,
      matchId: "m-1",
    });
    expect(message.map.walls[1]).toEqual({ cx: 30.5, cy: 20, hx: 0, hy: 0, r: 1.5 });
    expect(message.rules).toEqual(RULES);
    expect(message.roster[1]).toEqual({ slot: 9, name: "Bolt", bot: true });
  });

  it("reads the small messages", () => {
    expect(read([3, 8, "Cy", false])).toEqual({
      kind: "joined",
      entrant: { slot: 8, name: "Cy", bot: false },
    });
    expect(read([4, "server_full", "No place.", 2.5])).toMatchObject({ retryAfterS: 2.5 });
    expect(read([4, "idle", "Too long.", null])).toMatchObject({ retryAfterS: null });
    expect(read([5, 77])).toEqual({ kind: "pong", nonce: 77 });
    expect(read([7, 10, 3, null, 2])).toMatchObject({ victim: 3, killer: null, cause: 2 });
    expect(read([7, 10, 3, 65_535, 2])).toMatchObject({ killer: null });
  });

  it("reads RESULT, running and over", () => {
    expect(read([6, 7, 31, 2, 88.5, 900, null, false])).toEqual({
      kind: "result",
      placement: 7,
      entrants: 31,
      kills: 2,
      damageHp: 88.5,
      ticksAlive: 900,
      winner: null,
      over: false,
    });
    expect(read([6, 1, 31, 2, 88, 900, 0, true])).toMatchObject({ winner: 0, over: true });
  });

  const welcome = welcomeMessage();
  it.each([
    ["an unknown kind", [99]],
    ["no kind", []],
    ["a kind in words", ["1"]],
    ["not a list", { a: 1 }],
    ["nil", null],
    ["a WELCOME that is too short", welcome.slice(0, 8)],
    ["a slot that means nobody", changed(welcome, [2], 65_535)],
    ["a fractional slot", changed(welcome, [2], 1.5)],
    ["a tick rate of zero", changed(welcome, [3], 0)],
    ["a tick rate that is no number", changed(welcome, [3], Number.NaN)],
    ["a map that is a list", changed(welcome, [6], [])],
    ["a map without a width", changed(welcome, [6], { ...MAP, width_u: undefined })],
    ["an endless map", changed(welcome, [6, "width_u"], Number.POSITIVE_INFINITY)],
    ["a wall with four numbers", changed(welcome, [6, "walls", 0], [1, 2, 3, 4])],
    ["a wall of negative size", changed(welcome, [6, "walls", 0, 2], -1)],
    ["rules with a hole", changed(welcome, [7, "dash_ticks"], undefined)],
    ["a blast range of zero", changed(welcome, [7, "blast_range_u"], 0)],
    ["a roster row without is_bot", changed(welcome, [8, 0], [3, "Ann"])],
    ["is_bot as a number", changed(welcome, [8, 0, 2], 1)],
    ["a name as a number", changed(welcome, [8, 0, 1], 7)],
    ["a snapshot of text", [2, "abc"]],
    ["an error without a code", [4, null, "words", null]],
    ["a negative pause", [4, "server_full", "words", -1]],
    ["a nonce out of range", [5, 2 ** 32]],
    ["an unknown cause", [7, 10, 3, 4, 9]],
    ["a result that is over maybe", [6, 1, 2, 3, 4, 5, null, 1]],
  ])("refuses %s", (_, message) => {
    expect(() => read(message)).toThrow(WireError);
  });

  it("refuses a message cut anywhere, and bytes behind its end", () => {
    const whole = encode(welcome);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeMessage(whole.subarray(0, length)), `${length} bytes`).toThrow(WireError);
    }
    expect(() => decodeMessage(Uint8Array.from([...whole, 0]))).toThrow(WireError);
  });

  it("answers any bytes with a message or a WireError", () => {
    // A fixed generator: a failure can be had again.
    let state = 12_345;
    const next = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    };
    const seeds = [
      encode(welcome),
      snapshotMessage(new Uint8Array(64)),
      encode([6, 1, 2, 3, 4, 5, null, true]),
    ];
    for (let round = 0; round < 4000; round += 1) {
      const bytes = Uint8Array.from(seeds[round % seeds.length] ?? []);
      for (let flip = 0; flip <= round % 4; flip += 1)
        bytes[(next() * 256 + next()) % bytes.length] = next();
      try {
        decodeMessage(bytes);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
    }
  });

  it("does not let a length prefix ask for memory", () => {
    for (const prefix of [0xdb, 0xc6, 0xdd, 0xdf, 0xc9]) {
      expect(() => decodeMessage(Uint8Array.from([prefix, 0xff, 0xff, 0xff, 0xff]))).toThrow(
        WireError,
      );
    }
    // Deep nesting must not overflow the stack unnamed.
    expect(() => decodeMessage(new Uint8Array(200_000).fill(0x91))).toThrow(WireError);
  });
});
