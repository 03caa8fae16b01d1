"""One round reads for everybody: at most a chunk of each, and nobody's trouble is another's."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from net.frames import Sieve
from net.limits import TokenBucket
from net.listener import AVAILABLE, Intake
from net.listener.edge import RECEIVE_BYTES, SWITCHING, Edge
from net.rejections import Counters
from tests.net.hostile import BINARY, PING_OP, TEXT, frame

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="there is no epoll here")


class Client:
    """Writes down what it is told; ``bug`` is what hearing raises."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.floods = 0
        self.bug: Exception | None = None

    def hear(self, data: bytes, now_s: float) -> None:
        if self.bug is not None:
            raise self.bug
        self.heard.append(data)

    def flood(self) -> None:
        self.floods += 1

    def owes(self) -> None:
        raise AssertionError("nothing is sent here")


class Line:
    """A connection whose task waits for bytes, and its other end."""

    def __init__(self, intake: Intake, budget_bytes: float) -> None:
        self.peer, self._sock = socket.socketpair()
        self._sock.setblocking(False)
        self.client = Client()
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(self._sock))
        self.edge = Edge(
            self._sock,
            stream,
            self.client,
            Counters(),
            TokenBucket(0.001, budget_bytes, trio.current_time()),
            sieve=Sieve(),
            intake=intake,
        )
        self.said: list[bytes | Exception] = []
        self.asks = trio.Event()

    async def open(self) -> None:
        await self.edge.send_all(SWITCHING)
        assert self.peer.recv(100) == SWITCHING

    async def read(self) -> None:
        """As trio-websocket does, but asks again only when told to."""
        while True:
            try:
                self.said.append(await self.edge.receive_some(RECEIVE_BYTES))
            except trio.BrokenResourceError as error:
                self.said.append(error)
                return
            except ZeroDivisionError as error:
                self.said.append(error)
                return
            await self.asks.wait()
            self.asks = trio.Event()

    def close(self) -> None:
        self.peer.close()
        self.edge._sock.close()


@asynccontextmanager
async def lines(count: int, budget_bytes: float = 1e9) -> AsyncIterator[tuple[Intake, list[Line]]]:
    intake = Intake()
    made = [Line(intake, budget_bytes) for _ in range(count)]
    async with trio.open_nursery() as nursery:
        for line in made:
            await line.open()
            nursery.start_soon(line.read)
        await trio.testing.wait_all_tasks_blocked()
        yield intake, made
        nursery.cancel_scope.cancel()
    assert not intake.gather(), "somebody has stayed behind"
    for line in made:
        line.close()


def in_trio(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    def run() -> None:
        trio.run(test)  # type: ignore[arg-type]

    run.__name__ = test.__name__  # type: ignore[attr-defined]
    return run


@in_trio
async def test_what_has_arrived_is_heard_without_waiting() -> None:
    async with lines(3) as (intake, made):
        for number, line in enumerate(made[:2]):
            line.peer.sendall(frame(BINARY, b"%d" % number))
        # No task runs in between: whoever plays a tick counts on it.
        assert intake.gather()
        assert [line.client.heard for line in made] == [[b"0"], [b"1"], []]
        assert not intake.gather()
        assert [line.said for line in made] == [[], [], []]


@in_trio
async def test_a_round_reads_a_chunk_of_each() -> None:
    async with lines(2) as (intake, made):
        greedy, modest = made
        one = frame(BINARY, b"x" * 26)
        each = RECEIVE_BYTES // len(one)
        assert each * len(one) == RECEIVE_BYTES
        greedy.peer.sendall(one * 10 * each)
        modest.peer.sendall(frame(BINARY, b"me"))
        assert intake.gather()
        assert modest.client.heard == [b"me"]
        for rounds in range(1, 11):
            assert len(greedy.client.heard) == rounds * each
            assert intake.gather() == (rounds < 10)


@in_trio
async def test_other_frames_are_for_the_connections_own_task() -> None:
    async with lines(1) as (intake, (line,)):
        ping = frame(PING_OP, b"!")
        line.peer.sendall(frame(BINARY, b"1") + ping + frame(BINARY, b"2"))
        assert intake.gather()
        assert line.client.heard == [b"1", b"2"]
        # Until its task has run, another round must not put something in the place of that.
        line.peer.sendall(ping)
        assert not intake.gather()
        await trio.testing.wait_all_tasks_blocked()
        assert line.said == [ping]
        # While it is busy with that, the rest waits in the kernel.
        line.peer.sendall(frame(BINARY, b"3"))
        assert not intake.gather()
        line.asks.set()
        await trio.testing.wait_all_tasks_blocked()
        assert intake.gather()
        assert line.client.heard == [b"1", b"2", b"3"]
        await trio.testing.wait_all_tasks_blocked()
        assert line.said == [ping, ping]


@in_trio
async def test_a_spent_sieve_reads_for_itself() -> None:
    async with lines(1) as (intake, (line,)):
        text = frame(TEXT, b"words")
        line.peer.sendall(text)
        assert intake.gather()
        line.asks.set()
        await trio.testing.wait_all_tasks_blocked()
        line.peer.sendall(text)
        await trio.testing.wait_all_tasks_blocked()
        assert not intake.gather()
        assert line.said == [text, text]


def connected() -> tuple[socket.socket, socket.socket]:
    """Both ends of a TCP connection; closing the second resets it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        far = socket.create_connection(listening.getsockname())
        near, _ = listening.accept()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    near.setblocking(False)
    return near, far


@in_trio
async def test_a_reset_ends_one_connection() -> None:
    async with lines(2) as (intake, made):
        victim = Line(intake, 1e9)
        victim.peer.close()
        victim.edge._sock.close()
        near, victim.peer = connected()
        victim.edge._sock = near
        victim.edge._stream = trio.SocketStream(trio.socket.from_stdlib_socket(near))
        await victim.open()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(victim.read)
            await trio.testing.wait_all_tasks_blocked()
            victim.peer.close()
            for line in made:
                line.peer.sendall(frame(BINARY, b"on"))
            intake.gather()
        assert [type(word) for word in victim.said] == [trio.BrokenResourceError]
        assert victim.edge.over.is_set()
        assert [line.client.heard for line in made] == [[b"on"], [b"on"]]
        assert not intake.gather()
        near.close()


@in_trio
async def test_a_bug_ends_one_connection() -> None:
    async with lines(3) as (intake, made):
        made[1].client.bug = ZeroDivisionError()
        for line in made:
            line.peer.sendall(frame(BINARY, b"."))
        intake.gather()
        await trio.testing.wait_all_tasks_blocked()
        assert made[1].said == [made[1].client.bug]
        assert [made[0].client.heard, made[2].client.heard] == [[b"."]] * 2


@in_trio
async def test_the_last_byte_is_the_end() -> None:
    async with lines(1) as (intake, (line,)):
        line.peer.sendall(frame(BINARY, b"bye"))
        line.peer.shutdown(socket.SHUT_WR)
        assert intake.gather()
        assert intake.gather()
        await trio.testing.wait_all_tasks_blocked()
        assert line.client.heard == [b"bye"]
        assert line.said == [b""]
        assert line.edge.over.is_set()
        assert not intake.gather(), "an end that is told again and again keeps the loop busy"


@in_trio
async def test_a_flood_is_told_once_and_stays_in_the_kernel() -> None:
    async with lines(2, budget_bytes=50) as (intake, made):
        made[0].peer.sendall(frame(BINARY, b"x" * 60))
        made[1].peer.sendall(frame(BINARY, b"y" * 10))
        assert intake.gather()
        made[0].peer.sendall(frame(BINARY, b"z"))
        await trio.testing.wait_all_tasks_blocked()
        assert not intake.gather()
        assert (made[0].client.heard, made[0].client.floods) == ([], 1)
        assert (made[1].client.heard, made[1].client.floods) == ([b"y" * 10], 0)


@in_trio
async def test_whoever_one_message_ends_is_not_read_again() -> None:
    """Hearing one client may end another whose bytes have arrived in the same round."""
    async with lines(2) as (intake, made):
        first, second = made
        for line in made:
            line.peer.sendall(frame(BINARY, b"1"))

        def end_the_other(me: Line, other: Line) -> Callable[[bytes, float], None]:
            def hear(data: bytes, now_s: float) -> None:
                me.client.heard.append(data)
                intake.drop(other.edge)

            return hear

        first.client.hear = end_the_other(first, second)  # type: ignore[method-assign]
        second.client.hear = end_the_other(second, first)  # type: ignore[method-assign]
        intake.gather()
        assert sorted(len(line.client.heard) for line in made) == [0, 1]


@in_trio
async def test_running_it_needs_no_tick() -> None:
    async with lines(2) as (intake, made), trio.open_nursery() as nursery:
        nursery.start_soon(intake.run)
        for word in (b"1", b"2", b"3"):
            for line in made:
                line.peer.sendall(frame(BINARY, word))
            with trio.fail_after(10.0):
                while any(line.client.heard[-1:] != [word] for line in made):
                    await trio.sleep(0.001)
        # Cancelling does not end it: goodbyes are answered as long as somebody is there.
        nursery.cancel_scope.cancel()
        made[0].peer.sendall(frame(BINARY, b"4"))
        with trio.CancelScope(shield=True), trio.fail_after(10.0):
            while made[0].client.heard[-1] != b"4":
                await trio.sleep(0.001)
        intake.stop()
