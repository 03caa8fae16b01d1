/** Little-endian numbers out of a payload whose length has been checked. */

import { integer } from "./checks";
import { DIRECTIONS, POSITION_SCALE, SHARE_FULL } from "./protocol";

export function u8(view: DataView, at: number): number {
  return view.getUint8(at);
}

export function u16(view: DataView, at: number): number {
  return view.getUint16(at, true);
}

export function u32(view: DataView, at: number): number {
  return view.getUint32(at, true);
}

export function i32(view: DataView, at: number): number {
  return view.getInt32(at, true);
}

/** u16 in 1/64 u. */
export function units(view: DataView, at: number): number {
  return u16(view, at) / POSITION_SCALE;
}

/** u8, 255 is all of it. */
export function share(view: DataView, at: number): number {
  return u8(view, at) / SHARE_FULL;
}

export function direction(view: DataView, at: number, field: string): number {
  return integer(u16(view, at), field, 0, DIRECTIONS - 1);
}

/** u16 slot and u8 generation in one number. */
export function key(view: DataView, at: number): number {
  return u16(view, at) * 256 + u8(view, at + 2);
}
