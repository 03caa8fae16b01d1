"""The dead are buried, and teams that are out get their places."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Affliction,
    Channel,
    Clock,
    Control,
    Dash,
    Events,
    Intent,
    Mending,
    Motion,
    Order,
    Outcome,
    Position,
    Rescue,
    Role,
    Stats,
    Tally,
    Vitals,
)
from systems.kernels.burying import bury, place_teams
from systems.knock_down import letting_go
from systems.reward import Reward


class Bury(System):
    """Place the teams that are out, and end the lives that were lost on this tick."""

    after = (Reward,)
    reads = (
        Clock.tick,
        Control.join_tick,
        Role.team,
        Position,
        Tally.dying,
        Tally.kills,
        Tally.dealt_hp,
        Tally.killer,
        Tally.cause,
    )
    writes = (
        Rows,
        Order,
        Vitals.alive,
        Vitals.down,
        Vitals.health_hp,
        Vitals.shield_hp,
        Motion,
        Intent.buttons,
        Rescue.reviver,
        Rescue.progress_ticks,
        Dash.until_tick,
        Channel.slot,
        Channel.length_u,
        Mending.until_tick,
        Stats.flags,
        Affliction,
        Tally.placement,
        Tally.death_tick,
        Outcome.alive,
        Outcome.teams_alive,
        Events,
    )

    def bind(self, granted: Granted) -> None:
        players, events = granted.table(Intent), granted.table(Events)
        match, order = granted.table(Outcome), granted.table(Order)[Order]
        tally, vitals = players[Tally], players[Vitals]
        tick = match[Clock].tick
        self.calls = [
            partial(
                place_teams,
                players[Rows].count,
                players[Role].team,
                vitals.alive,
                tally.dying,
                players[Control].join_tick,
                tick,
                tally.kills,
                tally.dealt_hp,
                order.row,
                order.first,
                tally.placement,
                match[Outcome].teams_alive,
            ),
            partial(
                bury,
                players[Rows].count,
                tick,
                players[Position].x_u,
                players[Position].y_u,
                tally.dying,
                tally.killer,
                tally.cause,
                vitals.alive,
                vitals.down,
                vitals.health_hp,
                vitals.shield_hp,
                players[Motion].vx_ups,
                players[Motion].vy_ups,
                players[Intent].buttons,
                players[Rescue].reviver,
                players[Rescue].progress_ticks,
                tally.death_tick,
                match[Outcome].alive,
                events[Events].record,
                events[Rows].count,
                events[Rows].refused,
            ),
            letting_go(granted, tally.dying, tally.death_tick),
        ]
