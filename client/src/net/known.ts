/** What a client knows of a match, in the numbers of the wire (docs/protocol.md). */

/** Somebody else's body. */
export interface Body {
  x: number;
  y: number;
  aim: number;
  health: number;
  shield: number;
  flags: number;
  conditions: number;
  level: number;
  hold: number;
  beam_length: number;
}

/** Something in flight; `x`, `y` is where it was at `tick`. */
export interface Projectile {
  readonly kind: "projectile";
  /** Of all things on this connection no other has it, ever: ids are used again. */
  readonly key: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  owner: number;
  skill: number;
  radius: number;
  tick: number;
}

/** A circle that will go off. */
export interface Area {
  readonly kind: "area";
  readonly key: number;
  x: number;
  y: number;
  radius: number;
  owner: number;
  skill: number;
  fire_tick: number;
  until_tick: number;
}

/** A crate or a barrier, in units, not rounded. */
export interface Obstacle {
  readonly kind: "obstacle";
  readonly key: number;
  readonly what: number;
  readonly x_u: number;
  readonly y_u: number;
  readonly hx_u: number;
  readonly hy_u: number;
  readonly radius_u: number;
  readonly heading: number;
  readonly blocks: number;
  health: number;
}

/** An item that lies about. */
export interface Pickup {
  readonly kind: "pickup";
  readonly key: number;
  readonly x: number;
  readonly y: number;
  readonly item: number;
}

export type Thing = Projectile | Area | Obstacle | Pickup;

/** What a kind does not have is null; `x`, `y` are too where it happened to a body. */
export interface Happening {
  readonly kind: number;
  readonly a: number;
  readonly b: number | null;
  readonly cause: number | null;
  readonly amount: number | null;
  readonly x: number | null;
  readonly y: number | null;
}

/** One of the viewer's own skills. */
export interface Hand {
  skill: number;
  level: number;
  charges: number;
  ready_tick: number;
  recharge_tick: number;
  /** NEVER_HELD when no charge is held. */
  held_tick: number;
}

/** The own body's exact place, and the buttons in force, after the snapshot of `tick`. */
export interface Motion {
  readonly x_u: number;
  readonly y_u: number;
  readonly vx_ups: number;
  readonly vy_ups: number;
  readonly mana_mp: number;
  readonly buttons: number;
  readonly tick: number;
}

/** What decides how the own body moves, beside where it is and how fast. */
export interface Gait {
  readonly speed_ups: number;
  readonly dash_until_tick: number;
  readonly dash_direction: number;
  readonly dash_speed_ups: number;
  readonly channel_slot: number;
  readonly channel_since_tick: number;
  readonly channel_until_tick: number;
}

/** The figures of the match, and of the viewer. */
export function makeFigures() {
  return {
    alive: 0,
    teams_alive: 0,
    stage: 0,
    stage_tick: 0,
    zone_phase: 0,
    zone_state: 0,
    zone_since_tick: 0,
    zone_until_tick: 0,
    zone_x: 0,
    zone_y: 0,
    zone_radius: 0,
    next_x: 0,
    next_y: 0,
    next_radius: 0,
    eyes_slot: 65_535,
    self_flags: 0,
    body_flags: 0,
    conditions: 0,
    health: 0,
    health_max: 0,
    mana_max: 0,
    mana: 0,
    shield: 0,
    kills: 0,
    assists: 0,
    level: 0,
    progress: 0,
    combo: 0,
    revive: 0,
    beam_length: 0,
  };
}

export type Figures = ReturnType<typeof makeFigures>;

export const NEVER_HELD = 0xffff_ffff;

export function makeHand(): Hand {
  return {
    skill: 0,
    level: 0,
    charges: 0,
    ready_tick: 0,
    recharge_tick: 0,
    held_tick: NEVER_HELD,
  };
}
