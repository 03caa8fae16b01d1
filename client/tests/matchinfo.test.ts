import { describe, expect, it } from "vitest";
import { WireError } from "../src/net/checks";
import { matchInfo } from "../src/net/welcome";
import { MATCH_INFO } from "./bytes";

describe("match.json", () => {
  it("is read as it is drawn", () => {
    const info = matchInfo(MATCH_INFO);
    expect(info.teamSize).toBe(1);
    expect(info.classes[0]).toEqual(MATCH_INFO.classes[0]);
    expect(info.map.walls).toHaveLength(2);
  });

  it("may say more than this page knows", () => {
    const more = { ...MATCH_INFO, news: "new", classes: [{ ...MATCH_INFO.classes[0], extra: 1 }] };
    expect(matchInfo(more).classes[0]).toEqual(MATCH_INFO.classes[0]);
  });

  it.each([
    ["nothing", null],
    ["no classes", { ...MATCH_INFO, classes: [] }],
    [
      "a class without skills",
      { ...MATCH_INFO, classes: [{ ...MATCH_INFO.classes[0], skills: [] }] },
    ],
    [
      "a class without health",
      { ...MATCH_INFO, classes: [{ ...MATCH_INFO.classes[0], health_hp: null }] },
    ],
    ["teams of none", { ...MATCH_INFO, team_size: 0 }],
    ["no map", { ...MATCH_INFO, map: undefined }],
  ])("refuses %s", (_, body) => {
    expect(() => matchInfo(body)).toThrow(WireError);
  });
});
