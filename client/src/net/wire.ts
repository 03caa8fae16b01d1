/**
 * Bytes ↔ messages, without any I/O. `decodeMessage` throws WireError and nothing
 * else, whatever the bytes are.
 */

import { Decoder, Encoder } from "@msgpack/msgpack";
import { fail, flag, integer, list, real, record, row, text, WireError } from "./checks";
import type {
  Entrant,
  GameMap,
  Kill,
  Result,
  Rules,
  ServerMessage,
  Wall,
  Welcome,
} from "./messages";
import * as P from "./protocol";
import { decodeSnapshot } from "./snapshot";

const U16_MAX = 0xffff;
const WALLS_MAX = 20_000;
/** No world can be larger: positions are u16 in 1/64 u. */
const WORLD_SIDE_MAX_U = (U16_MAX + 1) / P.POSITION_SCALE;

// Bounds for the decoder itself, so that a length prefix cannot ask for memory
// the message does not carry.
const decoder = new Decoder({
  maxStrLength: 65_536,
  maxBinLength: 1 << 20,
  maxArrayLength: WALLS_MAX,
  maxMapLength: 64,
  maxExtLength: 0,
});
const encoder = new Encoder({ initialBufferSize: 128 });

export interface InputCommand {
  readonly move: number;
  readonly aim: number;
  readonly reach: number;
  readonly buttons: number;
}

export function encodeJoin(name: string): Uint8Array<ArrayBuffer> {
  return encoder.encode([P.ClientKind.JOIN, P.PROTOCOL_VERSION, name]);
}

export function encodeInput(
  seq: number,
  input: InputCommand,
  ack: number,
): Uint8Array<ArrayBuffer> {
  const { move, aim, reach, buttons } = input;
  return encoder.encode([P.ClientKind.INPUT, seq, move, aim, reach, buttons, ack]);
}

export function encodePing(nonce: number): Uint8Array<ArrayBuffer> {
  return encoder.encode([P.ClientKind.PING, nonce]);
}

export function decodeMessage(bytes: Uint8Array): ServerMessage {
  const message = list(unpack(bytes), "message", 16);
  const kind = message[0];
  switch (kind) {
    case P.ServerKind.WELCOME:
      return welcome(message);
    case P.ServerKind.SNAPSHOT: {
      const [, payload] = row(message, "SNAPSHOT", 2);
      if (!(payload instanceof Uint8Array)) fail("SNAPSHOT.payload", "bytes", payload);
      return decodeSnapshot(payload);
    }
    case P.ServerKind.JOINED: {
      const fields = row(message, "JOINED", 4);
      return { kind: "joined", entrant: entrant(fields.slice(1), "JOINED") };
    }
    case P.ServerKind.ERROR: {
      const [, code, words, retry] = row(message, "ERROR", 4);
      return {
        kind: "error",
        code: text(code, "ERROR.code", 64),
        message: text(words, "ERROR.message", 2000),
        retryAfterS: retry === null ? null : real(retry, "ERROR.retry_after_s", 0, 86_400),
      };
    }
    case P.ServerKind.PONG: {
      const [, nonce] = row(message, "PONG", 2);
      return { kind: "pong", nonce: integer(nonce, "PONG.nonce", 0, P.U32_MAX) };
    }
    case P.ServerKind.RESULT:
      return result(message);
    case P.ServerKind.KILL:
      return kill(message);
    default:
      return fail("message kind", "1…7", kind);
  }
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    // RangeError, DecodeError and URIError all mean the same here.
    throw new WireError(
      `not one MessagePack value: ${error instanceof Error ? error.message : ""}`,
    );
  }
}

function welcome(message: unknown[]): Welcome {
  const [, version, slot, rate, tick, matchId, map, rules, roster] = row(message, "WELCOME", 9);
  return {
    kind: "welcome",
    version: integer(version, "WELCOME.version", 0, U16_MAX),
    slot: integer(slot, "WELCOME.slot", 0, P.NOBODY - 1),
    tickRateHz: real(rate, "WELCOME.tick_rate_hz", 1, 240),
    tick: integer(tick, "WELCOME.tick", 0, P.U32_MAX),
    matchId: text(matchId, "WELCOME.match_id", 256),
    map: gameMap(map),
    rules: gameRules(rules),
    roster: list(roster, "WELCOME.roster", P.NOBODY).map((item) =>
      entrant(row(item, "WELCOME.roster", 3), "WELCOME.roster"),
    ),
  };
}

function entrant(fields: unknown[], where: string): Entrant {
  return {
    slot: integer(fields[0], `${where}.slot`, 0, P.NOBODY - 1),
    name: text(fields[1], `${where}.name`, 64),
    bot: flag(fields[2], `${where}.is_bot`),
  };
}

function gameMap(value: unknown): GameMap {
  const map = record(value, "map");
  return {
    name: text(map.name, "map.name", 256),
    width_u: real(map.width_u, "map.width_u", 1, WORLD_SIDE_MAX_U),
    height_u: real(map.height_u, "map.height_u", 1, WORLD_SIDE_MAX_U),
    walls: list(map.walls, "map.walls", WALLS_MAX).map(wall),
  };
}

function wall(value: unknown): Wall {
  const [cx, cy, hx, hy, r] = row(value, "wall", 5);
  const side = WORLD_SIDE_MAX_U;
  return {
    cx: real(cx, "wall.cx", -side, 2 * side),
    cy: real(cy, "wall.cy", -side, 2 * side),
    hx: real(hx, "wall.hx", 0, side),
    hy: real(hy, "wall.hy", 0, side),
    r: real(r, "wall.r", 0, side),
  };
}

/** Allowed range of every rule. Zero is out where the client divides by it. */
const RULE_RANGES: Record<keyof Rules, readonly [low: number, high: number]> = {
  body_radius_u: [0.01, 64],
  health_max_hp: [1, 100_000],
  view_width_u: [1, WORLD_SIDE_MAX_U],
  view_height_u: [1, WORLD_SIDE_MAX_U],
  shot_radius_u: [0, 64],
  shot_speed_ups: [0, 10_000],
  shot_range_u: [0, 10_000],
  shot_cooldown_ticks: [0, U16_MAX],
  blast_radius_u: [0, WORLD_SIDE_MAX_U],
  blast_range_u: [0.01, WORLD_SIDE_MAX_U],
  blast_fuse_ticks: [0, U16_MAX],
  blast_cooldown_ticks: [0, U16_MAX],
  dash_cooldown_ticks: [0, U16_MAX],
  dash_ticks: [0, U16_MAX],
};

function gameRules(value: unknown): Rules {
  const given = record(value, "rules");
  const entries = Object.entries(RULE_RANGES).map(([key, [low, high]]) => [
    key,
    real(given[key], `rules.${key}`, low, high),
  ]);
  // Every key of RULE_RANGES is a key of Rules and the other way round: the
  // type of the table says so, Object.fromEntries forgets it.
  return Object.fromEntries(entries) as Rules;
}

function result(message: unknown[]): Result {
  const [, placement, entrants, kills, damage, ticks, winner, over] = row(message, "RESULT", 8);
  return {
    kind: "result",
    placement: integer(placement, "RESULT.placement", 0, U16_MAX),
    entrants: integer(entrants, "RESULT.entrants", 0, U16_MAX),
    kills: integer(kills, "RESULT.kills", 0, U16_MAX),
    damageHp: real(damage, "RESULT.damage_hp", 0, 1e9),
    ticksAlive: integer(ticks, "RESULT.ticks_alive", 0, P.U32_MAX),
    winner: slotOrNobody(winner, "RESULT.winner"),
    over: flag(over, "RESULT.over"),
  };
}

function kill(message: unknown[]): Kill {
  const [, tick, victim, killer, cause] = row(message, "KILL", 5);
  return {
    kind: "kill",
    tick: integer(tick, "KILL.tick", 0, P.U32_MAX),
    victim: integer(victim, "KILL.victim", 0, P.NOBODY - 1),
    killer: slotOrNobody(killer, "KILL.killer"),
    cause: integer(cause, "KILL.cause", P.Cause.SHOT, P.Cause.LEFT),
  };
}

function slotOrNobody(value: unknown, field: string): number | null {
  if (value === null) return null;
  const slot = integer(value, field, 0, P.NOBODY);
  return slot === P.NOBODY ? null : slot;
}
