/** Snapshots of a body, written from docs/protocol.md out of its exact state. */

import { checkOf } from "../src/game/ownstate";
import type { Wall } from "../src/net/messages";
import type { OwnState } from "../src/predict/state";
import { Bytes } from "./bytes";

export interface OwnSnapshot {
  /** With everything, whatever was told before. */
  readonly full: boolean;
  readonly own: Readonly<OwnState>;
  readonly ackSeq: number;
  /** MOTION instead of CHECK. */
  readonly exact: boolean;
  readonly gait: boolean;
  readonly lead: number;
  /** With a full one: what stands in the way. */
  readonly obstacles?: readonly Wall[];
  /** Skills that were cast in this tick. */
  readonly casts?: readonly number[];
  /** Rows of things, as the page has them, with their ids. */
  readonly things?: readonly Uint8Array[];
}

export function gaitBytes(own: Readonly<OwnState>): Uint8Array {
  return new Bytes()
    .f64(own.speed_ups)
    .u32(own.dash_until_tick)
    .u16(own.dash_direction)
    .f64(own.dash_speed_ups)
    .u8(own.channel_slot)
    .u32(own.channel_since_tick, own.channel_until_tick).array;
}

/** Slot 3 is the viewer's. */
export function ownSnapshot(what: OwnSnapshot): Uint8Array {
  const { full, own, exact, gait } = what;
  const bytes = new Bytes();
  const rows = [...(what.obstacles ?? []).map(obstacleRow), ...(what.things ?? [])];
  const casts = what.casts ?? [];
  const events = casts.length > 0 ? 16 : 0;
  bytes.u8((full ? 1 : 0) | 8 | (exact ? 32 : 16) | (gait ? 64 : 0) | 128);
  bytes.u8(1 | 2 | 4 | 8 | events | (rows.length > 0 ? 64 : 0));
  if (full) bytes.u32(own.tick);
  bytes.u32(what.ackSeq);
  if (exact) bytes.f64(own.x_u, own.y_u, own.vx_ups, own.vy_ups, own.mana_mp).u8(own.buttons);
  else bytes.u16(checkOf(own));
  if (gait) bytes.u8(...gaitBytes(own));
  bytes.u8(what.lead);
  // match: stage and eyes
  bytes
    .u8(4 | 16, own.over ? 3 : own.stage)
    .u32(0)
    .u16(3);
  bytes
    .u8(1 | 32, (own.alive ? 1 : 0) | (own.down ? 2 : 0), 0, own.flags)
    .u16(0)
    .u8(0, 1);
  bytes.u8(15);
  own.skill.forEach((skill, slot) => {
    bytes.u8(31, skill, 1, own.charges[slot] ?? 0);
    bytes.u32(own.ready_tick[slot] ?? 0, own.recharge_tick[slot] ?? 0, own.held_tick[slot] ?? 0);
  });
  bytes.u8(own.status_stacks.length);
  own.status_stacks.forEach((stacks, status) => {
    bytes.u8(status, stacks).u32(own.status_until_tick[status] ?? 0);
  });
  if (events > 0) bytes.u8(casts.length);
  for (const skill of casts) bytes.u8(1, 3, skill);
  if (rows.length > 0) bytes.u8(rows.length);
  rows.forEach((row, id) => {
    bytes.u8(...(what.things?.includes(row) ? [] : [id]), ...row);
  });
  return bytes.array;
}

function obstacleRow({ cx, cy, hx, hy, r, heading, blocks }: Wall): Uint8Array {
  return new Bytes().u8(3, 2).f64(cx, cy, hx, hy, r).u16(heading).u8(blocks, 255).array;
}
