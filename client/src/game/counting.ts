/**
 * Waiting until a match that is over is in one's profile. The server writes it down some
 * seconds after the end, later where its database lags.
 */

import type { Profile } from "../net/records";

export const TRIES = 12;
export const FIRST_WAIT_MS = 1500;
export const WAIT_MAX_MS = 8000;

export interface Waiting {
  profile(): Promise<Profile>;
  sleep(ms: number): Promise<void>;
  /** Whether nobody wants to know any more. */
  over(): boolean;
}

/** The profile with this match in it; null where it took too long, or nobody waits any more. */
export async function counted(matchId: string, waiting: Waiting): Promise<Profile | null> {
  let waitMs = FIRST_WAIT_MS;
  for (let tried = 0; tried < TRIES; tried += 1) {
    await waiting.sleep(waitMs);
    waitMs = Math.min(WAIT_MAX_MS, waitMs * 1.4);
    if (waiting.over()) return null;
    // Whatever goes wrong may go right the next time; there is nothing the player could do.
    const profile = await waiting.profile().catch(() => null);
    if (waiting.over()) return null;
    const last = profile?.last ?? null;
    if (last !== null && last.matchId === matchId && last.reason !== null) return profile;
  }
  return null;
}
