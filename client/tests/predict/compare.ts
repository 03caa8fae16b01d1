/** Steps every body of a file of vectors, and compares each step with the kernels', bit for bit. */

import { step } from "../../src/predict/predictor";
import {
  copyState,
  type Facts,
  firstDifference,
  makeState,
  type OwnState,
} from "../../src/predict/state";
import { Walls } from "../../src/predict/wallgrid";
import { At, type Batch, STEP_BYTES, type Vectors, type VectorWorld } from "./vectorfile";

export interface Verdict {
  readonly steps: number;
  /** The first difference, in words; null when there is none. */
  readonly difference: string | null;
}

const DOUBLES = ["x_u", "y_u", "vx_ups", "vy_ups", "mana_mp"] as const;

export function compare(vectors: Vectors): Verdict {
  let steps = 0;
  const walls = vectors.worlds.map((w) => new Walls(w.width_u, w.height_u, w.walls));
  for (const [index, batch] of vectors.batches.entries()) {
    const facts = vectors.rules[batch.rules] as Facts;
    const found = compareBatch(batch, facts, walls[batch.world] as Walls);
    steps += found.steps;
    if (found.difference !== null) {
      const { name } = vectors.worlds[batch.world] as VectorWorld;
      const where = `batch ${index} (world ${name}, rules ${batch.rules})`;
      return { steps, difference: `${where}, ${found.difference}` };
    }
  }
  return { steps, difference: null };
}

function compareBatch(batch: Batch, facts: Facts, walls: Walls): Verdict {
  const bodies = batch.first.map((first) => {
    const body = makeState();
    copyState(first, body);
    return body;
  });
  const standing = new Map(batch.obstacles);
  const command = { move: 0, aim: 0, buttons: 0 };
  walls.raise([]);
  for (let tick = 0; tick < batch.ticks; tick += 1) {
    const raised = standing.get(tick);
    if (raised !== undefined) walls.raise(raised);
    for (const [player, body] of bodies.entries()) {
      const at = (tick * batch.players + player) * STEP_BYTES;
      command.move = batch.steps.getUint16(at + At.move, true);
      command.aim = batch.steps.getUint16(at + At.aim, true);
      command.buttons = batch.steps.getUint8(at + At.buttons);
      step(body, command, facts, walls, body);
      const found = stepDifference(batch.steps, at, body);
      if (found === null) continue;
      const steps = tick * batch.players + player;
      return { steps, difference: `tick ${tick}, player ${player}: ${found}` };
    }
  }
  return { steps: batch.ticks * batch.players, difference: endDifference(batch, bodies) };
}

/** What differs after a step, in words, or null. */
function stepDifference(steps: DataView, at: number, body: OwnState): string | null {
  for (const field of DOUBLES) {
    const kernel = steps.getFloat64(at + At[field], true);
    if (!Object.is(kernel, body[field])) return words(field, body[field], kernel);
  }
  const until = steps.getInt32(at + At.dash_until_tick, true);
  if (body.dash_until_tick !== until) return words("dash_until_tick", body.dash_until_tick, until);
  const direction = steps.getUint16(at + At.dash_direction, true);
  if (body.dash_direction !== direction) {
    return words("dash_direction", body.dash_direction, direction);
  }
  const flags = steps.getUint8(at + At.flags);
  return body.flags === flags ? null : words("flags", body.flags, flags);
}

function endDifference(batch: Batch, bodies: readonly OwnState[]): string | null {
  for (const [player, body] of bodies.entries()) {
    const found = firstDifference(body, batch.last[player] as OwnState);
    if (found === null) continue;
    return `at the end, player ${player}: ${words(found.field, found.mine, found.theirs)}`;
  }
  return null;
}

function words(field: string, mine: number | boolean, kernel: number | boolean): string {
  return `${field} ${shown(mine)}, by the kernels ${shown(kernel)}`;
}

/** A number with its bits. */
function shown(value: number | boolean): string {
  if (typeof value === "boolean") return String(value);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0).toString(16).padStart(16, "0");
  return `${Object.is(value, -0) ? "-0" : value} (0x${bits})`;
}
