/** How many frames a second are drawn, and how long the longest of them took. */

const WINDOW_MS = 1000;

export class FrameRate {
  #atMs: number[] = [];

  frame(nowMs: number): void {
    this.#atMs.push(nowMs);
    while ((this.#atMs[0] ?? nowMs) <= nowMs - WINDOW_MS) this.#atMs.shift();
  }

  get perSecond(): number {
    return this.#atMs.length;
  }

  get longestMs(): number {
    const gaps = this.#atMs.map((atMs, index) => atMs - (this.#atMs[index - 1] ?? atMs));
    return Math.max(0, ...gaps);
  }
}
