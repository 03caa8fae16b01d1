/** Bytes a second, over the last seconds. */

const WINDOW_MS = 2000;

export class Flow {
  #parts: { readonly atMs: number; readonly bytes: number }[] = [];
  #total = 0;

  add(bytes: number, nowMs: number): void {
    this.#parts.push({ atMs: nowMs, bytes });
    this.#total += bytes;
    this.#forget(nowMs);
  }

  perSecond(nowMs: number): number {
    this.#forget(nowMs);
    return (this.#total * 1000) / WINDOW_MS;
  }

  #forget(nowMs: number): void {
    const fresh = this.#parts.findIndex(({ atMs }) => atMs > nowMs - WINDOW_MS);
    const gone = this.#parts.splice(0, fresh < 0 ? this.#parts.length : fresh);
    for (const { bytes } of gone) this.#total -= bytes;
  }
}
