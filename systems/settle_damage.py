"""Damage and healing are settled once a tick."""

from collections.abc import Callable
from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, Lens, System
from schema.columns import (
    Assailant,
    Clock,
    Credit,
    Effort,
    Events,
    Hits,
    Intent,
    Order,
    Outcome,
    Position,
    Role,
    Stats,
    Tally,
    Vitals,
)
from systems.kernels.booking import answer, book, remember
from systems.kernels.hit_order import sort_hits
from systems.kernels.settling import settle
from systems.rules import Rules
from systems.shrink_zone import ShrinkZone


class SettleDamage(System):
    """Sort the collected hits, take them off, keep the books: the one place where health falls.

    Twice: what was collected, then what thorns answer to it.  Who is left without health has
    killer and cause noted; who dies of it is ``KnockDown``'s to say.
    """

    after = (ShrinkZone,)
    reads = (
        Clock.tick,
        Outcome.stage,
        Role,
        Position,
        Intent.aim,
        Vitals.alive,
        Vitals.down,
        Stats.flags,
        Stats.armour,
        Stats.health_max_hp,
    )
    writes = (
        Rows,
        Order,
        Hits,
        Events,
        Vitals.health_hp,
        Vitals.shield_hp,
        Outcome.refused_records,
        Credit,
        Assailant,
        Effort.hits,
        Effort.dealt_hp,
        Effort.healed_hp,
        Tally.dealt_hp,
        Tally.taken_hp,
        Tally.healed_hp,
        Tally.shielded_hp,
        Tally.blocked_hp,
        Tally.over_hp,
        Tally.killer,
        Tally.cause,
    )

    def bind(self, granted: Granted) -> None:
        players, hits = granted.table(Intent), granted.table(Hits)
        one_pass = [
            _sort(granted, players, hits),
            _settle(granted, players, hits),
            _book(granted, players, hits),
            _remember(granted, players, hits),
        ]
        self.calls = [*one_pass, _answer(granted, players, hits), *one_pass]


def _sort(granted: Granted, players: Lens, hits: Lens) -> Callable[[], None]:
    order = granted.table(Order)[Order]
    return partial(
        sort_hits,
        players[Rows].count,
        hits[Hits].record,
        order.begin,
        hits[Rows].count,
        order.first,
        order.row,
    )


def _settle(granted: Granted, players: Lens, hits: Lens) -> Callable[[], None]:
    rules, events = granted.resource(Rules), granted.table(Events)
    order = granted.table(Order)[Order]
    return partial(
        settle,
        players[Rows].count,
        granted.table(Outcome)[Outcome].stage,
        rules.balance.match.team.friendly_fire_ratio,
        order.first,
        order.row,
        rules.classes,
        rules.directions,
        players[Role].team,
        players[Role].role,
        players[Intent].aim,
        players[Position].x_u,
        players[Position].y_u,
        players[Vitals].alive,
        players[Vitals].down,
        players[Stats].flags,
        players[Stats].armour,
        players[Stats].health_max_hp,
        hits[Hits].record,
        players[Vitals].health_hp,
        players[Vitals].shield_hp,
        players[Tally].killer,
        players[Tally].cause,
        events[Events].record,
        events[Rows].count,
        events[Rows].refused,
    )


def _book(granted: Granted, players: Lens, hits: Lens) -> Callable[[], None]:
    order, effort = granted.table(Order)[Order], granted.table(Effort)[Effort]
    tally = players[Tally]
    return partial(
        book,
        order.begin,
        hits[Rows].count,
        hits[Hits].record,
        order.row,
        players[Role].team,
        tally.dealt_hp,
        tally.taken_hp,
        tally.healed_hp,
        tally.shielded_hp,
        tally.blocked_hp,
        tally.over_hp,
        effort.hits,
        effort.dealt_hp,
        effort.healed_hp,
    )


def _remember(granted: Granted, players: Lens, hits: Lens) -> Callable[[], None]:
    order, match = granted.table(Order)[Order], granted.table(Outcome)
    assailant = granted.table(Assailant)[Assailant]
    return partial(
        remember,
        order.begin,
        hits[Rows].count,
        match[Clock].tick,
        hits[Hits].record,
        order.row,
        players[Role].team,
        players[Credit].attacker,
        players[Credit].hit_tick,
        assailant.attacker,
        assailant.hit_tick,
        assailant.dealt_hp,
        match[Outcome].refused_records,
    )


def _answer(granted: Granted, players: Lens, hits: Lens) -> Callable[[], None]:
    return partial(
        answer,
        granted.resource(Rules).classes,
        players[Role].team,
        players[Role].role,
        players[Position].x_u,
        players[Position].y_u,
        granted.table(Order)[Order].begin,
        hits[Hits].record,
        hits[Rows].count,
        hits[Rows].refused,
    )
