"""Overlapping bodies part."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Grid, Intent, Origin, Position, Push, Vitals, Walls
from systems.kernels.separation import apply_push, find_push
from systems.move import BuildGrid
from systems.rules import Rules
from systems.terrain import Terrain


class Separate(System):
    """Push overlapping pairs apart, half each, without pushing anybody into a wall."""

    after = (BuildGrid,)
    reads = (Rows.count, Vitals.alive, Origin, Grid.start, Grid.row, Walls)
    writes = (Position, Push, Grid.reach_u, Grid.squares)

    def bind(self, granted: Granted) -> None:
        rules, terrain = granted.resource(Rules), granted.resource(Terrain)
        players, grid = granted.table(Intent), granted.table(Grid)[Grid]
        walls = granted.table(Walls)[Walls]
        push, radius_u = granted.table(Push)[Push], rules.balance.match.body.radius_u
        self.calls = [
            partial(
                find_push,
                players[Rows].count,
                players[Vitals].alive,
                players[Position].x_u,
                players[Position].y_u,
                radius_u,
                rules.grid,
                grid.start,
                grid.row,
                rules.directions,
                push.dx_u,
                push.dy_u,
            ),
            partial(
                apply_push,
                players[Rows].count,
                players[Vitals].alive,
                push.dx_u,
                push.dy_u,
                players[Origin].x_u,
                players[Origin].y_u,
                radius_u,
                rules.grid,
                walls.stops_bodies,
                walls.record,
                walls.start,
                walls.row,
                terrain.frame,
                players[Position].x_u,
                players[Position].y_u,
                grid.reach_u,
                grid.squares,
            ),
        ]
