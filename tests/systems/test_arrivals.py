"""Joins against lists and sets, and what entrants start with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.commands import JOIN
from schema.events import NO_SLOT, NOBODY
from schema.rulebook import ASSAILANTS, CLASS_ROW, LEVEL_ROW, LEVELS, SKILL_ROW, STATUSES
from systems.kernels.arrivals import admit, clear_slate, equip
from tests.oracle import entering
from tests.oracle.entering import Ground, Join, Place, Player
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=150)
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

CLASSES = 3
# Quarters of a unit: sums and squares of them are exact, so ties are real ties.
quarters = st.integers(0, 160).map(lambda value: value / 4)
points = st.tuples(quarters, quarters)


def padded(values: list[Any], capacity: int, empty: Any = 0) -> list[Any]:
    return values + [empty] * (capacity - len(values))


def admitted(
    players: list[Player],
    capacity: int,
    joins: list[Join],
    address: tuple[int, int],
    ground: Ground,
    over: bool = False,
) -> SimpleNamespace:
    columns = {
        "bot": "bot",
        "join_tick": "joined",
        "role": "role",
        "team": "team",
        "heard_tick": "heard",
        "x_u": "x",
        "y_u": "y",
        "alive": "alive",
        "placement": "placement",
    }
    return call(
        admit,
        joins=np.array([*joins, (0,) * 5], dtype=JOIN),
        join_count=len(joins),
        tick=address[1],
        seed=np.uint64(address[0]),
        spawns=np.array(ground.spawns),
        frame=[*ground.size, 8.0, 1.0, 1.0],
        zone_x=ground.zone[0],
        zone_y=ground.zone[1],
        zone_radius=ground.zone[2],
        over=over,
        classes=CLASSES,
        count=len(players),
        refused=100,
        alive_count=sum(p.alive for p in players),
        **{
            name: padded([getattr(p, told) for p in players], capacity)
            for name, told in columns.items()
        },
    )


@st.composite
def crowds(draw: st.DrawFn, most: int) -> list[Player]:
    """Those who are here: a team has its place once all of it are dead."""
    players = []
    for _ in range(draw(st.integers(0, most))):
        x, y = draw(points)
        players.append(Player(x, y, draw(st.integers(0, 3)), draw(st.booleans())))
    for team in range(4):
        whole = [player for player in players if player.team == team]
        if not any(player.alive for player in whole):
            for player in whole:
                player.placement = 1 + team
    return players


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    # Sides whose thirds are, and are not, quarters; points on both sides of the borders between.
    size = draw(st.sampled_from([(40.0, 40.0), (36.0, 24.0), (33.5, 61.25)]))
    anywhere = st.tuples(*(st.integers(0, int(4 * side)).map(lambda v: v / 4) for side in size))
    spawns = draw(st.lists(anywhere, min_size=1, max_size=16))
    return Ground(size, spawns, (*draw(points), draw(quarters)))


@CAREFUL
@given(st.data())
def test_admission(data: st.DataObject) -> None:
    capacity = data.draw(st.integers(1, 8))
    players = data.draw(crowds(capacity))
    here = len(players)
    # Mostly the next slots in order, with strays, repetitions and slots beyond the capacity.
    slots = data.draw(
        st.integers(0, 6).map(lambda n: list(range(here, here + n)))
        | st.lists(st.integers(max(0, here - 1), capacity + 1), max_size=6)
        | st.just([65535])
    )
    team, drop = st.integers(0, 5) | st.just(65535), st.sampled_from([0, 0, *range(10), 255])
    role = st.sampled_from([0, 1, 2, 2, CLASSES, 255])
    joins = [
        (slot, data.draw(team), data.draw(st.integers(0, 3)), data.draw(role), data.draw(drop))
        for slot in slots
    ]
    over = data.draw(st.sampled_from([False] * 7 + [True]))
    address = data.draw(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 10**6)))
    ground = data.draw(grounds())
    found = admitted(players, capacity, joins, address, ground, over)
    refused = entering.enter(players, capacity, joins, over, CLASSES, address, ground)
    size = len(players)
    assert found.count[0] == size
    assert found.refused[0] == 100 + refused
    assert size - here + refused == len(joins)
    assert found.alive_count[0] == sum(p.alive for p in players)
    made = zip(
        *(found.x_u, found.y_u, found.team, found.alive, found.placement),
        *(found.bot, found.role, found.join_tick, found.heard_tick),
        strict=True,
    )
    expected = [
        (p.x, p.y, p.team, p.alive, p.placement, p.bot, p.role, p.joined, p.heard) for p in players
    ]
    assert list(made) == padded(expected, capacity, (0,) * 9)


WHOLE = (0.0, 0.0, 1000.0)
ONE_SPOT = Ground((40.0, 40.0), [(1.0, 1.0)], WHOLE)


def first_place(
    spawns: list[Place],
    players: list[Player] | None = None,
    team: int = 1,
    drop: int = 0,
    zone: tuple[float, float, float] = WHOLE,
    seed: int = 3,
) -> Place:
    players = players or []
    join = (len(players), team, 0, 0, drop)
    ground = Ground((90.0, 90.0), spawns, zone)
    found = admitted(players, len(players) + 1, [join], (seed, 5), ground)
    assert found.count[0] == len(players) + 1
    return found.x_u[-1], found.y_u[-1]


def test_a_wish_is_granted_wherever_there_is_a_spawn() -> None:
    middles = [(15.0 + 30 * column, 15.0 + 30 * row) for row in range(3) for column in range(3)]
    for drop in range(1, 10):
        assert first_place(middles, drop=drop) == middles[drop - 1]
    # Outside the zone as well; where there is no point, safety decides.
    assert first_place(middles, drop=9, zone=(15.0, 15.0, 5.0)) == (75.0, 75.0)
    assert first_place(middles[:3], drop=9, zone=(75.0, 15.0, 5.0)) == (75.0, 15.0)


@pytest.mark.parametrize("at", [29.75, 30.0, 30.25, 59.75, 60.0, 90.0])
def test_borders_of_regions_belong_to_the_next(at: float) -> None:
    column = (at >= 30.0) + (at >= 60.0)
    assert first_place([(1.0, 89.0), (at, 0.0)], drop=1 + column) == (at, 0.0)
    assert first_place([(45.0, 45.0), (0.0, at)], drop=1 + 3 * column) == (0.0, at)


@pytest.mark.parametrize("drop", [0, 1])
def test_team_mates_land_together_to_a_hair(drop: int) -> None:
    """Points that differ by less than a unit are told apart, wish and zone or not."""
    mate = Player(10.0, 10.0, team=1)
    spawns = [(10.0, 10.0), (12.5, 10.0), (12.25, 10.0), (10.5, 10.0), (12.25, 9.75)]
    assert first_place(spawns, [mate], drop=drop) == (12.25, 10.0)
    # On top of a mate only if there is nothing else.
    assert first_place(spawns[3:4], [mate], drop=drop) == (10.5, 10.0)
    assert first_place([(11.0, 10.0), (80.0, 80.0)], [mate]) == (80.0, 80.0)
    # The dead are no company.
    ghost = Player(10.0, 10.0, team=1, alive=False)
    foe = Player(12.0, 10.0, team=2)
    assert first_place(spawns, [ghost, foe, Player(80.0, 80.0, team=1)], drop=0) == (12.5, 10.0)


def test_enemies_are_kept_clear_of_to_a_hair() -> None:
    foe = Player(20.0, 10.0, team=2)
    spawns = [(10.25, 10.0), (10.0, 10.0), (20.0, 15.0)]
    assert first_place(spawns, [foe], drop=1) == (10.0, 10.0)


def test_a_safe_spawn_comes_before_a_lonely_one() -> None:
    # Far away but outside the zone, or beside somebody but inside.
    spawns = [(80.0, 80.0), (1.0, 0.0)]
    for seed in range(20):
        assert set(entering.lots(seed, 5, 1, 2)) == {0, 1}
        assert first_place(spawns, [Player(0.0, 0.0)], zone=(0, 0, 5), seed=seed) == (1.0, 0.0)


def test_the_edge_of_the_zone_is_safe() -> None:
    spawns = [(80.0, 80.0), (10.0, 4.0)]
    foe = [Player(10.0, 5.0, team=2)]
    assert first_place(spawns, foe, drop=2, zone=(10.0, 0.0, 4.0)) == (10.0, 4.0)
    assert first_place(spawns, foe, drop=2, zone=(10.0, 0.0, 3.75)) == (80.0, 80.0)


def test_mates_are_found_among_more_points_than_are_drawn() -> None:
    spawns = [(float(x), float(y)) for x in range(90) for y in range(0, 90, 9)]
    mate = Player(44.5, 45.0, team=1)
    for seed in range(4):
        assert first_place(spawns, [mate], seed=seed) == (43.0, 45.0)


def test_regions_are_ninths_of_either_side() -> None:
    spawns = [(12.0, 12.0), (25.0, 12.0), (50.0, 12.0), (50.0, 3.0), (50.0, 22.0)]
    wide = Ground((60.0, 24.0), spawns, WHOLE)
    for drop, spot in ((4, 0), (5, 1), (6, 2), (3, 3), (9, 4)):
        found = admitted([], 1, [(0, 0, 0, 0, drop)], (1, 1), wide)
        assert (found.x_u[0], found.y_u[0]) == spawns[spot]


@pytest.mark.parametrize(("role", "enters"), [(CLASSES - 1, 1), (CLASSES, 0), (255, 0)])
def test_nobody_enters_as_a_class_there_is_not(role: int, enters: int) -> None:
    found = admitted([], 1, [(0, 0, 0, role, 0)], (1, 1), ONE_SPOT)
    assert (found.count[0], found.refused[0]) == (enters, 101 - enters)


def test_entrants_of_one_tick_keep_clear_of_each_other() -> None:
    spawns = [(float(10 * x), float(10 * y)) for x in range(4) for y in range(4)]
    joins = [(slot, slot, 1, 0, 0) for slot in range(6)]
    for seed in range(20):
        found = admitted([], 6, joins, (seed, 0), Ground((40.0, 40.0), spawns, WHOLE))
        assert len(set(zip(found.x_u, found.y_u, strict=True))) == 6


@pytest.mark.parametrize(
    ("joins", "over", "refused"),
    [
        ([(1, 1), (0, 0)], False, 1),  # out of order: the later one is the next free slot
        ([(0, 0), (0, 1)], False, 1),  # the same slot twice
        ([(1, 1), (2, 2)], False, 2),  # a gap
        ([(0, 0), (1, 1), (2, 2)], False, 1),  # over capacity
        ([(0, 0)], True, 1),  # decided
    ],
)
def test_refused_joins_are_counted(joins: list[tuple[int, int]], over: bool, refused: int) -> None:
    whole = [(slot, team, 0, 0, 0) for slot, team in joins]
    found = admitted([], 2, whole, (1, 1), ONE_SPOT, over)
    assert found.refused[0] == 100 + refused
    assert found.count[0] == len(joins) - refused


def test_a_late_team_moves_the_placed_down_and_a_late_mate_does_not() -> None:
    """Three teams play, one is out as the third; a fourth team enters: third must be free again."""
    players = [
        Player(0, 0, team=7),
        Player(9, 9, team=8, alive=False, placement=3),
        Player(5, 5, team=9),
        Player(6, 5, team=9, alive=False),
    ]
    joins = [(4, 9, 0, 0, 0), (5, 8, 0, 0, 0), (5, 6, 0, 0, 0), (6, 6, 0, 0, 0)]
    found = admitted(players, 7, joins, (1, 1), ONE_SPOT)
    assert found.placement.tolist() == [0, 4, 0, 0, 0, 0, 0]
    assert found.team.tolist() == [7, 8, 9, 9, 9, 6, 6]
    assert (found.alive_count[0], found.refused[0]) == (5, 101)


# --- what one starts with ------------------------------------------------------------------------


def test_equipment_is_that_of_the_class_and_only_for_who_enters() -> None:
    tick, rows = 30, 4
    classes = np.zeros(2, CLASS_ROW)
    for slot, skills in enumerate([(5, 2), (4, 1), (3, 0), (0, 5)]):
        classes[f"skill_{slot}"] = skills
    levels = np.zeros(2 * LEVELS, LEVEL_ROW)
    levels["health_max_hp"] = 100.0 + np.arange(2 * LEVELS)
    levels["mana_max_mp"] = 10.0 + np.arange(2 * LEVELS)
    skills = np.zeros(6, SKILL_ROW)
    skills["charges_max"] = [1, 2, 3, 4, 5, 6]
    found = call(
        equip,
        count=3,
        tick=tick,
        join_tick=[tick, tick - 1, tick, tick],
        role=[1, 1, 0, 1],
        classes=classes,
        levels=levels,
        skills=skills,
        **{name: [9] * rows for name in ("level", "health_max_hp", "mana_max_mp")},
        **{name: [9] * rows for name in ("health_hp", "mana_mp")},
        **{name: [9] * (4 * rows) for name in ("skill", "skill_level", "charges", "held_tick")},
    )
    assert found.level.tolist() == [1, 9, 1, 9]
    for name, base in (("health", 100.0), ("mana", 10.0)):
        unit = "hp" if name == "health" else "mp"
        for column in (f"{name}_max_{unit}", f"{name}_{unit}"):
            assert getattr(found, column).tolist() == [base + LEVELS, 9, base, 9], column
    nines = [9] * 4
    assert found.skill.reshape(rows, 4).tolist() == [[2, 1, 0, 5], nines, [5, 4, 3, 0], nines]
    assert found.charges.reshape(rows, 4).tolist() == [[3, 2, 1, 6], nines, [6, 5, 4, 1], nines]
    assert found.skill_level.reshape(rows, 4).tolist() == [[1] * 4, nines, [1] * 4, nines]
    assert found.held_tick.reshape(rows, 4).tolist() == [[NOBODY] * 4, nines] * 2


def test_a_clean_slate_names_nobody() -> None:
    tick, rows = 30, 4
    single = ("healer", "bush", "downer", "reviver", "attacker", "killer")
    found = call(
        clear_slate,
        count=3,
        tick=tick,
        join_tick=[tick - 1, tick, tick, tick],
        channel_slot=[0] * rows,
        status_source=[0] * (rows * STATUSES),
        assailant=[0] * (rows * ASSAILANTS),
        **{name: [0] * rows for name in single},
    )
    for name in single:
        assert getattr(found, name).tolist() == [0, NOBODY, NOBODY, 0], name
    assert found.channel_slot.tolist() == [0, NO_SLOT, NO_SLOT, 0]
    for name, each in (("status_source", STATUSES), ("assailant", ASSAILANTS)):
        values = getattr(found, name).reshape(rows, each).tolist()
        assert values == [[value] * each for value in (0, NOBODY, NOBODY, 0)], name
