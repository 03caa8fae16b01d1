/**
 * What the page asks over HTTP: where the game port is (api/config), and what there
 * is to choose from (match.json). Checked like everything else from a wire.
 */

import { fail, integer, record, text } from "./checks";
import { PROTOCOL_VERSION } from "./protocol";
import { type MatchInfo, matchInfo } from "./welcome";

export interface ServerConfig {
  readonly url: string;
  readonly serverVersion: string;
}

const TIMEOUT_MS = 5000;

/** Throws an Error whose message can be shown to the player. */
export async function fetchConfig(page: Location): Promise<ServerConfig> {
  let body: unknown;
  try {
    body = await fetchJson("api/config");
  } catch {
    throw new Error("The server cannot be reached. Check your connection and try again.");
  }
  return parseConfig(body, page);
}

/** Null where it cannot be had: then there is nothing to choose, and one can play all the same. */
export async function fetchMatchInfo(): Promise<MatchInfo | null> {
  try {
    return matchInfo(await fetchJson("match.json"));
  } catch {
    return null;
  }
}

async function fetchJson(path: string): Promise<unknown> {
  const response = await fetch(path, {
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

export function parseConfig(
  body: unknown,
  page: Pick<Location, "hostname" | "protocol">,
): ServerConfig {
  const config = record(body, "config");
  const version = integer(config.protocol_version, "config.protocol_version", 0, 65_535);
  if (version !== PROTOCOL_VERSION) {
    throw new Error("The server runs another version of the game. Reload the page.");
  }
  return {
    url: gameUrl(config, page),
    serverVersion: text(config.version, "config.version", 64),
  };
}

/** Of an answer with `game_url` and `game_port`. */
export function gameUrl(
  config: Record<string, unknown>,
  page: Pick<Location, "hostname" | "protocol">,
): string {
  const given = config.game_url;
  if (given !== null && given !== undefined) {
    const url = text(given, "config.game_url", 2048);
    if (!/^wss?:\/\//.test(url)) fail("config.game_url", "a ws:// or wss:// address", url);
    return url;
  }
  const port = integer(config.game_port, "config.game_port", 1, 65_535);
  const scheme = page.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${page.hostname}:${port}/`;
}
