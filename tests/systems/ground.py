"""Small terrains and crowds for tests, and the wall queries as plain functions."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from types import SimpleNamespace

import numpy as np

from ecs.kernel import entry
from schema.directions import TABLE
from schema.walls import BLOCKS_ACROSS, BLOCKS_ALL, BLOCKS_MOVE, SQUARES_PER_U, WALL
from systems.kernels.broadphase import build_grid
from systems.kernels.raising import raise_walls
from systems.kernels.walls import HAIR_U, glide, is_clear, sweep_walls
from systems.terrain import Terrain, make_terrain, walls_with_obstacles
from tests.oracle.crowd import widest_reach
from tests.oracle.exact import clearance
from tests.oracle.squares import SIDE, Box, blocks_of, touched
from tests.oracle.strikes import Body, Place
from tests.systems.contact import Wall
from tests.systems.kernel_calls import call

sweep_walls, is_clear, glide = map(entry, (sweep_walls, is_clear, glide))

BOX = ("x_u", "y_u", "reach_x_u", "reach_y_u")
SQUARES_OF_WALLS = ("stops_bodies", "stops_shots", "map_stops_bodies", "map_stops_shots")
HAIR_SQUARE_U = Fraction(1, 10**9)


def box_of(one: Place, two: Place) -> Box:
    """The box that two places span."""
    return (min(one[0], two[0]), max(one[0], two[0]), min(one[1], two[1]), max(one[1], two[1]))


def ground(width: float, height: float, walls: list[Wall]) -> Terrain:
    return make_terrain(width, height, [row_of(wall) for wall in walls], [(1.0, 1.0)])


def row_of(wall: Wall) -> Wall:
    """A wall with the two numbers that may be left out: upright, and stopping everything."""
    return (*wall, 0, BLOCKS_ALL)[:7]


def grid_of(terrain: Terrain) -> tuple[np.ndarray, ...]:
    """The four arrays that every wall query ends with."""
    return terrain.walls, terrain.wall_start, terrain.wall_row, terrain.frame


def wall_squares(terrain: Terrain, blocks: int) -> np.ndarray:
    """Squares that walls touch which block any of ``blocks``."""
    columns, rows = (int(cells) * BLOCKS_ACROSS for cells in terrain.frame[3:])
    found = set[tuple[int, int]]()
    for wall in terrain.walls[terrain.walls["blocks"] & blocks != 0]:
        x, y, reach_x, reach_y = (float(wall[name]) for name in BOX)
        box = (x - reach_x, x + reach_x, y - reach_y, y + reach_y)
        found |= touched(box, SQUARES_PER_U, columns, rows)
    return np.array(blocks_of(found, columns, rows), np.uint64)


def sweep(
    terrain: Terrain,
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    blocks: int = BLOCKS_MOVE,
) -> tuple[float, float, float]:
    return sweep_walls(px, py, dx, dy, radius, blocks, *grid_of(terrain))[:3]


def clear(terrain: Terrain, px: float, py: float, radius: float, blocks: int = BLOCKS_MOVE) -> bool:
    return is_clear(px, py, radius, blocks, *grid_of(terrain))


def go(
    terrain: Terrain,
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    blocks: int = BLOCKS_MOVE,
) -> tuple[float, float]:
    return glide(px, py, dx, dy, radius, blocks, wall_squares(terrain, blocks), *grid_of(terrain))


def assert_no_deeper(walls: list[Wall], radius: float, start: Place, end: Place) -> None:
    """At the end a body is deeper in no wall than at the start, but for a hair; clear is no depth.

    The walls are those that stop bodies.
    """
    for wall in walls:
        before, after = (clearance(wall, *place) - radius for place in (start, end))
        assert after >= (-1e-12 if before >= 0.0 else before - 2 * HAIR_U - 1e-12), wall


def gaps_to(walls: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Distance of each place, f64[places, 2], from each wall, WALL[walls]; no less inside."""
    away = (places @ [1, 1j])[:, None] - (walls["x_u"] + 1j * walls["y_u"])
    away *= walls["ux"] - 1j * walls["uy"]
    beyond_x = np.maximum(np.abs(away.real) - walls["hx_u"], 0.0)
    beyond_y = np.maximum(np.abs(away.imag) - walls["hy_u"], 0.0)
    return np.hypot(beyond_x, beyond_y) - walls["radius_u"]


def walls_of(terrain: Terrain) -> list[Wall]:
    """The walls in the order in which the terrain has sorted them, as numbers."""
    found = []
    for wall in terrain.walls:
        same = (TABLE[:, 0] == wall["ux"]) & (TABLE[:, 1] == wall["uy"])
        heading = int(np.flatnonzero(same)[0])
        shape = (float(wall[name]) for name in ("x_u", "y_u", "hx_u", "hy_u", "radius_u"))
        found.append((*shape, heading, int(wall["blocks"])))
    return found


def terrain_columns(terrain: Terrain) -> dict[str, np.ndarray]:
    return {
        "walls": terrain.walls,
        "wall_start": terrain.wall_start,
        "wall_row": terrain.wall_row,
        "frame": terrain.frame,
    }


def crowd_columns(
    terrain: Terrain, bodies: list[Body], grid_places: list[Place], cell_u: float
) -> dict[str, np.ndarray]:
    """Bodies as columns; the grid is built from where they stood before they were pushed.

    It still lists those who are dead by now: who is alive is not for the grid to say.
    """
    columns, rows = ceil(terrain.frame[0] / cell_u), ceil(terrain.frame[1] / cell_u)
    places = [x for x, _ in grid_places], [y for _, y in grid_places]
    made = by_cell(len(bodies), *places, [cell_u, columns, rows])
    reach = widest_reach(grid_places, [b.origin for b in bodies], [b.place for b in bodies])
    return {
        "body_alive": np.array([body.alive for body in bodies], np.uint8),
        "body_x_u": np.array([body.place[0] for body in bodies]),
        "body_y_u": np.array([body.place[1] for body in bodies]),
        "grid": made.grid,
        "start": made.start,
        "row_of": made.row_of,
        "reach_u": np.array([reach]),
    }


def by_cell(count: int, x_u: list[float], y_u: list[float], grid: list[float]) -> SimpleNamespace:
    """``start`` and ``row_of`` of so many things in a grid; those behind them are not in it."""
    return call(
        build_grid,
        count=count,
        alive=[1] * len(x_u),
        x_u=x_u,
        y_u=y_u,
        grid=grid,
        start=np.zeros(int(grid[1] * grid[2]) + 1, np.int32),
        row_of=np.zeros(len(x_u), np.int32),
        cell=np.zeros(len(x_u), np.int32),
        reach_u=[0.0],
    )


def way_squares(terrain: Terrain, ways: list[tuple[Place, Place]], cell_u: float) -> np.ndarray:
    """Squares that ways touch, each from a place straight to another."""
    columns, rows = (ceil(side / cell_u) for side in terrain.frame[:2])
    # Wider by a hair: where a way ends on the border of a square, either may be right.
    found = (touched(box_of(*way), SIDE / cell_u, columns, rows, HAIR_SQUARE_U) for way in ways)
    return np.array([*blocks_of(set().union(*found), columns, rows), 0], np.uint64)


def assert_table(
    table: np.ndarray, count: np.ndarray, refused: np.ndarray, before: int, expected: list[tuple]
) -> None:
    """A table of records holds what fits of the expected ones, and the rest was counted."""
    assert count[0] == min(len(expected), len(table))
    assert refused[0] == before + len(expected) - count[0]
    assert table[: count[0]].tolist() == expected[: count[0]]


def raised(terrain: Terrain, obstacles: list[Wall], before: SimpleNamespace) -> SimpleNamespace:
    columns = np.array(obstacles or [(0.0,) * 7]).T
    names = ("x_u", "y_u", "hx_u", "hy_u", "radius_u", "heading", "blocks")
    return call(
        raise_walls,
        count=len(obstacles),
        **dict(zip(names, columns, strict=True)),
        directions=TABLE,
        fixed=terrain.walls,
        fixed_start=terrain.wall_start,
        fixed_row=terrain.wall_row,
        frame=terrain.frame,
        walls=before.walls,
        start=before.start,
        row=before.row,
        former=before.former,
        edits=before.edits,
        changed=before.changed,
        stops_bodies=before.stops_bodies,
        stops_shots=before.stops_shots,
        map_stops_bodies=before.map_stops_bodies,
        map_stops_shots=before.map_stops_shots,
        raised=before.raised,
    )


def untouched(terrain: Terrain, room: int, fill: int = 0) -> SimpleNamespace:
    """Scratch of which every byte is ``fill``."""
    walls, cells, entries = walls_with_obstacles(terrain, room)
    return SimpleNamespace(
        walls=np.full(walls * WALL.itemsize, fill, np.uint8).view(WALL),
        start=np.full((cells + 1) * 4, fill, np.uint8).view(np.int32),
        row=np.full(entries * 4, fill, np.uint8).view(np.int32),
        former=np.full(entries * 4, fill, np.uint8).view(np.int32),
        edits=np.full((cells + 1) * 4, fill, np.uint8).view(np.int32),
        changed=np.full(room * 4, fill, np.uint8).view(np.int32),
        **{
            name: np.full(cells * BLOCKS_ACROSS**2 * 8, fill, np.uint8).view(np.uint64)
            for name in SQUARES_OF_WALLS
        },
        raised=np.full(16, fill, np.uint8).view(np.int64),
    )
