"""`docs/balance.md` is complete and true: every key, range and shipped value, every example."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from ringfall.datapack import load_balance, load_datapack
from ringfall.documents import DataError, parse_document, validate
from ringfall.documents.inheriting import read_inherited
from ringfall.documents.shapes import is_model, members, shape_of
from ringfall.documents.trees import Locator
from ringfall.documents.words import expectation, plain_number, show
from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from schema.balance import Balance
from schema.balance.bots import BotLevel, BotsBalance
from schema.balance.classes import Block, ClassBalance, ClassesBalance, Combo, Slots, Thorns
from schema.balance.loot import Draw, ItemBalance, LootBalance, LootTable
from schema.balance.match import (
    BodyBalance,
    CoverBalance,
    ExperienceBalance,
    LimitsBalance,
    MatchBalance,
    TeamBalance,
)
from schema.balance.skills import (
    AreaSkill,
    BeamSkill,
    Charge,
    DashSkill,
    HealSkill,
    HomingSkill,
    Inflicts,
    ProjectileSkill,
    ShieldSkill,
    Skill,
    SkillsBalance,
    WallSkill,
)
from schema.balance.statuses import (
    BurnStatus,
    HasteStatus,
    PlainStatus,
    SlowStatus,
    Status,
    StatusesBalance,
)
from schema.balance.zone import SuddenDeath, ZoneBalance, ZonePhase
from schema.columns import Ability, Effort, Role
from schema.curves import Curve, CurvesBalance

DOCS = Path(__file__).resolve().parents[2] / "docs" / "balance.md"


def section(title: str) -> str:
    """The text under a heading, up to the next heading."""
    match = re.search(
        rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", DOCS.read_text("utf-8"), re.M | re.S
    )
    assert match, f"docs/balance.md has no heading {title}"
    return match[1]


TABLES: dict[str, type[BaseModel]] = {
    "match.toml": MatchBalance,
    "[body]": BodyBalance,
    "[team]": TeamBalance,
    "[experience]": ExperienceBalance,
    "[cover]": CoverBalance,
    "[limits]": LimitsBalance,
    "classes.toml": ClassBalance,
    "[CLASS.skills]": Slots,
    "[CLASS.block]": Block,
    "[CLASS.combo]": Combo,
    "[CLASS.thorns]": Thorns,
    "kind = projectile": ProjectileSkill,
    "kind = homing": HomingSkill,
    "kind = area": AreaSkill,
    "kind = beam": BeamSkill,
    "kind = dash": DashSkill,
    "kind = shield": ShieldSkill,
    "kind = heal": HealSkill,
    "kind = wall": WallSkill,
    "[SKILL.charge]": Charge,
    "Statuses that skills bring": Inflicts,
    "kind = slow": SlowStatus,
    "kind = haste": HasteStatus,
    "kind = burn": BurnStatus,
    "kind = root, stun, reveal": PlainStatus,
    "loot.toml": LootBalance,
    "[items.ITEM]": ItemBalance,
    "[tables.TABLE]": LootTable,
    "Lines of a loot table": Draw,
    "[[phase]]": ZonePhase,
    "[sudden_death]": SuddenDeath,
    "bots.toml": BotLevel,
}
# What all kinds of a file share stands once, under the heading of the file.
SHARED = {"skills.toml": set(DashSkill.model_fields) - {"speed_ups", "duration_s", "kind"}}
SHARED |= {"statuses.toml": set(PlainStatus.model_fields) - {"kind"}}
# Told in words under a heading of their own.
WORDS = {SkillsBalance, StatusesBalance, ClassesBalance, ZoneBalance, BotsBalance}


def rows_of(title: str) -> dict[str, list[str]]:
    """The limits and the meaning of every key listed under a heading."""
    return {
        cells[0].strip("`"): cells[1:]
        for line in section(title).splitlines()
        if (cells := [cell.strip() for cell in line.strip("|").split("|")])[0].startswith("`")
        and len(cells) == 3
    }


def keys_of(title: str, model: type[BaseModel]) -> list[str]:
    """The keys that stand under a heading."""
    if title in SHARED:
        return [key for key in model.model_fields if key in SHARED[title]]
    shared = set[str]()
    for file, kinds in (("skills.toml", members(shape_of(Skill).kind)),):
        shared |= SHARED[file] if model in kinds.values() else set()
    if model in members(shape_of(Status).kind).values():
        shared |= SHARED["statuses.toml"]
    told_by_heading = {"kind"} if title.startswith("kind") else set()
    return [key for key in model.model_fields if key not in shared | told_by_heading]


EVERYTHING = [*TABLES.items(), ("skills.toml", DashSkill), ("statuses.toml", PlainStatus)]


@pytest.mark.parametrize(("title", "model"), EVERYTHING, ids=[title for title, _ in EVERYTHING])
def test_every_key_is_documented(title: str, model: type[BaseModel]) -> None:
    rows = rows_of(title)
    assert list(rows) == keys_of(title, model)
    for key, (limits, meaning) in rows.items():
        assert meaning == model.model_fields[key].description
        assert limits == documented_range(model, key)


def documented_range(model: type[BaseModel], key: str) -> str:
    """The range as an error names it, without its article, and what holds when it is left out."""
    field = model.model_fields[key]
    text = expectation(shape_of(field.annotation, field.metadata))
    text = text.removeprefix("a ").removeprefix("number ") or "see below"
    if field.is_required() or field.default is None or field.default == ():
        return text if field.is_required() else f"{text}; may be left out"
    default = [field.default] if not isinstance(field.default, tuple) else field.default
    return f"{text}; {', '.join(map(shown, default))} when left out"


def shown(value: object) -> str:
    return plain_number(value) if isinstance(value, float) else show(value)


def test_no_model_is_left_out() -> None:
    waiting: list[Any] = [Balance]
    seen = set()
    while waiting:
        shape = shape_of(waiting.pop()).kind
        if is_model(shape) and shape not in seen:
            seen.add(shape)
            waiting += [field.annotation for field in shape.model_fields.values()]
        waiting += list(get_args(shape)) if not is_model(shape) else []
    of_balance = {one for one in seen if one.__module__.startswith("schema.balance")}
    assert of_balance - {Balance} - WORDS <= set(TABLES.values())


def test_no_file_is_left_out() -> None:
    for name in Balance.model_fields:
        assert section(f"{name}.toml")


def test_the_examples_of_errors_come_true(mydata: Path) -> None:
    edits = {
        "balance/classes.toml": [('"firebolt"', '"firebold"')],
        "balance/skills.toml": [
            ("cooldown_s = 0.6", "cooldwn_s = 0.6"),
            ("damage_hp = 12.0", "damage_hp = -8"),
            ("[charge]\n", '[charge]\nextends = "bash"\n'),
        ],
        "balance/zone.toml": [("radius_ratio = 0.2", "radius_ratio = 0.5")],
    }
    for file, changes in edits.items():
        path = mydata / file
        text = path.read_text("utf-8")
        start = 0
        for old, new in changes:
            start = text.index(old, start)
            text = text[:start] + new + text[start + len(old) :]
        path.write_text(text, "utf-8")
    with pytest.raises(DataError) as caught:
        load_datapack(mydata)
    (example,) = re.findall(r"```\n(mydata.*?)```", section("How errors look"), re.S)
    assert example == f"{caught.value}\n"


def examples(title: str, language: str = "toml") -> list[str]:
    """The code blocks of a section, without their indentation."""
    blocks = re.findall(rf"^( *)```{language}\n(.*?)^ *```", section(title), re.M | re.S)
    assert blocks
    return [textwrap.dedent(text) for _, text in blocks]


def test_the_example_of_a_changed_pack_loads(tmp_path: Path) -> None:
    pack, skills = examples("Trying a change")
    (tmp_path / "pack.toml").write_text(pack)
    (tmp_path / "balance").mkdir()
    (tmp_path / "balance/skills.toml").write_text(skills)
    assert load_balance(tmp_path).skills.root["firebolt"].damage_hp == 9  # type: ignore[union-attr]
    assert load_balance(tmp_path).zone == load_balance().zone


def test_the_examples_of_inheriting_hold(tmp_path: Path) -> None:
    base, heir = examples("Inheriting")
    (tmp_path / "base.toml").write_text(base)
    (tmp_path / "heir.toml").write_text(heir)
    shipped = tmp_path / "base.toml"
    found = read_inherited(shipped, None, Locator())
    assert found.problems == []
    assert found.tree.plain()["frost_bolt"] == {
        "damage_hp": 30,
        "speed_ups": 32,
        "statuses": ["frozen"],
    }
    found = read_inherited(tmp_path / "heir.toml", shipped, Locator())
    assert found.problems == []
    assert found.tree.plain() == {
        "fire_bolt": {"damage_hp": 33, "speed_ups": 32, "statuses": ["burning"]}
    }


def test_the_example_of_a_curve_loads_and_no_kind_is_left_out() -> None:
    (text,) = examples("Curves")
    curves = validate(parse_document("f", text.encode(), "toml"), CurvesBalance)
    assert curves.root["damage"].values()[:3] == (10, 20, 30)
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section("Curves"), re.M)
    common = {"domain", "range", "clamp", "monotone", "table", "kind"}
    models = members(shape_of(Curve).kind)
    assert {kind: set(re.findall(r"`(\w+)`", keys)) for kind, keys in rows} == {
        kind: set(model.model_fields) - common for kind, model in models.items()
    }


def test_the_example_of_a_new_class_is_played(tmp_path: Path) -> None:
    pack, skills, classes = examples("Adding a class")
    (tmp_path / "balance").mkdir()
    for file, text in (("pack", pack), ("balance/skills", skills), ("balance/classes", classes)):
        (tmp_path / f"{file}.toml").write_text(text)
    (name,) = set(load_balance(tmp_path).classes.root) - set(load_balance().classes.root)
    match = Match(MatchPlan(load_datapack(tmp_path), 30, 20, 3))
    match.enter_bots(bot_names(20, 3))
    casts = 0
    for _ in range(300):
        match.advance()
    index = match.rules.class_names.index(name)
    roles = match.world.group("players", Role).role[:20]
    assert (roles == index).any()
    ability, effort = (
        match.world.group("abilities", Ability),
        match.world.group("abilities", Effort),
    )
    for row in range(20):
        if roles[row] == index:
            own = [match.rules.skill_names[ability.skill[row * 4 + slot]] for slot in range(4)]
            assert own == list(
                load_balance(tmp_path).classes.root[name].skills.model_dump().values()
            )
            casts += int(effort.casts[row * 4 : row * 4 + 4].sum())
    assert casts > 0
