/** Bodies with their shadows, arcs and signs in the world; labels above them on the screen. */

import { Container, Sprite, type Texture } from "pixi.js";
import type { PlayerPose, WorldView } from "../game/interpolate";
import type { Side, World } from "../game/world";
import { Condition, PlayerFlag } from "../net/protocol";
import { arcFrame, BODY_PX, BodyTextures } from "./bodies";
import type { Camera } from "./camera";
import { LABEL_COLOURS, Label } from "./labels";
import { lookOf, shadesOf } from "./looks";

const FADE_MS = 180;
/** Multiplies the colours of whoever is slowed. */
const CHILL = 0xbfe6ff;
/** In a bush others are a little paler: they are seen, but not by everybody. */
const BUSH_ALPHA = 0.72;

interface Body {
  readonly root: Container;
  readonly side: Side;
  readonly shadow: Sprite;
  readonly hull: Sprite;
  readonly roots: Sprite;
  readonly block: Sprite | null;
  readonly bubble: Sprite;
  readonly charge: Sprite;
  readonly health: Sprite;
  readonly shield: Sprite;
  readonly fallen: Sprite;
  readonly pointer: Sprite | null;
  readonly label: Label;
  /** Colour of what it can charge. */
  readonly chargeColour: number;
  x: number;
  y: number;
  /** 0…1; rises while in view, falls after leaving it. */
  presence: number;
  seen: number;
}

export interface PlayersContext {
  readonly world: World;
  /** Own facing, straight from the mouse: it must not lag behind the hand. Null once dead. */
  readonly selfAngle: number | null;
  readonly nowMs: number;
}

export class Players {
  readonly layer = new Container();
  readonly labels = new Container();
  /** Whether bodies cast one. */
  shadows = true;
  #textures = new BodyTextures();
  #patterns = true;
  readonly #bodies = new Map<number, Body>();
  #viewer = -1;
  #frame = 0;

  update(view: WorldView, camera: Camera, context: PlayersContext, elapsedMs: number): void {
    const { viewer } = context.world;
    // Seen through other eyes, friends and foes are others.
    if (viewer !== this.#viewer) this.clear();
    this.#viewer = viewer;
    this.#frame += 1;
    const step = elapsedMs / FADE_MS;
    const { body_radius_u } = context.world.welcome.rules;
    for (const pose of view.players) {
      const body = this.#bodies.get(pose.slot) ?? this.#add(pose, context.world);
      body.seen = this.#frame;
      body.presence = Math.min(1, body.presence + step);
      this.#show(body, pose, context);
    }
    for (const [slot, body] of this.#bodies) {
      if (body.seen !== this.#frame && !this.#fade(slot, body, step)) continue;
      const { x, y } = camera.toScreen(body.x, body.y - body_radius_u * 1.25);
      body.label.place(x, y, body.presence * 0.94);
    }
  }

  /** Paints everybody anew, in the colours of now, with a mark on foes or without. */
  repaint(patterns: boolean): void {
    this.clear();
    this.#patterns = patterns;
    this.#textures.destroy();
    this.#textures = new BodyTextures();
  }

  /** Takes a body away at once: its death is drawn by the effects. */
  remove(slot: number): void {
    const body = this.#bodies.get(slot);
    if (body === undefined) return;
    this.#bodies.delete(slot);
    body.root.destroy({ children: true });
    body.label.destroy();
  }

  clear(): void {
    for (const slot of [...this.#bodies.keys()]) this.remove(slot);
  }

  #add(pose: PlayerPose, world: World): Body {
    const side = world.sideOf(pose.slot);
    const self = side === "self";
    const textures = this.#textures;
    const rules = world.classOf(pose.slot);
    const bot = (world.entrant(pose.slot)?.bot ?? 0) > 0;
    const root = new Container();
    root.scale.set(world.welcome.rules.body_radius_u / BODY_PX);
    const shadow = part(root, textures.shadow);
    shadow.position.set(BODY_PX * 0.22, BODY_PX * 0.32);
    if (self) part(root, textures.selfRing);
    if (side === "mate") part(root, textures.mateRing);
    const shades = shadesOf(side, bot);
    if (side === "foe" && this.#patterns) part(root, textures.foeRing).tint = shades.light;
    const pointer = self ? part(root, textures.pointer) : null;
    const half = rules?.block_half_degrees ?? 0;
    const block = half > 0 ? part(root, textures.block(half)) : null;
    const hull = part(root, textures.figure(rules?.name ?? "", shades, bot));
    const roots = part(root, textures.roots);
    const charge = part(root, textures.charge);
    charge.blendMode = "add";
    const bubble = part(root, textures.bubble);
    const health = part(root, textures.health[0]);
    const shield = part(root, textures.shield[0]);
    const fallen = part(root, textures.fallen);
    // The own body stays on top: it must never be lost in a crowd.
    if (self) this.layer.addChild(root);
    else this.layer.addChildAt(root, 0);
    const named = pose.slot === world.selfSlot ? null : world.nameOf(pose.slot);
    const label = new Label(named, side === "mate" ? LABEL_COLOURS.mate : LABEL_COLOURS.foe);
    this.labels.addChild(label.root);
    const charged = rules?.skills.find((index) => (world.skill(index)?.hold_ticks ?? 0) > 0);
    const body: Body = {
      ...{
        root,
        side,
        shadow,
        hull,
        roots,
        block,
        bubble,
        charge,
        health,
        shield,
        fallen,
        pointer,
        label,
      },
      chargeColour: lookOf(charged === undefined ? null : world.skill(charged)).colour,
      ...{ x: pose.x, y: pose.y, presence: 0, seen: 0 },
    };
    this.#bodies.set(pose.slot, body);
    return body;
  }

  #show(body: Body, pose: PlayerPose, context: PlayersContext): void {
    const own = pose.slot === context.world.selfSlot;
    const angle = own ? (context.selfAngle ?? pose.angle) : pose.angle;
    const has = (flag: number) => (pose.flags & flag) !== 0;
    const suffers = (condition: number) => (pose.conditions & condition) !== 0;
    const down = has(PlayerFlag.DOWN);
    body.x = pose.x;
    body.y = pose.y;
    body.root.position.set(pose.x, pose.y);
    const paled = has(PlayerFlag.IN_BUSH) && body.side !== "self";
    body.root.alpha = body.presence * (paled ? BUSH_ALPHA : 1);
    body.shadow.visible = this.shadows;
    body.hull.rotation = angle;
    body.hull.alpha = down ? 0.55 : 1;
    body.hull.tint = suffers(Condition.SLOWED) ? CHILL : down ? 0x9a9a9a : 0xffffff;
    body.roots.visible = suffers(Condition.ROOTED);
    body.bubble.visible = has(PlayerFlag.SHIELDED);
    body.bubble.rotation = context.nowMs / 900;
    if (body.block !== null) {
      body.block.visible = !down && !suffers(Condition.STUNNED);
      body.block.rotation = angle;
      body.block.alpha = body.side === "self" ? 0.9 : 0.7;
    }
    if (body.pointer !== null) {
      body.pointer.position.set(Math.cos(angle) * BODY_PX * 2.15, Math.sin(angle) * BODY_PX * 2.15);
      body.pointer.rotation = angle;
    }
    showCharge(body, pose.hold, angle, context.nowMs);
    showArcs(body, pose, this.#textures);
    body.fallen.visible = down;
    body.fallen.scale.set(0.62 + 0.08 * Math.sin(context.nowMs / 180));
    body.label.update(pose.level, pose.conditions);
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

/** It grows in the hands, and flickers once it is full. */
function showCharge(body: Body, hold: number, angle: number, nowMs: number): void {
  body.charge.visible = hold > 0;
  if (hold <= 0) return;
  const flicker = hold >= 1 ? 0.12 * Math.sin(nowMs / 45) : 0;
  const reach = BODY_PX * 1.25;
  body.charge.tint = body.chargeColour;
  body.charge.position.set(Math.cos(angle) * reach, Math.sin(angle) * reach);
  body.charge.scale.set(0.3 + 0.85 * hold + flicker);
}

function showArcs(body: Body, pose: PlayerPose, textures: BodyTextures): void {
  const health = arcFrame(textures.health, pose.health);
  if (health !== null) body.health.texture = health;
  // Full health is the normal case and needs no mark on everybody.
  body.health.visible = body.side !== "foe" || pose.health < 0.995 || pose.shield > 0;
  const shield = arcFrame(textures.shield, pose.shield);
  body.shield.visible = pose.shield > 0;
  if (shield !== null) body.shield.texture = shield;
}

function part(root: Container, texture: Texture | undefined): Sprite {
  const sprite = new Sprite(texture);
  sprite.anchor.set(0.5);
  root.addChild(sprite);
  return sprite;
}
