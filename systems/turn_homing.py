"""Homing projectiles turn."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Flight, Intent, Motion, Position, Vitals
from systems.channel import Channel
from systems.kernels.homing import turn_homing
from systems.rules import Rules


class TurnHoming(System):
    """Before the projectiles fly, those that home turn towards where their target has moved."""

    after = (Channel,)
    reads = (Rows.count, Position, Flight.skill, Vitals.alive)
    writes = (Flight.target, Flight.direction, Motion)

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        players, flying = granted.table(Intent), granted.table(Flight)
        self.calls = [
            partial(
                turn_homing,
                flying[Rows].count,
                flying[Position].x_u,
                flying[Position].y_u,
                flying[Flight].skill,
                rules.skills,
                players[Vitals].alive,
                players[Position].x_u,
                players[Position].y_u,
                rules.directions,
                flying[Flight].target,
                flying[Flight].direction,
                flying[Motion].vx_ups,
                flying[Motion].vy_ups,
            )
        ]
