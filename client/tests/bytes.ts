/** Hand-made messages, written from docs/protocol.md and not with the client's own tables. */

import { encode } from "@msgpack/msgpack";
import type { PlayerRow, Snapshot } from "../src/net/rows";
import { decodeSnapshot } from "../src/net/snapshot";

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

  f64(...values: number[]): this {
    for (const value of values) this.u8(...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  get array(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

export interface Header {
  tick: number;
  selfSlot: number;
  eyesSlot: number;
  stage: number;
  zoneState: number;
  selfFlags: number;
  zoneRadius: number;
  /** players, projectiles, areas, obstacles, pickups, mates, events */
  counts: readonly number[];
  statuses: number;
}

export function header(fields: Partial<Header> = {}): Bytes {
  const f: Header = {
    tick: 900,
    selfSlot: 3,
    eyesSlot: 3,
    stage: 1,
    zoneState: 1,
    selfFlags: 1,
    zoneRadius: 40 * 256,
    counts: [0, 0, 0, 0, 0, 0, 0],
    statuses: 0,
    ...fields,
  };
  const bytes = new Bytes()
    .u32(f.tick, 77)
    .u16(f.selfSlot, f.eyesSlot, 12, 5)
    .u8(f.stage, 2, f.zoneState, f.selfFlags)
    .u32(890, 1234)
    .u32(80 * 256, -10 * 256, f.zoneRadius)
    .u32(84 * 256, 70 * 256 + 128, 12 * 256)
    .u16(32 * 55 + 16, 32 * 118, 32 * 40, 32 * 120, 32 * 7, 4)
    .u8(2, 6, 51, 3, 1 | 16, 255);
  for (const [skill, level, charges, held, wait, recharge] of [
    [0, 1, 1, 0, 0, 0],
    [1, 2, 0, 102, 40, 90],
    [2, 5, 1, 0, 0, 30],
    [3, 1, 1, 0, 65_535, 65_535],
  ] as const) {
    bytes.u8(skill, level, charges, held).u16(wait, recharge);
  }
  return bytes.u16(...f.counts).u8(f.statuses, 0xee);
}

/** One of everything, two players. */
export function fullPayload(): Uint8Array {
  return (
    header({ counts: [2, 1, 1, 1, 1, 1, 1], statuses: 1 })
      // status
      .u8(4, 3, 0)
      .u16(45)
      // players
      .u16(3, 64 * 10, 64 * 20 + 16, 1024)
      .u8(255, 51, 1 | 32, 2 | 8, 4, 0)
      .u16(0)
      .u16(9, 65_535, 0, 4095)
      .u8(51, 0, 2 | 16, 0, 1, 255)
      .u16(64 * 6)
      // projectile
      .u16(600)
      .u8(7)
      .u16(64, 128, 2048, 9)
      .u8(1, 32)
      // area
      .u16(700)
      .u8(8)
      .u16(192, 256, 224, 21, 180, 3)
      .u8(2)
      // obstacle
      .u16(90)
      .u8(1, 2)
      .u16(640, 704, 160, 0, 16, 512)
      .u8(204, 3)
      // pickup
      .u16(31)
      .u8(2)
      .u16(64, 64)
      .u8(1)
      // mate
      .u16(4, 640, 1280)
      .u8(102, 2)
      .u16(0)
      // event
      .u8(2)
      .u16(9, 3, 640, 1296)
      .u8(1)
      .u16(8 * 12 + 4)
      .u8(0).array
  );
}

export function snapshotMessage(payload: Uint8Array): Uint8Array {
  return encode([2, payload]);
}

/** A decoded snapshot at a tick, with fields replaced. */
export function snapshotAt(tick: number, fields: Partial<Snapshot> = {}): Snapshot {
  return { ...decodeSnapshot(header({ tick }).array), ...fields };
}

export function playerRow(slot: number, x: number, y: number, more: Partial<PlayerRow> = {}) {
  const still = { aim: 0, health: 1, shield: 0, flags: 0, conditions: 0, level: 1 };
  return { slot, x, y, ...still, hold: 0, beam_u: 0, ...more };
}

const NUMBERS = {
  cooldown_ticks: 14,
  gap_ticks: 0,
  charges_max: 1,
  mana_mp: 0,
  mana_mp_per_tick: 0,
  self_status: -1,
  self_status_ticks: 0,
  hold_ticks: 0,
  range_u: 22,
  radius_u: 0.14,
  speed_ups: 30,
  life_ticks: 25,
  delay_ticks: 0,
  distance_u: 0,
  half_length_u: 0,
  charge_radius: 1,
};

export const SKILLS = [
  { ...NUMBERS, name: "firebolt", title: "Firebolt", kind: "projectile" },
  { ...NUMBERS, name: "entangle", title: "Entangle", kind: "area", range_u: 11, delay_ticks: 21 },
  { ...NUMBERS, name: "regrowth", title: "Regrowth", kind: "area", range_u: 8, delay_ticks: 6 },
  { ...NUMBERS, name: "blink", title: "Blink", kind: "dash", range_u: 0, cooldown_ticks: 180 },
];

export const RULES = {
  body_radius_u: 0.5,
  view_width_u: 44,
  view_height_u: 26,
  team_size: 2,
  friendly_fire: false,
  level_max: 10,
  revive_reach_u: 1.8,
  revive_ticks: 90,
  acceleration_upss: 60,
  down_speed_ratio: 0.35,
  countdown_ticks: 90,
  overhold_ticks: 60,
  classes: [
    {
      name: "wizard",
      title: "Wizard",
      blurb: "Hold it and it grows.",
      skills: [0, 1, 2, 3],
      block_half_degrees: 0,
      levels: [
        [6.6, 120, 0.1],
        [6.7, 126, 0.1],
      ],
    },
  ],
  skills: SKILLS,
  statuses: [
    {
      ...{ name: "burning", title: "Burning", kind: "burn", stacking: "stack" },
      ...{ stacks_max: 3, ticks_max: 120, strength: 0.25 },
    },
  ],
  items: [{ name: "bandage", title: "Bandage", kind: "health" }],
};

export const MAP = {
  name: "Test",
  width_u: 160,
  height_u: 160,
  walls: [
    [10, 10, 2, 1, 0, 0, 7],
    [30.5, 20, 0, 0, 1.5, 4095, 1],
  ],
  bushes: [[50, 60, 2.5]],
};

export function welcomeMessage(): unknown[] {
  return [
    1,
    3,
    3,
    30,
    500,
    "m-1",
    MAP,
    RULES,
    [
      [3, "Ann", 0, 0, 1],
      [4, "Cy", 0, 0, 1],
      [9, "Bolt", 2, 0, 4],
    ],
    0,
  ];
}

export const MATCH_INFO = {
  classes: [
    {
      name: "wizard",
      title: "Wizard",
      blurb: "Hold it and it grows.",
      skills: SKILLS.map(({ title, kind }) => ({ title, kind })),
      health_hp: 100,
      speed_ups: 6.6,
      mana_mp: 120,
    },
  ],
  map: MAP,
  team_size: 1,
};
