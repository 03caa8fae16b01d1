"""Whole matches with hostile inputs: what must hold after every tick, whatever people send."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecs import kernel
from ecs.columns import Rows
from ecs.world import World
from schema.columns import Clock, Outcome, Position, Tally, Vitals
from schema.commands import COMMAND, JOIN, LEAVE, TickInputs, in_slot_order
from schema.events import REFUSED_FULL
from systems import tick as ticking
from systems.bots import Bots
from tests.systems.matches import CRATES, Mob, hostile_commands, new_world, quick_balance
from tests.systems.referee import Referee

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

ROOT = Path(__file__).resolve().parents[2]
TICKS_MAX = 1500
BUSHES = ((6.0, 6.0, 2.0), (20.0, 24.0, 3.0))
LOOT = tuple((x, y, "common") for x in (6.0, 15.0, 22.0, 27.0) for y in (3.0, 17.0, 25.0))
PIT: dict[str, Any] = {
    "size": (16.0, 12.0),
    "walls": ((8.0, 6.0, 0.5, 2.0, 0.25), (3.0, 9.0, 1.0, 0.0, 0.25, 700, 7)),
    "spawns": tuple((x, y) for x in (1.5, 5.0, 11.0, 14.0) for y in (1.5, 5.0, 10.5)),
    "crates": ((11.5, 8.0, 0.5, 0.75, 400, 30.0),),
    "bushes": ((5.0, 3.0, 2.0),),
    "loot": ((5.0, 6.5, "common"), (12.5, 3.0, "common"), (10.0, 10.0, "crate")),
}
"""A place so small that nobody gets out of the others' way."""


@dataclass
class Played:
    """A match as it went: inputs and hashes by tick, and keyframes now and then."""

    world: World
    referee: Referee
    inputs: list[TickInputs] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    keyframes: dict[int, bytes] = field(default_factory=dict)

    @property
    def tick(self) -> int:
        return len(self.inputs)


def play(
    world: World, seed: int, players: int, ticks: int = TICKS_MAX, past: World | None = None
) -> Played:
    """Until it is decided; in every other match bots are among those who play."""
    played, mob, bots = Played(world, Referee(world, past)), Mob(world, players, seed), Bots(world)
    outcome = world.group("match", Outcome)
    while not outcome.over[0] and played.tick < ticks:
        inputs = mob.inputs()
        if seed % 2:
            # Bots among them: somebody has to play well.
            both = np.concatenate([bots.decide(), inputs.commands])
            inputs = TickInputs(in_slot_order(both)[:players], inputs.joins, inputs.leaves)
        if played.tick % 97 == 0:
            played.keyframes[played.tick] = world.keyframe()
        played.referee.before()
        ticking.step(world, inputs)
        played.inputs.append(inputs)
        played.hashes.append(world.state_hash())
        played.referee.look()
    return played


def big_world(players: int, seed: int, **more: Any) -> World:
    return new_world(players, seed, crates=CRATES, bushes=BUSHES, loot=LOOT, **more)


@pytest.mark.parametrize(
    ("seed", "players", "options", "rate_hz"),
    [
        (1, 11, {}, 30),
        (2, 12, {"team": 2}, 30),
        (3, 16, {"team": 4, "friendly_fire": 0.5}, 30),
        (4, 12, {"team": 2, "friendly_fire": 0.5}, 30),
        (5, 24, {"team": 4}, 30),
        (6, 6, {}, 30),
        (7, 16, {"team": 2}, 10),
        (8, 8, {"shrink_s": 2.0}, 60),
        (9, 40, {"shrink_s": 9.0}, 30),
    ],
)
def test_a_hostile_match(seed: int, players: int, options: dict[str, Any], rate_hz: int) -> None:
    balance = quick_balance(**options)
    world = big_world(players, seed, balance=balance, rate_hz=rate_hz)
    played = play(world, seed, players)
    outcome, tally = world.group("match", Outcome), world.group("players", Tally)
    count = int(world.group("players", Rows).count[0])
    # It was a match: people moved and cast, were hurt and died.
    assert played.tick > 100
    assert count > 2
    seen = played.referee.seen
    for what in ("way", "dashes", "landed", "deaths", "items", "statuses", "bursts"):
        assert seen[what] > 0, what
    assert played.referee.fullest["projectiles"] > 0
    assert outcome.refused_commands[0] > 0
    # And it was decided.  After the end the world goes on, and the result stands.
    assert outcome.over[0] == 1
    assert outcome.over_tick[0] == played.tick - 1
    result, winner = tally.placement.tolist(), int(outcome.winner[0])
    mob = Mob(world, players, seed + 1)
    for _ in range(60):
        played.referee.before()
        ticking.step(
            world, TickInputs(mob.inputs().commands, np.array([(count, 0, 0, 0, 0)], JOIN))
        )
        played.referee.look()
    assert (tally.placement.tolist(), int(outcome.winner[0])) == (result, winner)
    assert world.group("players", Rows).count[0] == count


def short_matches(first: int, count: int) -> Counter[str]:
    """Judge so many short matches, in teams of every size; what was seen in all of them."""
    seen, worlds = Counter[str](), [pit(kind) for kind in range(len(PITS))]
    for seed in range(first, first + count):
        world, past, start = worlds[seed % len(PITS)]
        world.restore(start)
        world.group("match", Clock).seed[0] = seed
        players = world.layout.capacities["players"]
        played = play(world, seed, players, 400, past)
        assert world.group("match", Outcome).over[0] == 1, seed
        seen.update(played.referee.seen)
    return seen


PITS = ((4, 1, 0.0, 30), (6, 2, 0.5, 20), (8, 4, 0.0, 30), (8, 2, 0.0, 20), (9, 4, 0.5, 30))
"""(players, players to a team, friendly fire, ticks per second)."""


@cache
def pit(kind: int) -> tuple[World, World, bytes]:
    """A small world, another like it, and the state both begin in: making worlds takes longest."""
    players, team, friendly_fire, rate_hz = PITS[kind]
    balance = quick_balance(
        0.8, team=team, friendly_fire=friendly_fire, countdown_s=0.1, sudden_s=0.4
    )
    world = new_world(players, kind, balance=balance, rate_hz=rate_hz, **PIT)
    return world, ticking.fork(world), world.keyframe()


WORTH_JUDGING = "landed healed statuses dashes beaming charged items deaths down bursts".split()
RARE = "revives friendly caught".split()


@pytest.mark.parametrize("first", range(100, 200, 25))
def test_a_hundred_short_matches(first: int) -> None:
    """Each share alone has every kind of skill in it, and all that makes a match worth judging.

    What needs more matches than that to come about is for the thousands, of which CI plays some.
    """
    seen = short_matches(first, 25)
    assert [what for what in WORTH_JUDGING if not seen[what]] == []
    assert [kind for kind in range(1, 9) if not seen[f"kind {kind}"]] == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(10_000, 13_000, 100))
def test_thousands_of_short_matches(first: int) -> None:
    seen = short_matches(first, 100)
    assert [what for what in (*WORTH_JUDGING, *RARE) if not seen[what]] == []
    assert [kind for kind in range(1, 9) if not seen[f"kind {kind}"]] == []


@pytest.mark.parametrize("spot", [(20.0, 15.0), (12.0, 9.2), (0.5, 0.5), (32.4, 27.5)])
def test_a_crowd_that_enters_on_one_spot(spot: tuple[float, float]) -> None:
    """In the open, between two walls, in the corner of the world and beside a block."""
    players = 40
    world = new_world(players, 9, spawns=[spot])
    referee, rng = Referee(world), np.random.default_rng(9)
    joins = everybody(players)
    for tick in range(90):
        commands = in_slot_order(hostile_commands(rng, players, players))
        referee.before()
        ticking.step(world, TickInputs(commands, joins if tick == 0 else joins[:0]))
        referee.look()
    position = world.group("players", Position)
    alive = world.group("players", Vitals).alive != 0
    places = np.column_stack([position.x_u, position.y_u])[alive]
    assert len(np.unique(places.round(3), axis=0)) == len(places), "they came apart"


def everybody(players: int, team: int = 1, bot: int = 0) -> np.ndarray:
    """JOIN[players], classes in turn."""
    joins = np.zeros(players, dtype=JOIN)
    joins["slot"] = np.arange(players)
    joins["team"], joins["role"], joins["bot"] = joins["slot"] // team, joins["slot"] % 4, bot
    return joins


TIGHT = {"projectiles": 3, "areas": 2, "hits": 3, "events": 4, "pickups": 13, "knocks": 1}


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_match_in_tables_that_are_much_too_small(seed: int) -> None:
    """Reaching a capacity has a rule and a counter: everything else goes on as ever."""
    world = big_world(20, seed, room=TIGHT)
    played = play(world, seed, 20)
    assert played.referee.fullest["projectiles"] == 3
    for table in ("hits", "events", "pickups"):
        assert world.group(table, Rows).refused[0] > 0, table
    # Casts that find no room are refused before they are paid, and never in the table.
    assert world.group("match", Outcome).refused_casts[REFUSED_FULL] > 0
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
    return play(big_world(14, 7), 7, 14)


def test_every_keyframe_leads_to_the_same_end(match: Played) -> None:
    twin = ticking.fork(match.world)
    assert len(match.keyframes) > 3
    for tick in reversed(match.keyframes):
        twin.restore(match.keyframes[tick])
        rerun(twin, match, tick)


def test_a_second_world_from_the_start(match: Played) -> None:
    rerun(big_world(14, 7), match, 0)


def test_nothing_carries_over_in_scratch(match: Played) -> None:
    world = big_world(14, 7)
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
    one, two = big_world(players, 3), big_world(players, 3)
    rng, joins = np.random.default_rng(3), everybody(players)
    for tick in range(300):
        commands = hostile_commands(rng, players, players)
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
    """Hashes of a crowded little match in teams: bots, hits, deaths and the zone within 4 s."""
    balance = quick_balance(0.5, team=2, friendly_fire=0.5, countdown_s=0.1, sudden_s=0.2)
    world = new_world(6, 5, balance=balance, **PIT)
    bots, mob, joins = Bots(world), Mob(world, 6, 5), everybody(6, team=2, bot=3)
    hashes = []
    for tick in range(120):
        inputs = mob.inputs()
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
    other = big_world(14, 8)
    for inputs, hashed in zip(match.inputs[:30], match.hashes, strict=False):
        ticking.step(other, inputs)
        assert other.state_hash() != hashed
    same = big_world(14, 7)
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
    joins = everybody(50)
    ticking.step(world, TickInputs(joins=joins))
    commands = np.zeros(70_000, dtype=COMMAND)
    leaves = np.full(70_000, 1, dtype=LEAVE)
    ticking.step(world, TickInputs(commands=commands, leaves=leaves))
    assert world.group("players", Rows).count[0] == 2
    assert world.group("match", Outcome).alive[0] == 1
    assert world.group("match", Clock).tick[0] == 2
