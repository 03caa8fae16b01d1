"""The wall grid and the queries through it, against looking at every wall exactly."""

from __future__ import annotations

from dataclasses import replace
from math import floor, hypot, inf, nextafter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecs.kernel import entry
from schema.walls import WALL_CELL_U
from systems.kernels.geometry import MISS
from systems.kernels.walls import SKIN_U, cell_of, leaves_world, sweep_walls
from systems.terrain import make_terrain
from tests.oracle.directions import VECTORS
from tests.oracle.exact import HAIR_U, Path, Shape, clearance, outward
from tests.oracle.gliding import rest_of
from tests.oracle.terrain import (
    MOVE,
    SHOTS,
    SIGHT,
    cell_index,
    first_wall,
    room,
    that_block,
    walls_of_cells,
    world_exit,
)
from tests.systems.contact import (
    HEADINGS,
    SHAPES,
    SIZES,
    STOPS,
    TURNS,
    Room,
    Step,
    Wall,
    paths_at,
    rooms,
    wall_sets,
)
from tests.systems.ground import assert_no_deeper, clear, go, grid_of, ground, sweep

cell_of, leaves_world, sweep_walls = map(entry, (cell_of, leaves_world, sweep_walls))

HAIR = float(HAIR_U)
RADIUS = 0.5
GLIDE_SLACK_U = 4 * SKIN_U + HAIR


@given(st.data(), st.sampled_from(SIZES), st.integers(0, 12))
def test_each_cell_lists_the_walls_that_reach_into_it(
    data: st.DataObject, size: tuple[float, float], count: int
) -> None:
    # On a lattice that cell borders are part of, so that edges lie exactly on them.
    places = st.integers(0, 64 * 16).map(lambda n: n / 16)
    walls = [
        (
            data.draw(places),
            data.draw(places),
            *data.draw(st.sampled_from(SHAPES)),
            data.draw(st.sampled_from(TURNS)),
            data.draw(st.sampled_from(STOPS)),
        )
        for _ in range(count)
    ]
    terrain = ground(*size, walls)
    walls.sort(key=cell_of_centre)
    assert_holds(terrain.walls, walls)
    columns, rows, _ = walls_of_cells(*size, WALL_CELL_U, walls)
    assert terrain.frame.tolist() == [*size, WALL_CELL_U, columns, rows]
    assert len(terrain.wall_start) == columns * rows + 1
    assert terrain.wall_start[0] == 0
    assert terrain.wall_start[-1] == len(terrain.wall_row)
    found = [
        terrain.wall_row[start:end].tolist()
        for start, end in zip(terrain.wall_start, terrain.wall_start[1:], strict=False)
    ]
    # Where a turned corner reaches is known to a hair, an upright one's edge exactly.
    assert all(listed == sorted(set(listed)) for listed in found)
    for row, wall in enumerate(walls):
        hair = 0 if wall[5] % 1024 == 0 else HAIR_U
        may, must = (walls_of_cells(*size, WALL_CELL_U, [wall], by)[2] for by in (hair, -hair))
        for cell, listed in enumerate(found):
            assert bool(must[cell]) <= (row in listed) <= bool(may[cell])


def cell_of_centre(wall: Wall) -> tuple[int, int]:
    """What the walls of a terrain are sorted by."""
    return floor(wall[1] / WALL_CELL_U), floor(wall[0] / WALL_CELL_U)


def assert_holds(records: np.ndarray, walls: list[Wall]) -> None:
    """The records say of the walls what their rows say."""
    assert len(records) == len(walls)
    for record, (*numbers, heading, blocks) in zip(records, walls, strict=True):
        assert record.tolist()[:5] == tuple(numbers)
        assert (record["ux"], record["uy"]) == VECTORS[int(heading)]
        reach = Shape.of((*numbers, heading)).reach()
        assert (record["reach_x_u"], record["reach_y_u"]) == pytest.approx(reach, abs=1e-12)
        assert record["blocks"] == blocks


def test_terrain_is_frozen_and_needs_a_spawn() -> None:
    terrain = ground(40.0, 40.0, [])
    for array in (*grid_of(terrain), terrain.spawns):
        assert not array.flags.writeable
    assert len(terrain.walls) == 0
    with pytest.raises(ValueError, match="spawn"):
        make_terrain(40.0, 40.0, [], [])
    for heading in (-1, 4096, 0.5):
        with pytest.raises(ValueError, match="heading"):
            ground(40.0, 40.0, [(9.0, 9.0, 1.0, 1.0, 0.0, heading, 7)])


@given(st.sampled_from([8.0, 1.0, 0.7, 3.3]), st.integers(-3, 9), st.sampled_from([1, 5, 6]))
def test_a_coordinate_lies_in_its_cell(cell_u: float, step: int, cells: int) -> None:
    border = step * cell_u
    found = [
        cell_of(value, cell_u, float(cells))
        for value in (border - cell_u / 2, nextafter(border, -inf), border, border + cell_u / 2)
    ]
    assert found == sorted(found)
    assert found[0] == cell_index(border - cell_u / 2, cell_u, cells)
    assert found[3] == cell_index(border + cell_u / 2, cell_u, cells)
    if cell_u in (8.0, 1.0):
        assert found[1:3] == [
            cell_index(value, cell_u, cells) for value in (nextafter(border, -inf), border)
        ]


@settings(max_examples=300)
@given(
    st.data(),
    rooms(RADIUS),
    st.sampled_from([0.0, 0.12, RADIUS]),
    st.sampled_from([MOVE, SHOTS, SIGHT, SHOTS | SIGHT]),
)
def test_the_first_wall_is_met_when_the_exact_one_is(
    data: st.DataObject, scene: Room, radius: float, blocks: int
) -> None:
    width, height, walls = scene
    px, py, dx, dy = data.draw(paths_at(walls, radius))
    terrain = ground(width, height, walls)
    t, nx, ny, wall = sweep_walls(px, py, dx, dy, radius, blocks, *grid_of(terrain))
    assert (wall == -1) == (t == MISS)
    met = sorted(walls, key=cell_of_centre)[wall]
    walls = that_block(walls, blocks)
    path = Path(px, py, dx, dy)
    early, late = first_wall(path, radius, walls)
    found = inf if t == MISS else t
    assert early - 1e-9 <= found <= late + 1e-9, (early, found, late)
    if t == MISS:
        assert nx == ny == 0.0
        return
    assert dx * nx + dy * ny <= HAIR * (abs(dx) + abs(dy))
    if t > 0.0 and radius > 0.0:
        assert is_normal_of(met, radius, path, t, nx, ny)


def is_normal_of(wall: Wall, radius: float, path: Path, t: float, nx: float, ny: float) -> bool:
    """Whether a circle at time t touches this wall and (nx, ny) leads straight out of it."""
    x, y = path.at(t)
    if abs(clearance(wall, float(x), float(y)) - radius) > 1e-6:
        return False
    ox, oy = outward(Shape.of(wall), x, y)
    return abs(float(ox) - nx) + abs(float(oy) - ny) < 1e-4


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("turn", [False, True])
def test_walls_met_at_the_same_time_are_told_apart_by_row(flip: bool, turn: bool) -> None:
    # Up and left at once into a corner; the cells of the two walls are searched one by one.
    walls = [(4.0, 12.0, 1.0, 12.0, 0.0), (16.0, 4.0, 12.0, 1.0, 0.0)]
    if turn:
        walls = [(y, x, hy, hx, r) for x, y, hx, hy, r in walls]
    made = ground(40.0, 40.0, walls)
    if flip:  # the same walls in the same cells under swapped rows
        made = replace(made, walls=made.walls[::-1].copy(), wall_row=1 - made.wall_row)
    t, nx, ny = sweep(made, 12.5, 12.5, -8.0, -8.0, RADIUS)
    assert t == 0.875
    upright_first = made.walls[0]["hx_u"] < made.walls[0]["hy_u"]
    assert (nx, ny) == ((1.0, 0.0) if upright_first else (0.0, 1.0))


@settings(max_examples=200)
@given(st.data(), rooms(RADIUS), st.sampled_from([0.0, 0.12, RADIUS]))
def test_a_place_is_clear_when_there_is_room(
    data: st.DataObject, scene: Room, radius: float
) -> None:
    width, height, walls = scene
    x, y, *_ = data.draw(paths_at(walls, radius, 60.0))
    if data.draw(st.booleans()):
        x = data.draw(st.sampled_from([radius, width - radius, radius - 1e-6, width, 0.0]))
    terrain, walls = ground(width, height, walls), that_block(walls, MOVE)
    space = room(width, height, walls, x, y)
    assume(abs(space - radius) > 1e-12)
    assert clear(terrain, x, y, radius) == (space > radius)


def test_exact_contact_is_clear() -> None:
    terrain = ground(40.0, 40.0, [(10.0, 10.0, 1.0, 1.0, 0.5), (20.0, 20.0, 0.0, 0.0, 2.0)])
    for x, y in [(12.0, 10.0), (10.0, 8.0), (22.5, 20.0), (20.0 + 1.5, 18.0), (0.5, 0.5)]:
        assert clear(terrain, x, y, RADIUS)
        assert clear(terrain, 39.5, 39.5, RADIUS)
    for x, y in [(nextafter(12.0, 0), 10.0), (nextafter(0.5, 0), 5.0), (5.0, nextafter(39.5, 99))]:
        assert not clear(terrain, x, y, RADIUS)


BEYOND = (0.0, 1e-9, -1e-9, 0.25, -0.25, 7.0, 900.0)


@settings(max_examples=200)
@given(st.data(), st.sampled_from(SIZES))
def test_the_edge_is_crossed_at_the_exact_time(
    data: st.DataObject, size: tuple[float, float]
) -> None:
    starts, ends = [], []
    for length in size:
        starts.append(data.draw(st.sampled_from([0.0, 1e-9, length / 3, length])))
        places = [length / 2, *(-by for by in BEYOND), *(length + by for by in BEYOND)]
        ends.append(data.draw(st.sampled_from(places)))
    dx, dy = ends[0] - starts[0], ends[1] - starts[1]
    t = leaves_world(*starts, dx, dy, np.array([*size, 8.0, 5.0, 5.0]))
    exact = world_exit(Path(*starts, dx, dy), *size)
    if exact is None or all(
        min(end, length - end) > -1e-12 for end, length in zip(ends, size, strict=True)
    ):
        assert t == MISS or t == pytest.approx(1.0)  # the end lies on the edge but for rounding
    else:
        assert t == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


@settings(max_examples=400)
@given(st.data(), rooms(RADIUS))
def test_gliding_ends_in_the_clear_and_not_too_far(data: st.DataObject, scene: Room) -> None:
    width, height, walls = scene
    px, py, dx, dy = data.draw(paths_at(walls, RADIUS))
    px, py = min(max(px, RADIUS), width - RADIUS), min(max(py, RADIUS), height - RADIUS)
    terrain, walls = ground(width, height, walls), that_block(walls, MOVE)
    x, y = go(terrain, px, py, dx, dy, RADIUS)
    assert hypot(x - px, y - py) <= hypot(dx, dy) + GLIDE_SLACK_U
    if room(width, height, walls, px, py) < RADIUS - 1e-12:
        assert_no_deeper(walls, RADIUS, (px, py), (x, y))
        return
    assert room(width, height, walls, x, y) >= RADIUS - 1e-12
    twin = rest_of(px, py, dx, dy, RADIUS, width, height, walls, SKIN_U, 4)
    if twin is not None:
        assert (x, y) == pytest.approx(twin, abs=1e-6)


@pytest.mark.parametrize(
    ("wall", "step"),
    [
        ((8.0, 8.0, 0.0, 0.0, 1 / 64), (8.309375, 7.5875, 160.0, 120.0)),
        ((36.0, 8.0, 0.5, 1 / 64, 0.5), (37.100000024, 7.184375018, -24.0, -18.0)),
        ((36.0, 11.7, 1.0, 8.0, 0.0), (39.5, 20.199992500001, -30.0, 3e-5)),
    ],
)
def test_a_long_step_off_a_corner_is_followed_exactly(wall: Wall, step: Step) -> None:
    # A normal that is off by 1e-7 takes the rest of these steps more than 1e-6 u astray.
    twin = rest_of(*step, RADIUS, 40.0, 40.0, [wall], SKIN_U, 4)
    assert twin is not None
    assert go(ground(40.0, 40.0, [wall]), *step, RADIUS) == pytest.approx(twin, abs=1e-6)


@settings(max_examples=150)
@given(st.data(), rooms(RADIUS), st.sampled_from([0.23, 1.0, 1000.0]))
def test_no_input_brings_a_body_into_a_wall(
    data: st.DataObject, scene: Room, stride: float
) -> None:
    width, height, walls = scene
    px, py, _, _ = data.draw(paths_at(walls, RADIUS, 7.3))
    px, py = min(max(px, RADIUS), width - RADIUS), min(max(py, RADIUS), height - RADIUS)
    terrain, walls = ground(width, height, walls), that_block(walls, MOVE)
    assume(room(width, height, walls, px, py) >= RADIUS)
    for heading in data.draw(st.lists(st.sampled_from(HEADINGS), min_size=12, max_size=12)):
        px, py = go(terrain, px, py, heading[0] * stride, heading[1] * stride, RADIUS)
        assert room(width, height, walls, px, py) >= RADIUS - 1e-12


@st.composite
def barriers(draw: st.DrawFn) -> tuple[float, list[Wall]]:
    """(x, walls) of a line of walls from edge to edge of a 40 x 40 world, no gap a body fits in."""
    style = draw(st.sampled_from(["wall", "posts", "pillars", "thin"]))
    x = draw(st.sampled_from([8.0, 16.0, 20.0, 19.99]))
    if style == "wall":
        return x, [(x, 20.0, draw(st.sampled_from([0.25, 1 / 64, 1.0])), 20.0, 0.0)]
    if style == "thin":
        return x, [(x, 20.0, 0.0, 20.0 - 1 / 64, 1 / 64)]
    pitch = 2 * RADIUS - draw(st.sampled_from([1e-3, 1e-6, 1e-9, 0.25]))
    half = draw(st.sampled_from([0.0, 0.25])) if style == "posts" else 0.0
    r = 0.25 if style == "posts" else draw(st.sampled_from([1 / 64, 0.5, 2.0]))
    pitch += 2 * (half + r)
    slip = draw(st.sampled_from([0.0, 0.3]))
    count = int(40.0 / pitch) + 2
    walls = [(x + slip * (row % 2), row * pitch, half, half, r) for row in range(count)]
    if slip:  # askew gaps are wider: fill them
        walls += [(x + slip / 2, (row + 0.5) * pitch, 0.0, 0.0, r) for row in range(count)]
    return x, walls


@settings(max_examples=200)
@given(st.data(), barriers(), st.sampled_from([0.05, 0.23, 0.87, 30.0, 1000.0]))
def test_nothing_gets_through_a_barrier(
    data: st.DataObject, barrier: tuple[float, list[Wall]], stride: float
) -> None:
    line, walls = barrier
    x = data.draw(st.sampled_from([line - 3.0, line + 3.4, 0.5, 39.5]))
    y = data.draw(st.sampled_from([0.5, 39.5, 20.0, 20.7]))
    side = x > line
    terrain = ground(40.0, 40.0, walls)
    assume(room(40.0, 40.0, walls, x, y) >= RADIUS)
    for _ in range(10):
        ux, uy = data.draw(st.sampled_from(HEADINGS))
        if data.draw(st.booleans()):  # keep coming at it
            ux = abs(ux) * (-1.0 if side else 1.0)
        x, y = go(terrain, x, y, ux * stride, uy * stride, RADIUS)
        assert (x > line) == side
        assert room(40.0, 40.0, walls, x, y) >= RADIUS - 1e-12


@given(st.sampled_from([1.0, -1.0]), st.sampled_from([0.0, 0.5, 2.25]), st.floats(0.01, 30.0))
def test_sliding_keeps_what_leads_along_the_wall(side: float, r: float, along: float) -> None:
    terrain = ground(80.0, 40.0, [(40.0, 20.0, 38.0 - r, 1.0, r)])
    surface = 20.0 + side * (1.0 + r + RADIUS)
    x, y = go(terrain, 20.0, surface + side * 0.25, along, -side * 5.0, RADIUS)
    assert x == pytest.approx(20.0 + along, abs=1e-9)
    assert (y - surface) * side == pytest.approx(SKIN_U, abs=1e-9)


def test_a_corner_of_the_world_and_a_corner_between_walls_hold() -> None:
    walls = [(20.0, 10.0, 10.0, 1.0, 0.0), (10.0, 20.0, 1.0, 10.0, 0.0)]
    terrain = ground(40.0, 40.0, walls)
    assert go(terrain, 2.0, 2.0, -900.0, -1000.0, RADIUS) == (RADIUS, RADIUS)
    assert go(terrain, 38.0, 36.0, 1000.0, 900.0, RADIUS) == (39.5, 39.5)
    x, y = go(terrain, 15.0, 16.0, -1000.0, -900.0, RADIUS)
    assert (x, y) == pytest.approx((11.5, 11.5), abs=2 * SKIN_U)
    assert min(x, y) >= 11.5


def test_standing_still_moves_nobody() -> None:
    terrain = ground(40.0, 40.0, [(20.0, 20.0, 1.0, 1.0, 0.5)])
    for place in [(22.0, 20.0), (10.0, 10.0), (0.5, 39.5)]:
        assert go(terrain, *place, 0.0, 0.0, RADIUS) == place


@given(st.data(), wall_sets(40.0, 40.0, RADIUS))
def test_the_order_of_walls_does_not_matter_without_ties(
    data: st.DataObject, walls: list[Wall]
) -> None:
    px, py, dx, dy = data.draw(paths_at(walls, RADIUS))
    shuffled = data.draw(st.permutations(walls))
    one = sweep(ground(40.0, 40.0, walls), px, py, dx, dy, RADIUS)
    two = sweep(ground(40.0, 40.0, shuffled), px, py, dx, dy, RADIUS)
    assert one[0] == two[0]
