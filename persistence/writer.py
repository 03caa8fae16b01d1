"""The journal's own task: the tick hands over records and never waits for the disk.

::

    tick -> JournalSink.append -> bounded channel -> write_journal -> one thread hop per batch
                                                      (compress, write, sync) -> JournalFile

``persistence.sink`` states the overflow rule.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from functools import partial

import structlog
import trio

from persistence.errors import JournalError, JournalGone, Unwritable
from persistence.journal_file import Entry, JournalFile
from persistence.sink import Ending, JournalSink, backlog_bytes

BATCH_MAX_BYTES = 4 * 1024 * 1024  # bounds what one failed write throws back


async def write_journal(
    sink: JournalSink,
    file: JournalFile,
    *,
    sync_interval_s: float = 1.0,
    retry_s: float = 1.0,
    drain_s: float = 5.0,
) -> None:
    """Write what ``sink`` is given to ``file`` until the sink ends; then close the file.

    The end is never cut off. When this task is cancelled it goes on, shielded, for at most
    ``drain_s`` seconds: half of them for the sink's owner to seal or close it, so that a match
    sealing in its own ``finally`` may be cancelled together with this task, and all of them
    for the disk.

    Args:
        sink: the tick's end.
        file: the journal, with its header written. This task owns it from now on, and the
            sink's tail until the end or a failure.
        sync_interval_s: at most one ``fdatasync`` per this many seconds, and one at the end.
        retry_s: pause between two attempts while the disk refuses.
        drain_s: how long the end may take, after a cancellation or while the disk refuses.
    """
    task = _Task(sink, file, sync_interval_s, retry_s, drain_s)
    async with trio.open_nursery() as nursery:
        shelter = trio.CancelScope(shield=True)
        nursery.start_soon(_end_after_cancel, sink, shelter, drain_s)
        with shelter:
            await task.run()
        if shelter.cancelled_caught:
            task.abandon(f"the disk did not answer within {drain_s} s of the end")
        nursery.cancel_scope.cancel()


async def _end_after_cancel(sink: JournalSink, shelter: trio.CancelScope, drain_s: float) -> None:
    """Turn a cancellation into a deadline for ``shelter`` and an end of ``sink``."""
    try:
        await trio.sleep_forever()
    except trio.Cancelled:
        shelter.deadline = trio.current_time() + drain_s
        with trio.move_on_after(drain_s / 2, shield=True):
            await sink.ending.wait()
        sink.close()
        raise


class _Task:
    """State of one ``write_journal`` call."""

    def __init__(
        self,
        sink: JournalSink,
        file: JournalFile,
        sync_interval_s: float,
        retry_s: float,
        drain_s: float,
    ) -> None:
        self.sink = sink
        self.file = file
        self.sync_interval_s = sync_interval_s
        self.retry_s = retry_s
        self.drain_s = drain_s
        self.records: list[Entry] = []  # taken from the channel, not on disk yet
        self.ending: Ending | None = None
        self.batch_bytes = 0
        self.unsynced = False
        self.sync_at = trio.current_time() + sync_interval_s
        self.in_outage = False
        self.in_flight = False  # a thread has the file
        self.abandoned = False
        self.missed_count = 0  # ticks without room in the tail, as far as the log knows
        # Its own limiter: a stuck disk must not take the threads of everybody else.
        self.limiter = trio.CapacityLimiter(1)
        self.log = structlog.get_logger("ringfall.journal").bind(file=str(file.path))

    async def run(self) -> None:
        """Write batches until the sink ends or fails, then close the file."""
        try:
            more = True
            while more and self.sink.failure is None:
                more = await self._take_batch()
                await self._write_batch()
            if self.sink.failure is not None:
                self._give_up(self.sink.failure)
            await self._in_thread(self._close)
            self._report_end()
        finally:
            self.sink.receive_channel.close()
            if not self.sink.closed:
                self.sink.fail("the journal task has ended early")
            if not self.in_flight:
                self.file.close()

    def abandon(self, reason: str) -> None:
        """Leave without waiting for the thread, which closes the file whenever it returns."""
        self._give_up(reason)
        self.abandoned = True
        if not self.in_flight:
            self.file.close()

    def _give_up(self, reason: str) -> None:
        """Stop recording and say so, once."""
        self.sink.fail(reason)
        self.sink.receive_channel.close()
        self.sink.backlog_bytes = 0
        self.records = []
        self.log.error(
            "journal abandoned: the match goes on unrecorded",
            problem=self.sink.failure,
            good_bytes=self.file.size_bytes,
            next_step="the file replays up to its last good record; see to the disk",
        )

    def _report_end(self) -> None:
        if self.sink.failure is None:
            self.log.info(
                "journal closed",
                sealed=self.file.sealed,
                records=self.file.tally.record_count,
                size_bytes=self.file.size_bytes,
            )

    async def _take_batch(self) -> bool:
        """Fill ``records`` with what is waiting; False when nothing more will ever come."""
        receive = self.sink.receive_channel
        deadline = self.sync_at if self.unsynced else math.inf
        with trio.move_on_at(deadline):
            try:
                self._take(await receive.receive())
                while self.batch_bytes < BATCH_MAX_BYTES and self.ending is None:
                    self._take(receive.receive_nowait())
            except trio.WouldBlock:
                pass
            except (trio.EndOfChannel, trio.ClosedResourceError):
                return False
        return self.ending is None

    def _take(self, message: Entry | Ending) -> None:
        if isinstance(message, Ending):
            self.ending = message
            return
        self.records.append(message)
        self.batch_bytes += backlog_bytes(message)

    async def _write_batch(self) -> None:
        """Write and, when it is due, sync; again and again while the disk refuses."""
        last_try_at = math.inf
        while self.sink.failure is None:
            now = trio.current_time()
            sync = self.in_outage or self.sink.closed or (self.unsynced and now >= self.sync_at)
            problem = await self._attempt(sync)
            if problem is None or self.sink.failure is not None:
                return
            if self.sink.closed and last_try_at == math.inf:
                last_try_at = now + self.drain_s
            if trio.current_time() >= last_try_at:
                self.sink.fail(problem)
                return
            await self._pause()

    async def _attempt(self, sync: bool) -> str | None:
        """Try once to put everything taken on disk; return the disk's complaint, if any."""
        try:
            await self._in_thread(partial(self._put, sync))
        except JournalGone as error:
            self.sink.fail(str(error))
            return str(error)
        except Unwritable as error:
            self._begin_outage(str(error))
            return str(error)
        except JournalError as error:
            # Not the disk's doing but a record that must not be written: a bug upstream.
            self.sink.fail(str(error))
            return str(error)
        finally:
            if not self.records:
                self.sink.backlog_bytes -= self.batch_bytes
                self.batch_bytes = 0
                self._free_tail()
        if sync:
            self.unsynced = False
            self.sync_at = trio.current_time() + self.sync_interval_s
            self._end_outage()
        return None

    def _put(self, sync: bool) -> None:
        """Runs in a thread: each step is undone or done when it returns or raises."""
        if self.records:
            self.file.append_all(self.records)
            self.records = []
            self.unsynced = True
        if self.ending is not None and not self.file.sealed:
            self.file.seal(**self.ending.fields)
        elif sync:
            self.file.sync()

    def _free_tail(self) -> None:
        """Give back the tail's room of what the file has, and say once what had none."""
        tail, due_tick = self.sink.tail, self.file.tally.due_tick
        if tail is None or due_tick is None:
            return
        tail.release(due_tick)
        if tail.missed_count > self.missed_count:
            self.log.warning(
                "the tail was full: a kill would have lost ticks",
                missed_ticks=tail.missed_count - self.missed_count,
                next_step="the disk was too slow for too long; see to it",
            )
            self.missed_count = tail.missed_count

    def _close(self) -> None:
        """Close the file; a tail has done its duty when the file is sealed and synced."""
        self.file.close()
        if self.sink.tail is None or self.sink.failure is not None:
            return  # after a failure it goes on holding what it can
        self.sink.tail.close()
        if self.file.sealed:
            with contextlib.suppress(OSError):
                self.sink.tail.remove()

    async def _in_thread(self, call: Callable[[], None]) -> None:
        def in_flight() -> None:
            try:
                call()
            finally:
                self.in_flight = False
                if self.abandoned:
                    self.file.close()

        self.in_flight = True
        # Abandoned only when the time after a cancellation is up: see write_journal.
        await trio.to_thread.run_sync(in_flight, abandon_on_cancel=True, limiter=self.limiter)

    async def _pause(self) -> None:
        if self.sink.closed:
            await trio.sleep(min(self.retry_s, self.drain_s / 4))
            return
        with trio.move_on_after(self.retry_s):
            await self.sink.ending.wait()

    def _begin_outage(self, problem: str) -> None:
        if self.in_outage:
            return
        self.in_outage = True
        self.sink.outage_count += 1
        self.log.error(
            "journal not written: records wait in memory",
            problem=problem,
            waiting_bytes=self.sink.backlog_bytes,
            next_step=f"free space or fix permissions; tried again every {self.retry_s} s",
        )

    def _end_outage(self) -> None:
        if self.in_outage:
            self.in_outage = False
            self.log.info("journal is written again", good_bytes=self.file.size_bytes)
