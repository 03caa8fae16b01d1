"""The socket of one client, shared between trio-websocket and our own frames.

trio-websocket keeps handshake, control frames and close. What makes nearly all of the traffic goes
past it: snapshots are framed by us and handed to the kernel at once, and small messages of clients
are taken out before it looks at them, for all clients in one go where there is an intake. Sending
and reading so costs about a tenth.
"""

from __future__ import annotations

import socket
from typing import Final, Protocol

import trio

from net.frames import Sieve, binary_frame
from net.kernels.arriving import BUSY, HOLDS, SOCKET
from net.limits import TokenBucket
from net.listener.intake import Intake
from net.rejections import Counters
from net.standing import CHUNK_BYTES, NOWHERE, Standing

RECEIVE_BYTES: Final = CHUNK_BYTES

# Of the answer that makes it a WebSocket; others are refusals.
SWITCHING: Final = b"HTTP/1.1 101"


class Client(Protocol):
    """What the edge tells about."""

    def hear(self, data: bytes, now_s: float) -> None:
        """A small message was taken out of the stream. Raises nothing."""

    def flood(self) -> None:
        """More bytes arrived than may."""

    def owes(self) -> None:
        """The kernel has not taken a frame whole: the rest is to be settled."""


class Edge(trio.abc.Stream):
    """The socket as trio-websocket sees it: metered, shared with our own frames, closed by us.

    Args:
        sock: non-blocking.
        stream: on it, for what may have to wait.
        client: who is told.
        counters: of bytes.
        budget: of the bytes that the client may send.
        head: a request head that was read already.
        sieve: takes small messages out; None where nobody shall.
        intake: reads for this socket too, while nothing but small messages comes; None for nobody.
        standing: the client's row; None for a socket that nobody plays through.

    Attributes:
        budget: of bytes.
        sieve: None, too, where something arrived before the answer that makes it a WebSocket.
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
        head: bytes = b"",
        sieve: Sieve | None = None,
        intake: Intake | None = None,
        standing: Standing | None = None,
    ) -> None:
        self._sock, self._stream = sock, stream
        self._client, self._counters, self.budget = client, counters, budget
        self._head, self._intake = head, intake
        self._turn = trio.Lock()
        # Tasks that send or wait for their turn.
        self._senders = 0
        self._standing = standing
        if standing is not None:
            standing.ints[SOCKET] = sock.fileno()
        self.sieve = sieve
        # Of what was read: for trio-websocket, the end, why there is no more.
        self._passed, self._ended, self._flooded = b"", False, False
        self._failure: Exception | None = None
        self._reader_waits = trio.lowlevel.ParkingLot()
        self._upgraded = False
        self.owed = b""
        self.closed = self.answered = self.close_sent = False
        self.over = trio.Event()
        self.stuck = False
        self.handshake: trio.CancelScope | None = None

    def fileno(self) -> int:
        """Of the socket."""
        return self._sock.fileno()

    @property
    def place(self) -> int:
        """Its client's row among those whose INPUTs are taken at once, NOWHERE without one."""
        return NOWHERE if self._standing is None else self._standing.place

    # ---- from the client ------------------------------------------------------------------

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """First the request head that was read already, then what the sieve lets pass."""
        if self.closed:
            raise trio.ClosedResourceError
        if self._head:
            head, self._head = self._head, b""
            return head
        while not (self._passed or self._ended):
            if self._failure is not None:
                raise self._failure
            if self._flooded:
                # What else arrives stays in the kernel, and TCP pushes back on the sender.
                await trio.sleep_forever()
            intake, sieve = self._intake, self.sieve
            if intake is None or sieve is None or sieve.spent or not self._upgraded:
                # Waiting first: a client rarely has two messages under way, and a read that finds
                # nothing costs an exception.
                await trio.lowlevel.wait_readable(self._sock)
                self.take_in(trio.current_time())
                continue
            intake.add(self)
            try:
                await self._reader_waits.park()
            finally:
                intake.drop(self)
        passed, self._passed = self._passed, b""
        return passed

    def take_in(self, now_s: float) -> bool:
        """Read one chunk without waiting and take small messages out of it.

        Returns whether ``receive_some``, which is woken up then, has something to say: something
        passes, or nothing will come any more.
        """
        try:
            data = self._sock.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            self._failure = trio.BrokenResourceError(f"socket is gone: {error}")
            return self.take_over(b"", now_s)
        return self.take_over(data, now_s)

    def take_over(self, data: bytes, now_s: float) -> bool:
        """Take a chunk that somebody else has read, none at the end; returns as ``take_in``."""
        try:
            if data and not self._take(data, now_s):
                return False
            self._ended = not data and self._failure is None
        except Exception as error:
            self._failure = error
        if self._ended or self._failure is not None:
            self.over.set()
        self._reader_waits.unpark_all()
        return True

    def _take(self, data: bytes, now_s: float) -> bool:
        """Meter a chunk and take messages out of it; whether the rest is for ``receive_some``."""
        self._counters.bytes_in += len(data)
        if not self.budget.take(now_s, len(data)):
            self._flooded = True
            self._client.flood()
            return True
        if not self._upgraded:
            self.sieve = None
        if self.sieve is None:
            self._passed = data
            return True
        taken, self._passed = self.sieve.sift(data)
        if self._standing is not None:
            self._standing.ints[HOLDS] = self.sieve.holds
        for message in taken:
            self._client.hear(message, now_s)
        return bool(self._passed)

    # ---- to the client --------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether a frame may be offered: nothing is owed, and trio-websocket is not sending."""
        return not (self.owed or self.close_sent or self._turn.locked())

    def hand_over(self, message: bytes) -> bool:
        """Hand a whole message to the kernel; False when not ``ready``. Never waits.

        What the kernel refuses is owed.
        """
        if self.owed or self.close_sent or self._turn.locked():
            return False
        frame = binary_frame(message)
        try:
            sent = self._sock.send(frame)
        except OSError:
            # No room, or a socket that is gone: whoever settles finds out which.
            sent = 0
        self._counters.bytes_out += sent
        self._counters.messages_out += 1
        if sent < len(frame):
            self.owe(frame[sent:])
        return True

    def owe(self, rest: bytes) -> None:
        """The kernel has not taken this of a frame: it is sent before anything else is."""
        self.owed = rest
        self._note_busy()
        self._client.owes()

    def _note_busy(self) -> None:
        """Say whether others may write to the socket; where in doubt, not."""
        if self._standing is not None:
            self._standing.ints[BUSY] = int(self._senders > 0 or self.stuck or not self.ready)

    async def settle(self) -> None:
        """Send what is owed; wait for trio-websocket to have sent what it is sending."""
        await self.send_all(b"")

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send a handshake, a control frame or a message of trio-websocket."""
        self._senders += 1
        self._note_busy()
        try:
            async with self._turn:
                await self._send(bytes(data))
        finally:
            self._senders -= 1
            self._note_busy()

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
