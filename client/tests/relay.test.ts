import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Welcome } from "../src/net/messages";
import { Button, StageKind } from "../src/net/protocol";
import { welcome } from "../src/net/welcome";
import { firstDifference, makeState, type OwnState } from "../src/predict/state";
import { SKILLS, welcomeMessage } from "./bytes";
import { draws, IDLE, Network, type Setup } from "./network";
import { ownSnapshot } from "./ownbytes";
import { At, type Batch, readVectors, STEP_BYTES } from "./predict/vectorfile";

const FILE = new URL("../../tests/vectors/prediction.bin", import.meta.url);
const VECTORS = readVectors(readFileSync(FILE));
const PLAIN = welcome(welcomeMessage());
const LINE = { roundTripMs: 150, jitterMs: 20, startsWith: 1 };
/** Fewer ticks without another obstacle say little. */
const TICKS_MIN = 15;

/** Nothing had to be put right, and nothing had to be asked for. */
function undisturbed({ relay, resyncs, starved }: Network) {
  const { prediction, misses } = relay.pilot;
  return [prediction?.corrections, prediction?.surprises, misses, resyncs, starved];
}
const NOTHING = [0, 0, 0, 0, 0];

/** What WELCOME would say of the rules and the world of a batch of recorded steps. */
function welcomeOf(batch: Batch): Welcome {
  const facts = VECTORS.rules[batch.rules];
  const world = VECTORS.worlds[batch.world];
  const [first] = batch.first;
  if (facts === undefined || world === undefined || first === undefined) throw new Error("no such");
  const level = {
    speed_ups: first.base_speed_ups,
    mana_max_mp: first.mana_max_mp,
    mana_mp_per_tick: first.mana_mp_per_tick,
  };
  const [kind] = PLAIN.rules.classes;
  const [skill] = PLAIN.rules.skills;
  const [status] = PLAIN.rules.statuses;
  if (kind === undefined || skill === undefined || status === undefined) throw new Error("no such");
  return {
    ...PLAIN,
    tickRateHz: 1 / facts.dt_s,
    map: { ...PLAIN.map, ...world },
    rules: {
      ...PLAIN.rules,
      ...facts,
      body_radius_u: facts.radius_u,
      classes: [{ ...kind, levels: [level] }],
      skills: facts.skills.map((given) => ({ ...skill, ...given })),
      statuses: facts.statuses.map((given) => ({ ...status, ...given })),
    },
  };
}

/** Ticks until other obstacles stand, of which no client knows before it is told. */
function quietTicks({ obstacles, ticks }: Batch): number {
  return Math.min(ticks, ...obstacles.map(([tick]) => tick).filter((tick) => tick > 0));
}

const QUIET = VECTORS.batches.filter(
  (batch) => quietTicks(batch) >= TICKS_MIN && batch.first[0]?.alive === true,
);

function commandAt({ steps }: Batch, tick: number) {
  const at = tick * STEP_BYTES;
  return {
    ...IDLE,
    move: steps.getUint16(at + At.move, true),
    aim: steps.getUint16(at + At.aim, true),
    buttons: steps.getUint8(at + At.buttons),
  };
}

const DOUBLES = ["x_u", "y_u", "vx_ups", "vy_ups", "mana_mp"] as const;

function standing(more: Partial<OwnState> = {}): OwnState {
  const [level] = PLAIN.rules.classes[0]?.levels ?? [];
  const made = makeState();
  made.skill.set([0, 1, 2, 3]);
  made.charges.fill(1);
  return Object.assign(made, {
    ...{ tick: 500, stage: StageKind.PLAY, alive: true, x_u: 60, y_u: 60 },
    ...{ base_speed_ups: level?.speed_ups, speed_ups: level?.speed_ups },
    ...{ mana_mp: 50, mana_max_mp: 120, mana_mp_per_tick: 0.1 },
    ...more,
  });
}

/** Somebody who runs about, dashes and shoots, seldom doing the same for long. */
function player(seed: number): (beat: number) => typeof IDLE {
  const draw = draws(seed);
  let now = IDLE;
  return () => {
    if (draw() > 0.12) return now;
    const pick = (bit: number, chance: number) => (draw() < chance ? bit : 0);
    const buttons =
      pick(Button.MOVE, 0.8) |
      pick(Button.PRIMARY, 0.3) |
      pick(Button.SECONDARY, 0.2) |
      pick(Button.MOBILITY, 0.2);
    const turn = () => Math.floor(draw() * 4096);
    now = { ...IDLE, move: turn(), aim: turn(), buttons };
    return now;
  };
}

function network(more: Partial<Setup> = {}): Network {
  const setup = { ...LINE, welcome: PLAIN, first: standing(), seed: 1, command: () => IDLE };
  return new Network({ ...setup, ...more });
}

describe("the whole way, 150 ms there and back, up to 20 ms late each way", {
  timeout: 60_000,
}, () => {
  it("has enough recorded movement to go by", () => {
    expect(QUIET.length).toBeGreaterThan(10);
  });

  it.each(QUIET.map((batch, index) => [index, batch] as const))(
    "needs no correction where the kernels' recorded movement is played, %i",
    (index, batch) => {
      const ticks = quietTicks(batch);
      const own = welcomeOf(batch);
      const recorded = (server: OwnState, applied: number) => {
        const at = (applied - 1) * STEP_BYTES;
        const wanted = DOUBLES.map((field) => batch.steps.getFloat64(at + At[field], true));
        // The server at the other end is the kernels', bit for bit.
        if (applied <= ticks) expect(DOUBLES.map((field) => server[field])).toEqual(wanted);
      };
      const line = network({
        welcome: own,
        first: batch.first[0] as OwnState,
        obstacles: batch.obstacles.find(([tick]) => tick === 0)?.[1] ?? [],
        seed: index + 1,
        startsWith: Math.ceil(0.06 * own.tickRateHz),
        command: (beat) => commandAt(batch, Math.min(beat, ticks - 1)),
        ticked: recorded,
      });
      line.run(ticks);
      expect([line.applied, ...undisturbed(line)]).toEqual([ticks, ...NOTHING]);
      expect(line.relay.pilot.prediction?.refreshes).toBe(0);
    },
  );

  it.each([1, 2, 3])("needs none in half a minute of running, dashing and shooting, %i", (seed) => {
    const ahead: number[] = [];
    const line = network({
      seed,
      command: player(seed),
      drawn: ({ pilot, clock }, nowMs) => {
        const own = pilot.tick(nowMs);
        const told = clock.estimate(nowMs);
        if (own !== null && told !== null) ahead.push(own - told);
      },
    });
    line.run(900);
    const [corrections, surprises, misses] = undisturbed(line);
    expect([corrections, surprises, misses, line.resyncs]).toEqual([0, 0, 0, 0]);
    expect(line.starved).toBeLessThan(3);
    // The body is drawn ahead of the newest that could be known, by the way there and back.
    const late = ahead.slice(500);
    const mean = late.reduce((sum, ticks) => sum + ticks, 0) / late.length;
    expect(mean).toBeGreaterThan(4);
    expect(mean).toBeLessThan(8);
  });

  it("comes to rest where the server has the body, to the last bit", () => {
    const move = player(4);
    const line = network({ seed: 4, command: (beat) => (beat < 300 ? move(beat) : IDLE) });
    line.run(380);
    const { state } = line.relay.pilot.prediction ?? {};
    expect(state?.x_u).toBe(line.server.x_u);
    expect(state?.y_u).toBe(line.server.y_u);
    const { former } = line.relay.pilot.prediction ?? {};
    if (!former || !state) throw new Error("nothing predicted");
    expect(
      firstDifference(
        { ...former, tick: 0, mana_mp: 0 } as OwnState,
        {
          ...state,
          ...{ tick: 0, mana_mp: 0 },
        } as OwnState,
      ),
    ).toBeNull();
  });

  it.each([0, 2, 5000])("takes up a body that waited, whose last command was %i", (formerSeq) => {
    const line = network({
      ...{ welcome: { ...PLAIN, mode: "back" }, formerSeq, seed: 5, startsWith: 0 },
      command: player(5),
    });
    line.run(100);
    expect(undisturbed(line)).toEqual(NOTHING);
  });

  it("glides to where somebody pushed it, once", () => {
    const places: number[] = [];
    const line = network({
      command: () => IDLE,
      ticked: (server, applied) => {
        if (applied === 60) server.x_u += 0.5;
      },
      drawn: (relay, nowMs) => {
        const pose = relay.pilot.pose(nowMs);
        if (pose !== null) places.push(pose.x);
      },
    });
    line.run(120);
    const { corrections } = line.relay.pilot.prediction ?? {};
    expect([corrections, line.relay.pilot.misses]).toEqual([1, 1]);
    expect(line.resyncs).toBeGreaterThan(0);
    const steps = places.map((x, frame) => Math.abs(x - (places[frame - 1] ?? x)));
    expect(Math.max(...steps)).toBeLessThan(0.1);
    expect(places.at(-1)).toBeCloseTo(60.5, 3);
  });

  it("moves on the glass with the first command, long before the server knows", () => {
    let moved: number | null = null;
    let told: number | null = null;
    const line = network({
      command: (beat) => (beat < 30 ? IDLE : { ...IDLE, move: 0, buttons: Button.MOVE }),
      drawn: (relay, nowMs) => {
        const view = relay.view(nowMs, 0);
        if (moved === null && (view?.self?.x ?? 60) > 60.05) moved = nowMs;
        if (told === null && (relay.pilot.place?.x ?? 60) > 60.05) told = nowMs;
      },
    });
    line.run(60);
    expect((told ?? 0) - (moved ?? 0)).toBeGreaterThan(130);
  });
});

describe("on the glass", { timeout: 60_000 }, () => {
  it("a skill is spent at once", () => {
    const waits: number[] = [];
    const line = network({
      command: (beat) => ({ ...IDLE, buttons: beat === 30 ? Button.MOBILITY : 0 }),
    });
    line.run(29);
    while (line.seq <= 30) line.run(line.applied + 1);
    waits.push(line.world.latest?.self.slots[3]?.waitTicks ?? -1);
    waits.push(line.world.shown?.self.slots[3]?.waitTicks ?? -1);
    expect(waits[0]).toBe(0);
    expect(waits[1]).toBeGreaterThan((SKILLS[3]?.cooldown_ticks as number) - 10);
  });

  it("another picture takes the place of the former, also one of an earlier time", () => {
    const line = network();
    line.run(60);
    const { relay, world } = line;
    expect(relay.view(5000, 0)?.tick).toBeGreaterThan(500);
    const own = { ...standing(), tick: 300 };
    const told = { ackSeq: 60, exact: true, gait: true, lead: 1 };
    relay.hear(ownSnapshot({ ...told, full: true, own }), 5010);
    expect([world.latest?.tick, relay.ack]).toEqual([300, 300]);
    const view = relay.view(5020, 0);
    expect(view?.tick).toBeLessThan(301);
    expect(relay.health.read(5020).missed).toBeNull();
  });

  it("a body that died stands where it was last seen, whatever is pressed", () => {
    let places: (number | undefined)[] = [];
    const line = network({
      command: () => ({ ...IDLE, buttons: Button.MOVE | Button.PRIMARY }),
      drawn: (relay, nowMs) => {
        if (line.applied === 40) relay.fell();
        if (line.applied >= 40) places.push(relay.view(nowMs, 0)?.self?.x);
      },
    });
    line.run(42);
    expect(places.length).toBeGreaterThan(2);
    expect([line.relay.pilot.prediction, line.world.predicted]).toEqual([null, null]);
    places = places.slice(0, 3);
    // Drawn by what was told, it is behind where it had been predicted.
    expect(Math.max(...places.map((x) => x ?? 0))).toBeLessThan(line.server.x_u);
  });

  it("others' figures stay as they are told where there is no body", () => {
    const line = network();
    line.run(20);
    expect(line.world.predicted).not.toBeNull();
    line.server.alive = false;
    line.run(40);
    expect(line.relay.pilot.prediction).toBeNull();
    expect(line.world.predicted).toBeNull();
    expect(line.world.isOwn).toBe(false);
    expect(line.relay.view(99_999, 0)?.self).toBeNull();
  });
});
