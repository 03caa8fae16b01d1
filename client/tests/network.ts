/**
 * A server of one body and a client at the two ends of a line that takes its time: the whole way
 * from a command to the picture, in made-up time.
 */

import { factsOf } from "../src/game/ownstate";
import { Relay } from "../src/game/relay";
import { World } from "../src/game/world";
import type { Wall, Welcome } from "../src/net/messages";
import { RESYNC } from "../src/net/protocol";
import type { InputCommand } from "../src/net/wire";
import { step } from "../src/predict/predictor";
import { copyState, makeState, type OwnState } from "../src/predict/state";
import { Walls } from "../src/predict/wallgrid";
import { Bytes } from "./bytes";
import { gaitBytes, ownSnapshot } from "./ownbytes";

/** Commands the server keeps at most; the oldest goes when one more comes. */
const KEPT_MAX = 4;
const FRAME_MS = 16;
export const IDLE: InputCommand = { move: 0, aim: 0, reach: 0, buttons: 0 };

/** Numbers from 0 to 1, the same in every run. */
export function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One way of a line: nothing is lost and nothing overtakes, it only comes late. */
class Way<Thing> {
  readonly #late: () => number;
  readonly #things: { readonly atMs: number; readonly thing: Thing }[] = [];
  #lastMs = 0;

  constructor(late: () => number) {
    this.#late = late;
  }

  send(thing: Thing, nowMs: number): void {
    this.#lastMs = Math.max(this.#lastMs, nowMs + this.#late());
    this.#things.push({ atMs: this.#lastMs, thing });
  }

  *arrived(nowMs: number): Generator<Thing> {
    while ((this.#things[0]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs)
      yield (this.#things.shift() as { thing: Thing }).thing;
  }
}

export interface Setup {
  readonly welcome: Welcome;
  readonly first: Readonly<OwnState>;
  readonly obstacles?: readonly Wall[];
  /** Both ways together, and by how much each may be late. */
  readonly roundTripMs: number;
  readonly jitterMs: number;
  readonly seed: number;
  /** Newest command of a former line, of a body that has waited. */
  readonly formerSeq?: number;
  /** The server waits with its first tick until so many commands are there. */
  readonly startsWith: number;
  /** What the player does, beat by beat. */
  command(beat: number): InputCommand;
  /** After each of the server's ticks; may meddle. */
  ticked?(server: OwnState, applied: number): void;
  /** For each frame that is drawn. */
  drawn?(relay: Relay, nowMs: number): void;
}

interface Sent {
  readonly seq: number;
  readonly command: InputCommand;
}

export class Network {
  readonly relay: Relay;
  readonly world: World;
  readonly server = makeState();
  /** Commands the server has taken, and ticks in which there was none to take, after the first. */
  applied = 0;
  starved = 0;
  resyncs = 0;
  seq = 0;
  /** Skills the server refuses to cast: no event, as when a table is full. */
  readonly refuses = new Set<number>();
  readonly #setup: Setup;
  readonly #upwards: Way<Sent>;
  readonly #downwards: Way<Uint8Array>;
  readonly #walls: Walls;
  readonly #tickMs: number;
  readonly #waiting: Sent[] = [];
  /** Ids of the shots that fly, and the tick in which each ends. */
  readonly #shots = new Map<number, number>();
  #inForce: InputCommand = IDLE;
  #ackSeq = 0;
  #missing = 0;
  #gait = "";
  #nowMs = 0;
  #tickAtMs = 0;
  #beatAtMs: number | null = null;
  #frameAtMs = 0;

  constructor(setup: Setup) {
    const { welcome, first, obstacles = [] } = setup;
    this.#setup = setup;
    const draw = draws(setup.seed);
    const late = () => setup.roundTripMs / 2 + draw() * setup.jitterMs;
    this.#upwards = new Way(late);
    this.#downwards = new Way(late);
    this.#tickMs = 1000 / welcome.tickRateHz;
    const { map } = welcome;
    this.#walls = new Walls(map.width_u, map.height_u, map.walls);
    this.#walls.raise(obstacles);
    copyState(first, this.server);
    this.world = new World(welcome);
    this.relay = new Relay(this.world);
    this.#ackSeq = setup.formerSeq ?? 0;
    this.#tell(true, true, []);
  }

  /** Runs both ends until the server has taken so many commands. */
  run(commands: number): void {
    const deadline = this.#nowMs + (commands + 200) * this.#tickMs;
    while (this.applied < commands && this.#nowMs < deadline) this.#millisecond();
  }

  #millisecond(): void {
    this.#nowMs += 1;
    const nowMs = this.#nowMs;
    for (const sent of this.#upwards.arrived(nowMs)) {
      this.#waiting.push(sent);
      if (this.#waiting.length > KEPT_MAX) this.#waiting.shift();
    }
    for (const payload of this.#downwards.arrived(nowMs)) {
      this.relay.hear(payload, nowMs);
      this.#beatAtMs ??= nowMs;
    }
    const started = this.applied > 0 || this.#waiting.length >= this.#setup.startsWith;
    if (nowMs >= this.#tickAtMs && started) {
      this.#tickAtMs = Math.max(this.#tickAtMs, nowMs - 1) + this.#tickMs;
      this.#tick();
    }
    if (this.#beatAtMs !== null && nowMs >= this.#beatAtMs) {
      this.#beatAtMs += this.relay.intervalMs;
      this.#beat(nowMs);
    }
    if (nowMs >= this.#frameAtMs) {
      this.#frameAtMs += FRAME_MS;
      this.#setup.drawn?.(this.relay, nowMs);
    }
  }

  #beat(nowMs: number): void {
    const command = this.#setup.command(this.seq);
    this.seq += 1;
    const asked = { ...command, buttons: this.relay.buttonsOf(command) };
    this.#upwards.send({ seq: this.seq, command: asked }, nowMs);
    this.relay.sent(this.seq, command, nowMs);
  }

  #tick(): void {
    const next = this.#waiting.shift();
    let asked = false;
    if (next === undefined) {
      this.#missing += 1;
      if (this.applied > 0) this.starved += 1;
    } else {
      asked = (next.command.buttons & RESYNC) !== 0;
      this.#missing = 0;
      this.#inForce = { ...next.command, buttons: next.command.buttons & ~RESYNC };
      this.#ackSeq = next.seq;
      this.applied += 1;
      if (asked) this.resyncs += 1;
    }
    const facts = factsOf(this.#setup.welcome);
    const { tick, x_u, y_u } = this.server;
    const cast = step(this.server, this.#inForce, facts, this.#walls, this.server);
    this.#setup.ticked?.(this.server, this.applied);
    const skills = [0, 1, 2, 3]
      .filter((slot) => cast & (2 << slot))
      .map((slot) => this.server.skill[slot] ?? 0)
      .filter((skill) => !this.refuses.has(skill));
    const things = skills.flatMap((skill) => this.#shoot(skill, tick, x_u, y_u));
    for (const [id, endTick] of this.#shots) {
      if (endTick > tick) continue;
      this.#shots.delete(id);
      things.push(Uint8Array.from([id, 0]));
    }
    this.#tell(false, asked || next === undefined, skills, things);
  }

  /** A shot of the own body's, in the page's numbers, as it is when its first tick is over. */
  #shoot(index: number, tick: number, x_u: number, y_u: number): Uint8Array[] {
    const { rules, tickRateHz } = this.#setup.welcome;
    const skill = rules.skills[index];
    if (skill?.kind !== "projectile") return [];
    const id = tick % 100;
    this.#shots.set(id, tick + skill.life_ticks);
    const angle = (this.#inForce.aim / 4096) * 2 * Math.PI;
    const way = skill.speed_ups / tickRateHz;
    const [vx, vy] = [Math.cos(angle) * way, Math.sin(angle) * way];
    const whole = (value: number) => Math.round(value) & 0xffff;
    const row = new Bytes().u8(id, 1).u16(whole((x_u + vx) * 64), whole((y_u + vy) * 64));
    row.u16(whole(vx * 1024), whole(vy * 1024), 3).u8(index, 9);
    return [row.array];
  }

  #tell(
    full: boolean,
    exact: boolean,
    casts: readonly number[],
    things: readonly Uint8Array[] = [],
  ): void {
    const gait = String(gaitBytes(this.server));
    const changed = full || gait !== this.#gait;
    this.#gait = gait;
    const payload = ownSnapshot({
      ...{ full, own: this.server, ackSeq: this.#ackSeq, exact: exact || changed, casts, things },
      gait: changed,
      lead: this.#missing > 0 ? -Math.min(128, this.#missing) : this.#waiting.length,
      obstacles: full ? (this.#setup.obstacles ?? []) : [],
    });
    this.#downwards.send(payload, this.#nowMs);
  }
}
