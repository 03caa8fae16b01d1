"""Writing a journal, synchronously: the file is always its header and whole records.

Headless simulations use ``JournalFile`` directly; a live match puts ``persistence.writer``
between the tick and this file. Only one thread at a time may use an object.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from persistence import reader
from persistence.changes import RawChanges, pack_changes
from persistence.disk import Disk, create_disk, reopen_disk, sync_folder
from persistence.errors import (
    AlreadyExists,
    BadRecord,
    DamagedJournal,
    JournalGone,
    Sealed,
    Unwritable,
)
from persistence.frames import MAGIC, frame, trailer
from persistence.keyframes import RawKeyframe, pack_keyframe
from persistence.records import Changes, Header, Keyframe, Placement, Seal, Tick, encode_record
from persistence.tail_layout import FramedTick
from persistence.tally import Tally

Entry: TypeAlias = Tick | FramedTick | Keyframe | RawKeyframe | Changes | RawChanges
_Packed: TypeAlias = Tick | Keyframe | Changes
OpenDisk: TypeAlias = Callable[[Path], Disk]

# What a kill or power loss can tear off is about a sync interval's worth. More than this is
# damage in the middle, and cutting there would destroy good records behind it.
RESUME_CUT_MAX_BYTES = 4 * 1024 * 1024


class JournalFile:
    """One journal being written. Make it with ``create`` or ``resume``.

    ``size_bytes`` is where the last good record ends; ``tally`` says what was written.
    """

    def __init__(self, path: Path, disk: Disk, size_bytes: int, tally: Tally) -> None:
        """Continue ``disk``, which holds ``size_bytes`` good bytes; use the class methods."""
        self.path = path
        self.size_bytes = size_bytes
        self.tally = tally
        self.sealed = False
        self.closed = False
        self._disk = disk
        self._torn = False  # bytes of an unfinished write may stand behind size_bytes

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], header: Header, *, open_disk: OpenDisk = create_disk
    ) -> Self:
        """Create the journal ``path`` with ``header``, safe on disk when this returns.

        Raises:
            AlreadyExists: there is a file of that name; it is left as it is.
            Unwritable: the file cannot be created or written; nothing is left behind.
            BadRecord: ``header`` is out of range.
        """
        path = Path(path)
        opening = MAGIC + frame(encode_record(header))
        try:
            disk = open_disk(path)
        except FileExistsError:
            raise AlreadyExists(
                f"{path}: exists already and is not overwritten; choose another name"
            ) from None
        except (OSError, ValueError) as error:
            raise _unwritable(path, "cannot create the journal", error) from error
        journal = cls(path, disk, 0, Tally.of(header))
        try:
            journal._write(opening)
            journal.sync()
        except Unwritable:
            journal.close()
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        sync_folder(path.parent)
        return journal

    @classmethod
    def resume(cls, path: str | os.PathLike[str], *, open_disk: OpenDisk = reopen_disk) -> Self:
        """Open the unsealed journal ``path`` to go on after its last good record.

        A torn tail is cut off first. The next tick must be ``tally.due_tick``.

        Raises:
            Sealed: the journal is complete.
            DamagedJournal: the damage is not at the tail; cutting would lose good records.
            InUse: another process is writing it.
            Unwritable: the file cannot be opened for writing.
            JournalError: it cannot be read either.
        """
        path = Path(path)
        try:
            disk = open_disk(path)
        except (OSError, ValueError) as error:
            raise _unwritable(path, "cannot go on with the journal", error) from error
        try:
            with reader.open_journal(path) as journal:
                return cls.continued(journal, disk)
        except BaseException:
            disk.close()
            raise

    @classmethod
    def continued(cls, journal: reader.Journal, disk: Disk) -> Self:
        """Go on with ``journal``, which was read whole, on ``disk``; errors as ``resume``.

        The disk still belongs to the caller when this raises.
        """
        if journal.seal is not None or journal.packed:
            raise Sealed(f"{journal.path}: sealed, nothing can be appended")
        cut_bytes = journal.size_bytes - journal.end_offset
        if journal.damage is not None and cut_bytes > RESUME_CUT_MAX_BYTES:
            raise DamagedJournal(str(journal.path), journal.damage)
        resumed = cls(journal.path, disk, journal.end_offset, journal.tally)
        resumed._torn = cut_bytes > 0
        resumed._mend()
        return resumed

    def append(self, record: Entry) -> None:
        """Append one record; see ``append_all``."""
        self.append_all((record,))

    def append_all(self, records: Sequence[Entry]) -> None:
        """Append ``records`` with one write: all of them, or none.

        Raises:
            BadRecord: a record is out of range or out of order; nothing was written.
            Sealed: the journal is sealed or closed.
            Unwritable: the disk refused; the file was cut back to the last good record, and
                the same call may be tried again.
        """
        self._check_open()
        mark, size_bytes = self.tally.mark(), self.size_bytes
        try:
            self._write(self._framed(records))
        finally:
            if self.size_bytes == size_bytes:  # refused, or interrupted half way
                self.tally.rewind(mark)

    def _framed(self, records: Sequence[Entry]) -> bytes:
        """Return the frames of ``records``, counted in the tally."""
        frames = []
        offset = self.size_bytes
        for entry in records:
            record = entry.record if isinstance(entry, FramedTick) else _packed(entry)
            if (refusal := self.tally.refusal(record)) is not None:
                raise BadRecord(f"{self.path}: {refusal}")
            framed = entry.data if isinstance(entry, FramedTick) else frame(encode_record(record))
            self.tally.add(record, offset)
            frames.append(framed)
            offset += len(framed)
        return b"".join(frames)

    def sync(self) -> None:
        """Wait until everything appended would survive a power loss.

        Raises:
            JournalGone: the file was deleted.
            Unwritable: the disk refused.
        """
        try:
            self._disk.fdatasync()
        except FileNotFoundError as error:
            raise JournalGone(f"{self.path}: {error}; the match goes unrecorded") from error
        except OSError as error:
            raise _unwritable(self.path, "cannot sync the journal", error) from error

    def seal(
        self,
        *,
        tick: int,
        final_hash: int,
        winner: int | None = None,
        result: Sequence[Placement] = (),
        reason: str = "finished",
    ) -> None:
        """Append outcome, index and trailer, and sync. Nothing can be appended afterwards.

        Args:
            tick: the state's tick counter now; every tick below it was applied.
            final_hash: the state hash now.
            winner: slot of the winner, None without one.
            result: placement rows, best first.
            reason: ``"finished"``, or ``"stopped"`` when the match was broken off.

        Raises:
            BadRecord, Sealed, Unwritable: as ``append_all``.
        """
        self._check_open()
        seal = Seal(
            tick=tick,
            final_hash=final_hash,
            winner=winner,
            result=tuple(result),
            keyframes=tuple(self.tally.keyframes),
            first_tick=self.tally.first_tick,
            record_count=self.tally.record_count,
            reason=reason,  # type: ignore[arg-type]  # checked by encode_record
        )
        if (refusal := self.tally.refusal(seal)) is not None:
            raise BadRecord(f"{self.path}: {refusal}")
        self._write(frame(encode_record(seal)) + trailer(self.size_bytes))
        self.sealed = True
        self.sync()

    def close(self) -> None:
        """Close the file at its last good record. Never raises; may be called again."""
        if self.closed:
            return
        self.closed = True
        with contextlib.suppress(Unwritable):
            self._mend()
        with contextlib.suppress(OSError):
            self._disk.close()

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

    def _check_open(self) -> None:
        if self.sealed or self.closed:
            raise Sealed(f"{self.path}: {'sealed' if self.sealed else 'closed'} already")

    def _write(self, data: bytes) -> None:
        """Append ``data`` whole, or cut the file back to where it was and raise."""
        self._mend()
        self._torn = True  # also true when Ctrl-C lands in here
        rest = memoryview(data)
        try:
            while rest:
                taken = self._disk.write(rest)
                if not taken:
                    raise OSError(errno.EIO, "the disk takes no bytes")
                rest = rest[taken:]
        except OSError as error:
            # When even cutting back fails, the next write or close tries that first.
            with contextlib.suppress(Unwritable):
                self._mend()
            raise _unwritable(self.path, "cannot write the journal", error) from error
        self.size_bytes += len(data)
        self._torn = False

    def _mend(self) -> None:
        """Cut off what a failed write left behind the last good record."""
        if not self._torn:
            return
        try:
            self._disk.truncate(self.size_bytes)
        except OSError as error:
            raise _unwritable(self.path, "cannot cut back the journal", error) from error
        self._torn = False


def _packed(entry: Tick | Keyframe | RawKeyframe | Changes | RawChanges) -> _Packed:
    if isinstance(entry, RawKeyframe):
        return pack_keyframe(entry)
    return pack_changes(entry) if isinstance(entry, RawChanges) else entry


def _unwritable(path: Path, doing: str, error: Exception) -> Unwritable:
    reason = getattr(error, "strerror", None) or error
    return Unwritable(f"{path}: {doing}: {reason}; check free space and permissions")
