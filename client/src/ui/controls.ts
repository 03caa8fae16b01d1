/** Browser events → HeldInput. Everything is let go of when the window loses the player. */

import { actionOfKey, actionOfMouse, type HeldInput } from "../game/input";

export interface Cursor {
  readonly x: number;
  readonly y: number;
}

export class Controls {
  readonly #held: HeldInput;
  #active = false;
  #cursor: Cursor = { x: window.innerWidth * 0.7, y: window.innerHeight / 2 };

  constructor(held: HeldInput, surface: HTMLElement) {
    this.#held = held;
    window.addEventListener("keydown", (event) => this.#keyDown(event));
    window.addEventListener("keyup", (event) => this.#held.release(event.code));
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
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /** While inactive, keys belong to the page: names can be typed, buttons pressed. */
  set active(active: boolean) {
    this.#active = active;
    if (!active) this.#held.releaseAll();
  }

  #keyDown(event: KeyboardEvent): void {
    // With Ctrl, Alt or Meta it is the browser's shortcut, not the game's.
    if (!this.#active || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actionOfKey(event.code);
    if (action === null) return;
    // Space and arrows would scroll the page.
    event.preventDefault();
    if (!event.repeat) this.#held.press(event.code, action);
  }

  #mouseDown(event: MouseEvent): void {
    const action = actionOfMouse(event.button);
    if (!this.#active || action === null) return;
    event.preventDefault();
    this.#cursor = { x: event.clientX, y: event.clientY };
    this.#held.press(`mouse${event.button}`, action);
  }
}
