/** Direction indices: 4096 to the turn, 0 = +x, 1024 = +y (down). */

import { DIRECTIONS, REACH_MAX } from "../net/protocol";

const STEP_RAD = (2 * Math.PI) / DIRECTIONS;

export function directionOf(dx: number, dy: number): number {
  const index = Math.round(Math.atan2(dy, dx) / STEP_RAD);
  return ((index % DIRECTIONS) + DIRECTIONS) % DIRECTIONS;
}

export function angleOf(direction: number): number {
  return direction * STEP_RAD;
}

/** The directions of shots that leave at once; the middle one along the aim, as the server fans. */
export function fan(aim: number, count: number, apart: number): number[] {
  const half = Math.floor((apart * (count - 1) + 1) / 2);
  return Array.from({ length: count }, (_, which) => aim + which * apart - half);
}

/** 0…255 for a cursor this far from the body, 255 = the full range of the skill. */
export function reachOf(distance_u: number, range_u: number): number {
  const share = Math.max(0, Math.min(1, distance_u / range_u));
  return Math.round(share * REACH_MAX);
}

/** Between two angles in radians, the short way round. */
export function lerpAngle(from: number, to: number, share: number): number {
  const turn = Math.atan2(Math.sin(to - from), Math.cos(to - from));
  return from + turn * share;
}
