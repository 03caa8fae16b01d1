/** Everything on the glass while a match is on screen. */

import type { WorldView } from "../game/interpolate";
import type { LineState } from "../game/session";
import type { World } from "../game/world";
import type { ConnectionHealth } from "../net/health";
import { StageKind, ZoneState } from "../net/protocol";
import type { Snapshot } from "../net/rows";
import type { SettingsStore } from "../settings/store";
import { Announcer } from "./announcer";
import { NetworkBadge } from "./badge";
import { el, minutes, setClass, setText, setVariable } from "./dom";
import { icon } from "./icons";
import { KillFeed } from "./killfeed";
import { Mates } from "./mates";
import { Minimap } from "./minimap";
import { Skills } from "./skills";
import { SoundRing } from "./soundring";
import { SpectateBar } from "./spectate";
import { Vitals } from "./vitals";

const FLASH_MS = 420;

export interface HudFrame {
  readonly view: WorldView;
  readonly focus: { x: number; y: number };
  readonly angle: number;
  /** Asked only now and then. */
  health(): ConnectionHealth | null;
  readonly line: LineState;
  readonly nowMs: number;
}

export class Hud {
  readonly feed = new KillFeed();
  readonly minimap = new Minimap();
  readonly root: HTMLElement;
  readonly sounds = new SoundRing();
  readonly spectate = new SpectateBar();
  readonly badge = new NetworkBadge();
  readonly #skills: Skills;
  readonly #vitals = new Vitals();
  readonly #mates = new Mates();
  readonly #announcer: Announcer;
  readonly #alive = el("b");
  readonly #teams = el("b");
  readonly #teamCount = el(
    "div",
    { class: "count panel" },
    icon("teams"),
    this.#teams,
    el("span", {}, "teams"),
  );
  readonly #kills = el("b");
  readonly #assists = el("span", { class: "assists" });
  readonly #zoneText = el("span", { class: "zone-text" });
  readonly #zoneTime = el("b", { class: "zone-time" });
  readonly #zonePanel = el("div", { class: "zone-panel panel" }, this.#zoneText, this.#zoneTime);
  readonly #body: HTMLElement;
  readonly #vignette = el("div", { class: "vignette" });
  #lastHealth_hp: number | null = null;
  #hurtMs = Number.NEGATIVE_INFINITY;

  constructor(settings: SettingsStore) {
    this.#skills = new Skills(settings);
    this.#announcer = new Announcer(settings);
    this.#body = el(
      "div",
      { class: "hud-body" },
      this.#vitals.conditions,
      el("div", { class: "hud-row" }, this.#vitals.panel, this.#skills.root),
    );
    this.root = el(
      "div",
      { class: "hud", hidden: "" },
      this.#vignette,
      this.sounds.root,
      el(
        "div",
        { class: "hud-counts" },
        el("div", { class: "count panel" }, icon("alive"), this.#alive, el("span", {}, "alive")),
        this.#teamCount,
        el(
          "div",
          { class: "count panel" },
          icon("kills"),
          this.#kills,
          el("span", {}, "kills"),
          this.#assists,
        ),
      ),
      this.#mates.root,
      el("div", { class: "hud-zone" }, this.#zonePanel, this.#announcer.top),
      this.#announcer.centre,
      this.feed.root,
      this.spectate.root,
      this.#body,
      this.minimap.root,
      this.badge.root,
    );
  }

  /** Starts over for another match. */
  show(world: World): void {
    this.root.hidden = false;
    this.feed.clear();
    this.#mates.clear();
    this.#vitals.clear();
    this.sounds.clear();
    this.spectate.hide();
    this.#skills.reset();
    this.minimap.show(world.welcome.map);
    this.#teamCount.hidden = world.welcome.rules.team_size < 2;
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
    const snapshot = world.shown;
    if (snapshot === null) return;
    const { self } = snapshot;
    setText(this.#alive, String(snapshot.alive));
    setText(this.#teams, String(snapshot.teamsAlive));
    setText(this.#kills, String(self.kills));
    setText(this.#assists, assistWords(self.assists));
    this.#showZone(snapshot, frame, world.welcome.tickRateHz);
    const { low } = this.#vitals.update(snapshot, world);
    this.#showPain(snapshot, low, frame.nowMs);
    this.#skills.update(snapshot, world);
    this.#mates.update(snapshot, world);
    this.#announcer.update(world, snapshot, frame.view);
    this.minimap.update(world, frame);
    this.sounds.update(frame.nowMs);
    this.spectate.update(world, snapshot);
    this.badge.update(frame.health, frame.line, frame.nowMs);
    // Where the bar of those who watch stands, there is no room for the hands of somebody else.
    setClass(this.#body, "dead", !self.alive || !world.isOwn);
  }

  #showZone(snapshot: Snapshot, frame: HudFrame, tickRateHz: number): void {
    const waiting = snapshot.stage === StageKind.COUNTDOWN;
    const left = minutes((snapshot.zoneChangeTick - frame.view.tick) / tickRateHz);
    const shrinking = snapshot.zoneState === ZoneState.SHRINKING;
    const closed = snapshot.zoneState === ZoneState.CLOSED;
    const words = closed ? "Zone closed" : shrinking ? "Zone is closing" : "Zone closes in";
    setText(this.#zoneText, waiting ? "Get ready" : words);
    setText(this.#zoneTime, closed || waiting ? "" : left);
    setClass(this.#zonePanel, "closing", shrinking);
  }

  #showPain(snapshot: Snapshot, low: boolean, nowMs: number): void {
    const health_hp = snapshot.self.alive ? snapshot.self.healthHp : 0;
    if (this.#lastHealth_hp !== null && health_hp < this.#lastHealth_hp - 0.2) this.#hurtMs = nowMs;
    this.#lastHealth_hp = health_hp;
    setClass(this.#vignette, "low", low);
    const flash = Math.max(0, 1 - (nowMs - this.#hurtMs) / FLASH_MS);
    setVariable(this.#vignette, "--hurt", flash.toFixed(2));
    // A full-screen layer costs even when it shows nothing.
    this.#vignette.hidden = flash === 0 && !low;
  }
}

function assistWords(assists: number): string {
  if (assists === 0) return "";
  return assists === 1 ? "+1 assist" : `+${assists} assists`;
}
