/**
 * Checks for values that came over the wire. Each returns the value with its
 * type narrowed, or throws a WireError that names the field: untrusted bytes
 * have two outcomes only.
 */

export class WireError extends Error {
  override readonly name = "WireError";
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

export function fail(field: string, wanted: string, value: unknown): never {
  throw new WireError(`${field}: expected ${wanted}, got ${shown(value)}`);
}

export function integer(value: unknown, field: string, low: number, high: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
    fail(field, `an integer ${low}…${high}`, value);
  }
  return value;
}

export function real(value: unknown, field: string, low: number, high: number): number {
  // The comparison is written so that NaN fails it.
  if (typeof value !== "number" || !(value >= low && value <= high)) {
    fail(field, `a number ${low}…${high}`, value);
  }
  return value;
}

export function text(value: unknown, field: string, charactersMax: number): string {
  if (typeof value !== "string" || value.length > charactersMax) {
    fail(field, `a text of at most ${charactersMax} characters`, value);
  }
  return value;
}

export function flag(value: unknown, field: string): boolean {
  if (typeof value !== "boolean") fail(field, "true or false", value);
  return value;
}

export function list(value: unknown, field: string, lengthMax: number): unknown[] {
  if (!Array.isArray(value) || value.length > lengthMax) {
    fail(field, `a list of at most ${lengthMax}`, value);
  }
  return value;
}

/** A list with exactly `length` items. */
export function row(value: unknown, field: string, length: number): unknown[] {
  if (!Array.isArray(value) || value.length !== length) fail(field, `a list of ${length}`, value);
  return value;
}

export function record(value: unknown, field: string): Record<string, unknown> {
  const isRecord =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array);
  if (!isRecord) fail(field, "an object", value);
  return value as Record<string, unknown>;
}
