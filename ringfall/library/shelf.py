"""The files of the library: found, packed, unpacked, taken elsewhere and taken in.

A match has one file, ``<match id>.journal`` or ``<match id>.journal.packed``. Each step is such
that whoever is killed between two of them leaves at least one whole file, never half of one under
a name of its own: written beside as ``<match id>.<process>.part``, compared, synced, named; only
then does the other form go. Whoever finds both finds two that say the same, and the packed one is
kept.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from persistence.disk import sync_folder
from persistence.errors import AlreadyExists, JournalError, Unreadable, Unwritable
from persistence.frames import TRAILER, seal_offset
from persistence.packing.packer import PART, beside_of, pack, settle, unpack
from persistence.reader import open_journal
from persistence.source import Source
from persistence.store.recordings import RecordingSealed
from ringfall.library.entries import ID, PACKED, PLAIN, NoEntryError, entry_of, entry_of_journal
from ringfall.library.plans import plan_of

Pause = Callable[[], None]


def match_id_of(path: Path) -> str:
    """The match a recording is named after."""
    return path.name.partition(PLAIN)[0]


def is_sealed(path: Path) -> bool:
    """Whether a file ends like a sealed journal; costs nothing, also while it is written."""
    source = Source(path)
    try:
        start = max(0, source.size_bytes - TRAILER.size)
        return seal_offset(source.read_at(start, TRAILER.size)) is not None
    finally:
        source.close()


def sealed_in(folder: Path) -> dict[str, list[Path]]:
    """Sealed recordings by match, the packed form first where both are there.

    Raises:
        Unreadable: the folder cannot be read.
    """
    found: dict[str, list[Path]] = {}
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError as error:
        raise Unreadable(f"{folder}: cannot be read: {error.strerror or error}") from None
    for name in names:
        if name.endswith((PACKED, PLAIN)):
            with contextlib.suppress(JournalError):  # gone by now, or not to be read
                if is_sealed(folder / name):
                    found.setdefault(match_id_of(Path(name)), []).insert(0, folder / name)
    return found


def find(folder: Path, name: str) -> Path:
    """The recording of a match in ``folder``, by its id, or the file that ``name`` is a path of.

    Raises:
        NoEntryError: there is none.
    """
    if ID.fullmatch(name):
        for suffix in (PACKED, PLAIN):
            if (folder / (name + suffix)).is_file():
                return folder / (name + suffix)
    if Path(name).is_file():
        return Path(name)
    raise NoEntryError(f"{name}: no recording of that name in {folder}, and no such file")


def pack_here(path: Path, pause: Pause | None = None) -> Path:
    """Put the packed form in the place of a plain recording.

    Raises:
        JournalError: it stays as it is, and why.
    """
    if path.name.endswith(PACKED):
        raise AlreadyExists(f"{path}: packed already")
    target = path.with_name(match_id_of(path) + PACKED)
    if not target.exists():
        pack(path, target, plan_of, pause)
    drop_twin(path, target)
    return target


def unpack_here(path: Path) -> Path:
    """Put the plain form in the place of a packed recording.

    Raises:
        JournalError: it stays as it is, and why.
    """
    if not path.name.endswith(PACKED):
        raise AlreadyExists(f"{path}: not packed")
    target = path.with_name(match_id_of(path) + PLAIN)
    if not target.exists():
        unpack(path, target)
    drop_twin(path, target)
    return target


def drop_twin(path: Path, kept: Path) -> None:
    """Delete ``path``, of which ``kept`` is another form, when that is whole and of this match.

    Raises:
        JournalError: ``kept`` is neither; both stay.
    """
    with open_journal(path) as mine, open_journal(kept) as other:
        damage = other.verify()
        same = mine.header == other.header and mine.end_tick == other.end_tick
        if damage is not None or other.seal is None or not same:
            raise NoEntryError(f"{kept}: not a whole copy of {path.name}; both are kept")
    _delete(path)


def export(path: Path, target: Path) -> int:
    """Write a recording into one packed file that needs nothing else; its size in bytes.

    Raises:
        JournalError: the recording is not whole, there is a file already, or it cannot be written.
    """
    if not path.name.endswith(PACKED):
        return pack(path, target, plan_of)
    with open_journal(path) as journal:
        entry_of_journal(journal)
        if journal.verify() is not None:
            raise NoEntryError(f"{path}: damaged at {journal.damage}")
    return _copy(path, target)


def take_in(source: Path, folder: Path) -> RecordingSealed:
    """Take a file from elsewhere into the library, checked from end to end before it has a name.

    Raises:
        JournalError: it is no whole sealed journal, or the match is there already.
    """
    with open_journal(source) as journal:
        entry = entry_of_journal(journal)
        if journal.verify() is not None:
            raise NoEntryError(f"{source}: damaged at {journal.damage}")
        packed = journal.packed
    match_id = entry.recording.match_id
    for suffix in (PACKED, PLAIN):
        if (folder / (match_id + suffix)).exists():
            raise AlreadyExists(f"{folder / (match_id + suffix)}: the match is there already")
    target = folder / (match_id + (PACKED if packed else PLAIN))
    _copy(source, target)
    return entry_of(target)


def remove(path: Path) -> None:
    """Delete a recording.

    Raises:
        Unwritable: the system refuses.
    """
    _delete(path)


def sweep_parts(folder: Path) -> list[Path]:
    """Delete what killed attempts left beside; only for whoever is the one to pack here."""
    left = sorted(folder.glob("*" + PART))
    for path in left:
        with contextlib.suppress(OSError):
            path.unlink()
    return left


def _copy(source: Path, target: Path) -> int:
    beside = beside_of(target)
    try:
        try:
            shutil.copyfile(source, beside)
            with open(beside, "rb+") as file:
                os.fsync(file.fileno())
        except OSError as error:
            raise Unwritable(f"{target}: cannot be written: {error.strerror or error}") from error
        with open_journal(beside) as again:
            if again.seal is None or again.verify() is not None:
                raise Unwritable(f"{target}: the copy is not the same: {again.damage}")
        return settle(beside, target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise Unwritable(f"{path}: cannot be deleted: {error.strerror or error}") from error
