"""Lines made worse on purpose: what they do to bytes, by a clock that only moves when told."""

from __future__ import annotations

import itertools
import math
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from random import Random

import pytest
import trio
import trio.testing

from net.listener import AVAILABLE, Intake
from ringfall.loadtest.link import CHUNK_BYTES, HELD_MAX_BYTES, NARROW_BUFFER_BYTES, Link, Stalls
from ringfall.loadtest.profiles import PROFILES, Profile

Play = Callable[[Link, trio.abc.Stream], Awaitable[None]]


class Endless(trio.abc.Stream):
    def __init__(self) -> None:
        self.read = 0

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await trio.lowlevel.checkpoint()
        self.read += max_bytes or 0
        return bytes(max_bytes or 0)

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        raise AssertionError

    async def wait_send_all_might_not_block(self) -> None:
        raise AssertionError

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


def play(profile: Profile, act: Play, seed: int = 1) -> None:
    """Run ``act`` with a link and the far end of its transport; seconds pass at once."""

    async def run() -> None:
        near, far = trio.testing.memory_stream_pair()
        link = Link(near, profile, seed)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link.run)
            await act(link, far)
            nursery.cancel_scope.cancel()

    trio.run(run, clock=trio.testing.MockClock(autojump_threshold=0))


@pytest.mark.parametrize("delay_s", [0.0, 0.01, 0.25])
def test_bytes_are_late_by_the_delay_both_ways(delay_s: float) -> None:
    async def act(link: Link, far: trio.abc.Stream) -> None:
        began = trio.current_time()
        await far.send_all(b"down")
        assert await link.receive_some() == b"down"
        assert trio.current_time() - began == pytest.approx(delay_s)
        began = trio.current_time()
        link.post(b"up")
        assert await far.receive_some() == b"up"
        assert trio.current_time() - began == pytest.approx(delay_s)

    play(Profile(delay_s=delay_s), act)


@pytest.mark.parametrize("seed", range(5))
def test_jitter_is_within_bounds_and_never_reorders(seed: int) -> None:
    profile = Profile(delay_s=0.02, jitter_s=0.1)
    waits = []

    async def act(link: Link, far: trio.abc.Stream) -> None:
        async def send() -> None:
            for number in range(200):
                await far.send_all(number.to_bytes(2, "big"))
                link.post(number.to_bytes(2, "big"))
                await trio.sleep(0.01)

        async def read_up() -> None:
            data = b""
            while len(data) < 400:
                data += bytes(await far.receive_some())
            assert data == b"".join(number.to_bytes(2, "big") for number in range(200))

        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            nursery.start_soon(read_up)
            data = b""
            while len(data) < 400:
                new = await link.receive_some()
                for number in range(len(data) // 2, (len(data) + len(new)) // 2):
                    waits.append(trio.current_time() - began - 0.01 * number)
                data += new
        assert data == b"".join(number.to_bytes(2, "big") for number in range(200))

    play(profile, act, seed)
    assert 0.02 <= min(waits) < 0.06
    assert 0.08 < max(waits) <= 0.12 + 1e-9


def test_a_rate_is_kept_and_pushes_back() -> None:
    """What the line does not carry is not read: it stays with the sender."""
    rate = 50_000.0

    async def act(link: Link, far: trio.abc.Stream) -> None:
        taken = 0
        await far.send_all(bytes(400_000))
        for second in range(1, 5):
            with trio.move_on_at(second * 1.0):
                while True:
                    taken += len(await link.receive_some())
            assert rate * second - CHUNK_BYTES <= taken <= rate * second + CHUNK_BYTES

    play(Profile(down_bytes_per_s=rate), act)


def test_a_line_reads_no_faster_than_it_carries() -> None:
    rate = 50_000.0

    async def run() -> None:
        source = Endless()
        link = Link(source, Profile(delay_s=0.1, down_bytes_per_s=rate), 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link.run)
            for second in range(1, 4):
                with trio.move_on_at(1.0 * second):
                    while True:
                        await link.receive_some()
                assert rate * second <= source.read + CHUNK_BYTES
                assert source.read <= rate * second + CHUNK_BYTES
            nursery.cancel_scope.cancel()

    trio.run(run, clock=trio.testing.MockClock(autojump_threshold=0))


def test_what_nobody_takes_off_the_line_is_not_read_without_end() -> None:
    async def run() -> None:
        source = Endless()
        link = Link(source, Profile(delay_s=0.1), 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link.run)
            await trio.sleep(60.0)
            assert source.read <= HELD_MAX_BYTES + 2 * CHUNK_BYTES
            before = source.read
            await link.receive_some()
            await trio.sleep(1.0)
            assert source.read > before
            nursery.cancel_scope.cancel()

    trio.run(run, clock=trio.testing.MockClock(autojump_threshold=0))


def test_the_kernel_feels_a_slow_line() -> None:
    """With a receive buffer that is small, a sender is refused long before megabytes are gone."""

    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            plain = socket.socket()
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BUFFER_BYTES)
            plain.connect(listener.getsockname())
            plain.setblocking(False)
            far, _ = listener.accept()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)
        far.setblocking(False)
        near = trio.SocketStream(trio.socket.from_stdlib_socket(plain))
        link = Link(near, Profile(down_bytes_per_s=20_000.0), 1)
        accepted = 0
        with far:
            async with near, trio.open_nursery() as nursery:
                nursery.start_soon(link.run)
                for _ in range(50):
                    try:
                        accepted += far.send(bytes(65_536))
                    except BlockingIOError:
                        await trio.sleep(0.002)
                nursery.cancel_scope.cancel()
        assert 0 < accepted < 50 * 65_536 / 4

    trio.run(run)


def test_a_stall_holds_everything_back_and_lets_it_go_at_once() -> None:
    profile = Profile(stall_every_s=2.0, stall_s=0.5)
    arrivals = []

    async def act(link: Link, far: trio.abc.Stream) -> None:
        async def send() -> None:
            while True:
                await far.send_all(b"x")
                await trio.sleep(0.02)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            while trio.current_time() < 60.0:
                size = len(await link.receive_some())
                arrivals.append((trio.current_time(), size))
            nursery.cancel_scope.cancel()

    play(profile, act)
    gaps = [b[0] - a[0] for a, b in itertools.pairwise(arrivals)]
    stalls = [gap for gap in gaps if gap > 0.1]
    assert all(0.4 < gap <= 0.53 for gap in stalls)
    # 60 s, a stall every 2.5 s in the mean.
    assert 12 <= len(stalls) <= 40
    assert max(size for _, size in arrivals) >= 20


def test_stalls_come_as_often_as_the_profile_says() -> None:
    stalls = Stalls(PROFILES["lossy"], Random(3), 0.0)
    held = sum(stalls.pass_at(second / 100) > second / 100 for second in range(1_000_000))
    share = PROFILES["lossy"].stall_s / (
        PROFILES["lossy"].stall_s + PROFILES["lossy"].stall_every_s
    )
    assert held / 1_000_000 == pytest.approx(share, rel=0.1)


@pytest.mark.parametrize("profile", [Profile(), Profile(delay_s=0.1)], ids=["plain", "late"])
def test_the_end_arrives_behind_everything(profile: Profile) -> None:
    async def act(link: Link, far: trio.abc.Stream) -> None:
        await far.send_all(b"last")
        await far.aclose()
        assert await link.receive_some() == b"last"
        for _ in range(3):
            assert await link.receive_some() == b""

    play(profile, act)


@pytest.mark.parametrize("profile", [Profile(), Profile(delay_s=0.1)], ids=["plain", "late"])
def test_a_broken_line_is_said_so(profile: Profile) -> None:
    class Torn(Endless):
        async def receive_some(self, max_bytes: int | None = None) -> bytes:
            await trio.sleep(1.0)
            raise trio.BrokenResourceError("reset by peer")

    async def run() -> None:
        link = Link(Torn(), profile, 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link.run)
            with pytest.raises(trio.BrokenResourceError):
                await link.receive_some()
            assert trio.current_time() < 10.0
            nursery.cancel_scope.cancel()

    trio.run(run, clock=trio.testing.MockClock(rate=0.0, autojump_threshold=0))


class Ear:
    """Hears until ``last``; ``bug`` is what that raises."""

    def __init__(self, bug: Exception | None = None) -> None:
        self.heard = b""
        self.bug = bug

    def __call__(self, data: bytes) -> bool:
        self.heard += data or b"$"
        if self.bug is not None and b"last" in self.heard:
            raise self.bug
        return b"last" in self.heard or not data


@pytest.mark.parametrize("together", [True, False], ids=["together", "each"])
@pytest.mark.parametrize("ending", ["enough", "end", "reset", "bug"])
def test_listening_ends_when_it_is_enough_or_there_is_no_more(ending: str, together: bool) -> None:
    if together and not AVAILABLE:
        pytest.skip("there is no epoll here")

    async def run() -> None:
        near, far = tcp_pair()
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(near))
        intake = Intake(0.001) if together else None
        link = Link(stream, Profile(), 1, near, intake)
        ear = Ear(ZeroDivisionError() if ending == "bug" else None)
        raised = {"reset": trio.BrokenResourceError, "bug": ZeroDivisionError}.get(ending)
        async with trio.open_nursery() as nursery:
            if intake is not None:
                nursery.start_soon(intake.run)

            async def talk() -> None:
                far.sendall(b"first,")
                while b"first," not in ear.heard:
                    await trio.sleep(0.001)
                if ending in ("enough", "bug"):
                    far.sendall(b"last")
                far.close()

            if ending == "reset":
                far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            nursery.start_soon(talk)
            with trio.fail_after(10.0), pytest.raises(raised) if raised else nullcontext():
                await link.listen(ear)
            if intake is not None:
                intake.stop()
        words = {"enough": b"first,last", "end": b"first,$", "reset": b"first,"}
        assert ear.heard == words.get(ending, b"first,last")
        assert intake is None or not intake.gather(), "it still listens"
        await stream.aclose()

    trio.run(run)


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        far = socket.create_connection(listening.getsockname())
        near, _ = listening.accept()
    near.setblocking(False)
    return near, far


def test_profiles_get_worse() -> None:
    names = ["lan", "wifi", "mobile", "lossy"]
    assert list(PROFILES) == names
    rows = [PROFILES[name] for name in names]
    for better, worse in itertools.pairwise(rows):
        assert better.delay_s < worse.delay_s
        assert better.down_bytes_per_s > worse.down_bytes_per_s
        assert better.stall_every_s > worse.stall_every_s
    assert PROFILES["lan"].is_plain
    assert not math.isinf(PROFILES["wifi"].down_bytes_per_s)
