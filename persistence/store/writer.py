"""The one task that writes the database, and how everybody else asks it.

The tick has nothing to do with any of it: ``submit`` puts a change into a line and returns, and
whatever touches the disk does so in a thread. While the database is locked, slow, full or gone,
changes wait in the line; when that grows long or the database has refused for a while, the line
moves to a spool beside the file (``persistence.store.spool``) and is applied from there, in order,
when the database answers again, or at the next start.

Overflow rule: a change that nobody would miss (``Change.minor``) is dropped when ``PENDING_MAX``
wait; whoever can refuse to make more looks at ``full`` first; any other is taken until twice as
many are in memory, and beyond that it is lost, counted and named in the log.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import sqlite_utils
import structlog
import trio

from persistence.frames import DamageFound
from persistence.store.change import Change
from persistence.store.file import BadChangeError, StoreFile, StoreFileError
from persistence.store.readers import Readers, StoreSilentError
from persistence.store.spool import BATCH_MAX, Spool, encoded, spool_path

__all__ = ["Store", "StoreSilentError"]

PENDING_MAX: Final = 20_000  # changes that are not in the database
SPILL_LENGTH: Final = 5_000  # changes in memory before they move to the spool at once
SPILL_AFTER_S: Final = 5.0  # of refusal before they do
PATIENCE_S: Final = 5.0  # a thread that takes longer for one batch is not waited for
ENDING_S: Final = 5.0  # for each of the two things a server does for its changes when it stops
RETRY_S: Final = 1.0

T = TypeVar("T")


class Store:
    """One database and its writing task. Use it from the trio thread.

    Args:
        path: of the database file; the spool lies beside it.

    Attributes:
        waiting: changes that are in memory alone, in order.
        submitted: changes there ever were.
        failures: how often the database or the spool could not be used.
        lost: changes that no file will ever hold.
        spilled: changes that took the way over the spool.

    Raises:
        StoreFileError: the database cannot be opened, or another server has it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spool = Spool(spool_path(path))
        try:
            self._file = StoreFile(path)
            self._readers = Readers(path)
        except BaseException:
            self._spool.close()
            raise
        self.waiting: deque[Change] = deque()
        self.submitted = self.failures = self.lost = self.spilled = self.dropped = 0
        self._spooled = 0  # changes that are in the spool and not known to be in the database
        self._spool_at = 0
        self._refused_since = math.inf
        self._complained = self._closed = False
        self._writing, self._spooling = trio.CapacityLimiter(1), trio.CapacityLimiter(1)
        self._turn = trio.Lock()
        self._wake = trio.Event()
        self._log = structlog.get_logger("ringfall.store").bind(file=str(path))
        self._recover()

    # ---- for everybody --------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """Changes that are not in the database yet."""
        return len(self.waiting) + self._spooled

    @property
    def settled(self) -> int:
        """Of all changes ever submitted, in order, how many nothing has to be done for any more."""
        return self.submitted - self.pending

    @property
    def full(self) -> bool:
        """Whether whoever can should refuse to make more changes."""
        return self.pending >= PENDING_MAX

    def submit(self, change: Change) -> None:
        """Have a change written, some time. Never waits."""
        if self.full and change.minor:
            self.dropped += 1
            return
        if self._closed or len(self.waiting) >= 2 * PENDING_MAX:
            self._lose(change, "the store is closed" if self._closed else "too many wait")
            return
        self.submitted += 1
        self.waiting.append(change)
        self._wake.set()

    async def ask(self, query: Callable[[sqlite_utils.Database], T]) -> T:
        """What ``query`` returns, asked in a thread on a connection that only reads.

        Raises:
            StoreSilentError: the database does not answer in time.
        """
        try:
            return await self._readers.ask(query)
        except StoreFileError as error:
            self._complain(error)
            raise StoreSilentError from None

    async def amend(self, job: Callable[[sqlite_utils.Database], T]) -> T:
        """What ``job`` returns, done on the writing connection when nothing waits any more.

        Raises:
            StoreSilentError: the database refuses; nothing was done.
        """
        async with self._turn:
            if await self._settle():
                try:
                    return await _in_thread(partial(self._file.amend, job), self._writing)
                except StoreFileError as error:
                    self._complain(error)
        raise StoreSilentError

    # ---- the writing task -----------------------------------------------------------------

    async def run(self) -> None:
        """Write changes as they come until cancelled; then what is left, at the least to disk."""
        try:
            while True:
                self._wake = trio.Event()
                async with self._turn:
                    settled = await self._settle()
                if settled:
                    await self._wake.wait()
                else:
                    await trio.sleep(RETRY_S)
        finally:
            with trio.CancelScope(shield=True):
                await self._end()

    async def _end(self) -> None:
        with trio.move_on_after(ENDING_S):
            await self._settle()
        if self.waiting:
            with trio.move_on_after(ENDING_S):
                await self._spill()
        while self.waiting:
            self._lose(self.waiting.popleft(), "the server stopped and no file took it")
        self.close()

    async def _settle(self) -> bool:
        """Write until nothing waits; False when the database refuses."""
        while self.pending or self._spool.size_bytes:
            try:
                if self._spool.size_bytes:
                    await _in_thread(self._apply_some, self._writing)
                else:
                    self._spooled = 0
                    await self._write_line()
            except StoreFileError as error:
                self._complain(error)
                self._refused_since = min(self._refused_since, trio.current_time())
                refused_s = trio.current_time() - self._refused_since
                if refused_s >= SPILL_AFTER_S or len(self.waiting) >= SPILL_LENGTH:
                    await self._spill()
                return False
        self._refused_since = math.inf
        if self._complained:
            self._complained = False
            self._log.info("the database is written again")
        return True

    async def _write_line(self) -> None:
        batch = [self.waiting[index] for index in range(min(BATCH_MAX, len(self.waiting)))]
        for change, error in await _in_thread(partial(self._write, batch), self._writing):
            self._lose(change, str(error))
        for _ in batch:
            self.waiting.popleft()

    def _write(self, batch: Sequence[Change]) -> list[tuple[Change, BadChangeError]]:
        """In a thread: write a batch; what cannot be written by our own fault is returned."""
        try:
            self._file.write(batch)
        except BadChangeError as error:
            if len(batch) == 1:
                return [(batch[0], error)]
            return [wrong for change in batch for wrong in self._write([change])]
        return []

    # ---- the spool ------------------------------------------------------------------------

    def _recover(self) -> None:
        """Apply what a server before this one left in the spool. Before anybody is served."""
        began = self._spool.size_bytes
        while self._spool.size_bytes:
            try:
                self._apply_some()
            except StoreFileError as error:
                self._complain(error)
                return
        if began:
            self._log.info("changes of the last run were written", bytes=began)

    def _apply_some(self) -> None:
        """In a thread: bring the next changes of the spool into the database.

        Applied again after a crash, from the start and in order, they do the same as once.
        """
        try:
            batch, end = self._spool.read(self._spool_at)
        except DamageFound as found:
            aside = self._spool.set_aside()
            self._log.error(
                "changes lost: the spool is damaged, what stood before the damage was written",
                damage=str(found.damage),
                kept=str(aside),
            )
            batch, end = [], self._spool.size_bytes
        for change, error in self._write(batch):
            self._log.error("change lost", change=repr(change), problem=str(error))
        self._spool_at = 0 if self._spool.empty(end) else end

    async def _spill(self) -> None:
        """Move the line to the spool; what it does not take stays in memory."""
        batch = list(self.waiting)
        if not batch:
            return
        payloads, wrong = _payloads(batch)
        try:
            await _in_thread(partial(self._spool.append, payloads), self._spooling)
        except StoreFileError as error:
            self._complain(error)
            return
        for change, problem in wrong:
            self._lose(change, repr(problem))
        for _ in batch:
            self.waiting.popleft()
        self._spooled += len(payloads)
        self.spilled += len(payloads)

    def _lose(self, change: Change, problem: str) -> None:
        self.lost += 1
        self._log.error("change lost", change=repr(change), problem=problem)

    def _complain(self, error: StoreFileError) -> None:
        self.failures += 1
        if not self._complained:
            self._complained = True
            self._log.warning(
                "changes live in memory and in the spool until the database answers",
                problem=str(error),
                waiting=self.pending,
            )

    def close(self) -> None:
        """Close everything. ``run`` does so at its end."""
        self._closed = True
        self._readers.close()
        # A thread that never came back keeps its file; the process ends with it.
        if not self._writing.borrowed_tokens:
            try:
                self._file.close()
            except StoreFileError as error:
                self._complain(error)
        if not self._spooling.borrowed_tokens:
            self._spool.close()


def _payloads(batch: Sequence[Change]) -> tuple[list[bytes], list[tuple[Change, Exception]]]:
    """Changes as a spool holds them, and those of which it cannot."""
    payloads: list[bytes] = []
    wrong: list[tuple[Change, Exception]] = []
    for change in batch:
        try:
            payloads.append(encoded(change))
        except (ValueError, TypeError, RecursionError) as error:
            wrong.append((change, error))
    return payloads, wrong


async def _in_thread(call: Callable[[], T], limiter: trio.CapacityLimiter) -> T:
    with trio.move_on_after(PATIENCE_S):
        # What is given up on may still be done later: applied twice, changes do no harm.
        return await trio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=limiter)
    raise StoreFileError(f"the disk did not answer within {PATIENCE_S:g} s; see to it")
