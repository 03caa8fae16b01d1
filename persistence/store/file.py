"""The database file: SQLite through sqlite-utils, a connection in one thread at a time.

Nobody who reads the file learns a token: only hashes are stored. A file of an older version is
brought forward when it is opened for writing, after a copy was laid beside it; one of a newer
version is refused.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

import sqlite_utils

from persistence.disk import sync_folder
from persistence.store import migrations
from persistence.store.change import Change

BUSY_S: Final = 2.0  # how long another process may hold the file

T = TypeVar("T")


class StoreFileError(Exception):
    """The database cannot be used; the text is one line that says why and what to do."""


class BadChangeError(Exception):
    """A change can never be written, whatever the file does. A bug of ours, named."""


NEVER: Final = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    ValueError,  # UnicodeEncodeError, for one
    TypeError,
    OverflowError,
)


class StoreFile:
    """An open database. Not for two threads at one time.

    Args:
        path: of the file; made, with its folder, where there is none.
        read_only: for a connection that only asks.

    Raises:
        StoreFileError: from every method, when the file cannot be used.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        with self._explained():
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite_utils.Database(connect(path, read_only))
            try:
                if read_only:
                    self._check_version(version_of(self.db))
                else:
                    self._prepare()
                self._identity = _identity(path)
            except BaseException:
                self.db.conn.close()
                raise

    def _prepare(self) -> None:
        connection = self.db.conn
        connection.execute("pragma journal_mode = wal")
        # A power cut may cost the last second of changes, never the file.
        connection.execute("pragma synchronous = normal")
        with self._transaction():
            self._migrate()

    def _migrate(self) -> None:
        db, steps = self.db, migrations.MIGRATIONS
        version = version_of(db)
        self._check_version(version)
        if version == len(steps):
            return
        if version:
            # Nobody else writes now, and what is copied is what was committed last.
            copy_database(self.path, backup_path(self.path))
        for migrate in steps[version:]:
            migrate(db)
        db.execute("create table if not exists schema_version (version integer not null)")
        db.execute("delete from schema_version")
        db.execute("insert into schema_version values (?)", [len(steps)])

    def _check_version(self, version: int) -> None:
        if version > len(migrations.MIGRATIONS):
            raise StoreFileError(
                f"{self.path}: version {version} of the database is newer than this server's "
                f"{len(migrations.MIGRATIONS)}; run the newer Ringfall, or choose another file "
                "with players.database"
            )

    def write(self, changes: Sequence[Change]) -> None:
        """Apply changes in order: all of them, or none.

        Raises:
            BadChangeError: one of them can never be written.
        """
        with self._explained():
            self._check_place()
            with self._transaction():
                for change in changes:
                    self._apply(change)

    def _apply(self, change: Change) -> None:
        try:
            change.apply(self.db)
        except NEVER as error:
            raise BadChangeError(f"{type(error).__name__}: {error}") from error

    def amend(self, job: Callable[[sqlite_utils.Database], T]) -> T:
        """What ``job`` returns; all it writes is written, or nothing."""
        with self._explained():
            self._check_place()
            with self._transaction():
                return job(self.db)

    def ask(self, query: Callable[[sqlite_utils.Database], T]) -> T:
        """What ``query`` returns."""
        with self._explained():
            return query(self.db)

    def interrupt(self) -> None:
        """Make a query end that takes too long; from any thread."""
        self.db.conn.interrupt()

    def close(self) -> None:
        """Close the file; what was written is there."""
        with self._explained():
            self.db.conn.close()

    def _check_place(self) -> None:
        """What is written to a file that was deleted is lost, and SQLite does not complain."""
        if _identity(self.path) != self._identity:
            raise StoreFileError(
                f"{self.path}: the database was moved or replaced while it was in use; put it "
                "back, or start the server again"
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        connection = self.db.conn
        connection.execute("begin immediate")
        try:
            yield
            connection.execute("commit")
        except BaseException:
            # A full disk may have ended the transaction already.
            if connection.in_transaction:
                connection.execute("rollback")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with explained(self.path):
            yield


def connect(path: Path, read_only: bool = False) -> sqlite3.Connection:
    """A connection in which transactions begin when they are asked for."""
    mode = "?mode=ro" if read_only else ""
    connection = sqlite3.connect(
        path.absolute().as_uri() + mode,
        timeout=BUSY_S,
        check_same_thread=False,
        isolation_level=None,
        uri=True,
    )
    if read_only:
        connection.execute("pragma query_only = on")
    return connection


def version_of(db: sqlite_utils.Database) -> int:
    """The version of a database, 0 of an empty one."""
    known = db.execute("select 1 from sqlite_master where name = 'schema_version'").fetchone()
    rows = db.execute("select version from schema_version").fetchall() if known else []
    return int(rows[0][0]) if rows else 0


def backup_path(path: Path) -> Path:
    """Where the copy goes that is taken before the file is brought forward."""
    return path.with_name(f"{path.name}.before-v{len(migrations.MIGRATIONS)}")


def copy_database(source: Path, target: Path) -> None:
    """Copy what is committed in ``source`` to ``target``, whole or not at all.

    Raises:
        sqlite3.Error, OSError: it cannot be read or written.
    """
    beside = target.with_name(target.name + ".part")
    beside.unlink(missing_ok=True)
    try:
        with closing(connect(source, True)) as old, closing(connect(beside)) as new:
            old.backup(new)
            # The copy is to be one file, wherever it is taken.
            new.execute("pragma journal_mode = delete")
        with open(beside, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, target)
        sync_folder(target.parent)
    finally:
        beside.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say in one line why a database cannot be used."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreFileError(
            f"{path}: the database of players cannot be used: {_reason(error)}"
        ) from None


def _reason(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or error}; choose another file with players.database"
    code = getattr(error, "sqlite_errorcode", None)
    advice = {
        sqlite3.SQLITE_BUSY: "another process holds it; end that one first",
        sqlite3.SQLITE_LOCKED: "another process holds it; end that one first",
        sqlite3.SQLITE_READONLY: "make it and its folder writable",
        sqlite3.SQLITE_CANTOPEN: "make its folder writable",
        sqlite3.SQLITE_FULL: "free space on the disk",
        sqlite3.SQLITE_CORRUPT: "move it away, or put a backup in its place",
        sqlite3.SQLITE_NOTADB: "move it away, or choose another file with players.database",
    }.get((code or 0) & 0xFF, "see to the disk")
    return f"{error}; {advice}"
