/** Which key does what: two places for every action, filled by pressing what is wanted. */

import {
  BOUND_ACTIONS,
  type BoundAction,
  canonical,
  conflictsOf,
  isBindable,
  MENU_KEY,
  rebind,
} from "../game/bindings";
import type { SettingsStore } from "../settings/store";
import { el, setClass, setText } from "./dom";
import type { Row } from "./fields";
import { ACTION_WORDS, sourceWords } from "./words";

type Place = 0 | 1;

interface Line {
  readonly action: BoundAction;
  readonly root: HTMLElement;
  readonly buttons: readonly HTMLButtonElement[];
  readonly conflict: HTMLElement;
}

export class KeyRows implements Row {
  readonly root: HTMLElement;
  readonly #settings: SettingsStore;
  readonly #lines: readonly Line[];
  readonly #said = el("p", { class: "field-note", role: "status" });
  /** Ends the capture that is under way. */
  #stop: (() => void) | null = null;

  constructor(settings: SettingsStore) {
    this.#settings = settings;
    this.#lines = BOUND_ACTIONS.map((action) => this.#line(action));
    const reset = el("button", { type: "button", class: "secondary small" }, "Reset the keys");
    reset.addEventListener("click", () => {
      settings.reset(["bindings"]);
      setText(this.#said, "All keys are as they were at first.");
    });
    this.root = el(
      "div",
      { class: "keys" },
      el(
        "p",
        { class: "field-note" },
        "Choose a place, then press a key or a mouse button. Delete empties it, Esc leaves it as it is.",
      ),
      ...this.#lines.map(({ root }) => root),
      el("div", { class: "keys-foot" }, reset, this.#said),
    );
  }

  /** Whether the next key belongs to a place and not to the page. */
  get capturing(): boolean {
    return this.#stop !== null;
  }

  refresh(): void {
    const { bindings } = this.#settings.now;
    for (const { action, buttons, root, conflict } of this.#lines) {
      buttons.forEach((button, place) => {
        const source = bindings[action][place] ?? "";
        const words = source === "" ? "–" : sourceWords(source);
        setText(button, words);
        setClass(button, "empty", source === "");
        const spoken = source === "" ? "empty" : words;
        const which = place === 0 ? "first" : "second";
        button.setAttribute("aria-label", `${ACTION_WORDS[action]}, ${which} key: ${spoken}`);
      });
      const others = conflictsOf(bindings, action).map((other) => ACTION_WORDS[other]);
      setText(conflict, others.length > 0 ? `Also: ${others.join(", ")}` : "");
      setClass(root, "conflict", others.length > 0);
    }
  }

  cancel(): void {
    this.#stop?.();
  }

  #line(action: BoundAction): Line {
    const buttons = ([0, 1] as const).map((place) => {
      const button = el("button", { type: "button", class: "key" });
      // Esc always opens the menu; it stands there to be read.
      button.disabled = action === "menu" && place === 0;
      button.addEventListener("click", () => this.#capture(button, action, place));
      return button;
    });
    const conflict = el("span", { class: "key-conflict", role: "status" });
    const words = el("span", { class: "key-action" }, ACTION_WORDS[action]);
    const root = el("div", { class: "key-row" }, words, ...buttons, conflict);
    return { action, root, buttons, conflict };
  }

  #capture(button: HTMLButtonElement, action: BoundAction, place: Place): void {
    this.#stop?.();
    button.classList.add("capturing");
    setText(button, "Press…");
    setText(this.#said, `Press a key for “${ACTION_WORDS[action]}”.`);
    const options = { capture: true };
    const key = (event: KeyboardEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      if (event.code === MENU_KEY) this.#finish("Left as it was.");
      else if (event.code === "Delete" || event.code === "Backspace") this.#take(action, place, "");
      else this.#offer(action, place, event.code);
    };
    const mouse = (event: MouseEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      this.#offer(action, place, `mouse${event.button}`);
    };
    const away = (): void => this.#finish("Left as it was.");
    window.addEventListener("keydown", key, options);
    window.addEventListener("mousedown", mouse, options);
    window.addEventListener("blur", away, options);
    this.#stop = () => {
      window.removeEventListener("keydown", key, options);
      window.removeEventListener("mousedown", mouse, options);
      window.removeEventListener("blur", away, options);
      button.classList.remove("capturing");
      this.#stop = null;
      this.refresh();
    };
  }

  #offer(action: BoundAction, place: Place, source: string): void {
    const wanted = canonical(source);
    if (isBindable(wanted)) this.#take(action, place, wanted);
    else setText(this.#said, `${sourceWords(wanted)} belongs to the browser. Press another key.`);
  }

  #take(action: BoundAction, place: Place, source: string): void {
    const bindings = rebind(this.#settings.now.bindings, action, place, source);
    this.#settings.change({ bindings });
    const others = conflictsOf(bindings, action).map((other) => ACTION_WORDS[other]);
    const what = source === "" ? "Empty now." : `${sourceWords(source)} it is.`;
    this.#finish(others.length > 0 ? `${what} It is also used for: ${others.join(", ")}.` : what);
    // A mouse button that chose must not also press what lies under it.
    if (source.startsWith("mouse")) swallowClick();
  }

  #finish(said: string): void {
    this.#stop?.();
    setText(this.#said, said);
  }
}

function swallowClick(): void {
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  const kinds = ["click", "auxclick", "contextmenu"];
  for (const kind of kinds) window.addEventListener(kind, swallow, { capture: true });
  window.setTimeout(() => {
    for (const kind of kinds) window.removeEventListener(kind, swallow, { capture: true });
  }, 300);
}
