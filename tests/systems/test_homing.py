"""Homing projectiles turn as their twin does, and no faster than they may."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.directions import TABLE
from schema.events import NOBODY
from schema.rulebook import HOMING, PROJECTILE
from systems.kernels.homing import turn_homing
from tests.oracle.turning import turned_towards
from tests.systems.casting import skill_rows
from tests.systems.kernel_calls import call

Shot = tuple[float, float, int, int]


def flown(
    shots: list[Shot], bodies: list[tuple[float, float]], alive: list[bool], turn: int
) -> SimpleNamespace:
    """(x, y, heading, target) of shots of skill 1."""
    return call(
        turn_homing,
        count=len(shots),
        x_u=[*(x for x, _, _, _ in shots), 0.0],
        y_u=[*(y for _, y, _, _ in shots), 0.0],
        skill_of=[1] * (len(shots) + 1),
        skills=skill_rows(
            {"kind": PROJECTILE, "turn": 2000, "speed_ups": 3.0},
            {"kind": HOMING, "turn": turn, "speed_ups": 15.0},
        ),
        alive=alive,
        body_x_u=[x for x, _ in bodies],
        body_y_u=[y for _, y in bodies],
        directions=TABLE,
        target=[*(target for _, _, _, target in shots), 0],
        direction=[*(heading for _, _, heading, _ in shots), 9],
        vx_ups=[5.0] * (len(shots) + 1),
        vy_ups=[6.0] * (len(shots) + 1),
    )


spots = st.sampled_from([0.0, 1.0, -1.0, 5.0, 1e-9, -1e-9]) | st.floats(-40.0, 40.0)
headings = st.sampled_from([0, 1, 1023, 1024, 2047, 2048, 2049, 4095]) | st.integers(0, 4095)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(spots, spots, headings, st.sampled_from([0, 0, 1, NOBODY])), max_size=4),
    spots,
    spots,
    st.sampled_from([1, 76, 2047, 2048, 4000]),
    st.booleans(),
)
def test_shots_turn_towards_their_targets(
    shots: list[Shot], x: float, y: float, turn: int, alive: bool
) -> None:
    made = flown(shots, [(x, y), (3.0, -2.0)], [True, alive], turn)
    for row, (px, py, heading, target) in enumerate(shots):
        now = int(made.direction[row])
        velocity = (made.vx_ups[row], made.vy_ups[row])
        goal = (x, y) if target == 0 else (3.0, -2.0)
        if target == NOBODY or (target == 1 and not alive):
            assert (made.target[row], now, velocity) == (NOBODY, heading, (5.0, 6.0))
            continue
        assert made.target[row] == target
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
