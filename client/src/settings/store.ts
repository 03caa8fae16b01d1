/** The one place where settings live: read once, told to whoever listens, written when changed. */

import { migrate, VERSION } from "./migrate";
import { DEFAULTS, readSettings, type Settings } from "./schema";

export interface Shelf {
  /** Empty where there is nothing. */
  read(): string;
  write(text: string): void;
}

type Listener = (settings: Settings, before: Settings) => void;

export class SettingsStore {
  readonly #shelf: Shelf;
  readonly #listeners = new Set<Listener>();
  #settings: Settings;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
    this.#settings = readSettings(migrate(shelf.read()) ?? {});
  }

  get now(): Settings {
    return this.#settings;
  }

  /** What does not fit is left as it was by default, as when it is read. */
  change(patch: Partial<Settings>): void {
    const before = this.#settings;
    this.#settings = readSettings({ ...before, ...patch });
    this.#shelf.write(JSON.stringify({ version: VERSION, ...this.#settings }));
    for (const listener of this.#listeners) listener(this.#settings, before);
  }

  /** Back to the defaults: these settings, or all of them. */
  reset(keys: readonly (keyof Settings)[] = Object.keys(DEFAULTS) as (keyof Settings)[]): void {
    this.change(Object.fromEntries(keys.map((key) => [key, DEFAULTS[key]])));
  }

  /** Calls back at once and after every change; returns how to stop it. */
  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    listener(this.#settings, this.#settings);
    return () => this.#listeners.delete(listener);
  }
}
