/** The player's name: kept between visits where the browser allows it. */

import { NAME_BYTES_MAX, NAME_CHARACTERS_MAX } from "../net/protocol";

const KEY = "ringfall.name";

/** Private windows may forbid storage altogether: then the name is just not remembered. */
export function rememberedName(): string {
  try {
    return fitName(window.localStorage.getItem(KEY) ?? "");
  } catch {
    return "";
  }
}

export function rememberName(name: string): void {
  try {
    window.localStorage.setItem(KEY, name);
  } catch {
    // Nothing to do, and nothing the player needs to know.
  }
}

/** Cut to what the server takes: whole characters, never half of one. */
export function fitName(raw: string): string {
  const encoder = new TextEncoder();
  const characters = [...raw.trim()].slice(0, NAME_CHARACTERS_MAX);
  while (encoder.encode(characters.join("")).length > NAME_BYTES_MAX) characters.pop();
  return characters.join("").trim();
}
