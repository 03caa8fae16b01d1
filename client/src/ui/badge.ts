/**
 * How good the line is: three numbers and a sign that differs by shape as well as by
 * colour, for bars, a triangle and a cross are told apart by everybody.
 */

import type { LineState } from "../game/session";
import type { ConnectionHealth, Grade } from "../net/health";
import { el, setClass, setText } from "./dom";

const GRADE_WORDS: Readonly<Record<Grade, string>> = {
  unknown: "measuring",
  good: "good",
  fair: "fair",
  poor: "poor",
};
const LINE_WORDS: Readonly<Record<LineState, string>> = {
  connecting: "Connecting",
  good: "",
  stalled: "Connection unsteady",
  closed: "Disconnected",
};
const GRADES: readonly Grade[] = ["unknown", "good", "fair", "poor"];
/** Numbers that change with every frame cannot be read. */
const EVERY_MS = 250;

export class NetworkBadge {
  readonly #sign = el("i", { class: "net-sign", "aria-hidden": "true" });
  readonly #words = el("b", { class: "net-words" });
  readonly #ping = figure("Ping", "Round trip");
  readonly #jitter = figure("Jitter", "How unevenly snapshots come");
  readonly #missed = figure("Late", "Snapshots that came late or not at all");
  readonly #grade = el("span", { class: "visually-hidden" });
  readonly root = el(
    "div",
    { class: "net panel" },
    this.#sign,
    this.#words,
    this.#ping.root,
    this.#jitter.root,
    this.#missed.root,
    this.#grade,
  );
  #shownMs = Number.NEGATIVE_INFINITY;
  /** Without it the badge comes up only when something is wrong. */
  wanted = true;

  update(read: () => ConnectionHealth | null, line: LineState, nowMs: number): void {
    if (nowMs - this.#shownMs < EVERY_MS) return;
    this.#shownMs = nowMs;
    const health = read();
    const grade = line === "good" ? (health?.grade ?? "unknown") : "poor";
    const trouble = LINE_WORDS[line];
    this.root.hidden = !this.wanted && trouble === "";
    for (const one of GRADES) setClass(this.root, one, one === grade);
    setClass(this.root, "broken", trouble !== "");
    setText(this.#words, trouble);
    setText(this.#ping.value, milliseconds(health?.pingMs));
    setText(this.#jitter.value, milliseconds(health?.jitterMs));
    setText(this.#missed.value, percent(health?.missed));
    setText(this.#grade, `Connection ${GRADE_WORDS[grade]}`);
  }
}

function figure(label: string, title: string): { root: HTMLElement; value: HTMLElement } {
  const value = el("b", {}, "–");
  return { root: el("span", { class: "net-figure", title }, el("small", {}, label), value), value };
}

function milliseconds(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : `${Math.round(value)} ms`;
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`;
}
