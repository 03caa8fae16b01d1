"""`docs/balance.md` is complete and true: every key, range and shipped value, every example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from ringfall.datapack import load_datapack
from ringfall.documents import DataError, parse_document, validate
from schema.balance import Balance, ZonePhase

DOCS = Path(__file__).resolve().parents[2] / "docs" / "balance.md"


def section(title: str) -> str:
    """The text under a heading, up to the next heading."""
    match = re.search(
        rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", DOCS.read_text("utf-8"), re.M | re.S
    )
    assert match, f"docs/balance.md has no heading {title}"
    return match[1]


def tables() -> Iterator[tuple[str, type[BaseModel]]]:
    """Each heading that lists keys, with its model."""
    balance = load_datapack().balance
    for name in ("match", "body", "bots"):
        value = getattr(balance, name)
        yield f"{name}.toml", type(value)
    for name in type(balance.skills).model_fields:
        value = getattr(balance.skills, name)
        yield f"[{name}]", type(value)
    yield "zone.toml", ZonePhase


TABLES = list(tables())


@pytest.mark.parametrize(("title", "model"), TABLES, ids=[title for title, _ in TABLES])
def test_every_key_is_documented(title: str, model: type[BaseModel]) -> None:
    rows = {
        cells[0].strip("`"): cells[1:]
        for line in section(title).splitlines()
        if (cells := [cell.strip() for cell in line.strip("|").split("|")])[0].startswith("`")
        and len(cells) == 3
    }
    assert list(rows) == list(model.model_fields)
    for key, (limits, meaning) in rows.items():
        assert meaning == model.model_fields[key].description
        assert limits == documented_range(model, key)


def documented_range(model: type[BaseModel], key: str) -> str:
    """The range as an error names it, without its article."""
    with pytest.raises(DataError) as caught:
        validate(parse_document("f", f"{key} = []".encode(), "toml"), model)
    (message,) = (p.message for p in caught.value.problems if "missing" not in p.message)
    text = message.removeprefix("must be a ").removesuffix(", is a list")
    return text.removeprefix("number ")


def test_no_file_is_left_out() -> None:
    for name in Balance.model_fields:
        assert section(f"{name}.toml")


def test_the_examples_of_errors_come_true(mydata: Path) -> None:
    edits = {
        "balance/skills.toml": [
            ("cooldown_s = 0.4", "cooldwn_s = 0.4"),
            ("damage_hp = 8.0", "damage_hp = -8"),
        ],
        "balance/zone.toml": [("radius_ratio = 0.2", "radius_ratio = 0.5")],
        "maps/caldera.tmj": [('"id":3,\n', '"id":3,\n'), ('"rotation":0', '"rotation":45')],
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
