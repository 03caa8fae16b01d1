"""A stream with a worse line in between: delay, jitter, a rate and stalls, each way.

    transport ─▶ pump: reads as fast as the line carries ─▶ held until due ─▶ receive_some
    transport ◀─ drain: writes when due, as fast as the line carries ◀─ held ◀─ post

A line that is full does not read, so the kernel's buffer fills and TCP pushes back on the server:
that is why the rate is not a delay.  Bytes keep their order whatever the jitter.
"""

from __future__ import annotations

import math
import socket
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Final

import trio

from net.listener import Intake
from net.standing import NOWHERE
from ringfall.loadtest.profiles import Profile

CHUNK_BYTES: Final = 16_384
READ_BYTES: Final = 4_096  # at once of a plain line; a snapshot has a hundred
HELD_MAX_BYTES: Final = 262_144  # on the line at one time; beyond, it is not read
NARROW_BUFFER_BYTES: Final = 8_192
"""The kernel's receive buffer on a line with a rate: it must not hide what TCP should feel."""


class Stalls:
    """When nothing passes: by chance, the same for both ways of a line."""

    def __init__(self, profile: Profile, chance: Random, now_s: float) -> None:
        self._profile, self._chance = profile, chance
        self._from_s = self._until_s = -math.inf
        self._plan(now_s)

    def _plan(self, after_s: float) -> None:
        every = self._profile.stall_every_s
        wait = math.inf if math.isinf(every) else self._chance.expovariate(1.0 / every)
        self._from_s, self._until_s = after_s + wait, after_s + wait + self._profile.stall_s

    def pass_at(self, now_s: float) -> float:
        """The time at which something may pass that came at ``now_s``."""
        while now_s >= self._until_s:
            self._plan(self._until_s)
        return self._until_s if now_s >= self._from_s else now_s


class Link:
    """One client's line.

    Args:
        transport: where bytes really go.
        profile: what becomes of them.
        seed: of jitter and stalls.
        sock: the transport's socket, if bytes may go straight to it; used on a plain line.
        intake: reads that socket together with others; None for nobody.
    """

    def __init__(
        self,
        transport: trio.abc.Stream,
        profile: Profile,
        seed: int,
        sock: socket.socket | None = None,
        intake: Intake | None = None,
    ) -> None:
        self._transport, self._profile = transport, profile
        self._chance = Random(seed)
        self._stalls = Stalls(profile, self._chance, trio.current_time())
        self._sock = sock if profile.is_plain else None
        self._intake = intake
        self._hear: Callable[[bytes], bool] = bool
        self._enough = trio.Event()
        self._failure: Exception | None = None
        self._down: deque[tuple[float, bytes]] = deque()
        self._down_bytes, self._down_due_s = 0, 0.0
        self._up: deque[tuple[float, bytes]] = deque()
        self._arrived, self._taken, self._posted = trio.Event(), trio.Event(), trio.Event()
        self._ended = self._finished = False
        self.up_bytes = 0

    async def run(self) -> None:
        """Carry bytes until cancelled, or the transport is gone."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._drain)
                if not self._profile.is_plain:
                    nursery.start_soon(self._pump)
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            self._ended = True
            self._arrived.set()

    async def receive_some(self) -> bytes:
        """What has come through by now, at least a byte; none at the end of the stream.

        Raises:
            trio.BrokenResourceError: the line is gone.
        """
        if self._profile.is_plain:
            return bytes(await self._transport.receive_some(CHUNK_BYTES))
        while not self._down:
            if self._finished:
                return b""
            if self._ended:
                raise trio.BrokenResourceError("the line is gone")
            self._arrived = trio.Event()
            await self._arrived.wait()
        await trio.sleep_until(self._down[0][0])
        now, parts = trio.current_time(), [self._down.popleft()[1]]
        while parts[-1] and self._down and self._down[0][0] <= now and self._down[0][1]:
            parts.append(self._down.popleft()[1])
        data = b"".join(parts)
        self._finished = not data
        self._down_bytes -= len(data)
        self._taken.set()
        return data

    async def listen(self, hear: Callable[[bytes], bool]) -> None:
        """Give ``hear`` what comes through, no bytes at the end, until it says that it is enough.

        Raises:
            trio.BrokenResourceError: the line is gone.
            Exception: whatever ``hear`` raises.
        """
        if self._sock is None or self._intake is None:
            while not hear(await self.receive_some()):
                pass
            return
        self._hear = hear
        self._intake.add(self)
        try:
            await self._enough.wait()
        finally:
            self._intake.drop(self)
        if self._failure is not None:
            raise self._failure

    @property
    def place(self) -> int:
        """Nowhere: what it reads are no INPUTs."""
        return NOWHERE

    def fileno(self) -> int:
        """Of the socket; for the intake."""
        return -1 if self._sock is None else self._sock.fileno()

    def take_in(self, now_s: float) -> bool:
        """Read and let it be heard; whether that was enough.  For the intake."""
        assert self._sock is not None
        enough = False
        try:
            enough = self._hear(self._sock.recv(READ_BYTES))
        except BlockingIOError:
            return False
        except OSError as error:
            self._failure = trio.BrokenResourceError(str(error))
        except Exception as error:
            self._failure = error
        if enough or self._failure is not None:
            self._enough.set()
            return True
        return False

    def take_over(self, data: bytes, now_s: float) -> bool:
        """Not for whoever has no place."""
        raise AssertionError("nobody reads for a line without a place")

    def post(self, data: bytes) -> None:
        """Send; never waits."""
        if self._sock is not None and not self._up:
            try:
                sent = self._sock.send(data)
            except OSError:
                sent = 0
            data = data[sent:]
            if not data:
                return
        self._up.append((self._due(), data))
        self.up_bytes += len(data)
        self._posted.set()

    def _due(self) -> float:
        profile = self._profile
        jitter = profile.jitter_s * self._chance.random() if profile.jitter_s else 0.0
        due = trio.current_time() + profile.delay_s + jitter
        return self._stalls.pass_at(due)

    async def _pump(self) -> None:
        rate = self._profile.down_bytes_per_s
        while True:
            while self._down_bytes > HELD_MAX_BYTES:
                self._taken = trio.Event()
                await self._taken.wait()
            data = bytes(await self._transport.receive_some(CHUNK_BYTES))
            took_s = len(data) / rate
            self._down_due_s = max(self._down_due_s, self._due() + took_s)
            self._down.append((self._down_due_s, data))
            self._down_bytes += len(data)
            self._arrived.set()
            if not data:
                return
            await trio.sleep(took_s)

    async def _drain(self) -> None:
        rate = self._profile.up_bytes_per_s
        while True:
            while not self._up:
                self._posted = trio.Event()
                await self._posted.wait()
            due, data = self._up[0]
            await trio.sleep_until(due)
            await self._transport.send_all(data)
            self._up.popleft()
            self.up_bytes -= len(data)
            await trio.sleep(len(data) / rate)
