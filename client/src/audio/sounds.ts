/**
 * Every sound, as a recipe: voices of an oscillator or of noise, each with its pitch and
 * its loudness over time. There are no files: what is heard is worked out on the spot.
 */

export type SoundName =
  | "shot"
  | "bolt"
  | "swing"
  | "beam"
  | "hitGiven"
  | "hitTaken"
  | "warded"
  | "blast"
  | "bash"
  | "roots"
  | "bloom"
  | "dash"
  | "shield"
  | "wall"
  | "heal"
  | "pickup"
  | "level"
  | "crate"
  | "clink"
  | "down"
  | "revive"
  | "death"
  | "kill"
  | "zoneWarning"
  | "zoneOutside"
  | "sudden"
  | "count"
  | "go"
  | "ownDeath"
  | "victory"
  | "defeat"
  | "press"
  | "back";

/** Which volume it follows. */
export type Bus = "effects" | "interface";

export interface Voice {
  readonly wave: "sine" | "triangle" | "square" | "sawtooth" | "noise";
  /** Hz at the start and at the end: of the tone, or of the filter that noise goes through. */
  readonly from: number;
  readonly to: number;
  readonly lengthS: number;
  readonly gain: number;
  readonly delayS?: number;
  /** Until it is loudest. */
  readonly attackS?: number;
}

export interface Recipe {
  readonly bus: Bus;
  /** What gives way when there are too many: the lower ones. */
  readonly priority: number;
  /** The same sound again within this time is left out. */
  readonly gapMs: number;
  readonly voices: readonly Voice[];
}

type Tail = Partial<Pick<Voice, "delayS" | "attackS">>;

function tone(
  wave: Voice["wave"],
  from: number,
  to: number,
  lengthS: number,
  gain: number,
  tail: Tail = {},
): Voice {
  return { wave, from, to, lengthS, gain, ...tail };
}

/** Notes one after another. */
function tune(wave: Voice["wave"], stepS: number, gain: number, ...notes: number[]): Voice[] {
  return notes.map((note, index) =>
    tone(wave, note, note, stepS * 2.4, gain, { delayS: index * stepS, attackS: 0.01 }),
  );
}

const effect = (priority: number, gapMs: number, ...voices: Voice[]): Recipe => ({
  ...{ bus: "effects", priority, gapMs, voices },
});
const notice = (priority: number, gapMs: number, ...voices: Voice[]): Recipe => ({
  ...{ bus: "interface", priority, gapMs, voices },
});

export const SOUNDS: Readonly<Record<SoundName, Recipe>> = {
  shot: effect(3, 45, tone("triangle", 720, 170, 0.11, 0.3), tone("noise", 3800, 900, 0.07, 0.24)),
  bolt: effect(3, 45, tone("sawtooth", 340, 120, 0.15, 0.13), tone("noise", 1500, 500, 0.16, 0.26)),
  swing: effect(3, 45, tone("noise", 700, 2600, 0.13, 0.3, { attackS: 0.05 })),
  beam: effect(2, 120, tone("sawtooth", 900, 1250, 0.22, 0.07), tone("sine", 620, 880, 0.26, 0.16)),
  hitGiven: effect(
    5,
    50,
    tone("square", 950, 520, 0.06, 0.14),
    tone("noise", 2600, 900, 0.05, 0.2),
  ),
  hitTaken: effect(8, 70, tone("sine", 190, 62, 0.2, 0.6), tone("noise", 900, 260, 0.13, 0.36)),
  warded: effect(5, 70, tone("sine", 1480, 1180, 0.2, 0.15), tone("sine", 2230, 1990, 0.14, 0.08)),
  blast: effect(6, 60, tone("noise", 1400, 90, 0.6, 0.7), tone("sine", 130, 36, 0.5, 0.6)),
  bash: effect(5, 60, tone("noise", 700, 160, 0.2, 0.5), tone("triangle", 210, 80, 0.2, 0.4)),
  roots: effect(4, 80, tone("noise", 380, 900, 0.32, 0.35), tone("triangle", 120, 190, 0.3, 0.22)),
  bloom: effect(2, 160, tone("sine", 520, 780, 0.3, 0.12, { attackS: 0.08 })),
  dash: effect(4, 60, tone("noise", 500, 3400, 0.2, 0.34, { attackS: 0.06 })),
  shield: effect(3, 80, tone("sine", 440, 880, 0.26, 0.2), tone("sine", 660, 1320, 0.26, 0.1)),
  wall: effect(4, 80, tone("noise", 260, 120, 0.3, 0.5), tone("square", 90, 60, 0.22, 0.14)),
  heal: effect(3, 220, ...tune("sine", 0.07, 0.16, 660, 880)),
  pickup: effect(5, 60, ...tune("triangle", 0.055, 0.22, 740, 1110)),
  level: effect(6, 200, ...tune("triangle", 0.075, 0.22, 523, 659, 784, 1047)),
  crate: effect(4, 80, tone("noise", 1900, 300, 0.22, 0.45), tone("square", 160, 70, 0.12, 0.16)),
  clink: effect(1, 70, tone("noise", 5200, 2400, 0.04, 0.13)),
  down: effect(7, 100, ...tune("triangle", 0.11, 0.28, 330, 247)),
  revive: effect(6, 200, ...tune("sine", 0.08, 0.22, 392, 523, 659)),
  death: effect(5, 80, tone("sawtooth", 300, 70, 0.4, 0.16), tone("noise", 800, 120, 0.4, 0.3)),
  kill: notice(8, 120, ...tune("triangle", 0.06, 0.26, 880, 1319)),
  zoneWarning: notice(7, 900, ...tune("sine", 0.2, 0.3, 392, 330)),
  zoneOutside: notice(8, 900, ...tune("square", 0.12, 0.09, 294, 294)),
  sudden: notice(9, 2000, ...tune("sawtooth", 0.24, 0.1, 196, 233, 196, 233)),
  count: notice(7, 400, tone("sine", 523, 523, 0.16, 0.3, { attackS: 0.005 })),
  go: notice(8, 400, tone("sine", 1047, 1047, 0.45, 0.34, { attackS: 0.005 })),
  ownDeath: notice(
    10,
    900,
    tone("sine", 220, 46, 1.1, 0.5),
    ...tune("triangle", 0.2, 0.2, 294, 233, 175),
  ),
  victory: notice(10, 2000, ...tune("triangle", 0.13, 0.26, 523, 659, 784, 1047, 784, 1047)),
  defeat: notice(10, 2000, ...tune("triangle", 0.2, 0.22, 392, 349, 294)),
  press: notice(2, 30, tone("triangle", 620, 760, 0.05, 0.16)),
  back: notice(2, 30, tone("triangle", 520, 390, 0.06, 0.16)),
};

/** How long a sound takes, all its voices. */
export function lengthS({ voices }: Recipe): number {
  return Math.max(...voices.map((voice) => (voice.delayS ?? 0) + voice.lengthS));
}
