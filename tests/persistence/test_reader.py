from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persistence import frames
from persistence.errors import (
    DamagedJournal,
    JournalError,
    NotAJournal,
    Unreadable,
    UnsupportedFormat,
)
from persistence.journal_file import JournalFile
from persistence.reader import open_journal, read_header
from persistence.records import Tick
from tests.persistence.samples import (
    CHANGES,
    FIRST_TICK,
    KEYFRAME_TICKS,
    RESULT,
    TICK_COUNT,
    header,
    naive_frames,
    raw_frame,
    raw_keyframe,
    tick,
    write_sample,
)

END_TICK = FIRST_TICK + TICK_COUNT


@pytest.fixture(scope="module", params=[True, False], ids=["sealed", "unsealed"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sample") / "a.rfj"
    write_sample(path, sealed=request.param)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "match.rfj"


def is_sealed(data: bytes) -> bool:
    return data.endswith(b"RFJSEAL\n")


def good_ticks_before(data: bytes, offset: int) -> list[Tick]:
    """Return the tick records of intact ``data`` whose frames end at or before ``offset``."""
    return [
        tick(fields[1]) for _, end, fields in naive_frames(data) if fields[0] == 1 and end <= offset
    ]


def test_a_whole_journal_reads_back(sample: bytes, path: Path) -> None:
    path.write_bytes(sample)
    with open_journal(path) as journal:
        assert journal.header == header() == read_header(path)
        assert list(journal.ticks()) == [tick(n) for n in range(FIRST_TICK, END_TICK)]
        assert [entry.tick for entry in journal.keyframes] == list(KEYFRAME_TICKS)
        assert (journal.first_tick, journal.end_tick) == (FIRST_TICK, END_TICK)
        assert journal.verify() is None
        assert journal.damage is None
        assert (journal.seal is not None) == is_sealed(sample)
        if journal.seal is not None:
            assert journal.seal.result == RESULT
            assert journal.seal.winner == 0
            assert journal.seal.final_hash == 99
            assert journal.seal.record_count == TICK_COUNT + len(KEYFRAME_TICKS) + len(CHANGES)
            assert journal.seal.reason == "finished"


def test_the_index_names_real_offsets(sample: bytes, path: Path) -> None:
    path.write_bytes(sample)
    naive = [(fields[1], start) for start, _, fields in naive_frames(sample) if fields[0] == 2]
    with open_journal(path) as journal:
        assert [(entry.tick, entry.offset) for entry in journal.keyframes] == naive


@pytest.mark.parametrize("start", range(FIRST_TICK - 2, END_TICK + 3))
def test_seeking(sample: bytes, path: Path, start: int) -> None:
    path.write_bytes(sample)
    with open_journal(path) as journal:
        found = [record.tick for record in journal.ticks(start)]
        assert found == list(range(max(start, FIRST_TICK), END_TICK))
        nearest = journal.nearest_keyframe(start)
        at_or_before = [t for t in KEYFRAME_TICKS if t <= start]
        if at_or_before:
            assert nearest == raw_keyframe(at_or_before[-1])
        else:
            assert nearest is None


def test_a_sealed_journal_opens_without_reading_its_ticks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.rfj"
    write_sample(path)
    seen = []
    whole = frames.read_frames

    def counted(*args: Any) -> Any:
        for found in whole(*args):
            seen.append(found)
            yield found

    monkeypatch.setattr("persistence.reader.read_frames", counted)
    with open_journal(path):
        assert len(seen) == 1  # the seal


def test_cut_anywhere_everything_before_is_there(sample: bytes, path: Path) -> None:
    """The central promise: for every length a torn file can have."""
    table = naive_frames(sample)
    header_end = table[0][1]
    ends = [end for _, end, fields in table if fields[0] in (1, 2, 4)]
    seal = next(((start, end) for start, end, fields in table if fields[0] == 3), None)
    for size in range(len(sample)):
        path.write_bytes(sample[:size])
        if size < header_end:
            with pytest.raises(NotAJournal if size < 8 else DamagedJournal):
                open_journal(path)
            continue
        with open_journal(path) as journal:
            assert list(journal.ticks()) == good_ticks_before(sample, size), size
            good_end = max([header_end, *(end for end in ends if end <= size)])
            assert journal.end_offset == good_end
            if seal is not None and size >= seal[1]:
                assert journal.seal is not None
                assert journal.damage is not None
                assert journal.damage.offset == seal[1]
            else:
                assert journal.seal is None
                assert (journal.damage is None) == (size == good_end)
                if journal.damage is not None:
                    assert journal.damage.offset == good_end
                    assert "cut short" in journal.damage.reason


def test_every_single_flipped_bit_is_noticed(sample: bytes, path: Path) -> None:
    table = naive_frames(sample)
    header_end = table[0][1]
    for place in range(len(sample)):
        data = bytearray(sample)
        data[place] ^= 1 << (place % 8)
        path.write_bytes(data)
        if place < header_end:
            with pytest.raises(NotAJournal if place < 8 else DamagedJournal):
                open_journal(path)
            continue
        with open_journal(path) as journal:
            found = list(journal.ticks())
            damage = journal.verify()
        assert found == good_ticks_before(sample, place), place
        starts = [start for start, end, _ in table if start <= place < end]
        assert damage is not None
        assert damage.offset == (starts[0] if starts else table[-1][1])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8),
    insert=st.binary(max_size=20),
    cut=st.integers(0, 10**6),
)
def test_random_damage_never_surprises(
    sample: bytes, path: Path, edits: list[tuple[int, int]], insert: bytes, cut: int
) -> None:
    data = bytearray(sample)
    for place, value in edits:
        data[place % len(data)] = value
    data[cut % len(data) : cut % len(data)] = insert
    first_change = next(
        (i for i, (a, b) in enumerate(zip(data, sample, strict=False)) if a != b),
        min(len(data), len(sample)),
    )
    path.write_bytes(data)
    try:
        journal = open_journal(path)
    except JournalError:
        assert first_change < naive_frames(sample)[0][1]
        return
    with journal:
        found = list(journal.ticks())
        untouched = good_ticks_before(sample, first_change)
        assert found[: len(untouched)] == untouched
        assert all(record == tick(record.tick) for record in found)
        journal.nearest_keyframe(10)
        assert (journal.verify() is None) == (bytes(data) == sample)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), with_magic=st.booleans())
def test_any_bytes_are_refused_by_name(path: Path, data: bytes, with_magic: bool) -> None:
    path.write_bytes((frames.MAGIC if with_magic else b"") + data)
    magics = frames.MAGIC, frames.PACKED_MAGIC
    with_magic = with_magic or data.startswith(magics)  # Hypothesis finds them, too
    with pytest.raises(DamagedJournal if with_magic else NotAJournal, match=path.name):
        open_journal(path)


def test_a_zero_filled_tail_is_cut_off(sample: bytes, path: Path) -> None:
    good_end = [end for _, end, fields in naive_frames(sample) if fields[0] == 1][-1]
    for zeroes in (1, 7, 8, 9, 16, 4096):
        path.write_bytes(sample[:good_end] + bytes(zeroes))
        with open_journal(path) as journal:
            assert len(list(journal.ticks())) == TICK_COUNT
            assert journal.end_offset == good_end
            assert journal.damage is not None
            assert journal.damage.offset == good_end
            if zeroes >= 8:
                assert "zeroes" in journal.damage.reason


def test_other_files(tmp_path: Path, path: Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(NotAJournal, match="empty"):
        open_journal(path)
    path.write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises(NotAJournal, match="another kind of file"):
        open_journal(path)
    path.write_bytes(frames.MAGIC.replace(b"\r\n", b"\n") + bytes(100))
    with pytest.raises(NotAJournal):
        open_journal(path)
    with pytest.raises(NotAJournal, match="not a file"):
        open_journal(tmp_path)
    with pytest.raises(Unreadable, match="nowhere"):
        open_journal(tmp_path / "nowhere.rfj")
    with pytest.raises(Unreadable):
        open_journal("a\0b")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_refused_without_waiting_for_it(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(NotAJournal):
        open_journal(path)


def test_another_version_is_named(path: Path) -> None:
    path.write_bytes(frames.MAGIC + raw_frame([0, 9, {"whatever": ["it", "has"]}]))
    with pytest.raises(UnsupportedFormat, match="format 9, but this build reads format 4") as e:
        read_header(path)
    assert (e.value.found, e.value.supported) == (9, 4)


def test_a_first_record_that_is_no_header(path: Path) -> None:
    for fields in ([1, 2, 3, [], [], b""], [0, 4, 4], ["0", 1], [0, -1]):
        path.write_bytes(frames.MAGIC + raw_frame(fields))
        with pytest.raises(DamagedJournal) as caught:
            open_journal(path)
        assert caught.value.damage.offset == 8


def test_a_journal_of_nothing_but_a_header(path: Path) -> None:
    with JournalFile.create(path, header()):
        pass
    with open_journal(path) as journal:
        assert list(journal.ticks()) == []
        assert (journal.first_tick, journal.end_tick, journal.damage) == (None, None, None)
        assert journal.nearest_keyframe(10) is None


def test_reading_frees_the_file_when_it_is_refused(path: Path) -> None:
    # An unclosed file is a ResourceWarning, and warnings are errors in this suite.
    path.write_bytes(b"nothing like it")
    for _ in range(50):
        with pytest.raises(NotAJournal):
            open_journal(path)


def test_two_walks_at_once_do_not_disturb_each_other(path: Path) -> None:
    ticks = write_sample(path)
    with open_journal(path) as journal:
        pairs = list(zip(journal.ticks(), journal.ticks(), strict=True))
    assert [a for a, _ in pairs] == [b for _, b in pairs] == ticks
