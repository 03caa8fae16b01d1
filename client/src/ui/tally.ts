/** The line on the card of a result: what the match changed in one's profile. */

import { counted } from "../game/counting";
import { fetchProfile, type Profile } from "../net/records";
import { changes } from "./deeds";
import { el } from "./dom";
import { remembered } from "./memory";

export class Tally {
  /** Rises with every match: what an earlier one brings is not shown any more. */
  #turn = 0;

  stop(): void {
    this.#turn += 1;
  }

  /** Of a match that goes on without oneself. */
  later(): HTMLElement | null {
    this.stop();
    return remembered("token") === ""
      ? null
      : el("p", { class: "tally" }, "Counts towards your profile when the match ends.");
  }

  /** Of a match that is over. */
  now(matchId: string): HTMLElement | null {
    this.stop();
    const token = remembered("token");
    if (token === "") return null;
    const root = el("p", { class: "tally", role: "status" }, "Being counted…");
    void this.#fill(root, matchId, token);
    return root;
  }

  async #fill(root: HTMLElement, matchId: string, token: string): Promise<void> {
    const turn = this.#turn;
    const found = await counted(matchId, {
      profile: () => fetchProfile(token),
      sleep: (ms) => new Promise((resolve) => window.setTimeout(resolve, ms)),
      over: () => turn !== this.#turn,
    });
    if (turn !== this.#turn) return;
    if (found === null) root.replaceChildren("Not counted yet. Your profile will have it later.");
    else root.replaceChildren(...words(found));
  }
}

function words(profile: Profile): (Node | string)[] {
  return [
    "In your profile now: ",
    ...changes(profile).flatMap(([label, now, by], index) => [
      index === 0 ? "" : ", ",
      el("b", {}, now),
      ` ${label}`,
      by === "" ? "" : el("em", {}, ` ${by}`),
    ]),
    ".",
  ];
}
