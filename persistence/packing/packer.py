"""From a sealed journal to its packed file, and back: beside it, checked, synced, renamed.

::

    PACKED_MAGIC (8) | frame: Header | frame: Plan | frame: Chunk | ... | frame: Seal | trailer (16)

Frames, header and trailer are those of a plain journal. So is the seal, but that its index says
for every keyframe in which chunk it is. Nothing is ever overwritten, and the file that was packed
is not touched: whoever replaces one by the other does so when both are on the disk.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from persistence.changes import unpack_changes
from persistence.disk import sync_folder
from persistence.errors import AlreadyExists, BadChanges, BadKeyframe, Unwritable
from persistence.frames import FRAME_HEAD, PACKED_MAGIC, PAYLOAD_MAX_BYTES, frame, trailer
from persistence.journal_file import JournalFile
from persistence.keyframes import unpack_keyframe
from persistence.packing.chunks import CHUNK_CHANGES_MAX_BYTES, Codec, Inner, NotPackable
from persistence.packing.plan import Plan
from persistence.packing.predictions import BadPlanError
from persistence.reader import Journal, open_journal
from persistence.records import Changes, Header, Keyframe, KeyframeEntry, Tick, encode_record

CHUNK_S: Final = 60.0
PART: Final = ".part"
END: Final = (0, None)

_encoder = msgspec.msgpack.Encoder()

PlanOf = Callable[[Header], Plan]
Pause = Callable[[], None]


def pack(source: Path, target: Path, plan_of: PlanOf, pause: Pause | None = None) -> int:
    """Write the packed form of the sealed journal ``source`` to ``target``; its size in bytes.

    What was written is read again and compared, record for record, before it gets its name.

    Raises:
        NotPackable: the journal is not sealed, is damaged, or contradicts itself.
        AlreadyExists: there is something at ``target``.
        JournalError: the journal cannot be read, or the file not be written.
    """
    with open_journal(source) as journal:
        _check_sealed(journal)
        try:
            plan = plan_of(journal.header)
            codec = Codec(journal.header, plan, pause)
        except BadPlanError as error:
            raise NotPackable(f"{source}: {error}") from None
        beside = beside_of(target)
        try:
            _write(beside, _frames(journal, plan, codec))
            _check_whole(journal)
            with open_journal(beside, pause) as again:
                _compare(journal, again, pause)
            return settle(beside, target)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def unpack(source: Path, target: Path) -> int:
    """Write the packed journal ``source`` as a plain one to ``target``; its size in bytes.

    Raises:
        NotPackable: it is damaged.
        AlreadyExists: there is something at ``target``.
        JournalError: it cannot be read, or the file not be written.
    """
    with open_journal(source) as journal:
        _check_sealed(journal)
        seal = journal.seal
        assert seal is not None  # just checked
        beside = beside_of(target)
        try:
            with JournalFile.create(beside, journal.header) as file:
                for _, record in journal.records():
                    file.append(record)
                _check_whole(journal)
                file.seal(
                    tick=seal.tick,
                    final_hash=seal.final_hash,
                    winner=seal.winner,
                    result=seal.result,
                    reason=seal.reason,
                )
            with open_journal(beside) as again:
                _compare(journal, again)
            return settle(beside, target)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def _frames(journal: Journal, plan: Plan, codec: Codec) -> Iterator[bytes]:
    """The bytes of the packed file, piece by piece."""
    opening = PACKED_MAGIC + frame(encode_record(journal.header)) + frame(_encoder.encode(plan))
    yield opening
    offset = len(opening)
    keyframes: list[KeyframeEntry] = []
    for records in _minutes(journal):
        try:
            chunk = codec.fold(records)
        except (BadChanges, BadKeyframe) as error:
            raise NotPackable(f"{journal.path}: {error}") from None
        payload = _encoder.encode(chunk)
        if len(payload) > PAYLOAD_MAX_BYTES:
            raise NotPackable(f"{journal.path}: a minute of it packs to {len(payload)} bytes")
        keyframes += [KeyframeEntry(r.tick, offset) for r in records if isinstance(r, Keyframe)]
        yield frame(payload)
        offset += FRAME_HEAD.size + len(payload)
    assert journal.seal is not None  # only sealed ones are packed
    seal = msgspec.structs.replace(journal.seal, keyframes=tuple(keyframes))
    yield frame(encode_record(seal)) + trailer(offset)


def _minutes(journal: Journal) -> Iterator[list[Inner]]:
    """All records, cut where a chunk may end: behind changes, or before a keyframe without any."""
    header = journal.header
    most = max(1, int(CHUNK_S * header.tick_rate_hz))
    records: list[Inner] = []
    ticks = size = 0
    for _, record in journal.records():
        stale = not header.changes_ticks and isinstance(record, Keyframe) and ticks >= most
        if stale or ticks >= 2 * most:
            yield records
            records, ticks, size = [], 0, 0
        records.append(record)
        ticks += isinstance(record, Tick)
        size += record.raw_size if isinstance(record, Changes) else 0
        full = ticks >= most or size >= CHUNK_CHANGES_MAX_BYTES // 2
        if isinstance(record, Changes) and full:
            yield records
            records, ticks, size = [], 0, 0
    if records:
        yield records


def _check_sealed(journal: Journal) -> None:
    if journal.seal is None:
        raise NotPackable(f"{journal.path}: not sealed: the match runs, or was cut off")


def _check_whole(journal: Journal) -> None:
    """Raise `NotPackable` when damage was met on the way through the file."""
    if journal.damage is not None:
        raise NotPackable(f"{journal.path}: damaged at {journal.damage}")


def _compare(one: Journal, other: Journal, pause: Pause | None = None) -> None:
    """Raise `NotPackable` unless both say the same, record for record."""
    block_bytes = one.header.block_bytes
    same = one.header == other.header and _bare(one) == _bare(other)
    found = []
    count = 0
    for (_, mine), (offset, theirs) in zip_longest(one.records(), other.records(), fillvalue=END):
        if not same or mine is None or theirs is None or not _equal(mine, theirs, block_bytes):
            same = False
            break
        if pause is not None:
            pause()
        count += 1
        if isinstance(theirs, Keyframe):
            found.append(KeyframeEntry(theirs.tick, offset))
    assert one.seal is not None  # or it had not been packed
    same = same and count == one.seal.record_count and found == list(other.keyframes)
    if not same or one.damage is not None or other.damage is not None:
        raise NotPackable(f"{one.path}: what was written from it is not the same")


def _bare(journal: Journal) -> object:
    seal = journal.seal
    if seal is None:
        return None
    ticks = [entry.tick for entry in seal.keyframes]
    return msgspec.structs.replace(seal, keyframes=()), ticks


def _equal(mine: Inner, theirs: Inner, block_bytes: int) -> bool:
    if isinstance(mine, Keyframe) and isinstance(theirs, Keyframe):
        return unpack_keyframe(mine, block_bytes) == unpack_keyframe(theirs, block_bytes)
    if isinstance(mine, Changes) and isinstance(theirs, Changes):
        a, b = unpack_changes(mine, block_bytes), unpack_changes(theirs, block_bytes)
        return (
            a.tick == b.tick
            and len(a.ticks) == len(b.ticks)
            and all(
                np.array_equal(x[0], y[0]) and np.array_equal(x[1], y[1])
                for x, y in zip(a.ticks, b.ticks, strict=True)
            )
        )
    return mine == theirs


def beside_of(target: Path) -> Path:
    """Where ``target`` is written before it gets its name; what a killed attempt left there goes.

    Raises:
        AlreadyExists: there is something at ``target``.
    """
    if target.exists():
        raise AlreadyExists(f"{target}: exists already and is not overwritten")
    beside = target.with_name(f"{target.name.partition('.')[0]}.{os.getpid()}{PART}")
    with contextlib.suppress(OSError):
        beside.unlink(missing_ok=True)  # what a killed attempt left
    return beside


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    try:
        with open(path, "xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unwritable(
            f"{path}: cannot write the journal: {error.strerror or error}; check free space and "
            "permissions"
        ) from error


def settle(beside: Path, target: Path) -> int:
    """Give a finished file its name; its size in bytes.

    Raises:
        AlreadyExists: there is a file of that name by now; it is left as it is.
        Unwritable: the system refuses.
    """
    try:
        # A link, other than a rename, never replaces what is there.
        try:
            os.link(beside, target)
            beside.unlink()
        except (OSError, NotImplementedError) as error:
            if isinstance(error, FileExistsError) or target.exists():
                raise FileExistsError from None
            os.rename(beside, target)  # a file system without links
        sync_folder(target.parent)
        return target.stat().st_size
    except FileExistsError:
        raise AlreadyExists(f"{target}: exists already and is not overwritten") from None
    except OSError as error:
        raise Unwritable(f"{target}: cannot be written: {error.strerror or error}") from error
