/**
 * Coming in, over HTTP: a guest once, a ticket for every match. The token is kept
 * where the browser allows it, so that whoever comes back is the same guest.
 */

import { record, text, WireError } from "./checks";
import type { JoinWish } from "./wire";

/** Where the token is kept between visits. */
export interface Pocket {
  get(): string;
  put(token: string): void;
}

const TIMEOUT_MS = 5000;
const UNREACHABLE = "The server cannot be reached. Check your connection and try again.";

/** A ticket to play. Throws an Error whose message can be shown to the player. */
export async function fetchTicket(wish: JoinWish, pocket: Pocket): Promise<string> {
  const known = pocket.get();
  if (known !== "") {
    const found = await play(wish, known);
    if (found.status !== 401) return ticketOf(found);
  }
  const guest = await post("api/guest", { name: wish.name });
  if (guest.status !== 201) throw refusal(guest);
  const token = text(record(guest.body, "guest").token, "guest.token", 128);
  pocket.put(token);
  return ticketOf(await play(wish, token));
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function play(wish: JoinWish, token: string): Promise<Answer> {
  const { name, role, drop } = wish;
  return post("api/play", { name, role, drop }, token);
}

async function post(path: string, body: object, token = ""): Promise<Answer> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token !== "") headers.Authorization = `Bearer ${token}`;
  try {
    const response = await fetch(path, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    throw new Error(UNREACHABLE);
  }
}

function ticketOf(answer: Answer): string {
  if (answer.status !== 200) throw refusal(answer);
  return text(record(answer.body, "play").ticket, "play.ticket", 128);
}

/** What the server says, in its own words: every refusal has the same shape. */
function refusal(answer: Answer): Error {
  try {
    return new Error(text(record(answer.body, "refusal").message, "refusal.message", 2000));
  } catch (error) {
    if (error instanceof WireError) return new Error(UNREACHABLE);
    throw error;
  }
}
