import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { WireError } from "../src/net/checks";
import {
  decodeMessage,
  encodeInput,
  encodeJoin,
  encodePing,
  encodeSpectate,
} from "../src/net/wire";
import { fullPayload, MAP, RULES, snapshotMessage, welcomeMessage } from "./bytes";

const read = (message: unknown) => decodeMessage(encode(message));

const RESULT = [6, 7, 31, 16, 2, 3, 88.5, 12, 0.5, 312.25, 900, 4, null, null, false];

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
    expect(decode(encodeJoin("a-ticket", 77))).toEqual([1, 3, "a-ticket", 77]);
    expect(decode(encodeSpectate(7))).toEqual([4, 7]);
    const input = { move: 4095, aim: 0, reach: 255, buttons: 63 };
    expect(decode(encodeInput(4_294_967_295, input, 1))).toEqual([
      2, 4_294_967_295, 4095, 0, 255, 63, 1,
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
      version: 3,
      slot: 3,
      tickRateHz: 30,
      tick: 500,
      matchId: "m-1",
    });
    const pillar = { cx: 30.5, cy: 20, hx: 0, hy: 0, r: 1.5, heading: 4095, blocks: 1 };
    expect(message.map.walls[1]).toEqual(pillar);
    expect(message.map.bushes).toEqual([{ x: 50, y: 60, radius: 2.5 }]);
    const levels = [
      { speed_ups: 6.6, mana_max_mp: 120, mana_mp_per_tick: 0.1 },
      { speed_ups: 6.7, mana_max_mp: 126, mana_mp_per_tick: 0.1 },
    ];
    const classes = RULES.classes.map((card) => ({ ...card, levels }));
    expect(message.rules).toEqual({ ...RULES, classes });
    expect(message.roster[2]).toEqual({ slot: 9, name: "Bolt", bot: 2, role: 0, team: 4 });
  });

  it("reads the small messages", () => {
    expect(read([3, 8, "Cy", 0, 0, 5])).toEqual({
      kind: "joined",
      entrant: { slot: 8, name: "Cy", bot: 0, role: 0, team: 5 },
    });
    expect(read([4, "server_full", "No place.", 2.5])).toMatchObject({ retryAfterS: 2.5 });
    expect(read([4, "idle", "Too long.", null])).toMatchObject({ retryAfterS: null });
    expect(read([5, 77])).toEqual({ kind: "pong", nonce: 77 });
    expect(read([7, 10, 3, null, 240])).toMatchObject({ victim: 3, killer: null, cause: 240 });
    expect(read([7, 10, 3, 65_535, 244])).toMatchObject({ killer: null, cause: 244 });
  });

  it("reads RESULT, running and over", () => {
    expect(read(RESULT)).toEqual({
      kind: "result",
      placement: 7,
      entrants: 31,
      teams: 16,
      kills: 2,
      assists: 3,
      damageHp: 88.5,
      healedHp: 12,
      accuracy: 0.5,
      distance_u: 312.25,
      ticksAlive: 900,
      level: 4,
      winner: null,
      winningTeam: null,
      over: false,
    });
    const over = [...RESULT.slice(0, 12), 0, 3, true];
    expect(read(over)).toMatchObject({ winner: 0, winningTeam: 3, over: true });
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
    ["a wall without what it blocks", changed(welcome, [6, "walls", 0], [1, 2, 3, 4, 0, 0])],
    ["a wall that blocks what there is not", changed(welcome, [6, "walls", 0, 6], 8)],
    ["a wall turned too far", changed(welcome, [6, "walls", 0, 5], 4096)],
    ["a bush of two numbers", changed(welcome, [6, "bushes", 0], [1, 2])],
    ["rules with a hole", changed(welcome, [7, "revive_ticks"], undefined)],
    ["friendly fire as a number", changed(welcome, [7, "friendly_fire"], 1)],
    ["a class with three skills", changed(welcome, [7, "classes", 0, "skills"], [0, 1, 2])],
    ["a class with an unknown skill", changed(welcome, [7, "classes", 0, "skills", 3], 4)],
    [
      "a block wider than all round",
      changed(welcome, [7, "classes", 0, "block_half_degrees"], 181),
    ],
    ["a skill without a kind", changed(welcome, [7, "skills", 0, "kind"], undefined)],
    ["a skill with half a charge", changed(welcome, [7, "skills", 0, "charges_max"], 1.5)],
    ["a skill of endless range", changed(welcome, [7, "skills", 0, "range_u"], Infinity)],
    ["a status that is only a name", changed(welcome, [7, "statuses", 0], "burning")],
    ["a level of two numbers", changed(welcome, [7, "classes", 0, "levels", 0], [6.6, 120])],
    ["a skill for a status that is not", changed(welcome, [7, "skills", 0, "self_status"], 12)],
    ["another way to stack", changed(welcome, [7, "statuses", 0, "stacking"], "pile")],
    ["a start before time", changed(welcome, [7, "countdown_ticks"], -1)],
    ["a roster row without a team", changed(welcome, [8, 0], [3, "Ann", 0, 0])],
    ["a bot of grade four", changed(welcome, [8, 0, 2], 4)],
    ["bot as a flag", changed(welcome, [8, 0, 2], true)],
    ["a role out of range", changed(welcome, [8, 0, 3], 256)],
    ["a name as a number", changed(welcome, [8, 0, 1], 7)],
    ["a snapshot of text", [2, "abc"]],
    ["an error without a code", [4, null, "words", null]],
    ["a negative pause", [4, "server_full", "words", -1]],
    ["a nonce out of range", [5, 2 ** 32]],
    ["an unknown cause", [7, 10, 3, 4, 245]],
    ["a JOINED of version 1", [3, 8, "Cy", false]],
    ["a result of version 1", [6, 1, 2, 3, 4, 5, null, true]],
    ["a result that is over maybe", changed(RESULT, [14], 1)],
    ["more than every shot hit", changed(RESULT, [8], 1.01)],
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
    const seeds = [encode(welcome), snapshotMessage(fullPayload()), encode(RESULT)];
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
