"""Damage the shipped files at random: they still load, or the error names the right line.

The right line is found here from the text alone, without any parser of the loader: both formats
are written with one key per line.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfall.datapack import load_balance, load_datapack, shipped_data
from ringfall.datapack.balance import BalanceFiles
from ringfall.datapack.packs import PackFolder, open_folder
from ringfall.documents import DataError, Problem
from ringfall.documents.shapes import is_model, shape_of
from schema.balance import Balance

BALANCE = sorted(path.name for path in (shipped_data() / "balance").glob("*.toml"))
TOML_KEY = re.compile(r"(\w+) = (.+)")
TOML_HEADER = re.compile(r"\[+([\w.]+)\]+")
EXTENDS = re.compile(r"extends = \"(\w+)\"")
JSON_KEY = re.compile(r'( *)"(\w+)": ([^\[{].*?)(,?)')
OTHER_TYPES = ['"text"', "true", "[]", "[1, 2]", "-1e300"]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(shipped_data(), name, dirs_exist_ok=True)
        yield Path(name)


@cache
def whole_balance() -> BalanceFiles[Balance]:
    return open_folder().read_balance(Balance)


def load_beside_whole_balance(folder: Path) -> object:
    """Load data of which the map alone was damaged; the rest is not read each time."""
    whole = whole_balance()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PackFolder, "read_balance", lambda *_: whole)
        return load_datapack(folder)


def error_with(
    folder: Path, file: str, data: bytes, load: Callable[[Path], object] = load_datapack
) -> DataError | None:
    """What loading says once `file` holds `data`; the file is whole again afterwards."""
    path = folder / file
    whole = path.read_bytes()
    path.write_bytes(data)
    try:
        load(folder)
    except DataError as error:
        return error
    finally:
        path.write_bytes(whole)
    return None


def problems_with(folder: Path, file: str, lines: list[str]) -> list[Problem]:
    """The same for lines; every problem must be in that file."""
    load = load_balance if file.startswith("balance/") else load_beside_whole_balance
    error = error_with(folder, file, ("\n".join(lines) + "\n").encode(), load)
    problems = list(error.problems) if error else []
    assert all(problem.file == str(folder / file) for problem in problems)
    return problems


def shipped_lines(file: str) -> list[str]:
    return (shipped_data() / file).read_text("utf-8").splitlines()


@dataclass(frozen=True)
class TomlKey:
    """A `key = value` line: its number from 0, and that of its table's header, -1 for none."""

    file: str
    line: int
    header: int
    key: str
    value: str

    @property
    def is_number(self) -> bool:
        return re.fullmatch(r"-?[0-9.]+", self.value) is not None


def toml_keys() -> list[TomlKey]:
    """All but those in tables that inherit or are inherited from, whose damage spreads."""
    found = []
    for name in BALANCE:
        lines, header, title = shipped_lines(f"balance/{name}"), -1, ""
        kin = {match[1] for line in lines if (match := EXTENDS.fullmatch(line))}
        for number, line in enumerate(lines):
            if match := TOML_HEADER.fullmatch(line):
                header, title = number, match[1]
                if number + 1 < len(lines) and EXTENDS.fullmatch(lines[number + 1]):
                    kin.add(title)
            elif (match := TOML_KEY.fullmatch(line)) and title not in kin and match[2] != "[":
                found.append(TomlKey(f"balance/{name}", number, header, match[1], match[2]))
    return found


def named_keys(model: Any, required: bool) -> set[str]:
    """Names of all keys below a model that must be written, or need not be."""
    found: set[str] = set()
    shape = shape_of(model).kind
    if is_model(shape):
        for name, field in shape.model_fields.items():
            found |= named_keys(field.annotation, required)
            found |= {name} if field.is_required() == required else set()
        return found
    for inner in get_args(shape):
        found |= named_keys(inner, required)
    return found


TOML_KEYS = toml_keys()
# One name may be both, in different tables.
OPTIONAL = named_keys(Balance, required=False)
REQUIRED = named_keys(Balance, required=True)
REQUIRED_KEYS = [key for key in TOML_KEYS if key.key not in OPTIONAL]
# Without its kind nothing is known about a table, so nothing else in it is said to be wrong.
RENAMED_KEYS = [key for key in TOML_KEYS if key.key != "kind"]
NUMBERS = [key for key in TOML_KEYS if key.is_number]


def test_there_is_something_to_damage() -> None:
    assert len(TOML_KEYS) > 300
    assert len(REQUIRED_KEYS) > 200
    assert len(NUMBERS) > 200
    assert {"charges_max", "combo", "armour"} & OPTIONAL == {"charges_max", "combo"}
    assert len(JSON_LINES) > 4000
    assert len(SHAPE_LINES) > 3000


@settings(deadline=None)
@given(key=st.sampled_from(REQUIRED_KEYS))
def test_a_dropped_key_is_missed_at_its_table(folder: Path, key: TomlKey) -> None:
    lines = shipped_lines(key.file)
    del lines[key.line]
    (problem,) = problems_with(folder, key.file, lines)
    assert (problem.line, problem.column) == (max(key.header, 0) + 1, 1)
    assert problem.key.split(".")[-1] == key.key
    assert problem.message.startswith("is missing; must be ")


@settings(deadline=None)
@given(key=st.sampled_from(RENAMED_KEYS), indent=st.integers(0, 3), suffix=st.sampled_from("xyz_"))
def test_a_renamed_key_is_pointed_at(folder: Path, key: TomlKey, indent: int, suffix: str) -> None:
    lines = shipped_lines(key.file)
    lines[key.line] = " " * indent + lines[key.line].replace(key.key, key.key + suffix, 1)
    problems = problems_with(folder, key.file, lines)
    *missing, unknown = sorted(problems, key=lambda problem: "unknown" in problem.message)
    assert (unknown.line, unknown.column) == (key.line + 1, indent + 1)
    assert unknown.message == f"unknown key; did you mean {key.key}?"
    assert {one.line for one in missing} <= {max(key.header, 0) + 1}
    assert missing or key.key in OPTIONAL
    assert not missing or key.key in REQUIRED
    assert len(missing) < 2


@settings(deadline=None)
@given(key=st.sampled_from(NUMBERS), other=st.sampled_from(OTHER_TYPES), blanks=st.integers(0, 3))
def test_a_wrong_value_is_pointed_at(folder: Path, key: TomlKey, other: str, blanks: int) -> None:
    lines = shipped_lines(key.file)
    lines[key.line] = f"{key.key} = {' ' * blanks}{other}"
    (problem,) = problems_with(folder, key.file, lines)
    assert (problem.line, problem.column) == (key.line + 1, len(key.key) + 4 + blanks)
    assert problem.key.split(".")[-1] == key.key
    assert problem.message.startswith("must be ")


@settings(deadline=None)
@given(
    key=st.sampled_from(TOML_KEYS),
    number=st.floats(allow_nan=False) | st.integers(-(10**400), 10**400).map(str),
)
def test_any_number_loads_or_is_refused(folder: Path, key: TomlKey, number: float | str) -> None:
    lines = shipped_lines(key.file)
    lines[key.line] = f"{key.key} = {number}"
    # In any file: a number may also contradict a key elsewhere, which is then pointed at.
    if error := error_with(folder, key.file, "\n".join(lines).encode()):
        assert all(problem.line > 0 and problem.column > 0 for problem in error.problems)


@settings(deadline=None)
@given(key=st.sampled_from(TOML_KEYS))
def test_a_repeated_key_is_pointed_at(folder: Path, key: TomlKey) -> None:
    lines = shipped_lines(key.file)
    lines.insert(key.line + 1, "  " + lines[key.line])
    (problem,) = problems_with(folder, key.file, lines)
    assert (problem.line, problem.column) == (key.line + 2, 3)
    assert problem.message == f"is given twice, first on line {key.line + 1}"


@dataclass(frozen=True)
class JsonLine:
    """A `"key":scalar` line of the map, and the lines of all the braces it stands in."""

    key: str
    line: int
    inside: frozenset[int]


def json_lines() -> list[JsonLine]:
    found, opened = [], []
    for number, line in enumerate(shipped_lines(MAP)):
        if line.rstrip(",").endswith(("{", "[")):
            opened.append(number)
        elif match := JSON_KEY.fullmatch(line):
            found.append(JsonLine(match[2], number, frozenset(opened)))
        elif not (closers := line.strip(" ,")).strip("}]"):
            del opened[-len(closers) :]
    assert not opened
    return found


MAP = "maps/caldera.tmj"
JSON_LINES = json_lines()


def check_map(folder: Path, lines: list[str], spot: JsonLine) -> None:
    """Whatever is said about the map is said about this line or a table it is in."""
    for problem in problems_with(folder, MAP, lines):
        assert problem.line - 1 in spot.inside | {spot.line}, str(problem)
        assert problem.column <= len(lines[problem.line - 1])
        if problem.line - 1 == spot.line:
            key = lines[spot.line].index('"')
            value = lines[spot.line].index(":") + 2
            assert problem.column - 1 in (key, value)


@settings(max_examples=60, deadline=None)
@given(spot=st.sampled_from(JSON_LINES), other=st.sampled_from([*OTHER_TYPES, "null", "{}"]))
def test_a_wrong_value_in_the_map_is_pointed_at(folder: Path, spot: JsonLine, other: str) -> None:
    lines = shipped_lines(MAP)
    match = JSON_KEY.fullmatch(lines[spot.line])
    assert match
    lines[spot.line] = f'{match[1]}"{match[2]}": {other}{match[4]}'
    check_map(folder, lines, spot)


READ = ("id", "name", "x", "y", "width", "height", "rotation", "point", "ellipse")
SHAPE_LINES = [spot for spot in JSON_LINES if spot.key in READ and len(spot.inside) == 5]


@settings(max_examples=60, deadline=None)
@given(spot=st.sampled_from(SHAPE_LINES), other=st.sampled_from(["[]", "null", "{}"]))
def test_a_wrong_type_in_a_shape_is_never_overlooked(
    folder: Path, spot: JsonLine, other: str
) -> None:
    lines = shipped_lines(MAP)
    head, tail = lines[spot.line].split(": ")
    lines[spot.line] = f"{head}: {other}{',' if tail.endswith(',') else ''}"
    (problem,) = problems_with(folder, MAP, lines)
    assert (problem.line, problem.column) == (spot.line + 1, len(head) + 3)
    assert f".{spot.key} (id " in problem.key


@settings(max_examples=60, deadline=None)
@given(spot=st.sampled_from(JSON_LINES))
def test_a_renamed_key_in_the_map_is_missed_at_its_table(folder: Path, spot: JsonLine) -> None:
    lines = shipped_lines(MAP)
    lines[spot.line] = re.sub(r'"(\w+)":', r'"\1x":', lines[spot.line], count=1)
    check_map(folder, lines, spot)


@settings(max_examples=60, deadline=None)
@given(spot=st.sampled_from(JSON_LINES))
def test_a_dropped_key_in_the_map_is_missed_at_its_table(folder: Path, spot: JsonLine) -> None:
    lines = shipped_lines(MAP)
    if not lines[spot.line].endswith(","):
        lines[spot.line - 1] = lines[spot.line - 1].removesuffix(",")
    lines[spot.line] = ""
    check_map(folder, lines, spot)


@settings(max_examples=60, deadline=None)
@given(start=st.integers(0, 230_000), length=st.integers(1, 40), junk=st.binary(max_size=8))
def test_any_bytes_in_the_map_load_or_are_refused(
    folder: Path, start: int, length: int, junk: bytes
) -> None:
    whole = (folder / MAP).read_bytes()
    data = whole[:start] + junk + whole[start + length :]
    if error := error_with(folder, MAP, data, load_beside_whole_balance):
        lines = data.split(b"\n")
        for problem in error.problems:
            assert 0 < problem.column <= len(lines[problem.line - 1]) + 1
