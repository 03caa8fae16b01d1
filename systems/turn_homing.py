"""Homing projectiles turn."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Clock, Cover, Flight, Intent, Motion, Position, Stats, Vitals
from systems.channel import Channel
from systems.kernels.homing import turn_homing
from systems.rules import Rules


class TurnHoming(System):
    """Before the projectiles fly, those that home turn towards where their target has moved.

    As far as their owner's screen would show it: nothing tracks who is hidden.
    """

    after = (Channel,)
    reads = (
        Rows.count,
        Clock.tick,
        Position,
        Flight.owner,
        Flight.skill,
        Vitals.alive,
        Cover,
        Stats.flags,
    )
    writes = (Flight.target, Flight.direction, Motion)

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        players, flying = granted.table(Intent), granted.table(Flight)
        self.calls = [
            partial(
                turn_homing,
                flying[Rows].count,
                granted.table(Clock)[Clock].tick,
                flying[Position].x_u,
                flying[Position].y_u,
                flying[Flight].owner,
                flying[Flight].skill,
                rules.skills,
                rules.balance.match.cover.notice_u,
                players[Vitals].alive,
                players[Cover].bush,
                players[Cover].seen_until_tick,
                players[Stats].flags,
                players[Position].x_u,
                players[Position].y_u,
                rules.directions,
                flying[Flight].target,
                flying[Flight].direction,
                flying[Motion].vx_ups,
                flying[Motion].vy_ups,
            )
        ]
