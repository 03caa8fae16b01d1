"""From the bytes of a command to what a tick applies, and what its player is told of it."""

from __future__ import annotations

import msgpack
import pytest

from net.limits import Limits
from net.mirror import Mirror
from net.outbox import Outbox
from net.rejections import Counters
from net.session import Session
from net.wire import encode
from ringfall.hosting import HostedMatch, PlayerSeat
from schema.commands import MOVE, PRIMARY
from schema.messages import RESYNC, Input, Join
from schema.messages import ServerKind as K
from tests.ringfall.packs import new_match, take_all, wish


class Line:
    """A session that leads straight into a match, and what its client knows.

    Attributes:
        exact: ticks of the snapshots that had the exact own state.
    """

    def __init__(self) -> None:
        self.hosted = HostedMatch("the-match", new_match())
        self.session = Session(self, Limits(), Counters(), 0.0)
        self.session.join(encode(Join(3, "a-ticket", 0)), "192.0.2.1")
        self.mirror = Mirror()
        self.exact: list[int] = []
        self.seq = 0

    def enter(self, join: Join, outbox: Outbox, address: str) -> PlayerSeat:
        return self.hosted.seat(wish("Ada"), outbox)

    def send(self, buttons: int = 0) -> None:
        self.seq += 1
        message = Input(self.seq, 100, 0, 0, buttons, max(0, self.mirror.tick))
        self.session.receive(encode(message), self.seq / 30)

    def tick(self) -> Mirror:
        """Play one, and take what has come."""
        self.hosted.advance()
        for item in take_all(self.session.outbox):
            assert isinstance(item, bytes)
            kind, payload, *_ = msgpack.unpackb(item)
            if kind == K.SNAPSHOT:
                self.mirror.apply(payload)
                if self.mirror.motion is not None and self.mirror.motion.tick == self.mirror.tick:
                    self.exact.append(self.mirror.tick)
        return self.mirror


def test_asking_for_the_exact_state_is_answered_and_never_recorded() -> None:
    line = Line()
    history = line.hosted.match.history
    assert history is not None
    buttons = []
    for tick in range(1, 20):
        line.send(MOVE | PRIMARY | (RESYNC if tick in (7, 12) else 0))
        line.tick()
        [command] = history.inputs(tick - 1).commands  # type: ignore[attr-defined]
        buttons.append(int(command["buttons"]))
    assert buttons == [MOVE | PRIMARY] * 19
    assert {7, 12} <= set(line.exact)
    assert not {6, 11, 13} & set(line.exact), "it is told once"


@pytest.mark.parametrize(
    ("sent", "leads"),
    [
        ([1, 1, 1, 1], [0, 0, 0, 0]),
        ([0, 0, 1, 1], [0, 0, 0, 0]),
        ([1, 0, 0, 1], [0, -1, -2, 0]),
        ([3, 0, 0, 0, 0, 1], [2, 1, 0, -1, -2, 0]),
        ([2, 1, 1, 0, 1], [1, 1, 1, 0, 0]),
        ([9, 0, 0, 0, 0], [3, 2, 1, 0, -1]),
    ],
)
def test_how_many_wait_is_told_with_the_tick_that_took_one(
    sent: list[int], leads: list[int]
) -> None:
    line, told = Line(), []
    for count in sent:
        for _ in range(count):
            line.send(MOVE)
        told.append(line.tick().lead)
    assert told == leads


def test_a_long_silence_is_told_as_far_as_it_fits() -> None:
    line = Line()
    line.send()
    for _ in range(140):
        line.tick()
        line.session.outbox.acked(line.mirror.tick)
    assert line.mirror.lead == -128
    line.send()
    assert line.tick().lead == 0
