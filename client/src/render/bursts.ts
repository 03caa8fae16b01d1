/** Recipes the effects are mixed from: sparks, puffs, rings, glows, shards. */

import { Particles } from "./particles";
import { bakeShapes, type Shapes } from "./shapes";

export class Bursts {
  readonly ground = new Particles();
  readonly air = new Particles();
  readonly glow = new Particles();
  readonly shapes: Shapes = bakeShapes();
  /** Share of the sparks, puffs and shards that are made. */
  density = 1;
  /** No flashes. */
  calm = false;

  constructor() {
    this.glow.layer.blendMode = "add";
  }

  update(elapsedMs: number): void {
    for (const particles of [this.ground, this.air, this.glow]) particles.update(elapsedMs);
  }

  clear(): void {
    for (const particles of [this.ground, this.air, this.glow]) particles.clear();
  }

  /** An effect may be thin, but it is never missing. */
  #some(count: number): number {
    return Math.max(1, Math.round(count * this.density));
  }

  sparks(x: number, y: number, count: number, speed_ups: number, tint: number): void {
    const some = this.#some(count);
    for (let index = 0; index < some; index += 1) {
      const angle = Math.random() * Math.PI * 2;
      const speed = speed_ups * (0.4 + Math.random() * 0.8);
      this.glow.emit({
        texture: this.shapes.spark,
        tint,
        lifeMs: 160 + Math.random() * 200,
        ...{ x, y, vx: Math.cos(angle) * speed, vy: Math.sin(angle) * speed, drag: 5 },
        size: 0.5 + Math.random() * 0.4,
        endSize: 0.15,
        rotation: angle,
      });
    }
  }

  puffs(x: number, y: number, count: number, speed_ups: number, tint: number): void {
    const some = this.#some(count);
    for (let index = 0; index < some; index += 1) {
      const angle = Math.random() * Math.PI * 2;
      const speed = speed_ups * (0.3 + Math.random() * 0.7);
      this.air.emit({
        texture: this.shapes.puff,
        tint,
        lifeMs: 320 + Math.random() * 320,
        ...{ x, y, vx: Math.cos(angle) * speed, vy: Math.sin(angle) * speed, drag: 3 },
        size: 0.35,
        endSize: 0.9 + Math.random() * 0.5,
        alpha: 0.55,
      });
    }
  }

  shards(x: number, y: number, count: number, tint: number, size_u = 0.34): void {
    const some = this.#some(count);
    for (let index = 0; index < some; index += 1) {
      const angle = (index / some) * Math.PI * 2 + Math.random() * 0.4;
      const speed = 4 + Math.random() * 5;
      this.air.emit({
        texture: this.shapes.shard,
        tint,
        lifeMs: 520 + Math.random() * 320,
        ...{ x, y, vx: Math.cos(angle) * speed, vy: Math.sin(angle) * speed, drag: 4 },
        size: size_u + Math.random() * 0.26,
        rotation: angle,
        spin: (Math.random() - 0.5) * 16,
      });
    }
  }

  /** Small signs that rise: leaves, crosses, stars. */
  rise(x: number, y: number, count: number, spread_u: number, tint: number): void {
    const some = this.#some(count);
    for (let index = 0; index < some; index += 1) {
      const angle = Math.random() * Math.PI * 2;
      const radius = Math.sqrt(Math.random()) * spread_u;
      this.air.emit({
        texture: this.shapes.cross,
        tint,
        lifeMs: 500 + Math.random() * 400,
        x: x + Math.cos(angle) * radius,
        y: y + Math.sin(angle) * radius,
        vy: -1.6 - Math.random(),
        size: 0.34,
        endSize: 0.2,
        alpha: 0.95,
        delayMs: Math.random() * 160,
      });
    }
  }

  ring(x: number, y: number, from_u: number, to_u: number, tint: number, lifeMs = 380): void {
    const { ring: texture } = this.shapes;
    this.glow.emit({ texture, tint, lifeMs, x, y, size: from_u, endSize: to_u, alpha: 0.9 });
  }

  flare(x: number, y: number, from_u: number, to_u: number, tint: number, lifeMs = 260): void {
    if (this.calm) return;
    const { glow: texture } = this.shapes;
    this.glow.emit({ texture, tint, lifeMs, x, y, size: from_u, endSize: to_u, alpha: 0.9 });
  }

  /** A sweep across `angle`. */
  slash(x: number, y: number, radius_u: number, angle: number, tint: number): void {
    this.glow.emit({
      texture: this.shapes.slash,
      tint,
      lifeMs: 190,
      ...{ x, y, size: radius_u * 2.1, endSize: radius_u * 2.5 },
      rotation: angle - 0.5,
      spin: 5,
      endAlpha: 0.1,
    });
  }

  flash(x: number, y: number, angle: number, tint: number, size_u = 1.15): void {
    if (this.calm) return;
    this.glow.emit({
      texture: this.shapes.flash,
      tint,
      lifeMs: 80,
      ...{ x, y, size: size_u, endSize: size_u * 0.7, rotation: angle, endAlpha: 0.4 },
    });
  }

  stain(x: number, y: number, size_u: number, tint: number, lifeMs = 9000): void {
    const { scorch: texture } = this.shapes;
    this.ground.emit({ texture, tint, lifeMs, x, y, size: size_u, alpha: 0.7, rotation: x });
  }
}
