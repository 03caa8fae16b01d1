import { describe, expect, it } from "vitest";
import { Blocks, Button, Condition, StageKind } from "../../src/net/protocol";
import { step } from "../../src/predict/predictor";
import {
  copyState,
  firstDifference,
  makeState,
  NO_SLOT,
  NOBODY,
  type OwnState,
} from "../../src/predict/state";
import { body, DASH, EAST, FACTS, RUN_EAST, SOUTH, STAND, walls } from "./bodies";

function run(ticks: number, own = body(), command: typeof STAND = RUN_EAST, world = walls()) {
  for (let tick = 0; tick < ticks; tick += 1) step(own, command, FACTS, world, own);
  return own;
}

describe("a step", () => {
  it("leaves the state it starts from as it was", () => {
    const from = body();
    const kept = makeState();
    copyState(from, kept);
    const to = makeState();
    step(from, DASH, FACTS, walls(), to);
    expect(firstDifference(from, kept)).toBeNull();
    expect(to.tick).toBe(from.tick + 1);
  });

  it("gathers speed, and stops at a wall", () => {
    const own = run(1);
    expect(own.vx_ups).toBeCloseTo(2, 12);
    run(2, own);
    expect(own.vx_ups).toBe(6);
    run(100, own);
    expect(own.x_u).toBeLessThanOrEqual(19);
    expect(own.x_u).toBeGreaterThan(18.99);
  });

  it("stops at an obstacle, and not at one that only stops shots", () => {
    const crate = {
      cx: 14,
      cy: 10,
      hx: 1,
      hy: 1,
      r: 0,
      heading: 512,
      blocks: Blocks.ALL as number,
    };
    const world = walls();
    world.raise([crate]);
    expect(run(100, body(), RUN_EAST, world).x_u).toBeLessThan(12.2);
    world.raise([{ ...crate, blocks: Blocks.SHOTS }]);
    expect(run(100, body(), RUN_EAST, world).x_u).toBeGreaterThan(18.99);
  });

  it("keeps everybody in place before the start", () => {
    const own = run(1, body({ tick: 88, stage: StageKind.COUNTDOWN }));
    expect([own.x_u, own.stage, own.buttons]).toEqual([10, StageKind.COUNTDOWN, 0]);
    run(2, own);
    expect([own.tick, own.stage, own.vx_ups > 0]).toEqual([91, StageKind.PLAY, true]);
  });

  it("moves nobody who is dead", () => {
    const own = run(5, body({ alive: false }));
    expect([own.tick, own.x_u]).toEqual([505, 10]);
  });
});

describe("a state", () => {
  it("is copied and compared in every field", () => {
    const made = makeState();
    for (const [field, value] of Object.entries(made)) {
      const from: OwnState = makeState();
      if (typeof value === "object") (from[field as "held_tick"] as Int32Array)[2] = 77;
      else Object.assign(from, { [field]: typeof value === "boolean" ? true : 77.5 });
      expect(firstDifference(from, made)?.field.replace("[2]", "")).toBe(field);
      const to = makeState();
      copyState(from, to);
      expect(firstDifference(from, to)).toBeNull();
    }
  });
});

describe("a dash", () => {
  it("goes where one walks, else where one aims, for its ticks, this one the first", () => {
    const walking = run(1, body(), { ...DASH, buttons: Button.MOVE | Button.MOBILITY });
    expect([walking.vx_ups, walking.vy_ups, walking.dash_direction]).toEqual([22, 0, EAST]);
    const aiming = run(1, body(), DASH);
    expect([aiming.vx_ups, aiming.vy_ups, aiming.dash_direction]).toEqual([0, 22, SOUTH]);
    expect(aiming.dash_until_tick).toBe(504);
    run(3, aiming, STAND);
    expect(aiming.vy_ups).toBe(22);
    run(1, aiming, STAND);
    expect(aiming.vy_ups).toBeLessThan(6);
  });

  it("costs mana and a charge, and waits for the cooldown", () => {
    const own = run(1, body(), DASH);
    expect([own.mana_mp, own.charges[3], own.ready_tick[3]]).toEqual([40, 0, 530]);
    run(29, own, DASH);
    expect([own.mana_mp, own.dash_until_tick]).toEqual([40, 504]);
    run(1, own, DASH);
    expect([own.mana_mp, own.dash_until_tick]).toEqual([30, 534]);
  });

  it("is refused without mana, rooted, stunned, down, and outside of play", () => {
    const refused = [
      body({ mana_mp: 9.99 }),
      body({ down: true }),
      body({ over: true }),
      body(),
      body(),
    ];
    for (const [at, own] of refused.slice(3).entries()) {
      own.status_stacks[1 + at] = 1;
      own.status_until_tick[1 + at] = 510;
    }
    for (const own of refused) {
      const { mana_mp } = own;
      run(1, own, DASH);
      expect([own.dash_until_tick, own.charges[3], own.mana_mp]).toEqual([0, 1, mana_mp]);
    }
    expect(refused[3]?.flags).toBe(Condition.ROOTED);
    expect(refused[4]?.flags).toBe(Condition.STUNNED);
  });

  it("ends at once for whoever goes down", () => {
    const own = run(1, body(), DASH);
    own.down = true;
    run(1, own, STAND);
    expect(own.dash_until_tick).toBe(501);
    expect(own.vy_ups).toBeLessThanOrEqual(6 * 0.35);
  });

  it("of a skill with charges needs a gap alone, and hastes from the next tick on", () => {
    const own = body();
    own.skill[3] = 2;
    own.charges[3] = 2;
    run(1, own, DASH);
    expect([own.charges[3], own.ready_tick[3], own.speed_ups]).toEqual([1, 505, 6]);
    run(1, own, STAND);
    expect([own.speed_ups, own.flags]).toEqual([9, Condition.HASTED]);
    run(2, own, STAND);
    expect(own.speed_ups).toBe(9);
    run(1, own, STAND);
    expect([own.speed_ups, own.flags]).toEqual([6, 0]);
    run(1, own, DASH);
    expect(own.charges[3]).toBe(0);
  });
});

describe("other skills", () => {
  it("take the mana a dash would need, in the order of their slots", () => {
    const own = body({ mana_mp: 15 });
    run(1, own, { ...DASH, buttons: Button.PRIMARY | Button.MOBILITY });
    expect([own.mana_mp, own.charges[0], own.charges[3]]).toEqual([5, 0, 1]);
  });

  it("are charged up while held, keep other hands full, and let a dash go", () => {
    const own = run(1, body(), { ...STAND, buttons: Button.SECONDARY });
    expect([own.held_tick[1], own.mana_mp]).toEqual([500, 50]);
    const all = Button.PRIMARY | Button.SECONDARY | Button.MOBILITY;
    run(1, own, { ...STAND, buttons: all });
    expect([own.charges[0], own.charges[3], own.held_tick[1]]).toEqual([1, 0, 500]);
    run(1, own, STAND);
    expect([own.charges[1], own.held_tick[1]]).toEqual([0, NOBODY]);
  });

  it("are channelled until the mana is gone", () => {
    const own = run(1, body({ mana_mp: 19 }), { ...STAND, buttons: Button.SPECIAL });
    expect([own.mana_mp, own.channel_slot]).toEqual([9, 2]);
    run(2, own, { ...STAND, buttons: Button.SPECIAL });
    expect([own.mana_mp, own.channel_slot]).toEqual([1, 2]);
    run(1, own, { ...STAND, buttons: Button.SPECIAL });
    expect([own.mana_mp, own.channel_slot]).toEqual([1, NO_SLOT]);
  });
});
