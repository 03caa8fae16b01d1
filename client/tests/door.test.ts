import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchTicket, fetchWatch } from "../src/net/door";

const PAGE = { hostname: "h", protocol: "http:" };
const ADDRESS = { match_id: "m", game_url: null, game_port: 8081 };
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
      [200, { ticket: "k-1", resumed: false, ...ADDRESS }],
      [200, { ticket: "k-2", resumed: true, ...ADDRESS }],
    );
    const pocket = pocketWith("");
    expect(await fetchTicket(WISH, false, pocket, PAGE)).toEqual({
      ...{ ticket: "k-1", url: "ws://h:8081/", matchId: "m", resumed: false },
    });
    expect((await fetchTicket(WISH, false, pocket, PAGE)).resumed).toBe(true);
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
      [200, { ticket: "k", resumed: false, ...ADDRESS }],
    );
    const pocket = pocketWith("old");
    expect((await fetchTicket(WISH, false, pocket, PAGE)).ticket).toBe("k");
    expect(pocket.get()).toBe("t-2");
    expect(asked.map(({ path }) => path)).toEqual(["api/play", "api/guest", "api/play"]);
  });

  it("asks for a new body only where one is wanted, and for none to watch", async () => {
    const asked = serverOf([200, { ticket: "k", ...ADDRESS }], [200, { ticket: "w", ...ADDRESS }]);
    await fetchTicket(WISH, true, pocketWith("t"), PAGE);
    expect((await fetchWatch("Ann", pocketWith("t"), PAGE)).ticket).toBe("w");
    expect(asked.map(({ path, body }) => [path, body])).toEqual([
      ["api/play", { ...WISH, new: true }],
      ["api/watch", {}],
    ]);
  });

  it("says what the server says", async () => {
    const full = { code: "server_full", message: "all matches are full" };
    serverOf([503, { ...full, retry_after: 15 }], [409, { ...full, code: "match_over" }]);
    const ask = () => fetchTicket(WISH, false, pocketWith("t"), PAGE);
    await expect(ask()).rejects.toMatchObject({ ...full, retryAfterS: 15 });
    await expect(ask()).rejects.toMatchObject({ code: "match_over", retryAfterS: null });
  });

  it.each([[[200, {}]], [[200, null]], [[500, "<html>"]]] as [[number, unknown]][])(
    "is not misled by %j",
    async (answer) => {
      serverOf(answer);
      await expect(fetchTicket(WISH, false, pocketWith("t"), PAGE)).rejects.toThrow();
    },
  );
});
