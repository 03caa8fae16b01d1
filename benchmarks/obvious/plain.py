"""The plain rules: what is left of the shipped ones when everybody is the same and only fights.

Derived from the shipped data, so they follow it.  The slots of a class that
are left over hold a skill that does nothing, and nobody presses their buttons.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from ringfall.datapack import DataPack
from schema.balance import Balance
from schema.balance.classes import ClassBalance, Slots
from schema.balance.skills import DashSkill, HealSkill, ProjectileSkill, Skill
from schema.commands import MOBILITY, MOVE, PRIMARY
from schema.curves import scaled_at

DASH_ROUND_TICKS = 90
DASH_HELD_TICKS = 40
DASH_APART_TICKS = 7
"""Everybody holds the dash button for a while in every round, each some time after the one before:
long enough for the saved up charges and one more, with time for both to come back."""

DASH_COOLDOWN_S = 1.0
"""Shorter than the shipped ones, so that every few ticks see many players dash."""


def press_plainly(commands: NDArray[np.void], tick: int) -> None:
    """Everybody goes where they want, shoots as often as they may, and dashes by turns."""
    commands["buttons"] &= MOVE
    commands["buttons"] |= PRIMARY
    turn = (tick + commands["slot"].astype(np.int64) * DASH_APART_TICKS) % DASH_ROUND_TICKS
    commands["buttons"][turn < DASH_HELD_TICKS] |= MOBILITY


def plain_pack(pack: DataPack) -> DataPack:
    """The same data without anything that the obvious match does not know.

    One class: straight bolts and a dash with two charges, no armour, no trait, no price.  Everybody
    for themselves, from the first tick, without levels; a map of walls alone.  The canonical JSON
    and the hashes are still those of ``pack``.
    """
    ground = pack.map.model_copy(update={"crates": (), "bushes": (), "loot": ()})
    return dataclasses.replace(pack, balance=plain_balance(pack.balance), map=ground)


def plain_balance(balance: Balance) -> Balance:
    """One class, two skills, no countdown, no teams, no experience."""
    match = balance.match
    team = match.team.model_copy(update={"size": 1, "friendly_fire_ratio": 0.0})
    nothing = {"survival_xp_per_s": 0.0, "kill_xp": 0.0, "assist_xp": 0.0}
    skills: dict[str, Skill] = {
        "bolt": _bolt(balance),
        "dash": _dash(balance),
        "idle": HealSkill(kind="heal", title="Idle", cooldown_s=1.0, mana_mp=0.0),
    }
    frame = match.model_copy(
        update={
            "countdown_s": 0.0,
            "team": team,
            "experience": match.experience.model_copy(update=nothing),
        }
    )
    return balance.model_copy(
        update={
            "match": frame,
            "classes": balance.classes.model_copy(update={"root": {"fighter": _fighter(balance)}}),
            "skills": balance.skills.model_copy(update={"root": skills}),
        }
    )


def _fighter(balance: Balance) -> ClassBalance:
    shipped = next(iter(balance.classes.root.values()))
    return ClassBalance(
        title="Fighter",
        blurb="Shoots and dashes.",
        health_max_hp=scaled_at(shipped.health_max_hp, balance.curves, 1),
        mana_max_mp=0.0,
        mana_mp_per_s=0.0,
        armour=0.0,
        speed_ups=scaled_at(shipped.speed_ups, balance.curves, 1),
        power_ratio=1.0,
        skills=Slots(primary="bolt", secondary="idle", special="idle", mobility="dash"),
    )


def _bolt(balance: Balance) -> ProjectileSkill:
    shots = (skill for skill in balance.skills.root.values() if isinstance(skill, ProjectileSkill))
    shipped = next(shots)
    return ProjectileSkill(
        kind="projectile",
        title="Bolt",
        cooldown_s=shipped.cooldown_s,
        mana_mp=0.0,
        speed_ups=shipped.speed_ups,
        radius_u=shipped.radius_u,
        range_u=shipped.range_u,
        damage_hp=scaled_at(shipped.damage_hp, balance.curves, 1),
    )


def _dash(balance: Balance) -> DashSkill:
    dashes = (skill for skill in balance.skills.root.values() if isinstance(skill, DashSkill))
    shipped = next(dashes)
    return DashSkill(
        kind="dash",
        title="Dash",
        cooldown_s=DASH_COOLDOWN_S,
        charges_max=2,
        gap_s=0.5 * DASH_COOLDOWN_S,
        mana_mp=0.0,
        speed_ups=shipped.speed_ups,
        duration_s=shipped.duration_s,
    )
