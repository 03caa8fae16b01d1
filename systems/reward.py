"""What a death is worth, and to whom."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Assailant,
    Clock,
    Credit,
    Events,
    Intent,
    Outcome,
    Position,
    Progress,
    Rescue,
    Role,
    Stats,
    Tally,
    Vitals,
)
from systems.baking import in_steps
from systems.kernels.rewarding import credit, earn, level_up
from systems.knock_down import Revive
from systems.rules import Rules


class Reward(System):
    """Kills, assists, experience and levels: the one place where they come from."""

    after = (Revive,)
    reads = (
        Clock.tick,
        Outcome.stage,
        Role,
        Vitals.alive,
        Vitals.down,
        Rescue.downer,
        Credit,
        Assailant,
        Position,
        Tally.dying,
    )
    writes = (
        Rows,
        Tally.killer,
        Tally.kills,
        Tally.assists,
        Progress,
        Stats.health_max_hp,
        Stats.mana_max_mp,
        Vitals.health_hp,
        Vitals.mana_mp,
        Events,
    )

    def bind(self, granted: Granted) -> None:
        self.calls = [_bind_credit(granted), _bind_earn(granted), _bind_level_up(granted)]


def _bind_credit(granted: Granted) -> partial[None]:
    rules, players = granted.resource(Rules), granted.table(Intent)
    return partial(
        credit,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        rules.some_ticks(rules.balance.match.credit_window_s),
        players[Tally].dying,
        players[Vitals].down,
        players[Rescue].downer,
        players[Credit].attacker,
        players[Credit].hit_tick,
        players[Tally].killer,
        players[Tally].kills,
    )


def _bind_earn(granted: Granted) -> partial[None]:
    rules, players = granted.resource(Rules), granted.table(Intent)
    experience = rules.balance.match.experience
    match, assailants = granted.table(Clock), granted.table(Assailant)[Assailant]
    return partial(
        earn,
        players[Rows].count,
        match[Clock].tick,
        match[Outcome].stage,
        rules.some_ticks(rules.balance.match.assist_window_s),
        experience.kill_xp,
        experience.assist_xp,
        in_steps(experience.survival_xp_per_s * rules.dt_s),
        players[Role].team,
        players[Vitals].alive,
        players[Vitals].down,
        players[Tally].dying,
        players[Tally].killer,
        assailants.attacker,
        assailants.hit_tick,
        players[Tally].assists,
        players[Progress].experience_xp,
    )


def _bind_level_up(granted: Granted) -> partial[None]:
    rules, players, events = granted.resource(Rules), granted.table(Intent), granted.table(Events)
    vitals, stats, progress = players[Vitals], players[Stats], players[Progress]
    return partial(
        level_up,
        players[Rows].count,
        granted.table(Outcome)[Outcome].stage,
        vitals.alive,
        vitals.down,
        players[Tally].dying,
        players[Role].role,
        rules.levels,
        rules.level_xp,
        progress.experience_xp,
        players[Position].x_u,
        players[Position].y_u,
        progress.level,
        stats.health_max_hp,
        stats.mana_max_mp,
        vitals.health_hp,
        vitals.mana_mp,
        events[Events].record,
        events[Rows].count,
        events[Rows].refused,
    )
