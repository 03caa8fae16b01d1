/** Cards over the game: how a match ended, why a join was refused, that the line broke. */

import type { World } from "../game/world";
import type { Refusal, Result } from "../net/messages";
import { deathText } from "./causes";
import { el, minutes, setText } from "./dom";

export interface Action {
  readonly label: string;
  run(): void;
}

interface Card {
  readonly tone: "death" | "victory" | "over" | "trouble" | "wait";
  readonly eyebrow: string;
  readonly title: string;
  readonly note?: string;
  readonly stats?: readonly (readonly [label: string, value: string])[];
  /** What the match changes in one's profile. */
  readonly tally?: HTMLElement | null;
  readonly primary?: Action;
  readonly secondary?: Action;
  /** The primary action counts down for so long before it can be used. */
  readonly waitS?: number;
}

/** Buttons sleep this long: whoever is still shooting must not press one by accident. */
const ARM_MS = 600;

export class Overlays {
  readonly root = el("div", { class: "overlay", hidden: "" });
  #timers: number[] = [];

  hide(): void {
    this.#stopTimers();
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  get shown(): boolean {
    return !this.root.hidden;
  }

  connecting(cancel: () => void): void {
    this.#show({
      tone: "wait",
      eyebrow: "Ringfall",
      title: "Joining a match…",
      secondary: { label: "Cancel", run: cancel },
    });
  }

  died(
    world: World,
    result: Result,
    tally: HTMLElement | null,
    again: () => void,
    watch: () => void,
  ): void {
    this.#show({
      tone: "death",
      eyebrow: "Eliminated",
      title: place(result),
      note: world.death === null ? "" : deathText(world.death, world),
      stats: statsOf(world, result),
      tally,
      primary: { label: "Play again", run: again },
      secondary: { label: "Keep watching", run: watch },
    });
  }

  over(
    world: World,
    result: Result,
    tally: HTMLElement | null,
    again: () => void,
    toTitle: () => void,
  ): void {
    const won = isWinner(world, result);
    this.#show({
      tone: won ? "victory" : "over",
      eyebrow: won ? "Victory" : "Match over",
      title: won ? victoryTitle(world) : winnerTitle(world, result),
      ...(world.isWatching
        ? {}
        : {
            note: won ? place(result) : `You placed ${place(result)}`,
            stats: statsOf(world, result),
            tally,
          }),
      primary: { label: world.isWatching ? "Play" : "Play again", run: again },
      secondary: { label: "To the title", run: toTitle },
    });
  }

  refused(refusal: Refusal, retry: () => void, toTitle: () => void): void {
    // Another attempt of an outdated page would end the same way.
    const stale = refusal.code === "bad_version" || refusal.code === "bad_message";
    const reload: Action = { label: "Reload the page", run: () => window.location.reload() };
    this.#show({
      tone: "trouble",
      eyebrow: EYEBROWS[refusal.code] ?? "The server said no",
      title: "Could not play",
      note: refusal.message,
      primary: stale ? reload : { label: "Try again", run: retry },
      secondary: { label: "To the title", run: toTitle },
      ...(refusal.retryAfterS === null ? {} : { waitS: refusal.retryAfterS }),
    });
  }

  lost(message: string, joined: boolean, reconnect: () => void, toTitle: () => void): void {
    this.#show({
      tone: "trouble",
      eyebrow: joined ? "Connection lost" : "No connection",
      title: joined ? "The line went dead" : "Could not reach the server",
      note: message,
      primary: { label: joined ? "Reconnect" : "Try again", run: reconnect },
      secondary: { label: "To the title", run: toTitle },
    });
  }

  noWebGl(): void {
    this.#show({
      tone: "trouble",
      eyebrow: "No WebGL",
      title: "This browser cannot draw the game",
      note: "Ringfall needs WebGL 2. Turn on hardware acceleration in the browser's settings, or try another browser or device.",
    });
  }

  #show(card: Card): void {
    this.#stopTimers();
    this.root.hidden = false;
    const title = el("h2", { id: "card-title" }, card.title);
    const buttons = el("div", { class: "card-actions" });
    const dialog = el(
      "section",
      { class: `card ${card.tone}`, role: "dialog", "aria-labelledby": "card-title" },
      el("p", { class: "eyebrow" }, card.eyebrow),
      title,
      card.note ? el("p", { class: "note" }, card.note) : null,
      card.stats === undefined ? null : statList(card.stats),
      card.tally ?? null,
      buttons,
    );
    if (card.primary !== undefined) {
      const button = this.#button(card.primary, "primary");
      buttons.append(button);
      if (card.waitS !== undefined && card.waitS > 0)
        this.#countDown(button, card.primary, card.waitS);
      else this.#arm(button, true);
    }
    if (card.secondary !== undefined) {
      const button = this.#button(card.secondary, "secondary");
      buttons.append(button);
      this.#arm(button, false);
    }
    this.root.replaceChildren(dialog);
  }

  #button(action: Action, kind: string): HTMLButtonElement {
    const button = el("button", { class: kind, type: "button", disabled: "" }, action.label);
    button.addEventListener("click", () => action.run());
    return button;
  }

  #arm(button: HTMLButtonElement, focus: boolean): void {
    const timer = window.setTimeout(() => {
      button.disabled = false;
      if (focus) button.focus({ preventScroll: true });
    }, ARM_MS);
    this.#timers.push(timer);
  }

  #countDown(button: HTMLButtonElement, action: Action, waitS: number): void {
    const readyMs = performance.now() + waitS * 1000;
    const tick = (): void => {
      const left = Math.ceil((readyMs - performance.now()) / 1000);
      setText(button, left > 0 ? `${action.label} in ${left} s` : action.label);
      button.disabled = left > 0;
      if (left <= 0) button.focus({ preventScroll: true });
      else this.#timers.push(window.setTimeout(tick, 250));
    };
    tick();
  }

  #stopTimers(): void {
    for (const timer of this.#timers) window.clearTimeout(timer);
    this.#timers = [];
  }
}

const EYEBROWS: Readonly<Record<string, string>> = {
  server_full: "Server full",
  too_many_connections: "Too many connections",
  shutting_down: "Server stopping",
  bad_version: "New version",
  bad_message: "Protocol error",
  flooding: "Too many messages",
  idle: "Idle for too long",
  too_slow: "Connection too slow",
  match_over: "Match over",
  match_full: "Match full",
  first_message_late: "Too late",
  taken_over: "Playing elsewhere",
  signed_out: "Signed out",
  bad_ticket: "Too late",
  too_many_requests: "Too many attempts",
  unavailable: "Not available",
  not_found: "No such match",
  internal: "Server fault",
};

/** "#3 of 12 teams"; a team that still stands has no place yet. */
function place({ placement, teams, entrants }: Result): string {
  if (placement === 0) return "Your team fights on";
  return teams < entrants ? `#${placement} of ${teams} teams` : `#${placement} of ${entrants}`;
}

export function isWinner(world: World, result: Result): boolean {
  if (result.winner === world.selfSlot) return true;
  const team = world.entrant(world.selfSlot)?.team;
  if (result.winningTeam !== null) return result.winningTeam === team;
  return result.winner === null && result.placement === 1;
}

function victoryTitle(world: World): string {
  return world.welcome.rules.team_size > 1 ? "Last team standing" : "Last one standing";
}

function winnerTitle(world: World, { winner, winningTeam }: Result): string {
  if (world.welcome.rules.team_size > 1 && winningTeam !== null) {
    const names = world.namesOfTeam(winningTeam);
    if (names.length > 0) return `${names.join(", ")} win`;
  }
  return winner === null ? "Nobody survived" : `${world.nameOf(winner)} wins`;
}

function statsOf(world: World, result: Result): [string, string][] {
  const rounded = (value: number) => String(Math.round(value));
  const team: [string, string][] =
    world.welcome.rules.team_size > 1 || result.healedHp > 0
      ? [["Healing", rounded(result.healedHp)]]
      : [];
  return [
    ["Kills", String(result.kills)],
    ["Assists", String(result.assists)],
    ["Damage", rounded(result.damageHp)],
    ...team,
    ["Accuracy", `${rounded(result.accuracy * 100)} %`],
    ["Level", String(result.level)],
    ["Distance", `${rounded(result.distance_u)} u`],
    ["Time alive", minutes(Math.floor(result.ticksAlive / world.welcome.tickRateHz))],
  ];
}

function statList(stats: readonly (readonly [string, string])[]): HTMLElement {
  return el(
    "dl",
    { class: "stats" },
    ...stats.map(([label, value]) => el("div", {}, el("dd", {}, value), el("dt", {}, label))),
  );
}
