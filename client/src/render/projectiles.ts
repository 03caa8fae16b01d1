/** Shots as tracers: a bright head on a trail that points back where it came from. */

import { Container, Sprite, type Texture } from "pixi.js";
import type { ProjectilePose } from "../game/interpolate";
import { bake } from "./bake";
import { css, FOE, INK, SELF } from "./palette";

const TRAIL_U = 2.6;
const TEXTURE_PX = { width: 160, height: 28 } as const;
/** Where the head sits along the texture. */
const HEAD_SHARE = 0.9;

interface Tracer {
  readonly sprite: Sprite;
  startX: number;
  startY: number;
  seen: number;
}

export class Projectiles {
  readonly layer = new Container();
  readonly #own: Texture = bakeTracer(SELF, drawOwnHead);
  readonly #hostile: Texture = bakeTracer(FOE, drawHostileHead);
  readonly #tracers = new Map<number, Tracer>();
  #frame = 0;

  update(poses: readonly ProjectilePose[], selfSlot: number): void {
    this.#frame += 1;
    for (const pose of poses) {
      const tracer = this.#tracers.get(pose.key) ?? this.#add(pose, selfSlot);
      tracer.seen = this.#frame;
      tracer.sprite.position.set(pose.x, pose.y);
      tracer.sprite.rotation = pose.angle;
      // The trail grows out of the muzzle instead of reaching behind the shooter.
      const flown = Math.hypot(pose.x - tracer.startX, pose.y - tracer.startY) + 0.5;
      const length = Math.min(TRAIL_U, flown);
      tracer.sprite.scale.set(length / TEXTURE_PX.width, 0.5 / TEXTURE_PX.height);
    }
    for (const [key, tracer] of this.#tracers) {
      if (tracer.seen === this.#frame) continue;
      this.#tracers.delete(key);
      tracer.sprite.destroy();
    }
  }

  clear(): void {
    this.update([], -1);
  }

  #add(pose: ProjectilePose, selfSlot: number): Tracer {
    const sprite = new Sprite(pose.owner === selfSlot ? this.#own : this.#hostile);
    sprite.anchor.set(HEAD_SHARE, 0.5);
    this.layer.addChild(sprite);
    const tracer = { sprite, startX: pose.x, startY: pose.y, seen: 0 };
    this.#tracers.set(pose.key, tracer);
    return tracer;
  }
}

function bakeTracer(colour: number, drawHead: (ctx: CanvasRenderingContext2D) => void): Texture {
  const { width, height } = TEXTURE_PX;
  return bake(width, height, (ctx) => {
    const head = width * (HEAD_SHARE - 0.5);
    const trail = ctx.createLinearGradient(-width / 2, 0, head, 0);
    trail.addColorStop(0, css(colour, 0));
    trail.addColorStop(0.55, css(colour, 0.45));
    trail.addColorStop(0.9, css(colour, 0.95));
    trail.addColorStop(1, css(0xffffff, 1));
    ctx.fillStyle = trail;
    ctx.beginPath();
    ctx.moveTo(-width / 2, 0);
    ctx.lineTo(head, -height * 0.27);
    ctx.lineTo(head, height * 0.27);
    ctx.closePath();
    ctx.fill();
    ctx.translate(head, 0);
    drawHead(ctx);
  });
}

function drawOwnHead(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.ellipse(0, 0, 11, 8, 0, 0, Math.PI * 2);
  ctx.fillStyle = css(0xfffbe6);
  ctx.strokeStyle = css(INK, 0.85);
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.fill();
}

/** A dart: told apart from own shots by shape as well. */
function drawHostileHead(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.moveTo(14, 0);
  ctx.lineTo(-3, -11);
  ctx.lineTo(-9, 0);
  ctx.lineTo(-3, 11);
  ctx.closePath();
  ctx.fillStyle = css(0xffe1d6);
  ctx.strokeStyle = css(INK, 0.9);
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.stroke();
  ctx.fill();
}
