/** Settings → what the whole page wears: colours, size, calm. */

import { css, usePalette } from "../render/palette";
import type { Settings } from "../settings/schema";
import type { SettingsStore } from "../settings/store";
import { setVariable } from "./dom";

const SYSTEM_CALM = window.matchMedia("(prefers-reduced-motion: reduce)");

export function isCalm({ motion }: Settings): boolean {
  return motion === "system" ? SYSTEM_CALM.matches : motion === "reduced";
}

export function hasSoundRing({ soundRing, reducedHearing }: Settings): boolean {
  return soundRing === "auto" ? reducedHearing : soundRing === "on";
}

/** Keeps the page in step with the settings and with the system; `then` comes after. */
export function dress(settings: SettingsStore, then: (settings: Settings) => void): void {
  const put = (): void => {
    wear(settings.now);
    then(settings.now);
  };
  settings.watch(put);
  SYSTEM_CALM.addEventListener("change", put);
}

function wear(settings: Settings): void {
  const page = document.documentElement;
  page.classList.toggle("calm", isCalm(settings));
  page.classList.toggle("patterns", settings.patterns);
  const { self, mate, foe, bot } = usePalette(settings.palette);
  for (const [name, colour] of Object.entries({ self, mate, foe, bot }))
    setVariable(page, `--${name}`, css(colour));
  setVariable(page, "--scale", String(settings.interfaceScale));
}
