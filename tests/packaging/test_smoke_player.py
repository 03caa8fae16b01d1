"""The smoke test's player accepts a server that keeps the protocol, and names every breach."""

from __future__ import annotations

import math
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tools import smoke_player
from tools.smoke_player import VERSION, PlayError, play

RATE_HZ = 30
PLAY_S = 6.0
WAIT_S = 60.0


@pytest.fixture(autouse=True)
def _a_tick_whenever_the_time_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds pass with what is sent and answered, at once, however slow this machine is."""
    ticks = count(0.0, 1.0 / RATE_HZ)
    monkeypatch.setattr(smoke_player, "time", SimpleNamespace(monotonic=lambda: next(ticks)))


@dataclass
class Match:
    """The state of a pretended match, which tests bend."""

    slot: int = 3
    tick: int = 100
    ack: int = 0
    x: float = 20.0
    y: float = 20.0
    speed_u: float = 0.25
    step: int = 1
    applies_inputs: bool = True
    begins_full: bool = True
    sent: int = 0

    def snapshot(self) -> list[Any]:
        """A full one, then one that names everything, then one that names nothing, and so on."""
        motion = struct.pack("<5dB", self.x, self.y, 0.0, 0.0, 0.0, 0)
        self.sent += 1
        whole = self.sent == 1 or self.step == 0 or not self.applies_inputs
        if whole and self.begins_full:
            return [2, struct.pack("<BBII", 1 | 8 | 32, 0, self.tick, self.ack) + motion]
        if self.sent % 2:
            return [2, struct.pack("<BBBI", 2 | 8 | 32, 0, self.step, self.ack) + motion]
        return [2, struct.pack("<BBH", 4 | 16, 0, 7)]


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
                kind, seq, move, *_ = msgpack.unpackb(socket.recv(timeout=WAIT_S))
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
            thread.join(timeout=WAIT_S)


def test_a_server_that_keeps_the_protocol() -> None:
    with server(Match()) as port:
        line = play("127.0.0.1", port, "a-ticket", seconds=PLAY_S)
    assert "inputs applied" in line


@pytest.mark.parametrize(
    ("match", "complaint"),
    [
        (Match(begins_full=False), "the first snapshot is not full"),
        (Match(speed_u=0.0), "the own body moved only 0.00 units"),
        (Match(step=0), "tick 100 came after tick 100"),
        (Match(applies_inputs=False), "the newest applied is 0"),
    ],
)
def test_a_server_that_breaks_it(match: Match, complaint: str) -> None:
    with server(match) as port, pytest.raises(PlayError, match=complaint):
        play("127.0.0.1", port, "a-ticket", seconds=PLAY_S)


def test_a_refusal_is_repeated() -> None:
    refusal = [4, "server_full", "no free place", 5]
    with (
        server(Match(), lambda _: refusal) as port,
        pytest.raises(PlayError, match="kind 4 instead of WELCOME"),
    ):
        play("127.0.0.1", port, "a-ticket", seconds=PLAY_S)


def test_nobody_listens() -> None:
    with pytest.raises(PlayError, match="playing over WebSocket"):
        play("127.0.0.1", 1, "a-ticket", seconds=PLAY_S)
