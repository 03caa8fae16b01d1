"""What a person reads when a document is wrong: golden texts, with line and column."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ringfall.documents import (
    BYTES_MAX,
    PROBLEMS_MAX,
    DataError,
    Syntax,
    load_document,
    parse_document,
    validate,
)


class Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Gate(Table):
    width_u: float = Field(gt=0, le=9)
    posts: int = Field(default=2, ge=2)


class Castle(Table):
    name: str = Field(default="keep", max_length=8)
    stance: Literal["open", "shut"] = "open"
    lit: bool = False
    moat: Gate | None = None
    gate: list[Gate] = Field(default=[], max_length=3)
    towers: dict[str, Gate] = {}
    motto: str | None = None

    @field_validator("motto")
    @classmethod
    def _has_no_shouting(cls, motto: str | None) -> str | None:
        if motto and motto.isupper():
            raise ValueError("must not shout")
        return motto


def error_of(data: str | bytes, syntax: Syntax = "toml") -> str:
    raw = data if isinstance(data, bytes) else data.encode()
    with pytest.raises(DataError) as caught:
        validate(parse_document("f", raw, syntax), Castle)
    return str(caught.value)


TOML_GOLDEN = [
    ("nam = 'x'", "f:1:1: nam: unknown key; did you mean name?"),
    (
        "\n  zzz = 1",
        "f:2:3: zzz: unknown key; known are: name, stance, lit, moat, gate, towers, motto",
    ),
    ("name = 5", "f:1:8: name: must be text, is 5"),
    ("lit = 1", "f:1:7: lit: must be true or false, is 1"),
    ("name = 2020-01-01", "f:1:8: name: must be text, is a date or time"),
    (
        "name = 'much too long'",
        'f:1:8: name: string should have at most 8 characters, is "much too long"',
    ),
    ("stance = 'ajar'", 'f:1:10: stance: must be "open" or "shut", is "ajar"'),
    ("motto = 'HO'", 'f:1:9: motto: must not shout, is "HO"'),
    ("[moat]\n", "f:1:1: moat.width_u: is missing; must be a number above 0 and at most 9"),
    ("moat.posts = 3", "f:1:1: moat.width_u: is missing; must be a number above 0 and at most 9"),
    ("moat = 3", "f:1:8: moat: must be a table, is 3"),
    (
        "[moat]\nwidth_u = true",
        "f:2:11: moat.width_u: must be a number above 0 and at most 9, is true",
    ),
    (
        "[moat]\nwidth_u = nan",
        "f:2:11: moat.width_u: must be a number above 0 and at most 9, is nan",
    ),
    ("[moat]\nwidth_u = 10", "f:2:11: moat.width_u: must be a number above 0 and at most 9, is 10"),
    (
        "[moat]\nwidth_u = 1\nposts = 1",
        "f:3:9: moat.posts: must be a whole number at least 2, is 1",
    ),
    (
        "moat.width_u = 1\nmoat.posts = 2.5",
        "f:2:14: moat.posts: must be a whole number at least 2, is 2.5",
    ),
    (
        "moat = {width_u = 1, 'po sts' = 2}",
        'f:1:22: moat."po sts": unknown key; did you mean posts?',
    ),
    ("gate = {}", "f:1:8: gate: must be a list, is a table"),
    (
        "[[gate]]\nwidth_u = 1\n\n[[gate]]\n  width_u = 0\n[[gate]]\nwidth_u = 2",
        "f:5:13: gate[1].width_u: must be a number above 0 and at most 9, is 0",
    ),
    (
        "gate = [{width_u = 1}, # a comment\n  {width_u = -1}]",
        "f:2:14: gate[1].width_u: must be a number above 0 and at most 9, is -1",
    ),
    (
        "[[gate]]\nwidth_u = 1\n[gate.sub]\nx = 1",
        "f:3:7: gate[0].sub: unknown key; known are: width_u, posts",
    ),
    (
        "gate = [{},{},{},{}]",
        "f:1:8: gate: must have at most 3 entries, has 4",
    ),
    (
        "[towers.'n.w']\nwidth_u = 'ä'",
        'f:2:11: towers."n.w".width_u: must be a number above 0 and at most 9, is "\\u00e4"',
    ),
    ("moat = {'é' = 1, width_u = 0}", "f:1:28: moat.width_u: "),
    # syntax
    ("name = \n", "f:1:8: invalid value"),
    ("name = 'x\n", 'f:1:1: expected "\'", reached the end of the file'),
    ("name = '''x", "f:1:1: expected \"'''\", reached the end of the file"),
    ("a = 1\x00", "f:1:6: "),
    ("name = " + "9" * 5000, "f:1:8: a number has too many digits"),
    ("name = 0x" + "f" * 5000, "f:1:8: name: must be text, is a huge number"),
    ("name = " + "[" * 9000, "f: is nested too deeply"),
    # given twice
    ("lit = true\nlit = true", "f:2:1: lit: is given twice, first on line 1"),
    ("[moat]\n[gate]\n  [moat]", "f:3:4: moat: is given twice, first on line 1"),
    ("moat = {posts=1,\tposts=2}", "f:1:18: moat.posts: is given twice, first on line 1"),
    (
        "[[gate]]\nposts=1\n[[gate]]\nposts=1\nposts=1",
        "f:5:1: gate[1].posts: is given twice, first on line 4",
    ),
    ("moat.posts = 1\n[moat]\n", "f:2:6: this key is already given in another form"),
    # bytes
    (b"# ok\nname = 'k\xe4se'", "f:2:10: is not UTF-8: byte 0xe4 does not belong here"),
    (
        "# é\n'é' = 'é\xff'".encode() + b"\xff",
        "f:2:11: is not UTF-8: byte 0xff does not belong here",
    ),
    (
        b"\xef\xbb\xbflit = true",
        "f:1:1: starts with a byte-order mark: save it as UTF-8 without BOM",
    ),
    ("lit = true".encode("utf-16"), "f:1:1: is UTF-16: save it as UTF-8"),
]

JSON_GOLDEN = [
    ('{"nam": 1}', "f:1:2: nam: unknown key; did you mean name?"),
    ('{\n\t"name":\n 5}', "f:3:2: name: must be text, is 5"),
    ('{"n\\u0061me": null}', "f:1:15: name: must be text, is null"),
    (
        '{"gate":[{"width_u":1},\n{"width_u":[]}]}',
        "f:2:12: gate[1].width_u: must be a number above 0 and at most 9, is a list",
    ),
    (
        '{"gate":[\n {"posts":2}]}',
        "f:2:2: gate[0].width_u: is missing; must be a number above 0 and at most 9",
    ),
    (
        '{"moat":{"width_u":NaN}}',
        "f:1:20: not JSON: NaN",
    ),
    (
        '{"moat":{"id":7,"name":"x","width_u":1}}',
        'f:1:10: moat.id (id 7 "x"): unknown key; known are: width_u, posts',
    ),
    ('{"lit":true,\n "lit":true}', "f:2:2: lit: is given twice, first on line 1"),
    ('{"gate":[{"posts":1,"posts":1}]}', "f:1:21: gate[0].posts: is given twice, first on line 1"),
    ('{"lit":true,}', "f:1:1"),
    ('{"NaN":[1,\n -Infinity]}', "f:2:2: not JSON: -Infinity"),
    ('{"lit" true}', "f:1:8: expecting ':' delimiter"),
    ('{"lit":tru}', "f:1:8: expecting value"),
    ("", "f:1:1: the file is empty"),
    (" \n ", "the file is empty"),
    ("[1]", "f:1:1: must hold an object in braces, holds a list"),
    ('{"lit":' + "[" * 200_000, "f: is nested too deeply"),
    ('{"lit":' + "9" * 5000 + "}", "f:1:8: a number has too many digits"),
    ('{"name":\n"\\ud800"}', "f:2:2: half a surrogate pair is not text"),
    ('{"\\uDC00":1}', "f:1:3: half a surrogate pair is not text"),
    ('{"x\\u001b[2J":1}', 'f:1:2: "x\\u001b[2J": unknown key;'),
]


@pytest.mark.parametrize(("text", "expected"), TOML_GOLDEN)
def test_toml_errors_read(text: str | bytes, expected: str) -> None:
    assert expected in error_of(text)


@pytest.mark.parametrize(("text", "expected"), JSON_GOLDEN)
def test_json_errors_read(text: str, expected: str) -> None:
    assert expected in error_of(text, "json")


def test_windows_line_ends_count_as_one_line() -> None:
    text = "# ä\r\n[moat]\r\nwidth_u = 10\r\n"
    assert error_of(text).startswith("f:3:11: moat.width_u: ")
    assert error_of("lit = true\r\nname = \r\n").startswith("f:2:8: ")


def test_columns_count_characters_not_bytes() -> None:
    assert error_of("towers = {'äöü' = {width_u = 0}}").startswith("f:1:30: ")


def test_every_error_of_a_file_is_listed_in_the_order_of_its_lines() -> None:
    lines = error_of("lit = 1\nname = 2\n[moat]\nwidth_u = 'x'\nqqq = 1\n").splitlines()
    assert [line.split(": ")[0] for line in lines] == ["f:1:7", "f:2:8", "f:4:11", "f:5:1"]


def test_a_flood_of_errors_is_counted_and_cut() -> None:
    lines = error_of("\n".join(f"key{i} = 1" for i in range(PROBLEMS_MAX + 70))).splitlines()
    assert lines[0] == f"f: {PROBLEMS_MAX + 70} problems, the first {PROBLEMS_MAX} are listed"
    assert len(lines) == PROBLEMS_MAX + 1


def test_wrong_entries_do_not_also_make_their_list_too_short() -> None:
    class Row(Table):
        gate: tuple[Gate, ...] = Field(min_length=1, strict=False)

    with pytest.raises(DataError) as caught:
        validate(parse_document("f", b"gate = [{}]", "toml"), Row)
    assert len(caught.value.problems) == 1
    with pytest.raises(DataError, match="f:1:8: gate: must have at least 1 entry, has 0"):
        validate(parse_document("f", b"gate = []", "toml"), Row)


def test_a_good_file_loads(tmp_path: Path) -> None:
    path = tmp_path / "castle.toml"
    path.write_text("name = 'kéép'\n[moat]\nwidth_u = 3\n", encoding="utf-8")
    castle = load_document(path, Castle)
    assert castle.name == "kéép"
    assert castle.moat == Gate(width_u=3.0)
    other = tmp_path / "castle.json"
    other.write_text(json.dumps(castle.model_dump()))
    assert load_document(other, Castle) == castle


def file_error(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_document(path, Castle)
    assert len(caught.value.problems) == 1
    return str(caught.value).removeprefix(str(path))


def test_files_that_cannot_be_read_get_one_clear_line(tmp_path: Path) -> None:
    assert file_error(tmp_path / "no.toml") == ": there is no such file"
    assert file_error(tmp_path) == ": is a directory, not a file"
    assert file_error(Path("a\0b.toml")).startswith(": cannot be read: ")
    (tmp_path / "plain").write_text("")
    assert file_error(tmp_path / "plain" / "x.toml").startswith(": cannot be read: ")
    with (tmp_path / "huge.toml").open("wb") as stream:
        stream.truncate(BYTES_MAX + 1)
    assert file_error(tmp_path / "huge.toml") == ": is larger than 16 MiB, the most that is read"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert file_error(tmp_path / "pipe.toml") == ": is not a regular file"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_gets_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "secret.toml"
    path.write_text("")
    path.chmod(0)
    assert file_error(path) == ": cannot be read: Permission denied"


def load_or_refuse(syntax: Syntax, data: bytes) -> None:
    """The two outcomes there are; anything else raises here."""
    try:
        validate(parse_document("f", data, syntax), Castle)
    except DataError as error:
        text = str(error)
    else:
        return
    assert text.isprintable() or "\n" in text
    text.encode()


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
_BYTES = st.binary(max_size=80) | _TEXT.map(str.encode)
_TOML_PIECES = st.sampled_from(
    "name~=~gate~moat~lit~[~]~[[~]]~{~}~,~.~'~\"~'''~\"\"\"~1~-1~1.5~nan~true~\n~\r\n~#~é~"
    "\\u00e9~width_u~posts~'a b'~1979-05-27~0x1f~[gate.x]\n~[[gate]]\n~posts = 2\n".split("~")
)
_JSON_PIECES = st.sampled_from(
    '{~}~[~]~:~,~"name"~"gate"~"moat"~"width_u"~"id"~1~-1~1e999~NaN~true~null~\n~"\\ud800"~"é"~"~'
    '\\~{"posts":2}~"id":3~"lit":true'.split("~")
)


@settings(deadline=None)
@given(_BYTES)
def test_any_bytes_load_or_are_refused(data: bytes) -> None:
    load_or_refuse("toml", data)
    load_or_refuse("json", data)


@settings(deadline=None)
@given(st.lists(_TOML_PIECES, max_size=30).map(" ".join))
def test_any_toml_like_text_loads_or_is_refused(text: str) -> None:
    load_or_refuse("toml", text.encode())


@settings(deadline=None)
@given(st.lists(_JSON_PIECES, max_size=30).map(" ".join))
def test_any_json_like_text_loads_or_is_refused(text: str) -> None:
    load_or_refuse("json", text.encode())
