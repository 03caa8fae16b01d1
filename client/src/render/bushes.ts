/**
 * Bushes lie over the bodies they hide. The one the viewer stands in turns transparent,
 * and one with a visible body in it does a little.
 */

import { Container, Sprite, type Texture } from "pixi.js";
import type { WorldView } from "../game/interpolate";
import type { Circle } from "../net/messages";
import { PlayerFlag } from "../net/protocol";
import { bake } from "./bake";
import type { Bounds } from "./camera";
import { hash } from "./noise";
import { css, INK, LEAF, LEAF_DEEP, LEAF_LIT } from "./palette";

const VARIANTS = 4;
const SIDE_PX = 320;
/** Pixels of the bush's radius: the leaves end there, hiding ends there. */
const RADIUS_PX = 138;
const ALPHA = { whole: 0.95, visited: 0.62, entered: 0.3 } as const;
const FADE_PER_S = 6;

interface Bush {
  readonly sprite: Sprite;
  readonly circle: Circle;
}

export class Bushes {
  readonly layer = new Container();
  readonly #textures: readonly Texture[] = Array.from({ length: VARIANTS }, (_, variant) =>
    bake(SIDE_PX, SIDE_PX, (ctx) => drawBush(ctx, variant)),
  );
  #bushes: Bush[] = [];

  show(circles: readonly Circle[]): void {
    for (const { sprite } of this.#bushes) sprite.destroy();
    this.#bushes = circles.map((circle, index) => {
      const sprite = new Sprite(this.#textures[index % VARIANTS]);
      sprite.anchor.set(0.5);
      sprite.position.set(circle.x, circle.y);
      sprite.scale.set(circle.radius / RADIUS_PX);
      sprite.visible = false;
      sprite.alpha = ALPHA.whole;
      this.layer.addChild(sprite);
      return { sprite, circle };
    });
  }

  update(view: WorldView, bounds: Bounds, elapsedMs: number): void {
    const step = (FADE_PER_S * elapsedMs) / 1000;
    const hidden = view.players.filter((pose) => (pose.flags & PlayerFlag.IN_BUSH) !== 0);
    for (const { sprite, circle } of this.#bushes) {
      const { x, y, radius } = circle;
      const reach = radius * 1.2;
      sprite.visible =
        x + reach > bounds.left &&
        x - reach < bounds.right &&
        y + reach > bounds.top &&
        y - reach < bounds.bottom;
      if (!sprite.visible) continue;
      const covers = (at: { x: number; y: number } | null) =>
        at !== null && Math.hypot(at.x - x, at.y - y) <= radius;
      const wanted = covers(view.eyes)
        ? ALPHA.entered
        : hidden.some(covers)
          ? ALPHA.visited
          : ALPHA.whole;
      sprite.alpha += Math.max(-step, Math.min(step, wanted - sprite.alpha));
    }
  }
}

/** Leaves in rings, the inner ones higher and lighter. */
function drawBush(ctx: CanvasRenderingContext2D, variant: number): void {
  const soft = ctx.createRadialGradient(12, 16, RADIUS_PX * 0.6, 12, 16, RADIUS_PX * 1.1);
  soft.addColorStop(0, css(INK, 0.6));
  soft.addColorStop(1, css(INK, 0));
  ctx.fillStyle = soft;
  ctx.fillRect(-SIDE_PX / 2, -SIDE_PX / 2, SIDE_PX, SIDE_PX);
  ctx.beginPath();
  ctx.arc(0, 0, RADIUS_PX * 0.86, 0, Math.PI * 2);
  ctx.fillStyle = css(LEAF_DEEP);
  ctx.fill();
  const rings = [
    { at: 0.8, count: 22, size: 0.21, colour: 0x36572f },
    { at: 0.6, count: 17, size: 0.22, colour: 0x46703a },
    { at: 0.38, count: 12, size: 0.22, colour: 0x5b8b45 },
    { at: 0.16, count: 7, size: 0.2, colour: LEAF },
  ];
  rings.forEach((ring, depth) => {
    for (let leaf = 0; leaf < ring.count; leaf += 1) {
      const drift = hash(leaf, depth, 91 + variant);
      const angle = ((leaf + drift) / ring.count) * Math.PI * 2;
      const radius = RADIUS_PX * (ring.at + (hash(leaf, depth, 97 + variant) - 0.5) * 0.08);
      paintLeaf(ctx, angle, radius, RADIUS_PX * ring.size, ring.colour, drift);
    }
  });
}

function paintLeaf(
  ctx: CanvasRenderingContext2D,
  angle: number,
  radius: number,
  size: number,
  colour: number,
  drift: number,
): void {
  ctx.save();
  ctx.translate(Math.cos(angle) * radius, Math.sin(angle) * radius);
  ctx.rotate(angle + (drift - 0.5) * 1.1);
  ctx.beginPath();
  ctx.moveTo(-size, 0);
  ctx.quadraticCurveTo(-size * 0.1, -size * 0.9, size * 0.95, 0);
  ctx.quadraticCurveTo(-size * 0.1, size * 0.9, -size, 0);
  ctx.fillStyle = css(colour);
  ctx.fill();
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = css(0x1c2c1b, 0.75);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(-size * 0.7, 0);
  ctx.lineTo(size * 0.6, 0);
  ctx.lineWidth = 2;
  ctx.strokeStyle = css(LEAF_LIT, 0.45);
  ctx.stroke();
  ctx.restore();
}
