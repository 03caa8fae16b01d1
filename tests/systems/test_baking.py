"""Baking: the same records whatever the order in the files, and from a replay's balance."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from ringfall.datapack import balance_from_json, canonical_json, load_balance
from schema.balance import Balance
from systems.baking import Baker
from systems.rules import Rules, make_rules
from systems.terrain import make_terrain

RATE_HZ = 30


def shuffled(value: Any, rng: random.Random) -> Any:
    """The same tables with their keys in another order; that of lists means something."""
    if isinstance(value, dict):
        return {key: shuffled(value[key], rng) for key in rng.sample(sorted(value), len(value))}
    return [shuffled(inner, rng) for inner in value] if isinstance(value, list) else value


def records(rules: Rules) -> dict[str, bytes]:
    """Every array of the rules, and of their loot, as bytes with dtype and shape."""
    found = {}
    for owner in (rules, rules.loot):
        for name in type(owner).__dataclass_fields__:
            value = getattr(owner, name)
            if isinstance(value, np.ndarray):
                assert not value.flags.writeable, name
                found[name] = repr((value.dtype, value.shape)).encode() + value.tobytes()
    return found


def baked(balance: Balance) -> Rules:
    terrain = make_terrain(40.0, 30.0, [], [(5.0, 5.0), (9.0, 5.0)])
    return make_rules(balance, RATE_HZ, terrain, 2)


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_tables_does_not_reach_the_records(seed: int) -> None:
    shipped = load_balance()
    expected, rng = baked(shipped), random.Random(seed)
    written = shuffled(json.loads(canonical_json(shipped)), rng)
    assert list(written["skills"]) != sorted(written["skills"])
    mixed = balance_from_json(json.dumps(written).encode())
    assert list(mixed.skills.root) == list(written["skills"])
    replayed = balance_from_json(canonical_json(mixed))
    assert canonical_json(mixed) == canonical_json(replayed) == canonical_json(shipped)
    for found in (baked(mixed), baked(replayed)):
        assert records(found) == records(expected)
        names = ("class_names", "skill_names", "status_names", "item_names")
        assert [getattr(found, name) for name in names] == [
            getattr(expected, name) for name in names
        ]
        assert found.loot.table_names == expected.loot.table_names
        loot, other = found.loot, expected.loot
        assert (loot.crate_table, loot.death_table, loot.ground_table) == (
            other.crate_table,
            other.death_table,
            other.ground_table,
        )
    assert len(records(expected)) > 15


def test_references_point_at_what_they_name() -> None:
    """Indices are looked up again from the names, the long way round."""
    balance = load_balance()
    rules, baker = baked(balance), Baker(balance, RATE_HZ)
    for role, name in enumerate(rules.class_names):
        slots = balance.classes.root[name].skills.model_dump().values()
        indices = [int(rules.classes[role][f"skill_{slot}"]) for slot in range(4)]
        assert [rules.skill_names[index] for index in indices] == list(slots)
    for row, name in zip(rules.skills, rules.skill_names, strict=True):
        inflicts = getattr(balance.skills.root[name], "inflicts", ())
        named = [one.status for one in inflicts] + [None, None]
        for key, status in zip(("status_a", "status_b"), named, strict=False):
            index = int(row[key])
            assert (None if index < 0 else rules.status_names[index]) == status
    for table, name in enumerate(baker.table_names):
        lines = rules.loot.lines[rules.loot.start[table] : rules.loot.start[table + 1]]
        drawn = [draw.item for draw in balance.loot.tables[name].draw]
        assert [rules.item_names[line["item"]] for line in lines] == drawn
