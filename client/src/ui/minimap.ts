/** The whole map small: painted once; circles, the team and the player ten times a second. */

import type { WorldView } from "../game/interpolate";
import { countdownSeconds } from "../game/situation";
import type { World } from "../game/world";
import type { Circle, GameMap } from "../net/messages";
import { DROP_ANYWHERE } from "../net/protocol";
import { context2d } from "../render/canvas2d";
import { BLOOD, css, INK, MATE, SAND, SELF, ZONE_EDGE, ZONE_TINT } from "../render/palette";
import { el } from "./dom";
import { mapScale, paintMap } from "./mappicture";

const SIDE_PX = 188;
const REDRAW_MS = 100;

export interface MinimapFrame {
  readonly view: WorldView;
  readonly focus: { x: number; y: number };
  readonly angle: number;
  readonly nowMs: number;
}

export class Minimap {
  readonly root: HTMLElement;
  /** The ninth of the map that was asked for: marked until play begins. */
  drop = DROP_ANYWHERE;
  readonly #ctx: CanvasRenderingContext2D | null;
  readonly #ratio = Math.min(2, window.devicePixelRatio || 1);
  #map: GameMap | null = null;
  #picture: HTMLCanvasElement | null = null;
  #scale = 1;
  #drawnMs = 0;

  constructor() {
    const canvas = el("canvas", { class: "minimap-canvas" });
    this.root = el("div", { class: "minimap panel" }, canvas);
    this.#ctx = context2d(canvas);
  }

  show(map: GameMap): void {
    this.#map = map;
    this.#scale = mapScale(map, SIDE_PX);
    this.#picture = paintMap(map, this.#scale * this.#ratio);
    this.#drawnMs = 0;
    const canvas = this.#ctx?.canvas;
    if (canvas === undefined) return;
    canvas.width = this.#picture.width;
    canvas.height = this.#picture.height;
    canvas.style.width = `${map.width_u * this.#scale}px`;
    canvas.style.height = `${map.height_u * this.#scale}px`;
  }

  update(world: World, frame: MinimapFrame): void {
    const ctx = this.#ctx;
    const map = this.#map;
    if (ctx === null || map === null || this.#picture === null) return;
    if (frame.nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = frame.nowMs;
    const { view, focus, angle } = frame;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.#picture, 0, 0);
    const scale = this.#scale * this.#ratio;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    const pixel = 1 / this.#scale;
    paintOutside(ctx, view.zone, map);
    circle(ctx, view.zone);
    ctx.lineWidth = 2 * pixel;
    ctx.strokeStyle = css(ZONE_EDGE);
    ctx.stroke();
    circle(ctx, view.next);
    ctx.setLineDash([4 * pixel, 3 * pixel]);
    ctx.lineWidth = 1.25 * pixel;
    ctx.strokeStyle = css(0xffffff, 0.9);
    ctx.stroke();
    ctx.setLineDash([]);
    const { latest } = world;
    const waiting =
      latest !== null && countdownSeconds(latest, view.tick, world.welcome.tickRateHz) !== null;
    if (waiting && this.drop !== DROP_ANYWHERE) paintDrop(ctx, map, this.drop, pixel);
    for (const { x, y } of view.pickups) paintSpeck(ctx, x, y, pixel);
    for (const mate of view.mates) paintMate(ctx, mate, pixel);
    paintSelf(ctx, focus, angle, pixel, view.self !== null);
  }
}

function circle(ctx: CanvasRenderingContext2D, { x, y, radius }: Circle): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, Math.PI * 2);
}

function paintOutside(ctx: CanvasRenderingContext2D, zone: Circle, map: GameMap): void {
  ctx.beginPath();
  ctx.rect(0, 0, map.width_u, map.height_u);
  ctx.arc(zone.x, zone.y, zone.radius, 0, Math.PI * 2);
  ctx.fillStyle = css(ZONE_TINT, 0.68);
  ctx.fill("evenodd");
}

/** `drop` is 1…9, row by row. */
function paintDrop(ctx: CanvasRenderingContext2D, map: GameMap, drop: number, pixel: number): void {
  const [width, height] = [map.width_u / 3, map.height_u / 3];
  const [column, row] = [(drop - 1) % 3, Math.floor((drop - 1) / 3)];
  ctx.fillStyle = css(SELF, 0.16);
  ctx.fillRect(column * width, row * height, width, height);
  ctx.lineWidth = 1.5 * pixel;
  ctx.strokeStyle = css(SELF, 0.9);
  ctx.strokeRect(column * width, row * height, width, height);
}

function paintSpeck(ctx: CanvasRenderingContext2D, x: number, y: number, pixel: number): void {
  const half = 1.6 * pixel;
  ctx.fillStyle = css(SAND);
  ctx.fillRect(x - half, y - half, 2 * half, 2 * half);
}

/** A disc with a rim; one who is down is a red cross in it. */
function paintMate(
  ctx: CanvasRenderingContext2D,
  mate: { x: number; y: number; down: boolean },
  pixel: number,
): void {
  ctx.save();
  ctx.translate(mate.x, mate.y);
  ctx.scale(pixel, pixel);
  ctx.beginPath();
  ctx.arc(0, 0, 5, 0, Math.PI * 2);
  ctx.fillStyle = css(mate.down ? BLOOD : MATE);
  ctx.fill();
  ctx.lineWidth = 2;
  ctx.strokeStyle = css(INK);
  ctx.stroke();
  if (mate.down) {
    ctx.fillStyle = css(0xffffff);
    ctx.fillRect(-3.5, -1, 7, 2);
    ctx.fillRect(-1, -3.5, 2, 7);
  }
  ctx.restore();
}

function paintSelf(
  ctx: CanvasRenderingContext2D,
  at: { x: number; y: number },
  angle: number,
  pixel: number,
  alive: boolean,
): void {
  ctx.save();
  ctx.translate(at.x, at.y);
  ctx.scale(pixel, pixel);
  ctx.lineJoin = "round";
  ctx.beginPath();
  if (alive) {
    ctx.rotate(angle);
    ctx.moveTo(7.5, 0);
    ctx.lineTo(-5, -5);
    ctx.lineTo(-2.5, 0);
    ctx.lineTo(-5, 5);
    ctx.closePath();
  } else {
    for (const side of [-1, 1]) {
      ctx.moveTo(-4, -4 * side);
      ctx.lineTo(4, 4 * side);
    }
  }
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = css(INK);
  ctx.stroke();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = css(SELF);
  ctx.stroke();
  ctx.fillStyle = css(SELF);
  ctx.fill();
  ctx.restore();
}
