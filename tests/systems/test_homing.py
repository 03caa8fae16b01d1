"""Homing projectiles turn as their twin does, and no faster than they may."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from types import SimpleNamespace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.directions import TABLE
from schema.events import BURNING, NOBODY, REVEALED
from schema.rulebook import HOMING, PROJECTILE
from systems.kernels.homing import turn_homing
from tests.oracle.cover import Hider, hides
from tests.oracle.turning import turned_towards
from tests.systems.casting import skill_rows
from tests.systems.kernel_calls import call

Shot = tuple[float, float, int, int]

TICK = 700
NOTICE = 3.0


def flown(
    shots: list[Shot],
    bodies: list[tuple[float, float]],
    alive: list[bool],
    turn: int,
    hiders: Sequence[Hider] = (),
    owner: int = 0,
) -> SimpleNamespace:
    """(x, y, heading, target) of shots of skill 1."""
    hiders = hiders or [Hider()] * len(bodies)
    return call(
        turn_homing,
        count=len(shots),
        tick=TICK,
        x_u=[*(x for x, _, _, _ in shots), 0.0],
        y_u=[*(y for _, y, _, _ in shots), 0.0],
        owner=[owner] * (len(shots) + 1),
        skill_of=[1] * (len(shots) + 1),
        skills=skill_rows(
            {"kind": PROJECTILE, "turn": 2000, "speed_ups": 3.0},
            {"kind": HOMING, "turn": turn, "speed_ups": 15.0},
        ),
        notice_u=NOTICE,
        alive=alive,
        bush=[NOBODY if who.bush is None else who.bush for who in hiders],
        seen_until_tick=[TICK + who.given_away for who in hiders],
        flags=[REVEALED * who.revealed | BURNING for who in hiders],
        body_x_u=[x for x, _ in bodies],
        body_y_u=[y for _, y in bodies],
        directions=TABLE,
        target=[*(target for _, _, _, target in shots), 0],
        direction=[*(heading for _, _, heading, _ in shots), 9],
        vx_ups=[5.0] * (len(shots) + 1),
        vy_ups=[6.0] * (len(shots) + 1),
    )


spots = st.sampled_from([0.0, 1.0, -1.0, 5.0, 1e-9, -1e-9]) | st.floats(-40.0, 40.0)
hiding = st.builds(
    Hider,
    bush=st.sampled_from([None, None, 0, 1]),
    given_away=st.sampled_from([0, 0, 0, 1, -1]),
    revealed=st.sampled_from([False, False, False, True]),
)
headings = st.sampled_from([0, 1, 1023, 1024, 2047, 2048, 2049, 4095]) | st.integers(0, 4095)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(spots, spots, headings, st.sampled_from([0, 0, 1, NOBODY])), max_size=4),
    spots,
    spots,
    st.sampled_from([1, 76, 2047, 2048, 4000]),
    st.booleans(),
    st.tuples(hiding, hiding, hiding),
)
def test_shots_turn_towards_their_targets(
    shots: list[Shot], x: float, y: float, turn: int, alive: bool, hiders: tuple[Hider, ...]
) -> None:
    bodies = [(x, y), (3.0, -2.0), (6.0, 2.0)]  # the last one has shot, 5 u from the second
    assume(abs(hypot(x - 6.0, y - 2.0) - NOTICE) > 1e-9)
    made = flown(shots, bodies, [True, alive, True], turn, hiders, owner=2)
    unseen = [hides(bodies[2], hiders[2].bush, bodies[n], hiders[n], NOTICE) for n in (0, 1)]
    for row, (px, py, heading, target) in enumerate(shots):
        now = int(made.direction[row])
        velocity = (made.vx_ups[row], made.vy_ups[row])
        goal = (x, y) if target == 0 else (3.0, -2.0)
        if target == NOBODY or (target == 1 and not alive):
            assert (made.target[row], now, velocity) == (NOBODY, heading, (5.0, 6.0))
            continue
        # The lock outlasts a hiding place, but nothing turns towards it.
        assert made.target[row] == target
        if unseen[target]:
            assert (now, velocity) == (heading, (5.0, 6.0))
            continue
        if goal == (px, py):
            assert (now, velocity) == (heading, (5.0, 6.0))
            continue
        assert now in turned_towards(heading, goal[0] - px, goal[1] - py, turn)
        assert min((now - heading) % 4096, (heading - now) % 4096) <= turn
        assert velocity == (15.0 * TABLE[now, 0], 15.0 * TABLE[now, 1])
    assert (made.direction[len(shots)], made.target[len(shots)]) == (9, 0)


@pytest.mark.parametrize(
    ("heading", "towards", "found"),
    [(0, 1024, 76), (0, 3072, 4020), (4090, 30, 30), (10, 4080, 4080), (0, 2048, 4020), (5, 5, 5)],
)
def test_the_shorter_way_round(heading: int, towards: int, found: int) -> None:
    x, y = TABLE[towards].tolist()
    assert flown([(0.0, 0.0, heading, 0)], [(4 * x, 4 * y)], [True], 76).direction[0] == found


def test_a_shot_goes_straight_on_while_its_target_hides_and_turns_again_after() -> None:
    """What counts is the owner's look, not the shot's: it flies right over the bush."""
    bodies, shot = [(0.0, 0.0), (20.0, 5.0)], (20.0, 3.0, 0, 1)
    for how, found in ((Hider(4), 0), (Hider(None), 76), (Hider(4, given_away=1), 76)):
        made = flown([shot], bodies, [True, True], 76, [Hider(), how])
        assert (made.direction[0], made.target[0]) == (found, 1)
    near = flown([shot], [(20.0, 2.0), (20.0, 5.0)], [True, True], 76, [Hider(), Hider(4)])
    assert near.direction[0] == 76
