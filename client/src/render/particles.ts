/** Short-lived sprites. A fixed pool: when it is used up, the newest are left out. */

import { Container, Sprite, Texture } from "pixi.js";

export const PARTICLES_MAX = 420;

export interface Particle {
  readonly texture: Texture;
  readonly tint: number;
  readonly lifeMs: number;
  readonly x: number;
  readonly y: number;
  /** Units per second; both shrink by `drag` per second. */
  readonly vx?: number;
  readonly vy?: number;
  readonly drag?: number;
  /** Width in units at the start and at the end. */
  readonly size: number;
  readonly endSize?: number;
  /** Height as a share of the width. */
  readonly flat?: number;
  readonly alpha?: number;
  readonly endAlpha?: number;
  readonly rotation?: number;
  readonly spin?: number;
  /** Waits this long before it shows. */
  readonly delayMs?: number;
}

interface Slot {
  readonly sprite: Sprite;
  particle: Particle | null;
  ageMs: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
}

export class Particles {
  readonly layer = new Container();
  readonly #slots: Slot[] = [];
  readonly #free: Slot[] = [];

  emit(particle: Particle): void {
    const slot = this.#free.pop() ?? this.#grow();
    if (slot === null) return;
    slot.particle = particle;
    slot.ageMs = -(particle.delayMs ?? 0);
    slot.x = particle.x;
    slot.y = particle.y;
    slot.vx = particle.vx ?? 0;
    slot.vy = particle.vy ?? 0;
    slot.sprite.texture = particle.texture;
    slot.sprite.tint = particle.tint;
    slot.sprite.rotation = particle.rotation ?? 0;
    slot.sprite.visible = false;
  }

  update(elapsedMs: number): void {
    for (const slot of this.#slots) {
      const { particle } = slot;
      if (particle === null) continue;
      slot.ageMs += elapsedMs;
      if (slot.ageMs >= particle.lifeMs) {
        slot.particle = null;
        slot.sprite.visible = false;
        this.#free.push(slot);
      } else if (slot.ageMs >= 0) {
        move(slot, particle, elapsedMs / 1000);
      }
    }
  }

  clear(): void {
    this.update(Number.POSITIVE_INFINITY);
  }

  #grow(): Slot | null {
    if (this.#slots.length >= PARTICLES_MAX) return null;
    const sprite = new Sprite(Texture.EMPTY);
    sprite.anchor.set(0.5);
    this.layer.addChild(sprite);
    const slot = { sprite, particle: null, ageMs: 0, x: 0, y: 0, vx: 0, vy: 0 };
    this.#slots.push(slot);
    return slot;
  }
}

function move(slot: Slot, particle: Particle, elapsedS: number): void {
  const { sprite } = slot;
  const keep = Math.exp(-(particle.drag ?? 0) * elapsedS);
  slot.vx *= keep;
  slot.vy *= keep;
  slot.x += slot.vx * elapsedS;
  slot.y += slot.vy * elapsedS;
  const t = slot.ageMs / particle.lifeMs;
  const eased = 1 - (1 - t) * (1 - t);
  const width = particle.size + ((particle.endSize ?? particle.size) - particle.size) * eased;
  const alpha = particle.alpha ?? 1;
  sprite.visible = true;
  sprite.position.set(slot.x, slot.y);
  sprite.rotation += (particle.spin ?? 0) * elapsedS;
  sprite.alpha = alpha + ((particle.endAlpha ?? 0) - alpha) * t;
  sprite.scale.set(
    width / sprite.texture.width,
    (width * (particle.flat ?? 1)) / sprite.texture.width,
  );
}
