/**
 * The colours of the game. Dusk in a caldera: cool ash ground, warm lit stone.
 *
 * Sides differ in lightness as well as in hue (own: lightest, yellow; team mates: light
 * mint; hostile people: middle, red-orange; hostile bots: middle, sky blue), so they stay
 * apart in the common kinds of colour blindness, and each has a mark of its own besides.
 * What somebody can do is told by shape: see figures.ts.
 */

import type { PaletteName } from "../settings/schema";

export const INK = 0x12181b;
export const SAND = 0xf4ead5;

/** Who is whose: light for faces, deep for rims. */
export interface Sides {
  readonly self: number;
  readonly selfDeep: number;
  readonly mate: number;
  readonly mateDeep: number;
  readonly foe: number;
  readonly foeDeep: number;
  readonly bot: number;
  readonly botDeep: number;
}

/** Each of the others keeps its sides apart for the sight it is named after. */
export const SIDES: Readonly<Record<PaletteName, Sides>> = {
  standard: {
    ...{ self: 0xffd447, selfDeep: 0xb97d12, mate: 0xa6f0c6, mateDeep: 0x23805c },
    ...{ foe: 0xff6d4d, foeDeep: 0xa52f1c, bot: 0x69bdec, botDeep: 0x22618c },
  },
  deuteranopia: {
    ...{ self: 0xfff0a0, selfDeep: 0xa8862a, mate: 0xcfe6ff, mateDeep: 0x4d6f9c },
    ...{ foe: 0xe8650c, foeDeep: 0x7d3304, bot: 0x4f86ff, botDeep: 0x1d3f96 },
  },
  protanopia: {
    ...{ self: 0xfff27a, selfDeep: 0xa88f1c, mate: 0xcfe6ff, mateDeep: 0x4d6f9c },
    ...{ foe: 0xf06a10, foeDeep: 0x843605, bot: 0x4f86ff, botDeep: 0x1d3f96 },
  },
  tritanopia: {
    ...{ self: 0xfff0d8, selfDeep: 0x9a8360, mate: 0x8affea, mateDeep: 0x1f7f72 },
    ...{ foe: 0xff4f5e, foeDeep: 0x8f1626, bot: 0x1f98b4, botDeep: 0x0d4c5c },
  },
};

// Live bindings: whoever paints reads them at that moment. What was painted before stays
// as it is, so a change of palette has the picture painted anew.
export let SELF = SIDES.standard.self;
export let SELF_DEEP = SIDES.standard.selfDeep;
export let MATE = SIDES.standard.mate;
export let MATE_DEEP = SIDES.standard.mateDeep;
export let FOE = SIDES.standard.foe;
export let FOE_DEEP = SIDES.standard.foeDeep;
export let BOT = SIDES.standard.bot;
export let BOT_DEEP = SIDES.standard.botDeep;

export function usePalette(name: PaletteName): Sides {
  const sides = SIDES[name];
  [SELF, SELF_DEEP, MATE, MATE_DEEP] = [sides.self, sides.selfDeep, sides.mate, sides.mateDeep];
  [FOE, FOE_DEEP, BOT, BOT_DEEP] = [sides.foe, sides.foeDeep, sides.bot, sides.botDeep];
  return sides;
}

export const BLAST = 0xffa02e;
export const HEALING = 0x9df07a;
export const MANA = 0x6fb4ff;
export const WARD = 0xc9efff;
export const LORE = 0xd9a8ff;
export const FROST = 0x9be7ff;
export const FIRE = 0xff8a2b;
export const LEAF = 0x86c95a;
export const LEAF_LIT = 0xb7dd7d;
export const LEAF_DEEP = 0x2c4a2a;
export const WOOD = 0xb98a4f;
export const WOOD_LIT = 0xdcb479;
export const WOOD_DEEP = 0x5b3d1e;
export const IRON = 0x8fa3a8;
export const SPARK = 0xfff1c9;
export const BLOOD = 0xff5140;
export const DUST = 0xcfc6ad;
export const SCORCH = 0x15110f;

export const ZONE_EDGE = 0xdffbff;
export const ZONE_GLOW = 0x54e0ff;
export const ZONE_TINT = 0x2b1560;
export const ZONE_HATCH = 0x8c6bff;

export const WATER = 0x2f5568;
export const VOID = 0x10161b;

/** Ground tones from hollow to ridge, as red, green, blue. */
export const GROUND_LOW: Rgb = [62, 73, 71];
export const GROUND_MID: Rgb = [77, 89, 84];
export const GROUND_HIGH: Rgb = [97, 104, 93];

export const STONE_TOP = 0xcdbb94;
export const STONE_TOP_LIT = 0xe2d3af;
export const STONE_LIT = 0xf3e7c8;
export const STONE_SHADE = 0x6e5d45;
export const STONE_LINE = 0x2c261d;

export type Rgb = readonly [red: number, green: number, blue: number];

/** For canvas and CSS: `css(INK, 0.5)`. */
export function css(colour: number, alpha = 1): string {
  return `rgba(${(colour >> 16) & 255}, ${(colour >> 8) & 255}, ${colour & 255}, ${alpha})`;
}
