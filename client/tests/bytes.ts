/** Hand-made messages, written from docs/protocol.md and not with the client's own tables. */

import { encode } from "@msgpack/msgpack";
import { frameOf, type Whose } from "../src/game/frames";
import { Mirror } from "../src/net/mirror";
import type { PlayerRow, Snapshot } from "../src/net/rows";
import { welcome } from "../src/net/welcome";

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

/** A full snapshot of tick 900 with the head of a player alive at (10, 20.25), up to the events. */
export function fullHead(sections = 0): Bytes {
  const bytes = new Bytes()
    // FULL, ACK, MOTION, GAIT, LEAD
    .u8(1 | 8 | 32 | 64 | 128, 1 | 2 | 4 | 8 | sections)
    .u32(900, 77)
    .f64(10, 20.25, 0, -0, 40)
    .u8(0)
    .f64(6.6)
    .u32(0)
    .u16(0)
    .f64(0)
    .u8(255)
    .u32(0, 0)
    .u8(1)
    // match: the zone shrinks from tick 799 to 999
    .u8(31)
    .u16(12, 5)
    .u8(1)
    .u32(890)
    .u8(2, 1)
    .u32(799, 999)
    .u32(80 * 256, -10 * 256, 40 * 256)
    .u32(84 * 256, 70 * 256 + 128, 12 * 256)
    .u16(3)
    // self: alive and given away in a bush, shielded, stunned and burning
    .u8(255, 1 | 16, 32, 1 | 16)
    .u16(32 * 55 + 16, 32 * 118, 32 * 120, 32 * 40, 32 * 7, 4)
    .u8(2, 6, 51, 3, 255)
    .u16(64 * 3)
    .u8(15);
  for (const [skill, level, charges, ready, recharge, held] of [
    [0, 1, 1, 900, 100, 888],
    [1, 2, 0, 910, 940, 0xffff_ffff],
    [2, 5, 1, 100, 930, 0xffff_ffff],
    [3, 1, 1, 901, 0, 0xffff_ffff],
  ] as const) {
    bytes.u8(31, skill, level, charges).u32(ready, recharge, held);
  }
  return bytes.u8(2, 0, 3).u32(945).u8(1, 1).u32(900);
}

/** The same with one of everything, a mate and a foe. */
export function fullPayload(): Uint8Array {
  return (
    fullHead(16 | 32 | 64)
      // events: 9 hits the own body; a burst of 3 at a place
      .u8(2, 2, 9, 3, 1)
      .u16(8 * 12 + 4)
      .u8(5 | 128, 3, 2)
      .u16(8 * 3, 640, 1296)
      // bodies
      .u8(2, 4)
      .u16(640, 1280)
      .u8(64, 102, 0, 2, 2, 4, 3)
      .u16(0)
      .u8(9)
      .u16(65_535, 0)
      .u8(255, 51, 255, 1, 0, 1, 0)
      .u16(64 * 6)
      // things
      .u8(4, 0, 1)
      .u16(64, 128, 1024, 0x10000 - 512, 9)
      .u8(1, 32)
      .u8(1, 2)
      .u16(192, 256, 224, 3)
      .u8(2)
      .u32(920, 1079)
      .u8(2, 3, 1)
      .f64(10, 11, 2.5, 0, 0.25)
      .u16(512)
      .u8(3, 204)
      .u8(3, 4)
      .u16(64, 64)
      .u8(1).array
  );
}

export function snapshotMessage(payload: Uint8Array): Uint8Array {
  return encode([2, payload]);
}

/** What a frame needs to know of the match besides. */
export const WHOSE: Whose = {
  selfSlot: 3,
  aim: 100,
  skill: (index) => welcome(welcomeMessage()).rules.skills[index] ?? null,
  teamOf: (slot) => (slot === 3 || slot === 4 ? 1 : 4),
};

/** A snapshot of a player alive at a tick, with nothing round it and with fields replaced. */
export function snapshotAt(tick: number, fields: Partial<Snapshot> = {}): Snapshot {
  const mirror = new Mirror();
  mirror.apply(fullHead().array);
  const frame = frameOf(mirror, { x: 10, y: 20.25 }, WHOSE);
  return { ...frame, players: [], tick, ...fields };
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
  fan_count: 1,
  fan_directions: 0,
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
