"""The door of the game: every newcomer gets a match."""

from __future__ import annotations

from collections.abc import Callable

from net.outbox import Outbox
from net.rejections import Rejection
from ringfall.hosting import HostedMatch, PlayerSeat, no_such_role
from schema.messages import ROLE_ANY, ErrorCode, Join

RETRY_AFTER_S = 15.0  # about how often a match makes room for the next


class Lobby:
    """The door of the game: finds every newcomer a match, and starts one where there is none.

    Args:
        open_match: starts a match and returns it; None when no further one may run.
        role_count: classes there would be in such a match.
    """

    def __init__(
        self, open_match: Callable[[], HostedMatch | None], role_count: Callable[[], int]
    ) -> None:
        self.matches: list[HostedMatch] = []
        self._open_match = open_match
        self._role_count = role_count

    def enter(self, join: Join, outbox: Outbox, address: str) -> PlayerSeat:
        """Seat a newcomer in the fullest match that still takes people.

        Raises:
            Rejection: there is no place, and no further match may be started; or no such class.
        """
        with_room = [hosted for hosted in self.matches if hosted.match.has_room]
        hosted = max(with_room, key=lambda found: found.humans, default=None)
        if hosted is None:
            # Nobody makes a match begin by asking for what there will not be in it.
            if join.role != ROLE_ANY and join.role >= self._role_count():
                raise no_such_role()
            hosted = self._open_match()
        if hosted is None:
            raise Rejection(
                ErrorCode.SERVER_FULL, "all matches are full", retry_after_s=RETRY_AFTER_S
            )
        return hosted.seat(join, outbox)
