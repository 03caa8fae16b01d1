/**
 * The numbers of wire protocol version 1, and nothing else: the seam where a
 * generated file can take over. The meaning of each is in docs/protocol.md.
 */

export const PROTOCOL_VERSION = 1;

/** First element of every message from the client. */
export const ClientKind = { JOIN: 1, INPUT: 2, PING: 3 } as const;

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

export const Button = { MOVE: 1, ATTACK: 2, BLAST: 4, DASH: 8 } as const;

export const Cause = { SHOT: 0, BLAST: 1, ZONE: 2, LEFT: 3 } as const;

export const EventKind = {
  SHOT: 1,
  HIT: 2,
  BLAST: 3,
  DEATH: 4,
  DASH: 5,
  WALL_HIT: 6,
} as const;

export const MatchState = { RUNNING: 0, OVER: 1 } as const;
export const ZoneState = { WAITING: 0, SHRINKING: 1, CLOSED: 2 } as const;
export const PlayerFlag = { DASHING: 1, BOT: 2 } as const;

export const NOBODY = 65_535;
export const DIRECTIONS = 4096;
export const REACH_MAX = 255;
export const U32_MAX = 0xffff_ffff;

/** Fixed-point scales: the wire value divided by the scale is the value in units or hp. */
export const POSITION_SCALE = 64;
export const ZONE_SCALE = 256;
export const HEALTH_SCALE = 64;
export const HEALTH_FULL = 255;
export const BLAST_RADIUS_SCALE = 4;

/** Bytes of the snapshot payload's parts. */
export const HEADER_BYTES = 64;
export const PLAYER_BYTES = 10;
export const PROJECTILE_BYTES = 11;
export const AREA_BYTES = 13;
export const EVENT_BYTES = 10;

export const NAME_CHARACTERS_MAX = 16;
export const NAME_BYTES_MAX = 64;

/** WebSocket close codes the server uses. */
export const CLOSE_NORMAL = 1000;
