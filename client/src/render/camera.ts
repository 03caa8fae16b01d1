/** Which part of the world is on the screen. */

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Kept back from the edge of what the server sends, so that nobody pops in half-way. */
const MARGIN_U = 0.6;
const SHAKE_DECAY_PER_S = 6;
/** On an upright screen what is known fills this share of the height, the thumbs the rest. */
const UPRIGHT = 0.72;
const UPRIGHT_CENTRE = 0.42;

export class Camera {
  x = 0;
  y = 0;
  scale = 30;
  width = 1;
  height = 1;
  /** Height on the screen of what the camera looks at. */
  centreY = 0.5;
  #trauma = 0;
  #shakeX = 0;
  #shakeY = 0;

  /**
   * Fills the screen with as much of the view as fits: nothing outside it is known. An
   * upright screen would show a slit of it, so there it stays lower than the screen.
   */
  fit(width: number, height: number, viewWidth_u: number, viewHeight_u: number): void {
    this.width = width;
    this.height = height;
    const margin = (side: number) => Math.max(1, side - 2 * MARGIN_U);
    const upright = height > width;
    const usable = upright ? height * UPRIGHT : height;
    this.centreY = upright ? height * UPRIGHT_CENTRE : height / 2;
    this.scale = Math.max(width / margin(viewWidth_u), usable / margin(viewHeight_u));
  }

  follow(x: number, y: number): void {
    this.x = x;
    this.y = y;
  }

  /** 0…1; the stronger of what is asked for and what still shakes. */
  shake(strength: number): void {
    this.#trauma = Math.min(1, Math.max(this.#trauma, strength));
  }

  update(elapsedMs: number, nowMs: number): void {
    this.#trauma *= Math.exp((-SHAKE_DECAY_PER_S * elapsedMs) / 1000);
    if (this.#trauma < 0.01) this.#trauma = 0;
    const reach = this.#trauma * 0.45;
    this.#shakeX = Math.sin(nowMs * 0.071) * reach;
    this.#shakeY = Math.cos(nowMs * 0.093) * reach;
  }

  get originX(): number {
    return this.width / 2 - (this.x + this.#shakeX) * this.scale;
  }

  get originY(): number {
    return this.centreY - (this.y + this.#shakeY) * this.scale;
  }

  toScreen(x_u: number, y_u: number): { x: number; y: number } {
    return { x: this.originX + x_u * this.scale, y: this.originY + y_u * this.scale };
  }

  bounds(): Bounds {
    const left = -this.originX / this.scale;
    const top = -this.originY / this.scale;
    return {
      left,
      top,
      right: left + this.width / this.scale,
      bottom: top + this.height / this.scale,
    };
  }
}
