/** The player's name as the server takes it. */

import { NAME_BYTES_MAX, NAME_CHARACTERS_MAX } from "../net/protocol";

/** Cut to what the server takes: whole characters, never half of one. */
export function fitName(raw: string): string {
  const encoder = new TextEncoder();
  const characters = [...raw.trim()].slice(0, NAME_CHARACTERS_MAX);
  while (encoder.encode(characters.join("")).length > NAME_BYTES_MAX) characters.pop();
  return characters.join("").trim();
}
