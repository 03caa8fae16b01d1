"""The spool: changes that wait on disk while the database refuses them.

::

    file    SPOOL_MAGIC (8) | frame | frame | ...      frames as in persistence.frames, each with
                                                       one change as MessagePack

Appended in order, synced before anything is forgotten in memory, emptied when all of it is in the
database. Whoever has it open holds it for its process: two servers would undo each other's order.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from persistence.frames import FRAME_HEAD, DamageFound, ReadAt, frame, read_frames
from persistence.store.change import Change
from persistence.store.changes import decode_change, encode_change
from persistence.store.file import StoreFileError, explained

try:
    import fcntl
except ImportError:  # Windows: opening is all the exclusion there is
    fcntl = None  # type: ignore[assignment]

SPOOL_MAGIC: Final = b"\x89RFS\r\n\x1a\n"
SPOOL_MAX_BYTES: Final = 256 * 1024 * 1024
BATCH_MAX: Final = 500  # changes in one transaction


def spool_path(path: Path) -> Path:
    """Where the spool of a database lies."""
    return path.with_name(path.name + ".spool")


class Spool:
    """An open spool. From one thread at a time.

    Attributes:
        size_bytes: what of the file is good; 0 when nothing waits in it.

    Raises:
        StoreFileError: from every method, when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # A writer that was given up on may come back while another one is at work.
        self._turn = threading.Lock()
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _hold(path)
            self.size_bytes = os.fstat(self._file.fileno()).st_size

    def append(self, changes: Sequence[bytes]) -> None:
        """Lay down encoded changes, all of them or none, and wait until the disk has them."""
        data = b"".join(map(frame, changes))
        with self._turn, explained(self.path):
            start = self.size_bytes
            if start == 0:
                data = SPOOL_MAGIC + data
            if start + len(data) > SPOOL_MAX_BYTES:
                raise StoreFileError(
                    f"{self.path}: {start} bytes of changes wait for the database and no more "
                    "are taken; see to the database"
                )
            if os.fstat(self._file.fileno()).st_nlink == 0:
                raise StoreFileError(
                    f"{self.path}: the file was deleted while it was in use; start the server again"
                )
            # What an attempt before this one left behind is no part of it.
            self._file.truncate(start)
            self._file.seek(start)
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
            self.size_bytes = start + len(data)

    def read(self, at: int) -> tuple[list[Change], int]:
        """The next changes behind byte ``at``, and where to go on.

        Raises:
            DamageFound: before any change was read; what stands before it is good.
        """
        found: list[Change] = []
        with self._turn, explained(self.path):
            end = at
            try:
                for offset, change in _changes(self._read_at, at, self.size_bytes):
                    found.append(change)
                    end = offset
                    if len(found) >= BATCH_MAX:
                        break
            except DamageFound:
                if not found:
                    raise
        return found, end

    def _read_at(self, offset: int, count: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(count)

    def empty(self, end: int) -> bool:
        """Forget everything, which is in the database, unless more has come behind byte ``end``."""
        with self._turn, explained(self.path):
            if end < self.size_bytes:
                return False
            self._file.truncate(0)
            os.fsync(self._file.fileno())
            self.size_bytes = 0
        return True

    def set_aside(self) -> Path:
        """Keep a copy of the file, damaged as it is, and return where."""
        with self._turn, explained(self.path):
            number = 1
            while (aside := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
                number += 1
            with open(aside, "xb") as file:
                at = 0
                while data := self._read_at(at, 1 << 20):
                    at += file.write(data)
                file.flush()
                os.fsync(file.fileno())
        return aside

    def close(self) -> None:
        """Close the file, and let others have it. An empty one is taken away."""
        with self._turn, contextlib.suppress(OSError):
            if not self.size_bytes:
                self.path.unlink()
        with contextlib.suppress(OSError):
            self._file.close()


def _hold(path: Path) -> BinaryIO:
    """Open ``path`` for this process alone, where the system can."""
    while True:
        file = open(  # noqa: SIM115 - closed by the spool
            os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600),
            "r+b",
            buffering=0,
        )
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise StoreFileError(
                f"{path}: another process holds the database; end that one first, or choose "
                "another file with players.database"
            ) from None
        except OSError:
            return file  # a file system without locks
        # Whoever held it may have taken it away between our opening it and holding it.
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()


def _changes(read_at: ReadAt, at: int, size_bytes: int) -> Iterator[tuple[int, Change]]:
    """Each change behind byte ``at``, and where the next one begins."""
    if not at and size_bytes:
        if read_at(0, len(SPOOL_MAGIC)) != SPOOL_MAGIC:
            raise DamageFound(0, "this is no spool")
        at = len(SPOOL_MAGIC)
    for offset, payload in read_frames(read_at, at, size_bytes):
        try:
            change = decode_change(payload)
        except (ValueError, RecursionError) as error:
            raise DamageFound(offset, f"no change this version knows: {error}") from None
        yield offset + FRAME_HEAD.size + len(payload), change


def waiting_in(path: Path) -> tuple[int, str | None]:
    """How many changes wait in a spool, which may be in use, and what is wrong with it.

    Raises:
        StoreFileError: it cannot be read.
    """
    count = 0
    with explained(path):
        try:
            file = open(path, "rb")  # noqa: SIM115 - closed below
        except FileNotFoundError:
            return 0, None
        with file:

            def read_at(offset: int, size: int) -> bytes:
                file.seek(offset)
                return file.read(size)

            try:
                for _ in _changes(read_at, 0, os.fstat(file.fileno()).st_size):
                    count += 1
            except DamageFound as found:
                return count, str(found.damage)
    return count, None


def is_held(path: Path) -> bool:
    """Whether a process has a spool open; False where the system cannot tell."""
    if fcntl is None:
        return False
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def encoded(change: Change) -> bytes:
    """``change`` as a spool holds it, read back once.

    Raises:
        ValueError, TypeError: a spool cannot hold it.
    """
    payload = encode_change(change)
    decode_change(payload)
    return payload
