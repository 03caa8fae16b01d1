/** The events of a snapshot. */

import { fail } from "./checks";
import type { Cursor } from "./cursor";
import type { Happening } from "./known";
import { EventKind } from "./protocol";

const HAS_PLACE = 128;
const EVENTS_MAX = 40;

/** What a kind has beside `a`; and whether, without a place, it happens at a body. */
interface Form {
  readonly b: boolean;
  readonly cause: boolean;
  readonly amount: boolean;
  readonly atBody: boolean;
}

/** Letters: b, c(ause), (a)m(ount), and @ for a body. */
function form(letters: string): Form {
  const has = (letter: string) => letters.includes(letter);
  return { b: has("b"), cause: has("c"), amount: has("m"), atBody: has("@") };
}

const FORMS: Readonly<Record<number, Form>> = {
  [EventKind.CAST]: form("c@"),
  [EventKind.HIT]: form("bcm@"),
  [EventKind.SHIELDED]: form("bcm@"),
  [EventKind.HEAL]: form("bcm@"),
  [EventKind.BURST]: form("cm"),
  [EventKind.WALL_HIT]: form("c"),
  [EventKind.DEATH]: form("bc"),
  [EventKind.DOWN]: form("bc@"),
  [EventKind.REVIVE]: form("b@"),
  [EventKind.CRATE_BROKEN]: form(""),
  [EventKind.BARRIER_GONE]: form(""),
  [EventKind.PICKUP]: form("c@"),
  [EventKind.LEVEL]: form("m@"),
};
const UNKNOWN = form("bcm");

/** Of the kinds that happen to a body, those where it is b's. */
const AT_B: ReadonlySet<number> = new Set([
  EventKind.HIT,
  EventKind.SHIELDED,
  EventKind.HEAL,
  EventKind.REVIVE,
]);

export function readEvents(from: Cursor): Happening[] {
  const count = from.upTo(EVENTS_MAX, from.u8(), "snapshot.events");
  return Array.from({ length: count }, () => readEvent(from));
}

function readEvent(from: Cursor): Happening {
  const first = from.u8();
  const kind = first & ~HAS_PLACE;
  const { b, cause, amount, atBody } = FORMS[kind] ?? UNKNOWN;
  const hasPlace = (first & HAS_PLACE) !== 0;
  if (!hasPlace && !atBody) fail("event.kind", "a place", kind);
  return {
    kind,
    a: from.n(),
    b: b ? from.n() : null,
    cause: cause ? from.u8() : null,
    amount: amount ? from.u16() : null,
    x: hasPlace ? from.u16() : null,
    y: hasPlace ? from.u16() : null,
  };
}

/** Whose body it happens to. */
export function bodyOf({ kind, a, b }: Happening): number {
  return AT_B.has(kind) && b !== null ? b : a;
}
