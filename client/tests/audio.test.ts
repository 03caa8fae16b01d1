import { describe, expect, it } from "vitest";
import { Notices, noiseOf } from "../src/audio/hearing";
import { FAR_U, heardFrom } from "../src/audio/place";
import { lengthS, SOUNDS } from "../src/audio/sounds";
import { type Claim, Voices } from "../src/audio/voices";
import { World } from "../src/game/world";
import type { SkillRules, Welcome } from "../src/net/messages";
import { EventKind } from "../src/net/protocol";
import type { EventRow } from "../src/net/rows";
import { snapshotAt } from "./bytes";

describe("where a noise is", () => {
  const ear = { x: 50, y: 50 };

  it("is as loud as one's own nearby and in the middle", () => {
    expect(heardFrom(ear, 50, 50)).toMatchObject({ pan: 0, gain: 1, distance: 0 });
    expect(heardFrom(ear, 50, 53).gain).toBe(1);
  });

  it("is on the side it is on, and never all on one ear", () => {
    expect(heardFrom(ear, 57, 50).pan).toBeCloseTo(0.425, 9);
    expect(heardFrom(ear, 10, 50).pan).toBe(-0.85);
    expect(heardFrom(ear, 50, 20).pan).toBe(0);
    expect(heardFrom(ear, 50, 60).angle).toBeCloseTo(Math.PI / 2, 9);
  });

  it("fades with distance, to nothing", () => {
    const gains = [3, 8, 13, 20, FAR_U].map((away) => heardFrom(ear, 50 + away, 50).gain);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
    expect(gains.at(-1)).toBe(0);
    expect(heardFrom(ear, 500, 50)).toMatchObject({ gain: 0, distance: 1 });
  });
});

describe("the limit of voices", () => {
  const claim = (name: string, more: Partial<Claim> = {}): Claim => ({
    ...{ name, priority: 3, gain: 1, lengthMs: 200, gapMs: 0, ...more },
  });

  it("is kept: the least important gives way", () => {
    const voices = new Voices(3);
    voices.claim(claim("a", { priority: 5 }), 0);
    voices.claim(claim("b", { priority: 2 }), 0);
    voices.claim(claim("c", { priority: 4 }), 0);
    const placed = voices.claim(claim("d", { priority: 3 }), 1);
    expect(placed?.stopped?.name).toBe("b");
    expect(voices.count).toBe(3);
  });

  it("never stops what matters as much, or more", () => {
    const voices = new Voices(1);
    voices.claim(claim("a", { priority: 4, gain: 0.5 }), 0);
    expect(voices.claim(claim("b", { priority: 3, gain: 1 }), 1)).toBeNull();
    expect(voices.claim(claim("c", { priority: 4, gain: 0.5 }), 1)).toBeNull();
    expect(voices.claim(claim("d", { priority: 4, gain: 0.6 }), 1)?.stopped?.name).toBe("a");
    expect(voices.claim(claim("e", { priority: 5, gain: 0.1 }), 1)?.stopped?.name).toBe("d");
  });

  it("frees the place of what has ended", () => {
    const voices = new Voices(1);
    voices.claim(claim("a", { priority: 9 }), 0);
    expect(voices.claim(claim("b"), 199)).toBeNull();
    expect(voices.claim(claim("b"), 200)).toMatchObject({ stopped: null });
  });

  it("leaves out what is too quiet, and repeats that come too soon", () => {
    const voices = new Voices(4);
    expect(voices.claim(claim("a", { gain: 0.01 }), 0)).toBeNull();
    expect(voices.claim(claim("a", { gapMs: 50 }), 10)).not.toBeNull();
    expect(voices.claim(claim("a", { gapMs: 50 }), 59)).toBeNull();
    expect(voices.claim(claim("b", { gapMs: 50 }), 59)).not.toBeNull();
    expect(voices.claim(claim("a", { gapMs: 50 }), 60)).not.toBeNull();
  });

  it("holds through a storm: never more at once, and the loudest events are in it", () => {
    const voices = new Voices(8);
    let heard = 0;
    for (let ms = 0; ms < 5000; ms += 1) {
      voices.claim(claim(`low${ms % 40}`, { priority: 1 + (ms % 3) }), ms);
      if (ms % 500 === 0 && voices.claim(claim(`high${ms}`, { priority: 9 }), ms)) heard += 1;
      expect(voices.count).toBeLessThanOrEqual(8);
    }
    expect(heard).toBe(10);
  });
});

describe("the recipes", () => {
  it("can be ramped as WebAudio wants it, and are short", () => {
    for (const [name, recipe] of Object.entries(SOUNDS)) {
      for (const voice of recipe.voices) {
        expect(voice.from, name).toBeGreaterThan(0);
        expect(voice.to, name).toBeGreaterThan(0);
        expect(voice.gain, name).toBeGreaterThan(0.0001);
        expect(voice.gain, name).toBeLessThanOrEqual(0.7);
        expect(voice.attackS ?? 0.004, name).toBeLessThan(voice.lengthS);
      }
      expect(lengthS(recipe), name).toBeLessThan(1.6);
    }
  });
});

const skills = [
  { name: "longshot", kind: "projectile" },
  { name: "fireball", kind: "projectile" },
  { name: "cleave", kind: "area" },
  { name: "roll", kind: "dash" },
  { name: "brand_new", kind: "never_heard_of" },
] as SkillRules[];

function worldOf(): World {
  const rules = { skills, items: [], statuses: [], classes: [], team_size: 1 };
  const world = new World({ slot: 3, tickRateHz: 30, rules, roster: [] } as unknown as Welcome);
  world.addSnapshot(snapshotAt(1));
  return world;
}

function heard(kind: number, more: Partial<EventRow> = {}) {
  const event = { kind, a: 5, b: 6, x: 10, y: 12, at: null, cause: 0, amount: 20, ...more };
  return noiseOf(event, worldOf());
}

describe("what an event sounds like", () => {
  it("comes from where the event says, for others", () => {
    expect(heard(EventKind.CAST)).toEqual({ name: "shot", at: { x: 10, y: 12 }, gain: 0.8 });
    expect(heard(EventKind.CAST, { cause: 1 })?.name).toBe("bolt");
    expect(heard(EventKind.CAST, { cause: 3 })?.name).toBe("dash");
    expect(heard(EventKind.BURST, { cause: 2 })?.name).toBe("swing");
    expect(heard(EventKind.BURST, { cause: 1 })?.name).toBe("blast");
    expect(heard(EventKind.DEATH)?.name).toBe("death");
  });

  it("tells hits given from hits taken, and one's own end is not told twice", () => {
    expect(heard(EventKind.HIT, { b: 3 })).toMatchObject({ name: "hitTaken", at: null });
    const given = heard(EventKind.HIT, { a: 3 });
    const others = heard(EventKind.HIT);
    expect(given?.name).toBe("hitGiven");
    expect(others?.gain).toBeLessThan(given?.gain ?? 0);
    expect(heard(EventKind.DEATH, { b: 3 })).toMatchObject({ name: "kill", at: null });
    expect(heard(EventKind.DEATH, { a: 3 })).toBeNull();
  });

  it("is nothing where it would be a buzz, or twice the same", () => {
    expect(heard(EventKind.HIT, { amount: 0.1, b: 3 })).toBeNull();
    expect(heard(EventKind.HEAL, { amount: 0.2 })).toBeNull();
    expect(heard(EventKind.CAST, { cause: 2 })).toBeNull();
  });

  it("has an answer for what it has never heard of", () => {
    expect(heard(EventKind.CAST, { cause: 4 })?.name).toBe("shot");
    expect(heard(EventKind.CAST, { cause: 99 })).toBeNull();
    expect(heard(EventKind.BURST, { cause: 250 })?.name).toBe("blast");
    expect(heard(77)).toBeNull();
  });

  it("exists for every kind of event the protocol has", () => {
    for (const kind of Object.values(EventKind)) expect(heard(kind)).not.toBeNull();
  });
});

describe("notices", () => {
  const RATE = 30;

  it("count the last three seconds down, and then it goes", () => {
    const notices = new Notices();
    const said: [number, string][] = [];
    for (let tick = 0; tick <= 160; tick += 1) {
      const stage = tick < 150 ? 0 : 1;
      const snapshot = snapshotAt(tick, { stage, stageTick: 150 });
      for (const name of notices.due(snapshot, RATE, false, 0)) said.push([tick, name]);
    }
    expect(said).toEqual([
      ...[
        [60, "count"],
        [90, "count"],
        [120, "count"],
        [150, "go"],
      ],
    ]);
  });

  it("warn of the zone when it begins to close, once, and of sudden death", () => {
    const notices = new Notices();
    const due = (tick: number, zoneState: number, stage = 1) =>
      notices.due(snapshotAt(tick, { zoneState, stage }), RATE, false, 0);
    expect(
      [due(1, 0), due(2, 1), due(3, 1), due(4, 0), due(5, 1)].map((names) => names[0]),
    ).toEqual([undefined, "zoneWarning", undefined, undefined, "zoneWarning"]);
    expect(due(6, 2, 2)).toEqual(["sudden"]);
  });

  it("say again and again that one is outside, not every tick", () => {
    const notices = new Notices();
    let said = 0;
    for (let tick = 0; tick < 300; tick += 1) {
      const snapshot = snapshotAt(tick, { stage: 1, zoneState: 0 });
      said += notices.due(snapshot, RATE, tick >= 30, (tick * 1000) / RATE).length;
    }
    expect(said).toBe(3);
  });

  it("tell the end once each way", () => {
    const result = (over: boolean) => ({ over }) as never;
    const notices = new Notices();
    expect(notices.result(result(false), false)).toBe("ownDeath");
    expect(notices.result(result(false), false)).toBeNull();
    expect(notices.result(result(true), false)).toBe("defeat");
    expect(new Notices().result(result(true), true)).toBe("victory");
  });
});
