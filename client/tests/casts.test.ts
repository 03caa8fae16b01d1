import { describe, expect, it } from "vitest";
import { type OwnCast, OwnCasts } from "../src/game/casts";
import type { ProjectilePose } from "../src/game/interpolate";
import { Button } from "../src/net/protocol";
import { welcome } from "../src/net/welcome";
import { makeState } from "../src/predict/state";
import { playerRow, snapshotAt, welcomeMessage } from "./bytes";
import { IDLE, Network } from "./network";

const SELF = 3;
const SHOT = { key: 0, x: 10, y: 5, vx: 1, vy: 0, owner: SELF, skill: 0, radius: 0.2 };
const flying = (flight_ticks: number) => [{ row: SHOT, flight_ticks }];
const CAST: OwnCast = { seq: 7, bit: 2, skill: 0, tick: 100, shots: flying(25) };
const AT = { kind: 1, a: SELF, b: 65_535, x: 0, y: 0, at: SELF, cause: 0, amount: 0 };
const always = () => true;
const places = (poses: readonly ProjectilePose[]) => poses.map(({ x }) => x);

function casting(...casts: Partial<OwnCast>[]): OwnCasts {
  const own = new OwnCasts(SELF);
  for (const cast of casts) own.add({ ...CAST, ...cast });
  return own;
}

describe("a predicted cast", () => {
  it("flies at once, as far ahead as the body, and less and less", () => {
    const own = casting({});
    expect(places(own.ahead([], { own: 100, others: 92 }))).toEqual([10]);
    const [first = 0, later = 0] = [110, 119].map(
      (tick) => places(own.ahead([], { own: tick, others: tick - 8 }))[0] ?? 0,
    );
    // Of the eight ticks of lead fewer are left; after twenty none.
    expect(first).toBeCloseTo(10 + 2 + 8 * (1 - 10 / 20), 9);
    expect(later).toBeCloseTo(10 + 11 + 8 * (1 - 19 / 20), 9);
    expect(places(own.ahead([], { own: 121, others: 113 }))).toEqual([23]);
  });

  it("never flies backwards, however far ahead", () => {
    for (const lead of [1, 6, 14, 30]) {
      const own = casting({ shots: flying(99) });
      let [before, least] = [0, Number.POSITIVE_INFINITY];
      for (let tick = 100; tick < 190; tick += 0.25) {
        const [x = before] = places(own.ahead([], { own: tick, others: tick - lead }));
        least = Math.min(least, x - before);
        before = x;
      }
      expect(least).toBeGreaterThanOrEqual(0);
      expect(before).toBeGreaterThan(40);
    }
  });

  it("ends at the wall it meets", () => {
    const own = casting({ shots: flying(3) });
    expect(own.ahead([], { own: 102.9, others: 102.9 })).toHaveLength(1);
    expect(own.ahead([], { own: 103.1, others: 103.1 })).toHaveLength(0);
  });

  it("waits for the server's word", () => {
    const own = casting({});
    const before = snapshotAt(99);
    expect(own.settle(6, before, always)).toBe(before);
    expect(own.ahead([], { own: 101, others: 99 })).toHaveLength(1);
  });

  it("gives way to the server's shot without a jump, and its event is not shown twice", () => {
    const own = casting({});
    const times = { own: 104.5, others: 97 };
    const [ghost] = own.ahead([], times);
    const row = { ...SHOT, key: 60, x: 11 };
    const told = snapshotAt(101, { projectiles: [row], events: [AT, { ...AT, cause: 1 }] });
    const shown = own.settle(7, told, always);
    expect(shown.events.map(({ cause }) => cause)).toEqual([1]);
    const [real] = own.ahead([], times);
    expect(real?.x).toBeCloseTo(ghost?.x ?? 0, 9);
    expect(real?.key).toBe(ghost?.key);
    expect(own.refused).toBe(0);
    // Of the server's own, drawn behind, nothing is left beside it.
    const late: ProjectilePose = { ...row, x: 3, angle: 0 };
    expect(own.ahead([late], times)).toHaveLength(1);
  });

  it("of a fan gives way shot by shot, each to the one that flies like it", () => {
    const ways = [-0.25, 0, 0.25].map((vy) => ({ ...SHOT, vy }));
    const own = casting({ shots: ways.map((row) => ({ row, flight_ticks: 25 })) });
    const times = { own: 104, others: 97 };
    const ghosts = own.ahead([], times);
    expect(new Set(ghosts.map(({ key }) => key)).size).toBe(3);
    // The server may name them in any order, and rounds how they fly.
    const told = [2, 0, 1].map((which, at) => {
      const { x, y, vx, vy } = ways[which] ?? SHOT;
      return { ...SHOT, key: 60 + at, x: x + vx, y: y + vy, vx, vy: vy + 0.001 };
    });
    own.settle(7, snapshotAt(101, { projectiles: told, events: [AT] }), always);
    const poses = own.ahead([], times);
    for (const ghost of ghosts) {
      const real = poses.find(({ key }) => key === ghost.key);
      expect(real?.x).toBeCloseTo(ghost.x, 9);
      expect(real?.y).toBeCloseTo(ghost.y, 1);
    }
    expect(poses).toHaveLength(3);
  });

  it("of a fan flies as far as the walls let each of its shots", () => {
    const own = casting({ shots: [...flying(3), ...flying(25)] });
    expect(own.ahead([], { own: 102.9, others: 102.9 })).toHaveLength(2);
    expect(own.ahead([], { own: 103.1, others: 103.1 })).toHaveLength(1);
  });

  it("is gone when the server did not cast", () => {
    const own = casting({});
    own.settle(7, snapshotAt(101), always);
    expect([own.ahead([], { own: 101, others: 99 }), own.refused]).toEqual([[], 1]);
  });

  it("is gone when it would not be cast any more", () => {
    const own = casting({}, { seq: 9 });
    own.settle(6, snapshotAt(99), (seq) => seq === 9);
    expect(own.ahead([], { own: 101, others: 99 })).toHaveLength(1);
  });

  it("is told from another of the same skill", () => {
    const own = casting({}, { seq: 8, tick: 101 });
    const both = own.settle(8, snapshotAt(102, { events: [AT] }), always);
    expect([both.events, own.refused]).toEqual([[], 1]);
  });

  it("of others is none of ours", () => {
    const own = casting({});
    const theirs = { ...AT, a: 9 };
    const row = { ...SHOT, key: 60, owner: 9 };
    const told = snapshotAt(101, {
      ...{ events: [theirs], projectiles: [row], players: [playerRow(9, 1, 1)] },
    });
    expect(own.settle(7, told, always).events).toEqual([theirs]);
    const pose: ProjectilePose = { ...row, angle: 0 };
    expect(own.ahead([pose], { own: 110, others: 102 })).toEqual([pose]);
  });

  it("ends with the server's shot, once its time has come", () => {
    const own = casting({});
    const row = { ...SHOT, key: 60, x: 11 };
    own.settle(7, snapshotAt(101, { projectiles: [row], events: [AT] }), always);
    own.settle(8, snapshotAt(102), always);
    expect(own.ahead([], { own: 101.5, others: 101.5 })).toHaveLength(1);
    expect(own.ahead([], { own: 102.5, others: 102.5 })).toHaveLength(0);
  });
});

describe("on a line of 150 ms", { timeout: 60_000 }, () => {
  const PLAIN = welcome(welcomeMessage());
  const [level] = PLAIN.rules.classes[0]?.levels ?? [];

  function shooting(refused: boolean) {
    const first = Object.assign(makeState(), {
      ...{ tick: 500, stage: 1, alive: true, x_u: 60, y_u: 60, mana_mp: 50, mana_max_mp: 120 },
      ...{ base_speed_ups: level?.speed_ups, speed_ups: level?.speed_ups },
      ...{ mana_mp_per_tick: 0.1 },
    });
    first.skill.set([0, 1, 2, 3]);
    first.charges.fill(1);
    const seen: { atMs: number; key: number; x: number }[] = [];
    const events: number[] = [];
    let pressedMs = 0;
    const line: Network = new Network({
      ...{ welcome: PLAIN, first, roundTripMs: 150, jitterMs: 20, seed: 3, startsWith: 1 },
      command: (beat) => ({ ...IDLE, buttons: beat === 60 ? Button.PRIMARY : 0 }),
      drawn: (relay, nowMs) => {
        if (pressedMs === 0 && line.seq > 60) pressedMs = nowMs;
        const view = relay.view(nowMs, 0);
        if (view === null) return;
        for (const { key, x } of view.projectiles) seen.push({ atMs: nowMs, key, x });
        events.push(...line.world.takeEvents(view.tick, view.self).map(({ kind }) => kind));
      },
    });
    if (refused) line.refuses.add(0);
    line.run(120);
    return { line, seen, events, pressedMs };
  }

  it("a shot leaves the hands at once, and is one shot to its end", () => {
    const { line, seen, events, pressedMs } = shooting(false);
    expect((seen[0]?.atMs ?? 0) - pressedMs).toBeLessThan(20);
    expect(new Set(seen.map(({ atMs }) => atMs)).size).toBe(seen.length);
    const steps = seen.map(({ x }, frame) => x - (seen[frame - 1]?.x ?? x));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
    // At 30 u/s it never takes two frames' way in one.
    expect(Math.max(...steps)).toBeLessThan(1);
    expect(seen.at(-1)?.x).toBeGreaterThan(80);
    expect(events).toEqual([1]);
    expect([line.relay.casts.refused, line.relay.pilot.misses]).toEqual([0, 0]);
  });

  it("a shot that was refused is gone after the way there and back", () => {
    const { line, seen, pressedMs } = shooting(true);
    const [first, last] = [seen[0]?.atMs ?? 0, seen.at(-1)?.atMs ?? 0];
    expect(first - pressedMs).toBeLessThan(20);
    expect(last - first).toBeGreaterThan(130);
    expect(last - first).toBeLessThan(320);
    expect(line.relay.casts.refused).toBe(1);
  });
});
