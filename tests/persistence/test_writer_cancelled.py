"""What the journal task does when it is cancelled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import trio
import trio.testing

from persistence.journal_file import JournalFile
from persistence.reader import open_journal
from persistence.sink import JournalSink
from persistence.writer import write_journal
from tests.persistence.disks import forever_full, stuck_journal
from tests.persistence.runs import DEADLINE_S, append_ticks, is_sealed, run, ticks_of, until
from tests.persistence.samples import header, tick


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "match.rfj"


def test_cancelled_together_with_a_match_that_seals_in_its_finally(path: Path) -> None:
    async def match(sink: JournalSink) -> None:
        number = 5
        try:
            while True:
                sink.append(tick(number))
                number += 1
                await trio.sleep(0.001)
        finally:
            sink.seal(tick=number, final_hash=0, reason="stopped")

    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            file = JournalFile.create(path, header())
            nursery.start_soon(lambda: write_journal(sink, file, drain_s=DEADLINE_S))
            nursery.start_soon(match, sink)
            await until(lambda: file_grew(path))
            nursery.cancel_scope.cancel()
        assert (sink.failure, sink.dropped_count) == (None, 0)

    for _ in range(10):  # trio flips a coin about who hears of a cancellation first
        path.unlink(missing_ok=True)
        run(body)
        with open_journal(path) as journal:
            assert journal.seal is not None
            assert journal.seal.reason == "stopped"
            assert journal.verify() is None
            assert journal.seal.tick == journal.end_tick == 5 + len(list(journal.ticks()))


def test_cancelled_and_never_closed_what_was_appended_is_written(path: Path) -> None:
    clock = trio.testing.MockClock()

    async def pass_half_when_written(sink: JournalSink) -> None:
        # By a clock that stands still the task waits for ever for somebody to close the sink.
        while sink.backlog_bytes:
            await trio.to_thread.run_sync(time.sleep, 0.001)
        clock.jump(0.5)

    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as others, trio.open_nursery() as nursery:
            file = JournalFile.create(path, header())
            nursery.start_soon(lambda: write_journal(sink, file, drain_s=1.0))
            append_ticks(sink, 5, 9)
            others.start_soon(pass_half_when_written, sink)
            nursery.cancel_scope.cancel()
        assert sink.failure is None
        sink.append(tick(9))
        assert sink.dropped_count == 1

    run(body, clock)
    assert ticks_of(path) == [5, 6, 7, 8]
    assert not is_sealed(path)


def test_cancelled_with_a_stuck_disk_ends_in_bounded_time(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, file, drain_s=0.1))
            sink.append(tick(5))
            await until(disk.arrived.is_set)
            sink.seal(tick=6, final_hash=0)
            nursery.cancel_scope.cancel()
        assert sink.failure is not None
        assert "did not answer" in sink.failure
        # The thread still has the file: it is closed by the thread, once it returns.
        assert not disk.closed.is_set()
        disk.unstick.set()
        await trio.to_thread.run_sync(disk.closed.wait, DEADLINE_S)

    file, disk = stuck_journal(path)
    run(body)
    assert ticks_of(path) in ([], [5])


def test_cancelled_while_the_disk_is_full_ends_in_bounded_time(path: Path) -> None:
    async def body() -> None:
        sink = JournalSink()
        async with trio.open_nursery() as nursery:
            file = forever_full(path)
            nursery.start_soon(lambda: write_journal(sink, file, retry_s=3600, drain_s=0.1))
            append_ticks(sink, 6, 9)
            await until(lambda: sink.outage_count == 1)
            nursery.cancel_scope.cancel()
        assert sink.failure is not None

    run(body)
    assert ticks_of(path) == [5]


def file_grew(path: Path) -> bool:
    return path.stat().st_size > 1000
