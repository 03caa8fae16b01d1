"""Who sees a match now, and from where: sorted anew only when something about it has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from net.snapshot import SnapshotPacker
from ringfall.hosting.offers import Offers
from ringfall.hosting.packing import Feed, offer
from ringfall.mailbox import Mailbox


class Audience:
    """Those who look from bodies of the live world.

    Args:
        packer: of that world.
        feeds: of every connected player by slot; whoever changes it says so.
    """

    def __init__(self, packer: SnapshotPacker, feeds: Mapping[int, Feed]) -> None:
        self._packer, self._feeds = packer, feeds
        self._key: tuple[bytes, bool] | None = None
        self._players: list[Feed] = []
        self._fallen: list[tuple[int, Feed]] = []
        self._mates: list[int] = []
        self._offers: Offers | None = None

    def changed(self) -> None:
        """Somebody has come or gone."""
        self._key = None

    def fallen(self, alive: NDArray[np.uint8], over: bool) -> Sequence[tuple[int, Feed]]:
        """Those who have lost their body, by slot; all others look from it.

        Args:
            alive: u8[rows], of every body.
            over: whether the match is decided: everybody looks from its own then.
        """
        key = (alive.tobytes(), over)
        if key != self._key:
            self._key, self._offers = key, None
            # Whoever has no body yet has nothing to look from.
            here = [(slot, feed) for slot, feed in self._feeds.items() if slot < len(alive)]
            self._fallen = [row for row in here if not (alive[row[0]] or over)]
            self._players = [
                feed.turn_to(self._packer, slot, plays=True)
                for slot, feed in here
                if alive[slot] or over
            ]
        return self._fallen

    def offer(self, tick: int, mates: Sequence[Feed], mailbox: Mailbox) -> None:
        """Give all who look from their own body, and these of the fallen, their snapshots.

        Args:
            mates: turned to whom they see.
        """
        seats = [feed.seat for feed in mates]
        if self._offers is None or self._offers.outdated or seats != self._mates:
            self._mates, self._offers = seats, Offers(self._packer, [*self._players, *mates])
        if self._offers.together:
            self._offers.make(tick, mailbox.leads)
        else:
            offer(self._packer, tick, [*self._players, *mates], mailbox.lead)
