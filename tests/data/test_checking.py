# ruff: noqa: E501 - golden texts stay on one line
"""A whole balance against its models: kinds, names of other files, curves in the range of a field."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfall.datapack import canonical_json
from ringfall.datapack.checking import check_document
from ringfall.documents import parse_document
from tests.data import rich

GOLDEN = [
    (
        "skills",
        '["charge"]',
        '["charge", "speed_ups"]',
        "skills.toml:12:1: frost_bolt.speed_ups: is missing; must be a number from 1 to 200; it was removed at skills.toml:14:21",
    ),
    (
        "skills",
        '"frozen"',
        '"frozn"',
        'skills.toml:15:13: frost_bolt.statuses[0]: there is no "frozn" in statuses.toml; did you mean frozen? (inherited by ice_lance)',
    ),
    (
        "loot",
        '"nova"',
        '"novae"',
        'loot.toml:2:9: items.scroll.gives: there is no "novae" in skills.toml; did you mean nova?',
    ),
    (
        "loot",
        "scroll = 30",
        "scrol = 30",
        'loot.toml:10:1: prices.scrol: there is no "scrol" in loot.toml [items]; did you mean scroll?',
    ),
    (
        "skills",
        '"damage"',
        '"damag"',
        'skills.toml:4:23: fire_bolt.damage_hp.curve: there is no "damag" in curves.toml; did you mean damage? (inherited by frost_bolt, ice_lance)',
    ),
    (
        "skills",
        '"area"',
        '"aria"',
        'skills.toml:22:8: nova.kind: must be "bolt" or "area", is "aria"; did you mean area?',
    ),
    (
        "skills",
        'kind = "area"\n',
        "",
        'skills.toml:21:1: nova.kind: is missing; must be "bolt" or "area"',
    ),
    (
        "skills",
        "radius_u = 4.5",
        "radius_u = 4.5\nspeed_ups = 3",
        "skills.toml:25:1: nova.speed_ups: unknown key; known are: kind, damage_hp, radius_u",
    ),
    (
        "skills",
        "damage_hp = 40",
        'damage_hp = "fast"',
        'skills.toml:23:13: nova.damage_hp: must be a number above 0 and at most 400, or a curve, is "fast"',
    ),
    (
        "skills",
        "damage_hp = 40",
        "damage_hp = 401",
        "skills.toml:23:13: nova.damage_hp: must be a number above 0 and at most 400, or a curve, is 401",
    ),
    (
        "skills",
        "damage_hp = 40",
        "damage_hp = { curv = 'damage', curve = 'damage' }",
        "skills.toml:23:15: nova.damage_hp.curv: unknown key; did you mean curve?",
    ),
    (
        "skills",
        "[nova]",
        "[nova.x]",
        'skills.toml:21:1: nova.kind: is missing; must be "bolt" or "area"',
    ),
    (
        "skills",
        "bonus_ratio = 2",
        'bonus_ratio = { curve = "damage" }',
        "skills.toml:10:15: fire_bolt.charge.bonus_ratio: curve damage: level 1 gives 10, allowed is 1 to 4",
    ),
    (
        "skills",
        "= 30",
        "= 13",
        "skills.toml:5:13: fire_bolt.speed_ups: must not be 13 (inherited by frost_bolt)",
    ),
    (
        "curves",
        "[damage]",
        "[damag]",
        'skills.toml:4:23: fire_bolt.damage_hp.curve: there is no "damage" in curves.toml; did you mean damag? (inherited by frost_bolt, ice_lance)',
    ),
    (
        "curves",
        "200]",
        "100]",
        "curves.toml:4:9: damage.range: level 11 gives 110, allowed is 10 to 100",
    ),
    (
        "curves",
        "clamp = false",
        "clamb = false",
        "curves.toml:1:1: damage.clamp: is missing; must be true or false\n"
        "curves.toml:5:1: damage.clamb: unknown key; did you mean clamp?",
    ),
    (
        "curves",
        "first = 10",
        "first = 10\ntable = [1]",
        "curves.toml:8:9: damage.table: is not what the curve gives: leave it out",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), GOLDEN)
def test_errors_read(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    text = rich.FILES[file]
    assert old in text
    rich.write(tmp_path, **{file: text.replace(old, new, 1)})
    assert "\n".join(rich.lines(tmp_path)) == expected


def test_the_rich_balance_is_good(tmp_path: Path) -> None:
    read = rich.read(rich.write(tmp_path))
    assert read.problems == []
    assert read.balance is not None
    assert read.balance.skills.root["ice_lance"].model_dump()["speed_ups"] == 60


def test_a_curve_out_of_its_fields_range_names_the_level(tmp_path: Path) -> None:
    text = rich.FILES["curves"].replace("200]", "500]").replace("last = 200", "last = 485")
    rich.write(tmp_path, curves=text)
    assert rich.lines(tmp_path) == [
        "skills.toml:4:13: fire_bolt.damage_hp: curve damage: level 17 gives 410, allowed is "
        "above 0 and at most 400 (inherited by frost_bolt, ice_lance)"
    ]


def test_all_files_are_told_at_once_though_one_cannot_be_read(tmp_path: Path) -> None:
    rich.write(
        tmp_path,
        curves="[damage",
        statuses=rich.FILES["statuses"].replace("0.5", "5"),
        loot=rich.FILES["loot"].replace('"coin"', '"coyn"'),
        skills=rich.FILES["skills"].replace("40", "{ curve = 'any' }"),
    )
    assert [line.split(": ")[0] for line in rich.lines(tmp_path)] == [
        "curves.toml:1:1",
        "loot.toml:7:52",
        "statuses.toml:5:14",
    ]


def test_what_is_missing_in_a_table_that_inherits_nothing_is_not_told(tmp_path: Path) -> None:
    text = rich.FILES["skills"].replace('extends = "fire_bolt"', 'extends = "fire"')
    rich.write(tmp_path, skills=text.replace("speed_ups = 60", "speed_ups = 600"))
    assert [line.split(": ", 2)[1] for line in rich.lines(tmp_path)] == ["frost_bolt.extends"]


def test_the_canonical_form_comes_back_and_is_held_to_the_same(tmp_path: Path) -> None:
    balance = rich.read(rich.write(tmp_path)).balance
    assert balance is not None
    data = canonical_json(balance)
    checked = check_document(parse_document("replay", data, "json"), rich.Rich)
    assert checked.balance == balance
    assert canonical_json(checked.balance) == data
    for old, new, expected in [
        (b'"gives":"nova"', b'"gives":"nove"', 'loot.items.scroll.gives: there is no "nove"'),
        (b"[10.0,20.0,", b"[10.0,20.5,", "curves.damage.table: is not what the curve gives"),
        (b'"skills":', b'"skulls":', "skulls: unknown key; did you mean skills?"),
        (b'"skills":{', b'"skills":3,"x":{', "skills: must be a table, is 3"),
    ]:
        assert old in data
        damaged = parse_document("replay", data.replace(old, new, 1), "json")
        found = check_document(damaged, rich.Rich)
        assert found.balance is None
        assert any(
            f"{problem.key}: {problem.message}".startswith(expected) for problem in found.problems
        )


def test_a_file_that_is_missing_is_taken_from_the_shipped_ones_only_when_asked(
    tmp_path: Path,
) -> None:
    shipped, mine = rich.write(tmp_path / "shipped"), tmp_path / "mine"
    mine.mkdir()
    (mine / "statuses.toml").write_text('extends = "shipped"\n[burning]\nslow_ratio = 0.25')
    found = rich.read(mine, shipped)
    assert len(found.problems) == 3
    assert all(problem.message == "there is no such file" for problem in found.problems)
    found = rich.read(mine, shipped, fill=True)
    assert found.problems == []
    assert found.balance is not None
    assert found.balance.statuses.root["burning"].slow_ratio == 0.25
    assert found.balance.statuses.root["frozen"].slow_ratio == 0.5


def test_a_base_beside_the_files_is_no_stranger(tmp_path: Path) -> None:
    rich.write(tmp_path, skills='extends = "skills_base.toml"', skills_base=rich.FILES["skills"])
    assert rich.lines(tmp_path) == []
    rich.write(tmp_path)
    assert rich.lines(tmp_path) == [
        "skills_base.toml: unknown balance file; did you mean skills.toml?"
    ]
