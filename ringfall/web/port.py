"""The HTTP port: hypercorn speaks HTTP, and every connection is fenced in by itself.

hypercorn's own loop is not used.  What hostile bytes raise in one connection leaves that loop as
an exception group nobody catches and ends the process; and it shields what it sends, so that one
client that does not read would keep the server from ever stopping.
"""

from __future__ import annotations

import errno
import socket
from collections import Counter
from dataclasses import dataclass, field

import structlog
import trio
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from hypercorn.utils import wrap_app

from net.limits import AddressTable, Limits, address_key

SEND_BUFFER_BYTES = 262_144  # the kernel's, per connection; by itself it grows to megabytes
ACCEPT_PAUSE_S = 0.1
_OUT_OF_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = structlog.get_logger("ringfall.http")


@dataclass(slots=True)
class HttpCounters:
    """What the HTTP port has seen, for metrics; all values only rise.

    Attributes:
        faults: connections that ended by an exception.
        rejected: connections that were not taken, by reason.
        refused: requests that were answered by a refusal, by code.
        over_rate: those of them that were over a rate, by its name.
        board_reads: leaderboards that were shown, by where they came from.
    """

    faults: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    over_rate: Counter[str] = field(default_factory=Counter)
    board_reads: Counter[str] = field(default_factory=Counter)


class _Edge(trio.abc.HalfCloseableStream):
    """A client's socket as hypercorn sees it: nothing it sends takes for ever."""

    def __init__(self, stream: trio.SocketStream, send_s: float) -> None:
        self._stream, self._send_s = stream, send_s
        self.socket = stream.socket  # hypercorn asks it for both addresses

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send ``data`` within ``http_send_deadline_s``, or break the connection."""
        with trio.CancelScope(deadline=trio.current_time() + self._send_s) as patience:
            await self._stream.send_all(data)
        if patience.cancelled_caught:
            self.socket.close()
            raise trio.BrokenResourceError("the client does not read")

    async def wait_send_all_might_not_block(self) -> None:
        """Part of the interface; hypercorn does not use it."""
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """Receive what there is."""
        return await self._stream.receive_some(max_bytes)

    async def send_eof(self) -> None:
        """End what is sent."""
        await self._stream.send_eof()

    async def aclose(self) -> None:
        """Close the socket."""
        await self._stream.aclose()


class _HttpPort:
    """What the connections share."""

    def __init__(self, app: ASGIFramework, limits: Limits, counters: HttpCounters) -> None:
        self._limits, self._counters = limits, counters
        self._addresses = AddressTable(limits)
        self._by_address: Counter[str] = Counter()
        self._config = Config()
        self._config.errorlog = self._config.accesslog = None
        self._config.include_server_header = False
        self._app = wrap_app(app, self._config.wsgi_max_body_size, "asgi")
        self._context = WorkerContext(None)
        self.open: set[trio.SocketStream] = set()

    async def accept_from(self, listener: trio.SocketListener, nursery: trio.Nursery) -> None:
        """Accept until cancelled.  Outlives every error of accept."""
        while True:
            try:
                stream = await listener.accept()
            except OSError as error:
                if error.errno in _OUT_OF_ROOM:
                    await trio.sleep(ACCEPT_PAUSE_S)
                continue
            key = self._key_of(stream)
            reason = self._no_room(key)
            if reason:
                self._counters.rejected[reason] += 1
                stream.socket.close()
                continue
            self.open.add(stream)
            self._by_address[key] += 1
            nursery.start_soon(self._converse, stream, key)

    def _key_of(self, stream: trio.SocketStream) -> str:
        """What a client is counted under; a proxy stands for many, and is not counted."""
        try:
            host = str(stream.socket.getpeername()[0])
        except OSError:
            return ""
        return "" if self._addresses.is_proxy(host) else address_key(host)

    def _no_room(self, key: str) -> str:
        """Why a connection is not taken, "" when it is."""
        if len(self.open) >= self._limits.http_connections_max:
            return "server_full"
        many = self._by_address[key] >= self._limits.http_connections_per_address_max
        return "too_many_connections" if key and many else ""

    async def _converse(self, stream: trio.SocketStream, key: str) -> None:
        """Serve one client to its end.  Raises nothing but cancellation and interrupts."""
        # hypercorn asks for an SSL stream and takes any other for plain TCP.
        server = TCPServer(
            self._app,
            self._config,
            self._context,
            ConnectionState({}),
            _Edge(stream, self._limits.http_send_deadline_s),  # type: ignore[arg-type]
        )
        try:
            with trio.move_on_after(self._limits.http_connection_s):
                await server.run()
        except* Exception as errors:
            self._counters.faults += 1
            log.debug("connection ended by a fault", errors=repr(errors.exceptions))
        finally:
            stream.socket.close()
            self.open.discard(stream)
            self._by_address[key] -= 1
            if self._by_address[key] <= 0:
                del self._by_address[key]

    def hang_up(self) -> None:
        """Close every connection; a shielded send ends with its socket."""
        for stream in list(self.open):
            stream.socket.close()


async def serve_http(
    sock: socket.socket,
    app: ASGIFramework,
    limits: Limits,
    counters: HttpCounters,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve ``app`` on the listening ``sock`` until cancelled, then close it and everything.

    Args:
        sock: taken over.
        app: the ASGI application.
        limits: of the edge.
        counters: counts what was turned away, and connections that ended by an exception.
        task_status: started once connections are accepted.
    """
    port = _HttpPort(app, limits, counters)
    with sock:
        sock.setblocking(False)
        # Accepted sockets inherit it.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listener = trio.SocketListener(trio.socket.from_stdlib_socket(sock))
        async with trio.open_nursery() as connections:
            try:
                task_status.started()
                await port.accept_from(listener, connections)
            finally:
                port.hang_up()
