"""What bots look things up by: walls, players, pickups and areas, each sorted into cells."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from schema.columns import Barrier, Position, Shape, Vitals, Walls
from systems.kernels.broadphase import build_grid
from systems.kernels.obstacles import raise_walls
from systems.rules import Rules
from systems.terrain import Terrain

ByCell = tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]
"""grid, start and row_of, as in ``kernels.broadphase``."""


class Surroundings:
    """Grids of a world that are the bots' own: the tick's say nothing after a restore.

    Attributes:
        walls: record, start and row, as in ``kernels.walls``.
        players, pickups, areas: by cell.
        calls: kernel calls that bring all of this up to date.
    """

    def __init__(self, world: World) -> None:
        self._world, self._rules = world, world.resource(Rules)
        theirs = world.group("walls", Walls)
        self.walls = (
            np.zeros_like(theirs.record),
            np.zeros_like(theirs.start),
            np.zeros_like(theirs.row),
        )
        self.calls = [self._bind_walls(len(theirs.stops_shots))]
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

    def _bind_walls(self, blocks: int) -> partial[None]:
        terrain, shape = self._world.resource(Terrain), self._world.group("obstacles", Shape)
        squares = np.zeros((4, blocks), dtype=np.uint64)
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
            squares[0],
            squares[1],
            squares[2],
            squares[3],
            np.zeros(2, dtype=np.int64),
        )


def _all_of(world: World, table: str) -> NDArray[np.uint8]:
    """A mark for each row of a table: between two ticks whatever is in it is there."""
    return np.ones(world.layout.capacities[table], dtype=np.uint8)
