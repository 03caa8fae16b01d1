"""Whether the server does its work, and whether it takes more of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import trio

from ringfall.hosting.lobby import Lobby

SILENT_S: Final = 5.0
"""A match that has not ticked for so long has stopped; the slowest ticks ten times a second."""


class Health:
    """What /livez and /readyz tell a supervisor.

    Args:
        lobby: the running matches.
        clock: a steady clock, seconds.
    """

    def __init__(self, lobby: Lobby, clock: Callable[[], float] = trio.current_time) -> None:
        self._lobby = lobby
        self._clock = clock
        self._beats: dict[str, float] = {}

    def beat(self, match_id: str) -> None:
        """A match has ticked, or begins to."""
        self._beats[match_id] = self._clock()

    def forget(self, match_id: str) -> None:
        """A match ticks no more, as it should."""
        self._beats.pop(match_id, None)

    @property
    def silent(self) -> list[str]:
        """Matches that should tick and do not."""
        now_s = self._clock()
        return [name for name, beat_s in self._beats.items() if now_s - beat_s > SILENT_S]

    @property
    def unready(self) -> str | None:
        """Why nobody who comes now is let in; None when people are."""
        if self._lobby.draining:
            return "draining"
        return "recovering" if self._lobby.recovering else None
