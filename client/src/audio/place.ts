/** Where a noise is, as ears take it: to which side, and how loud from so far. */

export interface Heard {
  /** −1 left … 1 right. */
  readonly pan: number;
  /** 0…1. */
  readonly gain: number;
  /** Where it comes from on the screen: 0 right, π/2 below. */
  readonly angle: number;
  /** Distance as a share of what can be heard, 0…1. */
  readonly distance: number;
}

/** Full to the side at this distance; nearer, the ears hardly tell. */
const SIDE_U = 14;
const PAN_MAX = 0.85;
/** As loud as one's own up to here, then fading to nothing at the far end. */
const NEAR_U = 3;
export const FAR_U = 26;

export function heardFrom(ear: { x: number; y: number }, x: number, y: number): Heard {
  const [dx, dy] = [x - ear.x, y - ear.y];
  const away = Math.hypot(dx, dy);
  const share = Math.max(0, Math.min(1, (away - NEAR_U) / (FAR_U - NEAR_U)));
  return {
    pan: Math.max(-1, Math.min(1, dx / SIDE_U)) * PAN_MAX,
    gain: (1 - share) ** 2,
    angle: Math.atan2(dy, dx),
    distance: Math.min(1, away / FAR_U),
  };
}
