"""The beginning and the end of every tick."""

from ecs.kernel import I64Out, kernel


@kernel
def begin_tick(
    cast_count: I64Out,
    hit_count: I64Out,
    knock_count: I64Out,
    event_count: I64Out,
    begin: I64Out,
) -> None:
    """Empty the reports of the tick before; settling will begin with the first hit."""
    cast_count[0] = 0
    hit_count[0] = 0
    knock_count[0] = 0
    event_count[0] = 0
    begin[0] = 0


@kernel
def end_tick(tick: I64Out) -> None:
    """One more tick was applied."""
    tick[0] += 1
