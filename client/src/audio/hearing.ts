/**
 * Events of a snapshot → noises, and what changes from one snapshot to the next → notices.
 * What the server did not send makes no sound: hearing tells no more than seeing.
 */

import type { World } from "../game/world";
import type { Result, SkillRules } from "../net/messages";
import { EventKind, StageKind, ZoneState } from "../net/protocol";
import type { EventRow, Snapshot } from "../net/rows";
import { lookOf } from "../render/looks";
import type { SoundName } from "./sounds";

export interface Noise {
  readonly name: SoundName;
  /** Null for what has no place: notices, and what happens to oneself. */
  readonly at: { readonly x: number; readonly y: number } | null;
  /** 0…1. */
  readonly gain: number;
}

/** Damage of this much is as loud as it gets. */
const LOUD_HP = 30;
/** A burn that takes a tenth a tick would be a buzz. */
const HIT_MIN_HP = 2;

export function noiseOf(event: EventRow, world: World): Noise | null {
  const { viewer } = world;
  const at = { x: event.x, y: event.y };
  const noise = (name: SoundName, gain = 1): Noise => ({ name, at, gain });
  const own = (name: SoundName, gain = 1): Noise => ({ name, at: null, gain });
  const force = Math.min(1, 0.45 + event.amount / LOUD_HP);
  switch (event.kind) {
    case EventKind.CAST:
      return castNoise(world.skill(event.cause), event.a === viewer, noise);
    case EventKind.HIT:
      if (event.amount < HIT_MIN_HP) return null;
      if (event.b === viewer) return own("hitTaken", force);
      return event.a === viewer ? noise("hitGiven", force) : noise("hitGiven", force * 0.4);
    case EventKind.SHIELDED:
      return event.amount < 1 ? null : noise("warded", event.b === viewer ? 1 : 0.5);
    case EventKind.HEAL:
      return event.amount < 1 ? null : noise("heal", event.b === viewer ? 1 : 0.4);
    case EventKind.BURST:
      return noise(burstName(world.skill(event.cause)));
    case EventKind.WALL_HIT:
      return noise("clink");
    case EventKind.DEATH:
      if (event.a === world.selfSlot) return null;
      return event.b === viewer ? own("kill") : noise("death");
    case EventKind.DOWN:
      return event.a === viewer ? own("down") : noise("down", 0.7);
    case EventKind.REVIVE:
      return noise("revive");
    case EventKind.CRATE_BROKEN:
    case EventKind.BARRIER_GONE:
      return noise("crate");
    case EventKind.PICKUP:
      return noise("pickup", event.a === viewer ? 1 : 0.35);
    case EventKind.LEVEL:
      return event.a === viewer ? own("level") : noise("level", 0.3);
    default:
      return null;
  }
}

const CASTS: Readonly<Record<string, SoundName>> = {
  projectile: "shot",
  homing: "bolt",
  beam: "beam",
  dash: "dash",
  shield: "shield",
  heal: "heal",
  wall: "wall",
};

function castNoise(
  skill: SkillRules | null,
  own: boolean,
  noise: (name: SoundName, gain?: number) => Noise,
): Noise | null {
  if (skill === null) return null;
  // An area is heard when it goes off.
  if (skill.kind === "area") return null;
  const gain = own ? 1 : 0.8;
  const fiery = skill.kind === "projectile" && lookOf(skill).head === "fire";
  return noise(fiery ? "bolt" : (CASTS[skill.kind] ?? "shot"), gain);
}

function burstName(skill: SkillRules | null): SoundName {
  const { burst } = lookOf(skill);
  return burst === "slash" ? "swing" : burst;
}

/** What was said last, so that it is said once. */
export class Notices {
  #last: Snapshot | null = null;
  #count = 0;
  #outside = false;
  #outsideMs = Number.NEGATIVE_INFINITY;
  #died = false;

  /** `outside` is whether one's own body stands outside the ring. */
  due(snapshot: Snapshot, tickRateHz: number, outside: boolean, nowMs: number): SoundName[] {
    const last = this.#last;
    if (last === snapshot) return [];
    this.#last = snapshot;
    const due: SoundName[] = [];
    if (snapshot.stage === StageKind.COUNTDOWN) {
      const left = Math.ceil((snapshot.stageTick - snapshot.tick) / tickRateHz);
      if (left <= 3 && left >= 1 && left !== this.#count) due.push("count");
      this.#count = left;
    }
    if (this.#outside !== outside || nowMs - this.#outsideMs > OUTSIDE_EVERY_MS) {
      if (outside && snapshot.stage === StageKind.PLAY) due.push("zoneOutside");
      this.#outside = outside;
      this.#outsideMs = nowMs;
    }
    if (last === null) return due;
    if (last.stage === StageKind.COUNTDOWN && snapshot.stage === StageKind.PLAY) due.push("go");
    if (last.stage !== snapshot.stage && snapshot.stage === StageKind.SUDDEN_DEATH)
      due.push("sudden");
    if (last.zoneState !== snapshot.zoneState && snapshot.zoneState === ZoneState.SHRINKING)
      due.push("zoneWarning");
    return due;
  }

  /** RESULT comes when one dies and again when the match ends. */
  result(result: Result, won: boolean): SoundName | null {
    if (won) return "victory";
    const first = !this.#died;
    this.#died = true;
    if (first && !result.over) return "ownDeath";
    return result.over ? "defeat" : null;
  }
}

/** Standing outside is said again and again. */
const OUTSIDE_EVERY_MS = 4000;
