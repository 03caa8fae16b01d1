/** What is heard in a match: events and notices, to the speaker and to the ring of marks. */

import type { WorldView } from "../game/interpolate";
import type { World } from "../game/world";
import type { Result } from "../net/messages";
import type { EventRow } from "../net/rows";
import { Notices, noiseOf } from "./hearing";
import { type Heard, heardFrom } from "./place";
import type { SoundName } from "./sounds";

export interface Mouth {
  play(name: SoundName, pan?: number, gain?: number): void;
}

export interface Marks {
  mark(name: SoundName, heard: Heard): void;
}

/** Noises nearer than this are in the middle of the picture and need no mark. */
const MARKED_FROM = 0.14;

export class Ears {
  readonly #speaker: Mouth;
  readonly #marks: Marks;
  #notices = new Notices();

  constructor(speaker: Mouth, marks: Marks) {
    this.#speaker = speaker;
    this.#marks = marks;
  }

  /** Starts over for another match. */
  begin(): void {
    this.#notices = new Notices();
  }

  /** `focus` is what the camera looks at: there the ears are too. */
  hear(
    events: readonly EventRow[],
    world: World,
    focus: { x: number; y: number },
    view: WorldView,
    nowMs: number,
  ): void {
    for (const event of events) {
      const noise = noiseOf(event, world);
      if (noise === null) continue;
      if (noise.at === null) {
        this.#speaker.play(noise.name, 0, noise.gain);
        continue;
      }
      const heard = heardFrom(focus, noise.at.x, noise.at.y);
      this.#speaker.play(noise.name, heard.pan, noise.gain * heard.gain);
      if (heard.distance >= MARKED_FROM && heard.gain > 0) this.#marks.mark(noise.name, heard);
    }
    const { latest } = world;
    if (latest === null) return;
    const { tickRateHz } = world.welcome;
    for (const name of this.#notices.due(latest, tickRateHz, isOutside(view), nowMs))
      this.#speaker.play(name);
  }

  result(result: Result, won: boolean): void {
    const name = this.#notices.result(result, won);
    if (name !== null) this.#speaker.play(name);
  }
}

function isOutside({ self, zone }: WorldView): boolean {
  return self !== null && Math.hypot(self.x - zone.x, self.y - zone.y) > zone.radius;
}
