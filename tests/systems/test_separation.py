"""Pushes between overlapping bodies, against asking every pair."""

from __future__ import annotations

from math import ceil, hypot
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema import directions
from systems.kernels.broadphase import build_grid
from systems.kernels.separation import apply_push, find_push
from systems.terrain import Terrain
from tests.oracle.crowd import deepest_overlap, pushes, widest_reach
from tests.oracle.squares import blocks_of, touched
from tests.oracle.terrain import MOVE, room, that_block
from tests.systems.contact import HEADINGS, Room, paths_at, rooms
from tests.systems.ground import box_of, go, ground, wall_squares
from tests.systems.kernel_calls import call

Place = tuple[float, float]
RADIUS = 0.5
SIZE_U = 40.0
OPEN = ground(SIZE_U, SIZE_U, [])
GAPS = (0.5, 1.0, 1.0 - 1e-9, 1.0 + 1e-9, 1e-9, 0.999, 0.25, 2.0)


def grid_columns(places: list[Place], alive: list[int], cell_u: float) -> SimpleNamespace:
    cells = ceil(SIZE_U / cell_u)
    return call(
        build_grid,
        count=len(places),
        alive=alive,
        x_u=[x for x, _ in places],
        y_u=[y for _, y in places],
        grid=[cell_u, cells, cells],
        start=np.zeros(cells * cells + 1, np.int32),
        row_of=np.zeros(len(places), np.int32),
        cell=np.zeros(len(places), np.int32),
        reach_u=[0.0],
    )


def found_pushes(places: list[Place], alive: list[int], cell_u: float = 1.0) -> list[Place]:
    columns = grid_columns(places, alive, cell_u)
    made = call(
        find_push,
        count=len(places),
        alive=alive,
        x_u=columns.x_u,
        y_u=columns.y_u,
        radius_u=RADIUS,
        grid=columns.grid,
        start=columns.start,
        row_of=columns.row_of,
        directions=directions.TABLE,
        dx_u=np.full(len(places), 9.0),
        dy_u=np.full(len(places), 9.0),
    )
    return list(zip(made.dx_u.tolist(), made.dy_u.tolist(), strict=True))


def applied(
    terrain: Terrain,
    places: list[Place],
    alive: list[int],
    by: list[Place],
    origins: list[Place],
) -> tuple[list[Place], float]:
    made = call(
        apply_push,
        count=len(places),
        alive=alive,
        dx_u=[x for x, _ in by],
        dy_u=[y for _, y in by],
        from_x_u=[x for x, _ in origins],
        from_y_u=[y for _, y in origins],
        radius_u=RADIUS,
        grid=[8.0, 5, 5],
        wall_squares=wall_squares(terrain, MOVE),
        walls=terrain.walls,
        wall_start=terrain.wall_start,
        wall_row=terrain.wall_row,
        frame=terrain.frame,
        x_u=[x for x, _ in places],
        y_u=[y for _, y in places],
        reach_u=[99.0],
        squares=np.full(26, 2**64 - 1, np.uint64),
    )
    ends = list(zip(made.x_u.tolist(), made.y_u.tolist(), strict=True))
    living = [
        way for way, lives in zip(zip(origins, ends, strict=True), alive, strict=True) if lives
    ]
    ways = set().union(*(touched(box_of(*way), 1.0, 5, 5) for way in living))
    assert made.squares.tolist() == [*blocks_of(ways, 5, 5), 0]
    return list(zip(made.x_u.tolist(), made.y_u.tolist(), strict=True)), float(made.reach_u[0])


@st.composite
def crowds(draw: st.DrawFn, most: int = 9) -> list[Place]:
    """Bodies at telling distances from each other, about cell borders."""
    places = [draw(st.sampled_from([(8.0, 8.0), (15.99, 16.0), (0.5, 0.5), (39.5, 12.25)]))]
    for _ in range(draw(st.integers(0, most - 1))):
        x, y = draw(st.sampled_from(places))
        gap, (ux, uy) = draw(st.sampled_from(GAPS)), draw(st.sampled_from(HEADINGS))
        there = (x + ux * gap, y + uy * gap)
        if there not in places:
            places.append(there)
    return places


@settings(max_examples=150)
@given(crowds(), st.integers(0, 511), st.sampled_from([1.0, 1.5, 4.0, 64.0]))
def test_pushes_are_those_of_all_pairs(places: list[Place], dead: int, cell_u: float) -> None:
    alive = [int(dead >> row & 1 == 0) for row in range(len(places))]
    found, expected = found_pushes(places, alive, cell_u), pushes(places, alive, RADIUS)
    for one, other in zip(found, expected, strict=True):
        # Nearly coincident centres: the direction itself is a matter of rounding.
        assert one == pytest.approx(other, abs=1e-6)
        assert hypot(*one) <= RADIUS * (1 + 1e-12)


@settings(max_examples=60)
@given(crowds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(places: list[Place], chance: object) -> None:
    order = list(range(len(places)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    alive = [1] * len(places)
    plain = found_pushes(places, alive)
    shuffled = found_pushes([places[row] for row in order], alive)
    for place, row in enumerate(order):
        assert shuffled[place] == pytest.approx(plain[row], abs=1e-12)


@given(
    st.sampled_from(GAPS[:7]), st.sampled_from(HEADINGS), st.sampled_from([(8.0, 8.0), (12.3, 9.1)])
)
def test_a_free_pair_parts_evenly_and_exactly(gap: float, heading: Place, middle: Place) -> None:
    (ux, uy), (x, y) = heading, middle
    places = [(x, y), (x + ux * gap, y + uy * gap)]
    by = found_pushes(places, [1, 1])
    assert by[0] == (-by[1][0], -by[1][1])
    after, _ = applied(OPEN, places, [1, 1], by, places)
    apart = hypot(after[0][0] - after[1][0], after[0][1] - after[1][1])
    assert apart == pytest.approx(max(2 * RADIUS, gap), abs=1e-6)
    for axis in (0, 1):
        assert after[0][axis] + after[1][axis] == pytest.approx(
            places[0][axis] + places[1][axis], abs=1e-12
        )


@pytest.mark.parametrize("rows", [2, 3, 5])
def test_bodies_on_one_spot_part_by_their_rows(rows: int) -> None:
    places = [(16.0, 16.0)] * rows
    by = found_pushes(places, [1] * rows)
    assert by == found_pushes(places, [1] * rows, 8.0)
    assert len(set(by)) == rows
    assert sum(x for x, _ in by) == pytest.approx(0.0, abs=1.0 if rows > 2 else 1e-15)
    if rows == 2:
        assert hypot(*by[0]) == pytest.approx(RADIUS)
        assert by[0] == (-by[1][0], -by[1][1])
    after, _ = applied(OPEN, places, [1] * rows, by, places)
    for _ in range(60):
        after, _ = applied(OPEN, after, [1] * rows, found_pushes(after, [1] * rows), after)
    assert deepest_overlap(after, RADIUS) < 0.01


@settings(max_examples=25)
@given(crowds(6))
def test_a_crowd_comes_apart(places: list[Place]) -> None:
    alive = [1] * len(places)
    after = places
    for _ in range(15):
        after, _ = applied(OPEN, after, alive, found_pushes(after, alive), after)
    before = deepest_overlap(places, RADIUS)
    assert deepest_overlap(after, RADIUS) <= 0.5 * before + 0.01


@settings(max_examples=100)
@given(st.data(), rooms(RADIUS), st.sampled_from([1.0, 0.5, 0.01]))
def test_a_push_is_swept_and_its_reach_noted(
    data: st.DataObject, scene: Room, length: float
) -> None:
    width, height, walls = scene
    terrain = ground(width, height, walls)
    rows = [
        (min(max(x, RADIUS), width - RADIUS), min(max(y, RADIUS), height - RADIUS), ux, uy)
        for x, y, ux, uy in data.draw(
            st.lists(paths_at(walls, RADIUS, 1.0), min_size=1, max_size=4)
        )
    ]
    walls = that_block(walls, MOVE)
    rows = [row for row in rows if room(width, height, walls, *row[:2]) >= RADIUS]
    assume(rows)
    places = [row[:2] for row in rows]
    by = [(ux * length, uy * length) for _, _, ux, uy in rows]
    origins = [
        (x + 0.25 * uy, y - 0.5 * ux) for (x, y), (_, _, ux, uy) in zip(places, rows, strict=True)
    ]
    alive = [1] * (len(rows) - 1) + [data.draw(st.integers(0, 1))]
    after, reach = applied(terrain, places, alive, by, origins)
    living = [row for row, lives in enumerate(alive) if lives]
    for row, place in enumerate(after):
        expected = go(terrain, *places[row], *by[row], RADIUS) if alive[row] else places[row]
        assert place == expected
        assert room(width, height, walls, *place) >= RADIUS - 1e-12
    assert reach == widest_reach(
        [places[row] for row in living],
        [origins[row] for row in living],
        [after[row] for row in living],
    )


def test_a_push_does_not_pass_through_a_thin_wall() -> None:
    terrain = ground(SIZE_U, SIZE_U, [(16.0, 20.0, 0.0, 19.0, 1 / 64)])
    left, right = (16.0 - 0.52, 20.0), (16.0 - 0.6, 20.0)
    after, _ = applied(terrain, [left, right], [1, 1], [(0.5, 0.0), (-0.5, 0.0)], [left, right])
    assert 16.0 - 1 / 64 - RADIUS - 0.01 < after[0][0] <= 16.0 - 1 / 64 - RADIUS
    assert after[1][0] == pytest.approx(16.0 - 1.1)
