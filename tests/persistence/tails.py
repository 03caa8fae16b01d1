"""Tails in files and in lists, for tests."""

from __future__ import annotations

from pathlib import Path

from persistence.journal_file import JournalFile
from persistence.records import Header, Tick
from persistence.sink import JournalSink
from persistence.tail import Tail
from persistence.tail_file import TailFound, find_tail, open_tail, read_tail, tail_name
from persistence.tail_layout import HEAD_BYTES, MARK_BYTES, framed_tick
from tests.persistence.samples import header

SMALL_BYTES = HEAD_BYTES + 4096


class Stores:
    """Memory that remembers every store, so that a kill after any of them can be acted out."""

    def __init__(self, size: int = SMALL_BYTES) -> None:
        self.data = bytearray(size)
        self.stores: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        return len(self.data)

    def __setitem__(self, where: slice, data: bytes) -> None:
        assert where.stop - where.start == len(data)
        assert where.start >= 0
        assert where.stop <= len(self.data)
        self.stores.append((where.start, data))
        self.data[where] = data

    def close(self) -> None:
        pass


def small_tail(folder: Path, due_tick: int = 0, name: str = "m.journal", **fields: str) -> Tail:
    """A tail with room for a few ticks, of the samples' journal ``folder/name``."""
    tail, problems = open_tail(
        folder / name, header(**fields), folder / "tails", due_tick, size_bytes=SMALL_BYTES
    )
    assert problems == []
    return tail


def hold(tail: Tail, *records: Tick) -> None:
    for record in records:
        tail.hold(record.tick, framed_tick(record).data)


def found(folder: Path, of: Header | None = None) -> TailFound:
    """The tail that ``small_tail`` made, as it is now, whoever writes it."""
    of = of or header()
    path = folder / "tails" / tail_name(of)
    copy = folder / "a copy"
    copy.write_bytes(path.read_bytes())
    return read_tail(copy, of)


def best(folder: Path) -> TailFound:
    search = find_tail(folder / "m.journal", header(), folder / "tails")
    assert search.best is not None
    return search.best


def sink_with(tail: Tail, file: JournalFile | None = None, **bounds: int) -> JournalSink:
    return JournalSink(tail=tail, **bounds)


MARK = bytes(range(1, MARK_BYTES + 1))
