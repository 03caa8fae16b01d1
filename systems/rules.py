"""What a match is played by and on: balance in ticks, and terrain in arrays.

Seconds end here.  Systems see ticks, and everything they look up is a read-only array or a plain
number that was computed once, from the balance and the map that the journal carries whole.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schema import directions
from schema.balance import Balance

WALL_CELL_U = 8.0


def to_ticks(seconds: float, rate_hz: int) -> int:
    """Nearest number of ticks, at least one: nothing that takes time takes none."""
    return max(1, math.floor(seconds * rate_hz + 0.5))


def _frozen(array: NDArray[np.generic]) -> NDArray[np.generic]:
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """The map as the kernels see it.

    Attributes:
        walls: f64[walls, 5], centre x, y, half extents, corner radius (units), by place.
        wall_start: i32[cells + 1], wall_row: i32[entries]: walls by cell (``kernels.walls``).
        frame: f64[5], width, height, cell size (units), columns, rows.
        spawns: f64[spawns, 2], units.
    """

    walls: NDArray[np.float64]
    wall_start: NDArray[np.int32]
    wall_row: NDArray[np.int32]
    frame: NDArray[np.float64]
    spawns: NDArray[np.float64]


def make_terrain(
    width_u: float,
    height_u: float,
    walls: Sequence[Sequence[float]],
    spawns: Sequence[Sequence[float]],
) -> Terrain:
    """Sort the walls of a map into cells.

    Args:
        width_u, height_u: size of the world.
        walls: rows (cx, cy, hx, hy, radius).
        spawns: rows (x, y), at least one.

    Raises:
        ValueError: there is no spawn point.
    """
    if not spawns:
        raise ValueError("a map needs at least one spawn point")
    columns = max(1, math.ceil(width_u / WALL_CELL_U))
    rows = max(1, math.ceil(height_u / WALL_CELL_U))
    # Neighbours in the world become neighbours in memory, for maps of many thousand walls.
    walls = sorted(walls, key=_cell_of_centre)
    cells: list[list[int]] = [[] for _ in range(columns * rows)]
    for index, (cx, cy, hx, hy, radius) in enumerate(walls):
        left, right = _cells(cx - hx - radius, cx + hx + radius, columns)
        top, bottom = _cells(cy - hy - radius, cy + hy + radius, rows)
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                cells[y * columns + x].append(index)
    starts = [0]
    for cell in cells:
        starts.append(starts[-1] + len(cell))
    flat = [index for cell in cells for index in cell]
    return Terrain(
        walls=_array(walls, np.float64, (len(walls), 5)),
        wall_start=_array(starts, np.int32, (len(starts),)),
        wall_row=_array(flat, np.int32, (len(flat),)),
        frame=_array([width_u, height_u, WALL_CELL_U, columns, rows], np.float64, (5,)),
        spawns=_array(spawns, np.float64, (len(spawns), 2)),
    )


def _cell_of_centre(wall: Sequence[float]) -> tuple[int, int]:
    return math.floor(wall[1] / WALL_CELL_U), math.floor(wall[0] / WALL_CELL_U)


def _cells(low: float, high: float, count: int) -> tuple[int, int]:
    first = math.floor(low / WALL_CELL_U)
    last = math.floor(high / WALL_CELL_U)
    return max(0, min(first, count - 1)), max(0, min(last, count - 1))


def _array(rows: object, dtype: type, shape: tuple[int, ...]) -> NDArray:  # type: ignore[type-arg]
    return _frozen(np.array(rows, dtype=dtype).reshape(shape))


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """The balance of one match at one tick rate: numbers in ticks, curves as tables.

    Attributes:
        balance: as loaded.
        rate_hz: ticks per second.
        dt_s: seconds per tick.
        directions: f64[4096, 2], unit vectors.
        grid: f64[3], cell size (units), columns, rows of the broadphase grid.
        zone_wait_ticks, zone_shrink_ticks: i64[phases].
        zone_ratio: f64[phases], radius after each phase as a share of the starting radius.
        zone_damage_hp: f64[phases], damage per tick.
    """

    balance: Balance
    rate_hz: int
    dt_s: float
    directions: NDArray[np.float64]
    grid: NDArray[np.float64]
    zone_wait_ticks: NDArray[np.int64]
    zone_shrink_ticks: NDArray[np.int64]
    zone_ratio: NDArray[np.float64]
    zone_damage_hp: NDArray[np.float64]

    def ticks(self, seconds: float) -> int:
        """``seconds`` as ticks, at least one."""
        return to_ticks(seconds, self.rate_hz)

    @property
    def flight_ticks(self) -> int:
        """Ticks in which a shot covers its range."""
        shot = self.balance.skills.shot
        return max(1, math.ceil(shot.range_u / (shot.speed_ups * self.dt_s)))


def make_rules(balance: Balance, rate_hz: int, terrain: Terrain, players: int) -> Rules:
    """Bake a balance for a tick rate, a map and a number of players (for the grid's cell size)."""
    phases = balance.zone.phase
    wait = [math.floor(phase.wait_s * rate_hz + 0.5) for phase in phases]
    return Rules(
        balance=balance,
        rate_hz=rate_hz,
        dt_s=1.0 / rate_hz,
        directions=directions.TABLE,
        grid=plan_grid(terrain.frame[0], terrain.frame[1], players, balance.body.radius_u),
        zone_wait_ticks=_array(wait, np.int64, (len(phases),)),
        zone_shrink_ticks=_array(
            [to_ticks(phase.shrink_s, rate_hz) for phase in phases], np.int64, (len(phases),)
        ),
        zone_ratio=_array([p.radius_ratio for p in phases], np.float64, (len(phases),)),
        zone_damage_hp=_array(
            [phase.damage_hp_per_s / rate_hz for phase in phases], np.float64, (len(phases),)
        ),
    )


def plan_grid(
    width_u: float, height_u: float, players: int, radius_u: float
) -> NDArray[np.float64]:
    """f64[3] of cell size, columns, rows: about two cells a player, none below a body's diameter.

    Fewer cells make sweeps look at more bodies, more cells make the counting sort walk over empty
    ones.
    """
    cell_u = max(2.0 * radius_u, math.sqrt(width_u * height_u / (2.0 * players)))
    columns, rows = math.ceil(width_u / cell_u), math.ceil(height_u / cell_u)
    return _array([cell_u, max(1, columns), max(1, rows)], np.float64, (3,))
