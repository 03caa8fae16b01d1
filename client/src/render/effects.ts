/** Events → sparks, flashes, puffs, explosions, figures, and how much the camera feels of them. */

import { Amounts } from "../game/amounts";
import type { WorldView } from "../game/interpolate";
import type { World } from "../game/world";
import { Condition, EventKind, PlayerFlag } from "../net/protocol";
import type { EventRow } from "../net/rows";
import { Bursts } from "./bursts";
import type { Camera } from "./camera";
import { colourOf, type Look, lookOf } from "./looks";
import { Numerals } from "./numerals";
import {
  BLAST,
  BLOOD,
  DUST,
  FIRE,
  FROST,
  HEALING,
  SAND,
  SCORCH,
  SELF,
  SPARK,
  STONE_TOP,
  WARD,
  WOOD_LIT,
  ZONE_GLOW,
} from "./palette";
import { itemColour } from "./pickups";

export interface EffectsContext {
  readonly world: World;
  readonly view: WorldView;
  readonly camera: Camera;
  readonly nowMs: number;
  /** Who asked for less motion gets no shaking. */
  readonly calm: boolean;
  /** Figures get a sign besides their colour. */
  readonly patterns: boolean;
  /** Somebody died: the body goes, the burst takes its place. */
  died(slot: number): void;
}

/** Time between two afterimages of a dash, two flames, two flakes. */
const TRAIL_EVERY_MS = 30;

export class Effects {
  readonly bursts = new Bursts();
  readonly numerals = new Numerals();
  readonly #amounts = new Amounts();
  #trailMs = 0;

  play(events: readonly EventRow[], context: EffectsContext): void {
    for (const event of events) PLAYERS[event.kind]?.(this, event, context);
  }

  update(context: EffectsContext, elapsedMs: number): void {
    this.#trailMs += elapsedMs;
    if (this.#trailMs >= TRAIL_EVERY_MS) {
      this.#trailMs = 0;
      this.#trails(context);
    }
    for (const [key, { x, y, total }] of this.#amounts.due(context.nowMs)) {
      this.#write(key, x, y, total, context.patterns);
    }
    this.bursts.update(elapsedMs);
    this.numerals.update(elapsedMs);
  }

  clear(): void {
    this.bursts.clear();
    this.numerals.clear();
    this.#amounts.clear();
  }

  /** Figures are shown for what the viewer did and what was done to it. */
  count(sort: Sort, event: EventRow, { world, nowMs, patterns }: EffectsContext): void {
    const { viewer } = world;
    const taken = event.b === viewer;
    if ((!taken && event.a !== viewer) || event.amount <= 0) return;
    const key = `${sort} ${taken ? "taken" : "given"} ${event.b}`;
    const due = this.#amounts.add(key, event.x, event.y, event.amount, nowMs);
    if (due !== null) this.#write(key, due.x, due.y, due.total, patterns);
  }

  #write(key: string, x: number, y: number, total: number, signed: boolean): void {
    const [sort, direction] = key.split(" ");
    const taken = direction === "taken";
    const figure = String(Math.max(1, Math.round(total)));
    const size = Math.min(1.5, 0.85 + total / 70);
    if (sort === "heal") this.numerals.show(x, y, `+${figure}`, HEALING, size);
    else if (sort === "shield") this.numerals.show(x, y, figure, WARD, size * 0.8);
    else if (!taken) this.numerals.show(x, y, figure, SAND, size);
    else this.numerals.show(x, y, signed ? `−${figure}` : figure, BLOOD, size);
  }

  /** What bodies leave behind while something lasts. */
  #trails({ view, world }: EffectsContext): void {
    const { shapes, ground, glow } = this.bursts;
    const radius = world.welcome.rules.body_radius_u;
    for (const { x, y, slot, flags, conditions } of view.players) {
      if ((flags & PlayerFlag.DASHING) !== 0) {
        const tint = colourOf(world.sideOf(slot));
        const size = radius * 2.1;
        const end = { endSize: size * 0.55, alpha: 0.6 };
        ground.emit({ texture: shapes.puff, tint, lifeMs: 260, x, y, size, ...end });
      }
      const drift = () => (Math.random() - 0.5) * radius * 1.6;
      const mote = {
        lifeMs: 380,
        x: x + drift(),
        y: y + drift(),
        vy: -1.8,
        size: 0.4,
        endSize: 0.1,
      };
      if ((conditions & Condition.BURNING) !== 0 && Math.random() < 0.5)
        glow.emit({ texture: shapes.glow, tint: FIRE, ...mote });
      if ((conditions & Condition.SLOWED) !== 0 && Math.random() < 0.2)
        glow.emit({ texture: shapes.glow, tint: FROST, ...mote, vy: 0.4 });
    }
  }
}

type Sort = "hurt" | "heal" | "shield";
type Play = (effects: Effects, event: EventRow, context: EffectsContext) => void;

function lookOfCause(event: EventRow, world: World): Look {
  return lookOf(world.skill(event.cause));
}

function shakeBy(context: EffectsContext, event: EventRow, strength: number): void {
  const { camera, calm } = context;
  const distance = Math.hypot(event.x - camera.x, event.y - camera.y);
  if (!calm) camera.shake(Math.max(0, strength * (1 - distance / 16)));
}

const cast: Play = ({ bursts }, event, { world, view }) => {
  const skill = world.skill(event.cause);
  if (skill === null) return;
  const { colour } = lookOf(skill);
  const caster = view.players.find((pose) => pose.slot === event.a);
  const [x, y] = [caster?.x ?? event.x, caster?.y ?? event.y];
  const angle = caster?.angle ?? 0;
  if (skill.kind === "projectile" || skill.kind === "homing") {
    const reach = world.welcome.rules.body_radius_u * 1.5 + 0.5;
    const [tipX, tipY] = [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach];
    const tint = event.a === world.viewer ? SELF : SPARK;
    bursts.flash(tipX, tipY, angle, tint);
    bursts.flare(tipX, tipY, 1.9, 1.2, tint, 90);
  } else if (skill.kind === "dash") {
    bursts.puffs(x, y, 7, 2.6, DUST);
  } else if (skill.kind === "heal") {
    bursts.rise(x, y, 9, 0.8, colour);
    bursts.ring(x, y, 0.5, 2.4, colour, 420);
  } else {
    bursts.ring(x, y, 0.6, 2, colour, 240);
  }
};

const hit: Play = (effects, event, context) => {
  const { bursts } = effects;
  const own = event.b === context.world.viewer;
  effects.count("hurt", event, context);
  // A burn that takes a tenth each tick would be a fountain.
  if (event.amount < 2) return;
  const tint = own ? BLOOD : SPARK;
  bursts.sparks(event.x, event.y, 8, 9, tint);
  bursts.ring(event.x, event.y, 0.4, 1.7, tint, 200);
  if (own) shakeBy(context, event, Math.min(0.7, 0.22 + event.amount / 60));
};

const shielded: Play = (effects, event, context) => {
  effects.count("shield", event, context);
  if (event.amount < 1) return;
  effects.bursts.ring(event.x, event.y, 1.1, 1.6, WARD, 180);
  effects.bursts.sparks(event.x, event.y, 4, 6, WARD);
};

const heal: Play = (effects, event, context) => {
  effects.count("heal", event, context);
  if (event.amount >= 1 || Math.random() < 0.1)
    effects.bursts.rise(event.x, event.y, event.amount >= 4 ? 5 : 1, 0.5, HEALING);
};

const burst: Play = ({ bursts }, event, context) => {
  const { world, view } = context;
  const look = lookOfCause(event, world);
  const { x, y, amount: radius } = event;
  const owner = view.players.find((pose) => pose.slot === event.a);
  const facing = owner === undefined ? 0 : Math.atan2(y - owner.y, x - owner.x);
  switch (look.burst) {
    case "slash":
      bursts.slash(x, y, radius, owner?.angle ?? facing, colourOf(world.sideOf(event.a)));
      break;
    case "bash":
      bursts.slash(x, y, radius, owner?.angle ?? facing, WARD);
      bursts.ring(x, y, radius * 0.6, radius * 2.3, WARD, 300);
      bursts.puffs(x, y, 5, 3, DUST);
      shakeBy(context, event, 0.3);
      break;
    case "roots":
      bursts.ring(x, y, radius * 0.8, radius * 2.2, look.colour, 420);
      bursts.shards(x, y, 10, look.colour, 0.2);
      bursts.puffs(x, y, 9, radius * 1.4, 0x5b6a3e);
      bursts.stain(x, y, radius * 1.8, 0x1f2a14, 5000);
      break;
    case "bloom":
      bursts.rise(x, y, 8, radius * 0.9, look.colour);
      break;
    default:
      blast(bursts, x, y, radius, look.colour);
      shakeBy(context, event, 0.75);
  }
};

function blast(bursts: Bursts, x: number, y: number, radius: number, colour: number): void {
  bursts.stain(x, y, radius * 1.9, SCORCH);
  bursts.flare(x, y, radius * 2.6, radius * 1.4, SPARK, 170);
  bursts.flare(x, y, radius * 2.1, radius * 2.5, colour, 420);
  bursts.ring(x, y, radius * 0.7, radius * 2.4, colour);
  bursts.puffs(x, y, 12, radius * 1.5, 0x5b4a3e);
  bursts.sparks(x, y, 18, radius * 5.5, BLAST);
}

const wallHit: Play = ({ bursts }, event, { world }) => {
  bursts.sparks(event.x, event.y, 4, 7, lookOfCause(event, world).colour);
  bursts.puffs(event.x, event.y, 3, 1.2, DUST);
};

const death: Play = ({ bursts }, event, { world, died }) => {
  // By now the view is through other eyes: one's own end is told by name.
  const tint = event.a === world.selfSlot ? SELF : colourOf(world.sideOf(event.a));
  const { x, y } = event;
  died(event.a);
  const grave = { texture: bursts.shapes.grave, tint, lifeMs: 12_000, size: 1.5, alpha: 0.75 };
  bursts.ground.emit({ ...grave, x, y });
  bursts.flare(x, y, 3.4, 1.2, tint);
  bursts.ring(x, y, 0.6, 4.4, tint, 520);
  bursts.shards(x, y, 12, tint);
  bursts.sparks(x, y, 10, 12, ZONE_GLOW);
};

const down: Play = ({ bursts }, event) => {
  bursts.ring(event.x, event.y, 3, 0.8, BLOOD, 420);
  bursts.puffs(event.x, event.y, 6, 2, DUST);
};

const revive: Play = ({ bursts }, event) => {
  bursts.ring(event.x, event.y, 0.6, 3, HEALING, 520);
  bursts.rise(event.x, event.y, 12, 0.8, HEALING);
};

const crateBroken: Play = ({ bursts }, event) => {
  bursts.shards(event.x, event.y, 14, WOOD_LIT, 0.3);
  bursts.puffs(event.x, event.y, 6, 2, DUST);
};

const barrierGone: Play = ({ bursts }, event) => {
  bursts.shards(event.x, event.y, 10, STONE_TOP);
  bursts.puffs(event.x, event.y, 5, 2, DUST);
};

const pickup: Play = ({ bursts, numerals }, event, { world }) => {
  const item = world.welcome.rules.items[event.cause];
  const tint = itemColour(item?.kind ?? "");
  bursts.ring(event.x, event.y, 1.6, 0.4, tint, 260);
  bursts.sparks(event.x, event.y, 6, 5, tint);
  if (event.a === world.viewer && item !== undefined)
    numerals.show(event.x, event.y - 0.4, item.title, tint, 0.7);
};

const level: Play = ({ bursts, numerals }, event, { world }) => {
  bursts.ring(event.x, event.y, 0.6, 3.6, SELF, 620);
  bursts.ring(event.x, event.y, 0.3, 2.2, SPARK, 420);
  bursts.rise(event.x, event.y, 8, 0.7, SELF);
  if (event.a === world.viewer)
    numerals.show(event.x, event.y - 0.6, `Level ${Math.round(event.amount)}`, SELF, 1.1);
};

const PLAYERS: Readonly<Record<number, Play>> = {
  [EventKind.CAST]: cast,
  [EventKind.HIT]: hit,
  [EventKind.SHIELDED]: shielded,
  [EventKind.HEAL]: heal,
  [EventKind.BURST]: burst,
  [EventKind.WALL_HIT]: wallHit,
  [EventKind.DEATH]: death,
  [EventKind.DOWN]: down,
  [EventKind.REVIVE]: revive,
  [EventKind.CRATE_BROKEN]: crateBroken,
  [EventKind.BARRIER_GONE]: barrierGone,
  [EventKind.PICKUP]: pickup,
  [EventKind.LEVEL]: level,
};
