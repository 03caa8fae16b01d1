/** The whole map small: walls painted once, the circles and the player ten times a second. */

import type { WorldView } from "../game/interpolate";
import type { Circle, GameMap } from "../net/messages";
import { css, INK, SELF, STONE_TOP, ZONE_EDGE, ZONE_TINT } from "../render/palette";
import { el } from "./dom";

const SIDE_PX = 188;
const REDRAW_MS = 100;

export class Minimap {
  readonly root: HTMLElement;
  readonly #ctx: CanvasRenderingContext2D | null;
  readonly #ratio = Math.min(2, window.devicePixelRatio || 1);
  #walls: HTMLCanvasElement | null = null;
  #scale = 1;
  #width = SIDE_PX;
  #height = SIDE_PX;
  #drawnMs = 0;

  constructor() {
    const canvas = el("canvas", { class: "minimap-canvas" });
    this.root = el("div", { class: "minimap panel" }, canvas);
    this.#ctx = canvas.getContext("2d");
  }

  show(map: GameMap): void {
    this.#scale = SIDE_PX / Math.max(map.width_u, map.height_u);
    this.#width = map.width_u * this.#scale;
    this.#height = map.height_u * this.#scale;
    const canvas = this.#ctx?.canvas;
    if (canvas !== undefined) {
      canvas.width = Math.round(this.#width * this.#ratio);
      canvas.height = Math.round(this.#height * this.#ratio);
      canvas.style.width = `${this.#width}px`;
      canvas.style.height = `${this.#height}px`;
    }
    this.#walls = this.#paintWalls(map);
    this.#drawnMs = 0;
  }

  update(view: WorldView, at: { x: number; y: number }, angle: number, nowMs: number): void {
    const ctx = this.#ctx;
    if (ctx === null || this.#walls === null || nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.#walls, 0, 0);
    const scale = this.#scale * this.#ratio;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    const pixel = 1 / this.#scale;
    paintOutside(ctx, view.zone, this.#width * pixel, this.#height * pixel);
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
    paintSelf(ctx, at, angle, pixel, view.self !== null);
  }

  #paintWalls(map: GameMap): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(this.#width * this.#ratio);
    canvas.height = Math.round(this.#height * this.#ratio);
    const ctx = canvas.getContext("2d");
    if (ctx === null) return canvas;
    ctx.fillStyle = "rgb(58, 69, 67)";
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    const scale = this.#scale * this.#ratio;
    ctx.scale(scale, scale);
    ctx.fillStyle = css(STONE_TOP, 0.85);
    for (const wall of map.walls) {
      const [halfX, halfY] = [wall.hx + wall.r, wall.hy + wall.r];
      ctx.beginPath();
      ctx.roundRect(wall.cx - halfX, wall.cy - halfY, 2 * halfX, 2 * halfY, wall.r);
      ctx.fill();
    }
    return canvas;
  }
}

function circle(ctx: CanvasRenderingContext2D, { x, y, radius }: Circle): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, Math.PI * 2);
}

function paintOutside(
  ctx: CanvasRenderingContext2D,
  zone: Circle,
  width_u: number,
  height_u: number,
): void {
  ctx.beginPath();
  ctx.rect(0, 0, width_u, height_u);
  ctx.arc(zone.x, zone.y, zone.radius, 0, Math.PI * 2);
  ctx.fillStyle = css(ZONE_TINT, 0.68);
  ctx.fill("evenodd");
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
