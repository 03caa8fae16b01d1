"""What the network edge holds of the game: the only way a client reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from net.outbox import Outbox
from net.rejections import BadMessage, Rejection
from ringfall.hosting.packing import Feed
from schema.messages import Input, Spectate

if TYPE_CHECKING:
    from ringfall.hosting.gallery import Gallery
    from ringfall.hosting.hosted import HostedMatch


@dataclass(slots=True, eq=False)
class Occupant:
    """A person's place in a match, connected or not.

    Attributes:
        slot: of the body.
        player_id: whose it is.
        seat: the connection, None while the player is away.
        away_tick: since when, None for whoever is here.
        gone: left for good.
        eyes: the team mate a dead player asked to see.
        result: the RESULT told last.
    """

    slot: int
    player_id: str
    seat: PlayerSeat | None = None
    away_tick: int | None = None
    gone: bool = False
    eyes: int | None = None
    result: bytes | None = None


class PlayerSeat:
    """A connected player."""

    def __init__(self, hosted: HostedMatch, occupant: Occupant, outbox: Outbox) -> None:
        self._hosted = hosted
        self.occupant = occupant
        self.outbox = outbox
        self.feed = Feed(outbox)

    @property
    def slot(self) -> int:
        """Of the body."""
        return self.occupant.slot

    def receive(self, message: Input | Spectate) -> None:
        """Take one command, or a dead player's wish; of a connection that was replaced, nothing."""
        occupant, hosted = self.occupant, self._hosted
        if occupant.seat is not self:
            return
        if isinstance(message, Spectate):
            occupant.eyes = message.slot
        else:
            judged = hosted.views.judged(message, self.outbox.sent)
            hosted.match.post(occupant.slot, judged)

    def leave(self, for_good: bool) -> None:
        """The connection has ended."""
        if self.occupant.seat is self:
            self._hosted.leave(self.occupant, for_good)

    def close(self, rejection: Rejection | None) -> None:
        """End the connection."""
        self.outbox.close(rejection)


class WatcherSeat:
    """Somebody who watches.

    Attributes:
        player_id: who it is.
        feed: their snapshots.
        slot: whom they watch, None for whoever is alive.
        entrants_told: entrants they know of.
        end_told: whether they know that it is over.
    """

    def __init__(
        self, gallery: Gallery, player_id: str, outbox: Outbox, slot: int | None, entrants: int
    ) -> None:
        self._gallery = gallery
        self.player_id = player_id
        self.outbox = outbox
        self.feed = Feed(outbox)
        self.slot = slot
        self.entrants_told = entrants
        self.end_told = False

    def receive(self, message: Input | Spectate) -> None:
        """Take a wish; of an INPUT only the acknowledgement counts, and the edge has taken that."""
        if isinstance(message, Spectate) and message.slot < self._gallery.entrants:
            self.slot = message.slot

    def leave(self, for_good: bool) -> None:
        """The connection has ended."""
        self._gallery.leave(self)

    def close(self, rejection: Rejection | None) -> None:
        """End the connection."""
        self.outbox.close(rejection)


def no_such_role() -> Rejection:
    """The answer to whoever asks for a class that does not exist."""
    return BadMessage("role is no class of this match")
