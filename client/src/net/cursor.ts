/** Little-endian numbers out of a payload, one after another; past its end there is only an error. */

import { fail, WireError } from "./checks";

export class Cursor {
  readonly #view: DataView;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#step(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.#step(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#step(4), true);
  }

  /** Every number of the game is finite. */
  f64(field: string): number {
    const value = this.#view.getFloat64(this.#step(8), true);
    if (!Number.isFinite(value)) fail(field, "a finite number", value);
    return value;
  }

  /** A number of one byte below 128, or of two up to 16383. */
  n(): number {
    const low = this.u8();
    if (low < 128) return low;
    const high = this.u8();
    if (high > 127) fail("snapshot", "a number of two bytes at most", high);
    return (low & 127) | (high << 7);
  }

  /** At most `high`, or an error that names the field. */
  upTo(high: number, value: number, field: string): number {
    if (value > high) fail(field, `at most ${high}`, value);
    return value;
  }

  end(): void {
    const { byteLength } = this.#view;
    if (this.#at !== byteLength) fail("snapshot", `${this.#at} bytes`, byteLength);
  }

  #step(bytes: number): number {
    const at = this.#at;
    this.#at = at + bytes;
    if (this.#at > this.#view.byteLength) throw new WireError("snapshot: it ends too early");
    return at;
  }
}
