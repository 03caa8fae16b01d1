"""The database of players: SQLite through sqlite-utils, one connection in one thread at a time.

::

    schema_version  version                                  one row
    players         player_id → kind, name, created_s, used_s
    sessions        token_hash → player_id, created_s

Nobody who reads the file learns a token: only hashes are stored. Times are whole seconds since
1970. A file of an older version is brought forward at the start, one of a newer version refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import sqlite_utils

BUSY_S: Final = 2.0  # how long another process may hold the file
GUEST: Final = "guest"


class PlayerFileError(Exception):
    """The database cannot be used; the text is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who plays. ``kind`` is GUEST; accounts will be another."""

    player_id: str
    name: str
    kind: str = GUEST


@dataclass(frozen=True, slots=True)
class SignIn:
    """A change: ``player`` exists, is called so, and holds the token with this hash."""

    token_hash: bytes
    player: Player
    at_s: int


@dataclass(frozen=True, slots=True)
class Use:
    """A change: ``player`` was here, and is called so now."""

    player: Player
    at_s: int


@dataclass(frozen=True, slots=True)
class SignOut:
    """A change: the token with this hash is worth nothing any more."""

    token_hash: bytes


Change: TypeAlias = SignIn | Use | SignOut


def _first_tables(db: sqlite_utils.Database) -> None:
    # In SQL: the library's own `create` commits in some releases, and a migration is one step.
    db.execute(
        "create table players (player_id text primary key, kind text not null, name text not null,"
        " created_s integer not null, used_s integer not null)"
    )
    db.execute("create index players_by_use on players (kind, used_s)")
    db.execute(
        "create table sessions (token_hash blob primary key,"
        " player_id text not null references players (player_id), created_s integer not null)"
    )
    db.execute("create index sessions_by_player on sessions (player_id)")


MIGRATIONS: Final[tuple[Callable[[sqlite_utils.Database], None], ...]] = (_first_tables,)
"""What brings a file from version n to version n + 1, by n. Entries are added, never changed."""


class PlayerFile:
    """An open database. Not for two threads at one time.

    Raises:
        PlayerFileError: from every method, when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                path, timeout=BUSY_S, check_same_thread=False, isolation_level=None
            )
            try:
                self._db = sqlite_utils.Database(connection)
                self._prepare()
            except BaseException:
                connection.close()
                raise

    def _prepare(self) -> None:
        connection = self._db.conn
        connection.execute("pragma journal_mode = wal")
        # A power cut may cost the last second of changes, never the file.
        connection.execute("pragma synchronous = normal")
        with self._transaction():
            self._migrate()

    def _migrate(self) -> None:
        db = self._db
        db.execute("create table if not exists schema_version (version integer not null)")
        rows = db.execute("select version from schema_version").fetchall()
        version = int(rows[0][0]) if rows else 0
        if version > len(MIGRATIONS):
            raise PlayerFileError(
                f"{self._path}: version {version} of the database is newer than this server's "
                f"{len(MIGRATIONS)}; run the newer Ringfall, or choose another file with "
                "players.database"
            )
        for migrate in MIGRATIONS[version:]:
            migrate(db)
        db.execute("delete from schema_version")
        db.execute("insert into schema_version values (?)", [len(MIGRATIONS)])

    def find(self, token_hash: bytes) -> tuple[Player, int] | None:
        """Who holds the token with this hash, and when they were last here; None for nobody."""
        with self._explained():
            row = self._db.execute(
                "select p.player_id, p.name, p.kind, p.used_s from sessions s "
                "join players p using (player_id) where s.token_hash = ?",
                [token_hash],
            ).fetchone()
        return None if row is None else (Player(row[0], row[1], row[2]), int(row[3]))

    def write(self, changes: Sequence[Change]) -> None:
        """Apply changes in order: all of them, or none. Applied twice they do the same as once."""
        with self._explained(), self._transaction():
            for change in changes:
                self._apply(change)

    def purge_guests(self, used_before_s: int) -> int:
        """Forget guests who have not been here since; return how many."""
        old = "select player_id from players where kind = ? and used_s < ?"
        with self._explained(), self._transaction():
            self._db.execute(
                f"delete from sessions where player_id in ({old})", [GUEST, used_before_s]
            )
            gone = self._db.execute(
                "delete from players where kind = ? and used_s < ?", [GUEST, used_before_s]
            )
        return int(gone.rowcount)

    def close(self) -> None:
        """Close the file; what was written is there."""
        with self._explained():
            self._db.conn.close()

    def _apply(self, change: Change) -> None:
        if isinstance(change, SignOut):
            self._db.execute("delete from sessions where token_hash = ?", [change.token_hash])
            return
        player, at_s = change.player, change.at_s
        self._db.execute(
            "insert into players (player_id, kind, name, created_s, used_s) values (?, ?, ?, ?, ?)"
            " on conflict (player_id) do update"
            " set name = excluded.name, used_s = max(used_s, excluded.used_s)",
            [player.player_id, player.kind, player.name, at_s, at_s],
        )
        if isinstance(change, SignIn):
            self._db.execute(
                "insert or ignore into sessions (token_hash, player_id, created_s)"
                " values (?, ?, ?)",
                [change.token_hash, player.player_id, at_s],
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        connection = self._db.conn
        connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            # A full disk may have ended the transaction already.
            if connection.in_transaction:
                connection.execute("rollback")
            raise
        connection.execute("commit")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise PlayerFileError(
                f"{self._path}: the database of players cannot be used: {_reason(error)}"
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
