/**
 * What the server has told on one connection: the other end of its delta snapshots.
 *
 * Payloads must be applied in the order in which they came. `apply` throws WireError and
 * nothing else; what the mirror shows after that means nothing.
 */

import { fail, WireError } from "./checks";
import { Cursor } from "./cursor";
import { readEvents } from "./happenings";
import {
  type Body,
  type Figures,
  type Gait,
  type Hand,
  type Happening,
  type Motion,
  makeFigures,
  makeHand,
  type Thing,
} from "./known";
import { DIRECTIONS, SKILL_SLOTS, StageKind, ZoneState } from "./protocol";
import { changeThing, enterThing } from "./things";

const Head = {
  FULL: 1,
  SKIPPED: 2,
  ACK_NEXT: 4,
  ACK: 8,
  CHECK: 16,
  MOTION: 32,
  GAIT: 64,
  LEAD: 128,
} as const;
const Section = {
  MATCH: 1,
  SELF: 2,
  HANDS: 4,
  STATUSES: 8,
  EVENTS: 16,
  BODIES: 32,
  THINGS: 64,
} as const;
const UNKNOWN_BIT = 128;

export class Mirror {
  /** Of the newest payload, −1 before the first. */
  tick = -1;
  /** Whether the newest payload was a full one: what was told before belongs to another picture. */
  full = false;
  /** Newest input the server had applied. */
  ackSeq = 0;
  figures: Figures = makeFigures();
  hands: Hand[] = [];
  /** By status; those that are over are among them. */
  readonly statuses = new Map<number, { readonly stacks: number; readonly until_tick: number }>();
  gait: Gait | null = null;
  /** As told last. */
  motion: Motion | null = null;
  /** What the own state of this tick folds to; null when it was not told so. */
  check: number | null = null;
  /**
   * Commands of this client that wait at the server, as told last; below 0 for how many ticks in a
   * row there was none. Null without a body of one's own.
   */
  lead: number | null = null;
  /** By slot. */
  readonly bodies = new Map<number, Body>();
  /** By local id. */
  readonly things = new Map<number, Thing>();
  /** Of the newest payload. */
  events: Happening[] = [];
  /** Rises with whatever enters, so that an id that is used again means another thing. */
  #entered = 0;

  apply(payload: Uint8Array): void {
    const from = new Cursor(payload);
    const flags = from.u8();
    const sections = from.u8();
    if (sections & UNKNOWN_BIT) fail("snapshot.sections", "known bits", sections);
    this.#head(from, flags);
    if (sections & Section.MATCH) this.#match(from);
    if (sections & Section.SELF) this.#self(from);
    if (sections & Section.HANDS) this.#hands(from);
    if (sections & Section.STATUSES) this.#readStatuses(from);
    this.events = sections & Section.EVENTS ? readEvents(from) : [];
    if (sections & Section.BODIES) this.#readBodies(from);
    if (sections & Section.THINGS) this.#readThings(from);
    from.end();
  }

  #forget(): void {
    this.figures = makeFigures();
    this.hands = Array.from({ length: SKILL_SLOTS }, makeHand);
    this.statuses.clear();
    this.gait = null;
    this.motion = null;
    this.lead = null;
    this.bodies.clear();
    this.things.clear();
  }

  #head(from: Cursor, flags: number): void {
    this.full = (flags & Head.FULL) !== 0;
    if (this.full) {
      this.#forget();
      this.tick = from.u32();
    } else if (this.tick < 0) throw new WireError("snapshot: the first one must be full");
    else this.tick += flags & Head.SKIPPED ? from.u8() : 1;
    if (flags & Head.ACK) this.ackSeq = from.u32();
    else if (flags & Head.ACK_NEXT) this.ackSeq = (this.ackSeq + 1) >>> 0;
    this.check = flags & Head.CHECK ? from.u16() : null;
    if (flags & Head.MOTION) this.motion = readMotion(from, this.tick);
    if (flags & Head.GAIT) this.gait = readGait(from);
    if (flags & Head.LEAD) this.lead = from.i8();
  }

  #match(from: Cursor): void {
    const mask = maskOf(from, 5);
    const to = this.figures;
    if (mask & 1) to.alive = from.u16();
    if (mask & 2) to.teams_alive = from.u16();
    if (mask & 4) {
      to.stage = from.upTo(StageKind.OVER, from.u8(), "snapshot.stage");
      to.stage_tick = from.u32();
    }
    if (mask & 8) {
      to.zone_phase = from.u8();
      to.zone_state = from.upTo(ZoneState.CLOSED, from.u8(), "snapshot.zone_state");
      to.zone_since_tick = from.u32();
      to.zone_until_tick = from.u32();
      [to.zone_x, to.zone_y, to.zone_radius] = [from.i32(), from.i32(), from.i32()];
      [to.next_x, to.next_y, to.next_radius] = [from.i32(), from.i32(), from.i32()];
      if (to.zone_radius < 0 || to.next_radius < 0) fail("snapshot.zone_radius", "0 or more", -1);
    }
    if (mask & 16) to.eyes_slot = from.u16();
  }

  #self(from: Cursor): void {
    const mask = maskOf(from, 8);
    const to = this.figures;
    if (mask & 1) [to.self_flags, to.body_flags, to.conditions] = [from.u8(), from.u8(), from.u8()];
    if (mask & 2) to.health = from.u16();
    if (mask & 4) [to.health_max, to.mana_max] = [from.u16(), from.u16()];
    if (mask & 8) to.mana = from.u16();
    if (mask & 16) to.shield = from.u16();
    if (mask & 32) [to.kills, to.assists, to.level] = [from.u16(), from.u8(), from.u8()];
    if (mask & 64) to.progress = from.u8();
    if (mask & 128) [to.combo, to.revive, to.beam_length] = [from.u8(), from.u8(), from.u16()];
  }

  #hands(from: Cursor): void {
    const which = from.upTo(15, from.u8(), "snapshot.hands");
    this.hands.forEach((to, slot) => {
      if (!(which & (1 << slot))) return;
      const mask = maskOf(from, 5);
      if (mask & 1) [to.skill, to.level] = [from.u8(), from.u8()];
      if (mask & 2) to.charges = from.u8();
      if (mask & 4) to.ready_tick = from.u32();
      if (mask & 8) to.recharge_tick = from.u32();
      if (mask & 16) to.held_tick = from.u32();
    });
  }

  #readStatuses(from: Cursor): void {
    for (let left = from.u8(); left > 0; left -= 1) {
      const status = from.u8();
      this.statuses.set(status, { stacks: from.u8(), until_tick: from.u32() });
    }
  }

  #readBodies(from: Cursor): void {
    for (let left = from.n(); left > 0; left -= 1) {
      const slot = from.n();
      const body = this.bodies.get(slot);
      if (body === undefined) this.bodies.set(slot, enterBody(from));
      else if (!changeBody(from, body)) this.bodies.delete(slot);
    }
  }

  #readThings(from: Cursor): void {
    for (let left = from.n(); left > 0; left -= 1) {
      const id = from.n();
      const thing = this.things.get(id);
      if (thing === undefined) {
        this.#entered += 1;
        this.things.set(id, enterThing(from, this.#entered, this.tick));
      } else if (!changeThing(from, thing, this.tick)) this.things.delete(id);
    }
  }
}

/** A mask of a row that has changed: it names a group, and none that does not exist. */
function maskOf(from: Cursor, groups: number): number {
  const mask = from.u8();
  if (mask === 0 || mask >> groups !== 0) fail("snapshot.mask", `1…${(1 << groups) - 1}`, mask);
  return mask;
}

function readMotion(from: Cursor, tick: number): Motion {
  return {
    x_u: from.f64("motion.x_u"),
    y_u: from.f64("motion.y_u"),
    vx_ups: from.f64("motion.vx_ups"),
    vy_ups: from.f64("motion.vy_ups"),
    mana_mp: from.f64("motion.mana_mp"),
    buttons: from.u8(),
    tick,
  };
}

function readGait(from: Cursor): Gait {
  return {
    speed_ups: from.f64("gait.speed_ups"),
    dash_until_tick: from.u32(),
    dash_direction: from.upTo(DIRECTIONS - 1, from.u16(), "gait.dash_direction"),
    dash_speed_ups: from.f64("gait.dash_speed_ups"),
    channel_slot: from.u8(),
    channel_since_tick: from.u32(),
    channel_until_tick: from.u32(),
  };
}

function enterBody(from: Cursor): Body {
  return {
    x: from.u16(),
    y: from.u16(),
    aim: from.u8(),
    health: from.u8(),
    shield: from.u8(),
    flags: from.u8(),
    conditions: from.u8(),
    level: from.u8(),
    hold: from.u8(),
    beam_length: from.u16(),
  };
}

/** Whether it is still there. */
function changeBody(from: Cursor, body: Body): boolean {
  const mask = from.u8();
  if ((mask & 3) === 3) fail("body.mask", "one way to move", mask);
  if (mask & 1) {
    body.x += from.i8();
    body.y += from.i8();
  }
  if (mask & 2) [body.x, body.y] = [from.u16(), from.u16()];
  if (mask & 4) body.aim = from.u8();
  if (mask & 8) body.health = from.u8();
  if (mask & 16) body.shield = from.u8();
  if (mask & 32) [body.flags, body.conditions] = [from.u8(), from.u8()];
  if (mask & 64) body.level = from.u8();
  if (mask & 128) [body.hold, body.beam_length] = [from.u8(), from.u16()];
  return mask !== 0;
}
