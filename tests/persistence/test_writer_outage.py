"""What the journal task does while the disk refuses."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio
from structlog.testing import capture_logs

from persistence.journal_file import JournalFile
from persistence.sink import JournalSink
from persistence.writer import write_journal
from tests.persistence.disks import forever_full, full, fussy_journal
from tests.persistence.runs import append_ticks, is_sealed, run, ticks_of, until
from tests.persistence.samples import header, raw_keyframe, tick


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "match.rfj"


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as entries:
        yield entries


def test_a_full_disk_costs_nothing_when_it_recovers(path: Path, logs: list[Any]) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, file, retry_s=0.005))
            append_ticks(sink, 5, 8)
            await until(lambda: sink.backlog_bytes == 0)
            disk.plan = [11, full()] * 6
            append_ticks(sink, 8, 11)
            await until(lambda: sink.outage_count == 1)
            sink.append(raw_keyframe(11))
            append_ticks(sink, 11, 20)
            assert sink.backlog_bytes > 0
            await until(lambda: sink.backlog_bytes == 0)
            append_ticks(sink, 20, 22)
            sink.seal(tick=22, final_hash=0)
        assert (sink.failure, sink.dropped_count, sink.outage_count) == (None, 0, 1)

    file, disk = fussy_journal(path)
    run(body)
    assert ticks_of(path) == list(range(5, 22))
    events = [(entry["log_level"], entry["event"]) for entry in logs]
    assert events == [
        ("error", "journal not written: records wait in memory"),
        ("info", "journal is written again"),
        ("info", "journal closed"),
    ]
    assert logs[0]["file"] == str(path)
    assert "No space left" in logs[0]["problem"]
    assert "free space" in logs[0]["next_step"]


def test_a_disk_that_stays_full_ends_the_recording_at_the_last_good_record(
    path: Path, logs: list[Any]
) -> None:
    async def body() -> None:
        sink = JournalSink(backlog_max_bytes=4000)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, forever_full(path), retry_s=0.002))
            number = 6
            while sink.failure is None:  # the match goes on all the while
                sink.append(tick(number))
                number += 1
                await trio.sleep(0.002)
        for _ in range(10):
            sink.append(tick(number))
        sink.seal(tick=number, final_hash=1)
        assert sink.dropped_count == 11
        assert sink.outage_count == 1

    run(body)
    assert ticks_of(path) == [5]
    assert not is_sealed(path)
    errors = [entry["event"] for entry in logs if entry["log_level"] == "error"]
    assert errors == [
        "journal not written: records wait in memory",
        "journal abandoned: the match goes on unrecorded",
    ]


def test_a_disk_that_stays_full_does_not_hold_up_the_end(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        append_ticks(sink, 6, 9)
        sink.seal(tick=9, final_hash=1)
        await write_journal(sink, forever_full(path), retry_s=3600, drain_s=0.05)
        assert sink.failure is not None
        assert "No space left" in sink.failure

    run(body)
    assert ticks_of(path) == [5]


def test_a_failing_sync_is_an_outage_that_ends_with_a_good_one(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(
                lambda: write_journal(sink, file, sync_interval_s=0.0, retry_s=0.002)
            )
            disk.sync_error = OSError(errno.EIO, "Input/output error")
            sink.append(tick(5))
            await until(lambda: sink.outage_count == 1)
            append_ticks(sink, 6, 9)
            await trio.sleep(0.01)
            disk.sync_error = None
            await until(lambda: sink.backlog_bytes == 0)
            sink.seal(tick=9, final_hash=1)
        assert (sink.failure, sink.outage_count) == (None, 1)

    file, disk = fussy_journal(path)
    run(body)
    assert ticks_of(path) == [5, 6, 7, 8]


def test_a_seal_whose_sync_fails_is_not_written_twice(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, file, retry_s=0.002))
            disk.sync_error = OSError(errno.EIO, "Input/output error")
            sink.append(tick(5))
            sink.seal(tick=6, final_hash=1)
            await until(lambda: sink.outage_count == 1)
            disk.sync_error = None
        assert sink.failure is None

    file, disk = fussy_journal(path)
    run(body)
    assert ticks_of(path) == [5]
    assert is_sealed(path)


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be deleted there")
def test_a_deleted_journal_is_given_up_at_once(path: Path, logs: list[Any]) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            file = JournalFile.create(path, header())
            nursery.start_soon(lambda: write_journal(sink, file, sync_interval_s=0.0))
            path.unlink()
            sink.append(tick(5))
            await until(lambda: sink.failure is not None)
        assert sink.failure is not None
        assert "deleted" in sink.failure

    run(body)
    assert not path.exists()
    assert [entry["log_level"] for entry in logs] == ["error"]
