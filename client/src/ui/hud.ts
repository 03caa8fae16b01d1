/** Everything on the glass while a match is on screen. */

import type { WorldView } from "../game/interpolate";
import type { LineState } from "../game/session";
import type { World } from "../game/world";
import type { Snapshot } from "../net/messages";
import { ZoneState } from "../net/protocol";
import { el, minutes, setClass, setText, setVariable } from "./dom";
import { icon } from "./icons";
import { KillFeed } from "./killfeed";
import { Minimap } from "./minimap";
import { Skills } from "./skills";

const LOW_HEALTH_SHARE = 0.3;
const FLASH_MS = 420;

export interface HudFrame {
  readonly view: WorldView;
  readonly focus: { x: number; y: number };
  readonly angle: number;
  readonly rttMs: number | null;
  readonly line: LineState;
  readonly nowMs: number;
}

const LINE_WORDS: Readonly<Record<LineState, string>> = {
  connecting: "Connecting",
  good: "",
  stalled: "Connection unsteady",
  closed: "Disconnected",
};

export class Hud {
  readonly feed = new KillFeed();
  readonly root: HTMLElement;
  readonly #minimap = new Minimap();
  readonly #skills = new Skills();
  readonly #alive = el("b");
  readonly #kills = el("b");
  readonly #zoneText = el("span", { class: "zone-text" });
  readonly #zoneTime = el("b", { class: "zone-time" });
  readonly #zonePanel = el("div", { class: "zone-panel panel" }, this.#zoneText, this.#zoneTime);
  readonly #warning = el("div", { class: "warning", role: "status" });
  readonly #healthNumber = el("b", { class: "health-number" });
  readonly #health = el(
    "div",
    { class: "health panel" },
    icon("heart"),
    el(
      "div",
      { class: "health-bar" },
      el("i", { class: "health-lag" }),
      el("i", { class: "health-fill" }),
    ),
    this.#healthNumber,
  );
  readonly #body = el("div", { class: "hud-body" }, this.#health, this.#skills.root);
  readonly #ping = el("span", { class: "ping" });
  readonly #vignette = el("div", { class: "vignette" });
  #lastHealth_hp: number | null = null;
  #hurtMs = Number.NEGATIVE_INFINITY;

  constructor() {
    this.root = el(
      "div",
      { class: "hud", hidden: "" },
      this.#vignette,
      el(
        "div",
        { class: "hud-counts" },
        el("div", { class: "count panel" }, icon("alive"), this.#alive, el("span", {}, "alive")),
        el("div", { class: "count panel" }, icon("kills"), this.#kills, el("span", {}, "kills")),
      ),
      el("div", { class: "hud-zone" }, this.#zonePanel, this.#warning),
      this.feed.root,
      this.#body,
      this.#minimap.root,
      this.#ping,
    );
  }

  /** Starts over for another match. */
  show(world: World): void {
    this.root.hidden = false;
    this.feed.clear();
    this.#minimap.show(world.welcome.map);
    this.#lastHealth_hp = null;
    this.#hurtMs = Number.NEGATIVE_INFINITY;
  }

  get shown(): boolean {
    return !this.root.hidden;
  }

  hide(): void {
    this.root.hidden = true;
  }

  update(world: World, frame: HudFrame): void {
    const snapshot = world.latest;
    if (snapshot === null) return;
    const { rules, tickRateHz } = world.welcome;
    setText(this.#alive, String(snapshot.alive));
    setText(this.#kills, String(snapshot.selfKills));
    this.#showZone(snapshot, frame, tickRateHz);
    this.#showHealth(snapshot, rules.health_max_hp, frame.nowMs);
    this.#skills.update(snapshot, rules, tickRateHz);
    this.#minimap.update(frame.view, frame.focus, frame.angle, frame.nowMs);
    const words = LINE_WORDS[frame.line];
    const ping = frame.rttMs === null ? "– ms" : `${Math.round(frame.rttMs)} ms`;
    setText(this.#ping, words === "" ? ping : words);
    setClass(this.#ping, "bad", words !== "");
    setClass(this.#body, "dead", !snapshot.selfAlive);
  }

  #showZone(snapshot: Snapshot, frame: HudFrame, tickRateHz: number): void {
    const left = minutes((snapshot.zoneChangeTick - frame.view.tick) / tickRateHz);
    const shrinking = snapshot.zoneState === ZoneState.SHRINKING;
    const closed = snapshot.zoneState === ZoneState.CLOSED;
    setText(
      this.#zoneText,
      closed ? "Zone closed" : shrinking ? "Zone is closing" : "Zone closes in",
    );
    setText(this.#zoneTime, closed ? "" : left);
    setClass(this.#zonePanel, "closing", shrinking);
    const { zone, self } = frame.view;
    const outside = self !== null && Math.hypot(self.x - zone.x, self.y - zone.y) > zone.radius;
    setText(this.#warning, outside ? "Outside the ring – get back in" : "");
  }

  #showHealth(snapshot: Snapshot, maximum_hp: number, nowMs: number): void {
    const health_hp = snapshot.selfAlive ? snapshot.selfHealthHp : 0;
    const share = Math.max(0, Math.min(1, health_hp / maximum_hp));
    if (this.#lastHealth_hp !== null && health_hp < this.#lastHealth_hp - 0.2) this.#hurtMs = nowMs;
    this.#lastHealth_hp = health_hp;
    setVariable(this.#health, "--health", share.toFixed(3));
    setText(this.#healthNumber, String(Math.ceil(health_hp)));
    const low = snapshot.selfAlive && share <= LOW_HEALTH_SHARE;
    setClass(this.#health, "low", low);
    setClass(this.#vignette, "low", low);
    const flash = Math.max(0, 1 - (nowMs - this.#hurtMs) / FLASH_MS);
    setVariable(this.#vignette, "--hurt", flash.toFixed(2));
    // A full-screen layer costs even when it shows nothing.
    this.#vignette.hidden = flash === 0 && !low;
  }
}
