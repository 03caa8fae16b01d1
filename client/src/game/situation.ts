/** What the player should be told now, judged from a view: prompts, banners, the countdown. */

import { StageKind } from "../net/protocol";
import type { MateRow, Snapshot } from "../net/rows";
import type { WorldView } from "./interpolate";

/** The nearest team mate who is down and within reach of the own body. */
export function fallenMate(view: WorldView, reach_u: number): MateRow | null {
  const { self } = view;
  if (self === null) return null;
  let nearest: MateRow | null = null;
  let distance = reach_u;
  for (const mate of view.mates) {
    const away = Math.hypot(mate.x - self.x, mate.y - self.y);
    if (!mate.down || away > distance) continue;
    nearest = mate;
    distance = away;
  }
  return nearest;
}

/** Whole seconds until play begins; null outside the countdown. */
export function countdownSeconds(
  snapshot: Snapshot,
  tick: number,
  tickRateHz: number,
): number | null {
  if (snapshot.stage !== StageKind.COUNTDOWN) return null;
  return Math.max(1, Math.ceil((snapshot.stageTick - tick) / tickRateHz));
}

/** Whether play began no longer than `within_s` ago. */
export function justBegan(
  snapshot: Snapshot,
  tick: number,
  tickRateHz: number,
  within_s: number,
): boolean {
  const since_s = (tick - snapshot.stageTick) / tickRateHz;
  return snapshot.stage === StageKind.PLAY && since_s >= 0 && since_s < within_s;
}
