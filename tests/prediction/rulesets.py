"""Rules to predict by: the shipped ones as they were when the vectors were made, and hostile ones.

They travel in the file, whole rows of the rulebook: what designers change later changes no vector.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from ringfall.datapack import load_datapack
from schema.balance import Balance
from schema.rulebook import (
    BEAM,
    BURN,
    CLASS_ROW,
    DASH,
    EFFECT_ROW,
    EXTEND,
    HASTE,
    LEVEL_ROW,
    LEVELS,
    MEND,
    REFRESH,
    REVEAL,
    ROOT,
    SHIELD,
    SKILL_LEVELS,
    SKILL_ROW,
    SLOW,
    STACK,
    STATUS_ROW,
    STATUSES,
    STRONGEST,
    STUN,
    WALL,
)
from systems import baking
from systems.judge_casts import OVERHOLD_S
from systems.rules import Rules, make_rules
from systems.terrain import Terrain

Facts = dict[str, Any]

SKILL_KINDS = {number: name for name, number in baking.KINDS.items()}
STATUS_KINDS = {number: name for name, number in baking.STATUS_KINDS.items()}
STACKINGS = {number: name for name, number in baking.STACKINGS.items()}
HEALTH_HP = 1e6
"""So much that nothing in a batch kills."""


@cache
def shipped() -> Balance:
    """The balance that ships."""
    return load_datapack().balance


def shipped_facts(terrain: Terrain) -> Facts:
    """The shipped rules at 30 Hz, without barriers: what stands, the batch says."""
    rules = make_rules(shipped(), 30, terrain, 4)
    body, match = rules.balance.match.body, rules.balance.match
    levels = [rules.levels[LEVELS * role + level] for role in range(4) for level in (0, 6)]
    skills = rules.skills[rules.skills["kind"] != WALL]
    # What hits leave on their victims comes from others, and an area can be its own caster's.
    skills["status_a"] = skills["status_b"] = -1
    return facts(
        rate_hz=30,
        radius_u=body.radius_u,
        acceleration_upss=body.acceleration_upss,
        countdown_ticks=rules.some_ticks(match.countdown_s),
        overhold_ticks=rules.ticks(OVERHOLD_S),
        down_speed_ratio=match.team.down_speed_ratio,
        skills=skills,
        statuses=rules.statuses.copy(),
        levels=np.array(levels, LEVEL_ROW),
    )


def hostile_facts(rng: np.random.Generator, rate_hz: int) -> Facts:
    """Rules that nobody would play by: every kind a cast can be without others, at any number.

    Tables of projectiles, areas and obstacles stay empty, so that no cast is refused for them.
    """
    skills = np.zeros(16, SKILL_ROW)
    for row in skills:
        row["kind"] = rng.choice([DASH, DASH, DASH, SHIELD, MEND, BEAM])
        row["cooldown_ticks"], row["gap_ticks"] = rng.integers(1, 40), rng.integers(1, 12)
        row["charges_max"], row["life_ticks"] = rng.integers(1, 5), rng.integers(1, 16)
        row["mana_mp"] = rng.choice([0.0, 1.5, 8.0, 30.1])
        row["hold_ticks"] = rng.choice([0, 0, 0, 3, 9])
        row["speed_ups"] = rng.choice([1.0, 22.0, 46.0, 100.0, 333.3])
        row["mana_mp_per_tick"] = rng.choice([0.0, 0.25, 3.3])
        row["count"], row["range_u"], row["radius_u"] = 1, 5.0, 0.1
        row["status_a"] = row["status_b"] = row["self_status"] = -1
        if rng.random() < 0.4:
            row["self_status"] = rng.integers(0, STATUSES)
            row["self_status_ticks"] = rng.integers(1, 30)
    statuses = np.zeros(STATUSES, STATUS_ROW)
    for index, row in enumerate(statuses):
        row["kind"] = (SLOW, HASTE, ROOT, STUN, BURN, REVEAL)[index % 6]
        row["stacking"] = rng.choice([REFRESH, EXTEND, STACK, STRONGEST])
        row["stacks_max"], row["ticks_max"] = rng.integers(1, 5), rng.integers(1, 60)
        row["strength"] = rng.choice([0.1, 0.35, 0.3, 0.7])
    levels = np.zeros(8, LEVEL_ROW)
    levels["speed_ups"] = [6.6, 5.5, 12.3, 31.7, 77.7, 0.25, 9.0, 6.0]
    levels["mana_max_mp"] = rng.choice([0.0, 60.0, 120.0], 8)
    levels["mana_mp_per_tick"] = rng.choice([0.0, 0.2, 1 / 3], 8)
    return facts(
        rate_hz=rate_hz,
        radius_u=float(rng.choice([0.5, 0.5, 0.35, 0.8])),
        acceleration_upss=float(rng.choice([60.0, 25.0, 333.0])),
        countdown_ticks=int(rng.integers(0, 30)),
        overhold_ticks=baking.to_ticks(OVERHOLD_S, rate_hz),
        down_speed_ratio=0.35,
        skills=skills,
        statuses=statuses,
        levels=levels,
    )


def facts(
    *, rate_hz: int, skills: np.ndarray, statuses: np.ndarray, levels: np.ndarray, **numbers: float
) -> Facts:
    """Rules as they stand in a file."""
    return {
        **numbers,
        "rate_hz": rate_hz,
        "dt_s": 1.0 / rate_hz,
        "skills": [{**_named(row), "kind": SKILL_KINDS[int(row["kind"])]} for row in skills],
        "statuses": [
            {
                **_named(row),
                "kind": STATUS_KINDS[int(row["kind"])],
                "stacking": STACKINGS[int(row["stacking"])],
            }
            for row in statuses
            if row["kind"] != 0
        ],
        "levels": [_named(row) for row in levels],
    }


def _named(row: np.void) -> dict[str, float]:
    """Its numbers by name; zeros are left out."""
    named = zip(row.dtype.names or (), row.item(), strict=True)
    return {name: value for name, value in named if value != 0}


_NUMBERS = {"kind": baking.KINDS | baking.STATUS_KINDS, "stacking": baking.STACKINGS}


def _rows(told: list[Facts], dtype: np.dtype[np.void], size: int) -> np.ndarray:
    made = np.zeros(size, dtype)
    for row, given in zip(made, told, strict=False):
        for name, value in given.items():
            row[name] = _NUMBERS[name][value] if isinstance(value, str) else value
    return made


def rules_of(told: Facts, terrain: Terrain, players: int) -> Rules:
    """Rules of the tick, from a file's: the shipped balance's with their numbers put in."""
    given = shipped()
    match = given.match.model_copy(
        update={
            "body": given.match.body.model_copy(
                update={name: told[name] for name in ("radius_u", "acceleration_upss")}
            ),
            "team": given.match.team.model_copy(
                update={"size": 2, "down_speed_ratio": told["down_speed_ratio"]}
            ),
            "countdown_s": told["countdown_ticks"] / told["rate_hz"],
        }
    )
    balance = given.model_copy(update={"match": match})
    made = make_rules(balance, told["rate_hz"], terrain, players)
    skills = _rows(told["skills"], SKILL_ROW, len(told["skills"]))
    own = _rows(told["levels"], LEVEL_ROW, len(told["levels"]))
    levels = np.zeros(len(own) * LEVELS, LEVEL_ROW)
    levels[::LEVELS] = own
    levels["health_max_hp"] = HEALTH_HP
    classes = np.zeros(len(own), CLASS_ROW)
    classes["block_cos"] = 2.0
    return replace(
        made,
        skills=skills,
        effects=np.zeros(len(skills) * SKILL_LEVELS, EFFECT_ROW),
        classes=classes,
        levels=levels,
        statuses=_rows(told["statuses"], STATUS_ROW, STATUSES),
    )
