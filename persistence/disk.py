"""The one place where a journal touches the disk while it is written.

``Disk`` is the seam tests use to have a full, slow or failing disk without owning one.
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import BinaryIO, Protocol

from persistence.errors import InUse

try:
    import fcntl
except ImportError:  # Windows: opening is all the exclusion there is
    fcntl = None  # type: ignore[assignment]


# Some network and user-space file systems cannot sync at all; that is no reason to stop writing.
CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}


class Disk(Protocol):
    """An append-only file. Every method may raise OSError; ``write`` may be short."""

    def write(self, data: memoryview) -> int:
        """Append ``data`` and return how many bytes were taken."""

    def truncate(self, size: int) -> None:
        """Cut the file to ``size`` bytes and append there from now on."""

    def fdatasync(self) -> None:
        """Wait until everything written has reached the medium."""

    def close(self) -> None:
        """Give the file back."""


class FileDisk:
    """A real file, unbuffered: after ``write`` a killed process loses nothing."""

    def __init__(self, file: BinaryIO) -> None:
        """Take over ``file``, which stands at its end."""
        self._file = file

    def write(self, data: memoryview) -> int:
        """Append ``data`` and return how many bytes were taken."""
        return self._file.write(data)

    def truncate(self, size: int) -> None:
        """Cut the file to ``size`` bytes and append there from now on."""
        self._file.truncate(size)
        self._file.seek(size)

    def fdatasync(self) -> None:
        """Wait until everything written has reached the medium.

        Raises:
            FileNotFoundError: the file was deleted meanwhile. Writing to a deleted file works
                without a complaint, so this has to be asked.
        """
        descriptor = self._file.fileno()
        if os.fstat(descriptor).st_nlink == 0:
            raise FileNotFoundError("the file was deleted while it was being written")
        try:
            # macOS and Windows have no fdatasync.
            getattr(os, "fdatasync", os.fsync)(descriptor)
        except OSError as error:
            if error.errno not in CANNOT_SYNC:
                raise

    def close(self) -> None:
        """Close the file and release its lock."""
        self._file.close()


def create_disk(path: Path) -> Disk:
    """Create ``path`` for writing.

    Raises:
        FileExistsError: something is already there; it is never overwritten.
        OSError: the file cannot be created.
    """
    file = open(path, "xb", buffering=0)  # noqa: SIM115 - closed by the Disk
    lock(file, path)
    return FileDisk(file)


def reopen_disk(path: Path) -> Disk:
    """Open the existing ``path`` to append to it.

    Raises:
        InUse: another process is still writing it.
        OSError: the file cannot be opened.
    """
    file = open(path, "r+b", buffering=0)  # noqa: SIM115 - closed by the Disk
    lock(file, path)
    file.seek(0, os.SEEK_END)
    return FileDisk(file)


def lock(file: object, path: Path) -> None:
    """Hold ``file`` for this process until it is closed, where the system can."""
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        file.close()  # type: ignore[attr-defined]
        raise InUse(f"{path}: another process is writing this journal") from None
    except OSError:
        pass  # a file system without locks: the server's own bookkeeping has to do


def sync_folder(folder: Path) -> None:
    """Make a new file's name survive a power loss; a no-op where folders cannot be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
