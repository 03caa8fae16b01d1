/**
 * One connection from "Play" to its end: joins, feeds the world, sends one input
 * per tick, and says once how it ended.
 */

import { WireError } from "../net/checks";
import { Flow } from "../net/flow";
import type { ConnectionHealth } from "../net/health";
import type { Entrant, Kill, Refusal, Result, ServerMessage, Welcome } from "../net/messages";
import { CLOSE_NORMAL, U32_MAX } from "../net/protocol";
import { GameSocket } from "../net/socket";
import { decodeMessage, encodeInput, encodeJoin, encodePing, encodeSpectate } from "../net/wire";
import type { HeldInput } from "./input";
import type { WorldView } from "./interpolate";
import { type Measures, measure } from "./measures";
import { startPacer } from "./pacer";
import { Relay } from "./relay";
import { World } from "./world";

export type Ending =
  /** The server said why. */
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** The line broke, or never came up. */
  | { readonly kind: "lost"; readonly message: string; readonly joined: boolean }
  /** The match is over and the server hung up as announced. */
  | { readonly kind: "finished" };

export interface SessionEvents {
  welcomed(world: World): void;
  joined(entrant: Entrant): void;
  killed(kill: Kill): void;
  resulted(result: Result): void;
  ended(ending: Ending): void;
}

/** What JOIN says. */
export interface Entry {
  readonly ticket: string;
  /** Newest snapshot applied before the line broke, 0 for none. */
  readonly resumeTick: number;
}

const JOIN_TIMEOUT_MS = 8000;
const PING_EVERY_MS = 1000;
/** Without a byte for this long the line is called unsteady, then lost. */
const STALLED_MS = 1500;
const LOST_MS = 12_000;

export type LineState = "connecting" | "good" | "stalled" | "closed";

export class Session {
  readonly #events: SessionEvents;
  readonly #input: HeldInput;
  readonly #socket: GameSocket;
  #world: World | null = null;
  #relay: Relay | null = null;
  #ended = false;
  #seq = 0;
  #stopPacer: (() => void) | null = null;
  #watch = 0;
  #startedMs = performance.now();
  #heardMs = performance.now();
  #pingNonce = 0;
  #pingSentMs: number | null = null;
  #pingDueMs = 0;
  readonly #received = new Flow();
  readonly #sent = new Flow();

  constructor(url: string, entry: Entry, input: HeldInput, events: SessionEvents) {
    this.#events = events;
    this.#input = input;
    this.#socket = new GameSocket(url, {
      opened: () => this.#socket.send(encodeJoin(entry.ticket, entry.resumeTick)),
      received: (bytes) => this.#receive(bytes),
      ended: (code, reason) => this.#closed(code, reason),
    });
    this.#watch = window.setInterval(() => this.#checkLine(), 250);
  }

  get world(): World | null {
    return this.#world;
  }

  /** Null before WELCOME. */
  health(nowMs: number): ConnectionHealth | null {
    return this.#relay?.health.read(nowMs) ?? null;
  }

  get snapshotCount(): number {
    return this.#relay?.snapshots ?? 0;
  }

  /** Null before WELCOME. */
  measures(nowMs: number): Measures | null {
    const relay = this.#relay;
    if (relay === null) return null;
    return measure(relay, this.#received.perSecond(nowMs), this.#sent.perSecond(nowMs), nowMs);
  }

  get line(): LineState {
    // After the result the server hangs up as announced: nothing is wrong then.
    if (this.#ended) return this.#over() ? "good" : "closed";
    if (this.#world === null) return "connecting";
    return performance.now() - this.#heardMs > STALLED_MS ? "stalled" : "good";
  }

  /** The world as it is to be drawn now; null before the first snapshot. */
  view(nowMs: number): WorldView | null {
    return this.#relay?.view(nowMs, this.#input.aim) ?? null;
  }

  /** Asks for somebody else's snapshots; the server decides. */
  spectate(slot: number): void {
    this.#socket.send(encodeSpectate(slot));
  }

  /** Ends from this side, without an `ended` event. */
  leave(): void {
    this.#stop();
    this.#socket.close();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#heardMs = performance.now();
    this.#received.add(bytes.byteLength, this.#heardMs);
    try {
      this.#apply(decodeMessage(bytes));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#socket.close();
      const refusal: Refusal = {
        kind: "error",
        code: "bad_message",
        message: `The server sent something this page cannot read (${error.message}). Reload the page to get its newest version.`,
        retryAfterS: null,
      };
      this.#end({ kind: "refused", refusal });
    }
  }

  #apply(message: ServerMessage): void {
    if (message.kind === "welcome") {
      this.#begin(message);
      return;
    }
    if (message.kind === "error") {
      this.#socket.close();
      this.#end(this.#over() ? { kind: "finished" } : { kind: "refused", refusal: message });
      return;
    }
    const world = this.#world;
    if (world === null) throw new WireError(`${message.kind} before WELCOME`);
    switch (message.kind) {
      case "snapshot":
        this.#relay?.hear(message.payload, this.#heardMs);
        return;
      case "joined":
        world.addEntrant(message.entrant);
        this.#events.joined(message.entrant);
        return;
      case "kill":
        world.addKill(message);
        if (message.victim === world.selfSlot) this.#relay?.fell();
        this.#events.killed(message);
        return;
      case "result":
        world.result = message;
        this.#events.resulted(message);
        return;
      case "pong":
        this.#pong(message.nonce);
    }
  }

  #begin(welcome: Welcome): void {
    if (this.#world !== null) throw new WireError("a second WELCOME");
    this.#world = new World(welcome);
    const relay = new Relay(this.#world);
    this.#relay = relay;
    this.#stopPacer = startPacer(
      () => relay.intervalMs,
      () => this.#beat(relay),
    );
    this.#events.welcomed(this.#world);
  }

  /** Once per tick: one INPUT, and now and then a PING. */
  #beat(relay: Relay): void {
    const command = this.#input.sample(this.#world?.throwRanges_u ?? []);
    // Sent also while dead or watching: the acks keep the snapshots coming.
    const seq = this.#seq + 1;
    const asked = { ...command, buttons: relay.buttonsOf(command) };
    if (this.#send(encodeInput(seq, asked, relay.ack))) {
      this.#seq = seq;
      relay.sent(seq, command, performance.now());
    }
    this.#ping();
  }

  #send(bytes: Uint8Array<ArrayBuffer>): boolean {
    const sent = this.#socket.send(bytes);
    if (sent) this.#sent.add(bytes.byteLength, performance.now());
    return sent;
  }

  #ping(): void {
    const now = performance.now();
    if (now < this.#pingDueMs) return;
    this.#pingDueMs = now + PING_EVERY_MS;
    this.#pingNonce = (this.#pingNonce + 1) % U32_MAX;
    if (this.#send(encodePing(this.#pingNonce))) this.#pingSentMs = now;
  }

  #pong(nonce: number): void {
    if (nonce !== this.#pingNonce || this.#pingSentMs === null) return;
    this.#relay?.health.pong(performance.now() - this.#pingSentMs);
    this.#pingSentMs = null;
  }

  #checkLine(): void {
    const now = performance.now();
    if (this.#world === null && now - this.#startedMs > JOIN_TIMEOUT_MS) {
      this.#giveUp("The server did not answer in time.");
    } else if (this.#world !== null && now - this.#heardMs > LOST_MS) {
      this.#giveUp("Nothing has come from the server for a while.");
    }
  }

  #giveUp(message: string): void {
    this.#socket.close();
    this.#end(
      this.#over() ? { kind: "finished" } : { kind: "lost", message, joined: this.#world !== null },
    );
  }

  #closed(code: number, reason: string): void {
    const joined = this.#world !== null;
    if (this.#over()) this.#end({ kind: "finished" });
    else if (!joined) {
      // The browser hides why a handshake failed: name what it usually is.
      const message = "The server could not be joined. It may be offline, full, or restarting.";
      this.#end({ kind: "lost", message, joined });
    } else if (code === CLOSE_NORMAL) {
      this.#end({ kind: "lost", message: reason || "The server ended the connection.", joined });
    } else {
      this.#end({ kind: "lost", message: "The connection to the server broke off.", joined });
    }
  }

  #over(): boolean {
    return this.#world?.result?.over === true;
  }

  #end(ending: Ending): void {
    if (this.#ended) return;
    this.#stop();
    this.#events.ended(ending);
  }

  #stop(): void {
    this.#ended = true;
    window.clearInterval(this.#watch);
    this.#stopPacer?.();
  }
}
