"""Those without health are knocked down or die; those who are down are helped up."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.schedule import Granted, Lens, System
from schema.columns import (
    Ability,
    Affliction,
    Casts,
    Channel,
    Clock,
    Credit,
    Dash,
    Events,
    Hits,
    Intent,
    Mending,
    Position,
    Rescue,
    Role,
    Stats,
    Tally,
    Vitals,
    Walls,
)
from systems.afflict import Afflict
from systems.kernels.falling import doom, give_up, knock_down, let_go
from systems.kernels.rescuing import attend, raise_up
from systems.rules import Rules
from systems.terrain import Terrain


class KnockDown(System):
    """Decide who of those without health dies, and knock the others down.

    Going down ends what one was doing and takes all statuses away, healing over time as well.
    """

    after = (Afflict,)
    reads = (
        Clock.tick,
        Role.team,
        Position,
        Hits,
        Vitals.alive,
        Credit,
    )
    writes = (
        Rows,
        Events,
        Vitals.down,
        Vitals.health_hp,
        Rescue,
        Dash.until_tick,
        Channel.slot,
        Channel.length_u,
        Mending.until_tick,
        Stats.flags,
        Affliction,
        Tally.knocks,
        Tally.killer,
        Tally.cause,
        Tally.dying,
    )

    def bind(self, granted: Granted) -> None:
        players = granted.table(Intent)
        vitals = players[Vitals]
        self.calls = [
            _doom(granted, players),
            _knock_down(granted, players),
            partial(
                give_up,
                players[Rows].count,
                players[Role].team,
                vitals.alive,
                vitals.down,
                vitals.health_hp,
                players[Tally].dying,
                players[Tally].killer,
                players[Tally].cause,
            ),
            letting_go(granted, vitals.down, players[Rescue].down_tick),
        ]


def letting_go(
    granted: Granted, marked: NDArray[np.uint8], since_tick: NDArray[np.int64]
) -> Callable[[], None]:
    """A call that ends what those who are marked since this tick were doing."""
    players, affliction = granted.table(Intent), granted.table(Affliction)[Affliction]
    return partial(
        let_go,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        marked,
        since_tick,
        players[Dash].until_tick,
        players[Channel].slot,
        players[Channel].length_u,
        players[Mending].until_tick,
        players[Stats].flags,
        affliction.until_tick,
        affliction.stacks,
        affliction.source,
    )


def _doom(granted: Granted, players: Lens) -> Callable[[], None]:
    team, hits = granted.resource(Rules).balance.match.team, granted.table(Hits)
    return partial(
        doom,
        players[Rows].count,
        team.size,
        team.downs_max,
        hits[Hits].record,
        hits[Rows].count,
        players[Role].team,
        players[Vitals].alive,
        players[Vitals].down,
        players[Rescue].downs,
        players[Vitals].health_hp,
        players[Tally].dying,
    )


def _knock_down(granted: Granted, players: Lens) -> Callable[[], None]:
    rules, events = granted.resource(Rules), granted.table(Events)
    match, rescue = rules.balance.match, players[Rescue]
    return partial(
        knock_down,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        match.team.down_health_hp,
        rules.some_ticks(match.credit_window_s),
        players[Vitals].alive,
        players[Tally].dying,
        players[Tally].cause,
        players[Position].x_u,
        players[Position].y_u,
        players[Credit].attacker,
        players[Credit].hit_tick,
        players[Vitals].health_hp,
        players[Vitals].down,
        players[Tally].killer,
        rescue.down_tick,
        rescue.downs,
        rescue.downer,
        rescue.reviver,
        rescue.progress_ticks,
        players[Tally].knocks,
        events[Events].record,
        events[Rows].count,
        events[Rows].refused,
    )


class Revive(System):
    """A team mate who stands by and holds INTERACT helps up who is down."""

    after = (KnockDown,)
    reads = (
        Role.team,
        Intent.buttons,
        Position,
        Vitals.alive,
        Stats.flags,
        Stats.health_max_hp,
        Tally.dying,
        Channel.slot,
        Ability.held_tick,
        Casts,
        Walls,
    )
    writes = (
        Rows,
        Events,
        Vitals.down,
        Vitals.health_hp,
        Rescue.downer,
        Rescue.reviver,
        Rescue.progress_ticks,
        Tally.revives,
    )

    def bind(self, granted: Granted) -> None:
        players = granted.table(Intent)
        self.calls = [_attend(granted, players), _raise_up(granted, players)]


def _attend(granted: Granted, players: Lens) -> Callable[[], None]:
    walls, casts = granted.table(Walls)[Walls], granted.table(Casts)
    return partial(
        attend,
        players[Rows].count,
        granted.resource(Rules).balance.match.team.revive_reach_u,
        players[Role].team,
        players[Vitals].alive,
        players[Vitals].down,
        players[Tally].dying,
        players[Stats].flags,
        players[Intent].buttons,
        players[Channel].slot,
        granted.table(Ability)[Ability].held_tick,
        casts[Casts].record,
        casts[Rows].count,
        players[Position].x_u,
        players[Position].y_u,
        walls.record,
        walls.start,
        walls.row,
        granted.resource(Terrain).frame,
        players[Rescue].reviver,
        players[Rescue].progress_ticks,
    )


def _raise_up(granted: Granted, players: Lens) -> Callable[[], None]:
    rules, events = granted.resource(Rules), granted.table(Events)
    team, rescue = rules.balance.match.team, players[Rescue]
    return partial(
        raise_up,
        players[Rows].count,
        rules.ticks(team.revive_s),
        team.revive_health_ratio,
        players[Vitals].alive,
        players[Tally].dying,
        players[Stats].health_max_hp,
        players[Position].x_u,
        players[Position].y_u,
        players[Vitals].health_hp,
        players[Vitals].down,
        rescue.downer,
        rescue.reviver,
        rescue.progress_ticks,
        players[Tally].revives,
        events[Events].record,
        events[Rows].count,
        events[Rows].refused,
    )
