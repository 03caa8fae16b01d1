import { afterEach, describe, expect, it, vi } from "vitest";
import { counted, TRIES } from "../src/game/counting";
import {
  fetchBoard,
  fetchHistory,
  fetchProfile,
  fetchRecording,
  type Profile,
} from "../src/net/records";
import {
  accuracy,
  boardValue,
  changes,
  dayOf,
  grouped,
  lasting,
  meanPlace,
  outcome,
  unranked,
} from "../src/ui/deeds";
import { stepTo } from "../src/ui/tabs";

const SUMS = {
  ...{ matches: 12, wins: 3, finished: 11, placement: 4.25, kills: 47, assists: 5, knocks: 0 },
  ...{ revives: 1, damage_hp: 12345.6, taken_hp: 9, healed_hp: 2, shots: 200, hits: 51 },
  ...{ distance_u: 10.5, items: 3, alive_s: 7384.2 },
};
const MATCH = {
  ...{ match_id: "m-1", started_s: 1_790_000_000, map: "Caldera", seconds: 300.5 },
  ...{ reason: "finished", players: 60, bots: 50, slot: 1, role: "scout", team: 1, placement: 2 },
  ...{
    won: false,
    kills: 4,
    damage_hp: 210.4,
    alive_s: 99.5,
    level: 3,
    recorded: true,
    unknown: "new",
  },
};
const PROFILE = {
  ...{ player_id: "p-1", name: "<b>Ann", kind: "guest", since_s: null, sums: SUMS },
  ...{ classes: [{ role: "scout", sums: SUMS }], last: MATCH },
};

/** A server that gives this answer; what it was asked. */
function serverOf(status: number, body: unknown): { path: string; token: string | undefined }[] {
  const asked: { path: string; token: string | undefined }[] = [];
  vi.stubGlobal("fetch", (path: string, options: RequestInit) => {
    asked.push({ path, token: (options.headers as Record<string, string>).Authorization });
    return Promise.resolve({ status, json: () => Promise.resolve(body) });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("what people did, from the server", () => {
  it("reads one's own profile with the token", async () => {
    const asked = serverOf(200, PROFILE);
    const found = await fetchProfile("t");
    expect(asked).toEqual([{ path: "api/profile", token: "Bearer t" }]);
    expect(found).toMatchObject({ playerId: "p-1", name: "<b>Ann", sinceS: null });
    expect(found.classes[0]?.sums.damageHp).toBe(12345.6);
    expect(found.last).toMatchObject({ matchId: "m-1", players: 60, aliveS: 99.5 });
  });

  it("reads histories and boards without one", async () => {
    const asked = serverOf(200, { matches: [MATCH], next: "1.m-1" });
    expect((await fetchHistory("p 1", null)).next).toBe("1.m-1");
    await fetchHistory("p", "1790000000.m&1");
    serverOf(200, { matches_min: 10, rows: [] });
    expect(asked).toEqual([
      { path: "api/players/p%201/matches?limit=20", token: undefined },
      { path: "api/players/p/matches?limit=20&before=1790000000.m%261", token: undefined },
    ]);
    const boards = serverOf(200, {
      matches_min: 10,
      rows: [{ rank: 1, player_id: "p", name: "A", value: 1.5, matches: 3 }],
    });
    expect((await fetchBoard("placement", "scout")).rows[0]?.value).toBe(1.5);
    await fetchBoard("wins", "");
    expect(boards.map(({ path }) => path)).toEqual([
      "api/leaderboards/placement?limit=50&role=scout",
      "api/leaderboards/wins?limit=50",
    ]);
  });

  it("says what the server says", async () => {
    serverOf(503, { code: "unavailable", message: "later", retry_after: 5 });
    await expect(fetchBoard("wins", "")).rejects.toMatchObject({
      ...{ code: "unavailable", message: "later", retryAfterS: 5 },
    });
  });

  it.each([
    [null],
    [{}],
    [{ ...PROFILE, sums: { ...SUMS, kills: -1 } }],
    [{ ...PROFILE, sums: { ...SUMS, kills: "<img>" } }],
    [{ ...PROFILE, name: "x".repeat(65) }],
    [{ ...PROFILE, last: { ...MATCH, won: 1 } }],
    [{ ...PROFILE, classes: new Array(257).fill(PROFILE.classes[0]) }],
  ])("is not misled by an answer (%#)", async (body) => {
    serverOf(200, body);
    await expect(fetchProfile("t")).rejects.toMatchObject({ code: "bad_message" });
  });

  it("saves a recording under the name it has there", async () => {
    const headers = new Headers({ "Content-Disposition": 'attachment; filename="m-1.journal"' });
    const data = new Blob(["bytes"]);
    const fetched = vi.fn(() =>
      Promise.resolve({ ok: true, headers, blob: () => Promise.resolve(data) }),
    );
    vi.stubGlobal("fetch", fetched);
    expect(await fetchRecording("m/1", "t")).toEqual({ name: "m-1.journal", data });
    expect(fetched).toHaveBeenCalledWith(
      "api/recordings/m%2F1",
      expect.objectContaining({ headers: { Authorization: "Bearer t" } }),
    );
    headers.set("Content-Disposition", 'attachment; filename="../x"');
    expect((await fetchRecording("m", "t")).name).toBe("recording");
    serverOf(404, { code: "not_found", message: "none" });
    await expect(fetchRecording("m", "t")).rejects.toMatchObject({ code: "not_found" });
  });

  it("takes no more rows than it asked for", async () => {
    serverOf(200, { matches: new Array(21).fill(MATCH), next: null });
    await expect(fetchHistory("p", null)).rejects.toMatchObject({ code: "bad_message" });
  });
});

async function profileWith(last: object | null): Promise<Profile> {
  serverOf(200, { ...PROFILE, last });
  return fetchProfile("t");
}

describe("waiting until a match is counted", () => {
  const waiting = (answers: (Profile | Error)[], endsAfter = Number.POSITIVE_INFINITY) => {
    const waits: number[] = [];
    return {
      waits,
      profile: () => {
        const answer = answers[Math.min(waits.length, answers.length) - 1];
        return answer instanceof Error || answer === undefined
          ? Promise.reject(answer)
          : Promise.resolve(answer);
      },
      sleep: (ms: number) => {
        waits.push(ms);
        return Promise.resolve();
      },
      over: () => waits.length >= endsAfter,
    };
  };

  it("asks until the profile has this match, whatever goes wrong meanwhile", async () => {
    const before = await profileWith({ ...MATCH, match_id: "m-0" });
    const left = await profileWith({ ...MATCH, reason: null });
    const none = await profileWith(null);
    const done = await profileWith(MATCH);
    const hand = waiting([before, new Error("gone"), none, left, done]);
    expect(await counted("m-1", hand)).toBe(done);
    expect(hand.waits.length).toBe(5);
  });

  it("gives up after a while, having asked ever less often", async () => {
    const hand = waiting([await profileWith(null)]);
    expect(await counted("m-1", hand)).toBeNull();
    expect(hand.waits.length).toBe(TRIES);
    expect(hand.waits).toEqual([...hand.waits].sort((a, b) => a - b));
    const totalMs = hand.waits.reduce((sum, ms) => sum + ms, 0);
    expect(totalMs).toBeGreaterThan(30_000);
    expect(totalMs).toBeLessThan(120_000);
  });

  it("asks no more when nobody waits", async () => {
    const done = await profileWith(MATCH);
    const hand = waiting([done], 1);
    const profile = vi.spyOn(hand, "profile");
    expect(await counted("m-1", hand)).toBeNull();
    expect(profile).not.toHaveBeenCalled();
  });
});

describe("the words for it", () => {
  it("says what a match changed", async () => {
    expect(changes(await profileWith(MATCH))).toEqual([
      ["matches", "12", "+1"],
      ["wins", "3", ""],
      ["kills", "47", "+4"],
      ["damage", "12\u2009346", "+210"],
    ]);
    expect(changes(await profileWith({ ...MATCH, won: true, kills: 0 }))[1]).toEqual([
      ...["wins", "3", "+1"],
    ]);
    expect(changes(await profileWith(null))).toEqual([]);
    const first = await profileWith(MATCH);
    const one = { ...first, sums: { ...first.sums, matches: 1, wins: 1, kills: 1 } };
    expect(changes(one).map(([label]) => label)).toEqual(["match", "win", "kill", "damage"]);
  });

  it("groups, lasts and divides", async () => {
    expect([0, 999, 1000, 1234567.4].map(grouped)).toEqual([
      ...["0", "999", "1\u2009000", "1\u2009234\u2009567"],
    ]);
    expect([0, 59.9, 60, 3599, 7384, 3_600_000].map(lasting)).toEqual([
      ...["0 s", "59 s", "1 min", "59 min", "2 h 3 min", "1\u2009000 h 0 min"],
    ]);
    const { sums } = await profileWith(null);
    expect([accuracy(sums), accuracy({ ...sums, shots: 0, hits: 0 })]).toEqual(["26 %", "–"]);
    expect([meanPlace(sums), meanPlace({ ...sums, placement: null })]).toEqual(["#4.3", "–"]);
    expect(dayOf(1_790_000_000)).toMatch(/^2[12] Sept? 2026$/);
    expect([boardValue("damage", 1234.5), boardValue("placement", 2)]).toEqual([
      ...["1\u2009235", "#2.00"],
    ]);
  });

  it("says how a match ended", async () => {
    const { last } = await profileWith(MATCH);
    if (last === null) throw new Error("no match");
    expect(outcome(last)).toBe("#2");
    expect(outcome({ ...last, won: true, placement: 1 })).toBe("★ Won");
    expect(outcome({ ...last, placement: 0, reason: "stopped" })).toBe("Not decided");
    expect(outcome({ ...last, placement: 0, reason: null })).toBe("Not decided");
  });

  it("says where somebody stands who is on no board", async () => {
    const { sums } = await profileWith(null);
    expect(unranked("kills", 1, sums)).toBe("You: 47 in 12 matches.");
    expect(unranked("wins", 1, { ...sums, matches: 1 })).toBe("You: 3 in 1 match.");
    expect(unranked("placement", 10, sums)).toBe("You: #4.3 on average in 11 matches.");
    expect(unranked("placement", 20, sums)).toBe("You: 11 of the 20 finished matches it takes.");
    expect(unranked("wins", 1, null)).toBe("You have not played such a match yet.");
  });
});

describe("tabs", () => {
  it("are walked by keys", () => {
    expect(stepTo("ArrowRight", 3, 4)).toBe(0);
    expect(stepTo("ArrowLeft", 0, 4)).toBe(3);
    expect([stepTo("Home", 2, 4), stepTo("End", 2, 4), stepTo("x", 2, 4)]).toEqual([0, 3, null]);
  });
});
