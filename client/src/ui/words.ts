/** What actions and keys are called. */

import type { Bindings, BoundAction } from "../game/bindings";

export const ACTION_WORDS: Readonly<Record<BoundAction, string>> = {
  up: "Move up",
  left: "Move left",
  down: "Move down",
  right: "Move right",
  primary: "First skill",
  secondary: "Second skill",
  special: "Special",
  mobility: "Mobility",
  interact: "Help a team mate up",
  menu: "Menu and settings",
  mute: "Sound off and on",
};

const NAMED: Readonly<Record<string, string>> = {
  mouse0: "Left click",
  mouse1: "Middle click",
  mouse2: "Right click",
  mouse3: "Back click",
  mouse4: "Forward click",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  ShiftLeft: "Shift",
  CapsLock: "Caps",
  Backquote: "`",
  Minus: "-",
  Equal: "=",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
  Slash: "/",
};

let layout: ReadonlyMap<string, string> | null = null;

/** Asks the browser what is printed on the keys; most do not say, then it is QWERTY's names. */
export async function learnLayout(): Promise<void> {
  const { keyboard } = navigator as Navigator & {
    keyboard?: { getLayoutMap?(): Promise<ReadonlyMap<string, string>> };
  };
  try {
    layout = (await keyboard?.getLayoutMap?.()) ?? null;
  } catch {
    // A page in a frame may not ask.
  }
}

/** "KeyW" → "W", or what is printed there; "Digit1" → "1", "NumpadAdd" → "Num Add". */
export function sourceWords(source: string): string {
  const named = NAMED[source];
  const printed = layout?.get(source);
  if (printed !== undefined && printed.trim() !== "") return printed.toUpperCase();
  if (named !== undefined) return named;
  return source
    .replace(/^(Key|Digit)/, "")
    .replace(/^Numpad/, "Num ")
    .replace(/([a-z])([A-Z])/g, "$1 $2");
}

/** The first source of an action, short enough for a small button; empty where it has none. */
export function keyOf(bindings: Bindings, action: BoundAction): string {
  const source = bindings[action].find((one) => one !== "");
  return source === undefined ? "" : sourceWords(source).replace(" click", "");
}
