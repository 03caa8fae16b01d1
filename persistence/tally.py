"""The tally: what the records so far add up to, and why a record cannot come next.

Writer and reader keep the same tally, so a file the writer accepted is a file the reader
accepts, and a gap in the ticks is noticed by both: a replay with a hole is wrong from the hole
on, however intact the bytes are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from persistence.changes import raw_max_bytes
from persistence.records import (
    Changes,
    Entrant,
    Header,
    Keyframe,
    KeyframeEntry,
    Record,
    Seal,
    Tick,
)

Mark: TypeAlias = tuple[int | None, int | None, int | None, int, tuple[int, int, int]]

# No match has more slots; of a forged file no more is kept.
PEOPLE_MAX = 65_535


@dataclass(slots=True)
class Tally:
    """Running totals of one journal.

    ``due_tick`` is the tick the next record must have, None until the first record sets it;
    ``changed_tick`` is the last one that changes were told of; ``keyframes`` holds the keyframes
    seen so far, in file order; ``entrants`` and ``leavers`` who entered and which slots left, in
    that order, as far as the ticks were read one by one.
    """

    block_bytes: int
    changes_ticks: int
    first_tick: int | None = None
    due_tick: int | None = None
    changed_tick: int | None = None
    record_count: int = 0
    keyframes: list[KeyframeEntry] = field(default_factory=list)
    entrants: list[Entrant] = field(default_factory=list)
    leavers: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, header: Header) -> Tally:
        """Return the empty tally of a journal with this header."""
        return cls(header.block_bytes, header.changes_ticks)

    def refusal(self, record: Record) -> str | None:
        """Return why ``record`` cannot come next, or None when it can."""
        if type(record) is Tick:
            return self._refusal_by_tick(record.tick)
        if type(record) is Keyframe:
            if record.raw_size != self.block_bytes:
                return (
                    f"keyframe of {record.raw_size} bytes, but the header's block has "
                    f"{self.block_bytes}"
                )
            return self._refusal_by_tick(record.tick)
        if type(record) is Changes:
            return self._refusal_of_changes(record)
        if type(record) is Seal:
            return self._refusal_of_seal(record)
        return "a second header"

    def _refusal_by_tick(self, tick: int) -> str | None:
        if self.due_tick is None or tick == self.due_tick:
            return None
        return f"tick {tick} where tick {self.due_tick} was due"

    def _refusal_of_changes(self, changes: Changes) -> str | None:
        name = f"changes of {changes.count} ticks from {changes.tick} on"
        if not 1 <= changes.count <= self.changes_ticks:
            return f"{name}, but the header allows 1 to {self.changes_ticks}"
        if changes.raw_size > raw_max_bytes(self.block_bytes):
            return f"{name} of {changes.raw_size} bytes are more than two states can differ"
        if self.due_tick is None or changes.tick + changes.count != self.due_tick:
            return f"{name} where tick {self.due_tick} was due"
        if self.changed_tick is not None and changes.tick <= self.changed_tick:
            return f"{name}, but those up to {self.changed_tick} were there"
        return None

    def _refusal_of_seal(self, seal: Seal) -> str | None:
        # The last recorded tick may not have been applied: it is recorded first.
        if self.due_tick is not None and not self.due_tick - 1 <= seal.tick <= self.due_tick:
            return f"sealed at tick {seal.tick}, but the records end before {self.due_tick}"
        if seal.record_count != self.record_count:
            return f"the seal counts {seal.record_count} records, there are {self.record_count}"
        if seal.first_tick != self.first_tick:
            return f"the seal starts at tick {seal.first_tick}, the records at {self.first_tick}"
        if list(seal.keyframes) != self.keyframes:
            return "the seal's index does not match the keyframes"
        return None

    def add(self, record: Tick | Keyframe | Changes, offset: int) -> None:
        """Count ``record``, whose frame starts at byte ``offset``."""
        self.record_count += 1
        if type(record) is Tick:
            self._add_tick(record)
        elif type(record) is Keyframe:
            self.due_tick = record.tick
            self.keyframes.append(KeyframeEntry(record.tick, offset))
        elif type(record) is Changes:
            self.changed_tick = record.tick + record.count - 1

    def _add_tick(self, record: Tick) -> None:
        self.due_tick = record.tick + 1
        if self.first_tick is None:
            self.first_tick = record.tick
        if record.joins:
            self.entrants += record.joins[: PEOPLE_MAX - len(self.entrants)]
        if record.leaves:
            self.leavers += record.leaves[: PEOPLE_MAX - len(self.leavers)]

    def mark(self) -> Mark:
        """Return what ``rewind`` needs to forget everything added after this point."""
        counts = len(self.keyframes), len(self.entrants), len(self.leavers)
        return self.first_tick, self.due_tick, self.changed_tick, self.record_count, counts

    def rewind(self, mark: Mark) -> None:
        """Forget everything added since ``mark`` was taken."""
        self.first_tick, self.due_tick, self.changed_tick, self.record_count, counts = mark
        del self.keyframes[counts[0] :]
        del self.entrants[counts[1] :]
        del self.leavers[counts[2] :]
