"""The scribe of a match: tells the store what people did in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from persistence.records import Header, Placement
from persistence.store.change import Change
from persistence.store.played import match_played, person_left
from ringfall.match import Match
from ringfall.recording import placements

log = structlog.get_logger("ringfall.scribe")


class Scribe:
    """Writes down results, and never stands in the way of a tick.

    Args:
        header: of the match's journal; None where nothing is written.

    Attributes:
        submit: takes what is to be written, without waiting.
    """

    def __init__(self, header: Header | None = None) -> None:
        self._header = header
        self.submit: Callable[[Change], None] = lambda change: None

    def left(self, match: Match, slot: int) -> None:
        """Somebody leaves for good, as they stand."""
        player = match.lineup[slot].player
        if player and slot < match.rows:
            self._write(
                lambda header: person_left(
                    header, player, placements(match.world, match.names, [slot])[0]
                )
            )

    def ended(self, match: Match, reason: str, result: Sequence[Placement]) -> None:
        """The match has ended; with the words of its seal."""
        people = {slot: found.player for slot, found in enumerate(match.lineup) if found.player}
        self._write(
            lambda header: match_played(
                header, people, tick=match.tick, reason=reason, result=result
            )
        )

    def _write(self, make: Callable[[Header], Change]) -> None:
        header = self._header
        if header is None:
            return
        try:
            self.submit(make(header))
        except Exception:
            # A bug of ours, which must not end the match; its journal still holds everything.
            log.exception("result not written", match=header.match_id)
