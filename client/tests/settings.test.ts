import { describe, expect, it } from "vitest";
import { DEFAULT_BINDINGS, rebind } from "../src/game/bindings";
import { migrate, STEPS, VERSION } from "../src/settings/migrate";
import { DEFAULTS, readSettings } from "../src/settings/schema";
import { SettingsStore } from "../src/settings/store";

class Paper {
  text: string;

  constructor(text = "") {
    this.text = text;
  }

  read(): string {
    return this.text;
  }

  write(text: string): void {
    this.text = text;
  }
}

describe("settings", () => {
  it("are the defaults where nothing is stored, or nothing that can be read", () => {
    for (const text of ["", "{", "null", "[]", "7", '"x"', "{}"])
      expect(new SettingsStore(new Paper(text)).now).toEqual(DEFAULTS);
  });

  it("fall back one by one", () => {
    const raw = {
      ...{ masterVolume: 3, effectsVolume: 0.25, interfaceVolume: "loud", muted: 1 },
      ...{ palette: "neon", patterns: false, motion: "reduced", quality: null },
      ...{ interfaceScale: Number.NaN, bindings: { up: ["KeyI", ""], down: 4 } },
    };
    expect(readSettings(raw)).toEqual({
      ...DEFAULTS,
      effectsVolume: 0.25,
      patterns: false,
      motion: "reduced",
      bindings: { ...DEFAULT_BINDINGS, up: ["KeyI", ""] },
    });
  });

  it("come back as they were left", () => {
    const paper = new Paper();
    const store = new SettingsStore(paper);
    const bindings = rebind(DEFAULT_BINDINGS, "special", 0, "KeyF");
    store.change({ bindings, palette: "tritanopia", interfaceScale: 1.2, muted: true });
    expect(new SettingsStore(paper).now).toEqual(store.now);
    expect(JSON.parse(paper.text)).toMatchObject({ version: VERSION, palette: "tritanopia" });
  });

  it("never hold what does not fit, whoever changes them", () => {
    const store = new SettingsStore(new Paper());
    store.change({ masterVolume: -1, networkBadge: false });
    expect(store.now).toEqual({ ...DEFAULTS, networkBadge: false });
  });

  it("tell whoever listens, at once and on every change, until told to stop", () => {
    const store = new SettingsStore(new Paper());
    const heard: [number, number][] = [];
    const stop = store.watch((now, before) => heard.push([before.masterVolume, now.masterVolume]));
    store.change({ masterVolume: 0.5 });
    stop();
    store.change({ masterVolume: 0.1 });
    expect(heard).toEqual([
      [DEFAULTS.masterVolume, DEFAULTS.masterVolume],
      [DEFAULTS.masterVolume, 0.5],
    ]);
  });

  it("go back to the defaults in parts or as a whole", () => {
    const store = new SettingsStore(new Paper());
    store.change({ masterVolume: 0.1, palette: "protanopia" });
    store.reset(["masterVolume"]);
    expect(store.now).toEqual({ ...DEFAULTS, palette: "protanopia" });
    store.reset();
    expect(store.now).toEqual(DEFAULTS);
  });
});

describe("settings of another version", () => {
  const steps = [
    ({ volume, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, master: volume }),
    ({ master, ...rest }: Readonly<Record<string, unknown>>) => ({
      ...rest,
      masterVolume: typeof master === "number" ? master / 100 : master,
    }),
  ];

  it("are brought up to date step by step from where they are", () => {
    expect(migrate('{"volume":40}', steps)).toEqual({ masterVolume: 0.4 });
    expect(migrate('{"version":1,"master":40}', steps)).toMatchObject({ masterVolume: 0.4 });
    expect(migrate('{"version":2,"masterVolume":0.4}', steps)).toMatchObject({
      masterVolume: 0.4,
    });
  });

  it("of a later page are taken for what still fits", () => {
    const stored = migrate('{"version":99,"muted":true,"palette":"new","hologram":1}', steps);
    expect(readSettings(stored ?? {})).toEqual({ ...DEFAULTS, muted: true });
  });

  it("with a senseless number count as the oldest", () => {
    for (const version of ['"2"', "-1", "1.5", "null"])
      expect(migrate(`{"version":${version},"volume":40}`, steps)).toMatchObject({
        masterVolume: 0.4,
      });
  });

  it("have a step for every version there has been", () => {
    expect(VERSION).toBe(STEPS.length);
    const old = JSON.stringify({ muted: true });
    expect(readSettings(migrate(old) ?? {})).toEqual({ ...DEFAULTS, muted: true });
  });
});
