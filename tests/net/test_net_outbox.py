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
        self.box.hand_over = self.hand_over
        self.taker_is_free = False
        self.tick = 0
        self.pushed: list[bytes] = []
        self.got: list[bytes] = []
        self.waiting: int | None = None
        self.sent: list[int] = []
        self.acked_up_to = -1
        self.skips = self.row = 0
        self.end: Ending | None = None
        self.ended = False

    def wake(self) -> None:
        self.woken += 1

    def hand_over(self, message: bytes) -> bool:
        assert len(self.got) == len(self.pushed), "it overtakes what must arrive"
        assert message == b"s%d" % self.tick
        return self.taker_is_free

    @hs.rule(free=st.booleans())
    def taker_has_time(self, free: bool) -> None:
        self.taker_is_free = free

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
        elif len(self.on_their_way()) == UNACKED_MAX or self.waiting is not None:
            assert not accepted
            self.skips += 1
            self.row += 1
            if self.row > SKIPS_MAX:
                self.gave_up()
        else:
            assert accepted
            self.row = 0
            if self.taker_is_free and len(self.got) == len(self.pushed):
                self.sent.append(self.tick)
            else:
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
        assert self.box.too_slow == (self.end is not None and self.end.reason == "too_slow")
        if not self.ended:
            assert self.box.unacked == len(self.on_their_way()) <= UNACKED_MAX
        if self.end is None:
            room = len(self.on_their_way()) < UNACKED_MAX and self.waiting is None
            assert self.box.window_open == room


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


def test_what_is_handed_over_at_once_is_on_its_way() -> None:
    outbox, taken = box(), []

    def hand_over(message: bytes) -> bool:
        taken.append(message)
        return len(taken) != 2

    outbox.hand_over = hand_over
    assert outbox.offer_snapshot(5, b"first")
    assert (outbox.unacked, list(outbox.sent), outbox.take()) == (1, [5], None)
    assert outbox.offer_snapshot(6, b"second"), "it waits for whoever could not take it"
    assert (outbox.unacked, list(outbox.sent)) == (1, [5])
    assert outbox.take() == b"second"
    assert (outbox.unacked, list(outbox.sent)) == (2, [5, 6])
    outbox.acked(6)
    assert outbox.unacked == 0
    outbox.push(b"news")
    assert outbox.offer_snapshot(7, b"third")
    assert [outbox.take(), outbox.take()] == [b"news", b"third"]
    assert taken == [b"first", b"second"]
    outbox.shut()
    assert not outbox.offer_snapshot(8, b"late")
    assert outbox.hand_over is not hand_over, "whoever is gone is not held on to"


def test_a_snapshot_is_never_taken_back() -> None:
    """The next one says what differs from it."""
    outbox = box()
    assert outbox.offer_snapshot(1, b"one")
    assert not outbox.offer_snapshot(2, b"two")
    assert not outbox.wants(3)
    assert outbox.take() == b"one"
    assert outbox.wants(3)
    assert outbox.skipped == 2


def play(outbox: Outbox, ticks: range, lag: int) -> list[int]:
    """Ticks sent to a client whose answers take ``lag`` ticks."""
    sent: list[int] = []
    for tick in ticks:
        if outbox.wants(tick):
            assert outbox.offer_snapshot(tick, b"")
            outbox.take()
            sent.append(tick)
        outbox.acked(max((one for one in sent if one <= tick - lag), default=0))
    return sent


def wide(unacked_max: int = 16) -> Outbox:
    return Outbox(messages_max=5, unacked_max=unacked_max, skips_in_a_row_max=600)


@pytest.mark.parametrize("lag", [0, 3, 12])
def test_a_steady_answer_is_no_lag_however_far_away(lag: int) -> None:
    outbox = wide()
    assert play(outbox, range(1, 300), lag) == list(range(1, 300))
    assert outbox.pace.every == 1


def test_a_client_that_falls_behind_gets_less_and_then_all_again() -> None:
    outbox = wide()
    play(outbox, range(1, 100), 2)
    slow = play(outbox, range(100, 160), 11)
    assert outbox.pace.every > 1
    assert len(slow) < 45
    play(outbox, range(160, 900), 2)
    assert outbox.pace.every == 1
    assert play(outbox, range(900, 950), 2) == list(range(900, 950))


def test_a_full_window_makes_it_slower() -> None:
    outbox = wide(unacked_max=4)
    sent = play(outbox, range(1, 400), 12)
    assert outbox.pace.every > 1
    assert outbox.skipped > 0
    steps = [b - a for a, b in zip(sent[-20:], sent[-19:], strict=False)]
    assert max(steps) <= 6, "evenly, not in bursts"


def test_asking_for_the_exact_state_is_heard_once() -> None:
    outbox = box()
    assert not outbox.take_resync()
    outbox.ask_resync()
    assert outbox.take_resync()
    assert not outbox.take_resync()
