"""Obstacles take their places among the walls."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Barrier, Shape, Walls
from systems.apply_inputs import ApplyInputs
from systems.kernels.raising import raise_walls
from systems.rules import Rules
from systems.terrain import Terrain


class RaiseWalls(System):
    """Bring the walls up to date with the obstacles that stand.

    Whoever asks about walls later in the tick asks these; an obstacle that is put up in a tick
    stands from the next one on.
    """

    after = (ApplyInputs,)
    reads = (Rows.count, Shape, Barrier.blocks)
    writes = (Walls,)

    def bind(self, granted: Granted) -> None:
        rules, terrain = granted.resource(Rules), granted.resource(Terrain)
        obstacles, walls = granted.table(Shape), granted.table(Walls)[Walls]
        shape = obstacles[Shape]
        self.calls = [
            partial(
                raise_walls,
                obstacles[Rows].count,
                shape.x_u,
                shape.y_u,
                shape.hx_u,
                shape.hy_u,
                shape.radius_u,
                shape.heading,
                obstacles[Barrier].blocks,
                rules.directions,
                terrain.walls,
                terrain.wall_start,
                terrain.wall_row,
                terrain.frame,
                walls.record,
                walls.start,
                walls.row,
                walls.former,
                walls.edits,
                walls.changed,
                walls.stops_bodies,
                walls.stops_shots,
                walls.map_stops_bodies,
                walls.map_stops_shots,
                walls.raised,
            )
        ]
