/**
 * Between the line and the picture of one match: snapshots in, commands out, and what to draw. No
 * sockets, no timers: whoever calls says what time it is.
 *
 *   payload → mirror → pilot (own body) → frame → world → view, with the pilot's pose in it
 */

import { ServerClock } from "../net/clock";
import { HealthMeter } from "../net/health";
import { NEVER_HELD } from "../net/known";
import { Mirror } from "../net/mirror";
import { Button, EventKind, NOBODY, PlayerFlag, RESYNC, SKILL_SLOTS } from "../net/protocol";
import type { EventRow, SelfRow, SlotRow } from "../net/rows";
import type { InputCommand } from "../net/wire";
import { NO_SLOT, NOBODY as NOT_HELD, type OwnState } from "../predict/state";
import { OwnCasts, type OwnShot } from "./casts";
import { angleOf, fan } from "./direction";
import { frameOf, slotRow } from "./frames";
import type { PlayerPose, WorldView } from "./interpolate";
import { Pilot } from "./pilot";
import { Steering } from "./steering";
import type { World } from "./world";

export class Relay {
  readonly pilot: Pilot;
  readonly clock: ServerClock;
  readonly health: HealthMeter;
  readonly steering = new Steering();
  readonly casts: OwnCasts;
  snapshots = 0;
  /** The tick that was drawn last, of all but the own body; null before the first. */
  drawnTick: number | null = null;
  /** When the newest snapshot came. */
  heardMs: number | null = null;
  readonly #world: World;
  readonly #mirror = new Mirror();
  readonly tickMs: number;
  /** Of a body that waited, the last line's newest command: until another is told, none of this one. */
  #formerAck: number | null = null;
  /** Aim of the newest command: the own body turns with the hand. */
  #aim = 0;

  constructor(world: World) {
    const { welcome } = world;
    this.#world = world;
    this.pilot = new Pilot(welcome);
    this.clock = new ServerClock(welcome.tickRateHz);
    this.health = new HealthMeter(welcome.tickRateHz);
    this.casts = new OwnCasts(welcome.slot);
    this.tickMs = 1000 / welcome.tickRateHz;
  }

  /** Newest tick that was told, to be acknowledged; 0 before the first. */
  get ack(): number {
    return Math.max(0, this.#mirror.tick);
  }

  /** Commands that wait at the server; null where it does not say. */
  get lead(): number | null {
    return this.#mirror.lead;
  }

  /** How long to wait between two commands. */
  get intervalMs(): number {
    return this.tickMs * this.steering.stretch;
  }

  /** The buttons to send: those that are held, and the wish for the exact state. */
  buttonsOf({ buttons }: InputCommand): number {
    return this.pilot.asks ? buttons | RESYNC : buttons;
  }

  /** A snapshot came. Throws WireError. */
  hear(payload: Uint8Array, nowMs: number): void {
    const mirror = this.#mirror;
    const world = this.#world;
    mirror.apply(payload);
    if (mirror.full) this.#beginPicture();
    const ackSeq = this.#ackSeq();
    this.pilot.heard(mirror, world.entrant(world.selfSlot)?.role ?? NOBODY, nowMs, ackSeq);
    const { place } = this.pilot;
    if (place === null) this.casts.clear();
    const frame = frameOf(mirror, place, {
      selfSlot: world.selfSlot,
      aim: this.#aim,
      skill: (index) => world.skill(index),
      teamOf: (slot) => world.entrant(slot)?.team ?? null,
    });
    const isCast = (seq: number, bit: number) =>
      ((this.pilot.prediction?.castsOf(seq) ?? 0) & bit) !== 0;
    world.addSnapshot(this.casts.settle(ackSeq, frame, isCast));
    this.clock.observe(mirror.tick, nowMs);
    this.health.snapshot(mirror.tick, nowMs);
    this.steering.heard(mirror.lead);
    this.heardMs = nowMs;
    this.snapshots += 1;
    this.#showSelf();
  }

  /** A command was sent. */
  sent(seq: number, command: InputCommand, nowMs: number): void {
    this.#aim = command.aim;
    const casts = this.pilot.sent(seq, command, nowMs);
    for (let slot = 0; slot < SKILL_SLOTS; slot += 1) {
      if (casts & (Button.PRIMARY << slot)) this.#cast(seq, slot, command);
    }
    this.#showSelf();
  }

  /** The own body has died: what follows may be long in coming, and no hand moves it any more. */
  fell(): void {
    this.pilot.stop();
    this.casts.clear();
    this.#showSelf();
  }

  /** The world as it is to be drawn now, null before the first snapshot; `aim` is the hand's. */
  view(nowMs: number, aim: number): WorldView | null {
    const tick = this.clock.renderTick(nowMs);
    this.drawnTick = tick;
    const view = tick === null ? null : this.#world.view(tick);
    const own = this.pilot.tick(nowMs);
    const pose = this.pilot.pose(nowMs);
    if (view === null || own === null || pose === null || view.self === null) return view;
    const self = this.#selfPose({ ...view.self, ...pose, angle: angleOf(aim) });
    return {
      ...view,
      self,
      eyes: self,
      players: view.players.map((other) => (other.slot === self.slot ? self : other)),
      projectiles: this.casts.ahead(view.projectiles, { own, others: view.tick }),
    };
  }

  /** Newest command of this line that the server has applied; 0 for none. */
  #ackSeq(): number {
    const { ackSeq } = this.#mirror;
    if (this.snapshots === 0 && this.#world.welcome.mode === "back") this.#formerAck = ackSeq;
    if (ackSeq !== this.#formerAck) this.#formerAck = null;
    return this.#formerAck === null ? ackSeq : 0;
  }

  /** Whatever was known before is another's, or of another time. */
  #beginPicture(): void {
    this.#world.snapshots.clear();
    this.clock.restart();
    this.health.restart();
    this.casts.clear();
  }

  /** What the own body does at once: dash, charge, end a beam. */
  #selfPose(pose: PlayerPose): PlayerPose {
    const own = this.pilot.steps?.[1];
    if (own === undefined) return pose;
    const dashing = own.dash_until_tick >= own.tick ? PlayerFlag.DASHING : 0;
    const slots = this.#world.shown?.self.slots ?? [];
    return {
      ...pose,
      flags: (pose.flags & ~PlayerFlag.DASHING) | dashing,
      hold: Math.max(0, ...slots.map(({ held }) => held)),
      beam_u: own.channel_slot === NO_SLOT ? 0 : pose.beam_u,
    };
  }

  #cast(seq: number, slot: number, command: InputCommand): void {
    const [from] = this.pilot.steps ?? [];
    const index = from?.skill[slot];
    const skill = index === undefined ? null : this.#world.skill(index);
    if (from === undefined || index === undefined || skill === null) return;
    const bit = Button.PRIMARY << slot;
    const flies = skill.kind === "projectile" || skill.kind === "homing";
    const shots = flies ? this.#shotsOf(from, slot, index, command.aim) : [];
    this.casts.add({ seq, bit, skill: index, tick: from.tick, shots });
    this.#world.addOwnEvent(castEvent(this.#world.selfSlot, index, from));
  }

  #shotsOf(from: Readonly<OwnState>, slot: number, index: number, aim: number): OwnShot[] {
    const skill = this.#world.skill(index);
    const { speed_ups = 0, life_ticks = 0, hold_ticks = 0 } = skill ?? {};
    const { fan_count = 1, fan_directions = 0 } = skill ?? {};
    const { radius_u = 0, charge_radius = 1 } = skill ?? {};
    const held = from.held_tick[slot] ?? NOT_HELD;
    const charge = held === NOT_HELD ? 0 : Math.min(1, (from.tick - held) / hold_ticks);
    const radius = radius_u * (1 + (charge_radius - 1) * charge);
    const way = speed_ups / this.#world.welcome.tickRateHz;
    const [x, y] = [from.x_u, from.y_u];
    const owner = this.#world.selfSlot;
    return fan(aim, fan_count, fan_directions).map((heading) => {
      const angle = angleOf(heading);
      const [vx, vy] = [Math.cos(angle) * way, Math.sin(angle) * way];
      const reach = this.pilot.reach({ x, y }, vx * life_ticks, vy * life_ticks, radius);
      const row = { key: 0, x, y, vx, vy, owner, skill: index, radius };
      return { row, flight_ticks: reach * life_ticks };
    });
  }

  /** The figures on the glass: what is told, with the hands and the mana that are predicted. */
  #showSelf(): void {
    const { latest } = this.#world;
    const own = this.pilot.steps?.[1];
    if (latest === null || own === undefined || !latest.own) {
      this.#world.predicted = null;
      return;
    }
    const slots = latest.self.slots.map((row, slot) => this.#slotOf(row, slot, own));
    const self: SelfRow = { ...latest.self, slots, manaMp: own.mana_mp, conditions: own.flags };
    this.#world.predicted = self;
  }

  #slotOf(told: SlotRow, slot: number, own: Readonly<OwnState>): SlotRow {
    const held = own.held_tick[slot] ?? NOT_HELD;
    const hand = {
      skill: told.skill,
      level: told.level,
      charges: own.charges[slot] ?? told.charges,
      ready_tick: own.ready_tick[slot] ?? 0,
      recharge_tick: own.recharge_tick[slot] ?? 0,
      held_tick: held === NOT_HELD ? NEVER_HELD : held,
    };
    return slotRow(hand, own.tick, this.#world.skill(told.skill));
  }
}

function castEvent(self: number, skill: number, from: Readonly<OwnState>): EventRow {
  const place = { x: from.x_u, y: from.y_u, at: self };
  return { kind: EventKind.CAST, a: self, b: NOBODY, ...place, cause: skill, amount: 0 };
}
