"""What lies about: drawn, dropped and taken, against intervals and sorted lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.directions import TABLE as DIRECTIONS
from schema.events import (
    NOBODY,
    PICKUP,
    STAGE_COUNTDOWN,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
)
from schema.rulebook import ITEM_ROW, LOOT_ROW, SKILL_LEVELS
from schema.walls import BLOCKS_MOVE, BLOCKS_SHOTS, BLOCKS_SIGHT
from systems.kernels.broadphase import build_grid
from systems.kernels.collecting import collect
from systems.kernels.looting import drop_loot
from systems.terrain import make_terrain
from tests.oracle import goods, splitmix
from tests.oracle.goods import Kind, Player
from tests.oracle.terrain import MOVE, room, that_block
from tests.systems.benches import reports, told
from tests.systems.ground import terrain_columns, way_squares
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=150)
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

HAIR_U = 1e-9
SIZE = (20.0, 12.0)
WALLS = [
    (6.0, 6.0, 1.0, 2.0, 0.25, 0, BLOCKS_MOVE),
    (10.0, 6.0, 0.5, 2.0, 0.0, 300, BLOCKS_MOVE | BLOCKS_SIGHT),
    (13.0, 6.0, 2.0, 2.0, 0.0, 0, BLOCKS_SHOTS | BLOCKS_SIGHT),
]
GROUND = make_terrain(*SIZE, WALLS, [(1.0, 1.0)])
KINDS = [
    Kind(goods.HEALTH, 25.0, 0.5),
    Kind(goods.MANA, 40.0, 0.25),
    Kind(goods.SHIELD, 30.0, 0.75),
    Kind(goods.EXPERIENCE, 12.5, 0.5),
    Kind(goods.UPGRADE, 1.0, 0.5),
    Kind(goods.UPGRADE, 3.0, 0.5),
]


def item_table() -> np.ndarray:
    items = np.zeros(len(KINDS), ITEM_ROW)
    for row, kind in zip(items, KINDS, strict=True):
        row["kind"], row["amount"], row["radius_u"] = kind.does, kind.amount, kind.radius
    return items


# --- dropping -----------------------------------------------------------------------------------

Table = list[tuple[int, float]]


def dropped(
    places: list[tuple[float, float]],
    gives: list[bool],
    kinds: list[int],
    tables: list[Table],
    table: int,
    rolls: list[int],
    address: tuple[int, int, int],
    scatter: float,
    capacity: int = 64,
    here: int = 0,
    spent: Sequence[bool] = (),
) -> SimpleNamespace:
    seed, tick, first = address
    starts = np.cumsum([0, *(len(lines) for lines in tables)])
    return call(
        drop_loot,
        sources=len(places) - 1,
        gives=gives,
        kind_of=kinds,
        kind=2,
        source_x_u=[x for x, _ in places],
        source_y_u=[y for _, y in places],
        table=table,
        address=first,
        tick=tick,
        seed=np.uint64(seed),
        scatter_u=scatter,
        lifetime_ticks=300,
        directions=DIRECTIONS,
        items=item_table(),
        loot=np.array([line for lines in tables for line in lines], LOOT_ROW),
        start=starts,
        rolls=rolls,
        static_walls=len(WALLS) - len(spent),
        spent=spent,
        **terrain_columns(GROUND),
        count=here,
        refused=5,
        slot=[77] * capacity,
        generation=[3] * capacity,
        free=list(range(capacity)),
        x_u=[-1.0] * capacity,
        y_u=[-1.0] * capacity,
        item_of=[99] * capacity,
        amount=[-1.0] * capacity,
        expire_tick=[-1] * capacity,
    )


def laid(found: SimpleNamespace, here: int = 0) -> list[tuple[int, float, float]]:
    upto = found.count[0]
    columns = (found.item_of, found.x_u, found.y_u)
    return list(zip(*(column[here:upto].tolist() for column in columns), strict=True))


def fits(item: int, x: float, y: float, spent: Sequence[bool] = ()) -> bool:
    """Where the last walls are obstacles, those that are spent are no walls any more."""
    fixed = len(WALLS) - len(spent)
    kept = [*WALLS[:fixed], *(w for w, s in zip(WALLS[fixed:], spent, strict=True) if not s)]
    spare = room(*SIZE, that_block(kept, MOVE), x, y) - KINDS[item].radius
    assume(abs(spare) > HAIR_U)
    return spare > 0


@st.composite
def tables_of(draw: st.DrawFn, edges: list[float]) -> list[Table]:
    """Loot tables whose lines end at draws that are made, or a hair beside them."""
    ends = [end for at in edges for end in (at, np.nextafter(at, 0), np.nextafter(at, 2))]
    end = st.sampled_from(ends) | st.sampled_from([0.25, 0.5, 1.0, 1.25])
    lines = st.lists(end, min_size=1, max_size=4).map(sorted)
    return [
        [(draw(st.integers(0, len(KINDS) - 1)), float(below)) for below in draw(lines)]
        for _ in range(draw(st.integers(1, 3)))
    ]


@CAREFUL
@given(st.data())
def test_dropping(data: st.DataObject) -> None:
    seed, tick = data.draw(st.integers(0, 2**64 - 1)), data.draw(st.integers(0, 10**6))
    first = data.draw(st.sampled_from([0, 1 << 16, 1 << 20]))
    sources = data.draw(st.integers(0, 4))
    # Beside walls of all sorts, in one, and in the corners of the world.
    spots = [(6.0, 6.0), (7.5, 6.0), (8.5, 5.0), (9.0, 8.5), (13.0, 6.0), (0.5, 0.5), (19.75, 11.5)]
    places = [data.draw(st.sampled_from(spots)) for _ in range(sources + 1)]
    gives = [data.draw(st.sampled_from([True, True, False])) for _ in places]
    kinds = [data.draw(st.sampled_from([2, 2, 2, 1, 0])) for _ in places]
    numbers = range(8 * first, 8 * (first + sources) + 5)
    edges = [splitmix.unit(seed, tick, goods.ITEM_STREAM, n) for n in list(numbers)[:6]]
    tables = data.draw(tables_of(edges))
    table = data.draw(st.integers(0, len(tables) - 1))
    rolls = [data.draw(st.integers(1, 5)) for _ in tables]
    scatter = data.draw(st.sampled_from([0.0, 1.25, 3.0]))
    capacity = data.draw(st.sampled_from([64, 64, 3, 5]))
    here = data.draw(st.integers(0, 3))
    spent = data.draw(
        st.sampled_from([[], [False], [True], [True, True, False], [False, True, True]])
    )
    where = (seed, tick, first)
    found = dropped(
        places, gives, kinds, tables, table, rolls, where, scatter, capacity, here, spent
    )
    giving = [
        (first + row, *places[row]) for row in range(sources) if gives[row] and kinds[row] == 2
    ]
    free = partial(fits, spent=spent)
    expected = list(goods.drops((seed, tick), giving, tables[table], rolls[table], scatter, free))
    fit = expected[: capacity - here]
    assert laid(found, here) == fit
    assert found.refused[0] == 5 + len(expected) - len(fit)
    end = here + len(fit)
    assert found.amount[here:end].tolist() == [KINDS[item].amount for item, _, _ in fit]
    assert found.expire_tick[here:end].tolist() == [tick + 300] * len(fit)
    # Each has a slot of its own, taken from the stack, and a new name.
    slots = [capacity - 1 - row for row in range(here, end)]
    assert found.slot[here:end].tolist() == slots
    assert [found.generation[slot] for slot in slots] == [4] * len(fit)
    for column, empty in ((found.x_u, -1.0), (found.item_of, 99), (found.slot, 77)):
        assert (column[:here] == empty).all()
        assert (column[end:] == empty).all()


def test_what_would_lie_in_a_wall_lies_where_it_fell() -> None:
    """Some of it: the rest lies scattered, clear of walls that stop bodies."""
    spot = (8.0, 6.0)
    found = dropped([spot] * 41, [True] * 41, [2] * 41, [[(0, 1.0)]], 0, [1], (9, 9, 0), 1.0)
    away = [((x - spot[0]) ** 2 + (y - spot[1]) ** 2) ** 0.5 for _, x, y in laid(found)]
    assert len(away) == 40
    assert 0 < away.count(0.0) < 40
    assert max(away) <= 1.0 + HAIR_U
    assert all(x > 7.25 + 0.5 for _, x, _ in laid(found))


def test_no_two_sources_draw_alike() -> None:
    """The same table, many sources: what comes follows the chances, and places differ."""
    table = [(0, 0.5), (1, 0.75)]
    found = dropped(
        [(2.0, 10.0)] * 201, [True] * 201, [2] * 201, [table], 0, [2], (1, 1, 0), 1.0, capacity=999
    )
    items = [item for item, _, _ in laid(found)]
    assert 170 < items.count(0) < 230
    assert 70 < items.count(1) < 130
    scattered = [(x, y) for _, x, y in laid(found) if (x, y) != (2.0, 10.0)]
    assert len(set(scattered)) == len(scattered) > 200


# --- collecting ---------------------------------------------------------------------------------

BODY = 0.5
TICK = 1000
SHIELD_TICKS = 60
STAGES = [STAGE_PLAY, STAGE_PLAY, STAGE_COUNTDOWN, STAGE_SUDDEN_DEATH, STAGE_OVER]
Lying = list[tuple[int, float, float, float, int]]


def collected(
    players: list[Player],
    lying: Lying,
    shifts: list[tuple[float, float]] | None = None,
    cell_u: float = 1.25,
    events: int = 32,
    stage: int = STAGE_PLAY,
) -> SimpleNamespace:
    shifts = shifts or [(0.0, 0.0)] * len(players)
    columns, rows = int(20 / cell_u), int(12 / cell_u)
    # Those who are not standing are in the grid as well: the dead of this tick, and the downed.
    grid = call(
        build_grid,
        count=len(players),
        alive=[1] * len(players),
        x_u=[p.x + dx for p, (dx, _) in zip(players, shifts, strict=True)],
        y_u=[p.y + dy for p, (_, dy) in zip(players, shifts, strict=True)],
        grid=[cell_u, columns, rows],
        start=[0] * (columns * rows + 1),
        row_of=[0] * len(players),
        cell=[0] * len(players),
        reach_u=[0.0],
    )
    return call(
        collect,
        count=len(lying) - 1,
        tick=TICK,
        stage=stage,
        x_u=[x for _, _, x, _, _ in lying],
        y_u=[y for _, _, _, y, _ in lying],
        item=[item for item, *_ in lying],
        amount=[amount for _, amount, *_ in lying],
        expire_tick=[expire for *_, expire in lying],
        items=item_table(),
        shield_ticks=SHIELD_TICKS,
        body_radius_u=BODY,
        alive=[p.standing or row % 2 for row, p in enumerate(players)],
        down=[not p.standing and row % 2 for row, p in enumerate(players)],
        body_x_u=[p.x for p in players],
        body_y_u=[p.y for p in players],
        grid=grid.grid,
        start=grid.start,
        row_of=grid.row_of,
        reach_u=max((max(abs(dx), abs(dy)) for dx, dy in shifts), default=0.0),
        squares=way_squares(GROUND, [((p.x, p.y), (p.x, p.y)) for p in players], cell_u),
        health_max_hp=[p.health_max for p in players],
        mana_max_mp=[p.mana_max for p in players],
        gone=[0] * len(lying),
        health_hp=[p.health for p in players],
        mana_mp=[p.mana for p in players],
        shield_hp=[p.shield for p in players],
        shield_until_tick=[p.shield_until for p in players],
        experience_xp=[p.xp for p in players],
        skill_level=[level for p in players for level in p.skills],
        taken=[p.items for p in players],
        **reports(events),
    )


def assert_collected(
    players: list[Player],
    lying: Lying,
    shifts: list[tuple[float, float]] | None = None,
    events: int = 32,
    stage: int = STAGE_PLAY,
) -> None:
    beyond = (0, 1.0, players[0].x, players[0].y, 9999)
    found = collected(players, [*lying, beyond], shifts, events=events, stage=stage)
    heals = stage not in (STAGE_SUDDEN_DEATH, STAGE_OVER)
    gone, taken = goods.collect(players, lying, KINDS, BODY, TICK, SHIELD_TICKS, heals)
    assert found.gone.tolist() == [*gone, 0]
    expected = [(PICKUP, row, NOBODY, item, much, x, y) for row, item, much, x, y in taken]
    assert told(vars(found)) == expected[:events]
    assert found.events_refused[0] == max(0, len(expected) - events)
    for column, name in (
        ("health_hp", "health"),
        ("mana_mp", "mana"),
        ("shield_hp", "shield"),
        ("shield_until_tick", "shield_until"),
        ("experience_xp", "xp"),
        ("taken", "items"),
    ):
        assert getattr(found, column).tolist() == [getattr(p, name) for p in players], column
    assert found.skill_level.reshape(-1, 4).tolist() == [p.skills for p in players]


# About a point at the corner of four cells: ties, and at, just within and just beyond each reach.
OFFSETS = [(0.0, 0.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0), (0.6875, 0.6875), (0.75, 0.0)]
OFFSETS += [(0.0, 0.75), (-0.75, 0.0), (1.25, 0.0), (0.0, -1.25), (-0.75, -1.0), (1.3125, 0.0)]
MIDDLE = (10.0, 5.0)


@st.composite
def gatherings(draw: st.DrawFn) -> tuple[list[Player], Lying, list[tuple[float, float]]]:
    players = []
    for _ in range(draw(st.integers(1, 5))):
        dx, dy = draw(st.sampled_from(OFFSETS))
        player = Player(MIDDLE[0] + dx, MIDDLE[1] + dy)
        player.standing = draw(st.sampled_from([True, True, True, False]))
        player.health = draw(st.sampled_from([50.0, 49.75, 25.0, 10.0]))
        player.mana = draw(st.sampled_from([50.0, 49.75, 10.0, 0.0]))
        player.shield = draw(st.sampled_from([0.0, 29.75, 30.0, 45.0]))
        player.shield_until = draw(st.sampled_from([0, TICK + 1, TICK + 500]))
        player.skills = draw(st.lists(st.sampled_from([1, 2, 4, 5, 5, 5]), min_size=4, max_size=4))
        players.append(player)
    lying = []
    for _ in range(draw(st.integers(0, 6))):
        item = draw(st.integers(0, len(KINDS) - 1))
        dx, dy = draw(st.sampled_from([(0.0, 0.0), (0.0, 0.0), (0.5, 0.0), (0.0, 1.0)]))
        expire = TICK + draw(st.sampled_from([1, 1, 1, 300, 0, -1]))
        lying.append((item, KINDS[item].amount, MIDDLE[0] + dx, MIDDLE[1] + dy, expire))
    # Where they stood when the grid was made.
    shift = st.sampled_from([(0.0, 0.0), (0.0, 0.0), (1.5, 0.0), (-1.0, 0.75), (0.0, -1.5)])
    return players, lying, [draw(shift) for _ in players]


@CAREFUL
@given(gatherings(), st.sampled_from([32, 32, 2]), st.sampled_from(STAGES))
def test_collecting(
    gathering: tuple[list[Player], Lying, list[tuple[float, float]]], events: int, stage: int
) -> None:
    assert_collected(*gathering, events, stage)


def lies(item: int, x: float = 10.0, y: float = 5.0) -> tuple[int, float, float, float, int]:
    return item, KINDS[item].amount, x, y, TICK + 1


def test_of_two_as_near_the_lower_row_takes_it() -> None:
    """On opposite sides, in other cells, in either order of cells."""
    for side in (1.0, -1.0):
        players = [Player(10.0 + 0.5 * side, 5.0), Player(10.0 - 0.5 * side, 5.0)]
        assert_collected(players, [lies(3)])
        assert [p.items for p in players] == [1, 0]


def test_what_is_of_no_use_is_left_for_the_next() -> None:
    players = [Player(10.0, 5.0), Player(10.5, 5.0, health=30.0)]
    assert_collected(players, [lies(0), lies(0)])
    # The second is of no use to anybody any more.
    assert [(p.items, p.health) for p in players] == [(0, 50.0), (1, 50.0)]
    found = collected(players, [lies(0), lies(0)])
    assert found.gone.tolist() == [0, 0]


def test_a_thing_is_taken_once_and_each_counts_for_the_next() -> None:
    players = [Player(10.0, 5.0, health=24.0), Player(10.0, 5.25, health=10.0)]
    assert_collected(players, [lies(0), lies(0), lies(0), lies(0)])
    assert [(p.items, p.health) for p in players] == [(2, 50.0), (2, 50.0)]


def test_upgrades_go_to_the_least_and_stop_at_the_highest() -> None:
    players = [Player(10.0, 5.0, skills=[3, 2, 2, 5])]
    assert_collected(players, [lies(5)])
    assert players[0].skills == [4, 3, 3, 5]
    players[0].skills = [SKILL_LEVELS, 4, SKILL_LEVELS, SKILL_LEVELS]
    assert_collected(players, [lies(5), lies(4)])
    assert (players[0].skills, players[0].items) == ([SKILL_LEVELS] * 4, 2)


def test_a_smaller_shield_is_left_and_a_larger_one_lasts_as_long_as_it_does() -> None:
    players = [Player(10.0, 5.0, shield=30.0, shield_until=TICK + 900)]
    assert_collected(players, [lies(2)])
    assert (players[0].items, players[0].shield_until) == (0, TICK + 900)
    players[0].shield = 29.0
    assert_collected(players, [lies(2)])
    assert (players[0].shield, players[0].shield_until) == (30.0, TICK + 1 + SHIELD_TICKS)
