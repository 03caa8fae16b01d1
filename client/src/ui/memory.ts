/** Small things kept between visits where the browser allows it. */

const PREFIX = "ringfall.";

/** Private windows may forbid storage altogether: then nothing is remembered. */
export function remembered(key: string): string {
  try {
    return window.localStorage.getItem(PREFIX + key) ?? "";
  } catch {
    return "";
  }
}

export function remember(key: string, value: string): void {
  try {
    window.localStorage.setItem(PREFIX + key, value);
  } catch {
    // Nothing to do, and nothing the player needs to know.
  }
}
