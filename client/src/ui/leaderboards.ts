/** The best of all who play here: a board to a tab, with one class or with any. */

import {
  BOARDS,
  type Board,
  type BoardName,
  fetchBoard,
  fetchProfile,
  type Profile,
} from "../net/records";
import { BOARD_TITLES, boardValue, grouped, unranked } from "./deeds";
import { el } from "./dom";
import { choice } from "./fields";
import { remembered } from "./memory";
import { Sheet, table, tableRow } from "./sheet";
import { tabList } from "./tabs";

export class LeaderboardScreen {
  readonly #tabs = tabList(
    "Leaderboards",
    BOARDS.map((board) => [board, BOARD_TITLES[board]] as const),
    (board) => {
      this.#board = board;
      this.#load();
    },
  );
  readonly #sheet = new Sheet("boards", "Leaderboards", this.#tabs.root);
  readonly #filter = el("div", { class: "sheet-filter" });
  readonly #list = el("div", {});
  #board: BoardName = "wins";
  #role = "";

  constructor() {
    this.#sheet.body.replaceChildren(this.#list);
    this.#sheet.body.before(this.#filter);
  }

  get root(): HTMLDialogElement {
    return this.#sheet.root;
  }

  /** Classes by name, and what they are called. */
  offer(titles: ReadonlyMap<string, string>): void {
    const row = choice<string>({
      label: "Played as",
      options: [["", "Any class"], ...titles],
      get: () => this.#role,
      set: (role) => {
        this.#role = role;
        this.#load();
      },
    });
    row.refresh();
    this.#filter.replaceChildren(row.root);
  }

  hide(): void {
    this.#sheet.hide();
  }

  show(): void {
    this.#sheet.show();
    this.#tabs.select(this.#board);
    this.#load();
  }

  #load(): void {
    const [board, role] = [this.#board, this.#role];
    void this.#sheet.fill(
      () => Promise.all([fetchBoard(board, role), oneself()]),
      ([found, own]) => this.#fill(found, own),
    );
  }

  #fill({ rows, matchesMin }: Board, own: Profile | null): void {
    const lines = rows.map(({ rank, playerId, name, value, matches }) => {
      const mine = playerId === own?.playerId;
      // Who it is can be told without the colour.
      const cells = [String(rank), mine ? `▸ ${name} (you)` : name, boardValue(this.#board, value)];
      const attributes = mine ? { class: "own", "aria-current": "true" } : {};
      return tableRow([...cells, grouped(matches)], attributes);
    });
    const title = BOARD_TITLES[this.#board];
    const heads = ["Rank", "Name", title, "Matches"];
    const note = this.#board === "placement" ? `From ${matchesMin} finished matches on.` : "";
    const listed = rows.some(({ playerId }) => playerId === own?.playerId);
    const sums =
      this.#role === "" ? own?.sums : own?.classes.find(({ role }) => role === this.#role)?.sums;
    this.#list.replaceChildren(
      ...(rows.length === 0
        ? [el("p", { class: "sheet-note" }, "Nobody stands here yet.")]
        : [table(title, heads, lines).root]),
      ...(note === "" ? [] : [el("p", { class: "sheet-note" }, note)]),
      ...(own === null || listed
        ? []
        : [el("p", { class: "sheet-note own" }, unranked(this.#board, matchesMin, sums ?? null))]),
    );
  }
}

/** Without oneself the board is as good. */
async function oneself(): Promise<Profile | null> {
  const token = remembered("token");
  return token === "" ? null : fetchProfile(token).catch(() => null);
}
