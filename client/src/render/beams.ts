/** Channelled beams: a bright core in a glow, from the body to where it ends. */

import { Container, Sprite, type Texture } from "pixi.js";
import type { PlayerPose } from "../game/interpolate";
import type { World } from "../game/world";
import type { SkillRules } from "../net/messages";
import { bake } from "./bake";
import { colourOf, lookOf } from "./looks";
import { css } from "./palette";

const PX = { width: 64, height: 64 } as const;
/** The glow reaches this many times as far as what hurts. */
const GLOW = 3.2;

interface Beam {
  readonly root: Container;
  readonly glow: Sprite;
  readonly rim: Sprite;
  readonly core: Sprite;
  readonly end: Sprite;
  seen: number;
}

export class Beams {
  readonly layer = new Container();
  readonly #glow: Texture = bake(PX.width, PX.height, drawAcross);
  readonly #bar: Texture = bake(8, 8, (ctx) => {
    ctx.fillStyle = css(0xffffff);
    ctx.fillRect(-4, -4, 8, 8);
  });
  readonly #flare: Texture = bake(PX.width, PX.height, drawFlare);
  readonly #beams = new Map<number, Beam>();
  #frame = 0;

  update(
    poses: readonly PlayerPose[],
    world: World,
    selfAngle: number | null,
    nowMs: number,
  ): void {
    this.#frame += 1;
    for (const pose of poses) {
      if (pose.beam_u <= 0) continue;
      const skill = beamOf(world, pose.slot);
      const beam = this.#beams.get(pose.slot) ?? this.#add(pose.slot, world, skill);
      beam.seen = this.#frame;
      const own = pose.slot === world.selfSlot;
      show(beam, pose, own ? (selfAngle ?? pose.angle) : pose.angle, skill?.radius_u ?? 0.2, nowMs);
    }
    this.#forget();
  }

  clear(): void {
    this.#frame += 1;
    this.#forget();
  }

  #forget(): void {
    for (const [slot, beam] of this.#beams) {
      if (beam.seen === this.#frame) continue;
      this.#beams.delete(slot);
      beam.root.destroy({ children: true });
    }
  }

  #add(slot: number, world: World, skill: SkillRules | null): Beam {
    const root = new Container();
    const { colour } = lookOf(skill);
    const layer = (texture: Texture, tint: number, anchorX: number): Sprite => {
      const sprite = new Sprite({ texture, tint });
      sprite.anchor.set(anchorX, 0.5);
      root.addChild(sprite);
      return sprite;
    };
    const glow = layer(this.#glow, colour, 0);
    const rim = layer(this.#bar, colourOf(world.sideOf(slot)), 0);
    const core = layer(this.#bar, 0xffffff, 0);
    const end = layer(this.#flare, colour, 0.5);
    for (const lit of [glow, end]) lit.blendMode = "add";
    this.layer.addChild(root);
    const beam = { root, glow, rim, core, end, seen: 0 };
    this.#beams.set(slot, beam);
    return beam;
  }
}

function beamOf(world: World, slot: number): SkillRules | null {
  const skills = world.classOf(slot)?.skills.map((index) => world.skill(index)) ?? [];
  return skills.find((skill) => skill?.kind === "beam") ?? null;
}

function show(beam: Beam, pose: PlayerPose, angle: number, radius_u: number, nowMs: number): void {
  const flicker = 1 + 0.14 * Math.sin(nowMs / 31) + 0.08 * Math.sin(nowMs / 13);
  beam.root.position.set(pose.x, pose.y);
  beam.root.rotation = angle;
  beam.glow.setSize(pose.beam_u, radius_u * 2 * GLOW * flicker);
  beam.rim.setSize(pose.beam_u, radius_u * 2);
  beam.rim.alpha = 0.8;
  beam.core.setSize(pose.beam_u, radius_u * 1.15);
  beam.core.alpha = 0.92;
  beam.end.position.x = pose.beam_u;
  beam.end.setSize(radius_u * 7 * flicker);
  beam.end.rotation = nowMs / 120;
}

function drawAcross(ctx: CanvasRenderingContext2D): void {
  const { width, height } = PX;
  const across = ctx.createLinearGradient(0, -height / 2, 0, height / 2);
  across.addColorStop(0, css(0xffffff, 0));
  across.addColorStop(0.5, css(0xffffff, 0.85));
  across.addColorStop(1, css(0xffffff, 0));
  ctx.fillStyle = across;
  ctx.fillRect(-width / 2, -height / 2, width, height);
}

function drawFlare(ctx: CanvasRenderingContext2D): void {
  const glow = ctx.createRadialGradient(0, 0, 0, 0, 0, 32);
  glow.addColorStop(0, css(0xffffff, 1));
  glow.addColorStop(0.3, css(0xffffff, 0.5));
  glow.addColorStop(1, css(0xffffff, 0));
  ctx.fillStyle = glow;
  ctx.fillRect(-32, -32, 64, 64);
  ctx.strokeStyle = css(0xffffff, 0.9);
  ctx.lineWidth = 3;
  ctx.lineCap = "round";
  for (let ray = 0; ray < 6; ray += 1) {
    const angle = (ray / 6) * Math.PI * 2;
    ctx.beginPath();
    ctx.moveTo(0, 0);
    ctx.lineTo(Math.cos(angle) * 24, Math.sin(angle) * 24);
    ctx.stroke();
  }
}
