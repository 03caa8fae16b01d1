"""What clients claim to have seen: held against what was sent to them, and logged as judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from net.kernels.arriving import SENT_KEPT
from ringfall.config import TICK_RATE_MAX_HZ
from ringfall.hosting import HostedMatch
from ringfall.hosting.views import FUTURE, OLD, UNSENT, View, judge
from schema.commands import REWIND_MAX_S, TickInputs
from schema.messages import Input
from tests.ringfall.packs import new_match, outbox, take_all, wish

MOST = 7  # ticks in 250 ms, at 30 a second


@given(
    st.integers(0, 60) | st.sampled_from([2**31, 2**32 - 1]),
    st.lists(st.integers(1, 40), unique=True, max_size=12).map(sorted),
    st.integers(-4, 45),
)
def test_what_counts_as_seen(claimed: int, sent: list[int], oldest: int) -> None:
    view = judge(claimed, sent, oldest)
    allowed = [tick for tick in sent if tick >= oldest]
    if claimed == 0:
        assert view == View(0, "")
    elif claimed in allowed:
        assert view == View(claimed, "")
    else:
        assert view.reason
        # Nothing that was sent is nearer, nor as near and newer.
        assert view.tick in allowed or (view.tick == 0 and not allowed)
        for tick in allowed:
            assert (abs(view.tick - claimed), -view.tick) <= (abs(tick - claimed), -tick)


@pytest.mark.parametrize(
    ("claimed", "sent", "view"),
    [
        (0, [], (0, "")),
        (5, [], (0, FUTURE)),
        (21, [10, 12, 20], (20, FUTURE)),
        (2**32 - 1, [10, 12, 20], (20, FUTURE)),
        (13, [10, 12, 20], (12, UNSENT)),
        (16, [10, 12, 20], (20, UNSENT)),
        (11, [10, 12, 20], (12, UNSENT)),
        (8, [7, 10, 12, 20], (10, OLD)),
        (7, [7, 10, 12, 20], (10, OLD)),
        (1, [10, 12, 20], (10, OLD)),
        (3, [2, 3, 4], (0, OLD)),
        (5, [2, 3, 4], (0, FUTURE)),
    ],
)
def test_the_nearest_tick_that_was_sent(
    claimed: int, sent: list[int], view: tuple[int, str]
) -> None:
    assert judge(claimed, sent, 9) == view


def test_as_many_ticks_are_remembered_as_one_may_look_back() -> None:
    assert SENT_KEPT >= REWIND_MAX_S * TICK_RATE_MAX_HZ


class Log:
    """What was logged of each tick."""

    def __init__(self) -> None:
        self.views: dict[int, list[int]] = {}

    def add(self, world: Any, tick: int, inputs: TickInputs) -> None:
        self.views[tick] = inputs.commands["view_tick"].tolist()


class Line:
    """A match with one player, whose snapshots are taken in some ticks only."""

    def __init__(self) -> None:
        self.log = Log()
        self.hosted = HostedMatch("the-match", new_match())
        self.hosted.match.history = self.log
        self.box = outbox(unacked_max=400)
        self.seat = self.hosted.seat(wish("Ada"), self.box)
        self.seq = 0

    def advance(self, ticks: int = 1, take: bool = True) -> None:
        for _ in range(ticks):
            self.hosted.advance()
            if take:
                take_all(self.box)

    def claim(self, view: int) -> None:
        self.seq += 1
        self.seat.receive(Input(self.seq, 0, 0, 0, 0, 0, view))

    def logged(self, view: int) -> int:
        """What is logged of a claim that the next tick gets."""
        self.claim(view)
        tick = self.hosted.match.tick
        self.advance()
        [found] = self.log.views[tick]
        return found


def test_a_true_view_is_logged_as_it_is() -> None:
    line = Line()
    line.advance(20)
    for back in range(MOST):
        tick = line.hosted.match.tick - back
        assert line.logged(tick) == tick
    assert not line.hosted.views.replaced


FORGED = [1, 2, 12, 13, 21, 22, 50, 2**31 - 1, 2**31, 2**32 - 1]


@pytest.mark.parametrize("view", FORGED)
def test_a_forged_view_counts_for_what_was_sent(view: int) -> None:
    """From the future, from before the player came, and older than anybody may look back."""
    line = Line()
    line.advance(20)
    logged = line.logged(view)
    # The tick that it reached made state 21.
    assert 21 - MOST <= logged <= 20
    assert sum(line.hosted.views.replaced.values()) == 1
    assert line.hosted.views.replaced[OLD if view < 20 else FUTURE] == 1


def test_nobody_has_seen_anything_before_the_first_snapshot() -> None:
    line = Line()
    assert line.logged(0) == 0
    assert not line.hosted.views.replaced
    late = Line()
    for view in (1, 2, 3, 4):
        late.claim(view)
        late.advance(take=False)
    assert [late.log.views[tick] for tick in range(4)] == [[0]] * 4
    assert late.hosted.views.replaced == {FUTURE: 4}


def test_what_waits_in_the_box_has_not_been_sent() -> None:
    line = Line()
    line.advance(20)
    line.advance(3, take=False)
    # One snapshot waits, and two were skipped or replaced: the newest sent is 20.
    assert line.logged(22) == 20
    assert line.hosted.views.replaced == {FUTURE: 1}
    sent = set(line.box.sent)
    assert 20 in sent
    assert not {21, 22, 23} <= sent


def test_whoever_was_sent_nothing_for_long_looks_at_now() -> None:
    line = Line()
    line.advance(20)
    line.advance(MOST + 1, take=False)
    assert line.logged(20) == 0
    assert line.hosted.views.replaced == {OLD: 1}


def test_a_new_connection_has_been_sent_nothing() -> None:
    line = Line()
    line.advance(20)
    line.box = outbox(unacked_max=400)
    line.seat = line.hosted.seat(wish("Ada", player_id=line.seat.occupant.player_id), line.box)
    assert line.logged(20) == 0
    assert line.logged(21) == 21


def test_a_connection_that_was_replaced_says_nothing() -> None:
    line = Line()
    line.advance(20)
    player_id, old = line.seat.occupant.player_id, line.seat
    line.seat = line.hosted.seat(wish("Ada", player_id=player_id), outbox())
    old.receive(Input(99, 0, 0, 0, 0, 0, 20))
    line.advance()
    assert line.log.views[20] == []


def test_what_another_was_sent_is_nothing_to_me() -> None:
    line = Line()
    box = outbox(unacked_max=400)
    line.hosted.seat(wish("Bo"), box)
    for tick in range(20):
        line.advance(take=tick % 2 == 0)
        take_all(box)
    mine, theirs = set(line.box.sent), set(box.sent)
    other = max(tick for tick in theirs - mine if tick < max(mine))
    assert line.logged(other) in mine
    assert line.hosted.views.replaced == {UNSENT: 1}


def test_every_logged_view_was_sent_and_is_young_enough() -> None:
    """Whatever is claimed, by whoever takes snapshots when they like, and lets commands wait."""
    rng = np.random.default_rng(4)
    line = Line()
    for _ in range(300):
        tick = line.hosted.match.tick
        sent = set(line.box.sent)
        for _ in range(rng.integers(0, 3)):
            claim = int(rng.choice([0, 1, 2**32 - 1, *range(max(0, tick - 12), tick + 4)]))
            line.claim(claim)
        line.advance(take=bool(rng.random() < 0.6))
        for view in line.log.views[tick]:
            # A command waits for four ticks at most.
            assert view == 0 or view in sent
            assert view == 0 or tick + 1 - MOST - 4 <= view <= tick
    assert set(line.hosted.views.replaced) == {FUTURE, UNSENT, OLD}
