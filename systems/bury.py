"""The dead are placed, and the match may be decided."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Clock, Events, Intent, Motion, Order, Outcome, Position, Tally, Vitals
from systems.kernels.settling import bury, crown
from systems.settle_damage import SettleDamage


class Bury(System):
    """End the lives that were lost on this tick and give them their places."""

    after = (SettleDamage,)
    reads = (
        Clock.tick,
        Position,
        Tally.dying,
        Tally.kills,
        Tally.dealt_hp,
        Tally.killer,
        Tally.cause,
    )
    writes = (
        Rows,
        Order.row,
        Vitals.alive,
        Motion,
        Intent.buttons,
        Tally.placement,
        Tally.death_tick,
        Outcome.alive,
        Events,
    )

    def bind(self, granted: Granted) -> None:
        players, events = granted.table(Intent), granted.table(Events)
        match, tally = granted.table(Outcome), players[Tally]
        self.calls = [
            partial(
                bury,
                players[Rows].count,
                match[Clock].tick,
                players[Position].x_u,
                players[Position].y_u,
                tally.dying,
                tally.kills,
                tally.dealt_hp,
                tally.killer,
                tally.cause,
                granted.table(Order)[Order].row,
                players[Vitals].alive,
                players[Motion].vx_ups,
                players[Motion].vy_ups,
                players[Intent].buttons,
                tally.placement,
                tally.death_tick,
                match[Outcome].alive,
                events[Events].record,
                events[Rows].count,
                events[Rows].refused,
            )
        ]


class Crown(System):
    """Decide the match when at most one is left."""

    after = (Bury,)
    reads = (Rows.count, Clock.tick, Vitals.alive, Outcome.alive)
    writes = (Tally.placement, Outcome.over, Outcome.over_tick, Outcome.winner)

    def bind(self, granted: Granted) -> None:
        players, match = granted.table(Intent), granted.table(Outcome)
        self.calls = [
            partial(
                crown,
                players[Rows].count,
                match[Clock].tick,
                players[Vitals].alive,
                match[Outcome].alive,
                players[Tally].placement,
                match[Outcome].over,
                match[Outcome].over_tick,
                match[Outcome].winner,
            )
        ]
