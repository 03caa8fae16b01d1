"""What bots look things up by: walls, players, pickups and areas, each sorted into cells."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from schema.columns import Barrier, Position, Shape, Vitals, Walls
from systems.kernels.broadphase import build_grid
from systems.kernels.raising import raise_walls
from systems.rules import Rules
from systems.terrain import Terrain

ByCell = tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]
"""grid, start and row_of, as in ``kernels.broadphase``."""


class Surroundings:
    """Grids of the bots' own, for the tick's say nothing after a restore; the walls are the tick's.

    Walls follow from the obstacles alone, so whoever brings them up to date first does it for both.

    Attributes:
        walls: record, start and row, as in ``kernels.walls``.
        players, pickups, areas: by cell.
        calls: kernel calls that bring all of this up to date.
    """

    def __init__(self, world: World) -> None:
        self._world, self._rules = world, world.resource(Rules)
        walls = world.group("walls", Walls)
        self.walls = (walls.record, walls.start, walls.row)
        self.calls = [self._bind_walls(walls)]
        self.players = self._sort("players", world.group("players", Vitals).alive)
        self.pickups = self._sort("pickups", _all_of(world, "pickups"))
        self.areas = self._sort("areas", _all_of(world, "areas"))

    def _sort(self, table: str, alive: NDArray[np.uint8]) -> ByCell:
        grid, position = self._rules.grid, self._world.group(table, Position)
        start = np.zeros(int(grid[1] * grid[2]) + 1, dtype=np.int32)
        row_of = np.zeros(len(position.x_u), dtype=np.int32)
        self.calls.append(
            partial(
                build_grid,
                self._world.group(table, Rows).count,
                alive,
                position.x_u,
                position.y_u,
                grid,
                start,
                row_of,
                np.zeros_like(row_of),
                np.zeros(1, dtype=np.float64),
            )
        )
        return grid, start, row_of

    def _bind_walls(self, walls: Walls) -> partial[None]:
        terrain, shape = self._world.resource(Terrain), self._world.group("obstacles", Shape)
        return partial(
            raise_walls,
            self._world.group("obstacles", Rows).count,
            shape.x_u,
            shape.y_u,
            shape.hx_u,
            shape.hy_u,
            shape.radius_u,
            shape.heading,
            self._world.group("obstacles", Barrier).blocks,
            self._rules.directions,
            terrain.walls,
            terrain.wall_start,
            terrain.wall_row,
            terrain.frame,
            *self.walls,
            walls.former,
            walls.edits,
            walls.changed,
            walls.stops_bodies,
            walls.stops_shots,
            walls.map_stops_bodies,
            walls.map_stops_shots,
            walls.raised,
        )


def _all_of(world: World, table: str) -> NDArray[np.uint8]:
    """A mark for each row of a table: between two ticks whatever is in it is there."""
    return np.ones(world.layout.capacities[table], dtype=np.uint8)
