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

steps = st.sampled_from(["begin", "end"]) | st.tuples(COUNTS, COUNTS, COUNTS, COUNTS)
REPORTS = ("cast_count", "hit_count", "knock_count", "event_count")


@given(st.sampled_from(FIRST_TICKS), st.lists(steps, max_size=30))
def test_ticks_follow_the_diary(
    first_tick: int, course: list[str | tuple[int, int, int, int]]
) -> None:
    """In any order: neither kernel relies on the other, or on reports in between."""
    diary, tick, counts = Diary(first_tick), first_tick, [0, 0, 0, 0]
    for step in course:
        if step == "begin":
            diary.begin()
            # What lies behind the count belongs to somebody else.
            given_counts = {name: [count, 55] for name, count in zip(REPORTS, counts, strict=True)}
            made = call(begin_tick, **given_counts, begin=[7, 66])
            assert [getattr(made, name)[1] for name in REPORTS] == [55] * 4
            assert made.begin.tolist() == [0, 66]
            counts = [int(getattr(made, name)[0]) for name in REPORTS]
        elif step == "end":
            diary.end()
            after = call(end_tick, tick=[tick, 77]).tick
            assert after[1] == 77
            tick = int(after[0])
        elif not isinstance(step, str):
            diary.report(*step)
            counts = [one + more for one, more in zip(counts, step, strict=True)]
        assert tick == diary.tick
        assert tuple(counts) == diary.counts()
