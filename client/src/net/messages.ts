/** What the messages say once they are decoded: values in units, ticks and hp. */

export interface Wall {
  /** Centre, half extents of the core box, and the radius it is rounded out by. */
  readonly cx: number;
  readonly cy: number;
  readonly hx: number;
  readonly hy: number;
  readonly r: number;
}

export interface GameMap {
  readonly name: string;
  readonly width_u: number;
  readonly height_u: number;
  readonly walls: readonly Wall[];
}

export interface Rules {
  readonly body_radius_u: number;
  readonly health_max_hp: number;
  readonly view_width_u: number;
  readonly view_height_u: number;
  readonly shot_radius_u: number;
  readonly shot_speed_ups: number;
  readonly shot_range_u: number;
  readonly shot_cooldown_ticks: number;
  readonly blast_radius_u: number;
  readonly blast_range_u: number;
  readonly blast_fuse_ticks: number;
  readonly blast_cooldown_ticks: number;
  readonly dash_cooldown_ticks: number;
  readonly dash_ticks: number;
}

export interface Entrant {
  readonly slot: number;
  readonly name: string;
  readonly bot: boolean;
}

export interface Welcome {
  readonly kind: "welcome";
  readonly version: number;
  readonly slot: number;
  readonly tickRateHz: number;
  readonly tick: number;
  readonly matchId: string;
  readonly map: GameMap;
  readonly rules: Rules;
  readonly roster: readonly Entrant[];
}

export interface Joined {
  readonly kind: "joined";
  readonly entrant: Entrant;
}

export interface Refusal {
  readonly kind: "error";
  readonly code: string;
  readonly message: string;
  readonly retryAfterS: number | null;
}

export interface Pong {
  readonly kind: "pong";
  readonly nonce: number;
}

export interface Result {
  readonly kind: "result";
  readonly placement: number;
  readonly entrants: number;
  readonly kills: number;
  readonly damageHp: number;
  readonly ticksAlive: number;
  /** Slot of the winner; null while the match runs, or when nobody was left. */
  readonly winner: number | null;
  readonly over: boolean;
}

export interface Kill {
  readonly kind: "kill";
  readonly tick: number;
  readonly victim: number;
  readonly killer: number | null;
  readonly cause: number;
}

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface PlayerRow {
  readonly slot: number;
  readonly x: number;
  readonly y: number;
  /** Direction index 0…4095. */
  readonly aim: number;
  /** 0…1 */
  readonly health: number;
  readonly dashing: boolean;
  readonly bot: boolean;
}

export interface ProjectileRow {
  /** Slot and generation in one number: names one projectile for its whole life. */
  readonly key: number;
  readonly x: number;
  readonly y: number;
  readonly direction: number;
  readonly owner: number;
}

export interface AreaRow {
  readonly key: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly fuseTicks: number;
  readonly owner: number;
}

export interface EventRow {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
  readonly detail: number;
}

export interface Snapshot {
  readonly kind: "snapshot";
  readonly tick: number;
  readonly ackSeq: number;
  readonly selfSlot: number;
  readonly alive: number;
  readonly matchState: number;
  readonly zonePhase: number;
  readonly zoneState: number;
  readonly selfAlive: boolean;
  readonly zoneChangeTick: number;
  readonly zone: Circle;
  readonly next: Circle;
  readonly selfHealthHp: number;
  readonly selfKills: number;
  readonly shotWaitTicks: number;
  readonly blastWaitTicks: number;
  readonly dashWaitTicks: number;
  readonly players: readonly PlayerRow[];
  readonly projectiles: readonly ProjectileRow[];
  readonly areas: readonly AreaRow[];
  readonly events: readonly EventRow[];
}

export type ServerMessage = Welcome | Snapshot | Joined | Refusal | Pong | Result | Kill;
