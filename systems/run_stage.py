"""Countdown, play, sudden death, over."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Clock, Hits, Intent, Outcome, Position, Vitals, Zone
from systems.begin_tick import BeginTick
from systems.kernels.stages import hurt_everybody, run_stage
from systems.rules import Rules


class RunStage(System):
    """Go on to the next stage in time; in sudden death everybody is hurt."""

    after = (BeginTick,)
    reads = (Clock.tick, Outcome.over, Zone.state, Zone.since_tick, Vitals.alive, Position)
    writes = (Rows, Outcome.stage, Outcome.stage_tick, Hits)

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        match, players, hits = granted.table(Zone), granted.table(Intent), granted.table(Hits)
        outcome, sudden = match[Outcome], rules.balance.zone.sudden_death
        self.calls = [
            partial(
                run_stage,
                match[Clock].tick,
                rules.some_ticks(rules.balance.match.countdown_s),
                outcome.over,
                match[Zone].state,
                match[Zone].since_tick,
                rules.some_ticks(sudden.after_s),
                outcome.stage,
                outcome.stage_tick,
            ),
            partial(
                hurt_everybody,
                players[Rows].count,
                match[Clock].tick,
                outcome.stage,
                outcome.stage_tick,
                sudden.damage_hp_per_s * rules.dt_s,
                sudden.growth_hp_per_s * rules.dt_s * rules.dt_s,
                players[Vitals].alive,
                players[Position].x_u,
                players[Position].y_u,
                hits[Hits].record,
                hits[Rows].count,
                hits[Rows].refused,
            ),
        ]
