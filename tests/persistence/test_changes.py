"""Packed changes: every bit comes back, and whatever was not packed here is refused by name."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from persistence.changes import (
    ENTRY_BYTES,
    RawChanges,
    Words,
    pack_changes,
    raw_max_bytes,
    unpack_changes,
)
from persistence.errors import BadChanges, BadRecord
from persistence.journal_file import JournalFile
from persistence.reader import open_journal
from persistence.records import Changes
from tests.persistence.samples import header, raw_changes, tick

BLOCK_BYTES = 512
WORDS = BLOCK_BYTES // 8
FLIPS = st.integers(1, 2**64 - 1) | st.sampled_from([1, 2**63, 2**64 - 1])
TICKS = st.lists(st.dictionaries(st.integers(0, WORDS - 1), FLIPS, max_size=12), min_size=1)


def words(found: dict[int, int]) -> Words:
    place = np.array(sorted(found), dtype=np.uint32)
    return place, np.array([found[at] for at in sorted(found)], dtype=np.uint64)


def listed(raw: RawChanges) -> tuple[int, list[dict[int, int]]]:
    ticks = [dict(zip(place.tolist(), flips.tolist(), strict=True)) for place, flips in raw.ticks]
    return raw.tick, ticks


def forged(gaps: list[int], flips: list[int], count: int = 2) -> Changes:
    """Changes as ``docs/replay-format.md`` draws them, whatever they say."""
    data = b"".join(
        bytes(value >> 8 * plane & 255 for value in values)
        for values in (gaps, flips)
        for plane in range(8)
    )
    return Changes(7, count, len(data), zstandard.ZstdCompressor().compress(data))


@given(TICKS, st.integers(1, 2**31))
def test_changes_come_back(ticks: list[dict[int, int]], first: int) -> None:
    raw = RawChanges(first, tuple(map(words, ticks)))
    packed = pack_changes(raw)
    assert packed.raw_size == raw.size_bytes == ENTRY_BYTES * sum(map(len, ticks))
    found = unpack_changes(packed, BLOCK_BYTES)
    assert listed(found) == (first, ticks)
    for place, flips in found.ticks:
        assert (place.dtype, flips.dtype) == (np.uint32, np.uint64)
        assert (np.diff(place.astype(np.int64)) > 0).all()


@given(TICKS)
def test_they_are_packed_as_the_page_draws_them(ticks: list[dict[int, int]]) -> None:
    count = len(ticks)
    found = sorted((at * count + i, ticks[i][at]) for i in range(count) for at in ticks[i])
    positions = [-1, *(position for position, _ in found)]
    gaps = [b - a - 1 for a, b in pairwise(positions)]
    expected = forged(gaps, [flips for _, flips in found], count)
    packed = pack_changes(RawChanges(7, tuple(map(words, ticks))))
    unpack = zstandard.ZstdDecompressor().decompress
    assert unpack(packed.zstd) == unpack(expected.zstd)


def test_everything_changed_and_nothing() -> None:
    rng = np.random.default_rng(3)
    full = np.arange(WORDS, dtype=np.uint32), rng.integers(1, 2**64, WORDS, dtype=np.uint64)
    none = words({})
    raw = RawChanges(1, (none, full, none, full, none))
    assert listed(unpack_changes(pack_changes(raw), BLOCK_BYTES)) == listed(raw)
    empty = RawChanges(1, (none, none))
    assert listed(unpack_changes(pack_changes(empty), BLOCK_BYTES)) == listed(empty)


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(100_000_000))
    for raw_size in (32, 100_000_000):
        with pytest.raises(BadChanges, match="from tick 1 on"):
            unpack_changes(Changes(1, 2, raw_size, bomb), BLOCK_BYTES)
    hidden = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(32))
    with pytest.raises(BadChanges):
        unpack_changes(Changes(1, 2, 32, hidden), BLOCK_BYTES)
    assert raw_max_bytes(BLOCK_BYTES) < 10_000_000


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (forged([2 * WORDS], [1]), "leads out of the block"),
        (forged([2**64 - 1], [1]), "leads out of the block"),
        (forged([2**63, 2**63], [1, 1]), "leads out of the block"),
        (forged([2 * WORDS - 1, 0], [1, 1]), "behind the block"),
        (forged([WORDS, WORDS], [1, 1]), "behind the block"),
        (forged([0, 0, 0], [1, 0, 1]), "changes nothing"),
        (forged([0], [1], count=0), "for 0 ticks"),
        (Changes(7, 2, 17, forged([0], [1]).zstd), "17 bytes"),
        (Changes(7, 2, 32, forged([0], [1]).zstd), "would unpack to 16 bytes"),
        (Changes(7, 2, 16, forged([0], [1]).zstd + b"x"), "from tick 7 on"),
        (Changes(7, 2, 16, forged([0], [1]).zstd[:-1]), "from tick 7 on"),
    ],
)
def test_forged_changes_are_refused(changes: Changes, reason: str) -> None:
    with pytest.raises(BadChanges, match=reason):
        unpack_changes(changes, BLOCK_BYTES)
    assert listed(unpack_changes(forged([2 * WORDS - 1], [1]), BLOCK_BYTES)) == (
        7, [{}, {WORDS - 1: 1}],
    )  # fmt: skip


def holds(raw: RawChanges, changes: Changes) -> bool:
    """Whether everything in ``raw`` is within the block, the ticks and the order."""
    return len(raw.ticks) == changes.count and all(
        len(place) == len(flips) and flips.all() and (np.diff(place.astype(np.int64)) > 0).all()
        and (place < WORDS).all()
        for place, flips in raw.ticks
    )  # fmt: skip


@given(st.binary(max_size=60), st.integers(0, 5), st.integers(0, 4).map(lambda n: 16 * n))
def test_any_bytes_unpack_or_are_refused(data: bytes, count: int, size: int) -> None:
    changes = Changes(1, count, size, data)
    try:
        raw = unpack_changes(changes, BLOCK_BYTES)
    except BadChanges:
        return
    assert holds(raw, changes)


@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_flipped_bytes_are_changes_or_refused(place: int, mask: int, cut: bool) -> None:
    good = pack_changes(raw_changes(1, 40))
    data = bytearray(good.zstd)
    data[place % len(data)] ^= mask
    changes = Changes(1, 40, good.raw_size, bytes(data[: place % len(data)] if cut else data))
    try:
        raw = unpack_changes(changes, BLOCK_BYTES)
    except BadChanges:
        return
    assert holds(raw, changes)


@given(st.lists(st.integers(0, 70), max_size=8), st.integers(1, 3))
def test_flipped_plain_bytes_are_changes_or_refused(gaps: list[int], count: int) -> None:
    changes = forged(gaps, [1] * len(gaps), count)
    try:
        raw = unpack_changes(changes, BLOCK_BYTES)
    except BadChanges:
        assert sum(gaps) + len(gaps) > WORDS * count
        return
    assert holds(raw, changes)
    assert raw.size_bytes == changes.raw_size


# ---- in a journal -------------------------------------------------------------------------------


def test_stretches_do_not_overlap_and_may_leave_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "match.rfj"
    with JournalFile.create(path, header()) as file:
        for number in range(5, 9):
            file.append(tick(number))
        file.append(raw_changes(7, 8))
        with pytest.raises(BadRecord, match="those up to 8 were there"):
            file.append(raw_changes(8, 8))
        with pytest.raises(BadRecord, match="where tick 9 was due"):
            file.append(raw_changes(9, 9))
        with pytest.raises(BadRecord, match="those up to 9 were there"):
            file.append_all([tick(9), raw_changes(9, 9), raw_changes(8, 9)])
        # The refused batch is forgotten, its changes as well.
        file.append_all([tick(9), tick(10), raw_changes(9, 10)])
        file.append_all([tick(11), tick(12), raw_changes(12, 12)])
        file.seal(tick=13, final_hash=1)
    with open_journal(path) as journal:
        assert journal.verify() is None
        stretches = [(r.tick, r.count) for _, r in journal.records() if isinstance(r, Changes)]
        assert stretches == [(7, 2), (9, 2), (12, 1)]
        assert journal.seal is not None
        assert journal.seal.record_count == 8 + 3


def test_changes_that_do_not_unpack_are_damage_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "match.rfj"
    with JournalFile.create(path, header()) as file:
        file.append_all([tick(5), tick(6)])
        good = file.size_bytes
        file.append(forged([9999], [1], 1).__class__(6, 1, 16, forged([9999], [1]).zstd))
        file.append(tick(7))
        file.seal(tick=8, final_hash=1)
    with open_journal(path) as journal:
        assert [record.tick for record in journal.ticks()] == [5, 6, 7]
        damage = journal.verify()
    assert damage is not None
    assert damage.offset == good
    assert "leads out of the block" in damage.reason
