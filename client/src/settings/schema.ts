/**
 * Every setting: its type, what it may be, and what it is until somebody chooses. A
 * stored value that does not fit falls back alone; its neighbours stay.
 */

import { type Bindings, DEFAULT_BINDINGS, readBindings } from "../game/bindings";

export const PALETTES = ["standard", "deuteranopia", "protanopia", "tritanopia"] as const;
export const MOTIONS = ["system", "reduced", "full"] as const;
export const QUALITIES = ["auto", "low", "medium", "high"] as const;
export const RINGS = ["auto", "on", "off"] as const;

export type PaletteName = (typeof PALETTES)[number];
export type Motion = (typeof MOTIONS)[number];
export type Quality = (typeof QUALITIES)[number];
export type Ring = (typeof RINGS)[number];

/** Ranges of the sliders. */
export const VOLUME = { low: 0, high: 1, step: 0.05 } as const;
export const SENSITIVITY = { low: 0.5, high: 2, step: 0.1 } as const;
export const SCALE = { low: 0.8, high: 1.4, step: 0.05 } as const;

export interface Settings {
  readonly bindings: Bindings;
  /** Touch: how little of a drag is a full throw. */
  readonly aimSensitivity: number;
  /** Touch: how little of a push begins a step. */
  readonly moveSensitivity: number;
  /** 0…1. */
  readonly masterVolume: number;
  readonly effectsVolume: number;
  readonly interfaceVolume: number;
  readonly muted: boolean;
  readonly reducedHearing: boolean;
  /** Marks at the edge of the screen towards noises; "auto" follows reducedHearing. */
  readonly soundRing: Ring;
  readonly palette: PaletteName;
  /** Marks and patterns besides the colours of the sides. */
  readonly patterns: boolean;
  /** "system" follows prefers-reduced-motion. */
  readonly motion: Motion;
  readonly quality: Quality;
  readonly interfaceScale: number;
  readonly networkBadge: boolean;
}

interface Field<Value> {
  readonly fallback: Value;
  /** Undefined where it does not fit. */
  read(value: unknown): Value | undefined;
}

const FIELDS: { readonly [Key in keyof Settings]: Field<Settings[Key]> } = {
  bindings: { fallback: DEFAULT_BINDINGS, read: readBindings },
  aimSensitivity: range(SENSITIVITY, 1),
  moveSensitivity: range(SENSITIVITY, 1),
  masterVolume: range(VOLUME, 0.7),
  effectsVolume: range(VOLUME, 1),
  interfaceVolume: range(VOLUME, 0.8),
  muted: flag(false),
  reducedHearing: flag(false),
  soundRing: choice(RINGS, "auto"),
  palette: choice(PALETTES, "standard"),
  patterns: flag(true),
  motion: choice(MOTIONS, "system"),
  quality: choice(QUALITIES, "auto"),
  interfaceScale: range(SCALE, 1),
  networkBadge: flag(true),
};

export const DEFAULTS: Settings = readSettings({});

/** Anything at all → settings: what fits is kept, everything else is as it was at first. */
export function readSettings(raw: Readonly<Record<string, unknown>>): Settings {
  const entries = Object.entries<Field<unknown>>(FIELDS).map(([key, { fallback, read }]) => {
    const given = Object.hasOwn(raw, key) ? read(raw[key]) : undefined;
    return [key, given ?? fallback];
  });
  return Object.fromEntries(entries) as Settings;
}

function range(bounds: { low: number; high: number }, fallback: number): Field<number> {
  const fits = (value: unknown): value is number =>
    typeof value === "number" && value >= bounds.low && value <= bounds.high;
  return { fallback, read: (value) => (fits(value) ? value : undefined) };
}

function flag(fallback: boolean): Field<boolean> {
  return { fallback, read: (value) => (typeof value === "boolean" ? value : undefined) };
}

function choice<Name extends string>(names: readonly Name[], fallback: Name): Field<Name> {
  return { fallback, read: (value) => names.find((name) => name === value) };
}
