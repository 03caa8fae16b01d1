"""Buttons become casts, or refusals."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Ability,
    Area,
    Barrier,
    Casts,
    Channel,
    Clock,
    Cover,
    Effort,
    Events,
    Flight,
    Intent,
    Outcome,
    Position,
    Stats,
    Vitals,
)
from systems.hide import Hide
from systems.kernels.judging import announce, judge
from systems.kernels.wishing import drop_held, read_wishes, recharge
from systems.rules import Rules
from systems.terrain import Terrain

OVERHOLD_S = 2.0
"""A full charge goes off by itself after so long."""


class JudgeCasts(System):
    """Everybody's wishes are allowed and paid for, or refused and counted, by player and slot.

    Charges come back first.  A skill that can be charged up is held from when its button goes down
    and cast when the button is up again, or ``OVERHOLD_S`` after the charge was full; a stun, being
    knocked down or death takes it away at no cost.  Attacking gives away who stands in a bush.
    """

    after = (Hide,)
    reads = (
        Clock.tick,
        Outcome.stage,
        Vitals.alive,
        Vitals.down,
        Intent.buttons,
        Intent.held,
        Intent.aim,
        Intent.reach,
        Position,
        Stats.flags,
        Stats.power,
        Channel.slot,
        Ability.skill,
        Ability.level,
    )
    writes = (
        Rows,
        Vitals.mana_mp,
        Ability.charges,
        Ability.ready_tick,
        Ability.recharge_tick,
        Ability.held_tick,
        Effort.casts,
        Cover.seen_until_tick,
        Outcome.refused_casts,
        Casts,
        Events,
    )

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        players, ability = granted.table(Intent), granted.table(Ability)[Ability]
        vitals, flags = players[Vitals], players[Stats].flags
        tick = granted.table(Clock)[Clock].tick
        self.calls = [
            partial(
                recharge,
                players[Rows].count,
                tick,
                ability.skill,
                rules.skills,
                ability.charges,
                ability.recharge_tick,
            ),
            partial(
                drop_held,
                players[Rows].count,
                vitals.alive,
                vitals.down,
                flags,
                ability.held_tick,
            ),
            _bind_wishes(granted),
            _bind_judge(granted),
            _bind_announce(granted),
        ]


def _bind_wishes(granted: Granted) -> partial[None]:
    rules, players = granted.resource(Rules), granted.table(Intent)
    ability = granted.table(Ability)[Ability]
    return partial(
        read_wishes,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        players[Vitals].alive,
        players[Intent].buttons,
        players[Intent].held,
        players[Channel].slot,
        ability.skill,
        ability.held_tick,
        rules.skills,
        rules.ticks(OVERHOLD_S),
        granted.table(Casts)[Casts].wish,
    )


def _bind_judge(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    match, players, abilities = granted.table(Clock), granted.table(Intent), granted.table(Ability)
    shots, areas, obstacles = granted.table(Flight), granted.table(Area), granted.table(Barrier)
    casts = granted.table(Casts)
    intent, vitals, ability = players[Intent], players[Vitals], abilities[Ability]
    return partial(
        judge,
        players[Rows].count,
        match[Clock].tick,
        match[Outcome].stage,
        vitals.alive,
        vitals.down,
        players[Stats].flags,
        intent.aim,
        intent.reach,
        players[Position].x_u,
        players[Position].y_u,
        players[Stats].power,
        players[Channel].slot,
        ability.skill,
        ability.level,
        casts[Casts].wish,
        shots[Rows].count,
        areas[Rows].count,
        obstacles[Rows].count,
        rules.skills,
        rules.directions,
        terrain.frame,
        shots.capacity,
        areas.capacity,
        obstacles.capacity,
        rules.balance.match.body.radius_u,
        vitals.mana_mp,
        ability.charges,
        ability.ready_tick,
        ability.recharge_tick,
        ability.held_tick,
        match[Outcome].refused_casts,
        casts[Casts].record,
        casts[Rows].count,
    )


def _bind_announce(granted: Granted) -> partial[None]:
    rules, casts, events = granted.resource(Rules), granted.table(Casts), granted.table(Events)
    return partial(
        announce,
        casts[Casts].record,
        casts[Rows].count,
        granted.table(Clock)[Clock].tick,
        rules.skills,
        rules.some_ticks(rules.balance.match.cover.reveal_s),
        granted.table(Ability)[Effort].casts,
        granted.table(Intent)[Cover].seen_until_tick,
        events[Events].record,
        events[Rows].count,
        events[Rows].refused,
    )
