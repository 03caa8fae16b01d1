/** Bodies, their shadows and health arcs in the world; names above them on the screen. */

import { Container, Sprite, Text, type Texture } from "pixi.js";
import type { PlayerPose, WorldView } from "../game/interpolate";
import { BODY_PX, type BodyTextures, bakeBodies, HEALTH_FRAMES } from "./bodies";
import type { Camera } from "./camera";
import { INK, SAND } from "./palette";

const FADE_MS = 180;

interface Body {
  readonly root: Container;
  readonly hull: Sprite;
  readonly health: Sprite;
  readonly pointer: Sprite | null;
  readonly label: Text | null;
  x: number;
  y: number;
  /** 0…1; rises while in view, falls after leaving it. */
  presence: number;
  seen: number;
}

export interface PlayersContext {
  readonly bodyRadius_u: number;
  readonly selfSlot: number;
  /** Own facing, straight from the mouse: it must not lag behind the hand. */
  readonly selfAngle: number;
  nameOf(slot: number): string;
}

export class Players {
  readonly layer = new Container();
  readonly labels = new Container();
  readonly textures: BodyTextures = bakeBodies();
  readonly #bodies = new Map<number, Body>();
  #frame = 0;

  update(view: WorldView, camera: Camera, context: PlayersContext, elapsedMs: number): void {
    this.#frame += 1;
    const step = elapsedMs / FADE_MS;
    for (const pose of view.players) {
      const body = this.#bodies.get(pose.slot) ?? this.#add(pose, context);
      this.#show(body, pose, context, step);
    }
    for (const [slot, body] of this.#bodies) {
      if (body.seen !== this.#frame && !this.#fade(slot, body, step)) continue;
      if (body.label !== null) placeLabel(body, camera, context.bodyRadius_u);
    }
  }

  /** Takes a body away at once: its death is drawn by the effects. */
  remove(slot: number): void {
    const body = this.#bodies.get(slot);
    if (body === undefined) return;
    this.#bodies.delete(slot);
    body.root.destroy({ children: true });
    body.label?.destroy();
  }

  clear(): void {
    for (const slot of [...this.#bodies.keys()]) this.remove(slot);
  }

  #add(pose: PlayerPose, context: PlayersContext): Body {
    const self = pose.slot === context.selfSlot;
    const unit = context.bodyRadius_u / BODY_PX;
    const { textures } = this;
    const root = new Container();
    root.scale.set(unit);
    const shadow = part(root, textures.shadow);
    shadow.position.set(BODY_PX * 0.22, BODY_PX * 0.32);
    if (self) part(root, textures.selfRing);
    const pointer = self ? part(root, textures.pointer) : null;
    const hull = part(root, self ? textures.self : pose.bot ? textures.bot : textures.person);
    const health = part(root, textures.health[0]);
    // The own body stays on top: it must never be lost in a crowd.
    if (self) this.layer.addChild(root);
    else this.layer.addChildAt(root, 0);
    const label = self ? null : nameLabel(context.nameOf(pose.slot));
    if (label !== null) this.labels.addChild(label);
    const { x, y } = pose;
    const body = { root, hull, health, pointer, label, x, y, presence: 0, seen: 0 };
    this.#bodies.set(pose.slot, body);
    return body;
  }

  #show(body: Body, pose: PlayerPose, context: PlayersContext, step: number): void {
    const self = pose.slot === context.selfSlot;
    const angle = self ? context.selfAngle : pose.angle;
    body.seen = this.#frame;
    body.x = pose.x;
    body.y = pose.y;
    body.presence = Math.min(1, body.presence + step);
    body.root.position.set(pose.x, pose.y);
    body.root.alpha = body.presence;
    body.hull.rotation = angle;
    if (body.pointer !== null) {
      body.pointer.position.set(Math.cos(angle) * BODY_PX * 2.15, Math.sin(angle) * BODY_PX * 2.15);
      body.pointer.rotation = angle;
    }
    const frame = Math.round(pose.health * (HEALTH_FRAMES - 1));
    // Someone still alive never shows an empty arc.
    const texture = this.textures.health[Math.max(1, Math.min(HEALTH_FRAMES - 1, frame))];
    if (texture !== undefined) body.health.texture = texture;
    // Full health is the normal case and needs no mark on everybody.
    body.health.visible = self || pose.health < 0.995;
  }

  /** Whether there is still something of it to see. */
  #fade(slot: number, body: Body, step: number): boolean {
    body.presence -= step;
    body.root.alpha = Math.max(0, body.presence);
    if (body.presence > 0) return true;
    this.remove(slot);
    return false;
  }
}

function part(root: Container, texture: Texture | undefined): Sprite {
  const sprite = new Sprite(texture);
  sprite.anchor.set(0.5);
  root.addChild(sprite);
  return sprite;
}

export function nameLabel(name: string): Text {
  const label = new Text({
    text: name,
    resolution: Math.min(2, window.devicePixelRatio || 1),
    style: {
      fontFamily: ["Chakra Petch", "system-ui", "sans-serif"],
      fontSize: 13,
      fontWeight: "600",
      fill: SAND,
      stroke: { color: INK, width: 3.5, join: "round" },
    },
  });
  label.anchor.set(0.5, 1);
  return label;
}

function placeLabel(body: Body, camera: Camera, radius_u: number): void {
  if (body.label === null) return;
  const { x, y } = camera.toScreen(body.x, body.y - radius_u * 1.25);
  // Whole pixels keep the letters sharp.
  body.label.position.set(Math.round(x), Math.round(y) - 4);
  body.label.alpha = body.presence * 0.92;
}
