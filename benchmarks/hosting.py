"""What a tick of a match full of people costs the server's thread, part by part.

python -m benchmarks.hosting [--clients 100] [--ticks 300] [--json] [WAY ...]

The real listener, a real match and as many clients as it has places, all in one process and one
thread: clients send an INPUT each, in as many groups as wake the server in a real tick, and as far
apart; the server reads them; the match is advanced and sends its snapshots; clients read those.
``time.thread_time`` of each part: neither other work on the machine nor waiting is in it, though
what those do to the caches is. For ``WAY`` see ``benchmarks.edge``.

* reading: from the kernel to the mailbox, waking up included
* telling: handing frames to the kernel, and what is asked for that
* the rest of the tick: its rules, and packing snapshots
"""

from __future__ import annotations

import argparse
import json
import logging
import socket
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
import trio

from benchmarks.edge import HEAD, PHASES, WAYS, masked
from net.kernels.arriving import TAKEN
from net.limits import Limits
from net.listener import Intake, serve
from net.listener.intake import PAUSE_S
from net.outbox import Outbox
from net.rejections import Counters
from net.session import Seat
from net.standing import Batch, Standings
from net.wire import encode
from persistence.store.sessions import Player
from ringfall.datapack import load_datapack
from ringfall.hosting import packing
from ringfall.hosting.hosted import HostedMatch
from ringfall.identity.tickets import Grant
from ringfall.match import Match, MatchPlan
from schema.commands import DROP_ANYWHERE
from schema.messages import ROLE_ANY, Input, Join

RATE_HZ = 30
PARTS = ("reading", "telling", "rest")
AIMS = (0, 700, 1400, 2100, 2800, 3500)


class Hall:
    """A door to one match, which says when so many INPUTs have come."""

    def __init__(self, clients: int) -> None:
        match = Match(MatchPlan(load_datapack(players=clients), RATE_HZ, clients, 3))
        self.hosted = HostedMatch("the-match", match)
        self.awaited, self.arrived = 0, trio.Event()
        judged = self.hosted.views.judged

        def counted(command: Input, sent: Any) -> Input:
            self.awaited -= 1
            if not self.awaited:
                self.arrived.set()
            return judged(command, sent)

        self.hosted.views.judged = counted  # type: ignore[method-assign]
        take = self.hosted.inbox.take

        def taken(batch: Batch, number: int) -> None:
            take(batch, number)
            self.awaited -= int(batch.counts[TAKEN])
            if not self.awaited:
                self.arrived.set()

        self.hosted.inbox.take = taken  # type: ignore[method-assign]

    def enter(self, join: Join, outbox: Outbox, address: str) -> Seat:
        """Let everybody in."""
        grant = Grant(Player(join.ticket, join.ticket), "the-match", ROLE_ANY, DROP_ANYWHERE)
        return self.hosted.seat(grant, outbox)


class Spent:
    """CPU seconds of this thread, summed until taken."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def wrapper(*args: Any) -> Any:
            began = time.thread_time()
            try:
                return call(*args)
            finally:
                self.seconds += time.thread_time() - began

        return wrapper

    def take(self) -> float:
        """What was spent since this was asked last."""
        seconds, self.seconds = self.seconds, 0.0
        return seconds


async def _come_in(port: int, clients: int, hall: Hall) -> list[socket.socket]:
    peers = []
    for number in range(clients):
        peer = socket.create_connection(("127.0.0.1", port))
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.sendall(HEAD)
        await trio.lowlevel.wait_readable(peer)
        peer.recv(4096)
        peer.sendall(masked(encode(Join(3, f"{number:043}"))))
        while len(hall.hosted.viewers) <= number:
            await trio.sleep(0)
        peer.setblocking(False)
        peers.append(peer)
    return peers


async def _measure(way: str, clients: int, ticks: int) -> dict[str, list[float]]:
    hall, spent = Hall(clients), Spent()
    limits = Limits(
        connections_max=5000,
        connections_per_address_max=5000,
        handshakes_per_minute=10**6,
        messages_per_s=10**6,
        inputs_per_s=10**6,
        bytes_per_s=1e9,
    )
    counters = Counters()
    intake = None
    if way == "together":
        intake = Intake(standings=Standings(clients, limits, counters))
    # A round reads what came in a pause; a task of its own wakes up for each group of clients.
    groups = round(1 / (RATE_HZ * PAUSE_S)) if intake is not None else PHASES
    sock = socket.create_server(("127.0.0.1", 0), backlog=512)
    port = sock.getsockname()[1]
    telling, offer = Spent(), packing.Outbox.offer_snapshot
    if intake is not None and intake.standings is not None:
        intake.standings.write = telling.timed(intake.standings.write)
    packing.Outbox.offer_snapshot = telling.timed(offer)  # type: ignore[method-assign]
    found: dict[str, list[float]] = {part: [] for part in PARTS}
    async with trio.open_nursery() as nursery:
        edge = partial(serve, direct_frames=way != "library", intake=intake)
        await nursery.start(edge, [sock], hall, limits, counters)
        peers = await _come_in(port, clients, hall)
        advance = spent.timed(hall.hosted.advance)
        for tick in range(1, ticks + 1):
            reading_s = 0.0
            for group in range(groups):
                mine = peers[group::groups]
                # As in a real tick, whoever reads has slept.
                await trio.sleep(1.0 / (RATE_HZ * groups))
                for number, peer in enumerate(mine):
                    aim = AIMS[(number + tick // 20) % len(AIMS)]
                    peer.sendall(masked(encode(Input(tick, aim, aim, 9, 1, max(0, tick - 1)))))
                hall.awaited, hall.arrived = len(mine), trio.Event()
                began = time.thread_time()
                await hall.arrived.wait()
                reading_s += time.thread_time() - began
            advance()
            told_s = telling.take()
            for part, cpu_s in zip(PARTS, (reading_s, told_s, spent.take() - told_s), strict=True):
                found[part].append(1e6 * cpu_s / clients)
            for peer in peers:
                try:
                    while len(peer.recv(65536)) == 65536:
                        pass
                except BlockingIOError:
                    pass
        nursery.cancel_scope.cancel()
    packing.Outbox.offer_snapshot = offer  # type: ignore[method-assign]
    return found


def main() -> None:
    """Measure the ways in turn and print what they cost."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--ticks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("ways", nargs="*", default=WAYS, metavar="WAY")
    given = parser.parse_args()
    found: dict[str, dict[str, list[float]]] = {way: {p: [] for p in PARTS} for way in given.ways}
    for _ in range(given.rounds):
        for way in given.ways:
            for part, us in trio.run(_measure, way, given.clients, given.ticks).items():
                found[way][part] += us
    if given.json:
        print(json.dumps({"clients": given.clients, "us": found}))
        return
    print(f"{given.clients} clients, µs of CPU a client and tick, least and median:")
    for way, parts in found.items():
        listed = "  ".join(
            f"{part} {min(us):5.1f} {statistics.median(us):5.1f}" for part, us in parts.items()
        )
        total = [sum(row) for row in zip(*parts.values(), strict=True)]
        print(f"  {way:8} {listed}  all {min(total):5.1f} {statistics.median(total):5.1f}")


if __name__ == "__main__":
    main()
