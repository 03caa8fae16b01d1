/** Crates and barriers: baked once for each size and degree of damage, then only placed. */

import { Container, Sprite, Texture } from "pixi.js";
import { angleOf } from "../game/direction";
import { Blocks, ObstacleKind } from "../net/protocol";
import type { ObstacleRow } from "../net/rows";
import { bake } from "./bake";
import { hash } from "./noise";
import { css, INK, IRON, STONE_LINE, WARD, WOOD, WOOD_DEEP, WOOD_LIT } from "./palette";

const PX_PER_U = 48;
/** Degrees of damage: whole, scratched, cracked, about to break. */
const DEGREES = 4;
const MARGIN_U = 0.5;
const FLASH_MS = 140;

interface Shown {
  readonly sprite: Sprite;
  health: number;
  hurtMs: number;
  seen: number;
}

export class Obstacles {
  readonly layer = new Container();
  readonly #textures = new Map<string, Texture>();
  readonly #shown = new Map<number, Shown>();
  #frame = 0;

  update(rows: readonly ObstacleRow[], nowMs: number): void {
    this.#frame += 1;
    for (const row of rows) {
      const shown = this.#shown.get(row.key) ?? this.#add(row);
      shown.seen = this.#frame;
      if (row.health < shown.health - 0.002) shown.hurtMs = nowMs;
      if (row.health !== shown.health) shown.sprite.texture = this.#texture(row);
      shown.health = row.health;
      const flash = Math.max(0, 1 - (nowMs - shown.hurtMs) / FLASH_MS);
      const shake = flash * 0.06 * Math.sin(nowMs / 12);
      shown.sprite.position.set(row.x + shake, row.y);
      shown.sprite.rotation = angleOf(row.heading);
      shown.sprite.tint = flash > 0.4 ? 0xffc0a8 : 0xffffff;
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
      shown.sprite.destroy();
    }
  }

  #add(row: ObstacleRow): Shown {
    const sprite = new Sprite(this.#texture(row));
    sprite.anchor.set(0.5);
    sprite.scale.set(1 / PX_PER_U);
    this.layer.addChild(sprite);
    const shown = { sprite, health: row.health, hurtMs: Number.NEGATIVE_INFINITY, seen: 0 };
    this.#shown.set(row.key, shown);
    return shown;
  }

  #texture(row: ObstacleRow): Texture {
    const [halfX, halfY] = [row.hx + row.radius, row.hy + row.radius];
    const degree = Math.min(DEGREES - 1, Math.floor((1 - row.health) * DEGREES));
    const key = [row.kind, row.blocks, halfX, halfY, degree].join(" ");
    const known = this.#textures.get(key);
    if (known !== undefined) return known;
    if (halfX <= 0 || halfY <= 0) return Texture.EMPTY;
    const side = (half: number) => Math.ceil(2 * (half + MARGIN_U) * PX_PER_U);
    const texture = bake(side(halfX), side(halfY), (ctx) => {
      ctx.scale(PX_PER_U, PX_PER_U);
      ctx.lineJoin = "round";
      if (row.kind === ObstacleKind.CRATE) drawCrate(ctx, halfX, halfY);
      else drawBarrier(ctx, halfX, halfY, row.blocks);
      drawCracks(ctx, halfX, halfY, degree);
    });
    this.#textures.set(key, texture);
    return texture;
  }
}

type Ctx = CanvasRenderingContext2D;

function slab(ctx: Ctx, halfX: number, halfY: number, corner: number): void {
  ctx.beginPath();
  ctx.roundRect(-halfX, -halfY, 2 * halfX, 2 * halfY, Math.min(corner, halfX, halfY));
}

function shadow(ctx: Ctx, halfX: number, halfY: number, corner: number): void {
  ctx.save();
  ctx.shadowColor = css(INK, 0.6);
  ctx.shadowBlur = 0.22 * PX_PER_U;
  ctx.shadowOffsetX = 0.14 * PX_PER_U;
  ctx.shadowOffsetY = 0.18 * PX_PER_U;
  slab(ctx, halfX, halfY, corner);
  ctx.fillStyle = css(INK);
  ctx.fill();
  ctx.restore();
}

/** Planks in a frame, a brace across. */
function drawCrate(ctx: Ctx, halfX: number, halfY: number): void {
  shadow(ctx, halfX, halfY, 0.08);
  slab(ctx, halfX, halfY, 0.08);
  ctx.fillStyle = css(WOOD);
  ctx.fill();
  ctx.save();
  ctx.clip();
  const planks = Math.max(3, Math.round(halfX * 4));
  for (let plank = 0; plank < planks; plank += 1) {
    const width = (2 * halfX) / planks;
    const x = -halfX + plank * width;
    ctx.fillStyle = css(plank % 2 === 0 ? WOOD_LIT : WOOD, 0.5);
    ctx.fillRect(x, -halfY, width, 2 * halfY);
    ctx.fillStyle = css(WOOD_DEEP, 0.75);
    ctx.fillRect(x, -halfY, 0.03, 2 * halfY);
  }
  const beam = Math.min(halfX, halfY) * 0.26;
  ctx.beginPath();
  ctx.moveTo(-halfX, -halfY);
  ctx.lineTo(halfX, halfY);
  ctx.lineWidth = beam + 0.06;
  ctx.strokeStyle = css(WOOD_DEEP);
  ctx.stroke();
  ctx.lineWidth = beam;
  ctx.strokeStyle = css(WOOD_LIT);
  ctx.stroke();
  ctx.lineWidth = 2 * beam + 0.08;
  ctx.strokeStyle = css(WOOD_DEEP);
  ctx.strokeRect(-halfX, -halfY, 2 * halfX, 2 * halfY);
  ctx.lineWidth = 2 * beam;
  ctx.strokeStyle = css(WOOD_LIT);
  ctx.strokeRect(-halfX, -halfY, 2 * halfX, 2 * halfY);
  ctx.fillStyle = css(IRON);
  for (const x of [-1, 1]) {
    for (const y of [-1, 1]) {
      ctx.beginPath();
      ctx.arc(x * (halfX - beam / 2), y * (halfY - beam / 2), beam * 0.24, 0, Math.PI * 2);
      ctx.fill();
    }
  }
  ctx.restore();
  slab(ctx, halfX, halfY, 0.08);
  ctx.lineWidth = 0.08;
  ctx.strokeStyle = css(INK);
  ctx.stroke();
}

/** A row of raised shields; one that can be seen through is glassy. */
function drawBarrier(ctx: Ctx, halfX: number, halfY: number, blocks: number): void {
  const clear = (blocks & Blocks.SIGHT) === 0;
  const lengthwise = halfX >= halfY;
  const [long, thick] = lengthwise ? [halfX, halfY] : [halfY, halfX];
  shadow(ctx, halfX, halfY, thick);
  ctx.save();
  if (!lengthwise) ctx.rotate(Math.PI / 2);
  const count = Math.max(1, Math.round(long / 0.45));
  const width = (2 * long) / count;
  for (let place = 0; place < count; place += 1) {
    const x = -long + place * width;
    const face = ctx.createLinearGradient(x, 0, x + width, 0);
    face.addColorStop(0, css(clear ? 0x7fb7c9 : IRON));
    face.addColorStop(0.5, css(clear ? WARD : 0xdfe9ea));
    face.addColorStop(1, css(clear ? 0x6fa4b8 : 0x6d8085));
    ctx.beginPath();
    ctx.roundRect(x, -thick, width, 2 * thick, thick * 0.7);
    ctx.fillStyle = face;
    ctx.fill();
    ctx.lineWidth = 0.06;
    ctx.strokeStyle = css(INK);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(x + width / 2, 0, Math.min(thick * 0.45, width * 0.2), 0, Math.PI * 2);
    ctx.fillStyle = css(clear ? 0xffffff : 0xd9b45a);
    ctx.fill();
    ctx.lineWidth = 0.03;
    ctx.stroke();
  }
  ctx.restore();
}

/** Jagged lines from edge to edge, more with every degree. */
function drawCracks(ctx: Ctx, halfX: number, halfY: number, degree: number): void {
  ctx.save();
  slab(ctx, halfX, halfY, 0.08);
  ctx.clip();
  ctx.lineCap = "round";
  for (let crack = 0; crack < degree * 3; crack += 1) {
    let x = (hash(crack, 3, 71) * 2 - 1) * halfX;
    let y = (hash(crack, 5, 71) * 2 - 1) * halfY;
    const way = hash(crack, 7, 71) * Math.PI * 2;
    ctx.beginPath();
    ctx.moveTo(x, y);
    for (let bend = 0; bend < 4; bend += 1) {
      const turn = way + (hash(crack, bend, 73) - 0.5) * 2;
      x += Math.cos(turn) * 0.24;
      y += Math.sin(turn) * 0.24;
      ctx.lineTo(x, y);
    }
    ctx.lineWidth = 0.05 + 0.015 * degree;
    ctx.strokeStyle = css(STONE_LINE, 0.95);
    ctx.stroke();
  }
  if (degree > 0) {
    ctx.fillStyle = css(INK, 0.11 * degree);
    ctx.fillRect(-halfX, -halfY, 2 * halfX, 2 * halfY);
  }
  ctx.restore();
}
