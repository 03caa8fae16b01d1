"""The tail: what a killed process had recorded and not yet written survives in mapped memory.

The tick stores its record here before it is applied, and pays a copy in memory: no system call,
no disk. Pages of a shared mapping outlive the process. When the record has reached the journal's
file its room is free again. ``persistence.tail_layout`` draws the bytes, and says why a kill
between any two stores leaves something readable.

Rule when it is full: what waits is never overwritten, since only ticks that follow the file
without a gap are of use. Ticks that find no room are counted, and held again as soon as there is
room; ``reached`` tells a reader of those that were not.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Protocol

from persistence.errors import BadRecord
from persistence.tail_layout import (
    HEAD_BYTES,
    MARK_BYTES,
    REACHED,
    REACHED_AT,
    FramedTick,
    pack_reached,
)

REACHED_END = REACHED_AT + REACHED.size


class Memory(Protocol):
    """What a tail lies in: a mapped file."""

    def __len__(self) -> int:
        """Return the size in bytes."""

    def __setitem__(self, where: slice, data: bytes, /) -> None:
        """Store ``data``; it has the size of the slice."""

    def close(self) -> None:
        """Give the memory back; the file stays."""


class Tail:
    """The tick's end of a tail; make it with ``persistence.tail_file.open_tail``.

    Use it from one thread only. Nothing here waits, or raises for the memory's sake.

    Attributes:
        path: its file.
        in_use_bytes: what is held and not known to be in the journal's file.
        missed_count: ticks that found no room.
    """

    def __init__(self, memory: Memory, mark: bytes, path: Path) -> None:
        """Begin with nothing held; the head is in ``memory``, and ``mark`` is the one it tells."""
        self.path = path
        self.in_use_bytes = 0
        self.missed_count = 0
        self._memory: Memory | None = memory
        self._mark = mark
        self._size = len(memory)
        self._at = HEAD_BYTES
        # (tick, where its entry begins, where it ends) of what is held, oldest first.
        self._held: deque[tuple[int, int, int]] = deque()
        self._carried: dict[int, bytes] = {}

    def carry(self, ticks: list[FramedTick]) -> None:
        """Hold what the life before left; handed over once more, it is known already."""
        for record, data in ticks:
            self.hold(record.tick, data)
            self._carried[record.tick] = data

    def hold(self, tick: int, data: bytes) -> None:
        """Store ``data``, the frame of ``tick``, unless there is no room.

        Raises:
            BadRecord: the life before had recorded something else for this tick.
        """
        if self._memory is None:
            return
        if self._carried and (carried := self._carried.get(tick)) is not None:
            if carried != data:
                raise BadRecord(f"{self.path}: tick {tick} was recorded before, and differs now")
            return
        size = MARK_BYTES + len(data)
        start = self._room(size)
        if start is None:
            self.missed_count += 1
        else:
            self._memory[start : start + size] = self._mark + data
            self._at = start + size
            self._held.append((tick, start, self._at))
            self.in_use_bytes += size
        self._memory[REACHED_AT:REACHED_END] = pack_reached(tick)

    def release(self, due_tick: int) -> None:
        """Free the room of all ticks below ``due_tick``: the journal's file has them."""
        held = self._held
        while held and held[0][0] < due_tick:
            tick, start, end = held.popleft()
            self.in_use_bytes -= end - start
            self._carried.pop(tick, None)

    def close(self) -> None:
        """Let go of the memory; the file stays. May be called again."""
        memory, self._memory = self._memory, None
        if memory is not None:
            memory.close()

    def remove(self) -> None:
        """Delete the tail: everything is in the sealed journal."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _room(self, size: int) -> int | None:
        """Return where ``size`` bytes are free, None when they are nowhere."""
        if not self._held:
            # The same few pages again and again, which stay in the cache.
            return HEAD_BYTES if size <= self._size - HEAD_BYTES else None
        oldest = self._held[0][1]
        if self._at > oldest:
            if size <= self._size - self._at:
                return self._at
            return HEAD_BYTES if size <= oldest - HEAD_BYTES else None
        return self._at if size <= oldest - self._at else None
