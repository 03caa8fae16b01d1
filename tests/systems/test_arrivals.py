"""Joins, leaves and commands against lists and sets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.commands import COMMAND, JOIN, LEAVE
from schema.events import CAUSE_LEFT, HIT_RECORD, NOBODY
from systems.kernels.arrivals import admit, dismiss, obey
from tests.oracle import entering
from tests.oracle.entering import Player
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=120)
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

FIELDS = ("move", "aim", "reach", "buttons", "seq", "view_tick")
# Quarters of a unit: sums and squares of them are exact, so ties are real ties.
quarters = st.integers(0, 160).map(lambda value: value / 4)
points = st.tuples(quarters, quarters)


def padded(values: list[Any], capacity: int, empty: Any = 0) -> list[Any]:
    return values + [empty] * (capacity - len(values))


def admitted(
    players: list[Player],
    capacity: int,
    joins: list[tuple[int, int]],
    over: bool,
    address: tuple[int, int],
    spawns: list[tuple[float, float]],
    zone: tuple[float, float, float],
) -> SimpleNamespace:
    return call(
        admit,
        joins=np.array([*joins, (0, 0)], dtype=JOIN),
        join_count=len(joins),
        tick=address[1],
        seed=np.uint64(address[0]),
        spawns=np.array(spawns),
        zone_x=zone[0],
        zone_y=zone[1],
        zone_radius=zone[2],
        health_max_hp=80.0,
        over=over,
        count=len(players),
        refused=100,
        bot=padded([p.bot for p in players], capacity),
        join_tick=[0] * capacity,
        heard_tick=padded([p.heard for p in players], capacity),
        x_u=padded([p.x for p in players], capacity, 0.0),
        y_u=padded([p.y for p in players], capacity, 0.0),
        alive=padded([p.alive for p in players], capacity),
        health_hp=padded([p.health for p in players], capacity, 0.0),
        attacker=[7] * capacity,
        killer=[7] * capacity,
        placement=padded([p.placement for p in players], capacity),
        alive_count=sum(p.alive for p in players),
    )


@CAREFUL
@given(st.data())
def test_admission(data: st.DataObject) -> None:
    capacity = data.draw(st.integers(1, 8))
    here = data.draw(st.integers(0, capacity))
    alive = data.draw(st.lists(st.booleans(), min_size=here, max_size=here))
    places = data.draw(st.lists(points, min_size=here, max_size=here))
    players = [
        Player(x, y, living, health=50.0 * living, placement=0 if living else 1 + index)
        for index, ((x, y), living) in enumerate(zip(places, alive, strict=True))
    ]
    # Mostly the next slots in order, with strays, repetitions and slots beyond the capacity.
    near = st.integers(max(0, here - 1), capacity + 1)
    slots = data.draw(
        st.lists(near, max_size=6)
        | st.integers(0, 6).map(lambda n: list(range(here, here + n)))
        | st.just([65535])
    )
    joins = [(slot, data.draw(st.integers(0, 1))) for slot in slots]
    over = data.draw(st.sampled_from([False, False, False, True]))
    address = data.draw(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 10**6)))
    spawns = data.draw(st.lists(points, min_size=1, max_size=20))
    zone = (*data.draw(points), data.draw(quarters))
    found = admitted(players, capacity, joins, over, address, spawns, zone)
    before = len(players)
    refused = entering.enter(players, capacity, joins, over, address, spawns, zone, 80.0)
    size = len(players)
    assert found.count[0] == size
    assert found.refused[0] == 100 + refused
    assert size - before + refused == len(joins)
    assert found.alive_count[0] == sum(p.alive for p in players)
    assert found.alive[:size].tolist() == [p.alive for p in players]
    assert list(zip(found.x_u[:size], found.y_u[:size], strict=True)) == [
        (p.x, p.y) for p in players
    ]
    assert found.health_hp[:size].tolist() == [p.health for p in players]
    assert found.bot[:size].tolist() == [p.bot for p in players]
    assert found.placement[:size].tolist() == [p.placement for p in players]
    for row in range(before, size):
        assert found.join_tick[row] == found.heard_tick[row] == address[1]
        assert found.attacker[row] == found.killer[row] == NOBODY
    # Rows that nobody has are left as they were.
    for row in range(size, capacity):
        assert (found.alive[row], found.health_hp[row], found.attacker[row]) == (0, 0.0, 7)


@pytest.mark.parametrize(
    ("joins", "over", "refused"),
    [
        ([(1, 0), (0, 0)], False, 1),  # out of order: the later one is the next free slot
        ([(0, 0), (0, 1)], False, 1),  # the same slot twice
        ([(1, 0), (2, 0)], False, 2),  # a gap
        ([(0, 0), (1, 0), (2, 0)], False, 1),  # over capacity
        ([(0, 0)], True, 1),  # decided
    ],
)
def test_refused_joins_are_counted(joins: list[tuple[int, int]], over: bool, refused: int) -> None:
    found = admitted([], 2, joins, over, (1, 1), [(1.0, 1.0)], (0.0, 0.0, 9.0))
    assert found.refused[0] == 100 + refused
    assert found.count[0] == len(joins) - refused


def test_a_safe_spawn_comes_before_a_lonely_one() -> None:
    # Far away but outside the zone, or beside somebody but inside.
    spawns = [(500.0, 500.0), (1.0, 0.0)]
    for seed in range(20):
        drawn = set(entering.spawn_lots(seed, 3, 1, 2))
        found = admitted([Player(0.0, 0.0)], 2, [(1, 0)], False, (seed, 3), spawns, (0, 0, 5))
        assert drawn == {0, 1}
        assert found.x_u[1] == 1.0


def test_entrants_of_one_tick_keep_clear_of_each_other() -> None:
    spawns = [(float(10 * x), float(10 * y)) for x in range(4) for y in range(4)]
    joins = [(slot, 1) for slot in range(6)]
    for seed in range(20):
        found = admitted([], 6, joins, False, (seed, 0), spawns, (15.0, 15.0, 100.0))
        assert len(set(zip(found.x_u, found.y_u, strict=True))) == 6


def test_a_late_entrant_moves_the_dead_down() -> None:
    """Three play, one dies third, a fourth enters: third of four must be free again."""
    players = [Player(0, 0), Player(9, 9, alive=False, placement=3), Player(5, 5)]
    found = admitted(players, 5, [(3, 0), (4, 0), (4, 0)], False, (1, 1), [(1.0, 1.0)], (0, 0, 9))
    assert found.placement.tolist() == [0, 5, 0, 0, 0]
    assert found.alive_count[0] == 4


# --- leaving -------------------------------------------------------------------------------------


@CAREFUL
@given(st.data())
def test_leaves_become_lethal_hits_by_nobody(data: st.DataObject) -> None:
    capacity = data.draw(st.integers(1, 6))
    here = data.draw(st.integers(0, capacity))
    health = data.draw(st.lists(st.floats(0, 100), min_size=capacity, max_size=capacity))
    slots = sorted(data.draw(st.lists(st.integers(0, capacity + 1) | st.just(65535), max_size=6)))
    room = data.draw(st.integers(1, 8))
    living = data.draw(st.lists(st.booleans(), min_size=capacity, max_size=capacity))
    alive = [row < here and living[row] for row in range(capacity)]
    found = call(
        dismiss,
        leaves=np.array([(slot,) for slot in [*slots, 0]], dtype=LEAVE),
        leave_count=len(slots),
        count=here,
        alive=alive,
        health_hp=health,
        hits=np.zeros(room, dtype=HIT_RECORD),
        hit_count=0,
        hits_refused=0,
    )
    players = [Player(0, 0, alive[row], health=health[row]) for row in range(here)]
    expected = [
        (slot, NOBODY, lost_hp, 0.0, CAUSE_LEFT)
        for slot, lost_hp in entering.farewells(players, slots)
    ]
    assert found.hits[: found.hit_count[0]].tolist() == expected[:room]
    assert found.hits_refused[0] == max(0, len(expected) - room)


# --- commands ------------------------------------------------------------------------------------

commands = st.fixed_dictionaries(
    {
        "slot": st.integers(0, 6) | st.just(65535),
        "move": st.integers(0, 65535),
        "aim": st.integers(0, 65535) | st.sampled_from([4095, 4096]),
        "reach": st.integers(0, 255),
        "buttons": st.integers(0, 255),
        "seq": st.integers(0, 2**32 - 1),
        "view_tick": st.integers(0, 2**32 - 1),
    }
)


@CAREFUL
@given(st.data())
def test_commands_in_force(data: st.DataObject) -> None:
    here = data.draw(st.integers(0, 5))
    tick = data.draw(st.integers(0, 200))
    hold = data.draw(st.integers(1, 20))
    # Aimed at the edge of staleness.
    heard = st.integers(-2, 2).map(lambda off: tick - hold + off) | st.just(tick)
    players = []
    for _ in range(here):
        player = Player(0, 0, data.draw(st.booleans()), heard=data.draw(heard))
        player.held = {name: data.draw(st.integers(0, 15)) for name in FIELDS}
        players.append(player)
    given_commands = data.draw(st.lists(commands, max_size=9))
    given_commands.sort(key=lambda command: command["slot"])
    rows = [tuple(command[name] for name in COMMAND.names or ()) for command in given_commands]
    found = call(
        obey,
        commands=np.array([*rows, (0,) * 7], dtype=COMMAND),
        command_count=len(rows),
        tick=tick,
        hold_ticks=hold,
        count=here,
        alive=[*(p.alive for p in players), 0],
        heard_tick=[*(p.heard for p in players), 0],
        refused=5,
        **{name: [*(p.held[name] for p in players), 0] for name in FIELDS},
    )
    refused = entering.obey(players, given_commands, tick, hold)
    assert found.refused[0] == 5 + refused
    assert found.heard_tick.tolist() == [*(p.heard for p in players), 0]
    for name in FIELDS:
        values = getattr(found, name).tolist()
        assert values == [*(p.held[name] for p in players), 0], name


def held_after(silent_ticks: int, hold: int) -> int:
    found = call(
        obey,
        commands=np.zeros(1, dtype=COMMAND),
        command_count=0,
        tick=100 + silent_ticks,
        hold_ticks=hold,
        count=1,
        alive=[1],
        heard_tick=[100],
        refused=0,
        move=[77],
        aim=[78],
        reach=[79],
        buttons=[15],
        seq=[80],
        view_tick=[81],
    )
    assert (found.move[0], found.aim[0], found.reach[0]) == (77, 78, 79)
    return int(found.buttons[0])


def test_buttons_hold_for_exactly_so_long() -> None:
    assert [held_after(silent, 3) for silent in range(6)] == [15, 15, 15, 15, 0, 0]
