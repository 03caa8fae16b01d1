/** What stands on which page of the settings screen. */

import {
  type Motion,
  type PaletteName,
  type Quality,
  type Ring,
  SCALE,
  SENSITIVITY,
  type Settings,
  VOLUME,
} from "../settings/schema";
import type { SettingsStore } from "../settings/store";
import { choice, type Row, slider, toggle } from "./fields";
import { swatches } from "./swatches";

type Sliders = "masterVolume" | "effectsVolume" | "interfaceVolume";
type Switches = {
  [Key in keyof Settings]: Settings[Key] extends boolean ? Key : never;
}[keyof Settings];

const percent = (value: number) => `${Math.round(value * 100)} %`;

function switchOf(settings: SettingsStore, key: Switches, label: string, note?: string): Row {
  return toggle({
    label,
    ...(note === undefined ? {} : { note }),
    get: () => settings.now[key],
    set: (value) => settings.change({ [key]: value }),
  });
}

export function touchRows(settings: SettingsStore): Row[] {
  return [
    slider({
      label: "Aim sensitivity",
      note: "The higher, the shorter the way of the thumb to a full throw.",
      bounds: SENSITIVITY,
      get: () => settings.now.aimSensitivity,
      set: (aimSensitivity) => settings.change({ aimSensitivity }),
      words: percent,
    }),
    slider({
      label: "Movement sensitivity",
      note: "The higher, the lighter the push that begins a step.",
      bounds: SENSITIVITY,
      get: () => settings.now.moveSensitivity,
      set: (moveSensitivity) => settings.change({ moveSensitivity }),
      words: percent,
    }),
  ];
}

export function soundRows(settings: SettingsStore): Row[] {
  const volume = (key: Sliders, label: string) =>
    slider({
      label,
      bounds: VOLUME,
      get: () => settings.now[key],
      set: (value) => settings.change({ [key]: value }),
      words: percent,
    });
  return [
    switchOf(settings, "muted", "Sound off"),
    volume("masterVolume", "Everything"),
    volume("effectsVolume", "Effects"),
    volume("interfaceVolume", "Notices and buttons"),
    switchOf(settings, "reducedHearing", "I hear little or nothing"),
    choice<Ring>({
      label: "Marks towards noises",
      note: "At the edge of the screen, towards what is heard. Automatic: for who hears little.",
      options: [
        ["auto", "Automatic"],
        ["on", "On"],
        ["off", "Off"],
      ],
      get: () => settings.now.soundRing,
      set: (soundRing) => settings.change({ soundRing }),
    }),
  ];
}

export function comfortRows(settings: SettingsStore): Row[] {
  return [
    choice<PaletteName>({
      label: "Colours of the sides",
      options: [
        ["standard", "Standard"],
        ["deuteranopia", "Deuteranopia"],
        ["protanopia", "Protanopia"],
        ["tritanopia", "Tritanopia"],
      ],
      get: () => settings.now.palette,
      set: (palette) => settings.change({ palette }),
    }),
    swatches(settings),
    switchOf(
      settings,
      "patterns",
      "Marks besides colours",
      "Teeth round foes, patterns on the trails of shots, signs on figures.",
    ),
    choice<Motion>({
      label: "Motion",
      note: "Reduced: no shaking, no flashes, fewer sparks, nothing that pulses.",
      options: [
        ["system", "As the system says"],
        ["reduced", "Reduced"],
        ["full", "Full"],
      ],
      get: () => settings.now.motion,
      set: (motion) => settings.change({ motion }),
    }),
  ];
}

export function pictureRows(settings: SettingsStore): Row[] {
  return [
    choice<Quality>({
      label: "Quality",
      note: "Automatic: less below 50 frames a second, slowly more again when it runs smoothly.",
      options: [
        ["auto", "Automatic"],
        ["low", "Low"],
        ["medium", "Medium"],
        ["high", "High"],
      ],
      get: () => settings.now.quality,
      set: (quality) => settings.change({ quality }),
    }),
    slider({
      label: "Size of the interface",
      bounds: SCALE,
      get: () => settings.now.interfaceScale,
      set: (interfaceScale) => settings.change({ interfaceScale }),
      words: percent,
    }),
    switchOf(
      settings,
      "networkBadge",
      "Show the connection",
      "Round trip, jitter, and the share of snapshots that came late or not at all.",
    ),
  ];
}
