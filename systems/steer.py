"""Intent becomes velocity."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Clock, Dash, Intent, Motion, Vitals
from systems.kernels.movement import steer
from systems.rules import Rules
from systems.start_dash import StartDash


class Steer(System):
    """Accelerate towards the wanted direction; a dash sets the velocity outright."""

    after = (StartDash,)
    reads = (Rows.count, Clock.tick, Vitals.alive, Intent.buttons, Intent.move, Dash)
    writes = (Motion,)

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        body, dash = rules.balance.body, rules.balance.skills.dash
        players = granted.table(Intent)
        self.calls = [
            partial(
                steer,
                players[Rows].count,
                granted.table(Clock)[Clock].tick,
                players[Vitals].alive,
                players[Intent].buttons,
                players[Intent].move,
                players[Dash].until_tick,
                players[Dash].direction,
                rules.directions,
                body.speed_ups,
                dash.speed_ups,
                body.acceleration_upss * rules.dt_s,
                players[Motion].vx_ups,
                players[Motion].vy_ups,
            )
        ]
