/** What somebody died of: its icon, and words with and without a killer. */

import type { World } from "../game/world";
import type { Kill } from "../net/messages";
import { Cause } from "../net/protocol";
import { type GlyphName, skillGlyph, statusGlyph } from "../render/glyphs";

export interface CauseWords {
  readonly glyph: GlyphName;
  /** "Bea …" */
  readonly alone: string;
  /** "Ann … Bea" */
  readonly by: string;
  /** On the own death card, before " by Ann". */
  readonly title: string;
}

const FIXED: Readonly<Record<number, CauseWords>> = {
  [Cause.ZONE]: {
    glyph: "zone",
    alone: "fell to the zone",
    by: "left to the zone",
    title: "Lost to the zone",
  },
  [Cause.SUDDEN_DEATH]: {
    glyph: "death",
    alone: "fell in sudden death",
    by: "outlasted",
    title: "Fell in sudden death",
  },
  [Cause.LEFT]: {
    glyph: "left",
    alone: "left the match",
    by: "drove out",
    title: "Left the match",
  },
  [Cause.BLED_OUT]: {
    glyph: "blood",
    alone: "bled out",
    by: "let bleed out",
    title: "Bled out",
  },
  [Cause.THORNS]: {
    glyph: "thorns",
    alone: "ran into thorns",
    by: "pricked",
    title: "Killed by thorns",
  },
};

export function causeWords(cause: number, world: World): CauseWords {
  const fixed = FIXED[cause];
  if (fixed !== undefined) return fixed;
  const { skills, statuses } = world.welcome.rules;
  const skill = skills[cause];
  if (cause < Cause.STATUS && skill !== undefined) {
    return named(skillGlyph(skill.name, skill.kind), skill.title);
  }
  const status = statuses[cause - Cause.STATUS];
  if (status !== undefined) return named(statusGlyph(status.kind), status.title);
  return named("kills", "unknown causes");
}

function named(glyph: GlyphName, title: string): CauseWords {
  const lower = title.toLowerCase();
  return { glyph, alone: `fell to ${lower}`, by: `got with ${lower}`, title };
}

/** For the death screen: what it was, said in words. */
export function deathText(kill: Kill, world: World): string {
  const { title } = causeWords(kill.cause, world);
  if (kill.killer === null || kill.killer === kill.victim) return title;
  const name = world.nameOf(kill.killer);
  return kill.cause < Cause.ZONE || kill.cause === Cause.THORNS
    ? `${title}, by ${name}`
    : `${title}, hunted by ${name}`;
}
