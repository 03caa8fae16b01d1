"""Joins, leaves and commands of the tick become state."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Ability,
    Affliction,
    Assailant,
    Channel,
    Clock,
    Control,
    Cover,
    Credit,
    Hits,
    Intent,
    Mailbox,
    Mending,
    Outcome,
    Position,
    Progress,
    Rescue,
    Role,
    Stats,
    Tally,
    Vitals,
    Zone,
)
from systems.kernels.arrivals import admit, clear_slate, dismiss, equip, obey
from systems.rules import Rules
from systems.run_stage import RunStage
from systems.terrain import Terrain


class ApplyInputs(System):
    """Admit and equip entrants, dismiss leavers, put commands in force.

    In this order, so that a command of an entrant's first tick is not lost.
    """

    after = (RunStage,)
    reads = (Mailbox, Clock, Zone.x_u, Zone.y_u, Zone.radius_u, Outcome.over)
    writes = (
        Rows,
        Control,
        Role,
        Intent,
        Position,
        Vitals,
        Stats.health_max_hp,
        Stats.mana_max_mp,
        Progress.level,
        Ability.skill,
        Ability.level,
        Ability.charges,
        Ability.held_tick,
        Channel.slot,
        Mending.healer,
        Cover.bush,
        Rescue.downer,
        Rescue.reviver,
        Credit.attacker,
        Affliction.source,
        Assailant.attacker,
        Tally.killer,
        Tally.placement,
        Outcome.alive,
        Outcome.refused_commands,
        Hits,
    )

    def bind(self, granted: Granted) -> None:
        self.calls = [
            _bind_admit(granted),
            _bind_equip(granted),
            _bind_clear_slate(granted),
            _bind_dismiss(granted),
            _bind_obey(granted),
        ]


def _bind_admit(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    match, players = granted.table(Clock), granted.table(Intent)
    mail, rows = granted.table(Mailbox)[Mailbox], players[Rows]
    return partial(
        admit,
        mail.joins,
        mail.join_count,
        match[Clock].tick,
        match[Clock].seed,
        terrain.spawns,
        terrain.frame,
        match[Zone].x_u,
        match[Zone].y_u,
        match[Zone].radius_u,
        match[Outcome].over,
        len(rules.classes),
        rows.count,
        rows.refused,
        players[Control].bot,
        players[Control].join_tick,
        players[Role].role,
        players[Role].team,
        players[Intent].heard_tick,
        players[Position].x_u,
        players[Position].y_u,
        players[Vitals].alive,
        players[Tally].placement,
        match[Outcome].alive,
    )


def _bind_equip(granted: Granted) -> partial[None]:
    rules, players = granted.resource(Rules), granted.table(Intent)
    stats, vitals, ability = players[Stats], players[Vitals], granted.table(Ability)[Ability]
    return partial(
        equip,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        players[Control].join_tick,
        players[Role].role,
        rules.classes,
        rules.levels,
        rules.skills,
        players[Progress].level,
        stats.health_max_hp,
        stats.mana_max_mp,
        vitals.health_hp,
        vitals.mana_mp,
        ability.skill,
        ability.level,
        ability.charges,
        ability.held_tick,
    )


def _bind_clear_slate(granted: Granted) -> partial[None]:
    players = granted.table(Intent)
    return partial(
        clear_slate,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        players[Control].join_tick,
        players[Channel].slot,
        players[Mending].healer,
        players[Cover].bush,
        players[Rescue].downer,
        players[Rescue].reviver,
        players[Credit].attacker,
        players[Tally].killer,
        granted.table(Affliction)[Affliction].source,
        granted.table(Assailant)[Assailant].attacker,
    )


def _bind_dismiss(granted: Granted) -> partial[None]:
    players, hits = granted.table(Intent), granted.table(Hits)
    mail = granted.table(Mailbox)[Mailbox]
    return partial(
        dismiss,
        mail.leaves,
        mail.leave_count,
        players[Rows].count,
        players[Vitals].alive,
        players[Vitals].health_hp,
        players[Position].x_u,
        players[Position].y_u,
        hits[Hits].record,
        hits[Rows].count,
        hits[Rows].refused,
    )


def _bind_obey(granted: Granted) -> partial[None]:
    rules, players, match = granted.resource(Rules), granted.table(Intent), granted.table(Clock)
    mail, intent = granted.table(Mailbox)[Mailbox], players[Intent]
    return partial(
        obey,
        mail.commands,
        mail.command_count,
        match[Clock].tick,
        rules.ticks(rules.balance.match.input_hold_s),
        rules.some_ticks(rules.balance.match.countdown_s),
        players[Rows].count,
        players[Vitals].alive,
        intent.move,
        intent.aim,
        intent.reach,
        intent.buttons,
        intent.held,
        intent.seq,
        intent.view_tick,
        intent.heard_tick,
        match[Outcome].refused_commands,
    )
