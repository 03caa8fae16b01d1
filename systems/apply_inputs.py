"""Joins, leaves and commands of the tick become state."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Clock,
    Control,
    Credit,
    Hits,
    Intent,
    Mailbox,
    Outcome,
    Position,
    Tally,
    Vitals,
    Zone,
)
from systems.begin_tick import BeginTick
from systems.kernels.arrivals import admit, dismiss, obey
from systems.rules import Rules, Terrain


class ApplyInputs(System):
    """Admit entrants, dismiss leavers, put commands in force.

    In this order, so that a command of an entrant's first tick is not lost.
    """

    after = (BeginTick,)
    reads = (Mailbox, Clock, Zone.x_u, Zone.y_u, Zone.radius_u, Outcome.over)
    writes = (
        Rows,
        Control,
        Intent,
        Position,
        Vitals,
        Credit.attacker,
        Tally.killer,
        Tally.placement,
        Outcome.alive,
        Outcome.refused_commands,
        Hits,
    )

    def bind(self, granted: Granted) -> None:
        rules, terrain = granted.resource(Rules), granted.resource(Terrain)
        match, players = granted.table(Clock), granted.table(Intent)
        mail, hits = granted.table(Mailbox)[Mailbox], granted.table(Hits)
        rows, intent, vitals = players[Rows], players[Intent], players[Vitals]
        position = players[Position]
        self.calls = [
            partial(
                admit,
                mail.joins,
                mail.join_count,
                match[Clock].tick,
                match[Clock].seed,
                terrain.spawns,
                match[Zone].x_u,
                match[Zone].y_u,
                match[Zone].radius_u,
                rules.balance.body.health_max_hp,
                match[Outcome].over,
                rows.count,
                rows.refused,
                players[Control].bot,
                players[Control].join_tick,
                intent.heard_tick,
                position.x_u,
                position.y_u,
                vitals.alive,
                vitals.health_hp,
                players[Credit].attacker,
                players[Tally].killer,
                players[Tally].placement,
                match[Outcome].alive,
            ),
            partial(
                dismiss,
                mail.leaves,
                mail.leave_count,
                rows.count,
                vitals.alive,
                vitals.health_hp,
                hits[Hits].record,
                hits[Rows].count,
                hits[Rows].refused,
            ),
            partial(
                obey,
                mail.commands,
                mail.command_count,
                match[Clock].tick,
                rules.ticks(rules.balance.match.input_hold_s),
                rows.count,
                vitals.alive,
                intent.move,
                intent.aim,
                intent.reach,
                intent.buttons,
                intent.seq,
                intent.view_tick,
                intent.heard_tick,
                match[Outcome].refused_commands,
            ),
        ]
