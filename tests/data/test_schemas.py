"""JSON Schemas: current, complete, and believed by a linter that knows nothing of Ringfall."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ringfall.datapack import shipped_data
from ringfall.datapack.schemas import balance_schemas, schema_path, schema_text
from schema.balance import Balance
from tests.data import rich

TOMBI = shutil.which("tombi", path=str(Path(sys.executable).parent)) or shutil.which("tombi")
SCHEMAS = balance_schemas(Balance)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schemas_are_current(name: str) -> None:
    text = schema_path(shipped_data(), name).read_text("utf-8")
    assert text == schema_text(SCHEMAS[name]), "run: ringfall balance schema --write"


def test_there_are_no_others() -> None:
    files = {path.name for path in (shipped_data() / "schema").iterdir()}
    assert files == {f"{name}.schema.json" for name in SCHEMAS}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_shipped_file_names_its_schema(name: str) -> None:
    path = shipped_data() / "balance" / f"{name}.toml"
    first = path.read_text("utf-8").splitlines()[0]
    assert first == f"#:schema ../schema/{name}.schema.json"
    assert (path.parent / first.removeprefix("#:schema ")).resolve().is_file()


def test_what_a_schema_says() -> None:
    schemas = balance_schemas(rich.Rich)
    skills = schemas["skills"]
    assert set(skills["properties"]) == {"extends", "remove"}
    kinds = [one["$ref"].rsplit("/", 1)[1] for one in skills["additionalProperties"]["anyOf"]]
    assert kinds == ["Bolt", "Area"]
    bolt = skills["$defs"]["Bolt"]
    assert set(bolt["properties"]) == {*rich.Bolt.model_fields, "extends", "remove"}
    assert bolt["properties"]["kind"]["const"] == "bolt"
    number, curve = bolt["properties"]["damage_hp"]["anyOf"]
    assert number == {"type": "number", "exclusiveMinimum": 0, "maximum": 400}
    assert skills["$defs"][curve["$ref"].rsplit("/", 1)[1]]["required"] == ["curve"]
    # What may be inherited is not required; what stands in a list cannot inherit.
    assert "required" not in bolt
    drop = schemas["loot"]["$defs"]["Drop"]
    assert drop["required"] == ["item", "weight"]
    assert "extends" not in drop["properties"]
    assert "table" not in schemas["curves"]["$defs"]["LinearCurve"]["properties"]
    assert schemas["curves"]["$defs"]["LinearCurve"]["properties"]["monotone"]["enum"] == [
        "rising",
        "falling",
        "any",
    ]


# ---- tombi -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The rich balance with its schemas, as a folder of data."""
    rich.write(tmp_path / "balance", **{name: headed(name) for name in rich.FILES})
    for name, schema in balance_schemas(rich.Rich).items():
        schema_path(tmp_path, name).parent.mkdir(exist_ok=True)
        schema_path(tmp_path, name).write_text(schema_text(schema), "utf-8")
    return tmp_path


def headed(name: str) -> str:
    return f"#:schema ../schema/{name}.schema.json\n\n{rich.FILES[name]}"


def lint(folder: Path) -> list[str]:
    """`file:line:column: message` of everything tombi says about the balance of a folder."""
    assert TOMBI is not None, "tombi is a development dependency: make setup-dev"
    done = subprocess.run(
        [TOMBI, "lint", "--offline", "balance"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    found = re.findall(r"Error: (.+)\n\s+at balance/(\S+)", text)
    assert (done.returncode != 0) == bool(found), text
    return [f"{place}: {message}" for message, place in found]


def test_the_shipped_files_pass_the_linter() -> None:
    assert lint(shipped_data()) == []


def test_the_rich_files_pass_the_linter(folder: Path) -> None:
    assert lint(folder) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "message"),
    [
        ("skills", "speed_ups = 30", "speed_up = 30", "7:1", '"speed_up" is not allowed'),
        ("skills", "speed_ups = 30", "speed_ups = 300", "7:13", "≤ 200"),
        ("skills", "radius_u = 4.5", "speed_ups = 4", "26:1", '"speed_ups" is not allowed'),
        ("skills", "damage_hp = 40", "damage_hp = 401", "25:13", "≤ 400"),
        ("skills", "time_s = 1.5", "time_s = 'long'", "11:10", "Float"),
        ("skills", 'extends = "fire_bolt"', "extends = 3", "15:11", "String"),
        ("statuses", "0.5", "1.5", "7:14", "≤ 1"),
        ("loot", "weight = 1 ", "weight = 0 ", "9:38", "> 0"),
        ("loot", "weight = 1 ", "wight = 1 ", "9:29", '"wight" is not allowed'),
        ("loot", ", weight = 1 ", "", "9:10", '"weight" is required'),
        ("curves", '"linear"', '"liner"', "4:8", "linear"),
        ("curves", '"rising"', '"riding"', "8:12", "rising"),
    ],
)
def test_the_linter_finds(
    folder: Path, file: str, old: str, new: str, place: str, message: str
) -> None:
    path = folder / "balance" / f"{file}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = lint(folder)
    assert found
    assert any(line.startswith(f"{file}.toml:{place}: ") and message in line for line in found)


def test_schemas_are_plain_json() -> None:
    for schema in balance_schemas(rich.Rich).values():
        assert json.loads(schema_text(schema)) == schema
