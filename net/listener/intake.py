"""Reading from all clients at once.

An INPUT has thirty bytes, and waking a task for it costs several times what it takes to read them.
So sockets whose tasks wait for bytes are put into one epoll, and one round reads them all::

    epoll ─▶ gather: one recv a socket ─▶ Source.take_in ─┬▶ a small message: heard at once
                                                          └▶ anything else: its own task wakes up

Rounds come ``PAUSE_S`` apart while there is something to read, and whoever plays a tick calls
``gather`` first: what arrived before a tick is in it.

A round reads at most one chunk of each socket, so nobody gets more of it than others. What a source
does not take stays in the kernel, and TCP pushes back on its sender.
"""

from __future__ import annotations

import select
from typing import Final, Protocol

import trio

PAUSE_S: Final = 0.008
"""Between two rounds: what a PING may wait for its answer. Each round wakes one task."""

AVAILABLE: Final = hasattr(select, "epoll")
"""Linux has it. Elsewhere every connection reads for itself."""


class Source(Protocol):
    """One socket, while nobody else reads it."""

    def fileno(self) -> int:
        """Of the socket."""

    def take_in(self, now_s: float) -> bool:
        """Read one chunk without waiting; whether the rest is for the connection's own task.

        Never raises. After True it is not asked again until it is added again.
        """


class Intake:
    """All sockets that are waited for. Used in trio's thread alone.

    Args:
        pause_s: between two rounds.
    """

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        self._pause_s = pause_s
        self._epoll = select.epoll()
        self._sources: dict[int, Source] = {}
        self._scope = trio.CancelScope(shield=True)

    def add(self, source: Source) -> None:
        """From now on read for this one, as soon as something is there."""
        number = source.fileno()
        self._epoll.register(number, select.EPOLLIN)
        self._sources[number] = source

    def drop(self, source: Source) -> None:
        """Read no more for it; nothing happens when it is not here."""
        number = source.fileno()
        if self._sources.pop(number, None) is not None:
            self._epoll.unregister(number)

    def gather(self) -> bool:
        """Read a chunk of every socket that has one; whether there was any. Never waits."""
        sources = self._sources
        if not sources:
            return False
        found = self._epoll.poll(0, len(sources))
        now_s = trio.current_time()
        for number, _ in found:
            # What one of them is told may end another.
            source = sources.get(number)
            if source is not None and source.take_in(now_s):
                self.drop(source)
        return bool(found)

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
