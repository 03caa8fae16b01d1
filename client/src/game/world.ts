/** What is known of one match: built from WELCOME, kept up to date by what follows. */

import type { ClassRules, Entrant, Kill, Result, SkillRules, Welcome } from "../net/messages";
import type { EventRow, SelfRow, Snapshot } from "../net/rows";
import { SnapshotBuffer, sampleView, type WorldView } from "./interpolate";

/** Events older than this when their turn comes are not shown: the tab was away. */
const EVENT_AGE_MAX_TICKS = 15;

/** How a player stands to the one whose view it is. */
export type Side = "self" | "mate" | "foe";

export class World {
  readonly welcome: Welcome;
  readonly snapshots = new SnapshotBuffer();
  /** How this player died; null while alive. */
  death: Kill | null = null;
  result: Result | null = null;
  /** The own figures ahead of the server; null where nothing is predicted. */
  predicted: SelfRow | null = null;
  readonly #roster = new Map<number, Entrant>();
  readonly #fallen = new Set<number>();
  #pending: Snapshot[] = [];
  #own: EventRow[] = [];

  constructor(welcome: Welcome) {
    this.welcome = welcome;
    for (const entrant of welcome.roster) this.#roster.set(entrant.slot, entrant);
  }

  get latest(): Snapshot | null {
    return this.snapshots.newest;
  }

  /** The newest snapshot as it is on the glass: with the own figures that are predicted. */
  get shown(): Snapshot | null {
    const { latest, predicted } = this;
    return latest === null || predicted === null ? latest : { ...latest, self: predicted };
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
    this.#fallen.add(kill.victim);
    if (kill.victim === this.selfSlot) this.death = kill;
  }

  entrant(slot: number): Entrant | null {
    return this.#roster.get(slot) ?? null;
  }

  nameOf(slot: number): string {
    // Someone whose JOINED is still on its way has no name yet.
    return this.#roster.get(slot)?.name ?? `Player ${slot}`;
  }

  /** Whose view it is: one's own, and after death that of whoever is watched. */
  get viewer(): number {
    return this.latest?.eyesSlot ?? this.selfSlot;
  }

  get isWatching(): boolean {
    return this.welcome.mode === "watching";
  }

  /** Whether what is seen is seen by one's own living body. */
  get isOwn(): boolean {
    return this.latest?.own === true;
  }

  /** Whose snapshots may be asked for, ascending: a watcher's choice, or that of the dead. */
  get watchable(): number[] {
    const team = this.entrant(this.selfSlot)?.team;
    const dead = this.#fallen.has(this.selfSlot);
    return [...this.#roster.values()]
      .filter((entrant) => !this.#fallen.has(entrant.slot))
      .filter((entrant) => this.isWatching || (dead && entrant.team === team))
      .map(({ slot }) => slot)
      .sort((a, b) => a - b);
  }

  /** The one after (1) or before (−1) whoever is watched now; null where there is no choice. */
  nextWatched(by: 1 | -1): number | null {
    const { watchable, viewer } = this;
    const others = watchable.filter((slot) => slot !== viewer);
    if (by === 1) return others.find((slot) => slot > viewer) ?? others[0] ?? null;
    return others.filter((slot) => slot < viewer).at(-1) ?? others.at(-1) ?? null;
  }

  sideOf(slot: number): Side {
    const { viewer } = this;
    if (slot === viewer) return "self";
    const team = this.entrant(slot)?.team;
    return team !== undefined && team === this.entrant(viewer)?.team ? "mate" : "foe";
  }

  classOf(slot: number): ClassRules | null {
    const role = this.entrant(slot)?.role;
    return role === undefined ? null : (this.welcome.rules.classes[role] ?? null);
  }

  skill(index: number): SkillRules | null {
    return this.welcome.rules.skills[index] ?? null;
  }

  /** How far each of the own skills can be thrown; 0 for those that are not thrown. */
  get throwRanges_u(): number[] {
    const slots = this.latest?.self.slots ?? [];
    return slots.map(({ skill }) => {
      const rules = this.skill(skill);
      return rules?.kind === "area" ? rules.range_u : 0;
    });
  }

  namesOfTeam(team: number): string[] {
    const members = [...this.#roster.values()].filter((entrant) => entrant.team === team);
    return members.map(({ name }) => name);
  }

  view(tick: number): WorldView | null {
    return sampleView(this.snapshots, tick, this.welcome.tickRateHz, this.selfSlot);
  }

  /** Something the own body does ahead of the server: its moment is now. */
  addOwnEvent(event: EventRow): void {
    this.#own.push(event);
  }

  /**
   * Events whose moment has come since the last call, each exactly once. Those at the own body
   * happen where it is drawn.
   */
  takeEvents(tick: number, self: { readonly x: number; readonly y: number } | null): EventRow[] {
    const events = [...this.#own.splice(0), ...this.#due(tick)];
    if (self === null) return events;
    const { x, y } = self;
    return events.map((event) => (event.at === this.selfSlot ? { ...event, x, y } : event));
  }

  #due(tick: number): EventRow[] {
    const due = this.#pending.filter((snapshot) => snapshot.tick <= tick);
    if (due.length === 0) return [];
    this.#pending = this.#pending.filter((snapshot) => snapshot.tick > tick);
    const fresh = due.filter((snapshot) => snapshot.tick > tick - EVENT_AGE_MAX_TICKS);
    return fresh.flatMap((snapshot) => snapshot.events);
  }
}
