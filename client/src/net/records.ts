/** What people did, over HTTP: profiles, histories and leaderboards, checked like all that comes. */

import { flag, integer, list, real, record, text } from "./checks";
import { get, getFile, readable, type Saved } from "./door";

export interface Sums {
  readonly matches: number;
  readonly wins: number;
  /** Matches that were played to their end. */
  readonly finished: number;
  /** The mean of the places in them. */
  readonly placement: number | null;
  readonly kills: number;
  readonly assists: number;
  readonly damageHp: number;
  readonly healedHp: number;
  readonly shots: number;
  readonly hits: number;
  readonly distanceU: number;
  readonly aliveS: number;
}

export interface ClassSums {
  readonly role: string;
  readonly sums: Sums;
}

export interface Played {
  readonly matchId: string;
  readonly startedS: number;
  /** Null where the match never ended, as far as anybody knows. */
  readonly map: string | null;
  readonly seconds: number | null;
  readonly reason: string | null;
  readonly players: number | null;
  readonly role: string;
  /** 0 where nothing was decided. */
  readonly placement: number;
  readonly won: boolean;
  readonly kills: number;
  readonly damageHp: number;
  readonly aliveS: number;
  /** Whether there is a recording to be had. */
  readonly recorded: boolean;
}

export interface Profile {
  readonly playerId: string;
  readonly name: string;
  readonly sinceS: number | null;
  readonly sums: Sums;
  readonly classes: readonly ClassSums[];
  readonly last: Played | null;
}

export interface HistoryPage {
  readonly matches: readonly Played[];
  /** What leads to the page behind this one. */
  readonly next: string | null;
}

export const BOARDS = ["wins", "kills", "damage", "placement"] as const;
export type BoardName = (typeof BOARDS)[number];

export interface BoardRow {
  readonly rank: number;
  readonly playerId: string;
  readonly name: string;
  readonly value: number;
  readonly matches: number;
}

export interface Board {
  /** Matches it takes to be on it. */
  readonly matchesMin: number;
  readonly rows: readonly BoardRow[];
}

export const PAGE_ROWS = 20;
export const BOARD_ROWS = 50;
const NAME_MAX = 64;
/** Sums of years: as large as numbers are exact. */
const MOST = Number.MAX_SAFE_INTEGER;

/** Throws a DoorError, or an Error whose message can be shown too where no server answers. */
export async function fetchProfile(token: string): Promise<Profile> {
  const body = await get("api/profile", token);
  return readable(() => profileOf(body));
}

/** A page of somebody's matches, newest first. Throws as `fetchProfile` does. */
export async function fetchHistory(playerId: string, before: string | null): Promise<HistoryPage> {
  const query = new URLSearchParams({ limit: String(PAGE_ROWS) });
  if (before !== null) query.set("before", before);
  const body = await get(`api/players/${encodeURIComponent(playerId)}/matches?${query}`);
  return readable(() => {
    const given = record(body, "history");
    return {
      matches: list(given.matches, "history.matches", PAGE_ROWS).map(playedOf),
      next: orNull(given.next, (next) => text(next, "history.next", 128)),
    };
  });
}

/** The best with one class, or with any where `role` is empty. Throws as `fetchProfile` does. */
export async function fetchBoard(board: BoardName, role: string): Promise<Board> {
  const query = new URLSearchParams({ limit: String(BOARD_ROWS) });
  if (role !== "") query.set("role", role);
  const body = await get(`api/leaderboards/${board}?${query}`);
  return readable(() => {
    const given = record(body, "board");
    return {
      matchesMin: integer(given.matches_min, "board.matches_min", 0, MOST),
      rows: list(given.rows, "board.rows", BOARD_ROWS).map(boardRowOf),
    };
  });
}

/** The recording of a match one took part in. Throws as `fetchProfile` does. */
export function fetchRecording(matchId: string, token: string): Promise<Saved> {
  return getFile(`api/recordings/${encodeURIComponent(matchId)}`, token);
}

function profileOf(value: unknown): Profile {
  const given = record(value, "profile");
  return {
    playerId: text(given.player_id, "profile.player_id", NAME_MAX),
    name: text(given.name, "profile.name", NAME_MAX),
    sinceS: orNull(given.since_s, (since) => integer(since, "profile.since_s", 0, MOST)),
    sums: sumsOf(given.sums),
    classes: list(given.classes, "profile.classes", 256).map((item) => {
      const { role, sums } = record(item, "profile.classes");
      return { role: text(role, "profile.classes.role", NAME_MAX), sums: sumsOf(sums) };
    }),
    last: orNull(given.last, playedOf),
  };
}

function sumsOf(value: unknown): Sums {
  const given = record(value, "sums");
  const count = (name: string) => integer(given[name], `sums.${name}`, 0, MOST);
  const amount = (name: string) => real(given[name], `sums.${name}`, 0, MOST);
  return {
    ...{ matches: count("matches"), wins: count("wins"), finished: count("finished") },
    placement: orNull(given.placement, (mean) => real(mean, "sums.placement", 0, MOST)),
    ...{ kills: count("kills"), assists: count("assists") },
    ...{ damageHp: amount("damage_hp"), healedHp: amount("healed_hp") },
    ...{ shots: count("shots"), hits: count("hits") },
    ...{ distanceU: amount("distance_u"), aliveS: amount("alive_s") },
  };
}

function playedOf(value: unknown): Played {
  const given = record(value, "match");
  const count = (name: string) => integer(given[name], `match.${name}`, 0, MOST);
  const amount = (name: string) => real(given[name], `match.${name}`, 0, MOST);
  const words = (name: string) => text(given[name], `match.${name}`, 128);
  return {
    ...{ matchId: words("match_id"), startedS: count("started_s"), role: words("role") },
    map: orNull(given.map, () => words("map")),
    seconds: orNull(given.seconds, () => amount("seconds")),
    reason: orNull(given.reason, () => words("reason")),
    players: orNull(given.players, () => count("players")),
    ...{ placement: count("placement"), won: flag(given.won, "match.won") },
    ...{ kills: count("kills"), damageHp: amount("damage_hp"), aliveS: amount("alive_s") },
    recorded: flag(given.recorded, "match.recorded"),
  };
}

function boardRowOf(value: unknown): BoardRow {
  const given = record(value, "board.rows");
  return {
    rank: integer(given.rank, "board.rows.rank", 1, MOST),
    playerId: text(given.player_id, "board.rows.player_id", NAME_MAX),
    name: text(given.name, "board.rows.name", NAME_MAX),
    value: real(given.value, "board.rows.value", 0, MOST),
    matches: integer(given.matches, "board.rows.matches", 0, MOST),
  };
}

function orNull<Value>(value: unknown, read: (value: unknown) => Value): Value | null {
  return value === null || value === undefined ? null : read(value);
}
