"""Time passes for what lasts on players."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Affliction,
    Clock,
    Combo,
    Hits,
    Intent,
    Mending,
    Position,
    Progress,
    Rescue,
    Role,
    Stats,
    Vitals,
)
from systems.kernels.conditions import bleed, burn, derive, expire, mend
from systems.raise_walls import RaiseWalls
from systems.rules import Rules


class WearOff(System):
    """Statuses, shields and combos end; then burns, bleeding and healing over time collect hits.

    What is left decides what everybody is worth in this tick: ``Stats`` is computed here alone.
    """

    after = (RaiseWalls,)
    reads = (
        Clock.tick,
        Vitals.alive,
        Vitals.down,
        Vitals.shield_until_tick,
        Role.role,
        Progress.level,
        Combo.until_tick,
        Mending,
        Rescue.downer,
        Position,
    )
    writes = (
        Rows,
        Affliction,
        Combo.hits,
        Stats,
        Vitals.health_hp,
        Vitals.mana_mp,
        Vitals.shield_hp,
        Hits,
    )

    def bind(self, granted: Granted) -> None:
        self.calls = [_bind_expire(granted), _bind_derive(granted), *_bind_hits(granted)]


def _bind_expire(granted: Granted) -> partial[None]:
    players, lasting = granted.table(Intent), granted.table(Affliction)[Affliction]
    vitals, combo = players[Vitals], players[Combo]
    return partial(
        expire,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        vitals.alive,
        lasting.until_tick,
        lasting.stacks,
        lasting.source,
        vitals.shield_hp,
        vitals.shield_until_tick,
        combo.hits,
        combo.until_tick,
    )


def _bind_derive(granted: Granted) -> partial[None]:
    rules, players = granted.resource(Rules), granted.table(Intent)
    vitals, stats = players[Vitals], players[Stats]
    return partial(
        derive,
        players[Rows].count,
        vitals.alive,
        vitals.down,
        players[Role].role,
        players[Progress].level,
        rules.levels,
        rules.statuses,
        granted.table(Affliction)[Affliction].stacks,
        rules.balance.match.team.down_speed_ratio,
        stats.health_max_hp,
        stats.mana_max_mp,
        stats.armour,
        stats.speed_ups,
        stats.power,
        stats.flags,
        vitals.health_hp,
        vitals.mana_mp,
    )


def _bind_hits(granted: Granted) -> list[partial[None]]:
    rules, players, hits = granted.resource(Rules), granted.table(Intent), granted.table(Hits)
    lasting = granted.table(Affliction)[Affliction]
    position, vitals, mending = players[Position], players[Vitals], players[Mending]
    count = players[Rows].count
    return [
        partial(
            burn,
            count,
            vitals.alive,
            rules.statuses,
            lasting.stacks,
            lasting.source,
            position.x_u,
            position.y_u,
            hits[Hits].record,
            hits[Rows].count,
            hits[Rows].refused,
        ),
        partial(
            bleed,
            count,
            vitals.alive,
            vitals.down,
            players[Rescue].downer,
            rules.balance.match.team.bleed_hp_per_s * rules.dt_s,
            position.x_u,
            position.y_u,
            hits[Hits].record,
            hits[Rows].count,
            hits[Rows].refused,
        ),
        partial(
            mend,
            count,
            granted.table(Clock)[Clock].tick,
            vitals.alive,
            vitals.down,
            mending.until_tick,
            mending.heal_hp,
            mending.healer,
            mending.skill,
            mending.slot,
            position.x_u,
            position.y_u,
            hits[Hits].record,
            hits[Rows].count,
            hits[Rows].refused,
        ),
    ]
