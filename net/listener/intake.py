"""Reading from all clients at once.

An INPUT has thirty bytes, and waking a task for it costs several times what it takes to read them.
So sockets whose tasks wait for bytes are put into one epoll, and one round reads them all::

    epoll ─▶ gather: one recv a socket ─▶ Source.take_in ─┬▶ a small message: heard at once
                          │                               └▶ anything else: its own task wakes up
                          └▶ of those who play: Standings.take, all at once ─▶ the rest: take_over

Rounds come ``PAUSE_S`` apart while there is something to read, and whoever plays a tick calls
``gather`` first: what arrived before a tick is in it.

A round reads at most one chunk of each socket, so nobody gets more of it than others. What a source
does not take stays in the kernel, and TCP pushes back on its sender.
"""

from __future__ import annotations

import os
import select
from typing import Final, Protocol

import trio

from net.standing import NOWHERE, Standings

PAUSE_S: Final = 0.008
"""Between two rounds: what a PING may wait for its answer. Each round wakes one task."""

AVAILABLE: Final = hasattr(select, "epoll")
"""Linux has it. Elsewhere every connection reads for itself."""


class Source(Protocol):
    """One socket, while nobody else reads it."""

    @property
    def place(self) -> int:
        """Its client's row among those whose INPUTs are taken at once, NOWHERE without one."""

    def fileno(self) -> int:
        """Of the socket."""

    def take_in(self, now_s: float) -> bool:
        """Read one chunk without waiting; whether the rest is for the connection's own task.

        Never raises. After True it is not asked again until it is added again.
        """

    def take_over(self, data: bytes, now_s: float) -> bool:
        """The same for a chunk that was read for it; none at the end of the stream."""


class Intake:
    """All sockets that are waited for. Used in trio's thread alone.

    Args:
        pause_s: between two rounds.
        standings: of those whose INPUTs are taken all at once; None for nobody's.
    """

    def __init__(self, pause_s: float = PAUSE_S, standings: Standings | None = None) -> None:
        self._pause_s = pause_s
        self.standings = standings
        if standings is not None:
            standings.write = os.write
        # Rows by the number of the socket.
        self._seated: dict[int, int] = {}
        self._epoll = select.epoll()
        self._sources: dict[int, Source] = {}
        self._scope = trio.CancelScope(shield=True)

    def add(self, source: Source) -> None:
        """From now on read for this one, as soon as something is there."""
        number = source.fileno()
        self._epoll.register(number, select.EPOLLIN)
        self._sources[number] = source
        self.seat(source)

    def seat(self, source: Source) -> None:
        """From now on its INPUTs are taken with those of others, if it has a row among them."""
        number = source.fileno()
        if source.place != NOWHERE and number in self._sources:
            self._seated[number] = source.place

    def drop(self, source: Source) -> None:
        """Read no more for it; nothing happens when it is not here."""
        number = source.fileno()
        self._seated.pop(number, None)
        if self._sources.pop(number, None) is not None:
            self._epoll.unregister(number)

    def gather(self) -> bool:
        """Read a chunk of every socket that has one; whether there was any. Never waits."""
        sources = self._sources
        if not sources:
            return False
        found = self._epoll.poll(0, len(sources))
        now_s = trio.current_time()
        numbers = [number for number, _ in found]
        if self._seated:
            numbers = self._take_together(numbers, now_s)
        for number in numbers:
            # What one of them is told may end another.
            source = sources.get(number)
            if source is not None and source.take_in(now_s):
                self.drop(source)
        return bool(found)

    def _take_together(self, numbers: list[int], now_s: float) -> list[int]:
        """Read for those who have a row; the others are left."""
        standings, seated = self.standings, self._seated
        assert standings is not None
        rooms, sizes, senders = standings.rooms, standings.sizes, standings.senders
        read, others = list[int](), list[int]()
        for number in numbers:
            place, at = seated.get(number), len(read)
            if place is None:
                others.append(number)
                continue
            try:
                sizes[at] = os.readv(number, (rooms[at],))
            except OSError:
                # Its own way finds out what it is.
                others.append(number)
                continue
            senders[at] = place
            read.append(number)
        if not read:
            return others
        left = standings.take(len(read), now_s)
        # What one of them is told may end another, whose bytes have been read all the same.
        waiting = [
            (self._sources[read[index]], bytes(rooms[index][: sizes[index]])) for index in left
        ]
        for source, data in waiting:
            if source.take_over(data, now_s):
                self.drop(source)
        return others

    async def run(self) -> None:
        """Gather until ``stop``. Cancelling does not end it: goodbyes are answered until then."""
        with self._scope:
            while True:
                await trio.lowlevel.wait_readable(self._epoll.fileno())
                while self.gather():
                    await trio.sleep(self._pause_s)

    def stop(self) -> None:
        """End ``run``; every source has been dropped."""
        self._scope.cancel()
