"""The outbox against a plain model: nothing lost, nothing doubled, the window never overrun."""

from __future__ import annotations

import hypothesis.stateful as hs
import msgpack
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from net.outbox import Ending, Outbox
from net.rejections import REJECTIONS
from schema.messages import CloseCode, ErrorCode

LINE_MAX, UNACKED_MAX, SKIPS_MAX = 5, 3, 6


def box(skips_in_a_row_max: int = SKIPS_MAX) -> Outbox:
    return Outbox(
        messages_max=LINE_MAX, unacked_max=UNACKED_MAX, skips_in_a_row_max=skips_in_a_row_max
    )


class OutboxModel(hs.RuleBasedStateMachine):
    """Kept as sets and lists of everything that ever happened, unlike the box itself."""

    def __init__(self) -> None:
        super().__init__()
        self.box = box()
        self.woken = 0
        self.box.wake = self.wake
        self.tick = 0
        self.pushed: list[bytes] = []
        self.got: list[bytes] = []
        self.waiting: int | None = None
        self.sent: list[int] = []
        self.acked_up_to = -1
        self.skips = self.row = self.replaced = 0
        self.end: Ending | None = None
        self.ended = False

    def wake(self) -> None:
        self.woken += 1

    def on_their_way(self) -> list[int]:
        return [tick for tick in self.sent if tick > self.acked_up_to]

    def gave_up(self) -> None:
        self.pushed = self.pushed[: len(self.got)]
        self.waiting = None
        self.end = Ending(CloseCode.REFUSED, "too_slow")

    @hs.rule()
    def push(self) -> None:
        message = b"%d" % len(self.pushed)
        if self.end:
            assert not self.box.push(message)
        elif len(self.pushed) - len(self.got) == LINE_MAX:
            assert not self.box.push(message)
            self.gave_up()
        else:
            woken = self.woken
            assert self.box.push(message)
            assert self.woken == woken + 1
            self.pushed.append(message)

    @hs.rule(step=st.integers(1, 3))
    def offer(self, step: int) -> None:
        self.tick += step
        accepted = self.box.offer_snapshot(self.tick, b"s%d" % self.tick)
        if self.end:
            assert not accepted
        elif len(self.on_their_way()) == UNACKED_MAX:
            assert not accepted
            self.skips += 1
            self.row += 1
            if self.row > SKIPS_MAX:
                self.gave_up()
        else:
            assert accepted
            self.row = 0
            self.replaced += self.waiting is not None
            self.waiting = self.tick

    @hs.rule(back=st.integers(-3, 12))
    def ack_anything(self, back: int) -> None:
        self.ack(self.tick - back)

    @hs.precondition(lambda self: self.sent)
    @hs.rule(data=st.data())
    def ack_sent(self, data: st.DataObject) -> None:
        self.ack(data.draw(st.sampled_from(self.sent)))

    def ack(self, tick: int) -> None:
        self.box.acked(tick)
        if tick in self.sent:
            self.acked_up_to = max(self.acked_up_to, tick)

    @hs.rule()
    def take(self) -> None:
        item = self.box.take()
        if len(self.got) < len(self.pushed):
            assert item == self.pushed[len(self.got)]
            self.got.append(item)
        elif self.end and self.end.reason and not self.ended and isinstance(item, bytes):
            # The ERROR; the Ending must be the very next.
            assert msgpack.unpackb(item)[:2] == [4, self.end.reason]
            assert self.box.take() == self.end
            self.ended = True
        elif self.waiting is not None:
            assert item == b"s%d" % self.waiting
            self.sent.append(self.waiting)
            self.waiting = None
        elif self.end and not self.ended:
            assert self.end.reason == ""
            assert item == self.end
            self.ended = True
        else:
            assert item is None

    @hs.rule(code=st.sampled_from([None, ErrorCode.IDLE, ErrorCode.SERVER_FULL]))
    def close(self, code: ErrorCode | None) -> None:
        self.box.close(None if code is None else REJECTIONS[code]("because"))
        if self.end is None:
            self.waiting = None
            closed = {None: 1000, ErrorCode.IDLE: 1008, ErrorCode.SERVER_FULL: 1013}[code]
            self.end = Ending(CloseCode(closed), code or "")

    @hs.invariant()
    def agrees(self) -> None:
        assert self.box.closing == (self.end is not None)
        assert self.box.skipped == self.skips
        assert self.box.replaced == self.replaced
        assert self.box.too_slow == (self.end is not None and self.end.reason == "too_slow")
        if not self.ended:
            assert self.box.unacked == len(self.on_their_way()) <= UNACKED_MAX
        if self.end is None:
            assert self.box.window_open == (len(self.on_their_way()) < UNACKED_MAX)


TestOutbox = OutboxModel.TestCase
TestOutbox.settings = settings(deadline=None, max_examples=80)


def test_ticks_must_rise() -> None:
    outbox = box()
    outbox.offer_snapshot(5, b"")
    with pytest.raises(ValueError, match="tick 5 offered after tick 5"):
        outbox.offer_snapshot(5, b"")


def test_acks_of_what_was_never_sent_do_not_open_the_window() -> None:
    outbox = box()
    for tick in (10, 20, 30):
        assert outbox.offer_snapshot(tick, b"")
        outbox.take()
    assert not outbox.offer_snapshot(40, b"")
    for lie in (0, 9, 11, 25, 31, 40, 2**32 - 1):
        outbox.acked(lie)
        assert not outbox.window_open
    outbox.acked(20)
    assert outbox.unacked == 1
    # What waits in the slot has not been sent, so it cannot have arrived.
    assert outbox.offer_snapshot(50, b"")
    outbox.acked(50)
    assert outbox.unacked == 1
    outbox.acked(10)
    assert outbox.unacked == 1


def test_shut_box_ignores_the_game() -> None:
    outbox = box()
    outbox.push(b"a")
    outbox.offer_snapshot(1, b"b")
    outbox.shut()
    assert not outbox.push(b"c")
    assert not outbox.offer_snapshot(2, b"d")
    outbox.skip_snapshot()
    outbox.close(REJECTIONS[ErrorCode.IDLE](""))
    assert outbox.take() is None
    assert outbox.skipped == 0
