"""The beginning and the end of ticks against a diary."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from systems.kernels.ticking import begin_tick, end_tick
from tests.oracle.diary import Diary
from tests.systems.kernel_calls import call

# Where 32 bits, signed or not, and whole floats come to an end.
FIRST_TICKS = [0, 1, 2**31 - 2, 2**32 - 2, 2**53 - 1]
COUNTS = st.sampled_from([0, 0, 1, 7, 4096])

steps = st.sampled_from(["begin", "end"]) | st.tuples(COUNTS, COUNTS)


@given(st.sampled_from(FIRST_TICKS), st.lists(steps, max_size=30))
def test_ticks_follow_the_diary(first_tick: int, course: list[str | tuple[int, int]]) -> None:
    """In any order: neither kernel relies on the other, or on reports in between."""
    diary, tick, hits, events = Diary(first_tick), first_tick, 0, 0
    for step in course:
        if step == "begin":
            diary.begin()
            # What lies behind the count belongs to somebody else.
            made = call(begin_tick, hit_count=[hits, 55], event_count=[events, 66])
            assert (made.hit_count[1], made.event_count[1]) == (55, 66)
            hits, events = int(made.hit_count[0]), int(made.event_count[0])
        elif step == "end":
            diary.end()
            after = call(end_tick, tick=[tick, 77]).tick
            assert after[1] == 77
            tick = int(after[0])
        elif not isinstance(step, str):
            diary.report(*step)
            hits, events = hits + step[0], events + step[1]
        assert tick == diary.tick
        assert (hits, events) == (len(diary.page.hits), len(diary.page.events))
