/** Hand-made messages, written from docs/protocol.md and not with the client's own tables. */

import { encode } from "@msgpack/msgpack";

export class Bytes {
  readonly #bytes: number[] = [];

  u8(...values: number[]): this {
    this.#bytes.push(...values.map((value) => value & 0xff));
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) this.u8(value, value >> 8);
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) this.u8(value, value >> 8, value >> 16, value >>> 24);
    return this;
  }

  get array(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

export interface Header {
  tick: number;
  selfSlot: number;
  matchState: number;
  zoneState: number;
  selfAlive: number;
  zoneRadius: number;
  counts: readonly [players: number, projectiles: number, areas: number, events: number];
}

export function header(fields: Partial<Header> = {}): Bytes {
  const f: Header = {
    tick: 900,
    selfSlot: 3,
    matchState: 0,
    zoneState: 1,
    selfAlive: 1,
    zoneRadius: 40 * 256,
    counts: [0, 0, 0, 0],
    ...fields,
  };
  return new Bytes()
    .u32(f.tick, 77)
    .u16(f.selfSlot, 12)
    .u8(f.matchState, 2, f.zoneState, f.selfAlive)
    .u32(1234)
    .u32(80 * 256, -10 * 256, f.zoneRadius)
    .u32(84 * 256, 70 * 256 + 128, 12 * 256)
    .u16(64 * 55 + 32, 4, 5, 100, 0)
    .u16(...f.counts, 0xbeef);
}

/** One of everything. */
export function fullPayload(): Uint8Array {
  return header({ counts: [2, 1, 1, 1] })
    .u16(3, 64 * 10, 64 * 20 + 16, 1024)
    .u8(255, 1)
    .u16(9, 65_535, 0, 4095)
    .u8(51, 2)
    .u16(600)
    .u8(7)
    .u16(64, 128, 2048, 9)
    .u16(700)
    .u8(8)
    .u16(192, 256, 224, 21, 3)
    .u8(2)
    .u16(9, 3, 640, 1296)
    .u8(12).array;
}

export function snapshotMessage(payload: Uint8Array): Uint8Array {
  return encode([2, payload]);
}

export const RULES = {
  body_radius_u: 0.5,
  health_max_hp: 100,
  view_width_u: 44,
  view_height_u: 26,
  shot_radius_u: 0.12,
  shot_speed_ups: 32,
  shot_range_u: 26,
  shot_cooldown_ticks: 11,
  blast_radius_u: 3.5,
  blast_range_u: 12,
  blast_fuse_ticks: 21,
  blast_cooldown_ticks: 180,
  dash_cooldown_ticks: 90,
  dash_ticks: 6,
};

export const MAP = {
  name: "Test",
  width_u: 160,
  height_u: 160,
  walls: [
    [10, 10, 2, 1, 0],
    [30.5, 20, 0, 0, 1.5],
  ],
};

export function welcomeMessage(): unknown[] {
  return [
    1,
    1,
    3,
    30,
    500,
    "m-1",
    MAP,
    RULES,
    [
      [3, "Ann", false],
      [9, "Bolt", true],
    ],
  ];
}
