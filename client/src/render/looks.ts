/**
 * How skills look in the world: a colour and a form each. A skill that is new to this
 * page takes the look of its kind, so balance data can grow without it.
 */

import type { Side } from "../game/world";
import type { SkillRules } from "../net/messages";
import {
  BLAST,
  BOT,
  BOT_DEEP,
  FIRE,
  FOE,
  FOE_DEEP,
  FROST,
  HEALING,
  LEAF_LIT,
  MATE,
  MATE_DEEP,
  SAND,
  SELF,
  SELF_DEEP,
  SPARK,
  WARD,
} from "./palette";

/** Shape of a projectile's head. */
export type Head = "orb" | "fire" | "arrow" | "seeker" | "thorn";
/** What an area looks like when it goes off. */
export type Burst = "slash" | "bash" | "roots" | "bloom" | "blast";

export interface Look {
  readonly colour: number;
  readonly head: Head;
  readonly burst: Burst;
}

const PLAIN: Look = { colour: BLAST, head: "orb", burst: "blast" };

const BY_KIND: Readonly<Record<string, Look>> = {
  homing: { ...PLAIN, colour: SPARK, head: "seeker" },
  beam: { ...PLAIN, colour: FROST },
  shield: { ...PLAIN, colour: WARD },
  heal: { ...PLAIN, colour: HEALING, burst: "bloom" },
  wall: { ...PLAIN, colour: SAND },
};

const BY_NAME: Readonly<Record<string, Look>> = {
  cleave: { ...PLAIN, colour: SAND, burst: "slash" },
  shield_bash: { ...PLAIN, colour: WARD, burst: "bash" },
  firebolt: { ...PLAIN, colour: FIRE, head: "fire" },
  fireball: { ...PLAIN, colour: FIRE, head: "fire" },
  longshot: { ...PLAIN, colour: SAND, head: "arrow" },
  thorn_darts: { ...PLAIN, colour: LEAF_LIT, head: "thorn" },
  entangle: { ...PLAIN, colour: LEAF_LIT, burst: "roots" },
  regrowth: { ...PLAIN, colour: HEALING, burst: "bloom" },
  barkskin: { ...PLAIN, colour: LEAF_LIT },
};

export function lookOf(skill: SkillRules | null): Look {
  if (skill === null) return PLAIN;
  return BY_NAME[skill.name] ?? BY_KIND[skill.kind] ?? PLAIN;
}

export interface Shades {
  readonly light: number;
  readonly deep: number;
}

/** Colours of a body; hostile bots have their own. */
export function shadesOf(side: Side, bot: boolean): Shades {
  if (side === "self") return { light: SELF, deep: SELF_DEEP };
  if (side === "mate") return { light: MATE, deep: MATE_DEEP };
  return bot ? { light: BOT, deep: BOT_DEEP } : { light: FOE, deep: FOE_DEEP };
}

/** Colour of what somebody threw or shot. */
export function colourOf(side: Side): number {
  return shadesOf(side, false).light;
}
