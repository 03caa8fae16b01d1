"""Bodies move, and are sorted into the grid where they came to rest."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Grid, Intent, Motion, Origin, Position, Tally, Vitals, Walls
from systems.kernels.broadphase import build_grid
from systems.kernels.movement import move_bodies
from systems.rules import Rules
from systems.steer import Steer
from systems.terrain import Terrain


class Move(System):
    """Every body moves by its velocity, swept against walls and the world's edge."""

    after = (Steer,)
    reads = (Rows.count, Vitals.alive, Walls)
    writes = (Position, Origin, Motion, Tally.distance_u)

    def bind(self, granted: Granted) -> None:
        rules, terrain = granted.resource(Rules), granted.resource(Terrain)
        players, walls = granted.table(Intent), granted.table(Walls)[Walls]
        self.calls = [
            partial(
                move_bodies,
                players[Rows].count,
                players[Vitals].alive,
                rules.dt_s,
                rules.balance.match.body.radius_u,
                walls.stops_bodies,
                walls.record,
                walls.start,
                walls.row,
                terrain.frame,
                players[Position].x_u,
                players[Position].y_u,
                players[Origin].x_u,
                players[Origin].y_u,
                players[Motion].vx_ups,
                players[Motion].vy_ups,
                players[Tally].distance_u,
            )
        ]


class BuildGrid(System):
    """Sort the living into cells."""

    after = (Move,)
    reads = (Rows.count, Vitals.alive, Position)
    writes = (Grid.start, Grid.row, Grid.cell, Grid.reach_u)

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        players, grid = granted.table(Intent), granted.table(Grid)[Grid]
        self.calls = [
            partial(
                build_grid,
                players[Rows].count,
                players[Vitals].alive,
                players[Position].x_u,
                players[Position].y_u,
                rules.grid,
                grid.start,
                grid.row,
                grid.cell,
                grid.reach_u,
            )
        ]
