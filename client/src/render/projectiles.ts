/**
 * Shots: a head by skill, as large as what hits, on a trail by side that points back
 * where it came from. Trails differ without colour: one's own is plain, that of team
 * mates a row of beads, that of foes barred.
 */

import { Container, Sprite, type Texture } from "pixi.js";
import type { ProjectilePose } from "../game/interpolate";
import type { Side, World } from "../game/world";
import { bake } from "./bake";
import { colourOf, type Head, lookOf } from "./looks";
import { css, INK } from "./palette";

const TRAIL_PX = { width: 160, height: 28 } as const;
/** Where the head sits along the trail. */
const HEAD_SHARE = 0.9;
/** Radius of what hits, in the heads' textures. */
const HEAD_PX = 22;
const HEAD_SIDE_PX = 128;
/** Smaller ones are drawn as if they had this radius: they must be seen to be dodged. */
const RADIUS_SEEN_U = 0.15;

interface Shot {
  readonly trail: Sprite;
  readonly head: Sprite;
  startX: number;
  startY: number;
  seen: number;
}

export class Projectiles {
  readonly layer = new Container();
  readonly #trails = new Map<Side, Texture>();
  readonly #heads = new Map<string, Texture>();
  readonly #shots = new Map<number, Shot>();
  #patterns = true;
  #frame = 0;

  update(poses: readonly ProjectilePose[], world: World): void {
    this.#frame += 1;
    for (const pose of poses) {
      const shot = this.#shots.get(pose.key) ?? this.#add(pose, world);
      const radius = Math.max(RADIUS_SEEN_U, pose.radius);
      const { trail, head } = shot;
      shot.seen = this.#frame;
      trail.position.set(pose.x, pose.y);
      trail.rotation = pose.angle;
      head.position.set(pose.x, pose.y);
      head.rotation = pose.angle;
      head.scale.set(radius / HEAD_PX);
      // The trail grows out of the hands instead of reaching behind the shooter.
      const flown = Math.hypot(pose.x - shot.startX, pose.y - shot.startY) + 0.5;
      const length = Math.min(1.6 + radius * 5, flown);
      trail.scale.set(length / TRAIL_PX.width, (radius * 2.6) / TRAIL_PX.height);
    }
    this.#forget();
  }

  clear(): void {
    this.#frame += 1;
    this.#forget();
  }

  /** Paints every shot anew, in the colours of now, with marks on the trails or without. */
  repaint(patterns: boolean): void {
    this.clear();
    this.#patterns = patterns;
    for (const textures of [this.#trails, this.#heads]) {
      for (const texture of textures.values()) texture.destroy(true);
      textures.clear();
    }
  }

  #forget(): void {
    for (const [key, shot] of this.#shots) {
      if (shot.seen === this.#frame) continue;
      this.#shots.delete(key);
      shot.trail.destroy();
      shot.head.destroy();
    }
  }

  #add(pose: ProjectilePose, world: World): Shot {
    const side = world.sideOf(pose.owner);
    const look = lookOf(world.skill(pose.skill));
    const trail = new Sprite(this.#trail(side));
    trail.anchor.set(HEAD_SHARE, 0.5);
    const head = new Sprite(this.#head(look.head, look.colour, side));
    head.anchor.set(0.5);
    this.layer.addChild(trail, head);
    const shot = { trail, head, startX: pose.x, startY: pose.y, seen: 0 };
    this.#shots.set(pose.key, shot);
    return shot;
  }

  #trail(side: Side): Texture {
    const known =
      this.#trails.get(side) ?? bakeTrail(colourOf(side), this.#patterns ? side : "self");
    this.#trails.set(side, known);
    return known;
  }

  #head(head: Head, colour: number, side: Side): Texture {
    const key = `${head} ${colour} ${side}`;
    const known =
      this.#heads.get(key) ??
      bake(HEAD_SIDE_PX, HEAD_SIDE_PX, (ctx) => {
        ctx.lineJoin = "round";
        HEADS[head](ctx, colour, colourOf(side));
      });
    this.#heads.set(key, known);
    return known;
  }
}

function bakeTrail(colour: number, pattern: Side): Texture {
  const { width, height } = TRAIL_PX;
  return bake(width, height, (ctx) => {
    const head = width * (HEAD_SHARE - 0.5);
    const trail = ctx.createLinearGradient(-width / 2, 0, head, 0);
    trail.addColorStop(0, css(colour, 0));
    trail.addColorStop(0.55, css(colour, 0.4));
    trail.addColorStop(1, css(colour, 0.9));
    ctx.fillStyle = trail;
    ctx.beginPath();
    ctx.moveTo(-width / 2, 0);
    ctx.lineTo(head, -height * 0.36);
    ctx.lineTo(head, height * 0.36);
    ctx.closePath();
    ctx.fill();
    // What is cut out of the trail shows the ground.
    ctx.globalCompositeOperation = "destination-out";
    if (pattern === "foe") cutBars(ctx, head);
    if (pattern === "mate") cutBeads(ctx, head);
  });
}

function cutBars(ctx: CanvasRenderingContext2D, head: number): void {
  for (let x = head - 34; x > -TRAIL_PX.width / 2; x -= 18)
    ctx.fillRect(x, -TRAIL_PX.height / 2, 8, TRAIL_PX.height);
}

/** All but a row of discs. */
function cutBeads(ctx: CanvasRenderingContext2D, head: number): void {
  const { width, height } = TRAIL_PX;
  ctx.beginPath();
  ctx.rect(-width / 2, -height / 2, head + width / 2 - 24, height);
  for (let x = head - 36; x > -width / 2; x -= 22) {
    const radius = 2 + 7 * ((x + width / 2) / width);
    ctx.moveTo(x + radius, 0);
    ctx.arc(x, 0, radius, 0, Math.PI * 2);
  }
  ctx.fill("evenodd");
}

type DrawHead = (ctx: CanvasRenderingContext2D, colour: number, rim: number) => void;

/** Fills the path with the skill's colour, rimmed dark and then in the colour of the side. */
function finish(ctx: CanvasRenderingContext2D, fill: string | CanvasGradient, rim: number): void {
  ctx.lineWidth = 9;
  ctx.strokeStyle = css(INK, 0.85);
  ctx.stroke();
  ctx.lineWidth = 4;
  ctx.strokeStyle = css(rim);
  ctx.stroke();
  ctx.fillStyle = fill;
  ctx.fill();
}

function polygon(ctx: CanvasRenderingContext2D, points: readonly (readonly number[])[]): void {
  ctx.beginPath();
  for (const [x = 0, y = 0] of points) ctx.lineTo(x, y);
  ctx.closePath();
}

const HEADS: Readonly<Record<Head, DrawHead>> = {
  orb(ctx, colour, rim) {
    ctx.beginPath();
    ctx.arc(0, 0, HEAD_PX, 0, Math.PI * 2);
    finish(ctx, css(colour), rim);
  },
  fire(ctx, colour, rim) {
    const r = HEAD_PX;
    ctx.beginPath();
    ctx.arc(0, 0, r, -Math.PI / 2, Math.PI / 2);
    // Tongues that lick backwards.
    ctx.quadraticCurveTo(-r * 1.2, r * 1.05, -r * 2.1, r * 0.8);
    ctx.quadraticCurveTo(-r * 1.3, r * 0.5, -r * 2.6, 0);
    ctx.quadraticCurveTo(-r * 1.3, -r * 0.5, -r * 2.1, -r * 0.8);
    ctx.quadraticCurveTo(-r * 1.2, -r * 1.05, 0, -r);
    ctx.closePath();
    const glow = ctx.createRadialGradient(r * 0.2, 0, 1, -r * 0.4, 0, r * 2.2);
    glow.addColorStop(0, css(0xfffbe0));
    glow.addColorStop(0.3, css(0xffd873));
    glow.addColorStop(0.65, css(colour));
    glow.addColorStop(1, css(0xb3320f));
    finish(ctx, glow, rim);
  },
  arrow(ctx, colour, rim) {
    const r = HEAD_PX;
    polygon(ctx, [
      [r * 1.7, 0],
      [-r * 0.3, -r],
      [r * 0.1, -r * 0.32],
      [-r * 2.4, -r * 0.32],
      [-r * 2.4, r * 0.32],
      [r * 0.1, r * 0.32],
      [-r * 0.3, r],
    ]);
    finish(ctx, css(colour), rim);
  },
  seeker(ctx, colour, rim) {
    const r = HEAD_PX;
    polygon(ctx, [
      [r * 1.5, 0],
      [r * 0.3, -r * 0.8],
      [-r * 0.7, -r * 0.7],
      [-r * 1.9, -r * 1.4],
      [-r * 1.2, 0],
      [-r * 1.9, r * 1.4],
      [-r * 0.7, r * 0.7],
      [r * 0.3, r * 0.8],
    ]);
    finish(ctx, css(colour), rim);
    ctx.beginPath();
    ctx.arc(r * 0.2, 0, r * 0.32, 0, Math.PI * 2);
    ctx.fillStyle = css(INK);
    ctx.fill();
  },
  thorn(ctx, colour, rim) {
    const r = HEAD_PX;
    ctx.beginPath();
    ctx.moveTo(r * 2, 0);
    ctx.quadraticCurveTo(-r * 0.4, -r * 1.1, -r * 2, -r * 0.5);
    ctx.quadraticCurveTo(-r, 0, -r * 2, r * 0.5);
    ctx.quadraticCurveTo(-r * 0.4, r * 1.1, r * 2, 0);
    ctx.closePath();
    finish(ctx, css(colour), rim);
  },
};
