"""The socket of one client, shared between trio-websocket and our own frames.

trio-websocket keeps handshake, control frames and close. What makes nearly all of the traffic goes
past it: snapshots are framed by us and handed to the kernel at once, and small messages of clients
are taken out before it looks at them. Sending and reading so costs about a third.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final, Protocol

import trio

from net.frames import Sieve
from net.limits import TokenBucket
from net.rejections import Counters

# Of the answer that makes it a WebSocket; others are refusals.
SWITCHING: Final = b"HTTP/1.1 101"


class Client(Protocol):
    """What the edge tells about."""

    def hear(self, data: bytes) -> None:
        """A small message was taken out of the stream. Never raises a Rejection."""

    def flood(self) -> None:
        """More bytes arrived than may."""


class Edge(trio.abc.Stream):
    """The socket as trio-websocket sees it: metered, shared with our own frames, closed by us.

    Attributes:
        sieve: takes small messages out, None where nobody does: shall not, or something arrived
            before the answer that makes it a WebSocket.
        owed: the rest of a frame, to be sent before anything else is.
        closed: trio-websocket is done with it.
        over: set then, or when the client has sent its last byte: nothing is left to wait for.
        answered: something was said, be it a refusal.
        close_sent: a close frame is out; nothing may follow it.
        stuck: part of a frame may be out, or a goodbye went unanswered: nothing more can be sent.
        handshake: scope of the handshake while it goes on.
    """

    def __init__(
        self,
        sock: socket.socket,
        stream: trio.abc.SendStream,
        client: Client,
        counters: Counters,
        budget: TokenBucket,
        clock: Callable[[], float],
        head: bytes = b"",
        sieve: Sieve | None = None,
    ) -> None:
        self._sock, self._stream = sock, stream
        self._client, self._counters = client, counters
        self._budget, self._clock = budget, clock
        self._head = head
        self._turn = trio.Lock()
        self.sieve = sieve
        self._upgraded = False
        self.owed = b""
        self.closed = self.answered = self.close_sent = False
        self.over = trio.Event()
        self.stuck = False
        self.handshake: trio.CancelScope | None = None

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """First the request head that was read already, then what the sieve lets pass."""
        if self.closed:
            raise trio.ClosedResourceError
        if self._head:
            head, self._head = self._head, b""
            return head
        assert max_bytes is not None
        while data := await self._read(max_bytes):
            self._counters.bytes_in += len(data)
            if not self._budget.take(self._clock(), len(data)):
                self._client.flood()
                # What else arrives stays in the kernel, and TCP pushes back on the sender.
                await trio.sleep_forever()
            if not self._upgraded:
                self.sieve = None
            if self.sieve is None:
                return data
            taken, passed = self.sieve.sift(data)
            for message in taken:
                self._client.hear(message)
            if passed:
                return passed
        self.over.set()
        return b""

    async def _read(self, max_bytes: int) -> bytes:
        # Waiting first: a client rarely has two messages under way, and a read that finds nothing
        # costs an exception.
        while True:
            await trio.lowlevel.wait_readable(self._sock)
            try:
                return self._sock.recv(max_bytes)
            except (BlockingIOError, InterruptedError):
                continue
            except OSError as error:
                self.over.set()
                raise trio.BrokenResourceError(f"socket is gone: {error}") from error

    @property
    def ready(self) -> bool:
        """Whether a frame may be offered: nothing is owed, and trio-websocket is not sending."""
        return not (self.owed or self.close_sent or self._turn.locked())

    def offer(self, frame: bytes) -> None:
        """Hand a whole frame over when ``ready``. Never waits: what the kernel refuses is owed."""
        try:
            sent = self._sock.send(frame)
        except OSError:
            # No room, or a socket that is gone: whoever settles finds out which.
            sent = 0
        self._counters.bytes_out += sent
        self.owed = frame[sent:]

    async def settle(self) -> None:
        """Send what is owed; wait for trio-websocket to have sent what it is sending."""
        async with self._turn:
            await self._send(b"")

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send a handshake, a control frame or a message of trio-websocket."""
        async with self._turn:
            await self._send(bytes(data))

    async def _send(self, data: bytes) -> None:
        if self.close_sent:
            raise trio.ClosedResourceError
        self.close_sent = data[:1] == b"\x88"
        if not self.answered:
            self.answered, self._upgraded = True, data.startswith(SWITCHING)
        whole, self.owed = self.owed + data, b""
        self.stuck = True
        await self._stream.send_all(whole)
        self.stuck = False
        self._counters.bytes_out += len(whole)

    async def wait_send_all_might_not_block(self) -> None:
        """Part of the interface that trio-websocket does not use."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """Note that trio-websocket is done; the connection's own end closes the socket."""
        self.closed = True
        self.over.set()
        if self.handshake is not None:
            # It refused the request, and would wait for one that it likes for ever.
            self.handshake.cancel()
        await trio.lowlevel.checkpoint()
