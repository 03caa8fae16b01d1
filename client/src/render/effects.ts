/** Events → sparks, flashes, puffs, explosions, and how much the camera feels of them. */

import type { WorldView } from "../game/interpolate";
import type { EventRow } from "../net/messages";
import { BLAST_RADIUS_SCALE, EventKind } from "../net/protocol";
import type { Camera } from "./camera";
import { DamageNumbers } from "./numbers";
import { BLAST, BLOOD, BOT, DUST, FOE, SAND, SCORCH, SELF, SPARK, ZONE_GLOW } from "./palette";
import { Particles } from "./particles";
import { bakeShapes, type Shapes } from "./shapes";

export interface EffectsContext {
  readonly selfSlot: number;
  readonly bodyRadius_u: number;
  /** People who asked their system for less motion get no shaking. */
  readonly calm: boolean;
  isBot(slot: number): boolean;
  /** Somebody died: the body goes, the burst takes its place. */
  died(slot: number): void;
}

/** Time between two afterimages of a dash. */
const GHOST_EVERY_MS = 28;

export class Effects {
  readonly ground = new Particles();
  readonly air = new Particles();
  readonly glow = new Particles();
  readonly numbers = new DamageNumbers();
  readonly #shapes: Shapes = bakeShapes();
  #ghostMs = 0;

  constructor() {
    this.glow.layer.blendMode = "add";
  }

  play(
    events: readonly EventRow[],
    view: WorldView,
    camera: Camera,
    context: EffectsContext,
  ): void {
    for (const event of events) {
      switch (event.kind) {
        case EventKind.SHOT:
          this.#shot(event, view, context);
          break;
        case EventKind.HIT:
          this.#hit(event, camera, context);
          break;
        case EventKind.BLAST:
          this.#blast(event, camera, context);
          break;
        case EventKind.DEATH:
          this.#death(event, context);
          break;
        case EventKind.DASH:
          this.#puffs(event.x, event.y, 7, 2.6, DUST);
          break;
        case EventKind.WALL_HIT:
          this.#wallHit(event);
      }
    }
  }

  update(view: WorldView | null, elapsedMs: number, bodyRadius_u: number, selfSlot: number): void {
    this.#ghostMs += elapsedMs;
    if (view !== null && this.#ghostMs >= GHOST_EVERY_MS) {
      this.#ghostMs = 0;
      for (const pose of view.players) {
        if (!pose.dashing) continue;
        const tint = pose.slot === selfSlot ? SELF : pose.bot ? BOT : FOE;
        const size = bodyRadius_u * 2.1;
        this.ground.emit({
          texture: this.#shapes.puff,
          tint,
          lifeMs: 260,
          x: pose.x,
          y: pose.y,
          size,
          endSize: size * 0.55,
          alpha: 0.6,
        });
      }
    }
    for (const particles of [this.ground, this.air, this.glow]) particles.update(elapsedMs);
    this.numbers.update(elapsedMs);
  }

  clear(): void {
    for (const particles of [this.ground, this.air, this.glow]) particles.clear();
    this.numbers.clear();
  }

  #shot(event: EventRow, view: WorldView, context: EffectsContext): void {
    const shooter = view.players.find((pose) => pose.slot === event.a);
    const angle = shooter?.angle ?? 0;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    const from = shooter ?? event;
    const muzzle = context.bodyRadius_u * 1.5;
    const [x, y] = [from.x + dx * (muzzle + 0.5), from.y + dy * (muzzle + 0.5)];
    const tint = event.a === context.selfSlot ? SELF : SPARK;
    this.glow.emit({
      texture: this.#shapes.flash,
      tint,
      lifeMs: 70,
      x,
      y,
      size: 1.15,
      endSize: 0.8,
      rotation: angle,
      endAlpha: 0.4,
    });
    this.glow.emit({ texture: this.#shapes.glow, tint, lifeMs: 90, x, y, size: 1.9, alpha: 0.5 });
  }

  #hit(event: EventRow, camera: Camera, context: EffectsContext): void {
    const own = event.b === context.selfSlot;
    this.#sparks(event.x, event.y, 8, 9, own ? BLOOD : SPARK);
    this.glow.emit({
      texture: this.#shapes.ring,
      tint: own ? BLOOD : SPARK,
      lifeMs: 200,
      x: event.x,
      y: event.y,
      size: 0.4,
      endSize: 1.7,
      alpha: 0.9,
    });
    if (own && !context.calm) camera.shake(Math.min(0.7, 0.22 + event.detail / 60));
    if (event.detail > 0 && (own || event.a === context.selfSlot)) {
      this.numbers.show(event.x, event.y, event.detail, own ? BLOOD : SAND);
    }
  }

  #blast(event: EventRow, camera: Camera, context: EffectsContext): void {
    const radius = event.detail / BLAST_RADIUS_SCALE;
    const { x, y } = event;
    const at = { x, y };
    const { glow, ring, scorch } = this.#shapes;
    this.ground.emit({
      ...at,
      texture: scorch,
      tint: SCORCH,
      lifeMs: 9000,
      size: radius * 1.9,
      alpha: 0.75,
      rotation: x,
    });
    this.glow.emit({
      ...at,
      texture: glow,
      tint: SPARK,
      lifeMs: 170,
      size: radius * 2.6,
      endSize: radius * 1.4,
    });
    this.glow.emit({
      ...at,
      texture: glow,
      tint: BLAST,
      lifeMs: 420,
      size: radius * 2.1,
      endSize: radius * 2.5,
      alpha: 0.9,
    });
    this.glow.emit({
      ...at,
      texture: ring,
      tint: BLAST,
      lifeMs: 380,
      size: radius * 0.7,
      endSize: radius * 2.4,
    });
    this.#puffs(x, y, 12, radius * 1.5, 0x5b4a3e);
    this.#sparks(x, y, 18, radius * 5.5, BLAST);
    const distance = Math.hypot(x - camera.x, y - camera.y);
    if (!context.calm) camera.shake(Math.max(0, 0.75 * (1 - distance / 16)));
  }

  #death(event: EventRow, context: EffectsContext): void {
    const tint = event.a === context.selfSlot ? SELF : context.isBot(event.a) ? BOT : FOE;
    const { x, y } = event;
    context.died(event.a);
    this.ground.emit({
      texture: this.#shapes.grave,
      tint,
      lifeMs: 12_000,
      x,
      y,
      size: 1.5,
      alpha: 0.75,
    });
    this.glow.emit({
      texture: this.#shapes.glow,
      tint,
      lifeMs: 260,
      x,
      y,
      size: 3.4,
      endSize: 1.2,
    });
    this.glow.emit({
      texture: this.#shapes.ring,
      tint,
      lifeMs: 520,
      x,
      y,
      size: 0.6,
      endSize: 4.4,
    });
    for (let index = 0; index < 12; index += 1) {
      const angle = (index / 12) * Math.PI * 2 + Math.random() * 0.4;
      const speed = 4 + Math.random() * 5;
      this.air.emit({
        texture: this.#shapes.shard,
        tint,
        lifeMs: 520 + Math.random() * 320,
        x,
        y,
        vx: Math.cos(angle) * speed,
        vy: Math.sin(angle) * speed,
        drag: 4,
        size: 0.34 + Math.random() * 0.26,
        rotation: angle,
        spin: (Math.random() - 0.5) * 16,
      });
    }
    this.#sparks(x, y, 10, 12, ZONE_GLOW);
  }

  #wallHit(event: EventRow): void {
    this.#sparks(event.x, event.y, 4, 7, SPARK);
    this.#puffs(event.x, event.y, 3, 1.2, DUST);
  }

  #sparks(x: number, y: number, count: number, speed_ups: number, tint: number): void {
    for (let index = 0; index < count; index += 1) {
      const angle = Math.random() * Math.PI * 2;
      const speed = speed_ups * (0.4 + Math.random() * 0.8);
      this.glow.emit({
        texture: this.#shapes.spark,
        tint,
        lifeMs: 160 + Math.random() * 200,
        x,
        y,
        vx: Math.cos(angle) * speed,
        vy: Math.sin(angle) * speed,
        drag: 5,
        size: 0.5 + Math.random() * 0.4,
        endSize: 0.15,
        rotation: angle,
      });
    }
  }

  #puffs(x: number, y: number, count: number, speed_ups: number, tint: number): void {
    for (let index = 0; index < count; index += 1) {
      const angle = Math.random() * Math.PI * 2;
      const speed = speed_ups * (0.3 + Math.random() * 0.7);
      this.air.emit({
        texture: this.#shapes.puff,
        tint,
        lifeMs: 320 + Math.random() * 320,
        x,
        y,
        vx: Math.cos(angle) * speed,
        vy: Math.sin(angle) * speed,
        drag: 3,
        size: 0.35,
        endSize: 0.9 + Math.random() * 0.5,
        alpha: 0.55,
      });
    }
  }
}
