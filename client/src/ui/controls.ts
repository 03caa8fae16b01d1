/** Browser events → HeldInput. Everything is let go of when the window loses the player. */

import { actionOf, canonical, isHeld, type PageAction } from "../game/bindings";
import type { HeldInput } from "../game/input";
import type { SettingsStore } from "../settings/store";

export interface Cursor {
  readonly x: number;
  readonly y: number;
}

export class Controls {
  readonly #held: HeldInput;
  readonly #settings: SettingsStore;
  readonly #asked: (action: PageAction) => void;
  #active = false;
  #cursor: Cursor = { x: window.innerWidth * 0.7, y: window.innerHeight / 2 };

  /** `asked` hears of what the page itself is to do. */
  constructor(
    held: HeldInput,
    surface: HTMLElement,
    settings: SettingsStore,
    asked: (action: PageAction) => void,
  ) {
    this.#held = held;
    this.#settings = settings;
    this.#asked = asked;
    window.addEventListener("keydown", (event) => this.#keyDown(event));
    window.addEventListener("keyup", (event) => this.#held.release(canonical(event.code)));
    surface.addEventListener("mousedown", (event) => this.#mouseDown(event));
    window.addEventListener("mouseup", (event) => this.#held.release(`mouse${event.button}`));
    window.addEventListener("mousemove", (event) => {
      this.#cursor = { x: event.clientX, y: event.clientY };
    });
    surface.addEventListener("contextmenu", (event) => event.preventDefault());
    window.addEventListener("blur", () => this.#held.releaseAll());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#held.releaseAll();
    });
    // A key that no longer means what it meant when it went down would never come up.
    settings.watch((now, before) => {
      if (now.bindings !== before.bindings) this.#held.releaseAll();
    });
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  get active(): boolean {
    return this.#active;
  }

  /** While inactive, keys belong to the page: names can be typed, buttons pressed. */
  set active(active: boolean) {
    this.#active = active;
    if (!active) this.#held.releaseAll();
  }

  #keyDown(event: KeyboardEvent): void {
    // With Ctrl, Alt or Meta it is the browser's shortcut, not the game's.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actionOf(this.#settings.now.bindings, event.code);
    if (action === null) return;
    if (!isHeld(action)) {
      if (event.repeat || isTyping(event)) return;
      // The browser would close with the same key what this opens.
      event.preventDefault();
      this.#asked(action);
      return;
    }
    if (!this.#active) return;
    // Space and arrows would scroll the page.
    event.preventDefault();
    if (!event.repeat) this.#held.press(canonical(event.code), action);
  }

  #mouseDown(event: MouseEvent): void {
    const source = `mouse${event.button}`;
    const action = actionOf(this.#settings.now.bindings, source);
    if (!this.#active || action === null) return;
    event.preventDefault();
    this.#cursor = { x: event.clientX, y: event.clientY };
    if (isHeld(action)) this.#held.press(source, action);
    else this.#asked(action);
  }
}

/** A letter in a name is no command. */
function isTyping({ target, code }: KeyboardEvent): boolean {
  return target instanceof HTMLInputElement && target.type === "text" && code !== "Escape";
}
