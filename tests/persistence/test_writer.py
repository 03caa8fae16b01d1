from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio
from structlog.testing import capture_logs

from persistence.journal_file import JournalFile
from persistence.reader import open_journal
from persistence.records import Changes, Keyframe, Tick
from persistence.sink import JournalSink, backlog_bytes
from persistence.writer import write_journal
from tests.persistence.disks import fussy_journal, stuck_journal
from tests.persistence.runs import append_ticks, is_sealed, run, ticks_of, until
from tests.persistence.samples import RESULT, header, raw_changes, raw_keyframe, tick


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "match.rfj"


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as entries:
        yield entries


def test_what_is_appended_and_sealed_is_on_disk_when_the_task_ends(
    path: Path, logs: list[Any]
) -> None:
    async def body() -> None:
        sink = JournalSink()
        sink.append(raw_keyframe(5))
        append_ticks(sink, 5, 8)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write_journal, sink, JournalFile.create(path, header()))
            await until(lambda: sink.backlog_bytes == 0)
            append_ticks(sink, 8, 12)
            sink.seal(tick=12, final_hash=3, winner=0, result=RESULT)
        assert sink.failure is None
        assert (sink.backlog_bytes, sink.dropped_count, sink.outage_count) == (0, 0, 0)

    run(body)
    assert ticks_of(path) == list(range(5, 12))
    with open_journal(path) as journal:
        assert journal.seal is not None
        assert (journal.seal.winner, journal.seal.result) == (0, RESULT)
        assert journal.nearest_keyframe(6) == raw_keyframe(5)
    assert [entry["event"] for entry in logs] == ["journal closed"]


def test_closing_without_a_seal_writes_what_was_appended(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        append_ticks(sink, 5, 9)
        sink.close()
        await write_journal(sink, JournalFile.create(path, header()))
        assert sink.failure is None

    run(body)
    assert ticks_of(path) == [5, 6, 7, 8]
    assert not is_sealed(path)


def test_a_large_backlog_goes_out_in_several_batches(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        for number in range(5, 15):
            sink.append(Tick(number, 0, commands=bytes(1024 * 1024)))
        sink.seal(tick=15, final_hash=0)
        await write_journal(sink, file)
        assert sink.backlog_bytes == 0

    file, disk = fussy_journal(path)
    writes = []
    write = disk.write

    def counted(data: memoryview) -> int:
        writes.append(len(data))
        return write(data)

    disk.write = counted  # type: ignore[method-assign]
    run(body)
    assert 3 <= len(writes) <= 5
    assert ticks_of(path) == list(range(5, 15))


def test_syncs_are_bounded_by_the_interval(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, file, sync_interval_s=3600))
            for number in range(5, 30):
                sink.append(tick(number))
                await until(lambda: sink.backlog_bytes == 0)
            assert disk.sync_count == 1  # the header's
            sink.seal(tick=30, final_hash=0)
        assert disk.sync_count == 2  # and the seal's

    file, disk = fussy_journal(path)
    run(body)


def test_the_last_records_of_a_quiet_match_are_synced_too(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, file, sync_interval_s=0.02))
            sink.append(tick(5))
            await until(lambda: disk.sync_count >= 2)
            sink.close()

    file, disk = fussy_journal(path)
    run(body)


def test_append_never_waits_for_a_stuck_disk(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write_journal, sink, file)
            sink.append(tick(5))
            await until(disk.arrived.is_set)
            append_ticks(sink, 6, 500)  # the disk is stuck during all of this
            await trio.sleep(0)
            assert not disk.unstick.is_set()
            assert sink.failure is None
            assert sink.backlog_bytes == sum(backlog_bytes(tick(n)) for n in range(5, 500))
            disk.stuck = False
            disk.unstick.set()
            sink.seal(tick=500, final_hash=0)

    file, disk = stuck_journal(path)
    run(body)
    assert ticks_of(path) == list(range(5, 500))


def test_a_stuck_disk_ends_the_recording_when_the_backlog_is_full(
    path: Path, logs: list[Any]
) -> None:
    async def body() -> None:
        sink = JournalSink(backlog_max_bytes=10_000)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write_journal, sink, file)
            sink.append(tick(5))
            await until(disk.arrived.is_set)
            number = 6
            while sink.failure is None:
                sink.append(tick(number))
                assert sink.backlog_bytes <= 10_000
                number += 1
            assert "did not keep up" in sink.failure
            assert sink.dropped_count == 1
            sink.append(tick(number))
            sink.seal(tick=number, final_hash=0)
            assert sink.dropped_count == 2
            disk.unstick.set()
        assert sink.backlog_bytes == 0

    file, disk = stuck_journal(path)
    run(body)
    assert ticks_of(path) == [5]
    assert not is_sealed(path)
    [entry] = [entry for entry in logs if entry["log_level"] == "error"]
    assert entry["file"] == str(path)
    assert "did not keep up" in entry["problem"]


def test_the_backlog_is_bounded_in_records_too(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink(backlog_max_records=3)
        append_ticks(sink, 5, 9)
        assert sink.failure is not None
        await write_journal(sink, JournalFile.create(path, header()))

    run(body)
    assert ticks_of(path) == []


def test_a_record_that_must_not_be_written_ends_the_recording_not_the_match(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write_journal, sink, JournalFile.create(path, header()))
            append_ticks(sink, 5, 7)
            await until(lambda: sink.backlog_bytes == 0)
            sink.append(tick(9))
        assert sink.failure is not None
        assert "tick 9 where tick 7 was due" in sink.failure

    run(body)
    assert ticks_of(path) == [5, 6]


def test_a_bug_in_the_task_is_not_swallowed_and_the_sink_knows(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        file, disk = fussy_journal(path)

        def broken(data: memoryview) -> int:
            raise ZeroDivisionError

        disk.write = broken  # type: ignore[method-assign]
        sink.append(tick(5))
        with pytest.RaisesGroup(ZeroDivisionError):
            await write_journal(sink, file)
        assert sink.failure is not None
        assert disk.disk._file.closed  # type: ignore[attr-defined]

    run(body)


def test_the_work_is_done_outside_the_trio_thread(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        sink.append(raw_keyframe(5))
        sink.seal(tick=5, final_hash=0)
        await write_journal(sink, file)

    file, disk = fussy_journal(path)
    threads = set()
    write, sync = disk.write, disk.fdatasync

    def watched_write(data: memoryview) -> int:
        threads.add(threading.get_ident())
        return write(data)

    def watched_sync() -> None:
        threads.add(threading.get_ident())
        sync()

    disk.write = watched_write  # type: ignore[method-assign]
    disk.fdatasync = watched_sync  # type: ignore[method-assign]
    run(body)
    assert threads
    assert threading.get_ident() not in threads


def test_what_a_record_weighs() -> None:
    assert backlog_bytes(raw_keyframe(5)) > len(raw_keyframe(5).block)
    assert backlog_bytes(Keyframe(1, 1, 100, bytes(50))) >= 50
    assert backlog_bytes(raw_changes(6, 9)) > raw_changes(6, 9).size_bytes == 16 * (2 + 3 + 0 + 1)
    assert backlog_bytes(Changes(1, 1, 100, bytes(50))) >= 50
    assert backlog_bytes(Tick(1, 1, commands=bytes(500))) >= 500
    assert backlog_bytes(tick(6)) > backlog_bytes(tick(7))  # an entrant weighs something
