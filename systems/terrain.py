"""The map in arrays: walls, the grid of cells through which they are found, and spawn points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schema import directions
from schema.walls import OBSTACLE_REACH_U, WALL, WALL_CELL_U

_CELLS_ACROSS = math.ceil(2.0 * OBSTACLE_REACH_U / WALL_CELL_U) + 1
OBSTACLE_CELLS = _CELLS_ACROSS * _CELLS_ACROSS
"""Cells that the largest obstacle touches at most."""

WallRow = Sequence[float]
"""(cx, cy, hx, hy, radius, heading, blocks): units, index of a direction, bits of schema.walls."""


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """The map as the kernels see it.

    Attributes:
        walls: WALL[walls], by place.
        wall_start: i32[cells + 1], wall_row: i32[entries]: walls by cell (``kernels.walls``).
        frame: f64[5], width, height, cell size (units), columns, rows.
        spawns: f64[spawns, 2], units.
        crates: f64[crates, 6], centre, half extents (units), heading, health (hp).
        bushes: f64[bushes, 3], centre, radius (units).
        bush_start: i32[cells + 1], bush_row: i32[entries]: bushes by cell, as walls are.
        loot: f64[points, 2], units; loot_tables: the name of each one's loot table.
    """

    walls: NDArray[np.void]
    wall_start: NDArray[np.int32]
    wall_row: NDArray[np.int32]
    frame: NDArray[np.float64]
    spawns: NDArray[np.float64]
    crates: NDArray[np.float64]
    bushes: NDArray[np.float64]
    bush_start: NDArray[np.int32]
    bush_row: NDArray[np.int32]
    loot: NDArray[np.float64]
    loot_tables: tuple[str, ...]


def make_terrain(
    width_u: float,
    height_u: float,
    walls: Sequence[WallRow],
    spawns: Sequence[Sequence[float]],
    crates: Sequence[Sequence[float]] = (),
    bushes: Sequence[Sequence[float]] = (),
    loot: Sequence[tuple[float, float, str]] = (),
) -> Terrain:
    """Sort the walls of a map into cells.

    Args:
        width_u, height_u: size of the world.
        walls: rows (cx, cy, hx, hy, radius, heading, blocks).
        spawns: rows (x, y), at least one.
        crates: rows (cx, cy, hx, hy, heading, health), obstacles from the beginning.
        bushes: rows (x, y, radius).
        loot: rows (x, y, name of a loot table).

    Raises:
        ValueError: there is no spawn point, or a heading is not in the table, or a crate has no
            health or is larger than an obstacle may be.
    """
    if not spawns:
        raise ValueError("a map needs at least one spawn point")
    _check_crates(crates)
    columns = max(1, math.ceil(width_u / WALL_CELL_U))
    rows = max(1, math.ceil(height_u / WALL_CELL_U))
    # Neighbours in the world become neighbours in memory, for maps of many thousand walls.
    records = wall_records(sorted(walls, key=_cell_of_centre))
    starts, flat = sort_by_cell(records, columns, rows)
    bush_starts, bushes_flat = _sort_boxes([(x, y, r, r) for x, y, r in bushes], columns, rows)
    return Terrain(
        walls=_frozen(records),
        wall_start=_array(starts, np.int32, (len(starts),)),
        wall_row=_array(flat, np.int32, (len(flat),)),
        frame=_array([width_u, height_u, WALL_CELL_U, columns, rows], np.float64, (5,)),
        spawns=_array(spawns, np.float64, (len(spawns), 2)),
        crates=_array(crates, np.float64, (len(crates), 6)),
        bushes=_array(bushes, np.float64, (len(bushes), 3)),
        bush_start=_array(bush_starts, np.int32, (len(bush_starts),)),
        bush_row=_array(bushes_flat, np.int32, (len(bushes_flat),)),
        loot=_array([point[:2] for point in loot], np.float64, (len(loot), 2)),
        loot_tables=tuple(point[2] for point in loot),
    )


def wall_records(rows: Sequence[WallRow]) -> NDArray[np.void]:
    """WALL[rows] of wall rows, in their order.

    Raises:
        ValueError: a heading is not in the table.
    """
    made = np.zeros(len(rows), dtype=WALL)
    for index, (cx, cy, hx, hy, radius, heading, blocks) in enumerate(rows):
        if heading != int(heading) or not 0 <= heading < directions.COUNT:
            raise ValueError(f"wall {index} has no heading {heading}: 0 to {directions.COUNT - 1}")
        ux, uy = directions.TABLE[int(heading)].tolist()
        # The bounding box of a turned box: its half extents' shadows on each axis, added.
        reach_x = abs(ux) * hx + abs(uy) * hy + radius
        reach_y = abs(uy) * hx + abs(ux) * hy + radius
        made[index] = (cx, cy, hx, hy, radius, ux, uy, reach_x, reach_y, int(blocks), 0, 0, 0)
    return made


def _check_crates(crates: Sequence[Sequence[float]]) -> None:
    boxes = wall_records([(cx, cy, hx, hy, 0.0, turn, 0) for cx, cy, hx, hy, turn, _ in crates])
    for index, (crate, box) in enumerate(zip(crates, boxes, strict=True)):
        if max(box["reach_x_u"], box["reach_y_u"]) > OBSTACLE_REACH_U:
            raise ValueError(f"crate {index} is more than {2 * OBSTACLE_REACH_U} u across")
        if not crate[5] > 0.0:
            raise ValueError(f"crate {index} has no health: {crate[5]}")


def walls_with_obstacles(terrain: Terrain, obstacles: int) -> tuple[int, int, int]:
    """(walls, cells, walls in all cells counted singly) with so many obstacles among them."""
    return (
        len(terrain.walls) + obstacles,
        len(terrain.wall_start) - 1,
        len(terrain.wall_row) + obstacles * OBSTACLE_CELLS,
    )


def sort_by_cell(walls: NDArray[np.void], columns: int, rows: int) -> tuple[list[int], list[int]]:
    """(first place of each cell and the end, walls by cell): those whose bounding box touches it.

    Cells at the border of the grid also hold what lies beyond them.
    """
    return _sort_boxes(
        list(zip(*(walls[name].tolist() for name in _BOX), strict=True)), columns, rows
    )


def _sort_boxes(
    boxes: Sequence[tuple[float, ...]], columns: int, rows: int
) -> tuple[list[int], list[int]]:
    cells: list[list[int]] = [[] for _ in range(columns * rows)]
    for index, (cx, cy, reach_x, reach_y) in enumerate(boxes):
        left, right = _cells(cx - reach_x, cx + reach_x, columns)
        top, bottom = _cells(cy - reach_y, cy + reach_y, rows)
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                cells[y * columns + x].append(index)
    starts = [0]
    for cell in cells:
        starts.append(starts[-1] + len(cell))
    return starts, [index for cell in cells for index in cell]


_BOX = ("x_u", "y_u", "reach_x_u", "reach_y_u")


def _cell_of_centre(wall: WallRow) -> tuple[int, int]:
    return math.floor(wall[1] / WALL_CELL_U), math.floor(wall[0] / WALL_CELL_U)


def _cells(low: float, high: float, count: int) -> tuple[int, int]:
    first = math.floor(low / WALL_CELL_U)
    last = math.floor(high / WALL_CELL_U)
    return max(0, min(first, count - 1)), max(0, min(last, count - 1))


def _frozen(array: NDArray[np.void]) -> NDArray[np.void]:
    array.flags.writeable = False
    return array


def _array(rows: object, dtype: type, shape: tuple[int, ...]) -> NDArray:  # type: ignore[type-arg]
    array: NDArray[Any] = np.array(rows, dtype=dtype).reshape(shape)
    array.flags.writeable = False
    return array
