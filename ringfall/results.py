"""Results that a killed server did not write: taken from the recordings of its matches."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog
import trio

from persistence.store.readers import StoreSilentError
from persistence.store.rebuild import (
    NoResultError,
    match_id_of,
    played_of,
    recordings,
    unknown_of,
)
from persistence.store.results import MatchPlayed
from persistence.store.writer import Store

log = structlog.get_logger("ringfall.results")


async def catch_up(store: Store, folder: Path, running: Callable[[], set[str]]) -> None:
    """Write the results of sealed recordings whose matches the store does not know.

    A server that is killed between the seal and the database leaves such. Once, at the start; what
    cannot be read has no result, and `ringfall db rebuild` says why.

    Args:
        store: takes the results.
        folder: of the recordings.
        running: matches that have still to end.
    """
    try:
        found = {match_id_of(path): path for path in await trio.to_thread.run_sync(_listed, folder)}
        unknown = await store.ask(partial(unknown_of, match_ids=list(found)))
    except OSError as error:
        log.warning("recordings cannot be listed", folder=str(folder), problem=str(error))
        return
    except StoreSilentError:
        return
    for match_id in sorted(unknown - running()):
        played = await trio.to_thread.run_sync(_read, found[match_id])
        if played is not None:
            store.submit(played)
            log.info("result taken from the recording", match=match_id)


def _listed(folder: Path) -> list[Path]:
    return list(recordings(folder)) if folder.is_dir() else []


def _read(path: Path) -> MatchPlayed | None:
    try:
        return played_of(path)
    except NoResultError:
        return None
