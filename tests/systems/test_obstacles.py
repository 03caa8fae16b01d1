"""Walls that come and go: among the map's walls, under fire, and at their end."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.directions import TABLE
from schema.events import EVENT_RECORD, KNOCK_RECORD
from schema.walls import (
    BARRIER,
    BLOCKS_MOVE,
    BLOCKS_SHOTS,
    CRATE,
    NEVER,
    OBSTACLE_REACH_U,
    WALL_CELL_U,
)
from systems.kernels.battering import (
    break_obstacles,
    sort_knocks,
)
from systems.kernels.obstacles import put_crates
from systems.terrain import make_terrain
from tests.oracle.building import Hair, Names, crates
from tests.oracle.exact import HAIR_U
from tests.oracle.obstacles import Knock, Obstacle, settled
from tests.oracle.terrain import walls_of_cells
from tests.systems.contact import SIZES, TURNS, Wall, kinds_of_wall
from tests.systems.ground import (
    SQUARES_OF_WALLS,
    assert_table,
    ground,
    raised,
    row_of,
    untouched,
    wall_squares,
)
from tests.systems.kernel_calls import call

TICK = 700
SMALL = kinds_of_wall().filter(lambda kind: kind[0] + kind[1] + kind[2] <= OBSTACLE_REACH_U)


@st.composite
def standing(draw: st.DrawFn, most: int = 5) -> list[Wall]:
    """Obstacles on a lattice that cell borders are part of, also beyond the world's edge."""
    places = st.integers(0, 64 * 16).map(lambda n: n / 16)
    return [(draw(places), draw(places), *draw(SMALL)) for _ in range(draw(st.integers(0, most)))]


def held(made: SimpleNamespace, count: int) -> tuple[bytes, ...]:
    """What of the walls anybody reads."""
    used = made.row[: made.start[-1]]
    squares = [getattr(made, name) for name in SQUARES_OF_WALLS]
    parts = (made.walls[:count], made.start, used, *squares, made.raised)
    return tuple(part.tobytes() for part in parts)


@settings(max_examples=150)
@given(st.data(), st.sampled_from(SIZES), standing(), standing(), standing())
def test_walls_are_the_maps_and_the_obstacles_whatever_was_there(
    data: st.DataObject,
    size: tuple[float, float],
    fixed: list[Wall],
    former: list[Wall],
    obstacles: list[Wall],
) -> None:
    terrain = ground(*size, fixed)
    count = len(fixed) + len(obstacles)
    room = max(len(former), len(obstacles), 1)
    made = raised(terrain, obstacles, untouched(terrain, room))
    assert made.walls[: len(fixed)].tobytes() == terrain.walls.tobytes()
    # As if they were walls of a map of their own.
    alone = [ground(*size, [wall]).walls.tobytes() for wall in obstacles]
    assert [made.walls[row : row + 1].tobytes() for row in range(len(fixed), count)] == alone
    poisoned = raised(terrain, obstacles, untouched(terrain, room, data.draw(st.integers(0, 255))))
    assert held(poisoned, count) == held(made, count)
    other = raised(terrain, former, untouched(terrain, room))
    assert held(raised(terrain, obstacles, other), count) == held(made, count)
    if obstacles:
        row, column = data.draw(st.integers(0, len(obstacles) - 1)), data.draw(st.integers(0, 6))
        changed = list(obstacles[row])
        changed[column] = {5: (changed[5] + 1) % 4096, 6: changed[6] ^ 1}.get(
            column, changed[column] + 1 / 64
        )
        others = [*obstacles[:row], tuple(changed), *obstacles[row + 1 :]]
        nearly = raised(terrain, others, untouched(terrain, room))
        assert held(raised(terrain, obstacles, nearly), count) == held(made, count)


def altered(draw: st.DrawFn, obstacles: list[Wall], room: int) -> list[Wall]:
    """The same but for a few: some gone, whose rows the last ones take, some new, some changed."""
    obstacles = list(obstacles)
    for _ in range(draw(st.integers(0, 4))):
        choice = draw(st.integers(0, 2))
        if choice == 0 and obstacles:
            row, last = draw(st.integers(0, len(obstacles) - 1)), obstacles.pop()
            obstacles[row:] = [*([last] * (row < len(obstacles))), *obstacles[row + 1 :]]
        elif choice == 1 and obstacles:
            row = draw(st.integers(0, len(obstacles) - 1))
            obstacles[row] = (*obstacles[row][:6], obstacles[row][6] ^ 3)
        else:
            obstacles += draw(standing(2))[: room - len(obstacles)]
    return obstacles


@settings(max_examples=100)
@given(st.data(), st.sampled_from(SIZES), standing(), standing(24))
def test_whatever_comes_and_goes_it_is_as_if_all_were_built_anew(
    data: st.DataObject, size: tuple[float, float], fixed: list[Wall], obstacles: list[Wall]
) -> None:
    terrain, room = ground(*size, fixed), 30
    made = raised(terrain, obstacles, untouched(terrain, room))
    for _ in range(data.draw(st.integers(1, 6))):
        obstacles = data.draw(st.composite(altered)(obstacles, room))
        made = raised(terrain, obstacles, made)
        anew = raised(terrain, obstacles, untouched(terrain, room, 255))
        count = len(fixed) + len(obstacles)
        assert held(made, count) == held(anew, count)
        assert not made.edits.any()


def test_an_obstacle_that_is_too_large_leaves_no_squares_behind() -> None:
    """It is found in the cells around its middle, but all squares that it touches are marked."""
    terrain = ground(64.0, 64.0, [])
    small = [(4.0 + 8.0 * row, 4.0, 0.5, 0.5, 0.0, 0, 7) for row in range(6)]
    large = (30.0, 30.0, 20.0, 20.0, 0.0, 0, 7)
    made = raised(terrain, small, untouched(terrain, 8))
    for obstacles in ([*small, large], small, [large, *small[1:]], small):
        made = raised(terrain, obstacles, made)
        anew = raised(terrain, obstacles, untouched(terrain, 8))
        assert held(made, len(obstacles)) == held(anew, len(obstacles))


@settings(max_examples=150)
@given(st.sampled_from(SIZES), standing(), standing())
def test_each_cell_lists_the_walls_and_obstacles_that_reach_into_it(
    size: tuple[float, float], fixed: list[Wall], obstacles: list[Wall]
) -> None:
    terrain = ground(*size, fixed)
    made = raised(terrain, obstacles, untouched(terrain, max(len(obstacles), 1)))
    assert made.start[-1] <= len(made.row)
    for cell in range(len(made.start) - 1):
        listed = made.row[made.start[cell] : made.start[cell + 1]].tolist()
        assert listed == sorted(set(listed))
        ours = terrain.wall_row[terrain.wall_start[cell] : terrain.wall_start[cell + 1]]
        assert listed[: len(ours)] == ours.tolist()
    for row, wall in enumerate(obstacles, start=len(fixed)):
        found = {
            cell
            for cell in range(len(made.start) - 1)
            if row in made.row[made.start[cell] : made.start[cell + 1]]
        }
        hair = 0 if wall[5] % 1024 == 0 else HAIR_U
        may, must = (
            {
                cell
                for cell, listed in enumerate(walls_of_cells(*size, WALL_CELL_U, [wall], by)[2])
                if listed
            }
            for by in (hair, -hair)
        )
        assert must <= found <= may


@settings(max_examples=150)
@given(st.sampled_from(SIZES), standing(), standing())
def test_squares_that_walls_and_obstacles_touch_are_marked(
    size: tuple[float, float], fixed: list[Wall], obstacles: list[Wall]
) -> None:
    terrain = ground(*size, fixed)
    made = raised(terrain, obstacles, untouched(terrain, max(len(obstacles), 1)))
    both = ground(*size, [*fixed, *obstacles])
    assert made.stops_bodies.tolist() == wall_squares(both, BLOCKS_MOVE).tolist()
    assert made.stops_shots.tolist() == wall_squares(both, BLOCKS_SHOTS).tolist()
    assert made.map_stops_bodies.tolist() == wall_squares(terrain, BLOCKS_MOVE).tolist()
    assert made.map_stops_shots.tolist() == wall_squares(terrain, BLOCKS_SHOTS).tolist()


@settings(max_examples=200)
@given(st.data(), st.integers(0, 5), st.integers(0, 6))
def test_knocks_are_settled_in_their_order(data: st.DataObject, count: int, room: int) -> None:
    obstacles = [
        Obstacle(
            wall=(row + 0.5, row + 0.25),
            kind=data.draw(st.sampled_from([CRATE, BARRIER])),
            owner=data.draw(st.integers(-1, 3)),
            health=data.draw(st.sampled_from([0.0, 0.3, 20.0, 60.0])),
            expires=data.draw(st.sampled_from([NEVER, NEVER, TICK + 1, TICK, TICK - 9])),
        )
        for row in range(count)
    ]
    knocks: list[Knock] = []
    if count:
        amounts = st.sampled_from([0.1, 0.2, 20.0, 60.0, 1e-9])
        one = st.tuples(st.integers(0, count - 1), st.integers(0, 3), amounts)
        breakable = one.filter(lambda knock: obstacles[knock[0]].health > 0.0)
        if any(o.health > 0.0 for o in obstacles):
            knocks = data.draw(st.lists(breakable, max_size=9))
    records = np.array([*knocks, (0, 0, 77.0)], KNOCK_RECORD)
    found = call(
        sort_knocks,
        obstacles=count,
        knocks=records,
        knock_count=len(knocks),
        first=np.full(count + 1, 9),
        order=np.full(len(records), 9),
    )
    made = call(
        break_obstacles,
        obstacles=count,
        tick=TICK,
        x_u=[o.wall[0] for o in obstacles],
        y_u=[o.wall[1] for o in obstacles],
        kind=[o.kind for o in obstacles],
        owner=[o.owner for o in obstacles],
        expire_tick=[o.expires for o in obstacles],
        knocks=records,
        first=found.first,
        order=found.order,
        health_hp=[o.health for o in obstacles],
        gone=[0] * count,
        events=np.zeros(room, EVENT_RECORD),
        event_count=0,
        events_refused=1,
    )
    health, gone, events = settled(obstacles, knocks, TICK)
    assert made.health_hp.tolist() == health
    assert made.gone.tolist() == gone
    assert_table(made.events, made.event_count, made.events_refused, 1, events)


COLUMNS = ("x_u", "y_u", "hx_u", "hy_u", "radius_u", "health_hp", "full_hp")
FACTS = ("heading", "kind", "blocks", "owner", "expire_tick")


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 40),
            st.floats(0, 40),
            st.sampled_from([0.5, 5.25, 7.5, 7.6]),
            st.sampled_from([0.25, 1.0, 5.5, 7.5]),
            st.sampled_from(TURNS),
            st.sampled_from([1.0, 60.0]),
        ),
        max_size=5,
    ),
    st.permutations(range(5)),
    st.integers(1, 5),
    st.integers(0, 2),
)
def test_crates_become_obstacles_while_there_is_room(
    rows: list[tuple[float, ...]], order: list[int], room: int, used: int
) -> None:
    used = min(used, room)
    slots = [slot for slot in order if slot < room]
    try:
        built, refused = crates(rows, room - used)
    except Hair:
        assume(False)
    names = Names(slots[: room - used], [3] * room)
    made = call(
        put_crates,
        crates=np.array(rows, np.float64).reshape(-1, 6),
        directions=TABLE,
        count=used,
        refused=4,
        slot=[9] * room,
        generation=[3] * room,
        free=slots,
        **{name: [0.5] * room for name in COLUMNS},
        **{name: [9] * room for name in FACTS},
    )
    assert (made.count[0], made.refused[0]) == (used + len(built), 4 + refused)
    for row, crate in enumerate(built, start=used):
        assert made.slot[row] == names.give()
        numbers = tuple(getattr(made, name)[row] for name in COLUMNS)
        at, health = (crate.at.real, crate.at.imag), crate.health
        assert numbers == (*at, *crate.half, crate.radius, health, health)
        facts = tuple(getattr(made, name)[row] for name in FACTS)
        assert facts == (crate.heading, crate.kind, crate.stops, crate.owner, crate.last)
    assert made.generation.tolist() == [names.uses[slot] for slot in range(room)]
    for row in (*range(used), *range(used + len(built), room)):
        assert (made.owner[row], made.x_u[row], made.slot[row]) == (9, 0.5, 9)


@pytest.mark.parametrize(
    ("crate", "message"),
    [
        ((9.0, 9.0, 7.6, 1.0, 0, 10.0), "across"),
        ((9.0, 9.0, 7.4, 7.4, 512, 10.0), "across"),
        ((9.0, 9.0, 1.0, 1.0, 0, 0.0), "health"),
        ((9.0, 9.0, 1.0, 1.0, 4096, 10.0), "heading"),
    ],
)
def test_crates_that_cannot_be_are_refused_at_load(crate: Wall, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_terrain(40.0, 40.0, [row_of((9.0, 9.0, 1.0, 1.0, 0.0))], [(1.0, 1.0)], [crate])
