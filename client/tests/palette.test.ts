import { describe, expect, it } from "vitest";
import { GROUND_MID, SIDES, type Sides } from "../src/render/palette";
import { PALETTES } from "../src/settings/schema";

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear red, green and blue. */
const SIGHTS = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;
type Sight = keyof typeof SIGHTS;
type Triple = [number, number, number];

const dot = (row: readonly number[], [x, y, z]: Triple) =>
  (row[0] ?? 0) * x + (row[1] ?? 0) * y + (row[2] ?? 0) * z;

function linear(colour: number): Triple {
  const channel = (shift: number) => {
    const value = ((colour >> shift) & 255) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(16), channel(8), channel(0)];
}

/** CIE 1976 L*a*b*, white D65, of a colour as somebody sees it. */
function lab(colour: number, sight: Sight): Triple {
  const rgb = linear(colour);
  const seen = SIGHTS[sight].map((row) => Math.max(0, Math.min(1, dot(row, rgb)))) as Triple;
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f(dot([0.4124564, 0.3575761, 0.1804375], seen) / 0.95047);
  const y = f(dot([0.2126729, 0.7151522, 0.072175], seen));
  const z = f(dot([0.0193339, 0.119192, 0.9503041], seen) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(one: number, other: number, sight: Sight): number {
  const [a, b] = [lab(one, sight), lab(other, sight)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

const [red, green, blue] = GROUND_MID;
const GROUND = (red << 16) | (green << 8) | blue;

/** The two of the sides and the ground that are hardest to tell apart. */
function closest({ self, mate, foe, bot }: Sides, sight: Sight): number {
  const all = [self, mate, foe, bot, GROUND];
  const apart = all.flatMap((one, index) =>
    all.slice(index + 1).map((other) => distance(one, other, sight)),
  );
  return Math.min(...apart);
}

describe("the palettes", () => {
  it("exist for every name that can be chosen", () => {
    expect(Object.keys(SIDES)).toEqual([...PALETTES]);
  });

  it.each(Object.keys(SIGHTS) as Sight[])("keep the sides apart in %s", (sight) => {
    expect(closest(SIDES[sight], sight)).toBeGreaterThan(30);
    expect(closest(SIDES[sight], sight)).toBeGreaterThan(closest(SIDES.standard, sight));
  });
});
