"""What the index says of a recording, read from the recording itself."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Final

from persistence.errors import JournalError
from persistence.reader import Journal, open_journal
from persistence.records import Entrant
from persistence.store.recordings import Recording, RecordingSealed

PLAIN: Final = ".journal"
PACKED: Final = ".journal.packed"

# A match id becomes a file name, also when a stranger's file says it.
ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


class NoEntryError(JournalError):
    """A file that is no sealed recording; the text is one line that says why."""


def entry_of(path: Path) -> RecordingSealed:
    """What the index keeps of the recording ``path``.

    Raises:
        JournalError: it cannot be read, is not sealed or damaged.
    """
    with open_journal(path) as journal:
        return entry_of_journal(journal)


def entry_of_journal(journal: Journal) -> RecordingSealed:
    """The same of a journal that is open.

    Raises:
        NoEntryError: it is not sealed, is damaged, or says what cannot be.
    """
    path, header, seal = journal.path, journal.header, journal.seal
    if seal is None:
        raise NoEntryError(f"{path}: not sealed: the match runs, or was cut off")
    entrants: dict[int, Entrant] = {entrant.slot: entrant for entrant in header.players}
    for tick in journal.ticks():
        entrants.update((entrant.slot, entrant) for entrant in tick.joins)
    if journal.damage is not None:
        raise NoEntryError(f"{path}: damaged at {journal.damage}")
    if not ID.fullmatch(header.match_id):
        raise NoEntryError(f"{path}: {header.match_id!r} is no name for a match")
    try:
        started_s = int(datetime.fromisoformat(header.created_utc).timestamp())
        map_name = str(json.loads(header.map)["name"])[:256]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise NoEntryError(f"{path}: its header makes no sense: {error!r}") from None
    winner = None if seal.winner is None else entrants.get(seal.winner)
    recording = Recording(
        match_id=header.match_id,
        file=path.name,
        sealed_s=started_s + seal.tick // header.tick_rate_hz,
        started_s=started_s,
        ticks=seal.tick,
        rate_hz=header.tick_rate_hz,
        map=map_name,
        balance_hash=header.balance_hash,
        source_hash=header.source_hash,
        players=len(entrants),
        people=sum(entrant.kind == 0 for entrant in entrants.values()),
        winner_name="" if winner is None else winner.name,
        winner_id="" if winner is None else winner.player,
        reason=seal.reason,
        size_bytes=journal.size_bytes,
        packed=journal.packed,
    )
    ids = {entrant.player for entrant in entrants.values() if entrant.player}
    return RecordingSealed(recording, tuple(sorted(ids)))
