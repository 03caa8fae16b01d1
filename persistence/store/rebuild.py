"""From recordings back to results: what a lost database held, or one that was away missed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import sqlite_utils

from persistence.errors import JournalError
from persistence.reader import open_journal
from persistence.store.played import match_played
from persistence.store.results import MatchPlayed

MARK: Final = ".journal"
MARKS: Final = (MARK, MARK + ".packed")


class NoResultError(Exception):
    """A recording does not say how its match ended; the text is one line that says why."""


def recordings(folder: Path) -> Iterator[Path]:
    """The recordings in a folder, by name, which is by time.

    Raises:
        OSError: the folder cannot be read.
    """
    return iter(
        sorted(path for path in folder.iterdir() if path.name.endswith(MARKS) and path.is_file())
    )


def match_id_of(path: Path) -> str:
    """The match a recording is named after."""
    return path.name.partition(MARK)[0]


def played_of(path: Path) -> MatchPlayed:
    """What a recording says of its match: the same as was written when it ended.

    Raises:
        NoResultError: it cannot be read whole, or was never sealed.
    """
    try:
        with open_journal(path) as journal:
            seal = journal.seal
            if seal is None:
                raise NoResultError(f"{path}: not sealed: the match was cut off, or still runs")
            entrants = list(journal.header.players)
            for tick in journal.ticks():
                entrants.extend(tick.joins)
            if journal.damage is not None:
                raise NoResultError(f"{path}: damaged at {journal.damage}")
            return match_played(
                journal.header,
                {entrant.slot: entrant.player for entrant in entrants if entrant.player},
                tick=seal.tick,
                reason=seal.reason,
                result=seal.result,
            )
    except JournalError as error:
        raise NoResultError(str(error)) from None
    except (ValueError, IndexError) as error:
        raise NoResultError(f"{path}: its header or seal makes no sense: {error}") from None


def unknown_of(db: sqlite_utils.Database, match_ids: Iterable[str]) -> set[str]:
    """Which of these matches the database has no end of."""
    rows = db.execute(
        "select value from json_each(?) where value not in (select match_id from matches)",
        [json.dumps(list(match_ids))],
    ).fetchall()
    return {row[0] for row in rows}
