"""One client: becomes a guest, plays match after match until the time is over."""

from __future__ import annotations

import math
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from random import Random
from typing import TYPE_CHECKING, Final

import msgspec
import trio

from net.mirror import BadPayloadError
from net.wire import encode
from ringfall.loadtest.door import RefusedError as DoorRefusedError
from ringfall.loadtest.door import Ticket
from ringfall.loadtest.framing import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    BadFrameError,
    FrameReader,
    RefusedError,
    answered,
    masked,
    request,
)
from ringfall.loadtest.hearing import Hearing
from ringfall.loadtest.link import NARROW_BUFFER_BYTES, Link
from ringfall.loadtest.measuring import Meter, Tally
from schema.messages import (
    PROTOCOL_VERSION,
    Error,
    ErrorCode,
    Join,
    Joined,
    Ping,
    Pong,
    Result,
    ServerKind,
    Welcome,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ringfall.loadtest.crowd import Crowd

IN_TIME_S: Final = 30.0  # to connect, to shake hands, to be welcomed
PING_S: Final = 2.0
HELD_UP_MAX_BYTES: Final = 4096  # commands that wait for the line; beyond, none is sent
RETRY_MAX_S: Final = 10.0
LEAVING_S: Final = 1.0
NORMAL: Final = 1000

# Why somebody is not let in; everything else that ends a connection is a disconnect.
NOT_LET_IN: Final = frozenset(
    {
        ErrorCode.MATCH_OVER,
        ErrorCode.MATCH_FULL,
        ErrorCode.BAD_TICKET,
        ErrorCode.SERVER_FULL,
        ErrorCode.TOO_MANY_CONNECTIONS,
    }
)
_WELCOME: Final = msgspec.msgpack.Decoder(Welcome)
_NEWS: Final = msgspec.msgpack.Decoder(Error | Joined | Pong | Result)
_READ: Final = (ServerKind.ERROR, ServerKind.JOINED, ServerKind.PONG, ServerKind.RESULT)


class LostError(Exception):
    """The connection has ended, and not because we wanted that; the text is the reason."""


class Client:
    """One of the crowd.

    Args:
        crowd: what all share.
        number: which one it is.
        closely: whether it reads every byte and predicts.
    """

    def __init__(self, crowd: Crowd, number: int, closely: bool) -> None:
        self._crowd, self._number, self._closely = crowd, number, closely
        self._chance = Random(crowd.seed * 1_000_003 + number)
        self.tally = Tally()
        self._link: Link | None = None
        self._hearing: Hearing | None = None
        self._meter: Meter | None = None
        self._frames = FrameReader()
        self._over = False
        self._ping_s = 0.0
        self._seen_match, self._seen_tick = "", 0

    @property
    def inside(self) -> bool:
        """Whether it is in a match."""
        return self._hearing is not None

    async def live(self) -> None:
        """Play until cancelled."""
        token: str | None = None
        while True:
            try:
                if token is None:
                    token = await self._crowd.door.guest(f"Load {self._number}")
                await self._play(await self._crowd.door.ticket(token))
                continue
            except DoorRefusedError as refused:
                self.tally.refusals[refused.reason] += 1
                token = None if refused.reason == "unauthorized" else token
                wait_s = refused.retry_after_s
            except RefusedError as refused:
                self.tally.refusals[f"http_{refused.status}"] += 1
                wait_s = 1.0
            except LostError as lost:
                reason = str(lost)
                let_in = reason not in NOT_LET_IN
                counts = self.tally.disconnects if let_in else self.tally.refusals
                counts[reason] += 1
                wait_s = 0.25
            await trio.sleep(min(wait_s, RETRY_MAX_S) * (0.75 + 0.5 * self._chance.random()))

    async def _play(self, ticket: Ticket) -> None:
        """One match, from the connection to its end or the own one's."""
        failure: LostError | RefusedError | None = None
        async with self._connected(ticket) as link, trio.open_nursery() as nursery:
            nursery.start_soon(link.run)
            self._link, self._frames, self._over = link, FrameReader(), False
            try:
                await self._live_in(link, ticket)
            except (LostError, RefusedError) as error:
                # Raised outside: a nursery would make a group of it.
                failure = error
            finally:
                self._settle()
                with trio.move_on_after(LEAVING_S, shield=True):
                    await self._leave(link)
                self._link = None
                nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _live_in(self, link: Link, ticket: Ticket) -> None:
        with _in_time("not_let_in_in_time"):
            rest = await self._shake_hands(link, ticket)
            # Of the match one comes back to, what was missed since then is told again.
            back = ticket.resumed and ticket.match_id == self._seen_match
            resume_tick = self._seen_tick if back else 0
            self._post(BINARY, encode(Join(PROTOCOL_VERSION, ticket.text, resume_tick)))
            rest = await self._until_welcome(link, rest)
        if not self._hear_all(rest):
            try:
                await link.listen(self._hear_more)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                raise LostError("broken") from None

    @asynccontextmanager
    async def _connected(self, ticket: Ticket) -> AsyncIterator[Link]:
        profile = self._crowd.profile
        try:
            with _in_time("connect_in_time"):
                stream, sock = await _connect(ticket, math.isfinite(profile.down_bytes_per_s))
        except (OSError, trio.BrokenResourceError, ssl.SSLError) as error:
            raise LostError(f"connect_{type(error).__name__}") from None
        try:
            yield Link(stream, profile, self._chance.getrandbits(32), sock, self._crowd.intake)
        finally:
            await trio.aclose_forcefully(stream)

    async def _shake_hands(self, link: Link, ticket: Ticket) -> bytes:
        key, data = os.urandom(16), b""
        default = 443 if ticket.tls else 80
        host = f"[{ticket.host}]" if ":" in ticket.host else ticket.host
        link.post(
            request(host if ticket.port == default else f"{host}:{ticket.port}", ticket.path, key)
        )
        while True:
            data += await _received(link)
            try:
                end = answered(data, key)
            except BadFrameError as error:
                raise LostError(f"handshake: {error}") from None
            if end is not None:
                return data[end:]

    async def _until_welcome(self, link: Link, rest: bytes) -> bytes:
        while self._hearing is None:
            if self._hear_all(rest):
                raise LostError("closed_before_welcome")
            if self._hearing is not None:
                break
            rest = await _received(link)
        return b""

    def _hear_more(self, data: bytes) -> bool:
        if not data:
            raise LostError("ended_without_a_close")
        return self._hear_all(data)

    def _hear_all(self, data: bytes) -> bool:
        """Take what has arrived; whether this life is over."""
        if self._crowd.measures:
            self.tally.bytes_down += len(data)
        now = trio.current_time()
        try:
            for frame in self._frames.feed(data):
                if frame.opcode == BINARY:
                    self._hear(frame.payload, now)
                elif frame.opcode == PING:
                    self._post(PONG, frame.payload)
                elif frame.opcode == CLOSE:
                    return self._closed(int.from_bytes(frame.payload[:2], "big"))
        except (BadFrameError, BadPayloadError, msgspec.MsgspecError) as error:
            raise LostError(f"{type(error).__name__}: {error}") from None
        dead = self._hearing is not None and self._hearing.alive is False
        if dead and self._crowd.measures:
            self.tally.deaths += 1
        return dead

    def _closed(self, code: int) -> bool:
        if self._over and code == NORMAL:
            return True
        raise LostError(f"closed_{code or 'without_a_code'}")

    def _hear(self, message: bytes, now: float) -> None:
        kind = message[1]
        if kind == ServerKind.SNAPSHOT:
            self._hear_snapshot(message[{0xC4: 4, 0xC5: 5, 0xC6: 7}[message[2]] :], now)
        elif kind == ServerKind.WELCOME:
            self._enter(_WELCOME.decode(message))
        elif kind in _READ:
            self._hear_news(_NEWS.decode(message), now)

    def _enter(self, welcome: Welcome) -> None:
        crowd = self._crowd
        if welcome.match_id != self._seen_match:
            self._seen_match, self._seen_tick = welcome.match_id, 0
        pilot = crowd.pilot_of(welcome) if self._closely else None
        seed = self._chance.getrandbits(32)
        self._hearing = Hearing(welcome, pilot, self._closely, crowd.zones, seed)
        self._meter = Meter(self.tally, welcome.tick_rate_hz)
        crowd.keep_time(welcome.tick_rate_hz)
        self._ping_s = trio.current_time() + PING_S * self._chance.random()
        if crowd.measures:
            self.tally.matches += 1

    def _hear_snapshot(self, payload: bytes, now: float) -> None:
        hearing, meter = self._hearing, self._meter
        if hearing is None or meter is None:
            raise LostError("snapshot_before_welcome")
        hearing.heard(payload)
        mirror = hearing.mirror
        self._seen_tick = mirror.tick
        meter.snapshot(mirror.tick, mirror.ack_seq, len(payload), now, self._crowd.measures)

    def _hear_news(self, message: Error | Joined | Pong | Result, now: float) -> None:
        if isinstance(message, Error):
            if not (self._over and message.code == ErrorCode.MATCH_OVER):
                raise LostError(message.code)
        elif isinstance(message, Joined) and self._hearing is not None:
            self._hearing.joined(message)
        elif isinstance(message, Pong) and self._meter is not None:
            self._meter.pong(message.nonce, now)
        elif isinstance(message, Result):
            self._over = self._over or message.over

    def beat(self) -> None:
        """A tick of this client: an INPUT mostly, a PING now and then.  Never waits."""
        hearing, link, meter = self._hearing, self._link, self._meter
        if hearing is None or link is None or meter is None or hearing.alive is None:
            return
        now = trio.current_time()
        measures = self._crowd.measures
        if measures:
            self.tally.played_s += self._crowd.beat_s
            self.tally.predicted_s += self._crowd.beat_s * (hearing.pilot is not None)
        if link.up_bytes > HELD_UP_MAX_BYTES:
            self.tally.inputs_held += measures
            return
        for _ in range(hearing.pacer.commands()):
            self._post(BINARY, encode(hearing.command()))
            meter.sent(hearing.seq, now)
        if now >= self._ping_s:
            self._ping_s = now + PING_S
            meter.ping(hearing.seq, now)
            self._post(BINARY, encode(Ping(hearing.seq)))

    def _post(self, opcode: int, payload: bytes) -> None:
        if self._link is not None:
            mask = self._chance.getrandbits(32).to_bytes(4, "big")
            self._link.post(masked(opcode, payload, mask))

    def _settle(self) -> None:
        """The life is over: what was counted goes into the tally."""
        if self._meter is not None:
            self._meter.settle()
        self.count_pilot()
        self._hearing = self._meter = None

    def count_pilot(self) -> None:
        """Move the pilot's counts into the tally; those while nothing is measured are dropped."""
        pilot = self._hearing.pilot if self._hearing is not None else None
        if pilot is None:
            return
        if self._crowd.measures:
            self.tally.corrections += pilot.corrections
            self.tally.misses += pilot.misses
            self.tally.refreshes += pilot.refreshes
        pilot.corrections = pilot.misses = pilot.refreshes = 0

    async def _leave(self, link: Link) -> None:
        """Close for good, and read to the end of what was under way."""
        if not self._over:
            self._post(CLOSE, NORMAL.to_bytes(2, "big"))
        try:
            while await link.receive_some():
                pass
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass


async def _received(link: Link) -> bytes:
    try:
        data = await link.receive_some()
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        raise LostError("broken") from None
    if not data:
        raise LostError("ended_without_a_close")
    return data


async def _connect(ticket: Ticket, narrow: bool) -> tuple[trio.abc.Stream, socket.socket | None]:
    """A connection; with its socket where bytes may go straight into it."""
    found = await trio.socket.getaddrinfo(ticket.host, ticket.port, type=socket.SOCK_STREAM)
    family, kind, proto, _, address = found[0]
    plain = socket.socket(family, kind, proto)
    plain.setblocking(False)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if narrow:
        # Before it connects, or the window has been told already.
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BUFFER_BYTES)
    sock = trio.socket.from_stdlib_socket(plain)
    try:
        await sock.connect(address)
        stream = trio.SocketStream(sock)
        if not ticket.tls:
            return stream, plain
        safe = trio.SSLStream(stream, ssl.create_default_context(), server_hostname=ticket.host)
        await safe.do_handshake()
    except BaseException:
        sock.close()
        raise
    return safe, None


@contextmanager
def _in_time(reason: str) -> Iterator[None]:
    with trio.move_on_after(IN_TIME_S) as scope:
        yield
    if scope.cancelled_caught:
        raise LostError(reason)
