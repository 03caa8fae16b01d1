"""Rulebooks, casts and tables for tests of what casts do, made in a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schema.events import CAST_RECORD, HIT_RECORD
from schema.rulebook import CLASS_ROW, EFFECT_ROW, SKILL_LEVELS, SKILL_ROW

Row = dict[str, Any]

PLAIN: Row = {
    "cooldown_ticks": 10,
    "gap_ticks": 2,
    "charges_max": 1,
    "charge_power": 1.0,
    "charge_radius": 1.0,
    "count": 1,
    "status_a": -1,
    "status_b": -1,
    "self_status": -1,
}


def skill_rows(*skills: Row) -> NDArray[np.void]:
    """SKILL_ROW[skills] from what differs from a plain one."""
    return _records(SKILL_ROW, [PLAIN | skill for skill in skills])


def effect_rows(*effects: Row) -> NDArray[np.void]:
    """EFFECT_ROW of skills whose numbers are those given, times the skill level."""
    levels = [
        {name: value * level for name, value in effect.items()}
        for effect in effects
        for level in range(1, SKILL_LEVELS + 1)
    ]
    return _records(EFFECT_ROW, levels)


def class_rows(*combo_steps: float) -> NDArray[np.void]:
    """CLASS_ROW of classes that differ in their combo alone."""
    return _records(CLASS_ROW, [{"combo_step": step} for step in combo_steps])


def cast_rows(casts: Sequence[Row], room: int = 0) -> dict[str, Any]:
    """The casts of a tick as kernels take them; beyond the count lies what must not be read."""
    plain = {"level": 1, "power": 1.0, "reach": 1.0}
    junk = dict.fromkeys(CAST_RECORD.names or (), 1)
    rows = [plain | cast for cast in casts] + [junk] * max(1, room)
    return {"casts": _records(CAST_RECORD, rows), "cast_count": len(casts)}


def _records(dtype: np.dtype[np.void], rows: Sequence[Row]) -> NDArray[np.void]:
    made = np.zeros(len(rows), dtype)
    for record, row in zip(made, rows, strict=True):
        for name, value in row.items():
            record[name] = value
    return made


def entity_table(capacity: int, used: int) -> dict[str, Any]:
    """Count, refusals and identity of a table in which ``used`` rows have the lowest slots."""
    return {
        "count": used,
        "refused": 10,
        "row_slot": [*range(used), *[0] * (capacity - used)],
        "generation": [3] * capacity,
        "free": list(range(capacity - 1, -1, -1)),
    }


def no_hits(room: int = 64) -> dict[str, Any]:
    """An empty report of hits."""
    return {"hits": np.zeros(room, HIT_RECORD), "hit_count": 0, "hits_refused": 0}
