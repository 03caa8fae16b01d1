import { describe, expect, it } from "vitest";
import { aimsFirst, followed, pushOf, STICK_PX } from "../src/game/touchpad";
import type { SkillRules } from "../src/net/messages";

const ORIGIN = { x: 100, y: 200 };
const at = (x: number, y: number) => ({ x: ORIGIN.x + x, y: ORIGIN.y + y });

describe("a stick", () => {
  it("rests in the middle", () => {
    expect(pushOf(ORIGIN, at(4, -3), 1)).toEqual({ dx: 0, dy: 0, share: 0 });
  });

  it("says where and how far, and no farther than all of it", () => {
    expect(pushOf(ORIGIN, at(0, -STICK_PX / 2), 1)).toEqual({ dx: 0, dy: -1, share: 0.5 });
    expect(pushOf(ORIGIN, at(600, 800), 1)).toEqual({ dx: 0.6, dy: 0.8, share: 1 });
  });

  it("needs less of a way with more sensitivity", () => {
    expect(pushOf(ORIGIN, at(STICK_PX / 2, 0), 2).share).toBe(1);
    expect(pushOf(ORIGIN, at(STICK_PX / 2, 0), 0.5).share).toBe(0.25);
    expect(pushOf(ORIGIN, at(9, 0), 1).share).toBe(0);
    expect(pushOf(ORIGIN, at(9, 0), 2).share).toBeGreaterThan(0);
  });

  it("is dragged along by a thumb that runs away, and by no other", () => {
    expect(followed(ORIGIN, at(STICK_PX, 0), 1)).toBe(ORIGIN);
    const far = at(STICK_PX * 3, 0);
    const moved = followed(ORIGIN, far, 1);
    expect(far.x - moved.x).toBeCloseTo(STICK_PX * 1.25, 9);
    expect(moved.y).toBe(ORIGIN.y);
    // Half a reach back is already a turn.
    expect(pushOf(moved, { x: far.x - STICK_PX * 2, y: far.y }, 1).dx).toBe(-1);
  });
});

describe("the button of a skill", () => {
  const skill = (kind: string, hold_ticks = 0) => ({ kind, hold_ticks }) as SkillRules;

  it("waits to be aimed only where a throw or a place is chosen", () => {
    expect(["area", "wall", "homing"].map((kind) => aimsFirst(skill(kind)))).toEqual([
      ...[true, true, true],
    ]);
    expect(
      ["projectile", "beam", "dash", "shield", "heal", "new"].some((kind) =>
        aimsFirst(skill(kind)),
      ),
    ).toBe(false);
    expect(aimsFirst(skill("area", 30))).toBe(false);
    expect(aimsFirst(null)).toBe(false);
  });
});
