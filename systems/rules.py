"""What a match is played by: the balance, baked once for a tick rate.

Seconds end here.  Systems see ticks, and everything they look up is a read-only array or a plain
number that was computed once, from the balance that the journal carries whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schema import directions
from schema.balance import Balance
from schema.commands import REWIND_MAX_S
from schema.events import TRUE_DAMAGE
from systems.baking import Baker, frozen, to_ticks
from systems.terrain import Terrain


@dataclass(frozen=True, slots=True, eq=False)
class Loot:
    """What lies about and what is left behind, baked.

    Attributes:
        items: ITEM_ROW[items], ascending by name.
        lines: LOOT_ROW[lines].
        start: i64[tables + 1], first line of each table, ascending by name.
        rolls: i64[tables], draws.
        crate_table, death_table, ground_table: their indices.
        table_names: by index.
    """

    items: NDArray[np.void]
    lines: NDArray[np.void]
    start: NDArray[np.int64]
    rolls: NDArray[np.int64]
    crate_table: int
    death_table: int
    ground_table: int
    table_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """The balance of one match at one tick rate: numbers in ticks, curves as tables.

    Attributes:
        balance: as loaded.
        rate_hz: ticks per second.
        dt_s: seconds per tick.
        directions: f64[4096, 2], unit vectors.
        grid: f64[3], cell size (units), columns, rows of the broadphase grid.
        class_names, skill_names, status_names, item_names: by index, which is their order as text.
        skills: SKILL_ROW[skills].
        effects: EFFECT_ROW[skills * SKILL_LEVELS].
        classes: CLASS_ROW[classes].
        levels: LEVEL_ROW[classes * LEVELS].
        level_xp: f64[LEVELS], experience at which level i + 2 is reached.
        statuses: STATUS_ROW[STATUSES].
        loot: items and tables.
        zone_wait_ticks, zone_shrink_ticks: i64[phases].
        zone_ratio: f64[phases], radius after each phase as a share of the starting radius.
        zone_drift: f64[phases], how far the centre may move, as a share of the room there is.
        zone_damage_hp: f64[phases], damage per tick.
        zone_flags: i64[phases], TRUE_DAMAGE where armour does not help.
    """

    balance: Balance
    rate_hz: int
    dt_s: float
    directions: NDArray[np.float64]
    grid: NDArray[np.float64]
    class_names: tuple[str, ...]
    skill_names: tuple[str, ...]
    status_names: tuple[str, ...]
    item_names: tuple[str, ...]
    skills: NDArray[np.void]
    effects: NDArray[np.void]
    classes: NDArray[np.void]
    levels: NDArray[np.void]
    level_xp: NDArray[np.float64]
    statuses: NDArray[np.void]
    loot: Loot
    zone_wait_ticks: NDArray[np.int64]
    zone_shrink_ticks: NDArray[np.int64]
    zone_ratio: NDArray[np.float64]
    zone_drift: NDArray[np.float64]
    zone_damage_hp: NDArray[np.float64]
    zone_flags: NDArray[np.int64]

    def ticks(self, seconds: float) -> int:
        """``seconds`` as ticks, at least one."""
        return to_ticks(seconds, self.rate_hz)

    @property
    def rewind_ticks(self) -> int:
        """Most ticks that anybody's view may lie back, rounded down."""
        return math.floor(REWIND_MAX_S * self.rate_hz)

    def some_ticks(self, seconds: float) -> int:
        """``seconds`` as ticks, none for none."""
        return math.floor(seconds * self.rate_hz + 0.5)


def make_rules(balance: Balance, rate_hz: int, terrain: Terrain, players: int) -> Rules:
    """Bake a balance for a tick rate, a map and a number of players (for the grid's cell size)."""
    baker = Baker(balance, rate_hz)
    phases = balance.zone.phase
    radius_u = balance.match.body.radius_u
    return Rules(
        balance=balance,
        rate_hz=rate_hz,
        dt_s=1.0 / rate_hz,
        directions=directions.TABLE,
        grid=plan_grid(terrain.frame[0], terrain.frame[1], players, radius_u),
        class_names=baker.class_names,
        skill_names=baker.skill_names,
        status_names=baker.status_names,
        item_names=baker.item_names,
        skills=baker.skills(),
        effects=baker.effects(),
        classes=baker.classes(),
        levels=baker.levels(),
        level_xp=baker.level_xp(),
        statuses=baker.statuses(),
        loot=_loot(baker),
        zone_wait_ticks=_whole([baker.some_ticks(phase.wait_s) for phase in phases]),
        zone_shrink_ticks=_whole([baker.ticks(phase.shrink_s) for phase in phases]),
        zone_ratio=_real([phase.radius_ratio for phase in phases]),
        zone_drift=_real([phase.drift_ratio for phase in phases]),
        zone_damage_hp=_real([phase.damage_hp_per_s / rate_hz for phase in phases]),
        zone_flags=_whole([TRUE_DAMAGE if phase.ignores_armour else 0 for phase in phases]),
    )


def _loot(baker: Baker) -> Loot:
    lines, start, rolls = baker.loot()
    loot, names = baker.balance.loot, baker.table_names
    return Loot(
        items=baker.items(),
        lines=lines,
        start=start,
        rolls=rolls,
        crate_table=names.index(loot.crate),
        death_table=names.index(loot.death),
        ground_table=names.index(loot.ground),
        table_names=names,
    )


def _whole(values: list[int]) -> NDArray[np.int64]:
    return np.asarray(frozen(np.array(values, dtype=np.int64)))


def _real(values: list[float]) -> NDArray[np.float64]:
    return np.asarray(frozen(np.array(values, dtype=np.float64)))


def plan_grid(
    width_u: float, height_u: float, players: int, radius_u: float
) -> NDArray[np.float64]:
    """f64[3] of cell size, columns, rows: about two cells a player, none below a body's diameter.

    Fewer cells make sweeps look at more bodies, more cells make the counting sort walk over empty
    ones.
    """
    cell_u = max(2.0 * radius_u, math.sqrt(width_u * height_u / (2.0 * players)))
    columns, rows = math.ceil(width_u / cell_u), math.ceil(height_u / cell_u)
    return _real([cell_u, max(1, columns), max(1, rows)])
