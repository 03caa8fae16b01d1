"""Small terrains and crowds for tests, and the wall queries as plain functions."""

from __future__ import annotations

from math import ceil

import numpy as np

from systems.kernels.broadphase import build_grid
from systems.kernels.walls import glide, is_clear, sweep_walls
from systems.rules import Terrain, make_terrain
from tests.oracle.crowd import widest_reach
from tests.oracle.strikes import Body, Place
from tests.systems.contact import Wall
from tests.systems.kernel_calls import call


def ground(width: float, height: float, walls: list[Wall]) -> Terrain:
    return make_terrain(width, height, walls, [(1.0, 1.0)])


def grid_of(terrain: Terrain) -> tuple[np.ndarray, ...]:
    """The four arrays that every wall query ends with."""
    return terrain.walls, terrain.wall_start, terrain.wall_row, terrain.frame


def sweep(
    terrain: Terrain, px: float, py: float, dx: float, dy: float, radius: float
) -> tuple[float, float, float]:
    return sweep_walls(px, py, dx, dy, radius, *grid_of(terrain))


def clear(terrain: Terrain, px: float, py: float, radius: float) -> bool:
    return is_clear(px, py, radius, *grid_of(terrain))


def go(
    terrain: Terrain, px: float, py: float, dx: float, dy: float, radius: float
) -> tuple[float, float]:
    return glide(px, py, dx, dy, radius, *grid_of(terrain))


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
    made = call(
        build_grid,
        count=len(bodies),
        alive=[1] * len(bodies),
        x_u=[x for x, _ in grid_places],
        y_u=[y for _, y in grid_places],
        grid=[cell_u, columns, rows],
        start=np.zeros(columns * rows + 1, np.int32),
        row_of=np.zeros(len(bodies), np.int32),
        cell=np.zeros(len(bodies), np.int32),
        reach_u=[0.0],
    )
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


def assert_table(
    table: np.ndarray, count: np.ndarray, refused: np.ndarray, before: int, expected: list[tuple]
) -> None:
    """A table of records holds what fits of the expected ones, and the rest was counted."""
    assert count[0] == min(len(expected), len(table))
    assert refused[0] == before + len(expected) - count[0]
    assert table[: count[0]].tolist() == expected[: count[0]]
