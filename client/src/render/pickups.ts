/** Things that lie about: each kind a token of its own outline and colour. */

import { Container, Sprite, type Texture } from "pixi.js";
import type { World } from "../game/world";
import type { PickupRow } from "../net/rows";
import { bake } from "./bake";
import { itemGlyph, strokeGlyph } from "./glyphs";
import { css, HEALING, INK, LORE, MANA, SAND, SELF, WARD } from "./palette";

const SIDE_PX = 96;
const TOKEN_PX = 30;
/** Half the width of a token in the world. */
const RADIUS_U = 0.46;

interface Style {
  readonly colour: number;
  readonly corners: number;
  /** Corner radius as a share of the token's; 1 makes a disc. */
  readonly round: number;
}

/** Discs, squares, shields of six corners, lozenges: kinds differ without colour. */
const STYLES: Readonly<Record<string, Style>> = {
  health: { colour: HEALING, corners: 4, round: 0 },
  mana: { colour: MANA, corners: 0, round: 1 },
  shield: { colour: WARD, corners: 6, round: 0 },
  experience: { colour: LORE, corners: 5, round: 0 },
  upgrade: { colour: SELF, corners: 3, round: 0 },
};
const OTHER: Style = { colour: SAND, corners: 8, round: 0 };

export function itemColour(kind: string): number {
  return (STYLES[kind] ?? OTHER).colour;
}

interface Token {
  readonly root: Container;
  readonly glow: Sprite;
  readonly token: Sprite;
  readonly phase: number;
  seen: number;
}

export class Pickups {
  readonly layer = new Container();
  readonly #tokens = new Map<string, Texture>();
  readonly #glow: Texture = bake(SIDE_PX, SIDE_PX, drawGlow);
  readonly #shown = new Map<number, Token>();
  #frame = 0;

  update(rows: readonly PickupRow[], world: World, nowMs: number): void {
    this.#frame += 1;
    for (const row of rows) {
      const shown = this.#shown.get(row.key) ?? this.#add(row, world);
      shown.seen = this.#frame;
      const beat = Math.sin(nowMs / 420 + shown.phase);
      shown.root.position.set(row.x, row.y);
      shown.token.y = -0.05 - 0.06 * beat;
      shown.glow.alpha = 0.5 + 0.14 * beat;
    }
    this.#forget();
  }

  clear(): void {
    this.#frame += 1;
    this.#forget();
  }

  #forget(): void {
    for (const [key, shown] of this.#shown) {
      if (shown.seen === this.#frame) continue;
      this.#shown.delete(key);
      shown.root.destroy({ children: true });
    }
  }

  #add(row: PickupRow, world: World): Token {
    const kind = world.welcome.rules.items[row.item]?.kind ?? "";
    const root = new Container();
    const scale = RADIUS_U / TOKEN_PX;
    const glow = new Sprite({ texture: this.#glow, tint: itemColour(kind), blendMode: "add" });
    const token = new Sprite(this.#token(kind));
    for (const sprite of [glow, token]) {
      sprite.anchor.set(0.5);
      sprite.scale.set(scale);
      root.addChild(sprite);
    }
    glow.scale.set(scale * 1.5);
    this.layer.addChild(root);
    const shown = { root, glow, token, phase: row.key, seen: 0 };
    this.#shown.set(row.key, shown);
    return shown;
  }

  #token(kind: string): Texture {
    const known = this.#tokens.get(kind) ?? bake(SIDE_PX, SIDE_PX, (ctx) => drawToken(ctx, kind));
    this.#tokens.set(kind, known);
    return known;
  }
}

function drawToken(ctx: CanvasRenderingContext2D, kind: string): void {
  const style = STYLES[kind] ?? OTHER;
  ctx.save();
  ctx.shadowColor = css(INK, 0.7);
  ctx.shadowBlur = 6;
  ctx.shadowOffsetX = 3;
  ctx.shadowOffsetY = 5;
  trace(ctx, style);
  ctx.fillStyle = css(INK);
  ctx.fill();
  ctx.restore();
  trace(ctx, style);
  ctx.lineJoin = "round";
  ctx.lineWidth = 9;
  ctx.strokeStyle = css(INK);
  ctx.stroke();
  ctx.lineWidth = 4;
  ctx.strokeStyle = css(style.colour);
  ctx.stroke();
  ctx.fillStyle = css(INK, 0.82);
  ctx.fill();
  // A triangle's middle lies below that of its corners.
  ctx.translate(0, style.corners === 3 ? 5 : 0);
  ctx.strokeStyle = css(style.colour);
  strokeGlyph(ctx, itemGlyph(kind), style.corners === 3 ? 26 : 34, 2.6);
}

function trace(ctx: CanvasRenderingContext2D, { corners }: Style): void {
  ctx.beginPath();
  if (corners === 0) {
    ctx.arc(0, 0, TOKEN_PX, 0, Math.PI * 2);
    return;
  }
  const turn = corners === 4 ? Math.PI / 4 : -Math.PI / 2;
  const reach = TOKEN_PX * (corners === 3 ? 1.3 : corners === 4 ? 1.22 : 1.1);
  for (let corner = 0; corner < corners; corner += 1) {
    const angle = turn + (corner / corners) * Math.PI * 2;
    ctx.lineTo(Math.cos(angle) * reach, Math.sin(angle) * reach);
  }
  ctx.closePath();
}

function drawGlow(ctx: CanvasRenderingContext2D): void {
  const half = SIDE_PX / 2;
  const glow = ctx.createRadialGradient(0, 0, 0, 0, 0, half);
  glow.addColorStop(0, css(0xffffff, 0.7));
  glow.addColorStop(0.5, css(0xffffff, 0.3));
  glow.addColorStop(1, css(0xffffff, 0));
  ctx.fillStyle = glow;
  ctx.fillRect(-half, -half, SIDE_PX, SIDE_PX);
}
