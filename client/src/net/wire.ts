/**
 * Bytes ↔ messages, without any I/O. `decodeMessage` throws WireError and nothing
 * else, whatever the bytes are.
 */

import { Decoder, Encoder } from "@msgpack/msgpack";
import { fail, flag, integer, list, real, row, text, WireError } from "./checks";
import type { Kill, Result, ServerMessage } from "./messages";
import * as P from "./protocol";
import { entrant, WALLS_MAX, welcome } from "./welcome";

const U16_MAX = 0xffff;

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

export interface JoinWish {
  readonly name: string;
  /** Index of a class, or ROLE_ANY. */
  readonly role: number;
  /** DROP_ANYWHERE, or 1…9: the ninth of the map, row by row. */
  readonly drop: number;
}

export function encodeJoin(ticket: string, resumeTick: number): Uint8Array<ArrayBuffer> {
  return encoder.encode([P.ClientKind.JOIN, P.PROTOCOL_VERSION, ticket, resumeTick]);
}

export function encodeInput(
  seq: number,
  input: InputCommand,
  ack: number,
): Uint8Array<ArrayBuffer> {
  const { move, aim, reach, buttons } = input;
  return encoder.encode([P.ClientKind.INPUT, seq, move, aim, reach, buttons, ack]);
}

export function encodeSpectate(slot: number): Uint8Array<ArrayBuffer> {
  return encoder.encode([P.ClientKind.SPECTATE, slot]);
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
      return { kind: "snapshot", payload };
    }
    case P.ServerKind.JOINED: {
      const fields = row(message, "JOINED", 6);
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

function result(message: unknown[]): Result {
  const fields = row(message, "RESULT", 15);
  const count = (at: number, name: string, high: number) =>
    integer(fields[at], `RESULT.${name}`, 0, high);
  const size = (at: number, name: string, high: number) =>
    real(fields[at], `RESULT.${name}`, 0, high);
  return {
    kind: "result",
    placement: count(1, "placement", U16_MAX),
    entrants: count(2, "entrants", U16_MAX),
    teams: count(3, "teams", U16_MAX),
    kills: count(4, "kills", U16_MAX),
    assists: count(5, "assists", U16_MAX),
    damageHp: size(6, "damage_hp", 1e9),
    healedHp: size(7, "healed_hp", 1e9),
    accuracy: size(8, "accuracy", 1),
    distance_u: size(9, "distance_u", 1e9),
    ticksAlive: count(10, "ticks_alive", P.U32_MAX),
    level: count(11, "level", 255),
    winner: slotOrNobody(fields[12], "RESULT.winner"),
    winningTeam: slotOrNobody(fields[13], "RESULT.winning_team"),
    over: flag(fields[14], "RESULT.over"),
  };
}

function kill(message: unknown[]): Kill {
  const [, tick, victim, killer, cause] = row(message, "KILL", 5);
  return {
    kind: "kill",
    tick: integer(tick, "KILL.tick", 0, P.U32_MAX),
    victim: integer(victim, "KILL.victim", 0, P.NOBODY - 1),
    killer: slotOrNobody(killer, "KILL.killer"),
    cause: integer(cause, "KILL.cause", 0, P.Cause.THORNS),
  };
}

function slotOrNobody(value: unknown, field: string): number | null {
  if (value === null) return null;
  const slot = integer(value, field, 0, P.NOBODY);
  return slot === P.NOBODY ? null : slot;
}
