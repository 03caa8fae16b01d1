"""docs/replay-format.md is a promise to strangers: what it says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from persistence.changes import STRETCH_MAX_BYTES, RawChanges, pack_changes
from persistence.frames import MAGIC, PAYLOAD_MAX_BYTES, SEAL_MAGIC, frame
from persistence.records import (
    FORMAT,
    Changes,
    Entrant,
    Header,
    Keyframe,
    LayoutRow,
    Placement,
    Record,
    Seal,
    Tick,
    encode_record,
)
from tests.persistence.samples import write_sample

PAGE = (Path(__file__).parents[2] / "docs" / "replay-format.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("tag", "kind"), [(0, Header), (1, Tick), (2, Keyframe), (3, Seal), (4, Changes)]
)
def test_every_field_is_documented_in_order(tag: int, kind: type[Record]) -> None:
    section = PAGE.split(f"### {kind.__name__}, tag {tag}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", section, re.MULTILINE)
    fields = [field.name for field in msgspec.structs.fields(kind)]
    assert rows == [(str(i + 1), name) for i, name in enumerate(fields)]
    assert kind.__struct_config__.tag == tag


@pytest.mark.parametrize("row", [Entrant, LayoutRow, Placement])
def test_rows_are_documented_in_order(row: type[msgspec.Struct]) -> None:
    names = ", ".join(field.name for field in msgspec.structs.fields(row))
    assert f"`[{names}]`" in PAGE


def test_the_drawn_tick_is_what_is_written() -> None:
    drawing = PAGE.split("two bytes of commands:\n\n```\n")[1].split("```")[0]
    drawn = bytes.fromhex("".join(re.findall(r"^((?:[0-9a-f]{2} )+)", drawing, re.MULTILINE)))
    record = Tick(7, 0x0123456789ABCDEF, (Entrant(3, 0, "Ada", 1, 2, 9, "a1"),), (), b"\x01\x02")
    assert frame(encode_record(record)) == drawn


def test_the_drawn_changes_are_what_is_packed() -> None:
    drawing = PAGE.split("Unpacked it is\n\n```\n")[1].split("```")[0]
    drawn = bytes.fromhex("".join(re.findall(r"^((?:[0-9a-f]{2} )+)", drawing, re.MULTILINE)))
    first = np.array([2, 300], dtype=np.uint32), np.array([0x0102, 8], dtype=np.uint64)
    second = np.array([2], dtype=np.uint32), np.array([0x0304], dtype=np.uint64)
    packed = pack_changes(RawChanges(31, (first, second)))
    assert zstandard.ZstdDecompressor().decompress(packed.zstd) == drawn
    assert (packed.tick, packed.count, packed.raw_size) == (31, 2, len(drawn))


def test_constants_are_those_of_the_code() -> None:
    assert MAGIC.hex(" ").upper() in PAGE
    assert SEAL_MAGIC.hex().upper() in PAGE
    assert f"Format version **{FORMAT}**" in PAGE
    assert f"{PAYLOAD_MAX_BYTES:,}" in PAGE
    assert f"{STRETCH_MAX_BYTES:,}" in PAGE


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_sample(tmp_path / "match.rfj")
    example = PAGE.split("```python\n")[1].split("```")[0]
    exec(compile(example, "docs/replay-format.md", "exec"), {})
