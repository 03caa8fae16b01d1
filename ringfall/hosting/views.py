"""Which tick somebody was looking at: what a client claims, held against what it was sent.

What hits at once is judged by where others were in that tick (docs/rules.md), so a claim is
believed only as far as this connection can bear it out: the tick of a snapshot that was really
sent on it, and no older than the rules look back.  What comes out is logged with the command; a
replay needs to know nothing of the network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ringfall.match import Match
from schema.messages import Input

FUTURE = "future"
UNSENT = "unsent"
OLD = "old"


class View(NamedTuple):
    """A tick that was sent, 0 for none, and why it is not the one that was claimed, if so."""

    tick: int
    reason: str = ""


def judge(claimed: int, sent: Sequence[int], oldest: int) -> View:
    """The tick that counts as seen: the claimed one, else the nearest that may be meant.

    Args:
        claimed: as in INPUT, 0 for none.
        sent: ticks of the snapshots sent on the connection, ascending.
        oldest: no older tick is looked back to.
    """
    if claimed == 0 or (claimed >= oldest and claimed in sent):
        return View(claimed)
    recent = [tick for tick in sent if tick >= oldest]
    if not sent or claimed > sent[-1]:
        reason = FUTURE
    elif not recent or claimed < oldest:
        reason = OLD
    else:
        reason = UNSENT
    # Of two equally near the newer one: where in doubt, less far back.
    return View(min(recent, key=lambda tick: (abs(tick - claimed), -tick), default=0), reason)


class Views:
    """Judges the views of a match's players.

    Attributes:
        replaced: commands that claimed a view which their sender cannot have had, by reason.
    """

    def __init__(self, match: Match) -> None:
        self._match = match
        self.replaced: Counter[str] = Counter()

    def judged(self, command: Input, sent: Sequence[int]) -> Input:
        """The command with the tick that its sender may count as having seen.

        Args:
            command: as it came.
            sent: ticks of the snapshots sent on the sender's connection, ascending.
        """
        if not command.view:
            return command
        tick = self.seen(command.view, sent)
        return command if tick == command.view else msgspec.structs.replace(command, view=tick)

    @property
    def oldest(self) -> int:
        """No older tick is looked back to now."""
        return self._match.tick + 1 - self._match.rules.rewind_ticks

    def seen(self, claimed: int, sent: Sequence[int]) -> int:
        """The tick that counts as seen, as in ``judge``."""
        view = judge(claimed, sent, self.oldest)
        if view.reason:
            self.replaced[view.reason] += 1
        return view.tick
