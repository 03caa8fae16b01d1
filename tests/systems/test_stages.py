"""The stages against their timetable, and the price of sudden death."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import (
    CAUSE_SUDDEN_DEATH,
    HIT_RECORD,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    STAGE_COUNTDOWN,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    TRUE_DAMAGE,
    UNBLOCKED,
    ZONE_CLOSED,
    ZONE_SHRINKING,
    ZONE_WAITING,
)
from systems.kernels.stages import hurt_everybody, run_stage
from tests.oracle import stages
from tests.oracle.stages import Course
from tests.systems.kernel_calls import call

assert (STAGE_COUNTDOWN, STAGE_PLAY) == (stages.COUNTDOWN, stages.PLAY)
assert (STAGE_SUDDEN_DEATH, STAGE_OVER) == (stages.SUDDEN_DEATH, stages.OVER)


def lived(course: Course, ticks: int) -> list[tuple[int, int]]:
    """(stage, since when) in every tick; the zone and the decision follow behind."""
    stage, since, history = STAGE_COUNTDOWN, 0, []
    for tick in range(ticks):
        shut = course.closed is not None and course.closed < tick
        over = course.decided is not None and course.decided < tick
        made = call(
            run_stage,
            tick=tick,
            countdown_ticks=course.countdown,
            over=int(over),
            # A zone on the move has begun that as early as a closed one closed.
            zone_state=ZONE_CLOSED if shut else (ZONE_WAITING, ZONE_SHRINKING)[tick % 2],
            zone_since_tick=course.closed if shut else 0,
            sudden_after_ticks=course.after,
            stage=stage,
            stage_tick=since,
        )
        stage, since = int(made.stage[0]), int(made.stage_tick[0])
        history.append((stage, since))
    return history


spans = st.integers(0, 12)


@settings(max_examples=300)
@given(st.builds(Course, spans, st.none() | spans, st.integers(0, 4), st.none() | spans))
def test_every_tick_has_its_stage(course: Course) -> None:
    assert lived(course, 20) == [course.at(tick) for tick in range(20)]


def test_stages_change_on_their_tick() -> None:
    course = Course(countdown=3, closed=5, after=2, decided=8)
    found = [stage for stage, _ in lived(course, 11)]
    assert found == [0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3]


def hurt(
    bodies: list[tuple[float, float, bool]],
    stage: int,
    since: int,
    damage: float = 2.0,
    growth: float = 0.5,
    room: int = 9,
) -> SimpleNamespace:
    """In tick 500, in a stage that began so many ticks before; damage and growth per tick."""
    return call(
        hurt_everybody,
        players=len(bodies),
        tick=500,
        stage=stage,
        stage_tick=500 - since,
        damage_hp=damage,
        growth_hp=growth,
        alive=[*(alive for _, _, alive in bodies), 1],
        x_u=[*(x for x, _, _ in bodies), 1.0],
        y_u=[*(y for _, y, _ in bodies), 1.0],
        hits=np.zeros(room, HIT_RECORD),
        hit_count=0,
        hits_refused=100,
    )


@given(
    st.lists(st.tuples(st.floats(0, 40), st.floats(0, 40), st.booleans()), max_size=6),
    st.sampled_from([STAGE_SUDDEN_DEATH] * 3 + [STAGE_COUNTDOWN, STAGE_PLAY, STAGE_OVER]),
    st.sampled_from([0, 1, 59, 499]),
    st.sampled_from([20, 30, 60]),
    st.integers(0, 7),
)
def test_sudden_death_hurts_the_living_ever_more(
    bodies: list[tuple[float, float, bool]], stage: int, since: int, rate: int, room: int
) -> None:
    dt = 1 / rate
    found = hurt(bodies, stage, since, 4.0 * dt, 1.5 * dt * dt, room)
    living = [(row, x, y) for row, (x, y, alive) in enumerate(bodies) if alive]
    expected = living if stage == STAGE_SUDDEN_DEATH else []
    assert found.hit_count[0] == min(room, len(expected))
    assert found.hits_refused[0] == 100 + max(0, len(expected) - room)
    price = float(stages.price(4.0, 1.5, since, rate))
    flags = TRUE_DAMAGE | UNBLOCKED | NO_RETURN
    for hit, (row, x, y) in zip(found.hits, expected[:room], strict=False):
        facts = [hit[name].item() for name in ("victim", "attacker", "cause", "slot", "flags")]
        assert facts == [row, NOBODY, CAUSE_SUDDEN_DEATH, NO_SLOT, flags]
        assert hit["amount_hp"] == pytest.approx(price, rel=1e-12)
        assert (hit["moment"], hit["from_x_u"], hit["from_y_u"]) == (1.0, x, y)


def test_its_price_is_what_it_says() -> None:
    amounts = [hurt([(1.0, 1.0, True)], STAGE_SUDDEN_DEATH, n).hits["amount_hp"][0] for n in (0, 4)]
    assert amounts == [2.0, 4.0]
    assert stages.price(60.0, 30.0, 60, 30) == Fraction(4)
