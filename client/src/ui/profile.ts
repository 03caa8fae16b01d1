/** One's own profile: sums, classes, and the matches played. */

import { DoorError, type Saved } from "../net/door";
import {
  fetchHistory,
  fetchProfile,
  fetchRecording,
  type HistoryPage,
  type Played,
  type Profile,
} from "../net/records";
import { accuracy, dayOf, grouped, lasting, meanPlace, momentOf, outcome } from "./deeds";
import { el, minutes } from "./dom";
import { remembered } from "./memory";
import { Sheet, table, tableRow } from "./sheet";

const NOBODY = "Nothing is known of you here yet. It will be from your first match on.";

export class ProfileScreen {
  readonly #sheet = new Sheet("profile", "Profile");
  #titles: ReadonlyMap<string, string> = new Map();

  get root(): HTMLDialogElement {
    return this.#sheet.root;
  }

  /** What classes are called. */
  offer(titles: ReadonlyMap<string, string>): void {
    this.#titles = titles;
  }

  hide(): void {
    this.#sheet.hide();
  }

  show(): void {
    this.#sheet.show();
    this.#sheet.head("Ringfall", "Profile");
    this.#sheet.body.replaceChildren();
    const token = remembered("token");
    if (token === "") this.#sheet.say(NOBODY);
    else
      void this.#sheet.fill(
        () => ask(token),
        (found) => this.#fill(found),
      );
  }

  #fill(found: readonly [Profile, HistoryPage] | null): void {
    if (found === null) {
      this.#sheet.say(NOBODY);
      return;
    }
    const [profile, page] = found;
    const { sinceS, sums, classes } = profile;
    this.#sheet.head(sinceS === null ? "Guest" : `Guest since ${dayOf(sinceS)}`, profile.name);
    const rows = classes.map(({ role, sums: of }) =>
      tableRow([
        this.#titleOf(role),
        ...[grouped(of.matches), grouped(of.wins), meanPlace(of), grouped(of.kills)],
        ...[grouped(of.damageHp), accuracy(of), lasting(of.aliveS)],
      ]),
    );
    const heads = ["Class", "Matches", "Wins", "Place", "Kills", "Damage", "Accuracy", "Alive"];
    this.#sheet.body.replaceChildren(
      tiles(sums),
      ...(rows.length === 0 ? [] : [table("By class", heads, rows).root]),
      ...this.#history(profile.playerId, page),
    );
  }

  #history(playerId: string, first: HistoryPage): HTMLElement[] {
    if (first.matches.length === 0) return [];
    const heads = ["When", "Map", "Class", "Result", "Kills", "Damage", "Alive", "Recording"];
    const { root, body } = table("Last matches", heads, []);
    const more = el("button", { type: "button", class: "secondary small" }, "Load more");
    let { next } = first;
    const add = (page: HistoryPage): void => {
      const rows = page.matches.map((match) => this.#match(match));
      body.append(...rows);
      next = page.next;
      more.hidden = next === null;
    };
    add(first);
    more.addEventListener("click", () => {
      const shown = body.childElementCount;
      more.disabled = true;
      void this.#sheet
        .fill(() => fetchHistory(playerId, next), add)
        .then(() => {
          more.disabled = false;
          // Where the reading goes on, also for whoever does not see it.
          const row = body.children[shown];
          if (row instanceof HTMLElement) row.focus();
        });
    });
    return [root, el("p", { class: "sheet-more" }, more)];
  }

  #match(match: Played): HTMLElement {
    const { startedS, map, role, kills, damageHp, aliveS } = match;
    const cells = [
      ...[momentOf(startedS), map ?? "–", this.#titleOf(role)],
      ...[outcome(match), grouped(kills), grouped(damageHp)],
      minutes(Math.floor(aliveS)),
    ];
    const row = tableRow(cells, match.won ? { class: "won", tabindex: "-1" } : { tabindex: "-1" });
    row.append(el("td", {}, match.recorded ? this.#saver(match) : "–"));
    return row;
  }

  #saver({ matchId, startedS }: Played): HTMLElement {
    const label = `Save the recording of ${momentOf(startedS)}`;
    const button = el("button", { type: "button", class: "link", "aria-label": label }, "Save");
    button.addEventListener("click", () => {
      const token = remembered("token");
      void this.#sheet.fill(() => fetchRecording(matchId, token), save);
    });
    return button;
  }

  #titleOf(role: string): string {
    return this.#titles.get(role) ?? role;
  }
}

/** Null of somebody whom the server does not know any more. */
async function ask(token: string): Promise<readonly [Profile, HistoryPage] | null> {
  try {
    const profile = await fetchProfile(token);
    // Who has no match written down may be in no file yet.
    const page =
      profile.sums.matches === 0
        ? { matches: [], next: null }
        : await fetchHistory(profile.playerId, null);
    return [profile, page];
  } catch (error) {
    if (error instanceof DoorError && error.code === "unauthorized") return null;
    throw error;
  }
}

function save({ name, data }: Saved): void {
  const link = el("a", { href: URL.createObjectURL(data), download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function tiles(sums: Profile["sums"]): HTMLElement {
  const rows: [string, string][] = [
    ["Matches", grouped(sums.matches)],
    ["Wins", grouped(sums.wins)],
    ["Average place", meanPlace(sums)],
    ["Kills", grouped(sums.kills)],
    ["Assists", grouped(sums.assists)],
    ["Damage", grouped(sums.damageHp)],
    ["Healing", grouped(sums.healedHp)],
    ["Accuracy", accuracy(sums)],
    ["Time alive", lasting(sums.aliveS)],
  ];
  return el(
    "dl",
    { class: "stats" },
    ...rows.map(([label, value]) => el("div", {}, el("dd", {}, value), el("dt", {}, label))),
  );
}
