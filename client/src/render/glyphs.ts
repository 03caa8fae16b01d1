/**
 * Line drawings on a 24 × 24 grid: the same for the glass (SVG) and for the world
 * (canvas). What has no drawing of its own gets that of its kind.
 */

const SHIELD =
  "M12 3l7.500 2.800v5.700c0 4.800-3.200 7.900-7.500 9.500c-4.300-1.600-7.500-4.700-7.500-9.500V5.800z";
const EYE =
  "M2.500 12C5 7.800 8.300 5.700 12 5.700s7 2.100 9.500 6.300c-2.500 4.200-5.800 6.300-9.500 6.300S5 16.200 2.500 12z";
const PUPIL = "M12 9.300a2.700 2.700 0 1 0 0 5.400a2.700 2.700 0 1 0 0-5.400z";
const RING = "M12 3.500a8.500 8.500 0 1 0 0 17a8.500 8.500 0 1 0 0-17z";
const FLAME =
  "M12 21c-4 0-6.500-2.600-6.500-6.200c0-4.300 4.200-5.600 4.600-11.300c4 2 5 4.900 4.600 7.500c1-.400 1.700-1.200 2-2.200c1.200 1.700 1.800 3.800 1.800 6c0 3.600-2.500 6.200-6.500 6.200z";
const DROP = "M12 3.500c3.600 4.200 6 7.200 6 10.700a6 6 0 0 1-12 0C6 10.700 8.400 7.700 12 3.500z";

export const GLYPHS = {
  // The glass
  zone: [RING, "M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6z"],
  left: ["M10 4H5v16h5", "M14 8l4 4-4 4", "M9 12h9"],
  alive: [
    "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8z",
    "M4.500 20.500c.8-4 3.800-6 7.500-6s6.700 2 7.500 6",
  ],
  teams: [
    "M8.500 5a3.400 3.400 0 1 0 0 6.800a3.400 3.400 0 1 0 0-6.800z",
    "M2.500 20c.6-3.600 3-5.300 6-5.300s5.400 1.700 6 5.300",
    "M15.500 5.600a3.200 3.200 0 0 1 0 6",
    "M17.500 15c2.300.6 3.600 2.200 4 5",
  ],
  kills: ["M6 6l12 12", "M18 6L6 18"],
  heart: [
    "M12 20S4 14.800 4 9.300A4.300 4.300 0 0 1 12 7a4.300 4.300 0 0 1 8 2.300C20 14.800 12 20 12 20z",
  ],
  mana: [DROP],
  pool: [SHIELD],
  death: [
    "M12 3.500c-4.600 0-7.500 3-7.500 7c0 2.600 1.300 4.600 3.500 5.700V19h8v-2.800c2.200-1.100 3.500-3.100 3.500-5.700c0-4-2.900-7-7.500-7z",
    "M9 10v1.600",
    "M15 10v1.600",
    "M10.500 19v2",
    "M13.500 19v2",
  ],
  blood: [DROP, "M9 14.500a3 3 0 0 0 3 3"],
  thorns: ["M12 12l-8-5", "M12 12l8-5", "M12 12v9", "M12 12l-6 6", "M12 12l6 6", "M12 12V3"],
  help: ["M12 4v16", "M4 12h16"],
  hidden: ["M4 20C4 10 10 4 20 4c0 10-6 16-16 16z", "M4 20L14 10"],
  spotted: [EYE, PUPIL],
  // Conditions
  stunned: [
    "M12 3l2 4.500 4.800.5-3.600 3.200 1 4.800L12 13.600 7.800 16l1-4.800L5.200 8l4.800-.5z",
    "M4 20.500c5 1.300 11 1.300 16 0",
  ],
  rooted: [
    "M12 3v9",
    "M12 12c0 4-3 4-3 9",
    "M12 12c0 4 4 4 4 9",
    "M12 8c-4 2-6 4-6.500 9",
    "M12 8c4 2 6 4 6.500 8",
  ],
  slowed: [
    "M12 3v18",
    "M4.200 7.500l15.600 9",
    "M19.800 7.500l-15.600 9",
    "M9.500 4.500L12 7l2.500-2.500",
    "M9.500 19.500L12 17l2.500 2.500",
  ],
  hasted: ["M5 13l7-7 7 7", "M5 20l7-7 7 7"],
  burning: [FLAME],
  revealed: [EYE, PUPIL],
  // Kinds of skills
  projectile: ["M3 12h8", "M14 8l7 4-7 4z", "M3 8h5", "M3 16h5"],
  homing: ["M3 18c8 1 13-3 14-10", "M12.500 10.500L17.200 6l3.300 5.600"],
  area: [
    "M12 3v4",
    "M12 17v4",
    "M3 12h4",
    "M17 12h4",
    "M5.600 5.600l2.900 2.900",
    "M15.500 15.500l2.900 2.900",
    "M5.600 18.400l2.900-2.900",
    "M15.500 8.500l2.900-2.900",
    "M12 9.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 1 0 0-5z",
  ],
  beam: ["M3 12h18", "M3 8.500h9", "M3 15.500h9", "M17.500 8.500L21 12l-3.500 3.500"],
  dash: ["M4 5l7 7-7 7", "M12 5l7 7-7 7"],
  shield: [SHIELD],
  heal: ["M9.500 4h5v5.500H20v5h-5.500V20h-5v-5.500H4v-5h5.500z"],
  wall: ["M3 6h18v12H3z", "M3 12h18", "M9 6v6", "M15 6v6", "M12 12v6", "M6 12v6", "M18 12v6"],
  // Skills with a drawing of their own
  cleave: ["M4 17C6 8 13 3.500 20 5c-3 8-9 12-16 12z", "M4 20.500c7 0 14-4 17.500-11"],
  shield_bash: [SHIELD, "M12 7.500v6", "M9 10.500h6"],
  shield_wall: [
    "M3 7l3-1.500L9 7v7c0 2-1.300 3.300-3 4c-1.700-.7-3-2-3-4z",
    "M15 7l3-1.500L21 7v7c0 2-1.300 3.300-3 4c-1.700-.7-3-2-3-4z",
    "M9 8h6v8H9",
  ],
  charge: ["M3 9h6", "M2 12h9", "M3 15h6", "M13 5l7 7-7 7z"],
  firebolt: [
    "M3 8h4",
    "M2 12h4",
    "M3 16h4",
    "M9 12c0-3.500 3-6 8-6c-1 2 1 2.500 4 2.500c-1.500 1.500-1.500 5.500 0 7c-3 0-5 .5-4 2.500c-5 0-8-2.500-8-6z",
  ],
  fireball: [
    FLAME,
    "M12 21c-1.800 0-3-1.200-3-2.900c0-1.800 1.500-2.600 3-4.600c1.500 2 3 2.800 3 4.600c0 1.700-1.200 2.900-3 2.900z",
  ],
  frost_ray: [
    "M3 12h12",
    "M19 7v10",
    "M14.700 9.500l8.600 5",
    "M23.300 9.500l-8.600 5",
    "M3 8.500h6",
    "M3 15.500h6",
  ],
  blink: [
    "M5.500 5.500a9 9 0 0 1 13 0",
    "M18.500 18.500a9 9 0 0 1-13 0",
    "M12 7.500l1.500 3 3 1.500-3 1.500-1.500 3-1.500-3-3-1.500 3-1.500z",
  ],
  longshot: ["M3 21L20 4", "M14 4h6v6", "M3 16v5h5", "M6.500 13v4.500H11"],
  seeker: [
    "M3 19c9 1 14-3 15-10",
    "M13.500 11.500L18.200 7l3.300 5.600",
    "M5 5a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
  ],
  first_aid: ["M4 8h16v11H4z", "M9 8V5h6v3", "M12 10.800v5.400", "M9.300 13.500h5.400"],
  roll: ["M19.500 12a7.500 7.500 0 1 1-2.800-5.800", "M17.500 2.500v4.300h-4.300", "M8 12h7"],
  thorn_darts: [
    "M4 12h15",
    "M5 18L17 6.500",
    "M5 6l12 11.500",
    "M16 9.500l3.500 2.500-3.500 2.500",
  ],
  entangle: [
    "M12 21V9",
    "M12 14c-6 0-8-3-8-8c5 0 8 3 8 8z",
    "M12 11c0-4 3-7 8-7c0 5-3 8-8 7z",
    "M5 21c2-3 12-3 14 0",
  ],
  regrowth: [
    "M12 21v-8",
    "M12 13c-5 0-8-2.500-8-8c5.500 0 8 3 8 8z",
    "M12 16c0-4 2.500-6.500 7.500-6.500c0 4.500-3 6.500-7.500 6.500z",
    "M16 3.500v4",
    "M14 5.500h4",
  ],
  barkskin: [
    SHIELD,
    "M12 7c-1.500 2-1.500 7 0 10",
    "M8.500 8.500c-.6 2-.5 4.500.5 6.500",
    "M15.500 8.500c.6 2 .5 4.500-.5 6.500",
  ],
  // Kinds of items
  health: ["M9.500 4h5v5.500H20v5h-5.500V20h-5v-5.500H4v-5h5.500z"],
  experience: [
    "M12 6c-2-1.600-4.700-2-8-2v14c3.300 0 6 .4 8 2c2-1.600 4.700-2 8-2V4c-3.300 0-6 .4-8 2z",
    "M12 6v14",
  ],
  upgrade: ["M12 2.500l7 9.500-7 9.500-7-9.500z", "M12 8v8", "M8.800 11.200L12 8l3.200 3.200"],
  // Choices of the title screen
  any: [
    "M4 7h4l8 10h4",
    "M4 17h4l2-2.500",
    "M14 9.500L16 7h4",
    "M18 4.500L20.500 7 18 9.500",
    "M18 14.500l2.500 2.500-2.500 2.500",
  ],
  drop: [
    "M12 21c-4-5.500-6-8.500-6-11.500a6 6 0 0 1 12 0c0 3-2 6-6 11.500z",
    "M12 7.500a2 2 0 1 0 0 4a2 2 0 1 0 0-4z",
  ],
} as const;

export type GlyphName = keyof typeof GLYPHS;

export function isGlyph(name: string): name is GlyphName {
  return Object.hasOwn(GLYPHS, name);
}

/** "Shield bash" and "shield_bash" are the same drawing. */
export function skillGlyph(nameOrTitle: string, kind: string): GlyphName {
  const name = nameOrTitle.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  if (isGlyph(name)) return name;
  return isGlyph(kind) ? kind : "projectile";
}

const STATUS_GLYPHS: Readonly<Record<string, GlyphName>> = {
  slow: "slowed",
  root: "rooted",
  stun: "stunned",
  burn: "burning",
  haste: "hasted",
  reveal: "revealed",
};

export function statusGlyph(kind: string): GlyphName {
  return STATUS_GLYPHS[kind] ?? "spotted";
}

const ITEM_GLYPHS: Readonly<Record<string, GlyphName>> = {
  health: "health",
  mana: "mana",
  shield: "pool",
  experience: "experience",
  upgrade: "upgrade",
};

export function itemGlyph(kind: string): GlyphName {
  return ITEM_GLYPHS[kind] ?? "upgrade";
}

/** Strokes a glyph centred on the origin, `side` long, with the context's stroke style. */
export function strokeGlyph(
  ctx: CanvasRenderingContext2D,
  name: GlyphName,
  side: number,
  width = 2,
): void {
  ctx.save();
  ctx.scale(side / 24, side / 24);
  ctx.translate(-12, -12);
  ctx.lineWidth = width;
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  for (const path of GLYPHS[name]) ctx.stroke(new Path2D(path));
  ctx.restore();
}
