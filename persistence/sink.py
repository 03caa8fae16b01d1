"""The tick's end of a journal: a bounded line of records in which nobody ever waits.

Overflow rule: a replay with a hole is worthless behind the hole, so nothing is dropped from
the middle. Records wait, in order, while the disk is slow, full or gone: at most
``BACKLOG_MAX_BYTES`` of them, or ``BACKLOG_MAX_RECORDS``. When that is reached the journal is
closed at its last good record, ``JournalSink.failure`` says why, and the match goes on
unrecorded; whatever is appended after that is counted and dropped.

Whatever becomes of the disk, a tick is in the tail, if there is one and it has room, before
``append`` returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import trio

from persistence.changes import RawChanges
from persistence.errors import BadRecord
from persistence.journal_file import Entry
from persistence.keyframes import RawKeyframe
from persistence.records import Changes, Keyframe, Placement, Tick
from persistence.tail import Tail
from persistence.tail_layout import FramedTick, framed_tick

BACKLOG_MAX_BYTES = 32 * 1024 * 1024
BACKLOG_MAX_RECORDS = 65_536  # 36 minutes at 30 Hz; the bytes usually run out first

# What a tick record takes in memory besides its bytes; an estimate, for the backlog's bound.
RECORD_BYTES = 256
ENTRANT_BYTES = 128


@dataclass(frozen=True, slots=True)
class Ending:
    """The arguments of ``JournalFile.seal``, as the last message in the channel."""

    fields: dict[str, Any]


def backlog_bytes(record: Entry) -> int:
    """Return about how many bytes ``record`` takes while it waits."""
    if isinstance(record, FramedTick):
        tick, data = record
        waiting = len(data) + len(tick.commands)
        return RECORD_BYTES + ENTRANT_BYTES * len(tick.joins) + waiting
    if isinstance(record, RawKeyframe):
        return RECORD_BYTES + len(record.block)
    if isinstance(record, RawChanges):
        return RECORD_BYTES * (1 + len(record.ticks)) + record.size_bytes
    if isinstance(record, Keyframe | Changes):
        return RECORD_BYTES + len(record.zstd)
    return RECORD_BYTES + ENTRANT_BYTES * len(record.joins) + len(record.commands)


class JournalSink:
    """The tick's end of a journal. Nothing here waits, blocks or raises for the disk's sake.

    Use it from the trio thread only. ``failure`` is None as long as the match is recorded;
    afterwards it is one sentence for the log and the operator.

    Attributes:
        failure: why the match is no longer recorded.
        dropped_count: records dropped after the end or a failure.
        outage_count: how often the disk began to refuse.
        backlog_bytes: about how much waits for the disk.
        ending: set when no more records will come: sealed, closed or failed.
        receive_channel: the other end, for ``write_journal`` alone.
        tail: what ticks survive a kill in, None without one. ``write_journal`` frees its room,
            and removes it once the journal is sealed.
    """

    def __init__(
        self,
        *,
        backlog_max_bytes: int = BACKLOG_MAX_BYTES,
        backlog_max_records: int = BACKLOG_MAX_RECORDS,
        tail: Tail | None = None,
    ) -> None:
        """Make an empty sink with these bounds."""
        self.tail = tail
        self.failure: str | None = None
        self.dropped_count = 0
        self.outage_count = 0
        self.backlog_bytes = 0
        self._backlog_max_bytes = backlog_max_bytes
        self._send, self.receive_channel = trio.open_memory_channel[Entry | Ending](
            backlog_max_records
        )
        self.ending = trio.Event()

    @property
    def closed(self) -> bool:
        """Whether the sink takes no more records."""
        return self.ending.is_set()

    def append(self, record: Entry) -> None:
        """Hand over ``record``; it must not be changed afterwards.

        Records must come in the order ``persistence.tally`` asks for: a keyframe of tick t,
        then tick t, then changes up to it, then t + 1. After an overflow or the end, ``record``
        is counted and dropped.
        """
        if self.tail is not None and type(record) is Tick:
            record = self._held(record, self.tail)
        if self.closed:
            self.dropped_count += 1
            return
        size_bytes = backlog_bytes(record)
        if self.backlog_bytes + size_bytes > self._backlog_max_bytes:
            self._overflow()
            return
        try:
            self._send.send_nowait(record)
        except trio.WouldBlock:
            self._overflow()
            return
        except trio.BrokenResourceError:
            self.fail("the journal task has ended")
            self.dropped_count += 1
            return
        self.backlog_bytes += size_bytes

    def seal(
        self,
        *,
        tick: int,
        final_hash: int,
        winner: int | None = None,
        result: Sequence[Placement] = (),
        reason: Literal["finished", "stopped"] = "finished",
    ) -> None:
        """Ask for the seal (arguments as ``JournalFile.seal``) and close the sink."""
        if self.closed:
            return
        fields = {
            "tick": tick,
            "final_hash": final_hash,
            "winner": winner,
            "result": tuple(result),
            "reason": reason,
        }
        try:
            self._send.send_nowait(Ending(fields))
        except trio.WouldBlock:
            self._overflow()
            return
        except trio.BrokenResourceError:
            self.fail("the journal task has ended")
            return
        self.close()

    def close(self) -> None:
        """End the journal without a seal, as a crash would; what was appended is written."""
        self.ending.set()
        self._send.close()

    def fail(self, reason: str) -> None:
        """Stop recording; the first reason stays."""
        if self.failure is None:
            self.failure = reason
        self.close()

    def _held(self, record: Tick, tail: Tail) -> Entry:
        """Store ``record`` in the tail, and return it as the file will get it.

        When the disk has failed, the tail goes on as long as it has room.
        """
        if self.closed and self.failure is None:
            return record
        try:
            framed = framed_tick(record)
            tail.hold(record.tick, framed.data)
        except BadRecord as error:
            self.fail(str(error))
            return record
        return framed

    def _overflow(self) -> None:
        self.dropped_count += 1
        self.fail(f"the disk did not keep up: {self.backlog_bytes} bytes of records were waiting")
