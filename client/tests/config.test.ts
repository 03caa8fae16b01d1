import { describe, expect, it } from "vitest";
import { parseConfig } from "../src/net/config";
import { fitName } from "../src/ui/name";

const CONFIG = { game_port: 8001, game_url: null, protocol_version: 3, version: "0.1.0" };
const PAGE = { hostname: "play.example", protocol: "http:" };

describe("config", () => {
  it("finds the game port on the page's own host", () => {
    expect(parseConfig(CONFIG, PAGE).url).toBe("ws://play.example:8001/");
    expect(parseConfig(CONFIG, { ...PAGE, protocol: "https:" }).url).toBe(
      "wss://play.example:8001/",
    );
  });

  it("prefers a given address", () => {
    const url = "wss://game.example/ws";
    expect(parseConfig({ ...CONFIG, game_url: url }, PAGE).url).toBe(url);
  });

  it.each([
    [null],
    [[]],
    [{ ...CONFIG, game_port: "8001" }],
    [{ ...CONFIG, game_port: 0 }],
    [{ ...CONFIG, game_url: "http://elsewhere/" }],
    [{ ...CONFIG, version: 1 }],
  ])("refuses %j", (body) => {
    expect(() => parseConfig(body, PAGE)).toThrow(/expected/);
  });

  it("asks for a reload when the protocol has moved on", () => {
    expect(() => parseConfig({ ...CONFIG, protocol_version: 2 }, PAGE)).toThrow(/[Rr]eload/);
  });
});

describe("names", () => {
  it("are trimmed to 16 whole characters and 64 bytes", () => {
    expect(fitName("  Ann  ")).toBe("Ann");
    expect(fitName("abcdefghijklmnopqrst")).toBe("abcdefghijklmnop");
    expect(fitName("🦊".repeat(20))).toBe("🦊".repeat(16));
    expect(new TextEncoder().encode(fitName("👩‍👩‍👧‍👦".repeat(9))).length).toBeLessThanOrEqual(64);
  });
});
