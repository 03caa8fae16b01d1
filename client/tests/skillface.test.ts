import { describe, expect, it } from "vitest";
import { skillFace } from "../src/game/skillface";
import { SKILLS, snapshotAt } from "./bytes";

const HZ = 30;
const [BOLT, , , BLINK] = SKILLS as [(typeof SKILLS)[0], unknown, unknown, (typeof SKILLS)[0]];
const SELF = { ...snapshotAt(1).self, conditions: 0, manaMp: 40 };
const SLOT = { skill: 0, level: 1, charges: 1, held: 0, waitTicks: 0, rechargeTicks: 0 };

describe("the face of a skill", () => {
  it("is ready when there is nothing to wait for", () => {
    expect(skillFace(SLOT, BOLT, SELF, HZ)).toEqual({
      wait: 0,
      recharge: 0,
      seconds: "",
      ready: true,
      dear: false,
      barred: false,
      charges: null,
      held: null,
      level: 1,
    });
  });

  it("sweeps over the cooldown and counts whole seconds until the last", () => {
    const skill = { ...BLINK, cooldown_ticks: 180 };
    const face = (waitTicks: number) =>
      skillFace({ ...SLOT, waitTicks, rechargeTicks: waitTicks }, skill, SELF, HZ);
    expect(face(90)).toMatchObject({ wait: 0.5, seconds: "3", ready: false });
    expect(face(91).seconds).toBe("4");
    expect(face(30).seconds).toBe("1");
    expect(face(15).seconds).toBe("0.5");
    expect(face(65_535)).toMatchObject({ wait: 1 });
  });

  it("shows no figure where the whole cooldown is a second or less", () => {
    expect(skillFace({ ...SLOT, waitTicks: 7 }, BOLT, SELF, HZ).seconds).toBe("");
  });

  it("shows the charge that is coming back while others are left", () => {
    const skill = { ...BLINK, charges_max: 2, cooldown_ticks: 120 };
    const some = skillFace({ ...SLOT, charges: 1, rechargeTicks: 30 }, skill, SELF, HZ);
    expect(some).toMatchObject({ ready: true, wait: 0, recharge: 0.25, charges: 1 });
    const none = { ...SLOT, charges: 0, waitTicks: 30, rechargeTicks: 30 };
    expect(skillFace(none, skill, SELF, HZ)).toMatchObject({
      ...{ ready: false, wait: 0.25, recharge: 0, charges: 0 },
    });
  });

  it("is too dear above the mana there is, and not at it", () => {
    const face = (mana_mp: number) => skillFace(SLOT, { ...BOLT, mana_mp }, SELF, HZ);
    expect(face(40)).toMatchObject({ dear: false, ready: true });
    expect(face(40.5)).toMatchObject({ dear: true, ready: false });
  });

  it("is barred by a stun or by being down, a dash by roots too", () => {
    const barred = (conditions: number, down: boolean, skill = BOLT) =>
      skillFace(SLOT, skill, { ...SELF, conditions, down }, HZ).barred;
    expect(barred(1, false)).toBe(true);
    expect(barred(0, true)).toBe(true);
    expect(barred(2, false)).toBe(false);
    expect(barred(2, false, BLINK)).toBe(true);
    expect(barred(4 | 8 | 16 | 32, false, BLINK)).toBe(false);
  });

  it("has a ring only while a charge is held", () => {
    expect(skillFace({ ...SLOT, held: 0 }, BOLT, SELF, HZ).held).toBeNull();
    expect(skillFace({ ...SLOT, held: 1 / 255 }, BOLT, SELF, HZ).held).toBeCloseTo(1 / 255);
    expect(skillFace({ ...SLOT, held: 1 }, BOLT, SELF, HZ).held).toBe(1);
  });

  it("does not divide by a cooldown of zero", () => {
    const skill = { ...BOLT, cooldown_ticks: 0 };
    expect(skillFace(SLOT, skill, SELF, HZ).wait).toBe(0);
    expect(skillFace({ ...SLOT, waitTicks: 3 }, skill, SELF, HZ).wait).toBe(1);
  });
});
