import { describe, expect, it } from "vitest";
import {
  actionOf,
  BOUND_ACTIONS,
  conflictsOf,
  DEFAULT_BINDINGS,
  isBindable,
  isHeld,
  readBindings,
  rebind,
} from "../src/game/bindings";

describe("bindings", () => {
  it("start with both hands and the mouse", () => {
    const action = (source: string) => actionOf(DEFAULT_BINDINGS, source);
    expect(["KeyW", "ArrowUp"].map(action)).toEqual(["up", "up"]);
    expect(["KeyQ", "KeyE", "Space", "ShiftLeft", "ShiftRight"].map(action)).toEqual([
      "special",
      "interact",
      "mobility",
      "mobility",
      "mobility",
    ]);
    expect(["mouse0", "mouse1", "mouse2"].map(action)).toEqual(["primary", null, "secondary"]);
    expect(action("Tab")).toBeNull();
    expect(action("")).toBeNull();
  });

  it("have no conflict to begin with", () => {
    for (const action of BOUND_ACTIONS) expect(conflictsOf(DEFAULT_BINDINGS, action)).toEqual([]);
  });

  it("can be changed for every action, in both places", () => {
    for (const action of BOUND_ACTIONS) {
      for (const place of [0, 1] as const) {
        const changed = rebind(DEFAULT_BINDINGS, action, place, "KeyP");
        expect(actionOf(changed, "KeyP")).toBe(action);
        expect(changed[action][place]).toBe("KeyP");
        expect(readBindings(JSON.parse(JSON.stringify(changed)))).toEqual(changed);
      }
    }
  });

  it("hold a source once on one action, and can be cleared", () => {
    const swapped = rebind(DEFAULT_BINDINGS, "mobility", 0, "ShiftRight");
    expect(swapped.mobility).toEqual(["ShiftLeft", ""]);
    const cleared = rebind(swapped, "mobility", 0, "");
    expect(cleared.mobility).toEqual(["", ""]);
    expect(conflictsOf(cleared, "mobility")).toEqual([]);
  });

  it("say which actions want the same source; the first has it", () => {
    const bindings = rebind(DEFAULT_BINDINGS, "interact", 1, "KeyQ");
    expect(conflictsOf(bindings, "interact")).toEqual(["special"]);
    expect(conflictsOf(bindings, "special")).toEqual(["interact"]);
    expect(conflictsOf(bindings, "up")).toEqual([]);
    expect(actionOf(bindings, "KeyQ")).toBe("special");
  });

  it("always leave a way to the menu", () => {
    const bindings = rebind(DEFAULT_BINDINGS, "menu", 0, "KeyP");
    expect(actionOf(bindings, "Escape")).toBe("menu");
    expect(actionOf(bindings, "KeyP")).toBe("menu");
  });

  it("have one key for the figures of the line", () => {
    expect(actionOf(DEFAULT_BINDINGS, "F3")).toBe("figures");
    expect(isHeld("figures")).toBe(false);
  });

  it("leave the browser and the system their keys", () => {
    for (const key of ["Escape", "F5", "F11", "MetaLeft", "ControlRight", "AltLeft", ""])
      expect(isBindable(key)).toBe(false);
    for (const key of ["KeyF", "Digit1", "Numpad0", "Slash", "mouse4", "CapsLock", "Enter"])
      expect(isBindable(key)).toBe(true);
    for (const junk of ["mouse9", "<b>", "lowercase", "K".repeat(40)])
      expect(isBindable(junk)).toBe(false);
  });

  it("are read action by action: one bad pair costs no other", () => {
    const read = readBindings({
      up: ["KeyI", ""],
      left: ["KeyJ"],
      down: "KeyK",
      right: ["KeyL", 7],
      primary: ["F5", ""],
      special: ["Escape", ""],
      nonsense: ["KeyA", ""],
    });
    expect(read).toEqual({ ...DEFAULT_BINDINGS, up: ["KeyI", ""] });
    for (const junk of [null, 3, "x", []]) expect(readBindings(junk)).toEqual(DEFAULT_BINDINGS);
  });
});
