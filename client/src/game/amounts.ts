/**
 * Gathers small amounts into numbers worth reading: a burn that takes a tenth of a
 * point each tick becomes one figure now and then.
 */

export interface Amount {
  readonly x: number;
  readonly y: number;
  readonly total: number;
}

interface Gathering {
  x: number;
  y: number;
  total: number;
  sinceMs: number;
}

/** From here on an amount is shown by itself, at once. */
const ALONE = 4;
const GATHER_MS = 450;

export class Amounts {
  readonly #open = new Map<string, Gathering>();

  /** Amounts under one key are added up. */
  add(key: string, x: number, y: number, amount: number, nowMs: number): Amount | null {
    const open = this.#open.get(key);
    if (amount >= ALONE) {
      this.#open.delete(key);
      return { x, y, total: amount + (open?.total ?? 0) };
    }
    if (open === undefined) this.#open.set(key, { x, y, total: amount, sinceMs: nowMs });
    else Object.assign(open, { x, y, total: open.total + amount });
    return null;
  }

  /** What has been gathered for long enough. */
  due(nowMs: number): [key: string, amount: Amount][] {
    const out: [string, Amount][] = [];
    for (const [key, { x, y, total, sinceMs }] of this.#open) {
      if (nowMs - sinceMs < GATHER_MS) continue;
      this.#open.delete(key);
      if (total >= 0.5) out.push([key, { x, y, total }]);
    }
    return out;
  }

  clear(): void {
    this.#open.clear();
  }
}
