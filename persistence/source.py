"""A file read at offsets, where every failure of the system has one name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from persistence.errors import NotAJournal, Unreadable


class Source:
    """An open regular file. ``size_bytes`` is its size when it was opened.

    Raises:
        NotAJournal: the path is a folder, a pipe or a device.
        Unreadable: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        """Open ``path``."""
        self.path = path
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):
                # Opening a pipe would wait for a writer; a folder has no bytes.
                raise NotAJournal(f"{path}: not a file; give the path of a journal")
            self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by close()
            self.size_bytes = os.fstat(self._file.fileno()).st_size
        except (OSError, ValueError) as error:
            raise _unreadable(path, error) from error

    def read_at(self, offset: int, count: int) -> bytes:
        """Return ``count`` bytes from byte ``offset``, fewer where the file ends.

        Raises:
            Unreadable: the system failed.
        """
        parts = []
        try:
            self._file.seek(offset)
            while count > 0 and (part := self._file.read(count)):
                parts.append(part)
                count -= len(part)
        except (OSError, ValueError) as error:
            raise _unreadable(self.path, error) from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _unreadable(path: Path, error: Exception) -> Unreadable:
    reason = getattr(error, "strerror", None) or error
    return Unreadable(f"{path}: cannot read the journal: {reason}")
