"""Intent becomes velocity."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Clock, Dash, Intent, Motion, Outcome, Stats, Vitals
from systems.carry_out import CarryOut
from systems.kernels.movement import end_dashes, steer
from systems.rules import Rules


class Steer(System):
    """Accelerate towards the wanted direction; a dash sets the velocity outright.

    Nobody who is rooted, stunned or knocked down goes on dashing.
    """

    after = (CarryOut,)
    reads = (
        Rows.count,
        Clock.tick,
        Outcome.stage,
        Vitals.alive,
        Vitals.down,
        Stats.flags,
        Stats.speed_ups,
        Intent.buttons,
        Intent.move,
        Dash.direction,
        Dash.speed_ups,
    )
    writes = (Motion, Dash.until_tick)

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        match, players = granted.table(Clock), granted.table(Intent)
        dash, vitals = players[Dash], players[Vitals]
        self.calls = [
            partial(
                end_dashes,
                players[Rows].count,
                match[Clock].tick,
                vitals.alive,
                vitals.down,
                players[Stats].flags,
                dash.until_tick,
            ),
            partial(
                steer,
                players[Rows].count,
                match[Clock].tick,
                match[Outcome].stage,
                vitals.alive,
                players[Intent].buttons,
                players[Intent].move,
                players[Stats].speed_ups,
                dash.until_tick,
                dash.direction,
                dash.speed_ups,
                rules.directions,
                rules.balance.match.body.acceleration_upss * rules.dt_s,
                players[Motion].vx_ups,
                players[Motion].vy_ups,
            ),
        ]
