/** The file of test vectors, as `tests/prediction/layout.py` draws it. */

import type { Wall } from "../../src/net/messages";
import { type Facts, makeState, type OwnState } from "../../src/predict/state";

export interface VectorWorld {
  readonly name: string;
  readonly width_u: number;
  readonly height_u: number;
  readonly walls: readonly Wall[];
}

export interface Batch {
  readonly world: number;
  readonly rules: number;
  readonly ticks: number;
  readonly players: number;
  /** From these ticks of the batch on, these stand. */
  readonly obstacles: readonly (readonly [tick: number, walls: readonly Wall[]])[];
  readonly first: readonly OwnState[];
  readonly last: readonly OwnState[];
  /** Step of player p in tick t begins at (t · players + p) · STEP_BYTES. */
  readonly steps: DataView;
}

export interface Vectors {
  readonly rules: readonly Facts[];
  readonly worlds: readonly VectorWorld[];
  readonly batches: readonly Batch[];
}

/** Where the fields of a step are. */
export const At = {
  x_u: 0,
  y_u: 8,
  vx_ups: 16,
  vy_ups: 24,
  mana_mp: 32,
  dash_until_tick: 40,
  dash_direction: 44,
  flags: 46,
  buttons: 47,
  move: 48,
  aim: 50,
} as const;
export const STEP_BYTES = 52;

const SKILL = {
  cooldown_ticks: 0,
  gap_ticks: 0,
  charges_max: 0,
  mana_mp: 0,
  hold_ticks: 0,
  speed_ups: 0,
  life_ticks: 0,
  mana_mp_per_tick: 0,
  self_status: 0,
  self_status_ticks: 0,
};
const STATUS = { stacks_max: 0, ticks_max: 0, strength: 0 };

export function readVectors(file: Uint8Array): Vectors {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = new TextDecoder().decode(file.subarray(0, 4));
  if (magic !== "RFPV") throw new Error("no file of prediction vectors");
  const end = 8 + view.getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, end)));
  const reader = new Reader(view, end);
  const batches = header.batches.map(
    // biome-ignore lint/suspicious/noExplicitAny: the header is this repository's own.
    (told: any): Batch => ({
      ...told,
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      obstacles: told.obstacles.map(([tick, walls]: any) => [tick, walls.map(wall)]),
      first: reader.states(told.players),
      steps: reader.skip(told.ticks * told.players * STEP_BYTES),
      last: reader.states(told.players),
    }),
  );
  if (reader.at !== file.byteLength) throw new Error("bytes are left over");
  return {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    rules: header.rules.map((facts: any) => ({
      ...facts,
      skills: facts.skills.map((given: object) => ({ ...SKILL, ...given })),
      statuses: facts.statuses.map((given: object) => ({ ...STATUS, ...given })),
    })),
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    worlds: header.worlds.map((world: any) => ({ ...world, walls: world.walls.map(wall) })),
    batches,
  };
}

function wall([cx, cy, hx, hy, r, heading, blocks]: [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]): Wall {
  return { cx, cy, hx, hy, r, heading, blocks };
}

class Reader {
  at: number;
  readonly #view: DataView;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.at = at;
  }

  skip(size: number): DataView {
    this.at += size;
    return new DataView(this.#view.buffer, this.#view.byteOffset + this.at - size, size);
  }

  states(count: number): OwnState[] {
    return Array.from({ length: count }, () => this.#state());
  }

  #state(): OwnState {
    const own = makeState();
    own.x_u = this.#f64();
    own.y_u = this.#f64();
    own.vx_ups = this.#f64();
    own.vy_ups = this.#f64();
    own.mana_mp = this.#f64();
    own.mana_max_mp = this.#f64();
    own.mana_mp_per_tick = this.#f64();
    own.base_speed_ups = this.#f64();
    own.speed_ups = this.#f64();
    own.dash_speed_ups = this.#f64();
    own.tick = this.#i32();
    own.dash_until_tick = this.#i32();
    own.channel_since_tick = this.#i32();
    own.channel_until_tick = this.#i32();
    const many = (column: Int32Array, next: () => number) => {
      for (let place = 0; place < column.length; place += 1) column[place] = next();
    };
    many(own.ready_tick, () => this.#i32());
    many(own.recharge_tick, () => this.#i32());
    many(own.held_tick, () => this.#i32());
    many(own.status_until_tick, () => this.#i32());
    own.dash_direction = this.#u8() + 256 * this.#u8();
    own.stage = this.#u8();
    own.over = this.#u8() !== 0;
    own.alive = this.#u8() !== 0;
    own.down = this.#u8() !== 0;
    own.flags = this.#u8();
    own.buttons = this.#u8();
    own.channel_slot = this.#u8();
    many(own.skill, () => this.#u8());
    many(own.charges, () => this.#u8());
    many(own.status_stacks, () => this.#u8());
    return own;
  }

  #f64(): number {
    this.at += 8;
    return this.#view.getFloat64(this.at - 8, true);
  }

  #i32(): number {
    this.at += 4;
    return this.#view.getInt32(this.at - 4, true);
  }

  #u8(): number {
    this.at += 1;
    return this.#view.getUint8(this.at - 1);
  }
}
