import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchTicket } from "../src/net/door";

const WISH = { name: "Ann", role: 2, drop: 5 };

interface Asked {
  readonly path: string;
  readonly body: unknown;
  readonly token: string | undefined;
}

/** A server that gives these answers in turn; what it was asked. */
function serverOf(...answers: [number, unknown][]): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", (path: string, options: RequestInit) => {
    const headers = options.headers as Record<string, string>;
    asked.push({ path, body: JSON.parse(String(options.body)), token: headers.Authorization });
    const [status, body] = answers[asked.length - 1] ?? [500, null];
    return Promise.resolve({ status, json: () => Promise.resolve(body) });
  });
  return asked;
}

function pocketWith(token: string) {
  let kept = token;
  return {
    get: () => kept,
    put: (next: string) => {
      kept = next;
    },
  };
}

afterEach(() => vi.unstubAllGlobals());

describe("coming in", () => {
  it("makes a guest once and keeps the token", async () => {
    const asked = serverOf(
      [201, { token: "t-1" }],
      [200, { ticket: "k-1" }],
      [200, { ticket: "k-2" }],
    );
    const pocket = pocketWith("");
    expect(await fetchTicket(WISH, pocket)).toBe("k-1");
    expect(await fetchTicket(WISH, pocket)).toBe("k-2");
    expect(asked).toEqual([
      { path: "api/guest", body: { name: "Ann" }, token: undefined },
      { path: "api/play", body: WISH, token: "Bearer t-1" },
      { path: "api/play", body: WISH, token: "Bearer t-1" },
    ]);
  });

  it("makes another guest where the token is worth nothing any more", async () => {
    const asked = serverOf(
      [401, { code: "unauthorized", message: "no" }],
      [201, { token: "t-2" }],
      [200, { ticket: "k" }],
    );
    const pocket = pocketWith("old");
    expect(await fetchTicket(WISH, pocket)).toBe("k");
    expect(pocket.get()).toBe("t-2");
    expect(asked.map(({ path }) => path)).toEqual(["api/play", "api/guest", "api/play"]);
  });

  it("says what the server says", async () => {
    serverOf([503, { code: "server_full", message: "all matches are full", retry_after: 15 }]);
    await expect(fetchTicket(WISH, pocketWith("t"))).rejects.toThrow("all matches are full");
  });

  it.each([[[200, {}]], [[200, null]], [[500, "<html>"]]] as [[number, unknown]][])(
    "is not misled by %j",
    async (answer) => {
      serverOf(answer);
      await expect(fetchTicket(WISH, pocketWith("t"))).rejects.toThrow();
    },
  );
});
