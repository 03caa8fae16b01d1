/**
 * One WebSocket, from opening to its end. It carries bytes and says once how it
 * ended; what the bytes mean is decided in game/session.ts.
 */

export interface SocketEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  /** Called exactly once, and not at all after `close()`. */
  ended(code: number, reason: string): void;
}

/** Unsent bytes above which inputs are dropped: a stalled line is not helped by more. */
const BUFFERED_MAX_BYTES = 16_384;

export class GameSocket {
  readonly #socket: WebSocket;
  #events: SocketEvents | null;

  /** Throws SyntaxError for an address that no browser would connect to. */
  constructor(url: string, events: SocketEvents) {
    this.#events = events;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#events?.opened();
    this.#socket.onmessage = (event: MessageEvent<unknown>) => this.#onMessage(event.data);
    this.#socket.onclose = (event) => this.#end(event.code, event.reason);
  }

  /** Whether the bytes were handed to the browser. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    if (this.#socket.bufferedAmount > BUFFERED_MAX_BYTES) return false;
    this.#socket.send(bytes);
    return true;
  }

  /** Ends the connection from this side; no further event follows. */
  close(): void {
    this.#events = null;
    this.#socket.close(1000);
  }

  #onMessage(data: unknown): void {
    // Text is not part of the protocol: an empty message is refused by the decoder.
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0);
    this.#events?.received(bytes);
  }

  #end(code: number, reason: string): void {
    const events = this.#events;
    this.#events = null;
    events?.ended(code, reason);
  }
}
