"""The tick clock: no time is invented, none is lost without being counted."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ringfall.pacing import TickClock

RATES = st.sampled_from([10, 30, 60, 17])
# How long the loop is away after each tick, in ticks: mostly on time, sometimes a stall.
AWAY = st.lists(
    st.one_of(st.just(0.0), st.floats(0, 0.9), st.floats(0.9, 4), st.floats(4, 100)), max_size=80
)


def test_on_time() -> None:
    clock = TickClock(rate_hz=10, catch_up_max_ticks=5, next_s=100.0)
    for tick in range(50):
        assert math.isclose(clock.next_s, 100.0 + tick / 10)
        assert clock.begin(clock.next_s) == (0.0, 0)
    assert clock.slipped_ticks == 0


def test_a_short_stall_is_caught_up() -> None:
    clock = TickClock(rate_hz=10, catch_up_max_ticks=5, next_s=0.0)
    lateness_s, slipped = clock.begin(0.55)
    assert (lateness_s, slipped) == (0.55, 0)
    caught_up = 0
    while clock.next_s <= 0.55:
        caught_up += 1
        assert clock.begin(0.55)[1] == 0
    assert caught_up == 5, "exactly as many as may be"
    assert math.isclose(clock.next_s, 0.6), "on the beat again"


def test_one_tick_more_is_too_much() -> None:
    clock = TickClock(rate_hz=10, catch_up_max_ticks=5, next_s=0.0)
    assert clock.begin(0.65) == (0.65, 6)
    assert clock.slipped_ticks == 6
    assert math.isclose(clock.next_s, 0.7), "nothing is caught up, and the beat stays"


@given(RATES, st.integers(1, 20), AWAY)
def test_time_adds_up(rate_hz: int, catch_up: int, away: list[float]) -> None:
    """Ticks run plus ticks given up are the time that passed; never a tick before its time."""
    clock = TickClock(rate_hz, catch_up, next_s=50.0)
    now = 50.0
    for count, ticks_away in enumerate(away):
        due = 50.0 + (count + clock.slipped_ticks) / rate_hz
        assert math.isclose(clock.next_s, due, abs_tol=1e-9), "the n-th tick has one due time"
        now = max(now, clock.next_s)
        before = clock.slipped_ticks
        lateness_s, slipped = clock.begin(now)
        assert lateness_s >= 0.0
        assert slipped == clock.slipped_ticks - before
        assert slipped == 0 or slipped > catch_up, "it slips only when it must"
        # How many would run at once if nothing more went wrong.
        behind = math.floor((now - clock.next_s) * rate_hz + 1e-9) + 1
        assert behind <= catch_up, "what may be caught up is bounded"
        now += ticks_away / rate_hz
    ran = Fraction(len(away) + clock.slipped_ticks)
    assert float(ran / rate_hz) <= (now - 50.0) + 1 / rate_hz + 1e-6, "never ahead of time"


@given(RATES, st.floats(0, 1e6), st.floats(0, 1e4))
def test_any_lateness(rate_hz: int, start_s: float, late_s: float) -> None:
    clock = TickClock(rate_hz, 5, next_s=start_s)
    lateness_s, slipped = clock.begin(start_s + late_s)
    assert math.isclose(lateness_s, late_s, abs_tol=1e-6)
    assert clock.slipped_ticks == slipped
    assert abs(clock.next_s - (start_s + (1 + slipped) / rate_hz)) < 1e-6
    if late_s * rate_hz < 5.9:
        assert slipped == 0
    if slipped:
        assert clock.next_s >= start_s + late_s - 1e-6
        assert clock.next_s <= start_s + late_s + 1 / rate_hz + 1e-6
