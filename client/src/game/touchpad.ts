/**
 * The arithmetic of touch: sticks that begin where the thumb comes down, and buttons
 * that aim when they are dragged. Places in CSS pixels; no DOM in here.
 */

import type { SkillRules } from "../net/messages";

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Push {
  /** Unit vector, or zero in the middle. */
  readonly dx: number;
  readonly dy: number;
  /** 0…1 of the stick's reach. */
  readonly share: number;
}

/** How far the thumb has to go for all of it, at a sensitivity of 1. */
export const STICK_PX = 62;
/** Less than this share of the reach is a resting thumb. */
const REST_SHARE = 0.18;

/** From where the thumb came down to where it is now. */
export function pushOf(origin: Place, thumb: Place, sensitivity: number): Push {
  const [x, y] = [thumb.x - origin.x, thumb.y - origin.y];
  const length = Math.hypot(x, y);
  const share = Math.min(1, length / (STICK_PX / sensitivity));
  if (share < REST_SHARE) return { dx: 0, dy: 0, share: 0 };
  return { dx: x / length, dy: y / length, share };
}

/** A stick's middle follows a thumb that runs away, so that turning back answers at once. */
export function followed(origin: Place, thumb: Place, sensitivity: number): Place {
  const [x, y] = [thumb.x - origin.x, thumb.y - origin.y];
  const length = Math.hypot(x, y);
  const reach = (STICK_PX / sensitivity) * 1.25;
  if (length <= reach) return origin;
  const excess = 1 - reach / length;
  return { x: origin.x + x * excess, y: origin.y + y * excess };
}

/**
 * Whether a skill's button waits for the thumb to come up, so that it can be aimed first.
 * What is held, charged, or answers a danger goes off at once.
 */
export function aimsFirst(skill: SkillRules | null): boolean {
  if (skill === null || skill.hold_ticks > 0) return false;
  return skill.kind === "area" || skill.kind === "wall" || skill.kind === "homing";
}
