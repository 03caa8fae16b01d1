import { describe, expect, it } from "vitest";
import { angleOf, directionOf, fan, lerpAngle, reachOf } from "../src/game/direction";
import { HeldInput } from "../src/game/input";

/** Only the second skill is thrown, 12 u far, and the third, 8 u. */
const RANGES = [0, 12, 8, 0];
const RANGE = 12;

describe("directions", () => {
  it("fan out about the aim", () => {
    expect(fan(100, 1, 0)).toEqual([100]);
    expect(fan(100, 3, 80)).toEqual([20, 100, 180]);
    // No middle one: half a direction to one side, as the server has it.
    expect(fan(100, 2, 5)).toEqual([97, 102]);
  });

  it("count clockwise from +x, as the wire does", () => {
    expect(directionOf(1, 0)).toBe(0);
    expect(directionOf(0, 1)).toBe(1024);
    expect(directionOf(-1, 0)).toBe(2048);
    expect(directionOf(0, -1)).toBe(3072);
    expect(directionOf(1, 1)).toBe(512);
  });

  it("stay within 0…4095 all the way round and come back from their angle", () => {
    for (let index = 0; index < 4096; index += 1) {
      const angle = angleOf(index);
      expect(directionOf(Math.cos(angle), Math.sin(angle))).toBe(index);
    }
    // A hair above +x rounds up to a full turn, which is 0 again.
    expect(directionOf(1, -1e-6)).toBe(0);
  });

  it("reach from nothing to the full range and no further", () => {
    expect(reachOf(0, RANGE)).toBe(0);
    expect(reachOf(6, RANGE)).toBe(128);
    expect(reachOf(12, RANGE)).toBe(255);
    expect(reachOf(99, RANGE)).toBe(255);
  });

  it("blend angles the short way", () => {
    expect(lerpAngle(3, -3, 0.5)).toBeCloseTo(Math.PI, 9);
  });
});

describe("held input", () => {
  it("moves along the sum of the keys; opposite keys cancel", () => {
    const held = new HeldInput();
    held.press("KeyD", "right");
    held.press("KeyS", "down");
    expect(held.sample(RANGES)).toMatchObject({ move: 512, buttons: 1 });
    held.press("KeyW", "up");
    expect(held.sample(RANGES)).toMatchObject({ move: 0, buttons: 1 });
    held.press("KeyA", "left");
    expect(held.sample(RANGES)).toMatchObject({ buttons: 0 });
  });

  it("keeps buttons held until let go of", () => {
    const held = new HeldInput();
    held.press("mouse0", "primary");
    held.press("mouse2", "secondary");
    held.press("KeyQ", "special");
    held.press("ShiftLeft", "mobility");
    held.press("KeyE", "interact");
    expect(held.sample(RANGES).buttons).toBe(62);
    expect(held.sample(RANGES).buttons).toBe(62);
    held.release("KeyQ");
    expect(held.sample(RANGES).buttons).toBe(54);
    held.release("KeyE");
    expect(held.sample(RANGES).buttons).toBe(22);
  });

  it("counts a tap shorter than a tick exactly once", () => {
    const held = new HeldInput();
    held.press("Space", "primary");
    held.release("Space");
    expect(held.sample(RANGES).buttons).toBe(2);
    expect(held.sample(RANGES).buttons).toBe(0);
  });

  it("holds an action as long as one of its sources is down", () => {
    const held = new HeldInput();
    held.press("Space", "primary");
    held.press("mouse0", "primary");
    held.release("Space");
    held.sample(RANGES);
    expect(held.sample(RANGES).buttons).toBe(2);
  });

  it("forgets everything when the window loses the player, taps included", () => {
    const held = new HeldInput();
    held.press("KeyW", "up");
    held.press("Space", "primary");
    held.releaseAll();
    expect(held.sample(RANGES)).toMatchObject({ move: 0, buttons: 0 });
  });

  it("aims along the cursor and keeps the last aim on the body itself", () => {
    const held = new HeldInput();
    held.aimAlong(0, -6);
    expect(held.sample(RANGES)).toMatchObject({ aim: 3072, reach: 128 });
    held.aimAlong(0, 0);
    expect(held.sample(RANGES)).toMatchObject({ aim: 3072, reach: 0 });
  });

  it("measures the reach by the skill that is thrown, also when it is let go of", () => {
    const held = new HeldInput();
    held.aimAlong(4, 0);
    expect(held.sample(RANGES).reach).toBe(85);
    held.press("KeyQ", "special");
    expect(held.sample(RANGES).reach).toBe(128);
    held.release("KeyQ");
    expect(held.sample(RANGES).reach).toBe(128);
    held.press("mouse2", "secondary");
    expect(held.sample(RANGES).reach).toBe(85);
    // Shooting beside it changes nothing: a shot is not thrown.
    held.press("mouse0", "primary");
    expect(held.sample(RANGES).reach).toBe(85);
    expect(held.sample([0, 0, 0, 0]).reach).toBe(0);
    expect(held.sample([]).reach).toBe(0);
  });

  it("moves along a stick in any direction, together with keys", () => {
    const held = new HeldInput();
    held.moveAlong({ dx: 0.2, dy: -0.2 });
    expect(held.sample(RANGES)).toMatchObject({ move: 3584, buttons: 1 });
    held.press("KeyS", "down");
    held.moveAlong({ dx: 1, dy: 0 });
    expect(held.sample(RANGES)).toMatchObject({ move: 512, buttons: 1 });
    held.releaseAll();
    expect(held.sample(RANGES).buttons).toBe(0);
  });

  it("throws over a share of the range by a stick, whatever the range is", () => {
    const held = new HeldInput();
    held.aimBy(0, 0.3, 0.5);
    expect(held.sample(RANGES)).toMatchObject({ aim: 1024, reach: 128 });
    expect(held.sample([0, 5, 0, 0]).reach).toBe(128);
    held.aimBy(0, 0, 7);
    expect(held.sample(RANGES)).toMatchObject({ aim: 1024, reach: 255 });
    // The mouse takes over where it is moved.
    held.aimAlong(6, 0);
    expect(held.sample(RANGES)).toMatchObject({ aim: 0, reach: 128 });
  });
});
