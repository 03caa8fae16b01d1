"""What an operator does with a database: look, check, copy, put a copy in its place, rebuild.

Nothing here runs in a server. What changes a file holds it as a server would, so neither can begin
while the other is at it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlite_utils

from persistence.disk import sync_folder
from persistence.store import migrations
from persistence.store.change import Change
from persistence.store.file import (
    StoreFile,
    StoreFileError,
    backup_path,
    connect,
    copy_database,
    explained,
    version_of,
)
from persistence.store.migrations import SUMS
from persistence.store.rebuild import NoResultError, played_of, recordings
from persistence.store.spool import Spool, is_held, spool_path, waiting_in

TABLES: Final = ("players", "sessions", "matches", "results", "class_stats", "player_stats")
REBUILD_BATCH: Final = 50  # matches in one transaction


@contextmanager
def _reading(path: Path) -> Iterator[sqlite_utils.Database]:
    if not path.is_file():
        raise StoreFileError(f"{path}: there is no such database")
    with explained(path), closing(connect(path, True)) as connection:
        yield sqlite_utils.Database(connection)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keep servers away."""
    with closing(Spool(spool_path(path))):
        yield


def describe(path: Path) -> dict[str, Any]:
    """Version, sizes and row counts of a database, whether a server has it, and what waits.

    Raises:
        StoreFileError: it cannot be read.
    """
    with _reading(path) as db:
        version, names = version_of(db), set(db.table_names())
        rows = {name: db.table(name).count for name in TABLES if name in names}
    count, damage = waiting_in(spool_path(path))
    wal = path.with_name(path.name + "-wal")
    return {
        "file": str(path),
        "version": version,
        "newest_version": len(migrations.MIGRATIONS),
        "size_bytes": path.stat().st_size + (wal.stat().st_size if wal.exists() else 0),
        "in_use": is_held(spool_path(path)),
        "rows": rows,
        "spooled": count,
        "spool_damage": damage,
    }


def migrate(path: Path) -> dict[str, Any]:
    """Bring a database forward as a server's start would; say from where to where.

    Raises:
        StoreFileError: it cannot be, and is as it was.
    """
    with _reading(path) as db:
        version = version_of(db)
    with _held(path):
        StoreFile(path).close()
    newest = len(migrations.MIGRATIONS)
    kept = str(backup_path(path)) if 0 < version < newest else None
    return {"file": str(path), "from_version": version, "to_version": newest, "kept": kept}


def back_up(path: Path, target: Path) -> dict[str, Any]:
    """Copy a database, which may be in use, to a file that is not there yet.

    Raises:
        StoreFileError: it cannot be read, or the copy not be written.
    """
    if target.exists():
        raise StoreFileError(f"{target}: is there already; choose another name")
    with _reading(path):
        pass
    with explained(target):
        copy_database(path, target)
    count, _ = waiting_in(spool_path(path))
    return {
        "file": str(path),
        "copy": str(target),
        "size_bytes": target.stat().st_size,
        "left_out": count,
    }


def restore(source: Path, path: Path) -> dict[str, Any]:
    """Put a copy in the place of a database, which is kept beside it.

    What waits in the spool stays there: it happened after the copy was taken, and is applied by the
    next server.

    Raises:
        StoreFileError: the copy is not good, or a server has the database; nothing was changed.
    """
    problems = check(source)
    if problems:
        raise StoreFileError(f"{source}: this copy is not good: {problems[0]}")
    with _reading(source) as db:
        version = version_of(db)
    if not 0 < version <= len(migrations.MIGRATIONS):
        raise StoreFileError(f"{source}: version {version} is none this Ringfall can use")
    with _held(path), explained(path):
        new = path.with_name(path.name + ".restoring")
        try:
            copy_database(source, new)
            kept = _lay_aside(path)
            # There is no moment without a database here, and none with half of one.
            os.replace(new, path)
        finally:
            new.unlink(missing_ok=True)
        sync_folder(path.parent)
    return {"file": str(path), "version": version, "kept": None if kept is None else str(kept)}


def _lay_aside(path: Path) -> Path | None:
    """Give the file a second name; its log must not meet the file that takes its place."""
    if not path.exists():
        return None
    number = 1
    while (kept := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    try:
        with explained(path), closing(connect(path)) as connection:
            # Closed by the last one who has it, a database is one file.
            connection.execute("pragma wal_checkpoint(truncate)")
    except StoreFileError:
        pass  # damaged as it is, it is kept with its log
    for tail in ("-wal", "-shm"):
        beside = path.with_name(path.name + tail)
        if beside.exists():
            os.replace(beside, kept.with_name(kept.name + tail))
    os.link(path, kept)
    return kept


def check(path: Path) -> list[str]:
    """What is wrong with a database, one line each; nothing when it is good.

    Raises:
        StoreFileError: it cannot be read at all.
    """
    with _reading(path) as db:
        problems = [
            str(row[0])
            for row in db.execute("pragma integrity_check(20)").fetchall()
            if row[0] != "ok"
        ]
        if not problems and version_of(db) >= 2:
            for table, key in (("class_stats", "player_id, role"), ("player_stats", "player_id")):
                wrong = _wrong_sums(db, table, key)
                if wrong:
                    problems.append(f"{wrong} rows of {table} are not the sums of the results")
    _, damage = waiting_in(spool_path(path))
    if damage is not None:
        problems.append(f"{spool_path(path)}: damaged at {damage}")
    return problems


def _wrong_sums(db: sqlite_utils.Database, table: str, key: str) -> int:
    summed = {"matches": "count(*)", "wins": "sum(won)", "finished": "sum(placement > 0)"}
    summed["placements"] = "sum(placement)"
    sums = ", ".join(summed.get(name, f"sum({name})") for name in SUMS)
    made = f"select {key}, {sums} from results where name is not null group by {key}"
    kept = f"select {key}, {', '.join(SUMS)} from {table}"
    found = db.execute(
        f"select count(*) from (select * from ({made} except {kept})"
        f" union all select * from ({kept} except {made}))"
    ).fetchone()
    return int(found[0])


@dataclass(slots=True)
class Rebuilt:
    """What came of a rebuild.

    Attributes:
        matches: results that were written.
        skipped: one line for every recording without one.
    """

    matches: int = 0
    skipped: list[str] = field(default_factory=list)


def rebuild(folder: Path, path: Path, advance: Callable[[int], None] | None = None) -> Rebuilt:
    """Write what the recordings in a folder say into a database; what it has of them stays once.

    Raises:
        StoreFileError: the folder cannot be read, the database not be written, or a server has it.
    """
    with explained(folder):
        paths = list(recordings(folder))
    done, batch = Rebuilt(), list[Change]()
    with _held(path), closing(StoreFile(path)) as file:
        for number, found in enumerate(paths, 1):
            try:
                batch.append(played_of(found))
            except NoResultError as error:
                done.skipped.append(str(error))
            if len(batch) >= REBUILD_BATCH:
                _flush(file, batch, done)
            if advance is not None:
                advance(number)
        _flush(file, batch, done)
    return done


def _flush(file: StoreFile, batch: list[Change], done: Rebuilt) -> None:
    written: Sequence[Change] = batch
    file.write(written)
    done.matches += len(batch)
    batch.clear()
