"""Dashes begin."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Clock, Cooldowns, Dash, Events, Intent, Position, Vitals
from systems.apply_inputs import ApplyInputs
from systems.kernels.movement import start_dash
from systems.rules import Rules


class StartDash(System):
    """Whoever asks for a dash and may begins one."""

    after = (ApplyInputs,)
    reads = (
        Clock.tick,
        Vitals.alive,
        Intent.buttons,
        Intent.move,
        Intent.aim,
        Position,
    )
    writes = (Rows, Cooldowns.dash_tick, Dash, Events)

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        dash = rules.balance.skills.dash
        players, events = granted.table(Intent), granted.table(Events)
        self.calls = [
            partial(
                start_dash,
                players[Rows].count,
                granted.table(Clock)[Clock].tick,
                players[Vitals].alive,
                players[Intent].buttons,
                players[Intent].move,
                players[Intent].aim,
                players[Position].x_u,
                players[Position].y_u,
                rules.ticks(dash.duration_s),
                rules.ticks(dash.cooldown_s),
                players[Cooldowns].dash_tick,
                players[Dash].until_tick,
                players[Dash].direction,
                events[Events].record,
                events[Rows].count,
                events[Rows].refused,
            )
        ]
