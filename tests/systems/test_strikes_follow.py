"""What follows from what shots met: they end, knock obstacles, make and break combos."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import (
    EVENT_RECORD,
    KNOCK_RECORD,
    NOBODY,
    STRIKE_NOTHING,
    STRIKE_OBSTACLE,
    STRIKE_WALL,
    WALL_HIT,
)
from schema.rulebook import CLASS_ROW
from systems.kernels.striking import strike
from tests.oracle.strikes import (
    NOTHING,
    WALL,
    Outcome,
    combo_after,
    ended,
    first_hits,
    knocked,
)
from tests.systems.casting import skill_rows
from tests.systems.ground import assert_table
from tests.systems.kernel_calls import call

TICK = 500
COMBO_MOST = (0, 3, 255)
COMBO_TICKS = (7, 60, 90)
HEALTHS = (50.0, 0.0, 1e-9)
SKILLS = skill_rows({}, {"combo": 1})
OLD_TICK = 444


def followed(
    outcomes: Sequence[Outcome],
    roles: Sequence[int],
    combos: Sequence[int],
    knock_room: int = 32,
    event_room: int = 32,
) -> SimpleNamespace:
    """The row behind the used ones would break combos, knock, and end."""
    junk = Outcome(0, ("obstacle", 0), 0, 0, True, True, 9.0)
    rows = [*outcomes, junk]
    classes = np.zeros(len(COMBO_MOST), CLASS_ROW)
    classes["combo_max"], classes["combo_ticks"] = COMBO_MOST, COMBO_TICKS
    return call(
        strike,
        count=len(outcomes),
        tick=TICK,
        owner=[each.owner for each in rows],
        skill=[int(each.counts) for each in rows],
        expire_tick=[TICK - row % 2 if each.expired else TICK + 1 for row, each in enumerate(rows)],
        damage_hp=[each.damage for each in rows],
        x_u=[row + 0.5 for row in range(len(rows))],
        y_u=[row + 0.25 for row in range(len(rows))],
        target=[target_of(each.end) for each in rows],
        enemies=[each.enemies for each in rows],
        skills=SKILLS,
        classes=classes,
        role=roles,
        obstacle_health_hp=HEALTHS,
        gone=[0] * len(rows),
        struck=[each.before for each in rows],
        combo_hits=combos,
        combo_until_tick=[OLD_TICK] * len(roles),
        hits_tally=[1000 + row for row in range(len(roles))],
        knocks=np.zeros(knock_room, KNOCK_RECORD),
        knock_count=0,
        knocks_refused=100,
        events=np.zeros(event_room, EVENT_RECORD),
        event_count=0,
        events_refused=200,
    )


def target_of(end: object) -> int:
    if isinstance(end, tuple):
        return STRIKE_OBSTACLE - int(end[1])
    if isinstance(end, int):
        return end
    return {NOTHING: STRIKE_NOTHING, WALL: STRIKE_WALL}[end]  # type: ignore[index]


outcomes = st.builds(
    Outcome,
    owner=st.integers(0, 2),
    end=st.sampled_from([NOTHING, NOTHING, WALL, 0, 2, *(("obstacle", row) for row in range(3))]),
    enemies=st.sampled_from([0, 0, 1, 1, 2, 5]),
    before=st.sampled_from([0, 0, 0, 1, 254, 255]),
    expired=st.sampled_from([False, False, True]),
    counts=st.sampled_from([True, True, False]),
    damage=st.sampled_from([0.0, 12.5]),
)


@settings(max_examples=400)
@given(
    st.lists(outcomes, max_size=8),
    st.lists(st.integers(0, 2), min_size=3, max_size=3),
    st.data(),
)
def test_what_follows_is_what_the_twin_says(
    shots: list[Outcome], roles: list[int], data: st.DataObject
) -> None:
    combos = [data.draw(st.sampled_from([0, COMBO_MOST[role]])) for role in roles]
    room = data.draw(st.sampled_from([32, 32, 0, 1, 2]))
    made = followed(shots, roles, combos, room, room)
    for row, role in enumerate(roles):
        most = COMBO_MOST[role]
        hits, anew = combo_after(shots, row, combos[row], most) if most else (0, False)
        assert made.combo_hits[row] == hits
        assert made.combo_until_tick[row] == (TICK + 1 + COMBO_TICKS[role] if anew else OLD_TICK)
        assert made.hits_tally[row] == 1000 + row + first_hits(shots, row)
    assert made.gone.tolist() == [*(int(ended(each)) for each in shots), 0]
    assert made.struck.tolist() == [*(min(255, each.before + each.enemies) for each in shots), 0]
    events = [
        (WALL_HIT, each.owner, NOBODY, int(each.counts), 0.0, row + 0.5, row + 0.25)
        for row, each in enumerate(shots)
        if each.end == WALL or isinstance(each.end, tuple)
    ]
    assert_table(made.events, made.event_count, made.events_refused, 200, events)
    assert_table(made.knocks, made.knock_count, made.knocks_refused, 100, knocked(shots, HEALTHS))


def combo_of(*shots: Outcome, held: int = 2) -> int:
    return int(followed(shots, [1], [held]).combo_hits[0])


HIT = Outcome(0, 5, 1, 0, False, True, 1.0)
MISS = Outcome(0, WALL, 0, 0, False, True, 1.0)


def test_one_tick_makes_and_breaks_a_combo_in_the_order_of_rows() -> None:
    assert combo_of(MISS, HIT) == 1
    assert combo_of(HIT, MISS) == 0
    assert combo_of(MISS, HIT, MISS, HIT, HIT) == 2
    assert combo_of(HIT, HIT, HIT) == 3


def test_only_a_shot_that_ended_without_any_enemy_is_a_miss() -> None:
    def end(what: object, enemies: int = 0, before: int = 0, expired: bool = False) -> int:
        return combo_of(Outcome(0, what, enemies, before, expired, True, 1.0))

    assert end(NOTHING) == 2  # still in the air
    assert end(NOTHING, expired=True) == 0
    assert end(WALL, before=1) == 2  # it went through an enemy earlier
    assert end(WALL, enemies=1) == 3  # or just now
    assert end(5) == 0  # a team mate, where that is possible
    assert combo_of(Outcome(0, WALL, 0, 0, False, False, 1.0)) == 2  # another skill
