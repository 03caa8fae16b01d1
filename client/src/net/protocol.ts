/**
 * The numbers of wire protocol version 3, and nothing else: the seam where a
 * generated file can take over. The meaning of each is in docs/protocol.md.
 */

export const PROTOCOL_VERSION = 3;

/** First element of every message from the client. */
export const ClientKind = { JOIN: 1, INPUT: 2, PING: 3, SPECTATE: 4 } as const;

/** First element of every message from the server. */
export const ServerKind = {
  WELCOME: 1,
  SNAPSHOT: 2,
  JOINED: 3,
  ERROR: 4,
  PONG: 5,
  RESULT: 6,
  KILL: 7,
} as const;

/** JOIN: a role that leaves the choice to the server, and a drop that leaves it to the rules. */
export const ROLE_ANY = 255;
export const DROP_ANYWHERE = 0;
export const DROPS_MAX = 9;

/** The button of skill slot s is PRIMARY << s. */
export const Button = {
  MOVE: 1,
  PRIMARY: 2,
  SECONDARY: 4,
  SPECIAL: 8,
  MOBILITY: 16,
  INTERACT: 32,
} as const;
/** Among the buttons of INPUT, but none: asks for the exact own state. */
export const RESYNC = 64;

export const SKILL_SLOTS = 4;

/** Causes below STATUS are skills, those from STATUS to below ZONE are statuses. */
export const Cause = {
  STATUS: 128,
  ZONE: 240,
  SUDDEN_DEATH: 241,
  LEFT: 242,
  BLED_OUT: 243,
  THORNS: 244,
} as const;

export const EventKind = {
  CAST: 1,
  HIT: 2,
  SHIELDED: 3,
  HEAL: 4,
  BURST: 5,
  WALL_HIT: 6,
  DEATH: 7,
  DOWN: 8,
  REVIVE: 9,
  CRATE_BROKEN: 10,
  BARRIER_GONE: 11,
  PICKUP: 12,
  LEVEL: 13,
} as const;

export const StageKind = { COUNTDOWN: 0, PLAY: 1, SUDDEN_DEATH: 2, OVER: 3 } as const;
export const ZoneState = { WAITING: 0, SHRINKING: 1, CLOSED: 2 } as const;
export const ObstacleKind = { CRATE: 1, BARRIER: 2 } as const;

/** What a wall stops: bodies, shots, looks. */
export const Blocks = { MOVE: 1, SHOTS: 2, SIGHT: 4, ALL: 7 } as const;

export const SelfFlag = {
  ALIVE: 1,
  DOWN: 2,
  CHANNELLING: 4,
  IN_BUSH: 8,
  SEEN: 16,
  REVIVED: 32,
} as const;

export const PlayerFlag = {
  DASHING: 1,
  DOWN: 2,
  CHANNELLING: 4,
  HOLDING: 8,
  IN_BUSH: 16,
  SHIELDED: 32,
} as const;

export const Condition = {
  STUNNED: 1,
  ROOTED: 2,
  SLOWED: 4,
  HASTED: 8,
  BURNING: 16,
  REVEALED: 32,
} as const;

export const NOBODY = 65_535;
export const DIRECTIONS = 4096;
export const REACH_MAX = 255;
export const U32_MAX = 0xffff_ffff;

/** Fixed-point scales: the wire value divided by the scale is the value in units, hp or mp. */
export const POSITION_SCALE = 64;
export const ZONE_SCALE = 256;
export const HEALTH_SCALE = 32;
export const AMOUNT_SCALE = 8;
/** Of a projectile's way in a tick. */
export const WAY_SCALE = 1024;
/** Aims of others: this many to the turn. */
export const AIMS = 256;
/** Steps of a charge that somebody holds. */
export const HOLD_STEPS = 8;
/** Shares: 255 is all of it. */
export const SHARE_FULL = 255;

export const NAME_CHARACTERS_MAX = 16;
export const NAME_BYTES_MAX = 64;

/** WebSocket close codes the server uses. */
export const CLOSE_NORMAL = 1000;
