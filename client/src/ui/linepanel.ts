/** The figures of the line, for whoever wants to know: F3. */

import type { Measures } from "../game/measures";
import { el, setText } from "./dom";

/** Numbers that change with every frame cannot be read. */
const EVERY_MS = 250;

interface Frames {
  readonly perSecond: number;
  readonly longestMs: number;
}

type Line = readonly [label: string, of: (now: Measures) => string];

const LINES: readonly Line[] = [
  ["Ping", ({ pingMs }) => ms(pingMs)],
  ["Jitter", ({ jitterMs }) => ms(jitterMs)],
  ["Loss", ({ missed }) => (missed === null ? "–" : `${(missed * 100).toFixed(1)} %`)],
  ["Snapshot age", ({ snapshotAgeMs }) => ms(snapshotAgeMs)],
  ["Input buffer", ({ lead, meanLead }) => (lead === null ? "–" : `${lead} · ⌀ ${two(meanLead)}`)],
  ["Send rate", ({ stretch }) => `${(100 / stretch).toFixed(1)} %`],
  ["Interpolation", ({ delayMs, delayTicks }) => `${ms(delayMs)} · ${two(delayTicks)} ticks`],
  ["Unconfirmed", ({ unacked }) => String(unacked)],
  ["Corrections", ({ corrections, refreshes }) => `${corrections} + ${refreshes}`],
  ["Casts refused", ({ refused }) => String(refused)],
  ["Received", ({ receivedBytesPerS }) => bytes(receivedBytesPerS)],
  ["Sent", ({ sentBytesPerS }) => bytes(sentBytesPerS)],
];

export class LinePanel {
  readonly #values = LINES.map(() => el("dd", {}, "–"));
  readonly #fps = el("dd", {}, "–");
  readonly root: HTMLElement;
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor() {
    const rows = LINES.flatMap(([label], place) => [
      el("dt", {}, label),
      this.#values[place] ?? el("dd"),
    ]);
    rows.push(el("dt", {}, "Frames"), this.#fps);
    this.root = el(
      "dl",
      { class: "line-panel panel", "aria-label": "Figures of the line", hidden: "" },
      ...rows,
    );
  }

  get shown(): boolean {
    return !this.root.hidden;
  }

  set shown(shown: boolean) {
    this.root.hidden = !shown;
    this.#shownMs = Number.NEGATIVE_INFINITY;
  }

  update(read: () => Measures | null, frames: Frames, nowMs: number): void {
    if (!this.shown || nowMs - this.#shownMs < EVERY_MS) return;
    this.#shownMs = nowMs;
    const now = read();
    LINES.forEach(([, of], place) => {
      const value = this.#values[place];
      if (value !== undefined) setText(value, now === null ? "–" : of(now));
    });
    setText(this.#fps, `${frames.perSecond}/s · ${ms(frames.longestMs)}`);
  }
}

function ms(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}

function two(value: number): string {
  return value.toFixed(2);
}

function bytes(perSecond: number): string {
  return perSecond < 1000
    ? `${Math.round(perSecond)} B/s`
    : `${(perSecond / 1000).toFixed(1)} kB/s`;
}
