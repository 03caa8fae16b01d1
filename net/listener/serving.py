"""Accepting clients, until the server stops."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog
import trio

from net.books import Books
from net.limits import UNIX_SOCKET, Limits, parse_address
from net.listener.connection import Connection
from net.rejections import Counters
from net.session import Door

ACCEPT_PAUSE_S: Final = 0.1
# Of accept(): nothing can be accepted for now. Other errors belong to the one connection that
# failed; pausing for those would let a client that resets slow everybody down.
_OUT_OF_ROOM: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

_log = structlog.get_logger("ringfall.net")


class _Server:
    """What the connections share."""

    def __init__(
        self,
        door: Door,
        limits: Limits,
        counters: Counters,
        clock: Callable[[], float],
        direct_frames: bool,
    ) -> None:
        self.door = door
        self.limits = limits
        self.counters = counters
        self.clock = clock
        self.books = Books(limits, counters, clock())
        self.direct_frames = direct_frames
        self.connections: set[Connection] = set()

    async def accept_from(self, sock: socket.socket, nursery: trio.Nursery) -> None:
        """Accept until cancelled. Outlives every error of accept."""
        while True:
            try:
                await trio.lowlevel.wait_readable(sock)
                client, peer = sock.accept()
            except BlockingIOError:
                continue
            except OSError as error:
                self.fault(error)
                if error.errno in _OUT_OF_ROOM:
                    await trio.sleep(ACCEPT_PAUSE_S)
                continue
            host = str(peer[0]) if isinstance(peer, tuple) else UNIX_SOCKET
            connection = Connection(self, client, str(parse_address(host) or host))
            nursery.start_soon(connection.run)

    def fault(self, error: Exception) -> None:
        """Count an exception nobody expected; log a few of them, never all."""
        unlogged = self.books.fault(error, self.clock())
        with suppress(Exception):
            if unlogged is not None:
                _log.warning("fault at the edge", unlogged=unlogged, exc_info=error)


async def serve(
    sockets: Sequence[socket.socket],
    door: Door,
    limits: Limits,
    counters: Counters,
    *,
    clock: Callable[[], float] = trio.current_time,
    direct_frames: bool = True,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve clients on listening ``sockets`` (``socket.create_server``) until cancelled.

    Takes the sockets over and closes them. ``clock`` feeds the token buckets; deadlines follow
    trio's own. With ``direct_frames`` usual frames go past trio-websocket, both ways; without, it
    sees and sends every one, which costs more and is the same to clients. When cancelled, every
    client is told ``shutting_down`` and all tasks have ended after ``limits.stop_deadline_s`` at
    the latest; every Seat has been left by then.
    """
    server = _Server(door, limits, counters, clock, direct_frames)
    async with trio.open_nursery() as connections:
        try:
            async with trio.open_nursery() as accepting:
                for sock in sockets:
                    sock.setblocking(False)
                    # Accepted sockets inherit it.
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer_bytes)
                    accepting.start_soon(server.accept_from, sock, connections)
                task_status.started()
        finally:
            for sock in sockets:
                sock.close()
            for connection in list(server.connections):
                connection.stop()
