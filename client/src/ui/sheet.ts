/**
 * A page over the title that is filled by the server. A modal dialog: the browser keeps the
 * focus in it and gives it back afterwards. While it waits it says so; what went wrong is
 * said in words, with a way to try again.
 */

import { el } from "./dom";

export class Sheet {
  readonly root: HTMLDialogElement;
  readonly body = el("div", { class: "sheet-body" });
  readonly #eyebrow = el("p", { class: "eyebrow" }, "Ringfall");
  readonly #title: HTMLElement;
  readonly #status = el("p", { class: "sheet-status", role: "status" });
  readonly #close = el("button", { type: "button", class: "primary" }, "Done");
  /** Rises with everything that is asked for: an answer that comes late is not shown. */
  #turn = 0;

  constructor(id: string, title: string, top: HTMLElement | null = null) {
    this.#title = el("h2", { id: `${id}-title` }, title);
    this.root = el(
      "dialog",
      { class: `settings sheet ${id}`, "aria-labelledby": `${id}-title` },
      el("header", {}, this.#eyebrow, this.#title),
      top,
      el(
        "div",
        { class: "pages", tabindex: "0", role: "region", "aria-labelledby": `${id}-title` },
        this.#status,
        this.body,
      ),
      el("footer", {}, this.#close),
    );
    this.#close.addEventListener("click", () => this.hide());
    this.root.addEventListener("close", () => {
      this.#turn += 1;
    });
  }

  show(): void {
    if (!this.root.open) this.root.showModal();
    this.#close.focus({ preventScroll: true });
  }

  hide(): void {
    if (this.root.open) this.root.close();
  }

  head(eyebrow: string, title: string): void {
    this.#eyebrow.textContent = eyebrow;
    this.#title.textContent = title;
  }

  say(text: string, ...more: Node[]): void {
    this.#status.replaceChildren(text, ...more);
    this.#status.hidden = text === "";
  }

  /** Shows what `ask` brings, unless something else was asked for meanwhile. */
  async fill<Answer>(ask: () => Promise<Answer>, show: (answer: Answer) => void): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.say("One moment…");
    try {
      const answer = await ask();
      if (turn !== this.#turn) return;
      this.say("");
      show(answer);
    } catch (error) {
      if (turn !== this.#turn) return;
      const again = el("button", { type: "button", class: "secondary small" }, "Try again");
      again.addEventListener("click", () => void this.fill(ask, show));
      this.say(error instanceof Error ? error.message : String(error), again);
    }
  }
}

/** A table with one row for each of `rows`, scrolled sideways where it is too wide. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly HTMLElement[],
): { root: HTMLElement; body: HTMLElement } {
  const body = el("tbody", {}, ...rows);
  const root = el(
    "div",
    { class: "sheet-table" },
    el(
      "table",
      {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      body,
    ),
  );
  return { root, body };
}

/** The first cell says what the row is about. */
export function tableRow(cells: readonly string[], attributes = {}): HTMLTableRowElement {
  const [first = "", ...others] = cells;
  const data = others.map((cell) => el("td", {}, cell));
  return el("tr", attributes, el("th", { scope: "row" }, first), ...data);
}
