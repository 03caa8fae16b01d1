"""What is in a library, for whoever looks from outside: the folder, and the index where it helps.

The folder decides what there is. The index knows what a file cannot (what is pinned) and saves
reading files it knows; where there is no database, or an old one, every file is read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from persistence.errors import JournalError
from persistence.store.change import Change
from persistence.store.file import StoreFile
from persistence.store.recordings import (
    Recording,
    RecordingGone,
    RecordingPinned,
    every_recording,
    players_of,
)
from ringfall.library.entries import entry_of
from ringfall.library.keeping import Reason, Rule, doomed
from ringfall.library.shelf import remove, sealed_in

TABLE = "recordings"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Recordings, newest first, and who is in them.

    Attributes:
        unread: one line for each sealed file that is not whole.
    """

    recordings: list[Recording]
    players: dict[str, tuple[str, ...]]
    unread: list[str]


def catalogue(folder: Path, database: Path) -> Catalogue:
    """All sealed recordings in ``folder``.

    Raises:
        JournalError: the folder cannot be read.
        StoreFileError: the database cannot be used.
    """
    known: dict[str, Recording] = {}
    players: dict[str, tuple[str, ...]] = {}
    if database.is_file():
        with closing(StoreFile(database, read_only=True)) as file:
            if file.ask(lambda db: TABLE in db.table_names()):
                known = {r.match_id: r for r in file.ask(every_recording)}
                players = file.ask(players_of)
    found, who, unread = [], {}, []
    for match_id, forms in sealed_in(folder).items():
        recording = known.get(match_id)
        if recording is None or recording.file != forms[0].name:
            try:
                entry = entry_of(forms[0])
            except JournalError as error:
                unread.append(str(error))
                continue
            pinned = recording is not None and recording.pinned
            recording = msgspec.structs.replace(entry.recording, pinned=pinned)
            players[match_id] = entry.player_ids
        found.append(recording)
        who[match_id] = players.get(match_id, ())
    found.sort(key=lambda r: (r.started_s, r.match_id), reverse=True)
    return Catalogue(found, who, unread)


def note(database: Path, changes: Sequence[Change], make: bool = False) -> bool:
    """Bring the index along; whether there is one. ``make`` a database where there is none.

    Raises:
        StoreFileError: the database cannot be used.
    """
    if not make and not database.is_file():
        return False
    with closing(StoreFile(database)) as file:
        file.write(changes)
    return True


def pin(folder: Path, database: Path, path: Path, pinned: bool) -> Recording:
    """Keep a recording whatever the rule, or not any more.

    Raises:
        JournalError: it cannot be read. StoreFileError: the database cannot be used.
    """
    entry = entry_of(path)
    note(database, [entry, RecordingPinned(entry.recording.match_id, pinned)], make=True)
    return msgspec.structs.replace(entry.recording, pinned=pinned)


def prune(folder: Path, database: Path, rule: Rule, dry: bool) -> list[tuple[Recording, Reason]]:
    """Delete what the rule takes, or only tell; what it is, and why.

    Raises:
        JournalError: the folder cannot be read, or a file not be deleted.
        StoreFileError: the database cannot be used.
    """
    taken = doomed(catalogue(folder, database).recordings, rule, time.time())
    if dry:
        return taken
    for recording, _ in taken:
        remove(folder / recording.file)
    note(database, [RecordingGone(recording.match_id) for recording, _ in taken])
    return taken
