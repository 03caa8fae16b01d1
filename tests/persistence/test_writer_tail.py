"""The tail beside a running journal task: filled by the tick, freed by the disk, then removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio
from structlog.testing import capture_logs

from persistence.errors import BadRecord
from persistence.journal_file import JournalFile
from persistence.records import Tick
from persistence.sink import JournalSink, backlog_bytes
from persistence.tail_layout import framed_tick
from persistence.writer import write_journal
from tests.persistence.disks import forever_full, full, fussy_journal, stuck_journal
from tests.persistence.runs import append_ticks, is_sealed, run, ticks_of, until
from tests.persistence.samples import header, raw_changes, raw_keyframe, tick
from tests.persistence.tails import best, found, small_tail


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.journal"


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as entries:
        yield entries


def tails(path: Path) -> list[Path]:
    return list((path.parent / "tails").iterdir())


def test_a_framed_tick_makes_the_same_file_as_the_tick(tmp_path: Path) -> None:
    with JournalFile.create(tmp_path / "a", header()) as file:
        file.append_all([raw_keyframe(5), tick(5), tick(6), raw_changes(6, 6)])
    with JournalFile.create(tmp_path / "b", header()) as file:
        file.append_all([raw_keyframe(5), framed_tick(tick(5)), framed_tick(tick(6))])
        file.append(raw_changes(6, 6))
        with pytest.raises(BadRecord, match="tick 9 where tick 7 was due"):
            file.append(framed_tick(tick(9)))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_framed_tick_weighs_more_than_its_frame() -> None:
    framed = framed_tick(tick(40))
    assert backlog_bytes(framed) > len(framed.data) + len(tick(40).commands)


def test_ticks_are_in_the_tail_until_the_disk_has_them(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink(tail=small_tail(path.parent))
        assert sink.tail is not None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write_journal, sink, file)
            sink.append(raw_keyframe(5))
            sink.append(tick(5))
            await until(disk.arrived.is_set)
            append_ticks(sink, 6, 20)
            # The disk has taken nothing, and nothing has been waited for.
            assert found(path.parent).ticks == {n: framed_tick(tick(n)) for n in range(5, 20)}
            assert sink.tail.in_use_bytes > 0
            disk.stuck = False
            disk.unstick.set()
            await until(lambda: sink.tail is not None and sink.tail.in_use_bytes == 0)
            assert ticks_of(path) == list(range(5, 20))
            assert len(tails(path)) == 1
            sink.seal(tick=20, final_hash=0)
        assert sink.failure is None

    file, disk = stuck_journal(path)
    run(body)
    assert is_sealed(path)
    assert tails(path) == []


def test_a_journal_that_is_closed_without_a_seal_keeps_its_tail(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink(tail=small_tail(path.parent))
        append_ticks(sink, 5, 9)
        sink.close()
        await write_journal(sink, JournalFile.create(path, header()))

    run(body)
    assert best(path.parent).reached == 8


def test_a_disk_that_refuses_frees_no_room(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink(tail=small_tail(path.parent))
        tail = sink.tail
        assert tail is not None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, file, retry_s=0.002))
            disk.plan = [11, full()] * 6
            append_ticks(sink, 5, 9)
            held = tail.in_use_bytes
            await until(lambda: sink.outage_count == 1)
            assert tail.in_use_bytes == held
            await until(lambda: tail.in_use_bytes == 0)
            assert disk.plan == []
            sink.seal(tick=9, final_hash=0)

    file, disk = fussy_journal(path)
    run(body)
    assert ticks_of(path) == [5, 6, 7, 8]


def test_when_the_journal_is_given_up_the_tail_holds_what_it_can(
    path: Path, logs: list[Any]
) -> None:
    """The file ends before tick 6: what follows is in the tail, and what had no room is known."""

    async def body() -> None:
        sink = JournalSink(backlog_max_bytes=2000, tail=small_tail(path.parent))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, file, retry_s=0.002))
            for number in range(6, 200):
                sink.append(Tick(number, 1, commands=bytes(50)))
                if number % 20 == 0:
                    await trio.sleep(0.002)
            await until(lambda: sink.failure is not None)

    file = forever_full(path)
    run(body)
    left = found(path.parent)
    assert sorted(left.ticks) == list(range(6, 6 + len(left.ticks)))
    assert len(left.ticks) > 40
    assert left.reached == 199
    assert len(tails(path)) == 1


def test_a_tail_that_is_full_is_said_once_it_is_over(path: Path, logs: list[Any]) -> None:
    async def body() -> None:
        sink = JournalSink(tail=small_tail(path.parent))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write_journal, sink, file)
            for number in range(5, 15):
                sink.append(Tick(number, 0, commands=bytes(1000)))
            disk.stuck = False
            disk.unstick.set()
            await until(lambda: sink.backlog_bytes == 0)
            append_ticks(sink, 15, 18)
            assert set(found(path.parent).ticks) >= {15, 16, 17}
            sink.seal(tick=18, final_hash=0)
        assert sink.failure is None

    file, disk = stuck_journal(path)
    run(body)
    assert ticks_of(path) == list(range(5, 18))
    [entry] = [entry for entry in logs if entry["log_level"] == "warning"]
    assert entry["event"] == "the tail was full: a kill would have lost ticks"
    assert entry["missed_ticks"] == 7


def test_a_record_no_reader_would_take_ends_the_recording_not_the_match(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink(tail=small_tail(path.parent))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write_journal, sink, JournalFile.create(path, header()))
            append_ticks(sink, 5, 7)
            await until(lambda: sink.backlog_bytes == 0)
            sink.append(Tick(-1, 0))
            assert sink.failure is not None
            assert "Tick record" in sink.failure
            assert sink.dropped_count == 1

    run(body)
    assert ticks_of(path) == [5, 6]
