/**
 * The settings screen, over the title and over a match that goes on. A modal dialog: the
 * browser keeps the focus in it and gives it back afterwards.
 */

import type { SettingsStore } from "../settings/store";
import { el } from "./dom";
import type { Row } from "./fields";
import { KeyRows } from "./keyrows";
import { comfortRows, pictureRows, soundRows, touchRows } from "./pages";
import { stepTo } from "./tabs";

interface Page {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly tab: HTMLButtonElement;
  readonly panel: HTMLElement;
}

/** What the screen was opened over. */
export interface Exits {
  /** In a match: how to leave it for good. */
  readonly leave: (() => void) | null;
  closed(): void;
}

export class SettingsScreen {
  readonly root = el("dialog", { class: "settings", "aria-labelledby": "settings-title" });
  readonly #settings: SettingsStore;
  readonly #keys: KeyRows;
  readonly #pages: readonly Page[];
  readonly #eyebrow = el("p", { class: "eyebrow" });
  readonly #close = el("button", { type: "button", class: "primary" });
  readonly #leave = el("button", { type: "button", class: "secondary" }, "Leave the match");
  #exits: Exits | null = null;

  constructor(settings: SettingsStore) {
    this.#settings = settings;
    this.#keys = new KeyRows(settings);
    this.#pages = [
      page("Keys", [this.#keys]),
      page("Touch", touchRows(settings)),
      page("Sound", soundRows(settings)),
      page("Comfort", comfortRows(settings)),
      page("Picture", pictureRows(settings)),
    ];
    this.#build();
    settings.watch(() => this.#refresh());
  }

  get shown(): boolean {
    return this.root.open;
  }

  show(exits: Exits): void {
    this.#exits = exits;
    const inMatch = exits.leave !== null;
    this.#eyebrow.textContent = inMatch ? "The match goes on" : "Ringfall";
    this.#close.textContent = inMatch ? "Back to the match" : "Done";
    this.#leave.hidden = !inMatch;
    this.#refresh();
    if (!this.root.open) this.root.showModal();
    // Keys are of no use to a thumb.
    const coarse = window.matchMedia("(pointer: coarse)").matches;
    this.#open(this.#pages[coarse ? 1 : 0], false);
    this.#close.focus({ preventScroll: true });
  }

  hide(): void {
    this.#keys.cancel();
    if (!this.root.open) return;
    this.root.close();
    const exits = this.#exits;
    this.#exits = null;
    exits?.closed();
  }

  #build(): void {
    const tabs = el(
      "div",
      { class: "tabs", role: "tablist", "aria-label": "Settings" },
      ...this.#pages.map(({ tab }) => tab),
    );
    tabs.addEventListener("keydown", (event) => this.#walk(event));
    for (const one of this.#pages) one.tab.addEventListener("click", () => this.#open(one, false));
    const reset = el("button", { type: "button", class: "secondary" }, "Reset everything");
    reset.addEventListener("click", () => this.#settings.reset());
    this.#close.addEventListener("click", () => this.hide());
    this.#leave.addEventListener("click", () => {
      const leave = this.#exits?.leave;
      this.#exits = null;
      this.root.close();
      leave?.();
    });
    this.root.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (!this.#keys.capturing) this.hide();
    });
    this.root.append(
      el("header", {}, this.#eyebrow, el("h2", { id: "settings-title" }, "Settings")),
      tabs,
      el("div", { class: "pages" }, ...this.#pages.map(({ panel }) => panel)),
      el("footer", {}, this.#close, this.#leave, reset),
    );
  }

  #open(wanted: Page | undefined, focus: boolean): void {
    this.#keys.cancel();
    for (const one of this.#pages) {
      const open = one === wanted;
      one.panel.hidden = !open;
      one.tab.setAttribute("aria-selected", String(open));
      one.tab.tabIndex = open ? 0 : -1;
      if (open && focus) one.tab.focus();
    }
  }

  /** Arrow keys walk the tabs, as they do in every list of them. */
  #walk(event: KeyboardEvent): void {
    const now = this.#pages.findIndex(({ tab }) => tab.getAttribute("aria-selected") === "true");
    const wanted = stepTo(event.key, now, this.#pages.length);
    if (wanted === null) return;
    event.preventDefault();
    this.#open(this.#pages[wanted], true);
  }

  #refresh(): void {
    if (!this.root.open && this.#exits === null) return;
    for (const { rows } of this.#pages) for (const row of rows) row.refresh();
  }
}

function page(name: string, rows: readonly Row[]): Page {
  const id = `settings-${name.toLowerCase()}`;
  const tab = el("button", {
    ...{ type: "button", role: "tab", id: `${id}-tab`, "aria-controls": id },
  });
  tab.textContent = name;
  const panel = el(
    "section",
    { class: "page", role: "tabpanel", id, "aria-labelledby": `${id}-tab`, tabindex: "-1" },
    ...rows.map(({ root }) => root),
  );
  return { name, rows, tab, panel };
}
