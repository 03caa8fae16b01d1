"""Journals that contradict themselves: lying trailers, forged seals, wrong records."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persistence import frames
from persistence.errors import (
    Damage,
)
from persistence.journal_file import JournalFile
from persistence.keyframes import pack_keyframe
from persistence.reader import open_journal
from persistence.records import Keyframe
from tests.persistence.samples import (
    KEYFRAME_TICKS,
    block,
    framed,
    header,
    naive_frames,
    raw_frame,
    raw_keyframe,
    tick,
    write_sample,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "match.rfj"


def test_damage_in_the_middle_of_a_sealed_journal(path: Path) -> None:
    write_sample(path)
    data = bytearray(path.read_bytes())
    start, end, _ = next(f for f in naive_frames(bytes(data)) if f[2][:2] == [1, 9])
    data[end - 1] ^= 0xFF
    path.write_bytes(data)
    with open_journal(path) as journal:
        assert journal.seal is not None
        assert journal.damage is None  # not read yet
        assert [record.tick for record in journal.ticks()] == [5, 6, 7, 8]
        assert journal.damage == Damage(start, "checksum mismatch")
        # What lies behind is whole again from the next keyframe on.
        assert [record.tick for record in journal.ticks(11)] == [11, 12, 13]
        assert [record.tick for record in journal.ticks(10)] == []
        assert journal.damage == Damage(start, "checksum mismatch")


def test_a_damaged_keyframe_gives_way_to_an_older_one(path: Path) -> None:
    write_sample(path)
    data = bytearray(path.read_bytes())
    start, end, _ = next(f for f in naive_frames(bytes(data)) if f[2][:2] == [2, 11])
    data[end - 3] ^= 1
    path.write_bytes(data)
    with open_journal(path) as journal:
        assert journal.nearest_keyframe(12) == raw_keyframe(8)
        assert journal.damage == Damage(start, "checksum mismatch")
        assert [record.tick for record in journal.ticks(9)] == [9, 10]


@pytest.mark.parametrize("offset", [0, 1, 8, 200, 2**40, 2**64 - 1, "last tick", "behind"])
def test_a_trailer_that_lies(path: Path, offset: int | str) -> None:
    ticks = write_sample(path)
    data = path.read_bytes()
    table = naive_frames(data)
    places = {"last tick": table[-2][0], "behind": len(data) - 16}
    lie = places[offset] if isinstance(offset, str) else offset
    path.write_bytes(data[:-16] + frames.trailer(lie))
    with open_journal(path) as journal:
        assert list(journal.ticks()) == ticks
        assert journal.seal is not None
        assert journal.damage is not None
        assert journal.damage.offset == len(data) - 16


def test_bytes_behind_the_end(path: Path) -> None:
    ticks = write_sample(path)
    data = path.read_bytes()
    path.write_bytes(data + b"more")
    with open_journal(path) as journal:
        assert list(journal.ticks()) == ticks
        assert journal.seal is not None
        assert journal.damage == Damage(len(data), "4 bytes behind the end of the journal")


def reseal(data: bytes, change: dict[int, object]) -> bytes:
    """Return a forged ``data`` whose seal, checksums and all, has these fields changed."""
    start, _, fields = naive_frames(data)[-1]
    fields = [change.get(i, field) for i, field in enumerate(fields)]
    return data[:start] + raw_frame(fields) + frames.trailer(start)


@pytest.mark.parametrize(
    "keyframes",
    [[[5, 9]], [[8, 2**62]], [[5, 0]], [[8, 400], [5, 300]], [[11, 300]], []],
)
def test_a_seal_with_a_forged_index(path: Path, keyframes: list[list[int]]) -> None:
    ticks = write_sample(path)
    path.write_bytes(reseal(path.read_bytes(), {5: keyframes}))
    with open_journal(path) as journal:
        assert list(journal.ticks()) == ticks
        assert [record.tick for record in journal.ticks(12)] == [12, 13]
        nearest = journal.nearest_keyframe(12)
        assert nearest is None or nearest.block == block(nearest.tick)
        assert journal.verify() is not None


def test_an_index_that_names_the_wrong_keyframe(path: Path) -> None:
    ticks = write_sample(path)
    data = path.read_bytes()
    index = [list(entry) for entry in naive_frames(data)[-1][2][5]]
    index[1][0], index[2][0] = 6, 7  # the offsets are those of the keyframes of 8 and 11
    path.write_bytes(reseal(data, {5: index}))
    with open_journal(path) as journal:
        assert journal.nearest_keyframe(7) == raw_keyframe(5)
        assert list(journal.ticks(7)) == ticks[2:]
        assert journal.damage == Damage(index[1][1], "no keyframe of tick 6 where the index says")


def test_an_index_out_of_order_is_not_searched(path: Path) -> None:
    write_sample(path)
    data = path.read_bytes()
    first, second, third = naive_frames(data)[-1][2][5]
    path.write_bytes(reseal(data, {5: [third, first, second]}))
    with open_journal(path) as journal:
        assert journal.seal is None
        assert [entry.tick for entry in journal.keyframes] == list(KEYFRAME_TICKS)
        assert journal.nearest_keyframe(12) == raw_keyframe(11)


@pytest.mark.parametrize("change", [{1: 99}, {1: 2}, {6: 4}, {7: 3}, {6: None}])
def test_a_seal_that_contradicts_the_records(path: Path, change: dict[int, object]) -> None:
    ticks = write_sample(path)
    path.write_bytes(reseal(path.read_bytes(), change))
    with open_journal(path) as journal:
        assert list(journal.ticks()) == ticks
        assert journal.verify() is not None


def wrong_records() -> list[tuple[bytes, str]]:
    small = pack_keyframe(raw_keyframe(6))
    return [
        (raw_frame([1, 7, 0, [], [], b""]), "tick 7 where tick 6 was due"),
        (raw_frame([1, 5, 0, [], [], b""]), "tick 5 where tick 6 was due"),
        (raw_frame([2, 5, 0, 64, small.zstd]), "tick 5 where tick 6 was due"),
        (raw_frame([2, 6, 0, 65, small.zstd]), "65 bytes"),
        (raw_frame([4, 5, 1, 0, b"", 0]), "not a record"),
        (
            raw_frame([4, 5, 5, 0, b""]),
            "changes of 5 ticks from 5 on, but the header allows 1 to 4",
        ),
        (raw_frame([4, 6, 1, 0, b""]), "changes of 1 ticks from 6 on where tick 6 was due"),
        (raw_frame([4, 5, 1, 2**30, b""]), "more than two states can differ"),
        (raw_frame([1, 6]), "not a record"),
        (raw_frame([9, 6]), "not a record"),
        (framed(b"\x91" * 5000), "not a record"),
        (raw_frame([3, 9, 0, None, [], [], 5, 1, "finished"]), "sealed at tick 9"),
        (raw_frame([3, 6, 0, None, [], [], 5, 1, "bored"]), "not a record"),
    ]


@pytest.mark.parametrize(("wrong", "reason"), wrong_records())
def test_good_checksums_do_not_excuse_wrong_records(path: Path, wrong: bytes, reason: str) -> None:
    with JournalFile.create(path, header()) as file:
        file.append(tick(5))
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + wrong + raw_frame([1, 6, 0, [], [], b""]))
    with open_journal(path) as journal:
        assert list(journal.ticks()) == [tick(5)]
        assert journal.damage is not None
        assert journal.damage.offset == size
        assert reason in journal.damage.reason


def test_a_second_header_is_refused(path: Path) -> None:
    with JournalFile.create(path, header()):
        pass
    data = path.read_bytes()
    path.write_bytes(data + data[8:])
    with open_journal(path) as journal:
        assert journal.damage == Damage(len(data), "a second header")


def test_a_keyframe_bomb_in_the_middle_is_damage(path: Path) -> None:
    with JournalFile.create(path, header()) as file:
        file.append(raw_keyframe(5))
        file.append(tick(5))
        good = file.size_bytes
        bomb = pack_keyframe(raw_keyframe(6).__class__(6, 1, bytes(30_000_000)))
        file.append(Keyframe(6, 1, 64, bomb.zstd))
        file.append(tick(6))
        file.seal(tick=7, final_hash=1)
    with open_journal(path) as journal:
        assert journal.nearest_keyframe(6) == raw_keyframe(5)
        assert journal.damage is not None
        assert journal.damage.offset == good
        assert "would unpack to 30000000 bytes" in journal.damage.reason


def test_a_journal_that_is_cut_back_while_it_is_open(path: Path) -> None:
    ticks = write_sample(path, sealed=False)
    size = path.stat().st_size
    with open_journal(path) as journal:
        os.truncate(path, size - 3)
        assert list(journal.ticks()) == ticks[:-1]
        assert journal.damage is not None
        assert "shrank" in journal.damage.reason


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.binary()
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=8,
)  # fmt: skip
SMALL = st.integers(0, 12)
NEARLY = st.one_of(
    st.tuples(st.just(1), SMALL, SMALL, st.just([]), st.lists(SMALL, max_size=2), st.binary()),
    st.tuples(st.just(2), SMALL, SMALL, st.sampled_from([64, 63]), st.binary(max_size=20)),
    st.tuples(st.just(4), SMALL, SMALL, st.sampled_from([0, 16, 32]), st.binary(max_size=30)),
    st.tuples(
        st.just(3), SMALL, SMALL, st.none(), st.just([]),
        st.lists(st.tuples(SMALL, st.integers(0, 900)), max_size=3), SMALL, SMALL,
        st.just("stopped"),
    ),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    payloads=st.lists(NEARLY | st.lists(ANYTHING, max_size=6), max_size=6),
    trailer_at=st.none() | st.integers(0, 5),
)
def test_forged_frames_with_good_checksums_never_surprise(
    path: Path, payloads: list[Any], trailer_at: int | None
) -> None:
    path.unlink(missing_ok=True)
    with JournalFile.create(path, header()) as file:
        starts = [file.size_bytes]
    data = path.read_bytes()
    for payload in payloads:
        data += raw_frame(list(payload))
        starts.append(len(data))
    if trailer_at is not None:
        data += frames.trailer(starts[min(trailer_at, len(starts) - 1)])
    path.write_bytes(data)
    with open_journal(path) as journal:
        numbers = [record.tick for record in journal.ticks()]
        assert all(b == a + 1 for a, b in pairwise(numbers))
        nearest = journal.nearest_keyframe(12)
        assert nearest is None or len(nearest.block) == journal.header.block_bytes
        list(journal.ticks(6))
        journal.verify()
