/**
 * Where an area stands between being thrown and being over. The wire says only when
 * it goes off next and when it ends; that it has gone off before shows in a fuse that
 * grew longer, or in one longer than the skill ever delays.
 */

import type { AreaPose } from "./interpolate";

export interface AreaPhase {
  /** False until it has gone off once. */
  readonly burning: boolean;
  /** Share of the way to the next time it goes off. */
  readonly filled: number;
}

export class Telegraph {
  #span: number;
  #last: number;
  #burning: boolean;

  constructor(area: AreaPose, delayTicks: number) {
    // One tick of play: the fuse counts from the tick after the cast.
    this.#burning = area.leftTicks > area.fuseTicks + 1 && area.fuseTicks > delayTicks + 1;
    this.#span = Math.max(1, this.#burning ? area.fuseTicks : Math.max(delayTicks, area.fuseTicks));
    this.#last = area.fuseTicks;
  }

  observe(area: AreaPose): AreaPhase {
    if (area.fuseTicks > this.#last + 0.5) {
      this.#burning = true;
      this.#span = Math.max(1, area.fuseTicks);
    }
    this.#last = area.fuseTicks;
    const filled = 1 - Math.max(0, Math.min(1, area.fuseTicks / this.#span));
    return { burning: this.#burning, filled };
  }
}
