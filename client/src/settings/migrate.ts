/** What an earlier page stored → what this one reads, one version at a time. */

type Stored = Readonly<Record<string, unknown>>;
export type Step = (old: Stored) => Stored;

/**
 * STEPS[v] turns what version v wrote into what version v + 1 writes. Add one whenever a
 * setting changes its name or its meaning; a new setting needs none, it has a default.
 */
export const STEPS: readonly Step[] = [
  // Version 0 is whatever carries no number: its values are judged one by one all the same.
  (old) => old,
];

/** The version this page writes. */
export const VERSION = STEPS.length;

/** Null where nothing can be made of it. */
export function migrate(text: string, steps: readonly Step[] = STEPS): Stored | null {
  let stored: Stored;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
    stored = parsed as Stored;
  } catch {
    return null;
  }
  const { version } = stored;
  const known = Number.isInteger(version) && (version as number) >= 0 ? (version as number) : 0;
  // A later version's values are taken as they are: what this page knows of them still fits.
  for (const step of steps.slice(known)) stored = step(stored);
  return stored;
}
