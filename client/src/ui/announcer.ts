/** Words in the middle of the screen: countdown, danger, being down, helping, watching. */

import type { WorldView } from "../game/interpolate";
import { countdownSeconds, fallenMate, justBegan } from "../game/situation";
import type { World } from "../game/world";
import { StageKind } from "../net/protocol";
import type { Snapshot } from "../net/rows";
import type { SettingsStore } from "../settings/store";
import { el, setClass, setText, setVariable } from "./dom";
import { keyOf } from "./words";

const BEGIN_SHOWN_S = 1.1;

export class Announcer {
  readonly #count = el("div", { class: "countdown", role: "timer" });
  readonly #alarm = el("div", { class: "alarm", role: "alert" });
  readonly #promptKey = el("kbd");
  #key = "";
  readonly #promptText = el("span");
  readonly #prompt = el(
    "div",
    { class: "prompt panel", role: "status" },
    this.#promptKey,
    this.#promptText,
    el("i", { class: "prompt-bar" }, el("i")),
  );
  /** Danger, at the top under the zone. */
  readonly top = this.#alarm;
  readonly centre = el("div", { class: "announcer" }, this.#count, this.#prompt);

  constructor(settings: SettingsStore) {
    settings.watch(({ bindings }) => {
      this.#key = keyOf(bindings, "interact");
      setText(this.#promptKey, this.#key);
    });
  }

  update(world: World, snapshot: Snapshot, view: WorldView): void {
    this.#showCount(world, snapshot, view.tick);
    setText(this.#alarm, alarm(snapshot, view));
    setClass(this.#alarm, "sudden", snapshot.stage === StageKind.SUDDEN_DEATH);
    this.#showPrompt(world, snapshot, view);
  }

  #showCount(world: World, snapshot: Snapshot, tick: number): void {
    const { tickRateHz } = world.welcome;
    const left = countdownSeconds(snapshot, tick, tickRateHz);
    const began = justBegan(snapshot, tick, tickRateHz, BEGIN_SHOWN_S);
    const words = left !== null ? String(left) : began ? "Go" : "";
    if (this.#count.textContent === words) return;
    setText(this.#count, words);
    // Starts the animation over with every figure.
    this.#count.style.animation = "none";
    void this.#count.offsetWidth;
    this.#count.style.animation = "";
  }

  #showPrompt(world: World, snapshot: Snapshot, view: WorldView): void {
    const { self } = snapshot;
    const words = self.alive ? promptWords(world, snapshot, view) : null;
    this.#prompt.hidden = words === null;
    if (words === null) return;
    setText(this.#promptText, words.text);
    this.#promptKey.hidden = !words.key || this.#key === "";
    setVariable(this.#prompt, "--progress", self.revive.toFixed(3));
    setClass(this.#prompt, "down", self.down);
    setClass(this.#prompt, "busy", self.revive > 0);
  }
}

function promptWords(
  world: World,
  snapshot: Snapshot,
  view: WorldView,
): { text: string; key: boolean } | null {
  const { self } = snapshot;
  if (self.down) {
    const text = self.revived
      ? "A team mate is helping you up"
      : "You are down – a team mate can help you up";
    return { text, key: false };
  }
  const mate = fallenMate(view, world.welcome.rules.revive_reach_u);
  if (mate === null) return null;
  const name = world.nameOf(mate.slot);
  return self.revive > 0
    ? { text: `Helping ${name} up`, key: false }
    : { text: `Hold to help ${name} up`, key: true };
}

function alarm(snapshot: Snapshot, view: WorldView): string {
  if (snapshot.stage === StageKind.SUDDEN_DEATH) return "Sudden death – nobody heals, all bleed";
  const { zone, self } = view;
  const outside = self !== null && Math.hypot(self.x - zone.x, self.y - zone.y) > zone.radius;
  return outside && snapshot.stage === StageKind.PLAY ? "Outside the ring – get back in" : "";
}
