"""Handing a tick's snapshots to everybody who plays, all at once where nothing stands in the way.

Whether a snapshot is due, and what is noted when it was sent, a kernel does for all
(``net/kernels/offering.py``); what is left of Python is to write a frame to a socket.  Whoever
cannot be served so, for something waits or the socket is busy, is offered it by ``offer``'s way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.binding import sequence
from net.frames import binary_head
from net.kernels.arriving import SOCKET
from net.kernels.offering import DUE, NOT_DUE, find_due, note_offers
from net.snapshot import SnapshotPacker
from net.standing import NOWHERE, Standings
from ringfall.hosting.packing import Feed


class Offers:
    """The snapshots of feeds that stay the same for a while.

    Args:
        packer: what all feeds are turned to.
        feeds: in the order in which they are served.
    """

    def __init__(self, packer: SnapshotPacker, feeds: Sequence[Feed]) -> None:
        self._packer, self._feeds = packer, feeds
        self._seats = [feed.seat for feed in feeds]
        self._rows = np.array([feed.row for feed in feeds], dtype=np.int64)
        self._all_play = all(feed.plays for feed in feeds)
        standings = [feed.outbox.standing for feed in feeds]
        self._table = next((s.table for s in standings if s.table is not None), None)
        self._version = -1 if self._table is None else self._table.version
        places = [s.place if s.table is self._table else NOWHERE for s in standings]
        self._sockets = [s.ints[SOCKET] for s in standings]
        self._answers, self._asking = (np.zeros(len(feeds), dtype=np.uint8) for _ in range(2))
        self._tick, self._counts = np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int64)
        self._calls: tuple[Callable[[], object], ...] = ()
        if self._table is not None:
            self._calls = self._kernels(self._table, np.array(places, dtype=np.int64))

    def _kernels(
        self, table: Standings, places: NDArray[np.int64]
    ) -> tuple[Callable[[], object], ...]:
        tick, ints, answers = self._tick, table.ints, self._answers
        find = partial(
            find_due, tick, table.unacked_max, table.width, places, ints, answers, self._asking,
            self._counts,
        )  # fmt: skip
        note = partial(note_offers, tick, table.width, places, answers, ints)
        return (*sequence([find]), *sequence([note]))

    @property
    def together(self) -> bool:
        """Whether anybody has a row; without, there is nothing to do for all at once."""
        return self._table is not None

    @property
    def outdated(self) -> bool:
        """Whether somebody has got a row or given it back."""
        if self._table is None:
            return any(feed.outbox.standing.table is not None for feed in self._feeds)
        return self._table.version != self._version

    def make(self, tick: int, leads_of: Callable[[NDArray[np.int64]], list[int]]) -> None:
        """Give every feed its snapshot, as far as one is due and wanted.

        Only where there is something to do ``together``, and never when ``outdated``.

        Args:
            tick: rises from call to call.
            leads_of: how far the commands of players are ahead, by row.
        """
        table = self._table
        assert table is not None
        find, note = self._calls
        self._tick[0] = tick
        find()
        due, asked = self._counts.tolist()
        feeds, seats = self._feeds, self._seats
        ready: Sequence[int] = range(len(feeds))
        rows = self._rows
        if due < len(feeds):
            ready = self._ready(tick, asked)
            rows, seats = rows[list(ready)], [seats[index] for index in ready]
        asking = self._seats_of(self._asking) if self._asking.any() else []
        if asked:
            others = [i for i in ready if self._answers[i] != DUE]
            asking += [feeds[i].seat for i in others if feeds[i].outbox.take_resync()]
        leads = leads_of(rows)
        if not self._all_play:
            leads = [lead if feeds[i].plays else 0 for i, lead in zip(ready, leads, strict=True)]
        frames = self._packer.pack(seats, asking, leads)
        self._send(table, tick, ready, frames, all_due=not asked)
        note()

    def _ready(self, tick: int, asked: int) -> list[int]:
        if not asked:
            return np.flatnonzero(self._answers == DUE).tolist()
        return [
            index
            for index, answer in enumerate(self._answers.tolist())
            if answer == DUE or (answer != NOT_DUE and self._feeds[index].outbox.wants(tick))
        ]

    def _seats_of(self, marks: NDArray[np.uint8]) -> list[int]:
        return [self._seats[index] for index in np.flatnonzero(marks).tolist()]

    def _send(
        self, table: Standings, tick: int, ready: Sequence[int], frames: list[bytes], all_due: bool
    ) -> None:
        write, sockets, total = table.write, self._sockets, 0
        for index, frame in zip(ready, frames, strict=True):
            if not all_due and self._answers[index] != DUE:
                self._feeds[index].outbox.offer_snapshot(tick, frame)
                continue
            data = binary_head(len(frame)) + frame
            try:
                sent = write(sockets[index], data)
            except OSError:
                # No room, or a socket that is gone: whoever settles finds out which.
                sent = 0
            total += sent
            if sent < len(data):
                self._feeds[index].outbox.settle_rest(data[sent:])
        table.counters.bytes_out += total
        table.counters.messages_out += int(self._counts[0])
