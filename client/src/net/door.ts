/**
 * Coming in, over HTTP: a guest once, a ticket for every match. The token is kept
 * where the browser allows it, so that whoever comes back is the same guest.
 */

import { flag, real, record, text, WireError } from "./checks";
import { gameUrl } from "./config";
import type { JoinWish } from "./wire";

/** Where the token is kept between visits. */
export interface Pocket {
  get(): string;
  put(token: string): void;
}

/** What lets one through the game port, once. */
export interface Ticket {
  readonly ticket: string;
  readonly url: string;
  readonly matchId: string;
  /** Whether a body of one's own still waits there. */
  readonly resumed: boolean;
}

type Page = Pick<Location, "hostname" | "protocol">;

/** The server said no, and why. `message` can be shown to the player. */
export class DoorError extends Error {
  override readonly name = "DoorError";
  readonly code: string;
  /** Null: to try again by oneself makes no sense. */
  readonly retryAfterS: number | null;

  constructor(code: string, message: string, retryAfterS: number | null) {
    super(message);
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

const TIMEOUT_MS = 5000;
const FILE_TIMEOUT_MS = 60_000;
const UNREACHABLE = "The server cannot be reached. Check your connection and try again.";
const UNREADABLE = "The server sent something this page cannot read. Reload the page.";

/**
 * A ticket to play: back into one's body where one waits, unless `fresh` asks for a new one.
 * Throws a DoorError, or an Error whose message can be shown too where no server answers.
 */
export async function fetchTicket(
  wish: JoinWish,
  fresh: boolean,
  pocket: Pocket,
  page: Page,
): Promise<Ticket> {
  const { name, role, drop } = wish;
  const body = fresh ? { name, role, drop, new: true } : { name, role, drop };
  return ticketOf(await asGuest("api/play", body, name, pocket), page);
}

/** A ticket to watch a running match, some seconds late. Throws as `fetchTicket` does. */
export async function fetchWatch(name: string, pocket: Pocket, page: Page): Promise<Ticket> {
  return ticketOf(await asGuest("api/watch", {}, name, pocket), page);
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks with the token that is kept, or, where it is worth nothing, as a new guest. */
async function asGuest(path: string, body: object, name: string, pocket: Pocket): Promise<Answer> {
  const known = pocket.get();
  if (known !== "") {
    const found = await post(path, body, known);
    if (found.status !== 401) return found;
  }
  const guest = await post("api/guest", { name });
  if (guest.status !== 201) throw refusal(guest);
  const token = readable(() => text(record(guest.body, "guest").token, "guest.token", 128));
  pocket.put(token);
  return post(path, body, token);
}

async function post(path: string, body: object, token = ""): Promise<Answer> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token !== "") headers.Authorization = `Bearer ${token}`;
  const sent: RequestInit = { method: "POST", headers, body: JSON.stringify(body) };
  return answerOf(path, { ...sent, cache: "no-store" });
}

/** Reads, as whoever holds the token, where it matters who. Throws as `fetchTicket` does. */
export async function get(path: string, token = ""): Promise<unknown> {
  const headers: Record<string, string> = token === "" ? {} : { Authorization: `Bearer ${token}` };
  // What the browser has is asked about again; the server says whether it is still so.
  const answer = await answerOf(path, { headers, cache: "no-cache" });
  if (answer.status !== 200) throw refusal(answer);
  return answer.body;
}

export interface Saved {
  readonly name: string;
  readonly data: Blob;
}

/** A file that is not for everybody; a slow line has a minute for it. Throws as `get` does. */
export async function getFile(path: string, token: string): Promise<Saved> {
  const headers = { Authorization: `Bearer ${token}` };
  try {
    const signal = AbortSignal.timeout(FILE_TIMEOUT_MS);
    const response = await fetch(path, { headers, cache: "no-store", signal });
    if (response.ok) {
      const told = response.headers.get("Content-Disposition") ?? "";
      const name = /filename="([\w.-]{1,128})"/.exec(told)?.[1] ?? "recording";
      return { name, data: await response.blob() };
    }
    throw refusal({ status: response.status, body: await response.json() });
  } catch (error) {
    if (error instanceof DoorError) throw error;
    throw new Error(UNREACHABLE);
  }
}

async function answerOf(path: string, options: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status, body: await response.json() };
  } catch {
    throw new Error(UNREACHABLE);
  }
}

function ticketOf(answer: Answer, page: Page): Ticket {
  if (answer.status !== 200) throw refusal(answer);
  return readable(() => {
    const given = record(answer.body, "ticket");
    return {
      ticket: text(given.ticket, "ticket.ticket", 128),
      url: gameUrl(given, page),
      matchId: text(given.match_id, "ticket.match_id", 256),
      // Watchers have no body, and are not told of one.
      resumed: given.resumed === undefined ? false : flag(given.resumed, "ticket.resumed"),
    };
  });
}

/** What the server says, in its own words: every refusal has the same shape. */
function refusal(answer: Answer): Error {
  try {
    const given = record(answer.body, "refusal");
    const { retry_after: retry } = given;
    return new DoorError(
      text(given.code, "refusal.code", 64),
      text(given.message, "refusal.message", 2000),
      retry === undefined || retry === null ? null : real(retry, "refusal.retry_after", 0, 86_400),
    );
  } catch (error) {
    if (error instanceof WireError) return new Error(UNREACHABLE);
    throw error;
  }
}

/** What `read` makes of an answer, or a DoorError where there is nothing to be made of it. */
export function readable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw new DoorError("bad_message", UNREADABLE, null);
    throw error;
  }
}
