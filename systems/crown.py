"""The match may be decided."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Clock, Intent, Outcome, Role, Tally, Vitals
from systems.bury import Bury
from systems.kernels.burying import crown
from systems.loot import Collect


class Crown(System):
    """Decide the match when at most one team is left."""

    after = (Bury, Collect)
    reads = (Rows.count, Clock.tick, Role.team, Vitals.alive, Tally.kills, Tally.dealt_hp)
    writes = (
        Tally.placement,
        Outcome.over,
        Outcome.over_tick,
        Outcome.winner,
        Outcome.winning_team,
    )

    def bind(self, granted: Granted) -> None:
        players, match = granted.table(Intent), granted.table(Outcome)
        outcome, tally = match[Outcome], players[Tally]
        self.calls = [
            partial(
                crown,
                players[Rows].count,
                match[Clock].tick,
                players[Role].team,
                players[Vitals].alive,
                tally.kills,
                tally.dealt_hp,
                tally.placement,
                outcome.over,
                outcome.over_tick,
                outcome.winner,
                outcome.winning_team,
            )
        ]
