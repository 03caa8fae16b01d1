/**
 * The colours of the game. Dusk in a caldera: cool ash ground, warm lit stone.
 *
 * Sides differ in lightness as well as in hue (own: lightest, yellow; team mates: light
 * mint; hostile people: middle, red-orange; hostile bots: middle, sky blue), so they stay
 * apart in the common kinds of colour blindness, and each has a mark of its own besides.
 * What somebody can do is told by shape: see figures.ts.
 */

export const INK = 0x12181b;
export const SAND = 0xf4ead5;

export const SELF = 0xffd447;
export const SELF_DEEP = 0xb97d12;
export const MATE = 0xa6f0c6;
export const MATE_DEEP = 0x23805c;
export const FOE = 0xff6d4d;
export const FOE_DEEP = 0xa52f1c;
export const BOT = 0x69bdec;
export const BOT_DEEP = 0x22618c;

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
