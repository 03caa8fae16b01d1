"""Where the commands of a match's players arrive together, as the edge has taken them."""

from __future__ import annotations

import numpy as np

from net.kernels.arriving import OLDEST_VIEW, TAKEN
from net.standing import Batch
from ringfall.hosting.views import Views
from ringfall.match import Match


class MatchInbox:
    """Judges what was seen, and posts.

    Args:
        match: whose mailbox it is.
        views: judges the views that are too old; the others are ticks that were sent.
    """

    def __init__(self, match: Match, views: Views) -> None:
        self._match, self._views = match, views

    def take(self, batch: Batch, number: int) -> None:
        """Take those commands of a round that are for this number; see ``net.standing.Inbox``."""
        oldest = self._views.oldest
        if batch.counts[OLDEST_VIEW] < oldest:
            self._judge(batch, number, oldest)
        self._match.mailbox.post_round(batch, number)

    def _judge(self, batch: Batch, number: int, oldest: int) -> None:
        count = int(batch.counts[TAKEN])
        seen, mine = batch.commands["view_tick"][:count], batch.boxes[:count] == number
        for index in np.flatnonzero(mine & (seen != 0) & (seen < oldest)).tolist():
            sent = batch.sent_to(int(batch.owners[index]))
            seen[index] = self._views.seen(int(seen[index]), sent)
