/** The pages over the title about what people did: at most one of them is open. */

import type { MatchInfo } from "../net/welcome";
import { LeaderboardScreen } from "./leaderboards";
import { ProfileScreen } from "./profile";

export class Records {
  readonly profile = new ProfileScreen();
  readonly boards = new LeaderboardScreen();
  readonly #screens = [this.profile, this.boards] as const;

  get roots(): HTMLElement[] {
    return this.#screens.map(({ root }) => root);
  }

  /** What classes are called; null where nobody says. */
  offer(info: MatchInfo | null): void {
    const titles = new Map(info?.classes.map(({ name, title }) => [name, title]));
    for (const screen of this.#screens) screen.offer(titles);
  }

  /** Closes what is open; false where nothing is. */
  hide(): boolean {
    const open = this.#screens.find(({ root }) => root.open);
    open?.hide();
    return open !== undefined;
  }
}
