"""What is shown of a player in one piece: several statements, and one moment they all tell of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import sqlite_utils

from persistence.store.queries import (
    ClassSums,
    Played,
    Profile,
    class_stats,
    history,
    profile,
)


class Portrait(msgspec.Struct, frozen=True):
    """A player, what they did in all and with each class, and their newest match."""

    profile: Profile
    classes: list[ClassSums]
    last: Played | None


def portrait(db: sqlite_utils.Database, player_id: str) -> Portrait | None:
    """A player's portrait; None of nobody."""
    with _moment(db):
        found = profile(db, player_id)
        if found is None:
            return None
        newest = history(db, player_id, limit=1)
        return Portrait(found, class_stats(db, player_id), newest[0] if newest else None)


def history_of(
    db: sqlite_utils.Database, player_id: str, before: tuple[int, str] | None, limit: int
) -> list[Played] | None:
    """As ``queries.history``, but None of nobody: of a forgotten guest there is no history."""
    with _moment(db):
        known = profile(db, player_id) is not None
        return history(db, player_id, before, limit) if known else None


@contextmanager
def _moment(db: sqlite_utils.Database) -> Iterator[None]:
    # In WAL mode the first statement of a transaction decides what all of it see.
    db.execute("begin")
    try:
        yield
    finally:
        db.execute("rollback")
