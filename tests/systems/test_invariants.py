"""Whole matches with hostile inputs: what must hold after every tick, whatever people send."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from ecs import kernel
from ecs.columns import Identity, Rows
from ecs.world import World
from schema.balance import Balance
from schema.columns import (
    Clock,
    Flight,
    Fuse,
    Motion,
    Outcome,
    Position,
    Spent,
    Tally,
    Vitals,
    Zone,
)
from schema.commands import COMMAND, JOIN, LEAVE, TickInputs, in_slot_order
from schema.events import NOBODY
from systems import tick as ticking
from systems.bots import Bots
from systems.rules import Rules, Terrain
from tests.systems.matches import hostile_commands, new_world, quick_balance

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

ROOT = Path(__file__).resolve().parents[2]
TICKS_MAX = 1500
ROUNDING = 1e-9
SKIN_U = 8 / 1024  # at most eight contacts in a tick, a skin each


@dataclass
class Judge:
    """Looks at a world after every tick."""

    world: World
    former: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    tick: int = 0
    furthest_u: float = 0.0
    fullest: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules, self.terrain = self.world.resource(Rules), self.world.resource(Terrain)
        dash = self.rules.balance.skills.dash.speed_ups
        self.body_u = self.rules.balance.body.radius_u
        self.reach_u = dash * self.rules.dt_s + self.body_u + SKIN_U

    def look(self) -> None:
        self.tick += 1
        assert self.world.group("match", Clock).tick[0] == self.tick
        self.numbers()
        self.players()
        for table, owners in (("projectiles", Flight), ("areas", Fuse)):
            self.entities(table, owners)

    def numbers(self) -> None:
        for placed in self.world.layout.columns:
            if placed.column.dtype.kind == "f":
                assert np.isfinite(placed.view(self.world.block)).all(), placed.name
        for table, capacity in self.world.layout.capacities.items():
            if table != "match":
                count = int(self.world.group(table, Rows).count[0])
                assert 0 <= count <= capacity
                self.fullest[table] = max(self.fullest.get(table, 0), count)
        for table in ("hits", "events"):
            capacity = self.world.scratch_layout.capacities[table]
            assert 0 <= self.world.group(table, Rows).count[0] <= capacity
        zone = self.world.group("match", Zone)
        apart = np.hypot(zone.next_x_u - zone.x_u, zone.next_y_u - zone.y_u)
        assert apart + zone.next_radius_u <= zone.radius_u + ROUNDING

    def players(self) -> None:
        world = self.world
        count = int(world.group("players", Rows).count[0])
        vitals, tally = world.group("players", Vitals), world.group("players", Tally)
        motion, position = world.group("players", Motion), world.group("players", Position)
        alive = vitals.alive[:count] != 0
        health = vitals.health_hp[:count]
        outcome = world.group("match", Outcome)
        assert outcome.alive[0] == alive.sum()
        assert ((health > 0) == alive).all()
        assert (health <= self.rules.balance.body.health_max_hp).all()
        assert not vitals.alive[count:].any()
        places = np.column_stack([position.x_u[:count], position.y_u[:count]])
        self.outside_walls(places[alive])
        moved = places[: len(self.former)] - self.former
        far = np.hypot(moved[:, 0], moved[:, 1])
        assert (far <= self.reach_u).all()
        self.furthest_u = max(self.furthest_u, far.max(initial=0.0))
        speed = np.hypot(motion.vx_ups[:count], motion.vy_ups[:count])
        assert (speed <= self.rules.balance.skills.dash.speed_ups * (1 + ROUNDING)).all()
        self.former = places
        # Places from the last down, each once; the dead hold them, and the winner the first.
        places_taken = sorted(tally.placement[:count][tally.placement[:count] > 0].tolist())
        first = 1 if outcome.over[0] else int(outcome.alive[0]) + 1
        assert places_taken == list(range(first, count + 1))
        assert ((tally.placement[:count] == 0) == (alive & (outcome.over[0] == 0))).all()
        assert not (tally.killer[:count] == np.arange(count)).any()
        assert tally.kills.sum() == (tally.killer[:count] != NOBODY).sum()
        assert tally.dealt_hp.sum() <= tally.taken_hp.sum() + 1e-6
        lost = self.rules.balance.body.health_max_hp - health
        assert np.allclose(tally.taken_hp[:count], lost, atol=1e-6)

    def outside_walls(self, places: np.ndarray) -> None:
        frame, walls, radius = self.terrain.frame, self.terrain.walls, self.body_u
        assert (places >= radius).all()
        assert (places <= frame[:2] - radius).all()
        beyond = np.abs(places[:, None, :] - walls[None, :, :2]) - walls[None, :, 2:4]
        gaps = np.hypot(*np.maximum(beyond, 0.0).transpose(2, 0, 1)) - walls[None, :, 4]
        assert (gaps >= radius - ROUNDING).all()

    def entities(self, table: str, owners: type[Flight] | type[Fuse]) -> None:
        world = self.world
        capacity = world.layout.capacities[table]
        count = int(world.group(table, Rows).count[0])
        position, identity = world.group(table, Position), world.group(table, Identity)
        frame = self.terrain.frame
        assert ((position.x_u >= 0) & (position.x_u <= frame[0])).all()
        assert ((position.y_u >= 0) & (position.y_u <= frame[1])).all()
        assert not world.group(table, Spent).gone.any()
        slots = identity.slot[:count].tolist() + identity.free[: capacity - count].tolist()
        assert sorted(slots) == list(range(capacity))
        owner = world.group(table, owners).owner[:count]
        assert ((owner >= 0) & (owner < world.group("players", Rows).count[0])).all()
        for placed in world.layout.of_table(table):
            if placed.column.length is None and not placed.column.by_slot:
                assert not placed.view(world.block)[count:].any(), placed.name


@dataclass
class Played:
    """A match as it went: inputs and hashes by tick, and keyframes now and then."""

    world: World
    judge: Judge
    inputs: list[TickInputs] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    keyframes: dict[int, bytes] = field(default_factory=dict)


def hostile_inputs(rng: np.random.Generator, world: World, players: int) -> TickInputs:
    """Anything in any order: strangers, the dead, the same slot twice, bits nobody defined."""
    joins, leaves = np.zeros(0, dtype=JOIN), np.zeros(0, dtype=LEAVE)
    entered = int(world.group("players", Rows).count[0])
    if rng.random() < 0.05 or entered < 2:
        wanted = [entered + int(step) for step in rng.integers(-1, 3, rng.integers(1, 4))]
        wanted += [entered] * (entered < 2)
        joins = np.array([(max(0, slot), rng.integers(2)) for slot in wanted], dtype=JOIN)
    if rng.random() < 0.01:
        leaves = np.array([(s,) for s in rng.integers(0, players + 1, 2)], dtype=LEAVE)
    commands = hostile_commands(rng, players, int(rng.integers(0, players + 4)))
    rng.shuffle(commands)
    return TickInputs(
        commands=in_slot_order(commands), joins=in_slot_order(joins), leaves=in_slot_order(leaves)
    )


def play(
    seed: int,
    players: int,
    balance: Balance | None = None,
    rate_hz: int = 30,
    room: dict[str, int] | None = None,
) -> Played:
    world = new_world(players, seed, balance=balance, rate_hz=rate_hz, room=room)
    played = Played(world, Judge(world))
    rng = np.random.default_rng(seed)
    bots = Bots(world)
    outcome = world.group("match", Outcome)
    while not outcome.over[0] and played.judge.tick < TICKS_MAX:
        inputs = hostile_inputs(rng, world, players)
        if seed % 2:
            # Bots among them: somebody has to aim.
            both = np.concatenate([bots.decide(), inputs.commands])
            inputs = TickInputs(in_slot_order(both)[:players], inputs.joins, inputs.leaves)
        if played.judge.tick % 97 == 0:
            played.keyframes[played.judge.tick] = world.keyframe()
        ticking.step(world, inputs)
        played.inputs.append(inputs)
        played.hashes.append(world.state_hash())
        played.judge.look()
    return played


@pytest.mark.parametrize(
    ("seed", "players", "balance", "rate_hz"),
    [
        *((seed, 10 + seed, None, 30) for seed in range(1, 10)),
        (10, 3, None, 30),
        (11, 24, None, 30),
        (12, 16, None, 10),
        (13, 8, quick_balance(shrink_s=2.0), 60),
        (15, 60, quick_balance(shrink_s=12.0), 30),
    ],
)
def test_a_hostile_match(seed: int, players: int, balance: Balance | None, rate_hz: int) -> None:
    played = play(seed, players, balance, rate_hz)
    world, judge = played.world, played.judge
    outcome, tally = world.group("match", Outcome), world.group("players", Tally)
    count = int(world.group("players", Rows).count[0])
    # It was a match: people moved, shot, and all but one of them died.
    assert judge.tick > 100
    assert count > 1
    assert judge.furthest_u > judge.rules.balance.body.speed_ups / rate_hz
    assert judge.fullest["projectiles"] > 0
    assert judge.fullest["areas"] > 0
    assert outcome.refused_commands[0] > 0
    # And it was decided, for one of them.
    assert outcome.over[0] == 1
    assert outcome.over_tick[0] == judge.tick - 1
    assert sorted(tally.placement[:count]) == list(range(1, count + 1))
    assert tally.placement[outcome.winner[0]] == 1
    # After the end the world goes on, and the result stands.
    result, winner = tally.placement.tolist(), int(outcome.winner[0])
    for _ in range(60):
        ticking.step(world, TickInputs(joins=np.array([(count, 0)], dtype=JOIN)))
        judge.tick += 1
    assert (tally.placement.tolist(), int(outcome.winner[0])) == (result, winner)
    assert world.group("players", Rows).count[0] == count


@pytest.mark.parametrize("spot", [(20.0, 15.0), (12.0, 9.2), (0.5, 0.5), (32.4, 27.5)])
def test_a_crowd_that_enters_on_one_spot(spot: tuple[float, float]) -> None:
    """In the open, between two walls, in the corner of the world and beside a block."""
    players = 40
    world = new_world(players, 9, spawns=[spot])
    judge, rng = Judge(world), np.random.default_rng(9)
    joins = np.array([(slot, 0) for slot in range(players)], dtype=JOIN)
    for tick in range(90):
        commands = in_slot_order(hostile_commands(rng, players, players))
        ticking.step(world, TickInputs(commands, joins if tick == 0 else joins[:0]))
        if tick == 0:
            judge.former = np.tile(spot, (players, 1))
        judge.look()
    position = world.group("players", Position)
    alive = world.group("players", Vitals).alive != 0
    places = np.column_stack([position.x_u, position.y_u])[alive]
    assert len(np.unique(places.round(3), axis=0)) == len(places), "they came apart"


TIGHT = {"projectiles": 3, "areas": 2, "hits": 3, "events": 4}


@pytest.mark.parametrize("seed", [21, 23, 25])
def test_a_match_in_tables_that_are_much_too_small(seed: int) -> None:
    """Reaching a capacity has a rule and a counter: everything else goes on as ever."""
    played = play(seed, 20, room=TIGHT)
    world = played.world
    assert played.judge.fullest["projectiles"] == 3
    for table in TIGHT:
        assert world.group(table, Rows).refused[0] > 0, table
    assert world.group("match", Outcome).over[0] == 1


def rerun(world: World, played: Played, start: int, *, spoil_scratch: bool = False) -> None:
    """Apply the inputs from ``start`` on and compare every hash."""
    rng = np.random.default_rng(start)
    for tick in range(start, len(played.inputs)):
        if spoil_scratch:
            world.scratch[:] = rng.integers(0, 256, world.scratch.size, dtype=np.uint8)
        ticking.step(world, played.inputs[tick])
        assert world.state_hash() == played.hashes[tick], f"tick {tick} from {start}"


@pytest.fixture(scope="module")
def match() -> Played:
    return play(7, 14)


def test_every_keyframe_leads_to_the_same_end(match: Played) -> None:
    twin = ticking.fork(match.world)
    assert len(match.keyframes) > 3
    for tick in reversed(match.keyframes):
        twin.restore(match.keyframes[tick])
        rerun(twin, match, tick)


def test_a_second_world_from_the_start(match: Played) -> None:
    rerun(new_world(14, 7), match, 0)


def test_nothing_carries_over_in_scratch(match: Played) -> None:
    world = new_world(14, 7)
    rerun(world, match, 0, spoil_scratch=True)


def test_two_worlds_in_turn_do_not_touch_each_other(match: Played) -> None:
    tick = max(match.keyframes)
    one, two = ticking.fork(match.world), ticking.fork(match.world)
    one.restore(match.keyframes[tick])
    two.restore(match.keyframes[0])
    for step in range(min(60, len(match.inputs) - tick)):
        ticking.step(one, match.inputs[tick + step])
        ticking.step(two, match.inputs[step])
        assert one.state_hash() == match.hashes[tick + step]
        assert two.state_hash() == match.hashes[step]


def test_arrival_order_does_not_reach_the_tick() -> None:
    """One command for each slot, posted in any order."""
    players = 10
    one, two = new_world(players, 3), new_world(players, 3)
    rng = np.random.default_rng(3)
    joins = np.array([(slot, 0) for slot in range(players)], dtype=JOIN)
    for tick in range(300):
        commands = np.zeros(players, dtype=COMMAND)
        commands[:] = hostile_commands(rng, players, players)
        commands["slot"] = rng.permutation(players)
        entering = joins if tick == 0 else joins[:0]
        ticking.step(one, TickInputs(in_slot_order(commands), in_slot_order(entering)))
        shuffle = rng.permutation(players)
        ticking.step(
            two, TickInputs(in_slot_order(commands[shuffle]), in_slot_order(entering[::-1]))
        )
        assert one.state_hash() == two.state_hash(), tick


PLAIN = """
import sys
from tests.systems.test_invariants import play_short
print(*play_short(), sep="\\n")
"""


def play_short() -> list[int]:
    """Hashes of a crowded little match: bots, hits, deaths and the zone within 4 s."""
    world = new_world(6, 5, balance=quick_balance(shrink_s=0.5), spawns=[(4.0, 3.0), (6.0, 4.0)])
    bots, rng = Bots(world), np.random.default_rng(5)
    joins = np.array([(slot, 1) for slot in range(6)], dtype=JOIN)
    hashes = []
    for tick in range(120):
        inputs = hostile_inputs(rng, world, 6)
        both = in_slot_order(np.concatenate([bots.decide(), inputs.commands]))
        ticking.step(world, TickInputs(both[:6], joins if tick == 0 else joins[:0]))
        hashes.append(world.state_hash())
    return hashes


def test_compiled_and_plain_python_agree_bit_for_bit() -> None:
    environment = dict(os.environ)
    environment["NUMBA_DISABLE_JIT"] = "0" if kernel.config.DISABLE_JIT else "1"
    done = subprocess.run(
        [sys.executable, "-c", PLAIN],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    other = [int(line) for line in done.stdout.split()]
    mine = play_short()
    assert len(set(mine)) == len(mine)
    apart = [tick for tick, pair in enumerate(zip(mine, other, strict=True)) if len(set(pair)) > 1]
    assert apart == []


def test_a_seed_and_an_input_make_a_difference(match: Played) -> None:
    """The hashes above compare something."""
    other = new_world(14, 8)
    for inputs, hashed in zip(match.inputs[:30], match.hashes, strict=False):
        ticking.step(other, inputs)
        assert other.state_hash() != hashed
    same = new_world(14, 7)
    for tick in range(30):
        inputs = match.inputs[tick]
        if tick == 20:
            alive = np.flatnonzero(same.group("players", Vitals).alive)
            changed = np.zeros(1, dtype=COMMAND)
            changed["slot"], changed["seq"] = alive[0], 123456
            inputs = TickInputs(changed)
        ticking.step(same, inputs)
        assert (same.state_hash() == match.hashes[tick]) == (tick < 20)


def test_more_records_than_players_are_cut_off() -> None:
    world = new_world(2, 1)
    joins = np.array([(slot, 0) for slot in range(50)], dtype=JOIN)
    ticking.step(world, TickInputs(joins=joins))
    commands = np.zeros(70_000, dtype=COMMAND)
    leaves = np.full(70_000, 1, dtype=LEAVE)
    ticking.step(world, TickInputs(commands=commands, leaves=leaves))
    assert world.group("players", Rows).count[0] == 2
    assert world.group("match", Outcome).alive[0] == 1
    assert world.group("match", Clock).tick[0] == 2
