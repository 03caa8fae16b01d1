"""What the keys of different tables must agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.balance.skills import (
    AreaSkill,
    BeamSkill,
    DashSkill,
    HealSkill,
    HomingSkill,
    ProjectileSkill,
    WallSkill,
)
from schema.contradictions import Contradiction
from schema.curves import CurveRef
from schema.rulebook import LEVELS, SKILL_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from schema.balance import Balance


def contradictions(balance: Balance) -> list[Contradiction]:
    """Everything in which the parts of a balance disagree."""
    found = _of_skills(balance) + _of_limits(balance) + _of_loot(balance) + _of_bots(balance)
    found += _of_domains(balance)
    if balance.match.experience.level_max > LEVELS:
        text = f"must not exceed {LEVELS}, is {balance.match.experience.level_max}"
        found.append(Contradiction(("match", "experience", "level_max"), text))
    return found


def _of_skills(balance: Balance) -> list[Contradiction]:
    body, found = balance.match.body, []
    for name, skill in balance.skills.root.items():
        at = ("skills", name)
        if isinstance(skill, DashSkill) and skill.duration_s >= skill.cooldown_s:
            text = f"must be below this skill's cooldown_s ({skill.cooldown_s:g})"
            found.append(Contradiction((*at, "duration_s"), f"{text}, is {skill.duration_s:g}"))
        if isinstance(skill, ProjectileSkill | HomingSkill) and skill.range_u < body.radius_u:
            text = f"must exceed match.body.radius_u ({body.radius_u:g}), is {skill.range_u:g}"
            found.append(Contradiction((*at, "range_u"), text))
        if isinstance(skill, HealSkill) and skill.over_s == 0 and skill.over_hp != 0:
            text = "must be above 0 for a skill with over_hp"
            found.append(Contradiction((*at, "over_s"), text))
        if isinstance(skill, WallSkill) and skill.distance_u < body.radius_u + skill.thickness_u:
            least = body.radius_u + skill.thickness_u
            text = f"must be at least {least:g} to stand clear of the caster"
            found.append(Contradiction((*at, "distance_u"), f"{text}, is {skill.distance_u:g}"))
        if isinstance(skill, BeamSkill) and skill.mana_mp_per_s == 0 and skill.mana_mp == 0:
            text = "must be above 0 for a beam that costs nothing to begin"
            found.append(Contradiction((*at, "mana_mp_per_s"), text))
    return found


def _of_limits(balance: Balance) -> list[Contradiction]:
    """Capacities that a player alone could fill.

    Alive at once: floor(lifetime / cooldown) + 1 casts and the charges saved up.  One more, because
    rounding to ticks can lengthen a life and shorten a cooldown.
    """
    found = []
    most = {"projectiles_per_player": 0, "areas_per_player": 0, "barriers_per_player": 0}
    for role in balance.classes.root.values():
        here = dict.fromkeys(most, 0)
        for name in role.skills.model_dump().values():
            skill = balance.skills.root.get(name)
            if isinstance(skill, ProjectileSkill):
                life = skill.range_u / skill.speed_ups
                casts = int(life / skill.cooldown_s) + 1 + skill.charges_max
                here["projectiles_per_player"] += casts * skill.count
            elif isinstance(skill, HomingSkill):
                casts = int(skill.range_u / skill.speed_ups / skill.cooldown_s) + 1
                here["projectiles_per_player"] += casts + skill.charges_max
            elif isinstance(skill, AreaSkill):
                casts = int((skill.delay_s + skill.linger_s) / skill.cooldown_s) + 1
                here["areas_per_player"] += casts + skill.charges_max
            elif isinstance(skill, WallSkill):
                casts = int(skill.duration_s / skill.cooldown_s) + 1
                here["barriers_per_player"] += casts + skill.charges_max
        most = {key: max(most[key], here[key]) for key in most}
    for key, least in most.items():
        given = getattr(balance.match.limits, key)
        if given < least:
            text = f"must be at least {least}, is {given}: so many can one player have at once"
            found.append(Contradiction(("match", "limits", key), text))
    return found


def _of_loot(balance: Balance) -> list[Contradiction]:
    found = []
    for name, table in balance.loot.tables.items():
        whole = 0.0
        for draw in table.draw:
            whole += draw.chance_ratio
        if whole > 1.0 + 1e-9:
            text = f"chances must not add up to more than 1, they make {whole:g}"
            found.append(Contradiction(("loot", "tables", name, "draw"), text))
    return found


def _of_bots(balance: Balance) -> list[Contradiction]:
    bots = balance.bots
    whole = bots.easy.share_ratio + bots.normal.share_ratio + bots.hard.share_ratio
    if abs(whole - 1.0) > 1e-6:
        text = f"the shares of easy, normal and hard must add up to 1, they make {whole:g}"
        return [Contradiction(("bots", "hard", "share_ratio"), text)]
    return []


def _of_domains(balance: Balance) -> list[Contradiction]:
    """Curves that end before the levels they are asked for: a class would stop growing unsaid."""
    experience = balance.match.experience
    found: list[Contradiction] = []
    for name, role in balance.classes.root.items():
        found += _short(balance, ("classes", name), role, experience.level_max)
    for name, skill in balance.skills.root.items():
        found += _short(balance, ("skills", name), skill, SKILL_LEVELS)
    # The highest level is where nothing more is paid.
    last = max(1, experience.level_max - 1)
    found += _short(balance, ("match", "experience"), experience, last)
    return found


def _short(
    balance: Balance, at: tuple[str, ...], table: BaseModel, last: int
) -> Iterator[Contradiction]:
    """The keys of a table whose curve lacks some of the levels 1 to ``last``."""
    for key in type(table).model_fields:
        value = getattr(table, key)
        if not isinstance(value, CurveRef):
            continue
        first, end = balance.curves.root[value.curve].domain
        if first > 1 or end < last:
            text = f"curve {value.curve} must cover levels 1 to {last}, covers {first} to {end}"
            yield Contradiction((*at, key), text)
