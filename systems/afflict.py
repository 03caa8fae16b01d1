"""Hits leave statuses behind."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Affliction, Clock, Cover, Hits, Intent, Role, Vitals
from systems.kernels.afflicting import afflict
from systems.rules import Rules
from systems.settle_damage import SettleDamage


class Afflict(System):
    """Whoever was hit gets the statuses of the skill, and is seen in a bush for a while."""

    after = (SettleDamage,)
    reads = (Rows.count, Clock.tick, Hits, Role.team, Vitals.alive, Vitals.health_hp)
    writes = (Affliction, Cover.seen_until_tick)

    def bind(self, granted: Granted) -> None:
        rules, players, hits = granted.resource(Rules), granted.table(Intent), granted.table(Hits)
        lasting = granted.table(Affliction)[Affliction]
        self.calls = [
            partial(
                afflict,
                hits[Hits].record,
                hits[Rows].count,
                granted.table(Clock)[Clock].tick,
                rules.skills,
                rules.statuses,
                players[Role].team,
                players[Vitals].alive,
                players[Vitals].health_hp,
                rules.some_ticks(rules.balance.match.cover.reveal_s),
                lasting.until_tick,
                lasting.stacks,
                lasting.source,
                players[Cover].seen_until_tick,
            )
        ]
