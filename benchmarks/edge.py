"""What a message costs at the edge, in the server's CPU, read and sent in three ways.

python -m benchmarks.edge [--clients 100] [--hz 30] [--seconds 4] [--rounds 3] [--json] [WAY ...]

``together``: frames of our own, read for all clients in one go. ``each``: the same, but every
connection reads for itself. ``library``: trio-websocket sees them all.

A listener with a door that answers nothing but a WELCOME runs in a process of its own; clients in
this one read 400-byte snapshots and send an INPUT every tick, each at its own time, as people do.
The ways take turns, so that whatever else the machine does falls on all.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import statistics
import subprocess
import sys
import time
from functools import partial

import trio

from net.limits import Limits
from net.listener import Intake, serve
from net.outbox import Outbox
from net.rejections import Counters
from net.standing import Batch, Standings
from net.wire import encode
from schema.messages import Input, Join

WAYS = ("together", "each", "library")
SNAPSHOT_BYTES = 400
PHASES = 16  # of a tick, in which clients send
HEAD = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
JOIN = encode(Join(3, "x" * 43))


class _Inbox:
    def take(self, batch: Batch, number: int) -> None:
        """Take INPUTs."""


class _Seat:
    inbox, slot = _Inbox(), 0

    def receive(self, message: object) -> None:
        """Take an INPUT."""

    def leave(self, for_good: bool) -> None:
        """The client has gone."""


class _Door:
    def __init__(self) -> None:
        self.boxes: list[Outbox] = []

    def enter(self, join: Join, outbox: Outbox, address: str) -> _Seat:
        """Let everybody in."""
        self.boxes.append(outbox)
        return _Seat()


async def _serve(hz: float, way: str) -> None:
    """Serve until standard input closes; say the port, then CPU seconds and messages out."""
    door, counters = _Door(), Counters()
    limits = Limits(
        connections_max=5000,
        connections_per_address_max=5000,
        handshakes_per_minute=10**6,
        messages_per_s=10**6,
        inputs_per_s=10**6,
        bytes_per_s=1e9,
    )
    sock = socket.create_server(("127.0.0.1", 0), backlog=512)

    intake = None
    if way == "together":
        intake = Intake(standings=Standings(limits.connections_max, limits, counters))

    async def tick() -> None:
        number, next_s = 0, trio.current_time()
        while True:
            if intake is not None:
                intake.gather()
            number, next_s = number + 1, next_s + 1 / hz
            for box in door.boxes:
                box.offer_snapshot(number, number.to_bytes(4, "big") * (SNAPSHOT_BYTES // 4))
            await trio.sleep_until(next_s)

    async with trio.open_nursery() as nursery:
        edge = partial(serve, direct_frames=way != "library", intake=intake)
        await nursery.start(edge, [sock], door, limits, counters)
        print(sock.getsockname()[1], flush=True)
        nursery.start_soon(tick)
        while await trio.to_thread.run_sync(sys.stdin.readline):
            print(time.process_time(), counters.messages_out, counters.messages_in, flush=True)
        nursery.cancel_scope.cancel()


def masked(payload: bytes) -> bytes:
    """A client's frame, its mask nought."""
    return b"\x82" + bytes([0x80 | len(payload)]) + bytes(4) + payload


def measure(clients: int, hz: float, seconds: float, way: str) -> float:
    """µs of the server's CPU for a snapshot sent and an INPUT taken."""
    command = [sys.executable, "-m", "benchmarks.edge", "--serve", str(hz), way]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())

        def used() -> tuple[float, int]:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write("\n")
            server.stdin.flush()
            cpu_s, sent, _ = server.stdout.readline().split()
            return float(cpu_s), int(sent)

        with selectors.DefaultSelector() as selector:
            for _ in range(clients):
                sock = socket.create_connection(("127.0.0.1", port))
                sock.sendall(HEAD)
                sock.recv(4096)
                sock.sendall(masked(JOIN))
                selector.register(sock, selectors.EVENT_READ, [0, 0])
            _play(selector, hz, 1.0)
            before = used()
            _play(selector, hz, seconds)
            after = used()
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]
        server.stdin.close()
    return 1e6 * (after[0] - before[0]) / (after[1] - before[1])


def _play(selector: selectors.DefaultSelector, hz: float, seconds: float) -> None:
    """Send an INPUT a tick from each, which acknowledges its last snapshot: they name a tick."""
    keys = list(selector.get_map().values())
    end, due, phase = time.monotonic() + seconds, time.monotonic(), 0
    while due < end:
        while (wait_s := due - time.monotonic()) > 0:
            for key, _ in selector.select(wait_s):
                key.data[1] = int.from_bytes(key.fileobj.recv(65536)[-4:], "big")  # type: ignore[union-attr]
        for key in keys[phase::PHASES]:
            key.data[0] += 1
            message = encode(Input(key.data[0], 0, 0, 0, 1, key.data[1]))
            key.fileobj.sendall(masked(message))  # type: ignore[union-attr]
        due, phase = max(due + 1 / (hz * PHASES), time.monotonic()), (phase + 1) % PHASES


def main() -> None:
    """Measure the ways in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--hz", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("ways", nargs="*", default=WAYS, metavar="WAY")
    given = parser.parse_args()
    if given.serve:
        trio.run(_serve, float(given.serve[0]), given.serve[1])
        return
    found: dict[str, list[float]] = {way: [] for way in given.ways}
    for _ in range(given.rounds):
        for way, rows in found.items():
            rows.append(measure(given.clients, given.hz, given.seconds, way))
    if given.json:
        print(json.dumps({"clients": given.clients, "hz": given.hz, "us": found}))
        return
    print(f"{given.clients} clients at {given.hz:g} Hz, µs a snapshot sent and an INPUT taken:")
    for way, us in found.items():
        listed = ", ".join(f"{row:.1f}" for row in us)
        print(f"  {way:8} least {min(us):6.1f}, median {statistics.median(us):6.1f}  ({listed})")


if __name__ == "__main__":
    main()
