"""The door to the outside: sockets, handshakes, one guarded task per connection. Only trio here.

    accept → limits per address → request head → Origin → WebSocket → JOIN → Door.enter → Seat

Each connection has a reader (bytes to the Seat) and a writer (Outbox to bytes). Whoever wants to
end one closes its Outbox, and the writer says goodbye; the reader goes on draining meanwhile:
unread messages would stop pongs and the closing handshake.

trio-websocket keeps handshake, control frames and close, and lets exceptions of hostile input
escape; so every connection is fenced in: whatever it raises ends it alone, and its socket is
closed in any case. Server messages are framed here and go straight to the socket, which costs a
third of sending them through the library; both take turns, so frames never interleave.
"""

from __future__ import annotations

import errno
import math
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection, wrap_server_stream
from wsproto.utilities import ProtocolError

from net import rejections, wire
from net.books import Books, leaves
from net.limits import UNIX_SOCKET, Limits, TokenBucket, parse_address
from net.outbox import Ending
from net.rejections import RETRY_AFTER_S, Counters, Refusal, Rejection, shutting_down
from net.session import Door, Session
from schema.messages import CloseCode, ErrorCode

# Small, so that a chunk of thousands of empty frames cannot hold the loop for long.
RECEIVE_BYTES: Final = 1024
MESSAGE_QUEUE_SIZE: Final = 16
ACCEPT_PAUSE_S: Final = 0.1
# How long a refused client may take to send the request that is refused: closing a socket with
# unread bytes resets it, and a reset may overtake the answer.
REFUSAL_WAIT_S: Final = 1.0
# Of accept(): nothing can be accepted for now. Other errors belong to the one connection that
# failed; pausing for those would let a client that resets slow everybody down.
_OUT_OF_ROOM: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
# What the library raises when a client breaks the protocol or vanishes at the wrong moment.
_HOSTILE: Final = (
    ConnectionClosed, ProtocolError, trio.BrokenResourceError, trio.ClosedResourceError,
)  # fmt: skip

_log = structlog.get_logger("ringfall.net")


class _Edge(trio.abc.Stream):
    """The socket as trio-websocket sees it: metered, shared with our own frames, closed by us."""

    def __init__(self, connection: _Connection, head: bytes) -> None:
        server, limits = connection.server, connection.server.limits
        self._connection = connection
        self._counters, self._clock = server.counters, server.clock
        self._sock, self._stream = connection.sock, connection.stream
        self._head = head
        self._budget = TokenBucket(limits.bytes_per_s, limits.bytes_burst, server.clock())
        self._turn = trio.Lock()
        self.closed = self.answered = self.close_sent = False
        # Part of a frame may be out, or a goodbye went unanswered: nothing more can be sent.
        self.stuck = False
        self.handshake: trio.CancelScope | None = None

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """First the request head that was read already, then the socket, on a budget."""
        if self.closed:
            raise trio.ClosedResourceError
        if self._head:
            head, self._head = self._head, b""
            return head
        data = bytes(await self._stream.receive_some(max_bytes))
        self._counters.bytes_in += len(data)
        if data and not self._budget.take(self._clock(), len(data)):
            self._connection.reject(rejections.Flooding("too many bytes per second"))
            # What else arrives stays in the kernel, and TCP pushes back on the sender.
            await trio.sleep_forever()
        return data

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send a handshake or a control frame of trio-websocket."""
        async with self._turn:
            await self._finish(bytes(data), 0)

    def send_now(self, frame: bytes) -> int:
        """Give the kernel what it takes of ``frame`` at once; 0 when it is not our turn."""
        if self._turn.locked() or self.close_sent:
            return 0
        try:
            sent = self._sock.send(frame)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            raise trio.BrokenResourceError(f"socket is gone: {error}") from error
        self._counters.bytes_out += sent
        return sent

    async def send_rest(self, frame: bytes, sent: int) -> None:
        """Send what ``send_now`` left over; nobody else had a turn in between."""
        if self._turn.locked():
            await self._turn.acquire()
        else:
            self._turn.acquire_nowait()
        try:
            await self._finish(frame, sent)
        finally:
            self._turn.release()

    async def _finish(self, data: bytes, sent: int) -> None:
        if self.close_sent:
            raise trio.ClosedResourceError
        self.close_sent = data[:1] == b"\x88"
        self.answered = True
        self.stuck = True
        await self._stream.send_all(data[sent:])
        self.stuck = False
        self._counters.bytes_out += len(data) - sent

    async def wait_send_all_might_not_block(self) -> None:
        """Part of the interface that trio-websocket does not use."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """Note that trio-websocket is done; the connection's own end closes the socket."""
        self.closed = True
        if self.handshake is not None:
            # It refused the request, and would wait for one that it likes for ever.
            self.handshake.cancel()
        await trio.lowlevel.checkpoint()


class _Connection:
    """One client, from accepted socket to closed socket."""

    def __init__(self, server: _Server, sock: socket.socket, address: str) -> None:
        self.server = server
        self.sock = sock
        self.stream = trio.SocketStream(trio.socket.from_stdlib_socket(sock))
        self.address = address
        self.key = server.books.arrive(address, server.clock())
        # Shielded: when the server stops, goodbyes are still said, until the scope's deadline.
        self.scope = trio.CancelScope(shield=True)
        self.reason = ""
        self._refusal = self.key if isinstance(self.key, Refusal) else None
        self._open = False
        self._edge: _Edge | None = None
        self._session = Session(server.door, server.limits, server.counters, server.clock())
        self.outbox = self._session.outbox
        self._writer_waits = trio.lowlevel.ParkingLot()
        server.connections.add(self)

    async def run(self) -> None:
        """Serve the client to its end. Raises nothing but cancellation and interrupts."""
        try:
            with self.scope:
                await (self._serve() if self._refusal is None else self._hear_out())
        except* Refusal as refusals:
            self._refusal = leaves(refusals)[0]
        except* Exception as errors:
            self._blame(leaves(errors))
        finally:
            self._end()

    def reject(self, rejection: Rejection) -> None:
        """End this connection with an ERROR. Never waits."""
        self.reason = self.reason or rejection.code.value
        self.outbox.close(rejection)

    def stop(self) -> None:
        """End this connection because the server stops, within ``stop_deadline_s``."""
        self.scope.deadline = trio.current_time() + self.server.limits.stop_deadline_s
        if self._open:
            self.reject(shutting_down())
        else:
            self._refusal = Refusal(503, ErrorCode.SHUTTING_DOWN.value, RETRY_AFTER_S)
            self.scope.cancel()

    async def _hear_out(self) -> None:
        if self.server.books.hears_out():
            with trio.move_on_after(REFUSAL_WAIT_S), suppress(*_HOSTILE):
                await self.stream.receive_some(self.server.limits.handshake_bytes_max)

    async def _serve(self) -> None:
        limits = self.server.limits
        deadline = trio.current_time() + limits.handshake_deadline_s
        with trio.CancelScope(deadline=deadline) as patience:
            head = await self._read_head()
        if patience.cancelled_caught:
            raise Refusal(400, "handshake_late")
        self._check(wire.read_head(head))
        edge = self._edge = _Edge(self, head)
        async with trio.open_nursery() as nursery:
            with trio.CancelScope(deadline=deadline) as edge.handshake:
                request = await wrap_server_stream(
                    nursery, edge, MESSAGE_QUEUE_SIZE, limits.bytes_burst, RECEIVE_BYTES
                )
                ws = await request.accept()
                self._open = True
            edge.handshake = None
            if not self._open:
                raise Refusal(400, "bad_request" if edge.closed else "handshake_late")
            self.outbox.wake = self._writer_waits.unpark_all
            nursery.start_soon(self._write, ws, edge, nursery.cancel_scope)
            await self._read(ws, edge)
            # A writer that is saying goodbye finishes, and then cancels the library's reader.
            if not self.outbox.closing:
                nursery.cancel_scope.cancel()

    async def _read_head(self) -> bytes:
        head = bytearray()
        while not wire.head_complete(head, self.server.limits.handshake_bytes_max):
            try:
                data = await self.stream.receive_some(RECEIVE_BYTES)
            except trio.BrokenResourceError:
                data = b""
            if not data:
                raise Refusal(400, "left_in_handshake")
            self.server.counters.bytes_in += len(data)
            head += data
        return bytes(head)

    def _check(self, head: wire.Head) -> None:
        wire.check_origin(head, self.server.limits)
        if self.key is None:
            self.address, self.key = self.server.books.forwarded(
                self.address, head.forwarded_for, self.server.clock()
            )

    async def _read(self, ws: WebSocketConnection, edge: _Edge) -> None:
        try:
            try:
                await self._listen(ws)
            except Rejection as rejection:
                self.reject(rejection)
            while True:
                await ws.get_message()
        except ConnectionClosed as closed:
            code = closed.reason.code if closed.reason else CloseCode.ABNORMAL
            self._session.hung_up(code)
            self.reason = self.reason or wire.blame_for_close(code, answered=edge.close_sent)

    async def _listen(self, ws: WebSocketConnection) -> None:
        limits, session = self.server.limits, self._session
        with trio.move_on_after(limits.first_message_deadline_s):
            session.join(await ws.get_message(), self.address)
        if not session.joined:
            raise rejections.FirstMessageLate
        with trio.CancelScope() as patience:
            while True:
                patience.deadline = trio.current_time() + limits.idle_deadline_s
                session.receive(await ws.get_message(), self.server.clock())
        raise rejections.Idle(f"nothing was heard for {limits.idle_deadline_s:g} s")

    async def _write(self, ws: WebSocketConnection, edge: _Edge, whole: trio.CancelScope) -> None:
        # A connection that broke while sending has nothing to add; the reader knows why.
        with suppress(*_HOSTILE):
            await self._deliver(ws, edge)
        whole.cancel()

    async def _deliver(self, ws: WebSocketConnection, edge: _Edge) -> None:
        limits, outbox = self.server.limits, self.outbox
        end_by = math.inf
        while ws.closed is None:
            item = outbox.take()
            if outbox.closing:
                end_by = min(end_by, trio.current_time() + limits.close_deadline_s)
            if item is None:
                await self._writer_waits.park()
                continue
            if isinstance(item, Ending):
                self.reason = self.reason or item.reason
                with trio.CancelScope(deadline=end_by) as patience:
                    await ws.aclose(item.close_code, item.reason)
                edge.stuck = edge.stuck or patience.cancelled_caught
                return
            frame = wire.binary_frame(item)
            if (sent := edge.send_now(frame)) < len(frame):
                send_by = min(end_by, trio.current_time() + limits.send_deadline_s)
                with trio.CancelScope(deadline=send_by) as patience:
                    await edge.send_rest(frame, sent)
                if patience.cancelled_caught:
                    self.reason = self.reason or ErrorCode.TOO_SLOW.value
                    edge.stuck = True
                    return
            self.server.counters.messages_out += 1

    def _blame(self, errors: list[Exception]) -> None:
        """Decide whether exceptions that ended this connection are the client's or ours."""
        hostile = _HOSTILE if self._open else (*_HOSTILE, UnicodeError)
        ours = [error for error in errors if not isinstance(error, hostile)]
        for error in ours:
            self.server.fault(error)
        if not self._open:
            self._refusal = Refusal(400, "bad_request")
        elif ours:
            self.reason = "internal"
        elif any(isinstance(error, ProtocolError) for error in errors):
            self.reason = self.reason or "protocol_error"

    def _end(self) -> None:
        """Free everything. Runs once, waits for nothing."""
        edge = self._edge
        try:
            self._session.leave()
        except Exception as error:
            self.server.fault(error)
        reason = self._refusal.reason if self._refusal is not None else self.reason
        if edge is not None and edge.stuck:
            # Reset: the kernel would go on offering the rest to somebody who does not read.
            with suppress(OSError):
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif edge is None or not edge.close_sent:
            # Where trio-websocket has said nothing: a refusal, a broken frame, a bug of ours.
            refusal = None if edge is not None and edge.answered else self._refusal
            with suppress(OSError):
                words = wire.last_words(refusal, self.reason)
                self.server.counters.bytes_out += self.sock.send(words)
        self.stream.socket.close()
        self.server.connections.discard(self)
        self.server.books.depart(self.key, reason)
        # A log that cannot be written ends no connection, and no server.
        with suppress(Exception):
            _log.debug("connection ended", address=self.address, reason=reason or "left")


class _Server:
    """What the connections share."""

    def __init__(
        self, door: Door, limits: Limits, counters: Counters, clock: Callable[[], float]
    ) -> None:
        self.door = door
        self.limits = limits
        self.counters = counters
        self.clock = clock
        self.books = Books(limits, counters, clock())
        self.connections: set[_Connection] = set()

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
            connection = _Connection(self, client, str(parse_address(host) or host))
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
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve clients on listening ``sockets`` (``socket.create_server``) until cancelled.

    Takes the sockets over and closes them. ``clock`` feeds the token buckets; deadlines follow
    trio's own. When cancelled, every client is told ``shutting_down`` and all tasks have ended
    after ``limits.stop_deadline_s`` at the latest; every Seat has been left by then.
    """
    server = _Server(door, limits, counters, clock)
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
