/** From intent to velocity to position: `systems/kernels/movement.py`, operation by operation. */

import { Blocks, Button, Condition, StageKind } from "../net/protocol";
import { TABLE } from "./directions";
import type { Command, Facts, OwnState } from "./state";
import type { Walls } from "./wallgrid";
import { glide, type Place } from "./walls";

/** A dash ends at once for whoever is rooted, stunned or knocked down. */
export function endDash(body: OwnState): void {
  const stopped = body.down || (body.flags & (Condition.ROOTED | Condition.STUNNED)) !== 0;
  if (stopped && body.tick < body.dash_until_tick) body.dash_until_tick = body.tick;
}

/** The velocity cut to running speed, then brought towards a wish by at most `step_ups`. */
function approach(body: OwnState, wishX: number, wishY: number, step_ups: number): void {
  let vx = body.vx_ups;
  let vy = body.vy_ups;
  const speed = Math.sqrt(vx * vx + vy * vy);
  if (speed > body.speed_ups) {
    vx = vx * (body.speed_ups / speed);
    vy = vy * (body.speed_ups / speed);
  }
  const gapX = wishX - vx;
  const gapY = wishY - vy;
  const gap = Math.sqrt(gapX * gapX + gapY * gapY);
  if (gap <= step_ups) {
    body.vx_ups = wishX;
    body.vy_ups = wishY;
    return;
  }
  body.vx_ups = vx + gapX * (step_ups / gap);
  body.vy_ups = vy + gapY * (step_ups / gap);
}

/** The velocity of this tick: a dash sets it outright, in the countdown nobody wants to move. */
export function steer(body: OwnState, command: Command, facts: Facts): void {
  if (body.tick < body.dash_until_tick) {
    body.vx_ups = (TABLE[2 * body.dash_direction] as number) * body.dash_speed_ups;
    body.vy_ups = (TABLE[2 * body.dash_direction + 1] as number) * body.dash_speed_ups;
    return;
  }
  let wishX = 0.0;
  let wishY = 0.0;
  if ((body.buttons & Button.MOVE) !== 0 && body.stage !== StageKind.COUNTDOWN) {
    wishX = (TABLE[2 * command.move] as number) * body.speed_ups;
    wishY = (TABLE[2 * command.move + 1] as number) * body.speed_ups;
  }
  approach(body, wishX, wishY, facts.acceleration_upss * facts.dt_s);
}

const rest: Place = { x_u: 0.0, y_u: 0.0 };

/** Moves by the velocity for one tick; it becomes what was really travelled, never more. */
export function moveBody(body: OwnState, facts: Facts, walls: Walls): void {
  const vx = body.vx_ups;
  const vy = body.vy_ups;
  if (vx === 0.0 && vy === 0.0) return;
  const dx = vx * facts.dt_s;
  const dy = vy * facts.dt_s;
  glide(body.x_u, body.y_u, dx, dy, facts.radius_u, Blocks.MOVE, walls, rest);
  const x = rest.x_u;
  const y = rest.y_u;
  if (x !== body.x_u + dx || y !== body.y_u + dy) {
    const realX = (x - body.x_u) / facts.dt_s;
    const realY = (y - body.y_u) / facts.dt_s;
    const real = realX * realX + realY * realY;
    const wanted = vx * vx + vy * vy;
    if (real <= wanted) {
      body.vx_ups = realX;
      body.vy_ups = realY;
    } else {
      const shorter = Math.sqrt(wanted / real);
      body.vx_ups = realX * shorter;
      body.vy_ups = realY * shorter;
    }
  }
  body.x_u = x;
  body.y_u = y;
}
