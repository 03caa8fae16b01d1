"""Damage is settled once a tick."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Clock,
    Credit,
    Events,
    Hits,
    Intent,
    Order,
    Outcome,
    Position,
    Tally,
    Vitals,
)
from systems.kernels.settling import forgive, settle, sort_hits
from systems.rules import Rules
from systems.shrink_zone import ShrinkZone


class SettleDamage(System):
    """Sort the collected hits, take them off, and give credit: the one place where health falls."""

    after = (ShrinkZone,)
    reads = (Clock.tick, Position, Hits, Vitals.alive, Outcome.over)
    writes = (
        Rows,
        Order,
        Vitals.health_hp,
        Credit,
        Tally.kills,
        Tally.dealt_hp,
        Tally.taken_hp,
        Tally.killer,
        Tally.cause,
        Tally.dying,
        Events,
    )

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        players, hits, events = granted.table(Intent), granted.table(Hits), granted.table(Events)
        order, tally = granted.table(Order)[Order], players[Tally]
        self.calls = [
            partial(forgive, granted.table(Outcome)[Outcome].over, hits[Rows].count),
            partial(
                sort_hits,
                players[Rows].count,
                hits[Hits].record,
                hits[Rows].count,
                order.first,
                order.row,
            ),
            partial(
                settle,
                players[Rows].count,
                granted.table(Clock)[Clock].tick,
                hits[Hits].record,
                order.first,
                order.row,
                rules.ticks(rules.balance.match.credit_window_s),
                players[Position].x_u,
                players[Position].y_u,
                players[Vitals].alive,
                players[Vitals].health_hp,
                players[Credit].attacker,
                players[Credit].hit_tick,
                tally.kills,
                tally.dealt_hp,
                tally.taken_hp,
                tally.killer,
                tally.cause,
                tally.dying,
                events[Events].record,
                events[Rows].count,
                events[Rows].refused,
            ),
        ]
