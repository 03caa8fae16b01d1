"""Accepting clients, until the server stops."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog
import trio

from net.books import Books
from net.limits import UNIX_SOCKET, Limits, parse_address
from net.listener.connection import Connection
from net.listener.intake import Intake
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
        direct_frames: bool,
        intake: Intake | None,
    ) -> None:
        self.door = door
        self.limits = limits
        self.counters = counters
        self.books = Books(limits, counters, trio.current_time())
        self.direct_frames = direct_frames
        self.intake = intake
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
        unlogged = self.books.fault(error, trio.current_time())
        with suppress(Exception):
            if unlogged is not None:
                _log.warning("fault at the edge", unlogged=unlogged, exc_info=error)


async def serve(
    sockets: Sequence[socket.socket],
    door: Door,
    limits: Limits,
    counters: Counters,
    *,
    direct_frames: bool = True,
    intake: Intake | None = None,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve clients on listening ``sockets`` (``socket.create_server``) until cancelled.

    Takes the sockets over and closes them. With ``direct_frames`` usual frames go past
    trio-websocket, both ways; without, it sees and sends every one, which costs more and is the
    same to clients. ``intake``, unused before, reads those of all clients; with None each
    connection reads for itself. When cancelled, every client is told ``shutting_down``; all tasks
    have ended and every Seat has been left after ``limits.stop_deadline_s`` at the latest.
    """
    server = _Server(door, limits, counters, direct_frames, intake)
    async with trio.open_nursery() as reading:
        if intake is not None:
            reading.start_soon(intake.run)
        try:
            async with trio.open_nursery() as connections:
                await _accept(sockets, server, connections, task_status)
        finally:
            if intake is not None:
                intake.stop()


async def _accept(
    sockets: Sequence[socket.socket],
    server: _Server,
    connections: trio.Nursery,
    task_status: trio.TaskStatus[None],
) -> None:
    """Accept on all sockets until cancelled; then stop every connection."""
    try:
        async with trio.open_nursery() as accepting:
            for sock in sockets:
                sock.setblocking(False)
                # Accepted sockets inherit them.
                limits = server.limits
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer_bytes)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, limits.receive_buffer_bytes)
                accepting.start_soon(server.accept_from, sock, connections)
            task_status.started()
    finally:
        for sock in sockets:
            sock.close()
        for connection in list(server.connections):
            connection.stop()
