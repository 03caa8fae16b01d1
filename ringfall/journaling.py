"""The files of a match that is recorded: its journal, and the tail that survives a kill."""

from __future__ import annotations

from pathlib import Path

import structlog

from persistence.errors import InUse, JournalError, Unwritable
from persistence.journal_file import JournalFile
from persistence.records import Header
from persistence.salvage import sweep_tails
from persistence.tail import Tail
from persistence.tail_file import open_tail
from ringfall.config import Config

log = structlog.get_logger("ringfall.journal")


def tail_dir_of(config: Config) -> Path | None:
    """Where the operator wants tails; None for the default."""
    return None if config.journal.tail_dir is None else Path(config.journal.tail_dir)


def create_journal(
    path: Path, header: Header, tail_dir: Path | None
) -> tuple[JournalFile, Tail | None]:
    """Make the journal of a new match and its tail; waits for the disk.

    Raises:
        JournalError: the journal cannot be made.
    """
    file = JournalFile.create(path, header)
    return file, tail_of(file, header, tail_dir)


def tail_of(file: JournalFile, header: Header, tail_dir: Path | None) -> Tail | None:
    """Make the tail of a journal that is about to be written; None when it can be nowhere.

    Says so in the log when it is not where it should be. What the tail of a killed process holds
    and ``file`` does not is carried over.
    """
    try:
        tail, problems = open_tail(file.path, header, tail_dir, file.tally.due_tick or 0)
    except (Unwritable, InUse) as error:
        log.warning(
            "no tail: a kill would lose the ticks that wait for the disk",
            match=header.match_id,
            problem=str(error),
            next_step="free space, or name a folder in journal.tail_dir",
        )
        return None
    if problems:
        log.warning(
            "the tail is beside the journal: it may wait for the disk",
            match=header.match_id,
            problem="; ".join(problems),
            tail=str(tail.path),
            next_step="name a folder in memory in journal.tail_dir",
        )
    return tail


def sweep(config: Config) -> None:
    """Remove tails of sealed journals: a process was killed between its seal and that."""
    try:
        swept = sweep_tails(Path(config.server.journal_dir), tail_dir_of(config))
    except (JournalError, OSError) as error:
        log.warning("tails cannot be looked through", problem=str(error))
        return
    if swept:
        log.info("tails of sealed journals removed", tails=[str(path) for path in swept])
