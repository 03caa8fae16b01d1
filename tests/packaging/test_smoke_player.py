"""The smoke test's player accepts a server that keeps the protocol, and names every breach."""

from __future__ import annotations

import math
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tools.smoke_player import VERSION, PlayError, play

RATE_HZ = 30


@dataclass
class Match:
    """The state of a pretended match, which tests bend."""

    slot: int = 3
    named_slot: int = 3
    tick: int = 100
    ack: int = 0
    x: float = 20.0
    y: float = 20.0
    speed_u: float = 0.25
    step: int = 1
    applies_inputs: bool = True

    def snapshot(self) -> list[Any]:
        slot = self.named_slot
        head = struct.pack("<IIHHHHBBBBII", self.tick, self.ack, slot, slot, 2, 2, 1, 1, 0, 1, 90,
                           900) + bytes(24)  # fmt: skip
        figures = struct.pack("<6H6B32s", 3200, 3200, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, bytes(32))
        counts = struct.pack("<7HBB", 2, 0, 0, 0, 0, 0, 0, 1, 0)
        status = struct.pack("<BBBH", 4, 1, 0, 30)
        me = self.row(self.slot, self.x, self.y)
        return [2, head + figures + counts + status + me + self.row(9, 1.0, 1.0)]

    @staticmethod
    def row(slot: int, x: float, y: float) -> bytes:
        places = (slot, int(x * 64), int(y * 64), 0)
        return struct.pack("<4H6BH", *places, 255, 0, 0, 0, 1, 0, 0)


@contextmanager
def server(match: Match, answer: Callable[[Match], list[Any]] | None = None) -> Iterator[int]:
    def welcome(match: Match) -> list[Any]:
        return [1, VERSION, match.slot, RATE_HZ, match.tick, "m", {}, {}, [], 0]

    def handle(socket: ServerConnection) -> None:
        assert msgpack.unpackb(socket.recv()) == [1, VERSION, "a-ticket"]
        try:
            socket.send(msgpack.packb((answer or welcome)(match)))
            socket.send(msgpack.packb([3, 9, "Bot", 1, 0, 1]))
            while True:
                kind, seq, move, *_ = msgpack.unpackb(socket.recv(timeout=5))
                assert kind == 2
                if match.applies_inputs:
                    match.ack = seq
                match.x += match.speed_u * math.cos(move * math.tau / 4096)
                match.y += match.speed_u * math.sin(move * math.tau / 4096)
                match.tick += match.step
                socket.send(msgpack.packb(match.snapshot()))
        except (ConnectionClosed, TimeoutError):
            pass

    with serve(handle, "127.0.0.1", 0) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield listening.socket.getsockname()[1]
        finally:
            listening.shutdown()
            thread.join(timeout=10)


def test_a_server_that_keeps_the_protocol() -> None:
    with server(Match()) as port:
        line = play("127.0.0.1", port, "a-ticket", seconds=1.0)
    assert "inputs applied" in line
    assert "up to 1 others in view" in line


@pytest.mark.parametrize(
    ("match", "complaint"),
    [
        (Match(named_slot=4), "a snapshot is for slot 4 instead of 3"),
        (Match(speed_u=0.0), "the own body moved only 0.00 units"),
        (Match(step=0), "tick 100 came after tick 100"),
        (Match(applies_inputs=False), "the newest applied is 0"),
    ],
)
def test_a_server_that_breaks_it(match: Match, complaint: str) -> None:
    with server(match) as port, pytest.raises(PlayError, match=complaint):
        play("127.0.0.1", port, "a-ticket", seconds=0.7)


def test_a_refusal_is_repeated() -> None:
    refusal = [4, "server_full", "no free place", 5]
    with (
        server(Match(), lambda _: refusal) as port,
        pytest.raises(PlayError, match="kind 4 instead of WELCOME"),
    ):
        play("127.0.0.1", port, "a-ticket", seconds=0.5)


def test_nobody_listens() -> None:
    with pytest.raises(PlayError, match="playing over WebSocket"):
        play("127.0.0.1", 1, "a-ticket", seconds=60.0)
