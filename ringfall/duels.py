"""Time to kill: what every class does to every other with every skill, standing still.

One attacker uses one skill as often as they can on one victim of the same level who does nothing.
Everything comes from the baked rulebook, tick by tick, in the order of the schedule: statuses and
mana, casts, flights, settling. What a blow does is settled by the function that settles it in a
match, and statuses stack by the one that stacks them there.

    press  →  casts (charges, gap, mana)  →  blows (tick, amount)  →  health of each victim

A skill that can be charged up is let go as soon as its charge is full. An area lands between the
two. The victim has no shield, and what thorns give back does not hurt the attacker.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import entry
from schema.balance import Balance
from schema.events import HIT_RECORD, NO_RETURN, NOBODY
from schema.rulebook import (
    AREA,
    BEAM,
    BURN,
    ENEMIES,
    HOMING,
    LEVELS,
    PROJECTILE,
    SKILL_LEVELS,
    STATUSES,
    STUN,
)
from systems.baking import Baker
from systems.kernels.conditions import give_status
from systems.kernels.placing import grown
from systems.kernels.settling import take

take_hit, grown_by, put_status = entry(take), entry(grown), entry(give_status)

HORIZON_S = 60.0
"""Fights are followed so long; damage per second is the mean over this time."""

DISTANCE_U = 2.0
"""Between the two bodies' middles, when nobody says otherwise."""

HURTING = frozenset({PROJECTILE, HOMING, AREA, BEAM})
"""The kinds of skills that can."""

Row = Mapping[str, Any]
"""A baked record as plain numbers."""

SLOTS = ("primary", "secondary", "special", "mobility")


@dataclass(frozen=True, slots=True)
class Fight:
    """What came of one attacker, skill and victim.

    Attributes:
        attacker, victim, skill: names.
        slot: name of the button.
        level: of both players.
        skill_level: of the skill.
        front_ticks, behind_ticks: from pressing the button to death, with the source of the damage
            before and behind the victim; None when nobody dies within `HORIZON_S`.
        front_hp_per_s, behind_hp_per_s: health that is lost over `HORIZON_S`, per second.
    """

    attacker: str
    victim: str
    skill: str
    slot: str
    level: int
    skill_level: int
    front_ticks: int | None
    behind_ticks: int | None
    front_hp_per_s: float
    behind_hp_per_s: float


@dataclass(frozen=True, slots=True)
class Blow:
    """One piece of damage: what of it can be blocked depends on the stuns before it."""

    tick: int
    amount_hp: float
    flags: int
    blockable: bool


@dataclass
class _Fighter:
    """What casting one skill changes, from tick to tick."""

    mana_mp: float
    charges: int
    ready_tick: int = 0
    recharge_tick: int = 0
    held_tick: int = NOBODY
    combo: int = 0
    combo_until: int = 0
    beam_since: int = 0
    beam_until: int = 0
    arriving: dict[int, list[float]] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)


class Duels:
    """All fights of a balance at one tick rate.

    Attributes:
        rate_hz: ticks per second.
        level_max: highest level of players.
    """

    def __init__(self, balance: Balance, rate_hz: int, distance_u: float = DISTANCE_U) -> None:
        baker = Baker(balance, rate_hz)
        self.rate_hz = rate_hz
        self.level_max = balance.match.experience.level_max
        self.class_names, self.skill_names = baker.class_names, baker.skill_names
        self._skills, self._effects = _rows(baker.skills()), _rows(baker.effects())
        self._classes, self._levels = _rows(baker.classes()), _rows(baker.levels())
        self._statuses = baker.statuses()
        self._body_u, self._away_u = balance.match.body.radius_u, distance_u
        self._ticks = baker.ticks(HORIZON_S)

    def fights(self, level: int, skill_level: int) -> Iterator[Fight]:
        """Every attacker, skill that hurts, and victim, in the order of their names and slots."""
        for role, attacker in enumerate(self.class_names):
            for slot in range(len(SLOTS)):
                skill = int(self._classes[role][f"skill_{slot}"])
                blows = self.blows(role, slot, level, skill_level)
                if blows:
                    for other in range(len(self.class_names)):
                        yield self._fight(attacker, other, skill, slot, level, skill_level, blows)

    def _fight(
        self,
        attacker: str,
        other: int,
        skill: int,
        slot: int,
        level: int,
        skill_level: int,
        blows: list[Blow],
    ) -> Fight:
        share = float(self._classes[other]["block_share"])
        cosine = float(self._classes[other]["block_cos"])
        # As `is_in_front`: straight ahead the cosine is 1, straight behind only all round counts.
        front = self._suffer(blows, other, level, share if cosine <= 1.0 else 0.0)
        behind = self._suffer(blows, other, level, share if cosine <= -1.0 else 0.0)
        return Fight(
            attacker,
            self.class_names[other],
            self.skill_names[skill],
            SLOTS[slot],
            level,
            skill_level,
            front[0],
            behind[0],
            front[1],
            behind[1],
        )

    def _suffer(
        self, blows: list[Blow], role: int, level: int, share: float
    ) -> tuple[int | None, float]:
        """(ticks until death or None, health lost per second) of a victim who blocks ``share``."""
        own = self._levels[role * LEVELS + level - 1]
        health, armour = float(own["health_max_hp"]), float(own["armour"])
        hits, whole, died = np.zeros(1, dtype=HIT_RECORD), 0.0, None
        for blow in blows:
            hits[0]["flags"] = blow.flags
            part = share if blow.blockable else 0.0
            # With no end of health, what is taken is all that would be: the fight goes on.
            take_hit(hits, 0, blow.amount_hp, math.inf, 0.0, part, armour)
            taken = float(hits[0]["health_hp"])
            whole += taken
            health -= min(health, taken)
            if died is None and health <= 0.0:
                died = blow.tick
        return died, whole * self.rate_hz / self._ticks

    def blows(self, role: int, slot: int, level: int, skill_level: int) -> list[Blow]:
        """The damage that a class does with one skill, by tick; tick 0 presses the button."""
        skill = int(self._classes[role][f"skill_{slot}"])
        row, own = self._skills[skill], self._levels[role * LEVELS + level - 1]
        if row["kind"] not in HURTING:
            return []
        me = _Fighter(float(own["mana_max_mp"]), int(row["charges_max"]))
        worn = _Worn(self._statuses)
        found: list[Blow] = []
        for tick in range(self._ticks):
            worn.expire(tick)
            stunned = worn.has(STUN)
            found += [Blow(tick, amount, NO_RETURN, False) for amount in worn.burns()]
            if me.combo and me.combo_until <= tick:
                me.combo = 0
            me.mana_mp = min(me.mana_mp + own["mana_mp_per_tick"], own["mana_max_mp"])
            if self._casts(me, row, tick, float(own["mana_mp_per_tick"])):
                self._arrive(me, skill, row, role, float(own["power"]), skill_level, tick)
            landed = self._landing(me, row, role, tick)
            if row["kind"] == BEAM and self._shines(me, row, tick):
                effect = self._effects[skill * SKILL_LEVELS + skill_level - 1]
                landed.append(float(effect["damage_hp"] * own["power"]))
            for amount in landed:
                found.append(Blow(tick, amount, 0, not stunned))
                worn.give(row, tick)
        return [blow for blow in found if blow.amount_hp > 0.0]

    def _casts(self, me: _Fighter, row: Row, tick: int, mana_mp_per_tick: float) -> bool:
        """Whether the skill is cast in this tick, as ``systems.kernels.judging`` would judge it.

        What is held for too long is lost, so nobody begins before it can be paid once it is full.
        """
        most, cooldown = int(row["charges_max"]), int(row["cooldown_ticks"])
        while me.charges < most and tick >= me.recharge_tick:
            me.charges += 1
            me.recharge_tick += cooldown
        if tick < me.beam_until:
            return False
        fit = me.charges > 0 and tick >= me.ready_tick
        hold = int(row["hold_ticks"])
        if hold and me.held_tick == NOBODY:
            paid = me.mana_mp + hold * mana_mp_per_tick >= row["mana_mp"]
            me.held_tick = tick if fit and paid else NOBODY
            return False
        if not fit or (hold and tick - me.held_tick < hold):
            return False
        if me.mana_mp < row["mana_mp"]:
            return False
        if me.charges >= most:
            me.recharge_tick = tick + cooldown
        me.mana_mp -= row["mana_mp"]
        me.charges -= 1
        me.ready_tick = tick + (int(row["gap_ticks"]) if most > 1 else cooldown)
        me.held_tick = NOBODY
        return True

    def _arrive(
        self,
        me: _Fighter,
        skill: int,
        row: Row,
        role: int,
        power: float,
        skill_level: int,
        tick: int,
    ) -> None:
        """When a cast's damage will land, as ``launching`` and ``placing`` reckon it."""
        charge, kind = 1.0 if row["hold_ticks"] else 0.0, row["kind"]
        strength = power * grown_by(row["charge_power"], charge)
        effect = self._effects[skill * SKILL_LEVELS + skill_level - 1]
        if kind in (PROJECTILE, HOMING):
            if row["combo"]:
                step = self._classes[role]["combo_step"]
                strength = strength * (1.0 + step * float(me.combo))
            radius = row["radius_u"] * grown_by(row["charge_radius"], charge) + self._body_u
            for ticks in self._flights(row, radius):
                if ticks is None:
                    me.missing.add(tick + int(row["life_ticks"]) - 1)
                else:
                    landing = me.arriving.setdefault(tick + ticks - 1, [])
                    landing.append(float(effect["damage_hp"] * strength))
        elif kind == AREA and row["affects"] & ENEMIES:
            reach = row["range_u"] + row["radius_u"] * grown_by(row["charge_radius"], charge)
            if reach + self._body_u >= self._away_u:
                first = tick + int(row["delay_ticks"])
                lingers = max(1, int(row["linger_ticks"]))
                for at in range(first, first + lingers, row["period_ticks"]):
                    me.arriving.setdefault(at, []).append(float(effect["damage_hp"] * strength))
        elif kind == BEAM:
            me.beam_since, me.beam_until = tick, tick + 1 + int(row["life_ticks"])

    def _flights(self, row: Row, touch_u: float) -> Iterator[int | None]:
        """Ticks until each shot of a fan touches; None for those that fly past, or not so far."""
        step_u = row["speed_ups"] / self.rate_hz
        half = (row["spread"] * (row["count"] - 1) + 1) // 2
        for which in range(row["count"]):
            # No part of a match: what a sweep would meet at the angle of this shot.
            angle = 2.0 * math.pi * float(which * row["spread"] - half) / 4096.0
            aside, ahead = self._away_u * math.sin(angle), self._away_u * math.cos(angle)
            if abs(aside) > touch_u or ahead < 0.0:
                yield None
                continue
            way = max(0.0, ahead - math.sqrt(touch_u * touch_u - aside * aside))
            ticks = max(1, math.ceil(way / step_u))
            yield ticks if ticks <= row["life_ticks"] else None

    def _landing(self, me: _Fighter, row: Row, role: int, tick: int) -> list[float]:
        """The damage that lands in a tick; a combo grows with it, or ends with a miss."""
        landed = me.arriving.pop(tick, [])
        most = int(self._classes[role]["combo_max"])
        if row["combo"] and most and landed:
            me.combo = min(most, me.combo + len(landed))
            me.combo_until = tick + 1 + int(self._classes[role]["combo_ticks"])
        if row["combo"] and tick in me.missing:
            me.combo = 0
        return landed

    def _shines(self, me: _Fighter, row: Row, tick: int) -> bool:
        """Whether a beam that began before this tick is paid for and reaches."""
        if not me.beam_since < tick < me.beam_until:
            return False
        if me.mana_mp < row["mana_mp_per_tick"]:
            me.beam_until = tick
            return False
        me.mana_mp -= row["mana_mp_per_tick"]
        return bool(row["range_u"] + row["radius_u"] + self._body_u >= self._away_u)


def _rows(records: NDArray[np.void]) -> list[Row]:
    """Records as plain numbers, which Python reads much faster."""
    names = records.dtype.names or ()
    return [dict(zip(names, record, strict=True)) for record in records.tolist()]


class _Worn:
    """The statuses of one victim."""

    def __init__(self, statuses: NDArray[np.void]) -> None:
        self.statuses = statuses
        self.until_tick = np.zeros(STATUSES, dtype=np.int64)
        self.stacks = np.zeros(STATUSES, dtype=np.uint8)
        self.sources = np.full(STATUSES, NOBODY, dtype=np.int64)
        self.clean = True

    def expire(self, tick: int) -> None:
        """End what has lasted its time."""
        if not self.clean:
            self.stacks[self.until_tick <= tick] = 0
            self.clean = not self.stacks.any()

    def has(self, kind: int) -> bool:
        """Whether a status of a kind is there."""
        return not self.clean and bool(np.any(self.stacks[self.statuses["kind"] == kind]))

    def burns(self) -> list[float]:
        """Damage of each burn in one tick."""
        if self.clean:
            return []
        return [
            float(row["strength"] * float(count))
            for row, count in zip(self.statuses, self.stacks.tolist(), strict=True)
            if count and row["kind"] == BURN
        ]

    def give(self, skill: Row, tick: int) -> None:
        """What a blow of a skill leaves behind."""
        for key in ("status_a", "status_b"):
            if skill[key] >= 0:
                ticks, status, self.clean = skill[f"{key}_ticks"], skill[key], False
                put_status(
                    0,
                    status,
                    ticks,
                    0,
                    tick,
                    self.statuses,
                    self.until_tick,
                    self.stacks,
                    self.sources,
                )
