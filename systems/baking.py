"""From the balance to the rulebook: the records and tables that kernels read, at one tick rate.

Everything here happens once, before the first tick.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from schema import rulebook as book
from schema.balance import Balance
from schema.balance.classes import ClassBalance
from schema.balance.skills import (
    AreaSkill,
    BeamSkill,
    DashSkill,
    HealSkill,
    HomingSkill,
    Inflicts,
    ProjectileSkill,
    ShieldSkill,
    Skill,
    WallSkill,
)
from schema.balance.statuses import BurnStatus, HasteStatus, SlowStatus
from schema.curves import CurveRef, scaled_at
from schema.directions import COUNT, TABLE
from schema.walls import BLOCKS_MOVE, BLOCKS_SHOTS, BLOCKS_SIGHT

A = TypeVar("A", bound=NDArray[Any])

STEPS = 65536.0

KINDS = {
    "projectile": book.PROJECTILE,
    "homing": book.HOMING,
    "area": book.AREA,
    "beam": book.BEAM,
    "dash": book.DASH,
    "shield": book.SHIELD,
    "heal": book.MEND,
    "wall": book.WALL,
}
AFFECTED = {"enemies": book.ENEMIES, "allies": book.ALLIES, "self": book.SELF}
BLOCKED = {"move": BLOCKS_MOVE, "shots": BLOCKS_SHOTS, "sight": BLOCKS_SIGHT}
STATUS_KINDS = {
    "slow": book.SLOW,
    "root": book.ROOT,
    "stun": book.STUN,
    "burn": book.BURN,
    "haste": book.HASTE,
    "reveal": book.REVEAL,
}
STACKINGS = {
    "refresh": book.REFRESH,
    "extend": book.EXTEND,
    "stack": book.STACK,
    "strongest": book.STRONGEST,
}
ITEM_KINDS = {
    "health": book.ITEM_HEALTH,
    "mana": book.ITEM_MANA,
    "shield": book.ITEM_SHIELD,
    "experience": book.ITEM_EXPERIENCE,
    "upgrade": book.ITEM_UPGRADE,
}


def to_ticks(seconds: float, rate_hz: int) -> int:
    """Nearest number of ticks, at least one: nothing that takes time takes none."""
    return max(1, math.floor(seconds * rate_hz + 0.5))


def in_steps(value: float) -> float:
    """To the nearest 1/65536: what grows by this in every tick is summed exactly, and its changes
    are small in recordings."""
    return math.floor(value * STEPS + 0.5) / STEPS


def to_directions(degrees: float) -> int:
    """Degrees as a number of directions, 4096 to a turn, nearest."""
    return math.floor(degrees * COUNT / 360.0 + 0.5)


def _bits(names: Sequence[str], bits: Mapping[str, int]) -> int:
    """The bits of these names together; one that is named twice counts once."""
    together = 0
    for name in names:
        together |= bits[name]
    return together


def frozen(array: A) -> A:
    """``array``, read-only."""
    array.flags.writeable = False
    return array


class Baker:
    """The balance and the tick rate every record is baked from."""

    def __init__(self, balance: Balance, rate_hz: int) -> None:
        self.balance = balance
        self.rate_hz = rate_hz
        # Ascending by name: a replay reads the canonical form, which keeps no other order.
        self.skill_names = tuple(sorted(balance.skills.root))
        self.class_names = tuple(sorted(balance.classes.root))
        self.status_names = tuple(sorted(balance.statuses.root))
        self.item_names = tuple(sorted(balance.loot.items))
        self.table_names = tuple(sorted(balance.loot.tables))

    def ticks(self, seconds: float) -> int:
        """``seconds`` as ticks, at least one."""
        return to_ticks(seconds, self.rate_hz)

    def some_ticks(self, seconds: float) -> int:
        """``seconds`` as ticks, none for none."""
        return math.floor(seconds * self.rate_hz + 0.5)

    def scaled(self, value: float | CurveRef, levels: int) -> Sequence[float]:
        """The value at levels 1…levels; beyond the highest level there is, a curve's last holds."""
        curves = self.balance.curves
        return [scaled_at(value, curves, level) for level in range(1, levels + 1)]

    def skills(self) -> NDArray[np.void]:
        """SKILL_ROW[skills]."""
        rows = np.zeros(len(self.balance.skills.root), dtype=book.SKILL_ROW)
        for row, name in zip(rows, self.skill_names, strict=True):
            skill = self.balance.skills.root[name]
            self._skill(row, skill)
        return frozen(rows)

    def _skill(self, row: np.void, skill: Skill) -> None:
        row["kind"] = KINDS[skill.kind]
        row["cooldown_ticks"] = self.ticks(skill.cooldown_s)
        row["gap_ticks"] = self.ticks(skill.gap_s)
        row["charges_max"] = skill.charges_max
        row["mana_mp"] = skill.mana_mp
        row["charge_power"], row["charge_radius"] = 1.0, 1.0
        row["self_status"] = -1
        self._status(row, "self_status", skill.self_status)
        inflicts: Sequence[Inflicts] = getattr(skill, "inflicts", ())
        self._status(row, "status_a", inflicts[0] if inflicts else None)
        self._status(row, "status_b", inflicts[1] if len(inflicts) > 1 else None)
        if isinstance(skill, ProjectileSkill | HomingSkill):
            self._flying(row, skill)
        elif isinstance(skill, AreaSkill):
            self._area(row, skill)
        elif isinstance(skill, BeamSkill):
            row["range_u"], row["radius_u"] = skill.range_u, skill.radius_u
            # Rounded down: what lasts so many seconds by its price never falls short by a tick.
            row["mana_mp_per_tick"] = math.floor(skill.mana_mp_per_s / self.rate_hz * STEPS) / STEPS
            row["life_ticks"] = self.ticks(skill.longest_s)
        elif isinstance(skill, DashSkill):
            row["speed_ups"], row["life_ticks"] = skill.speed_ups, self.ticks(skill.duration_s)
        elif isinstance(skill, ShieldSkill):
            row["life_ticks"] = self.ticks(skill.duration_s)
        elif isinstance(skill, HealSkill):
            row["range_u"], row["life_ticks"] = skill.range_u, self.some_ticks(skill.over_s)
        elif isinstance(skill, WallSkill):
            row["distance_u"], row["radius_u"] = skill.distance_u, 0.5 * skill.thickness_u
            row["half_length_u"] = max(0.0, 0.5 * (skill.length_u - skill.thickness_u))
            row["life_ticks"] = self.ticks(skill.duration_s)
            row["blocks"] = _bits(skill.blocks, BLOCKED)

    def _status(self, row: np.void, key: str, inflicts: Inflicts | None) -> None:
        row[key] = -1 if inflicts is None else self.status_names.index(inflicts.status)
        row[f"{key}_ticks"] = 0 if inflicts is None else self.ticks(inflicts.duration_s)

    def _charge(self, row: np.void, skill: ProjectileSkill | AreaSkill) -> None:
        if skill.charge is not None:
            row["hold_ticks"] = self.ticks(skill.charge.full_s)
            row["charge_power"] = skill.charge.power_ratio
            row["charge_radius"] = skill.charge.radius_ratio

    def _flying(self, row: np.void, skill: ProjectileSkill | HomingSkill) -> None:
        row["speed_ups"], row["radius_u"] = skill.speed_ups, skill.radius_u
        row["range_u"] = skill.range_u
        row["life_ticks"] = max(1, math.ceil(skill.range_u * self.rate_hz / skill.speed_ups))
        row["combo"] = int(skill.combo)
        row["affects"], row["count"] = book.ENEMIES, 1
        if isinstance(skill, ProjectileSkill):
            row["pierce"], row["count"] = skill.pierce, skill.count
            if skill.count > 1:
                row["spread"] = to_directions(skill.spread_degrees / (skill.count - 1))
            self._charge(row, skill)
        else:
            row["turn"] = max(1, to_directions(skill.turn_degrees_per_s / self.rate_hz))
            row["lock_u"] = skill.lock_u

    def _area(self, row: np.void, skill: AreaSkill) -> None:
        row["range_u"], row["radius_u"] = skill.range_u, skill.radius_u
        row["delay_ticks"] = self.some_ticks(skill.delay_s)
        row["linger_ticks"] = self.some_ticks(skill.linger_s)
        row["period_ticks"] = self.ticks(skill.period_s)
        row["through_walls"] = int(skill.through_walls)
        row["affects"] = _bits(skill.affects, AFFECTED)
        self._charge(row, skill)

    def effects(self) -> NDArray[np.void]:
        """EFFECT_ROW[skills * SKILL_LEVELS]."""
        rows = np.zeros((len(self.balance.skills.root), book.SKILL_LEVELS), dtype=book.EFFECT_ROW)
        for row, name in zip(rows, self.skill_names, strict=True):
            skill = self.balance.skills.root[name]
            if isinstance(skill, ProjectileSkill | HomingSkill | AreaSkill):
                row["damage_hp"] = self.scaled(skill.damage_hp, book.SKILL_LEVELS)
            if isinstance(skill, AreaSkill | HealSkill):
                row["heal_hp"] = self.scaled(skill.heal_hp, book.SKILL_LEVELS)
            if isinstance(skill, BeamSkill):
                a_second = self.scaled(skill.damage_hp_per_s, book.SKILL_LEVELS)
                row["damage_hp"] = [value / self.rate_hz for value in a_second]
            if isinstance(skill, ShieldSkill):
                row["pool_hp"] = self.scaled(skill.pool_hp, book.SKILL_LEVELS)
            if isinstance(skill, HealSkill):
                row["pool_hp"] = self.scaled(skill.over_hp, book.SKILL_LEVELS)
            if isinstance(skill, WallSkill):
                row["pool_hp"] = self.scaled(skill.health_hp, book.SKILL_LEVELS)
        return frozen(rows.reshape(-1))

    def classes(self) -> NDArray[np.void]:
        """CLASS_ROW[classes]."""
        rows = np.zeros(len(self.balance.classes.root), dtype=book.CLASS_ROW)
        for row, name in zip(rows, self.class_names, strict=True):
            role = self.balance.classes.root[name]
            for slot, skill in enumerate(role.skills.model_dump().values()):
                row[f"skill_{slot}"] = self.skill_names.index(skill)
            row["block_cos"], row["combo_ticks"] = 2.0, 1
            if role.block is not None:
                half = to_directions(role.block.arc_degrees / 2.0)
                row["block_cos"] = -1.0 if half >= COUNT // 2 else TABLE[half, 0]
                row["block_share"] = role.block.share_ratio
            if role.combo is not None:
                row["combo_step"] = role.combo.step_ratio
                row["combo_max"] = role.combo.hits_max
                row["combo_ticks"] = self.ticks(role.combo.window_s)
            if role.thorns is not None:
                row["thorns_share"] = role.thorns.share_ratio
        return frozen(rows)

    def levels(self) -> NDArray[np.void]:
        """LEVEL_ROW[classes * LEVELS]."""
        rows = np.zeros((len(self.balance.classes.root), book.LEVELS), dtype=book.LEVEL_ROW)
        for row, name in zip(rows, self.class_names, strict=True):
            role = self.balance.classes.root[name]
            self._class_levels(row, role)
        return frozen(rows.reshape(-1))

    def _class_levels(self, row: NDArray[np.void], role: ClassBalance) -> None:
        row["health_max_hp"] = self.scaled(role.health_max_hp, book.LEVELS)
        row["mana_max_mp"] = self.scaled(role.mana_max_mp, book.LEVELS)
        a_second = self.scaled(role.mana_mp_per_s, book.LEVELS)
        row["mana_mp_per_tick"] = [in_steps(value / self.rate_hz) for value in a_second]
        row["armour"] = self.scaled(role.armour, book.LEVELS)
        row["speed_ups"] = self.scaled(role.speed_ups, book.LEVELS)
        row["power"] = self.scaled(role.power_ratio, book.LEVELS)

    def level_xp(self) -> NDArray[np.float64]:
        """f64[LEVELS], experience at which level i + 2 is reached; infinite beyond the highest."""
        steps = self.scaled(self.balance.match.experience.level_xp, book.LEVELS)
        reached, whole = [], 0.0
        for level, step in enumerate(steps, start=2):
            whole += step
            reached.append(whole if level <= self.balance.match.experience.level_max else math.inf)
        return np.asarray(frozen(np.array(reached, dtype=np.float64)))

    def statuses(self) -> NDArray[np.void]:
        """STATUS_ROW[STATUSES]; places without a status have kind 0."""
        rows = np.zeros(book.STATUSES, dtype=book.STATUS_ROW)
        for row, name in zip(rows, self.status_names, strict=False):
            status = self.balance.statuses.root[name]
            row["kind"] = STATUS_KINDS[status.kind]
            row["stacking"] = STACKINGS[status.stacking]
            row["stacks_max"] = status.stacks_max
            row["ticks_max"] = self.ticks(status.longest_s)
            if isinstance(status, SlowStatus | HasteStatus):
                row["strength"] = status.speed_ratio
            elif isinstance(status, BurnStatus):
                row["strength"] = status.damage_hp_per_s / self.rate_hz
        return frozen(rows)

    def items(self) -> NDArray[np.void]:
        """ITEM_ROW[items]."""
        rows = np.zeros(len(self.balance.loot.items), dtype=book.ITEM_ROW)
        for row, name in zip(rows, self.item_names, strict=True):
            item = self.balance.loot.items[name]
            row["kind"], row["amount"] = ITEM_KINDS[item.kind], item.amount
            row["radius_u"] = item.radius_u
        return frozen(rows)

    def loot(self) -> tuple[NDArray[np.void], NDArray[np.int64], NDArray[np.int64]]:
        """(LOOT_ROW[lines], i64[tables + 1] first line of each, i64[tables] rolls)."""
        lines, starts, rolls = [], [0], []
        for name in self.table_names:
            table = self.balance.loot.tables[name]
            below = 0.0
            for draw in table.draw:
                below += draw.chance_ratio
                lines.append((self.item_names.index(draw.item), below))
            starts.append(len(lines))
            rolls.append(table.rolls)
        return (
            frozen(np.array(lines, dtype=book.LOOT_ROW)),
            frozen(np.array(starts, dtype=np.int64)),
            frozen(np.array(rolls, dtype=np.int64)),
        )
