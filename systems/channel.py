"""Beams shine while they are held and paid for."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema import columns
from schema.columns import (
    Ability,
    Barrier,
    Clock,
    Control,
    Cover,
    Grid,
    Hits,
    Intent,
    Knocks,
    Position,
    Role,
    Stats,
    Trail,
    Vitals,
    Walls,
)
from systems.kernels.beams import give_away, keep_channel, shine
from systems.rules import Rules
from systems.separate import Separate
from systems.terrain import Terrain


class Channel(System):
    """Beams pay for the tick or end; those that go on hit the first thing on their way.

    After everybody has moved: a beam has no flight, it hurts whoever stands in it.  Like any attack
    it gives away who stands in a bush.
    """

    after = (Separate,)
    reads = (
        Clock.tick,
        Vitals.alive,
        Vitals.down,
        Intent.buttons,
        Intent.aim,
        Intent.view_tick,
        Control.join_tick,
        Position,
        Trail,
        Role.team,
        Stats.flags,
        Stats.power,
        columns.Channel.since_tick,
        columns.Channel.until_tick,
        Ability.skill,
        Ability.level,
        Barrier.health_hp,
        Grid,
        Walls,
    )
    writes = (
        Rows,
        columns.Channel.slot,
        columns.Channel.length_u,
        Vitals.mana_mp,
        Cover.seen_until_tick,
        Hits,
        Knocks,
    )

    def bind(self, granted: Granted) -> None:
        rules, players = granted.resource(Rules), granted.table(Intent)
        beam, vitals = players[columns.Channel], players[Vitals]
        self.calls = [
            partial(
                keep_channel,
                players[Rows].count,
                granted.table(Clock)[Clock].tick,
                vitals.alive,
                vitals.down,
                players[Stats].flags,
                players[Intent].buttons,
                granted.table(Ability)[Ability].skill,
                rules.skills,
                beam.since_tick,
                beam.until_tick,
                beam.slot,
                vitals.mana_mp,
                beam.length_u,
            ),
            partial(
                give_away,
                players[Rows].count,
                granted.table(Clock)[Clock].tick,
                beam.slot,
                beam.since_tick,
                rules.some_ticks(rules.balance.match.cover.reveal_s),
                players[Cover].seen_until_tick,
            ),
            _bind_shine(granted),
        ]


def _bind_shine(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    players, ability = granted.table(Intent), granted.table(Ability)[Ability]
    grid, walls = granted.table(Grid)[Grid], granted.table(Walls)[Walls]
    hits, knocks, match = granted.table(Hits), granted.table(Knocks), rules.balance.match
    beam = players[columns.Channel]
    return partial(
        shine,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        beam.slot,
        beam.since_tick,
        players[Intent].aim,
        players[Vitals].alive,
        players[Role].team,
        players[Position].x_u,
        players[Position].y_u,
        players[Intent].view_tick,
        rules.rewind_ticks,
        players[Control].join_tick,
        players[Trail].x_u,
        players[Trail].y_u,
        players[Stats].power,
        ability.skill,
        ability.level,
        rules.skills,
        rules.effects,
        rules.directions,
        rules.grid,
        grid.start,
        grid.row,
        grid.reach_u,
        walls.record,
        walls.start,
        walls.row,
        terrain.frame,
        granted.table(Barrier)[Barrier].health_hp,
        len(terrain.walls),
        match.body.radius_u,
        match.team.friendly_fire_ratio,
        beam.length_u,
        hits[Hits].record,
        hits[Rows].count,
        hits[Rows].refused,
        knocks[Knocks].record,
        knocks[Rows].count,
        knocks[Rows].refused,
    )
