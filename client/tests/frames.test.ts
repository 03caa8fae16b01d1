import { describe, expect, it } from "vitest";
import { frameOf } from "../src/game/frames";
import { Mirror } from "../src/net/mirror";
import { Bytes, fullPayload, WHOSE } from "./bytes";

function mirrored(payload = fullPayload()): Mirror {
  const mirror = new Mirror();
  mirror.apply(payload);
  return mirror;
}

const PLACE = { x: 10.5, y: 20.25 };
const frame = frameOf(mirrored(), PLACE, WHOSE);

describe("a frame", () => {
  it("has the figures of the match", () => {
    expect(frame).toMatchObject({
      ...{ tick: 900, own: true, eyesSlot: 3, alive: 12, teamsAlive: 5, stage: 1, stageTick: 890 },
      ...{ zonePhase: 2, zoneState: 1, zoneChangeTick: 999 },
      next: { x: 84, y: 70.5, radius: 12 },
    });
  });

  it("has the zone as it is now, while it shrinks and after", () => {
    // 100 of the 200 ticks from 799 on have been applied after tick 899.
    expect(frame.zone).toEqual({ x: 82, y: 30.25, radius: 26 });
    const mirror = mirrored();
    mirror.figures.zone_state = 0;
    expect(frameOf(mirror, PLACE, WHOSE).zone).toEqual({ x: 80, y: -10, radius: 40 });
  });

  it("makes the own body's row of the figures, where it is", () => {
    expect(frame.players.at(-1)).toEqual({
      ...{ slot: 3, x: 10.5, y: 20.25, aim: 100, health: 55.5 / 118, shield: 7 / 118 },
      ...{ flags: 32, conditions: 17, level: 6, hold: 0, beam_u: 3 },
    });
    expect(frame.self).toMatchObject({
      ...{ alive: true, down: false, inBush: false, seen: true, healthHp: 55.5, healthMaxHp: 118 },
      ...{ manaMp: 40, manaMaxMp: 120, shieldHp: 7, kills: 4, assists: 2, level: 6, progress: 0.2 },
      ...{ combo: 3, revive: 1, conditions: 17 },
    });
  });

  it("tells how long skills have to wait", () => {
    const rows = frame.self.slots.map(({ charges, held, waitTicks, rechargeTicks }) => [
      ...[charges, held, waitTicks, rechargeTicks],
    ]);
    // The second has no charge left; what has all its charges waits for none.
    expect(rows).toEqual([
      [1, 0, 0, 0],
      [0, 0, 40, 40],
      [1, 0, 0, 0],
      [1, 0, 1, 0],
    ]);
  });

  it("shows the charge that is held, as far as it has grown", () => {
    const held = (hold: number) =>
      frameOf(mirrored(), PLACE, {
        ...WHOSE,
        skill: (index) => {
          const rules = WHOSE.skill(index);
          return rules === null ? null : { ...rules, hold_ticks: hold };
        },
      });
    expect(held(24).self.slots[0]?.held).toBe(0.5);
    expect(held(24).players.at(-1)?.hold).toBe(0.5);
    expect(held(6).self.slots[0]?.held).toBe(1);
  });

  it("has the statuses that are not over", () => {
    expect(frame.statuses).toEqual([{ status: 0, stacks: 3, leftTicks: 45 }]);
  });

  it("has others, and of them one's own team", () => {
    expect(frame.players.slice(0, 2)).toEqual([
      {
        ...{ slot: 4, x: 10, y: 20, aim: 1024, health: 0.4, shield: 0, flags: 2, conditions: 2 },
        ...{ level: 4, hold: 0.375, beam_u: 0 },
      },
      {
        ...{ slot: 9, x: 65_535 / 64, y: 0, aim: 4080, health: 0.2, shield: 1, flags: 1 },
        ...{ conditions: 0, level: 1, hold: 0, beam_u: 6 },
      },
    ]);
    expect(frame.mates).toEqual([{ slot: 4, x: 10, y: 20, health: 0.4, down: true }]);
  });

  it("has every kind of thing", () => {
    expect(frame.projectiles).toMatchObject([
      { x: 1, y: 2, vx: 1, vy: -0.5, owner: 9, skill: 1, radius: 0.5 },
    ]);
    // It goes off within tick 920: the state after 921 ticks shows it.
    expect(frame.areas).toMatchObject([
      { x: 3, y: 4, radius: 3.5, fuseTicks: 21, leftTicks: 180, owner: 3, skill: 2 },
    ]);
    expect(frame.obstacles).toMatchObject([
      { kind: 1, x: 10, y: 11, hx: 2.5, hy: 0, radius: 0.25, heading: 512, health: 0.8, blocks: 3 },
    ]);
    expect(frame.pickups).toMatchObject([{ x: 1, y: 1, item: 1 }]);
  });

  it("lets projectiles fly by themselves", () => {
    const mirror = mirrored();
    mirror.apply(Uint8Array.from([2, 0, 6]));
    expect(frameOf(mirror, PLACE, WHOSE).projectiles).toMatchObject([{ x: 7, y: -1 }]);
  });

  it("says where events happen", () => {
    expect(frame.events).toEqual([
      { kind: 2, a: 9, b: 3, x: 10.5, y: 20.25, at: 3, cause: 1, amount: 12.5 },
      { kind: 5, a: 3, b: 65_535, x: 10, y: 20.25, at: null, cause: 2, amount: 3 },
    ]);
  });

  it("is somebody else's where one has no body", () => {
    const mirror = mirrored();
    mirror.apply(new Bytes().u8(0, 1, 16).u16(4).array);
    const seen = frameOf(mirror, null, WHOSE);
    expect(seen).toMatchObject({ own: false, eyesSlot: 4, statuses: [] });
    expect(seen.self.alive).toBe(false);
    expect(seen.players.map(({ slot }) => slot)).toEqual([4, 9]);
    // One sees with their eyes: they are no mate of theirs.
    expect(seen.mates).toEqual([]);
    mirror.apply(new Bytes().u8(0, 1, 16).u16(65_535).array);
    expect(frameOf(mirror, null, WHOSE).eyesSlot).toBeNull();
  });
});
