"""The HTTP port: hypercorn speaks HTTP, and every connection is fenced in by itself.

hypercorn's own loop is not used.  What hostile bytes raise in one connection leaves that loop as
an exception group nobody catches and ends the process; and it shields what it sends, so that one
client that does not read would keep the server from ever stopping.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import structlog
import trio
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from hypercorn.utils import wrap_app

CONNECTIONS_MAX = 256  # further ones are closed at once
CONNECTION_MAX_S = 60.0  # what a request sent byte by byte can hold; browsers just connect again
SEND_MAX_S = 5.0  # one chunk of an answer; beyond, the client does not read, and is cut off
SEND_BUFFER_BYTES = 262_144  # the kernel's, per connection; by itself it grows to megabytes
ACCEPT_PAUSE_S = 0.1
_OUT_OF_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = structlog.get_logger("ringfall.http")


class _Edge(trio.abc.HalfCloseableStream):
    """A client's socket as hypercorn sees it: nothing it sends takes for ever."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self.socket = stream.socket  # hypercorn asks it for both addresses

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send ``data`` within ``SEND_MAX_S``, or break the connection."""
        with trio.CancelScope(deadline=trio.current_time() + SEND_MAX_S) as patience:
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

    def __init__(self, app: ASGIFramework, count_fault: Callable[[], None]) -> None:
        self._config = Config()
        self._config.errorlog = self._config.accesslog = None
        self._config.include_server_header = False
        self._app = wrap_app(app, self._config.wsgi_max_body_size, "asgi")
        self._context = WorkerContext(None)
        self._count_fault = count_fault
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
            if len(self.open) >= CONNECTIONS_MAX:
                stream.socket.close()
                continue
            self.open.add(stream)
            nursery.start_soon(self._converse, stream)

    async def _converse(self, stream: trio.SocketStream) -> None:
        """Serve one client to its end.  Raises nothing but cancellation and interrupts."""
        # hypercorn asks for an SSL stream and takes any other for plain TCP.
        server = TCPServer(
            self._app,
            self._config,
            self._context,
            ConnectionState({}),
            _Edge(stream),  # type: ignore[arg-type]
        )
        try:
            with trio.move_on_after(CONNECTION_MAX_S):
                await server.run()
        except* Exception as errors:
            self._count_fault()
            log.debug("connection ended by a fault", errors=repr(errors.exceptions))
        finally:
            stream.socket.close()
            self.open.discard(stream)

    def hang_up(self) -> None:
        """Close every connection; a shielded send ends with its socket."""
        for stream in list(self.open):
            stream.socket.close()


async def serve_http(
    sock: socket.socket,
    app: ASGIFramework,
    count_fault: Callable[[], None],
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve ``app`` on the listening ``sock`` until cancelled, then close it and everything.

    Args:
        sock: taken over.
        app: the ASGI application.
        count_fault: called for every connection that ended by an exception.
        task_status: started once connections are accepted.
    """
    port = _HttpPort(app, count_fault)
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
