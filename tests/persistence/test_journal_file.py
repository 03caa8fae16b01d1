from __future__ import annotations

import errno
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persistence.disk import FileDisk, create_disk
from persistence.errors import (
    AlreadyExists,
    BadRecord,
    JournalGone,
    Sealed,
    Unwritable,
)
from persistence.journal_file import JournalFile
from persistence.keyframes import pack_keyframe
from persistence.reader import open_journal
from persistence.records import Changes, Tick
from tests.persistence.disks import FussyDisk, full, fussy_journal
from tests.persistence.samples import (
    RESULT,
    header,
    naive_frames,
    raw_changes,
    raw_keyframe,
    tick,
    write_sample,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "match.rfj"


def read_ticks(path: Path) -> list[int]:
    with open_journal(path) as journal:
        ticks = [record.tick for record in journal.ticks()]
        assert journal.damage is None
    return ticks


def test_the_file_as_a_stranger_reads_it(path: Path) -> None:
    """Follows docs/replay-format.md with nothing but struct, zlib and msgpack."""
    write_sample(path)
    data = path.read_bytes()
    assert data[:8] == b"\x89RFJ\r\n\x1a\n"
    seal_offset, magic = struct.unpack("<Q8s", data[-16:])
    assert magic == b"RFJSEAL\n"
    table = naive_frames(data)
    assert [fields[0] for _, _, fields in table] == [
        0, 2, 1, 1, 1, 2, 1, 1, 4, 1, 2, 1, 1, 4, 1, 3,
    ]  # fmt: skip
    assert table[-1][:2] == (seal_offset, len(data) - 16)
    assert table[0][2] == [
        0, 4, "m-1", "0.1.0", "5eed", "2025-01-02T03:04:05Z",
        {"python": "3.11", "numpy": "2.4"}, 30, 2**64 - 1, b'{"hp":100}', "b1",
        b'{"walls":[]}', "a1", {"players": 8},
        [["players", "Position", "x_u", "<f8", 0, 8, "drifts Motion.vx_ups"]],
        "1a", 64, 4, 3, [[0, 0, "Ada", 0, 2, 9, "p-ada"]],
    ]  # fmt: skip
    assert table[5][2][:4] == [2, 8, 1008, 64]
    assert table[8][2][:4] == [4, 6, 4, 16 * (2 + 3 + 0 + 1)]
    assert table[10][2][:2] == [2, 11]
    assert table[11][2] == [1, 11, 2**64 - 12, [], [], bytes(range(11))]
    assert table[12][2][3:5] == [[[12, 1, "Bot 12", 1, 0, 0, ""]], [11]]
    assert table[-1][2] == [
        3, 14, 99, 0,
        [
            [1, 0, "Ada", 2, 31.5, 9, 0, 3, 4, 1, 2, 3, 60.5, 12.0, 9, 7, 123.5, 5],
            [2, 7, "Bot", 0, 0.0, 4, 0, 0, 1, 0, 0, 0, 0.0, 0.0, 0, 0, 0.0, 0],
        ],
        [[5, table[1][0]], [8, table[5][0]], [11, table[10][0]]], 5, 14, "finished",
    ]  # fmt: skip


def test_packed_and_raw_keyframes_make_the_same_file(tmp_path: Path) -> None:
    both: dict[str, Any] = {"raw": raw_keyframe(5), "packed": pack_keyframe(raw_keyframe(5))}
    for name, keyframe in both.items():
        with JournalFile.create(tmp_path / name, header()) as file:
            file.append(keyframe)
    assert (tmp_path / "raw").read_bytes() == (tmp_path / "packed").read_bytes()


def test_a_batch_makes_the_same_file_as_single_records(tmp_path: Path) -> None:
    records: list[Any] = [raw_keyframe(5), tick(5), tick(6), raw_keyframe(7), tick(7)]
    with JournalFile.create(tmp_path / "a", header()) as file:
        file.append_all(records)
        file.append_all([])
    with JournalFile.create(tmp_path / "b", header()) as file:
        for record in records:
            file.append(record)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_existing_file_is_left_alone(path: Path) -> None:
    path.write_bytes(b"precious")
    with pytest.raises(AlreadyExists, match=path.name):
        JournalFile.create(path, header())
    assert path.read_bytes() == b"precious"
    with pytest.raises(AlreadyExists):
        JournalFile.create(path.parent, header())


def test_where_no_file_can_be(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="nowhere"):
        JournalFile.create(tmp_path / "nowhere" / "a.rfj", header())
    with pytest.raises(Unwritable):
        JournalFile.create("a\0b", header())
    with pytest.raises(BadRecord):
        JournalFile.create(tmp_path / "a.rfj", header(tick_rate_hz=0))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_too_full_for_the_header_leaves_nothing_behind(path: Path) -> None:
    with pytest.raises(Unwritable, match="No space left"):
        JournalFile.create(
            path, header(), open_disk=lambda path: FussyDisk(create_disk(path), [20, full()])
        )
    assert not path.exists()


def test_short_writes_are_finished(path: Path) -> None:
    file, disk = fussy_journal(path, 1, 2, 3, 4)
    file.append_all([tick(5), tick(6)])
    assert disk.plan == []
    file.close()
    assert read_ticks(path) == [5, 6]


def test_a_disk_that_takes_nothing_is_an_error_not_a_loop(path: Path) -> None:
    file, _ = fussy_journal(path, 5, 0)
    with pytest.raises(Unwritable, match="takes no bytes"):
        file.append(tick(5))
    file.close()
    assert read_ticks(path) == []


def test_a_full_disk_leaves_whole_records_and_may_be_tried_again(path: Path) -> None:
    file, disk = fussy_journal(path)
    file.append(tick(5))
    good = file.size_bytes
    for _ in range(3):
        disk.plan = [7, full()]
        with pytest.raises(Unwritable, match=r"match\.rfj.*No space left.*free space"):
            file.append_all([tick(6), raw_keyframe(7), tick(7)])
        assert path.stat().st_size == good == file.size_bytes
    file.append_all([tick(6), raw_keyframe(7), tick(7)])
    file.seal(tick=8, final_hash=1)
    file.close()
    assert read_ticks(path) == [5, 6, 7]
    with open_journal(path) as journal:
        assert journal.verify() is None
        assert journal.nearest_keyframe(7) == raw_keyframe(7)


def test_a_file_that_cannot_be_cut_back_is_cut_back_later(path: Path) -> None:
    file, disk = fussy_journal(path)
    file.append(tick(5))
    good = file.size_bytes
    disk.plan, disk.truncate_error = [7, full()], full()
    with pytest.raises(Unwritable):
        file.append(tick(6))
    assert path.stat().st_size == good + 7
    with pytest.raises(Unwritable, match="cut back"):
        file.append(tick(6))  # never behind the torn bytes
    disk.truncate_error = None
    file.append(tick(6))
    file.close()
    assert read_ticks(path) == [5, 6]


def test_closing_cuts_off_what_is_torn(path: Path) -> None:
    file, disk = fussy_journal(path)
    disk.plan, disk.truncate_error = [7, full()], full()
    with pytest.raises(Unwritable):
        file.append(tick(5))
    disk.truncate_error = None
    file.close()
    assert read_ticks(path) == []


def test_an_interrupt_inside_a_write_leaves_no_torn_record(path: Path) -> None:
    file, disk = fussy_journal(path)

    def interrupted(data: memoryview) -> int:
        disk.disk.write(data[:9])
        raise KeyboardInterrupt

    write, disk.write = disk.write, interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        file.append(tick(5))
    disk.write = write  # type: ignore[method-assign]
    file.append(tick(5))
    file.seal(tick=6, final_hash=0)
    file.close()
    assert read_ticks(path) == [5]


def test_a_seal_that_failed_may_be_tried_again(path: Path) -> None:
    file, disk = fussy_journal(path, 10**6, 30, full())
    file.append(tick(5))
    with pytest.raises(Unwritable):
        file.seal(tick=6, final_hash=1, result=RESULT)
    assert not file.sealed
    file.seal(tick=6, final_hash=1, result=RESULT)
    assert disk.sync_count == 2  # the header and the seal
    file.close()
    with open_journal(path) as journal:
        assert journal.seal is not None
        assert journal.verify() is None


def test_a_failing_sync_is_named(path: Path) -> None:
    file, disk = fussy_journal(path)
    disk.sync_error = OSError(errno.EIO, "Input/output error")
    with pytest.raises(Unwritable, match=r"sync.*Input/output"):
        file.sync()
    file.close()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be deleted there")
def test_a_deleted_file_is_noticed(path: Path) -> None:
    with JournalFile.create(path, header()) as file:
        path.unlink()
        file.append(tick(5))
        with pytest.raises(JournalGone, match=path.name):
            file.sync()


def test_a_file_system_that_cannot_sync_is_no_reason_to_stop(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(descriptor: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    for name in ("fdatasync", "fsync"):
        monkeypatch.setattr(os, name, cannot, raising=False)
    with JournalFile.create(path, header()) as file:
        file.append(tick(5))
        file.sync()
    assert read_ticks(path) == [5]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (tick(7), "tick 7 where tick 6 was due"),
        (tick(5), "tick 5 where tick 6 was due"),
        (raw_keyframe(5), "tick 5 where tick 6 was due"),
        (raw_keyframe(6).__class__(6, 0, b"short"), "5 bytes"),
        (raw_changes(5, 6), "where tick 6 was due"),
        (raw_changes(4, 4), "where tick 6 was due"),
        (raw_changes(1, 5), "the header allows 1 to 4"),
        (Changes(5, 1, 2**31, b""), "more than two states can differ"),
        (Changes(5, 1, 16, "text"), "Changes record"),
        (Tick(6, -1), "Tick record"),
    ],
)
def test_records_that_must_not_be_written(path: Path, record: Any, reason: str) -> None:
    with JournalFile.create(path, header()) as file:
        file.append(tick(5))
        size = file.size_bytes
        with pytest.raises(BadRecord, match=reason):
            file.append_all([record])
        assert path.stat().st_size == size
        with pytest.raises(BadRecord):
            file.append_all([tick(6), tick(8)])
        assert path.stat().st_size == size
        file.append(tick(6))  # the refused batch is forgotten
    assert read_ticks(path) == [5, 6]


def test_seals_that_must_not_be_written(path: Path) -> None:
    with JournalFile.create(path, header()) as file:
        file.append(tick(5))
        wrong: Any
        for wrong in ({"tick": 7}, {"tick": 4}, {"final_hash": -1}, {"reason": "bored"}):
            with pytest.raises(BadRecord):
                file.seal(**{"tick": 6, "final_hash": 1} | wrong)
        file.seal(tick=5, final_hash=1, reason="stopped")  # tick 5 recorded, not applied
        with pytest.raises(Sealed):
            file.append(tick(6))
        with pytest.raises(Sealed):
            file.seal(tick=6, final_hash=1)
    with open_journal(path) as journal:
        assert journal.verify() is None


def test_nothing_is_appended_to_a_closed_journal(path: Path) -> None:
    file = JournalFile.create(path, header())
    file.close()
    file.close()
    with pytest.raises(Sealed, match="closed"):
        file.append(tick(5))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    batches=st.lists(
        st.tuples(
            st.integers(0, 4),  # ticks in the batch
            st.booleans(),  # a keyframe first
            st.lists(st.integers(1, 90), max_size=3),  # short writes
            st.booleans(),  # and then a full disk
        ),
        max_size=12,
    )
)
def test_any_weather_leaves_a_journal_without_gaps(
    tmp_path: Path, batches: list[tuple[int, bool, list[int], bool]]
) -> None:
    path = tmp_path / "weather.rfj"
    path.unlink(missing_ok=True)
    file, disk = fussy_journal(path)
    due, keyframes = 5, []
    for count, with_keyframe, shorts, is_full in batches:
        disk.plan = [*shorts, *([full()] if is_full else [])]
        batch: list[Any] = [raw_keyframe(due)] if with_keyframe else []
        batch += [tick(due + i) for i in range(count)]
        try:
            file.append_all(batch)
        except Unwritable:
            disk.plan = []
            continue
        disk.plan = []
        due += count
        keyframes += [raw_keyframe(due - count)] if with_keyframe else []
        assert path.stat().st_size == file.size_bytes
    file.seal(tick=due, final_hash=5)
    file.close()
    with open_journal(path) as journal:
        assert [record.tick for record in journal.ticks()] == list(range(5, due))
        assert [entry.tick for entry in journal.keyframes] == [frame.tick for frame in keyframes]
        assert journal.verify() is None


def test_a_file_disk_appends_behind_a_cut(path: Path) -> None:
    disk = create_disk(path)
    assert isinstance(disk, FileDisk)
    disk.write(memoryview(b"abcdef"))
    disk.truncate(2)
    disk.write(memoryview(b"XY"))
    disk.fdatasync()
    disk.close()
    assert path.read_bytes() == b"abXY"


def test_who_came_and_who_left_is_known_of_a_resumed_journal(path: Path) -> None:
    ticks = write_sample(path, sealed=False)
    with JournalFile.resume(path) as file:
        entrants = [entrant for record in ticks for entrant in record.joins]
        leavers = [slot for record in ticks for slot in record.leaves]
        assert (file.tally.entrants, file.tally.leavers) == (entrants, leavers)
        assert entrants
        assert leavers
        # Out of order behind it: nothing of both is written, and nobody came.
        with pytest.raises(BadRecord):
            file.append_all((tick(14), tick(15), tick(17)))
        assert (file.tally.entrants, file.tally.leavers) == (entrants, leavers)
        file.append(tick(14))
        file.append(tick(15))
        assert [entrant.slot for entrant in file.tally.entrants[len(entrants) :]] == [15]
