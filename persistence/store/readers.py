"""Questions to the database: a few threads, each with a connection that only reads.

In WAL mode a reader sees what was committed last and waits for no writer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import sqlite_utils
import trio

from persistence.store.file import StoreFile, StoreFileError

READERS: Final = 2
ANSWER_S: Final = 2.0  # a database that takes longer to answer does not answer
ASKING_MAX: Final = 256  # questions at one time; more are not answered

T = TypeVar("T")


class StoreSilentError(Exception):
    """The database did not answer, so nobody knows."""


class Readers:
    """The reading connections of one database."""

    def __init__(self, path: Path) -> None:
        self._idle = [StoreFile(path, read_only=True) for _ in range(READERS)]
        self._limiter = trio.CapacityLimiter(READERS)
        self._asking = 0

    async def ask(self, query: Callable[[sqlite_utils.Database], T]) -> T:
        """What ``query`` returns.

        Raises:
            StoreSilentError: there is no answer in time, or too many ask.
            StoreFileError: the database cannot be used.
        """
        if self._asking >= ASKING_MAX:
            raise StoreSilentError
        asked: list[StoreFile] = []

        def ask() -> T:
            file = self._idle.pop()
            asked.append(file)
            try:
                return file.ask(query)
            finally:
                self._idle.append(file)

        self._asking += 1
        try:
            with trio.move_on_after(ANSWER_S):
                return await trio.to_thread.run_sync(
                    ask, abandon_on_cancel=True, limiter=self._limiter
                )
        finally:
            self._asking -= 1
        for file in asked:
            # The thread is given up on, and would hold its connection for as long as it looks.
            file.interrupt()
        raise StoreSilentError

    def close(self) -> None:
        """Close what no thread is at work with."""
        while self._idle:
            with contextlib.suppress(StoreFileError):
                self._idle.pop().close()
