/** What is known of one match: built from WELCOME, kept up to date by what follows. */

import type { Entrant, EventRow, Kill, Result, Snapshot, Welcome } from "../net/messages";
import { SnapshotBuffer, sampleView, type WorldView } from "./interpolate";

/** Events older than this when their turn comes are not shown: the tab was away. */
const EVENT_AGE_MAX_TICKS = 15;

export class World {
  readonly welcome: Welcome;
  readonly snapshots = new SnapshotBuffer();
  /** How this player died; null while alive. */
  death: Kill | null = null;
  result: Result | null = null;
  readonly #roster = new Map<number, Entrant>();
  #pending: Snapshot[] = [];

  constructor(welcome: Welcome) {
    this.welcome = welcome;
    for (const entrant of welcome.roster) this.#roster.set(entrant.slot, entrant);
  }

  get latest(): Snapshot | null {
    return this.snapshots.newest;
  }

  get selfSlot(): number {
    return this.welcome.slot;
  }

  addEntrant(entrant: Entrant): void {
    this.#roster.set(entrant.slot, entrant);
  }

  addSnapshot(snapshot: Snapshot): boolean {
    if (!this.snapshots.push(snapshot)) return false;
    if (snapshot.events.length > 0) this.#pending.push(snapshot);
    return true;
  }

  addKill(kill: Kill): void {
    if (kill.victim === this.selfSlot) this.death = kill;
  }

  entrant(slot: number): Entrant | null {
    return this.#roster.get(slot) ?? null;
  }

  nameOf(slot: number): string {
    // Someone whose JOINED is still on its way has no name yet.
    return this.#roster.get(slot)?.name ?? `Player ${slot}`;
  }

  view(tick: number): WorldView | null {
    const { tickRateHz, rules } = this.welcome;
    return sampleView(this.snapshots, tick, { tickRateHz, shotSpeed_ups: rules.shot_speed_ups });
  }

  /** Events whose moment has come since the last call, each exactly once. */
  takeEvents(tick: number): EventRow[] {
    const due = this.#pending.filter((snapshot) => snapshot.tick <= tick);
    if (due.length === 0) return [];
    this.#pending = this.#pending.filter((snapshot) => snapshot.tick > tick);
    const fresh = due.filter((snapshot) => snapshot.tick > tick - EVENT_AGE_MAX_TICKS);
    return fresh.flatMap((snapshot) => snapshot.events);
  }
}
