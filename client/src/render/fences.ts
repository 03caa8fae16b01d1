/**
 * Walls that do not stop everything: low fences that shots pass over, glass that can be
 * seen through, reeds that only hide.
 */

import type { Wall } from "../net/messages";
import { hash } from "./noise";
import {
  css,
  INK,
  IRON,
  LEAF,
  LEAF_DEEP,
  LEAF_LIT,
  WARD,
  WOOD,
  WOOD_DEEP,
  WOOD_LIT,
} from "./palette";
import { across, halves, inWallFrame, trace } from "./wallshape";

type Ctx = CanvasRenderingContext2D;

/** Runs along the longer side: calls back with x along it and the half width across. */
function lengthwise(
  ctx: Ctx,
  wall: Wall,
  step_u: number,
  place: (x: number, half: number, index: number) => void,
): void {
  const { halfX, halfY } = halves(wall);
  const [long, half] = halfX >= halfY ? [halfX, halfY] : [halfY, halfX];
  const count = Math.max(1, Math.round((2 * long) / step_u));
  ctx.save();
  if (halfX < halfY) ctx.rotate(Math.PI / 2);
  for (let index = 0; index < count; index += 1) {
    place(-long + ((index + 0.5) * 2 * long) / count, half, index);
  }
  ctx.restore();
}

/** Posts on rails: bodies are stopped, shots go over. */
export function paintFence(ctx: Ctx, wall: Wall): void {
  inWallFrame(ctx, wall, () => {
    trace(ctx, wall, 0);
    ctx.fillStyle = css(WOOD_DEEP, 0.8);
    ctx.fill();
    ctx.lineWidth = 0.08;
    ctx.strokeStyle = css(INK, 0.9);
    ctx.stroke();
    ctx.save();
    ctx.clip();
    const { halfX, halfY } = halves(wall);
    const long = Math.max(halfX, halfY);
    ctx.save();
    if (halfX < halfY) ctx.rotate(Math.PI / 2);
    ctx.fillStyle = css(WOOD);
    for (const y of [-0.42, 0.42]) {
      ctx.fillRect(-long, y * Math.min(halfX, halfY) - 0.06, 2 * long, 0.12);
    }
    ctx.restore();
    ctx.restore();
    lengthwise(ctx, wall, 0.9, (x, half) => {
      const radius = Math.min(0.2, half * 0.8);
      ctx.beginPath();
      ctx.arc(x, 0, radius, 0, Math.PI * 2);
      ctx.fillStyle = css(WOOD_LIT);
      ctx.fill();
      ctx.lineWidth = 0.06;
      ctx.strokeStyle = css(INK, 0.9);
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(x, 0, radius * 0.5, 0, Math.PI * 2);
      ctx.lineWidth = 0.03;
      ctx.strokeStyle = css(WOOD_DEEP);
      ctx.stroke();
    });
  });
}

/** A pane in an iron frame: stops bodies and shots, not looks. */
export function paintGlass(ctx: Ctx, wall: Wall): void {
  inWallFrame(ctx, wall, () => {
    trace(ctx, wall, 0);
    const pane = across(ctx, wall, "south");
    pane.addColorStop(0, css(WARD, 0.5));
    pane.addColorStop(1, css(0x5c97ad, 0.42));
    ctx.fillStyle = pane;
    ctx.fill();
    ctx.save();
    ctx.clip();
    ctx.lineCap = "round";
    lengthwise(ctx, wall, 0.8, (x, half, index) => {
      ctx.beginPath();
      ctx.moveTo(x - half * 0.5, half);
      ctx.lineTo(x + half * 0.5, -half);
      ctx.lineWidth = index % 2 === 0 ? 0.16 : 0.05;
      ctx.strokeStyle = css(0xffffff, 0.5);
      ctx.stroke();
    });
    ctx.restore();
    trace(ctx, wall, 0.05);
    ctx.lineWidth = 0.17;
    ctx.strokeStyle = css(INK);
    ctx.stroke();
    ctx.lineWidth = 0.09;
    ctx.strokeStyle = css(IRON);
    ctx.stroke();
    lengthwise(ctx, wall, 2.4, (x, half) => {
      ctx.fillStyle = css(IRON);
      ctx.fillRect(x - 0.05, -half + 0.06, 0.1, 2 * half - 0.12);
    });
  });
}

/** Tall reeds: nothing is stopped but looks. */
export function paintReeds(ctx: Ctx, wall: Wall): void {
  inWallFrame(ctx, wall, () => {
    trace(ctx, wall, 0);
    ctx.fillStyle = css(LEAF_DEEP, 0.62);
    ctx.fill();
    ctx.save();
    ctx.clip();
    ctx.lineCap = "round";
    lengthwise(ctx, wall, 0.16, (x, half, index) => {
      const lean = (hash(index, Math.round(wall.cx * 4), 51) - 0.5) * 0.5;
      const at = (hash(index, Math.round(wall.cy * 4), 53) * 2 - 1) * half * 0.5;
      ctx.beginPath();
      ctx.moveTo(x - lean, at + half * 0.6);
      ctx.lineTo(x + lean, at - half * 0.6);
      ctx.lineWidth = 0.07;
      ctx.strokeStyle = css(index % 3 === 0 ? LEAF_LIT : LEAF, 0.85);
      ctx.stroke();
    });
    ctx.restore();
    trace(ctx, wall, 0);
    ctx.setLineDash([0.25, 0.2]);
    ctx.lineWidth = 0.06;
    ctx.strokeStyle = css(LEAF_LIT, 0.7);
    ctx.stroke();
  });
}
