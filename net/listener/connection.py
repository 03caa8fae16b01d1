"""One client, from accepted socket to closed socket.

Each connection has a reader (bytes to the Seat) and a writer (Outbox to bytes). Whoever wants to
end one closes its Outbox, and the writer says goodbye; the reader goes on draining meanwhile:
unread messages would stop pongs and the closing handshake.

trio-websocket lets exceptions of hostile input escape; so every connection is fenced in: whatever
it raises ends it alone, and its socket is closed in any case.
"""

from __future__ import annotations

import math
import socket
import struct
from contextlib import suppress
from typing import Final, Protocol

import structlog
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection, wrap_server_stream
from wsproto.utilities import ProtocolError

from net import rejections, wire
from net.books import Books, leaves
from net.frames import Sieve
from net.kernels.arriving import HEARD_S
from net.limits import Limits, TokenBucket
from net.listener.edge import RECEIVE_BYTES, Edge
from net.listener.intake import Intake
from net.outbox import Ending
from net.rejections import RETRY_AFTER_S, Counters, Refusal, Rejection, shutting_down
from net.session import Door, Session
from schema.messages import CloseCode, ErrorCode

MESSAGE_QUEUE_SIZE: Final = 16
# How long a refused client may take to send the request that is refused: closing a socket with
# unread bytes resets it, and a reset may overtake the answer.
REFUSAL_WAIT_S: Final = 1.0
# What the library raises when a client breaks the protocol or vanishes at the wrong moment.
_HOSTILE: Final = (
    ConnectionClosed, ProtocolError, trio.BrokenResourceError, trio.ClosedResourceError,
)  # fmt: skip

_log = structlog.get_logger("ringfall.net")


class Server(Protocol):
    """What connections share.

    Attributes:
        direct_frames: whether usual frames go past trio-websocket.
        intake: reads them for all connections; None where each reads for itself.
        connections: all that are open; each enters itself and leaves.
    """

    door: Door
    limits: Limits
    counters: Counters
    direct_frames: bool
    intake: Intake | None
    books: Books
    connections: set[Connection]

    def fault(self, error: Exception) -> None:
        """Count an exception nobody expected."""


class Connection:
    """One client, from accepted socket to closed socket."""

    def __init__(self, server: Server, sock: socket.socket, address: str) -> None:
        self.server = server
        self.sock = sock
        self.stream = trio.SocketStream(trio.socket.from_stdlib_socket(sock))
        self.address = address
        self.key = server.books.arrive(address, trio.current_time())
        # Shielded: when the server stops, goodbyes are still said, until the scope's deadline.
        self.scope = trio.CancelScope(shield=True)
        self.reason = ""
        self._refusal = self.key if isinstance(self.key, Refusal) else None
        self._open = False
        self._edge: Edge | None = None
        self._heard_s = trio.current_time()
        self._session = Session(server.door, server.limits, server.counters, trio.current_time())
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
        budget = TokenBucket(limits.bytes_per_s, limits.bytes_burst, trio.current_time())
        sieve = Sieve() if self.server.direct_frames else None
        edge = self._edge = Edge(
            self.sock,
            self.stream,
            self,
            self.server.counters,
            budget,
            head,
            sieve,
            self.server.intake,
            self._session.standing,
        )
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
            self._heard_s = trio.current_time()
            self.outbox.wake = self._writer_waits.unpark_all
            if self.server.direct_frames:
                self.outbox.wake, self.outbox.hand_over = self._send_now, edge.hand_over
                self.outbox.settle_rest = edge.owe
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
                self.address, head.forwarded_for, trio.current_time()
            )

    # ---- from the client ------------------------------------------------------------------

    def hear(self, data: bytes | str, now_s: float) -> None:
        """Take a message; what it raises, be it a bug of ours, ends this connection alone."""
        self._heard_s = now_s
        try:
            if self._session.joined:
                self._session.receive(data, now_s)
            elif not self.outbox.closing:
                self._session.join(data, self.address)
                self._stand_among()
        except Rejection as rejection:
            self.reject(rejection)
        except Exception as error:
            self.server.fault(error)
            self.reject(rejections.Internal())

    def _stand_among(self) -> None:
        intake, edge = self.server.intake, self._edge
        if intake is None or edge is None or intake.standings is None:
            return
        self._session.stand_among(intake.standings, edge.budget)
        intake.seat(edge)

    def flood(self) -> None:
        """End a client that sends more bytes than it may."""
        self.reject(rejections.Flooding("too many bytes per second"))

    async def _read(self, ws: WebSocketConnection, edge: Edge) -> None:
        try:
            try:
                await self._listen(ws)
            except Rejection as rejection:
                self.reject(rejection)
            while True:
                await ws.get_message()
        except ConnectionClosed as closed:
            # An answer to the client's close is out by now, or there is nobody to answer.
            edge.over.set()
            code = closed.reason.code if closed.reason else CloseCode.ABNORMAL
            self._session.hung_up(code)
            self.reason = self.reason or wire.blame_for_close(code, answered=edge.close_sent)

    async def _listen(self, ws: WebSocketConnection) -> None:
        """Take messages until nothing came for too long, by whichever way: a Rejection then."""
        limits = self.server.limits
        # Moving a deadline with every message costs more than looking again when it is over.
        while (patience_s := self._patience_s()) > 0:
            with trio.move_on_after(min(patience_s, limits.idle_deadline_s)):
                while True:
                    self.hear(await ws.get_message(), trio.current_time())
        if not self._session.joined:
            raise rejections.FirstMessageLate
        raise rejections.Idle(f"nothing was heard for {limits.idle_deadline_s:g} s")

    def _patience_s(self) -> float:
        limits = self.server.limits
        joined = self._session.joined
        limit_s = limits.idle_deadline_s if joined else limits.first_message_deadline_s
        heard_s = max(self._heard_s, self._session.standing.floats[HEARD_S])
        return heard_s + limit_s - trio.current_time()

    # ---- to the client --------------------------------------------------------------------

    def owes(self) -> None:
        """Let the writer send what the kernel has not taken."""
        self._writer_waits.unpark_all()

    def _send_now(self) -> None:
        """Send what waits as far as the kernel takes it; the writer does what is left."""
        edge, outbox = self._edge, self.outbox
        assert edge is not None
        while edge.ready and not outbox.closing:
            item = outbox.take()
            if item is None:
                return
            assert isinstance(item, bytes)
            edge.hand_over(item)
        self._writer_waits.unpark_all()

    async def _write(self, ws: WebSocketConnection, edge: Edge, whole: trio.CancelScope) -> None:
        # A connection that broke while sending has nothing to add; the reader knows why.
        with suppress(*_HOSTILE):
            await self._deliver(ws, edge)
        whole.cancel()

    async def _deliver(self, ws: WebSocketConnection, edge: Edge) -> None:
        limits, outbox = self.server.limits, self.outbox
        end_by = math.inf
        while ws.closed is None:
            send_by = trio.current_time() + limits.send_deadline_s
            if outbox.closing:
                end_by = min(end_by, trio.current_time() + limits.close_deadline_s)
            with trio.CancelScope(deadline=min(end_by, send_by)) as patience:
                while not edge.ready:
                    await edge.settle()
                item = outbox.take()
                if isinstance(item, bytes):
                    await self._deliver_one(ws, edge, item)
            if patience.cancelled_caught:
                self.reason = self.reason or ErrorCode.TOO_SLOW.value
                edge.stuck = True
                return
            if isinstance(item, Ending):
                self.reason = self.reason or item.reason
                with trio.CancelScope(deadline=end_by) as patience:
                    await ws.aclose(item.close_code, item.reason)
                edge.stuck = edge.stuck or patience.cancelled_caught
                return
            if item is None:
                await self._writer_waits.park()
        # The client has closed. It gets its answer from trio-websocket, which may be at it.
        with trio.move_on_after(limits.close_deadline_s) as patience:
            await edge.over.wait()
        edge.stuck = edge.stuck or patience.cancelled_caught

    async def _deliver_one(self, ws: WebSocketConnection, edge: Edge, message: bytes) -> None:
        if self.server.direct_frames:
            handed_over = edge.hand_over(message)
            assert handed_over
        else:
            await ws.send_message(message)
            self.server.counters.messages_out += 1

    # ---- the end --------------------------------------------------------------------------

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
