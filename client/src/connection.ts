/**
 * The way into a match and back into it: the door, one session after another, and the
 * attempts to return after a line broke. What is on the screen meanwhile is app.ts's.
 *
 *   play → door → session → broken → (waits) → door → session …
 *              ↘ refused / lost    ↙
 */

import type { Ending, SessionEvents } from "./game/session";
import type { World } from "./game/world";
import { DoorError, type Ticket } from "./net/door";
import type { Kill, Refusal, Result } from "./net/messages";
import { Reconnect } from "./net/reconnect";
import type { JoinWish } from "./net/wire";

/** How a match is entered: with which body, or with none. */
export type Errand =
  | { readonly kind: "play"; readonly wish: JoinWish; readonly fresh: boolean }
  | { readonly kind: "watch"; readonly name: string };

/** What a connection needs of a session. */
export interface Line {
  readonly world: World | null;
  leave(): void;
}

export interface Outside<Kind extends Line> {
  /** Whether there may be a match at all on this page, and the server speaks its language. */
  ready(): Promise<boolean>;
  ask(errand: Errand): Promise<Ticket>;
  open(ticket: Ticket, resumeTick: number, events: SessionEvents): Kind;
  random(): number;
}

export interface ConnectionEvents {
  welcomed(world: World): void;
  killed(kill: Kill): void;
  resulted(result: Result): void;
  /** Nothing more is heard of this session. */
  silent(): void;
  /** The line broke in the middle of a match: attempts to come back follow. */
  broken(why: string): void;
  refused(refusal: Refusal): void;
  lost(message: string, joined: boolean): void;
}

export class Connection<Kind extends Line> {
  readonly reconnect: Reconnect;
  readonly #outside: Outside<Kind>;
  readonly #events: ConnectionEvents;
  #errand: Errand | null = null;
  #session: Kind | null = null;
  /** Rises with every attempt: an answer to an earlier one is not for this one. */
  #attempt = 0;
  #match = "";
  /** Newest snapshot applied in that match. */
  #resumeTick = 0;
  /** A ticket may be too old by the time it arrives: one more is asked for. */
  #ticketsLeft = 0;

  constructor(outside: Outside<Kind>, events: ConnectionEvents) {
    this.#outside = outside;
    this.#events = events;
    this.reconnect = new Reconnect(() => outside.random());
  }

  get session(): Kind | null {
    return this.#session;
  }

  start(errand: Errand): void {
    this.leave();
    this.#errand = errand;
    this.#match = "";
    void this.#connect();
  }

  /** Ends from this side: nothing more is heard of it. */
  leave(): void {
    this.#attempt += 1;
    this.reconnect.cancel();
    this.#session?.leave();
    this.#session = null;
  }

  /** Tries to get back when its time has come. To be called several times a second. */
  watch(nowMs: number): void {
    if (this.reconnect.due(nowMs)) void this.#connect();
  }

  async #connect(ticketsLeft = 1): Promise<void> {
    const errand = this.#errand;
    if (errand === null) return;
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#ticketsLeft = ticketsLeft;
    this.#session?.leave();
    this.#session = null;
    try {
      const ready = await this.#outside.ready();
      if (!ready || attempt !== this.#attempt) return;
      // Whoever tries to come back wants the body that waits.
      const returning = this.reconnect.busy && errand.kind === "play";
      const ticket = await this.#outside.ask(returning ? { ...errand, fresh: false } : errand);
      if (attempt !== this.#attempt) return;
      const resumeTick = ticket.resumed && ticket.matchId === this.#match ? this.#resumeTick : 0;
      this.#match = ticket.matchId;
      this.#session = this.#outside.open(ticket, resumeTick, this.#eventsOf(attempt));
    } catch (error) {
      if (attempt === this.#attempt) this.#ended(endingOf(error));
    }
  }

  #eventsOf(attempt: number): SessionEvents {
    const current = (run: () => void): void => {
      if (attempt === this.#attempt) run();
    };
    return {
      welcomed: (world) =>
        current(() => {
          this.reconnect.succeeded(performance.now(), world.welcome.mode === "new");
          this.#events.welcomed(world);
        }),
      joined: () => undefined,
      killed: (kill) => current(() => this.#events.killed(kill)),
      resulted: (result) => current(() => this.#events.resulted(result)),
      ended: (ending) => current(() => this.#ended(ending)),
    };
  }

  #ended(ending: Ending): void {
    const world = this.#session?.world ?? null;
    const nowMs = performance.now();
    this.#events.silent();
    // "finished": the result is on screen already and stays there.
    if (ending.kind === "finished") return;
    if (world?.latest) this.#resumeTick = world.latest.tick;
    const refusal = ending.kind === "refused" ? ending.refusal : null;
    if (refusal?.code === "bad_ticket" && this.#ticketsLeft > 0) {
      void this.#connect(this.#ticketsLeft - 1);
      return;
    }
    // A server that gives no time after which to try again does not want to be asked again.
    const passing = refusal === null || refusal.retryAfterS !== null;
    if (this.reconnect.busy && passing) {
      this.reconnect.failed(nowMs, (refusal?.retryAfterS ?? 0) * 1000);
      return;
    }
    this.reconnect.cancel();
    // Whoever has died already has nothing to come back to.
    if (world !== null && world.result === null && passing) {
      this.#events.broken(refusal?.message ?? (ending as { message: string }).message);
      this.reconnect.lost(nowMs);
    } else if (ending.kind === "refused") this.#events.refused(ending.refusal);
    else this.#events.lost(ending.message, ending.joined);
  }
}

function endingOf(error: unknown): Ending {
  if (error instanceof DoorError) {
    const { code, message, retryAfterS } = error;
    return { kind: "refused", refusal: { kind: "error", code, message, retryAfterS } };
  }
  const message = error instanceof Error ? error.message : "";
  return { kind: "lost", message, joined: false };
}
