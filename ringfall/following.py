"""Edited data are taken for the matches to come; running ones keep theirs."""

from __future__ import annotations

from collections.abc import Callable

import structlog
import trio

from ringfall.datapack import DataPack
from ringfall.datapack.reloading import POLL_S, Reloader

log = structlog.get_logger("ringfall.server")


async def follow_data(reloader: Reloader, take: Callable[[DataPack], None]) -> None:
    """Look for edits until cancelled; hand over what is good, and tell what is not."""
    while True:
        await trio.sleep(POLL_S)
        # Reading waits for the disk, and judging a map takes longer than a tick.
        try:
            found = await trio.to_thread.run_sync(reloader.poll)
        except Exception:
            log.exception("data could not be read again, the last good ones stay in force")
            continue
        if isinstance(found, DataPack):
            take(found)
            log.info(
                "data taken for the next match",
                balance=found.balance_hash,
                map=found.map.name,
                map_hash=found.map_hash,
            )
        elif found is not None:
            # One line each, as every command lists them: editors jump to such places.
            log.error("data refused, the last good ones stay in force")
            for problem in found.problems:
                log.error(str(problem))
