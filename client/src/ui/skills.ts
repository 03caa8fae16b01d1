/** The three actions: icon, key, and a sweep that shows how long until it is ready. */

import type { Rules, Snapshot } from "../net/messages";
import { el, setClass, setText, setVariable } from "./dom";
import { type IconName, icon } from "./icons";

interface Dial {
  readonly root: HTMLElement;
  readonly seconds: HTMLElement;
}

export class Skills {
  readonly root = el("div", { class: "skills" });
  readonly #attack = this.#dial("attack", "Click", "Attack");
  readonly #blast = this.#dial("blast", "E", "Blast");
  readonly #dash = this.#dial("dash", "Shift", "Dash");

  update(snapshot: Snapshot, rules: Rules, tickRateHz: number): void {
    const { shotWaitTicks, blastWaitTicks, dashWaitTicks } = snapshot;
    show(this.#attack, shotWaitTicks, rules.shot_cooldown_ticks, tickRateHz);
    show(this.#blast, blastWaitTicks, rules.blast_cooldown_ticks, tickRateHz);
    show(this.#dash, dashWaitTicks, rules.dash_cooldown_ticks, tickRateHz);
  }

  #dial(name: IconName, key: string, label: string): Dial {
    const seconds = el("span", { class: "skill-seconds" });
    const face = el("div", { class: "skill-face" }, icon(name), seconds);
    const root = el("div", { class: "skill", title: label }, face, el("kbd", {}, key));
    this.root.append(root);
    return { root, seconds };
  }
}

function show(dial: Dial, waitTicks: number, cooldownTicks: number, tickRateHz: number): void {
  const share = cooldownTicks > 0 ? Math.min(1, waitTicks / cooldownTicks) : 0;
  setVariable(dial.root, "--wait", share.toFixed(3));
  setClass(dial.root, "ready", waitTicks === 0);
  const left_s = waitTicks / tickRateHz;
  // A number for half a second and less would only flicker.
  setText(
    dial.seconds,
    cooldownTicks / tickRateHz > 1 && left_s > 0 ? left_s.toFixed(left_s < 1 ? 1 : 0) : "",
  );
}
