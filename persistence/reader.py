"""Reading a journal: whatever happened to the file, everything before the damage is usable.

Nothing here raises anything but ``JournalError``. A journal whose header can be read always
opens; what is wrong with the rest is in ``Journal.damage``. Reading is chunked, not mapped: a
live journal may be cut back by its writer, and a mapping would turn that into a dead process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from persistence.changes import unpack_changes
from persistence.errors import BadChanges, BadKeyframe, Damage
from persistence.frames import (
    FRAME_HEAD,
    PACKED_MAGIC,
    TRAILER,
    DamageFound,
    read_frames,
    seal_offset,
    trailer,
)
from persistence.keyframes import RawKeyframe, unpack_keyframe
from persistence.opening import decoded, read_header, read_header_frame
from persistence.packing.chunks import BadChunk
from persistence.packing.unfolding import Packing, read_packing
from persistence.records import Changes, Header, Keyframe, KeyframeEntry, Record, Seal, Tick
from persistence.source import Source
from persistence.tally import Tally

__all__ = ["Journal", "open_journal", "read_header"]


class Journal:
    """A journal open for reading. Make it with ``open_journal``; close it or use ``with``.

    Attributes:
        header: what the match started from.
        seal: outcome and index; None when the match never ended or its end is damaged.
        keyframes: where keyframes are, by rising tick.
        first_tick: tick of the first tick record, None without one.
        end_tick: the tick that would come next, None in a journal without records.
        end_offset: byte offset where the good records end; the seal, if any, begins there.
        size_bytes: size of the file when it was opened.
        damage: the first damage known, None as long as none was seen. A sealed journal opens
            through its index and is checked as far as it is read; ``verify`` reads it all.
    """

    def __init__(
        self, source: Source, header: Header, start: int, packing: Packing | None = None
    ) -> None:
        """Take over ``source``, whose records start at byte ``start``.

        ``packing`` unfolds the chunks of a packed one.
        """
        self._source = source
        self._start = start
        self._packing = packing
        self.path = source.path
        self.header = header
        self.seal: Seal | None = None
        self.size_bytes = source.size_bytes
        self.end_offset = start
        self.tally = Tally.of(header)
        self.damage: Damage | None = None

    @property
    def packed(self) -> bool:
        """Whether the file is the packed form: complete, and nothing is ever added to it."""
        return self._packing is not None

    @property
    def keyframes(self) -> tuple[KeyframeEntry, ...]:
        """Where keyframes are, by rising tick."""
        return tuple(self.tally.keyframes)

    @property
    def first_tick(self) -> int | None:
        """Tick of the first tick record, None without one."""
        return self.tally.first_tick

    @property
    def end_tick(self) -> int | None:
        """The tick that would come next; None in a journal without records."""
        return self.tally.due_tick

    def ticks(self, from_tick: int = 0) -> Iterator[Tick]:
        """Yield the tick records from ``from_tick`` on, in order, without a gap.

        Stops at the end or at the first damage, which is then in ``damage``.

        Raises:
            Unreadable: the operating system failed.
        """
        found = self._keyframe_before(from_tick)
        start = self._start if found is None else found[0]
        tally = Tally.of(self.header)
        for _, record in self._records(start, self.end_offset, tally, ticks_only=True):
            if type(record) is Tick and record.tick >= from_tick:
                yield record

    def records(self) -> Iterator[tuple[int, Tick | Keyframe | Changes]]:
        """Yield ``(byte offset, record)`` of everything between header and seal."""
        return self._records(self._start, self.end_offset, Tally.of(self.header))

    def nearest_keyframe(self, tick: int) -> RawKeyframe | None:
        """Return the newest good keyframe at or before ``tick``, unpacked; None without one.

        A damaged keyframe is noted in ``damage`` and an older one is taken.

        Raises:
            Unreadable: the operating system failed.
        """
        found = self._keyframe_before(tick)
        return None if found is None else found[1]

    def verify(self) -> Damage | None:
        """Read and unpack everything, and return the first damage, if any."""
        tally = Tally.of(self.header)
        for offset, record in self._records(self._start, self.end_offset, tally):
            try:
                if isinstance(record, Keyframe):
                    unpack_keyframe(record, self.header.block_bytes)
                elif isinstance(record, Changes):
                    unpack_changes(record, self.header.block_bytes)
            except (BadKeyframe, BadChanges) as error:
                self._note(Damage(offset, str(error)))
                break
        else:
            refusal = None if self.seal is None else tally.refusal(self.seal)
            if refusal is not None:
                self._note(Damage(self.end_offset, refusal))
        return self.damage

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def _note(self, damage: Damage) -> None:
        if self.damage is None or damage.offset < self.damage.offset:
            self.damage = damage

    def _records(
        self, start: int, stop: int, tally: Tally, ticks_only: bool = False
    ) -> Iterator[tuple[int, Tick | Keyframe | Changes]]:
        """Yield counted records of bytes ``start`` to ``stop``; damage is noted and ends it."""
        try:
            for offset, record in self._inner(start, stop, ticks_only):
                refusal = tally.refusal(record)
                if refusal is None and isinstance(record, Seal):
                    refusal = "a seal before the end"
                if refusal is not None:
                    raise DamageFound(offset, refusal)
                assert isinstance(record, Tick | Keyframe | Changes)  # what refusal() lets through
                tally.add(record, offset)
                yield offset, record
        except DamageFound as found:
            self._note(found.damage)

    def _inner(
        self, start: int, stop: int, ticks_only: bool = False
    ) -> Iterator[tuple[int, Record]]:
        """Yield ``(byte offset of the frame, record)`` of all records in these bytes."""
        for offset, payload in read_frames(self._source.read_at, start, stop):
            if self._packing is None:
                yield offset, decoded(offset, payload)
                continue
            try:
                for record in self._packing.unfold(payload, ticks_only):
                    yield offset, record
            except BadChunk as error:
                raise DamageFound(offset, str(error)) from error

    def _keyframe_before(self, tick: int) -> tuple[int, RawKeyframe] | None:
        """Return offset and block of the newest good keyframe at or before ``tick``."""
        for entry in reversed(self.tally.keyframes):
            if entry.tick > tick:
                continue
            try:
                return entry.offset, self._keyframe_at(entry)
            except DamageFound as found:
                self._note(found.damage)
        return None

    def _keyframe_at(self, entry: KeyframeEntry) -> RawKeyframe:
        for offset, record in self._inner(entry.offset, self.end_offset):
            if not isinstance(record, Keyframe) or record.tick != entry.tick:
                if self.packed and offset == entry.offset:
                    continue  # elsewhere in its chunk
                break
            try:
                return unpack_keyframe(record, self.header.block_bytes)
            except BadKeyframe as error:
                raise DamageFound(offset, str(error)) from error
        raise DamageFound(entry.offset, f"no keyframe of tick {entry.tick} where the index says")

    def _open_by_index(self) -> bool:
        """Take seal and index from the end of the file; False when they do not hold up."""
        end = self.size_bytes - TRAILER.size
        offset = seal_offset(self._source.read_at(max(end, 0), TRAILER.size))
        if offset is None or not self._start <= offset < end:
            return False
        try:
            [(_, payload)] = read_frames(self._source.read_at, offset, end)
            seal = decoded(offset, payload)
        except (DamageFound, ValueError):
            return False  # not exactly one good frame: the scan will say what is wrong
        if not isinstance(seal, Seal) or not _plausible(seal, self._start, offset, self.packed):
            return False
        self.seal = seal
        self.end_offset = offset
        self.tally.first_tick = seal.first_tick
        self.tally.due_tick = seal.tick
        self.tally.record_count = seal.record_count
        self.tally.keyframes = list(seal.keyframes)
        return True

    def _open_by_scan(self) -> None:
        """Read the file from the start up to its end or the first damage."""
        try:
            for offset, record in self._inner(self._start, self.size_bytes):
                if (refusal := self.tally.refusal(record)) is not None:
                    raise DamageFound(offset, refusal)
                if isinstance(record, Seal):
                    self.seal = record
                    self.end_offset = offset
                    self._check_trailer(offset, self._frame_end(offset))
                    return
                assert isinstance(record, Tick | Keyframe | Changes)  # what refusal() lets through
                self.tally.add(record, offset)
                self.end_offset = self._frame_end(offset)
        except DamageFound as found:
            self._note(found.damage)

    def _frame_end(self, offset: int) -> int:
        length, _ = FRAME_HEAD.unpack(self._source.read_at(offset, FRAME_HEAD.size))
        return offset + FRAME_HEAD.size + int(length)

    def _check_trailer(self, offset: int, end: int) -> None:
        """Note what is wrong behind the seal at ``offset``, whose frame ends at ``end``."""
        whole = trailer(offset)
        if self._source.read_at(end, len(whole)) != whole:
            self._note(Damage(end, "the trailer is cut short or damaged; the seal is good"))
        elif (rest := self.size_bytes - end - len(whole)) > 0:
            self._note(Damage(end + len(whole), f"{rest} bytes behind the end of the journal"))


def open_journal(path: str | os.PathLike[str], pause: Callable[[], None] | None = None) -> Journal:
    """Open the journal ``path``, sealed or not, plain or packed, whole or damaged.

    A sealed journal opens through its index in constant time; any other is read once.

    Args:
        path: of the file.
        pause: called after every state that a packed one leads to; see ``packing.chunks.Codec``.

    Raises:
        NotAJournal: it is another kind of file, empty, or a folder.
        UnsupportedFormat: another version of the format.
        DamagedJournal: the header cannot be read, so nothing can be replayed.
        Unreadable: the operating system failed.
    """
    source = Source(Path(path))
    try:
        header, start = read_header_frame(source)
        packing = None
        if source.read_at(0, len(PACKED_MAGIC)) == PACKED_MAGIC:
            packing, start = read_packing(source, header, start, pause)
        journal = Journal(source, header, start, packing)
        if not journal._open_by_index():
            journal._open_by_scan()
    except BaseException:
        source.close()
        raise
    return journal


def _plausible(seal: Seal, start: int, stop: int, packed: bool) -> bool:
    """Return whether the index of ``seal`` can be one of a file with these bounds."""
    last_offset, last_tick = start - 1, 0
    for entry in seal.keyframes:
        # A chunk may hold several keyframes.
        least = last_offset + (not packed or last_offset < start)
        if not least <= entry.offset < stop or entry.tick < last_tick:
            return False
        last_offset, last_tick = entry.offset, entry.tick
    return True
