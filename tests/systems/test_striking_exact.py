"""Flights on small dyadic numbers: every report follows without doubt, ties included."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.events import STRIKE_NOTHING, STRIKE_OBSTACLE, STRIKE_WALL
from tests.oracle.strikes import MEMORY, Body, Shot, flight
from tests.systems.contact import Wall
from tests.systems.ground import ground, walls_of
from tests.systems.test_striking import BODY, RADIUS, TOUCH, assert_books, flown, report

SIZE = (64.0, 64.0)
MIDDLE = 32.0
STEPS = [8.0, -8.0, 1.0, -1.0, 16.0, 0.25]
ALONG = [0.0, 0.5, 1.0, 2.0, 2.0, 2.0, 4.0, 4.0, TOUCH, 8.0 + TOUCH, 8.0, 1.0 + TOUCH, -0.5]
ASIDE = [0.0, 0.0, 0.25, -0.25, 0.5, -0.5, TOUCH, -TOUCH, 0.75, 0.375, -0.375]
DRIFTS = [(0.0, 0.0)] * 4 + [(2.0, 0.0), (-2.0, 0.0), (0.0, 1.0), (0.0, -1.0), (8.0, 0.0)]
PLACES = list(product(ALONG, ASIDE))
# From a body's front to a wall that a shot meets at that moment, and before and behind it.
SLABS = [2.0, 4.0, 2.0 - BODY, 4.0 - BODY, 4.25, 8.0 + RADIUS, 1.0]
Turn = tuple[int, float]


def put(turn: Turn, along: float, aside: float) -> tuple[float, float]:
    """A vector along a shot's way and beside it, as the world has it."""
    axis, sign = turn
    return (along * sign, aside) if axis == 0 else (aside, along * sign)


@st.composite
def bodies_ahead(draw: st.DrawFn, turn: Turn) -> Body:
    (x, y), (wx, wy) = (
        put(turn, *draw(st.sampled_from(PLACES))),
        put(turn, *draw(st.sampled_from(DRIFTS))),
    )
    origin = (MIDDLE + x, MIDDLE + y)
    alive = draw(st.sampled_from([True] * 6 + [False]))
    return Body(
        origin, (origin[0] + wx, origin[1] + wy), alive, draw(st.sampled_from([1, 1, 1, 2, 0]))
    )


@st.composite
def slabs_ahead(draw: st.DrawFn, turn: Turn) -> Wall:
    """An upright wall across the way, which may or may not stop shots."""
    thick = draw(st.sampled_from([0.0, 0.25]))
    x, y = put(turn, draw(st.sampled_from(SLABS)) + thick, draw(st.sampled_from([0.0, 2.75, -1.0])))
    half = (thick, 3.0) if turn[0] == 0 else (3.0, thick)
    return (MIDDLE + x, MIDDLE + y, *half, 0.0, 0, draw(st.sampled_from([7, 7, 2, 5])))


@settings(max_examples=500)
@given(st.data(), st.sampled_from([1.0, 4.0, 40.0]), st.booleans(), st.integers(0, MEMORY))
def test_a_flight_is_known_to_the_last_tie(
    data: st.DataObject, cell_u: float, friendly: bool, pierce: int
) -> None:
    turn = (data.draw(st.integers(0, 1)), data.draw(st.sampled_from([1.0, -1.0])))
    walls = data.draw(st.lists(slabs_ahead(turn), max_size=3))
    crowd = data.draw(st.lists(bodies_ahead(turn), min_size=1, max_size=7))
    shooter = Body((MIDDLE, MIDDLE), (MIDDLE, MIDDLE), True, 0)
    owner = data.draw(st.integers(0, len(crowd)))
    bodies = [*crowd[:owner], shooter, *crowd[owner:]]
    passed = tuple(data.draw(st.lists(st.integers(0, len(crowd)), max_size=1, unique=True)))
    if pierce == MEMORY:
        passed = ()
    step = put(turn, abs(data.draw(st.sampled_from(STEPS))), 0.0)
    shot = Shot((MIDDLE, MIDDLE), step, owner, RADIUS, pierce, passed)
    terrain = ground(*SIZE, walls)
    static = data.draw(st.integers(0, len(walls)))
    met, end, time = flight(shot, BODY, bodies, friendly, walls_of(terrain), static)
    everybody = flight(
        Shot(shot.start, step, owner, RADIUS, 99, passed), BODY, bodies, friendly, [], 0
    )[0]
    assume(not is_in_doubt([when for _, when in everybody] + ([time] if time is not None else [])))
    room = data.draw(st.sampled_from([64, 64, 64, 0, 1, 2]))
    made = flown(
        terrain, [shot], bodies, friendly=friendly, static=static, cell_u=cell_u, room=room
    )
    told = report(made, 0)
    assert [who for who, _ in told.met] == [who for who, _ in met][:room]
    assert made.hits_refused[0] == 100 + max(0, len(met) - room)
    for (_, found), (_, wanted) in zip(told.met, met, strict=False):
        assert found == pytest.approx(float(wanted), abs=1e-12)
    assert told.end == end
    if time is not None:
        assert told.moment == pytest.approx(float(time), abs=1e-12)
    if room == 64:
        assert_books(made, 0, shot, bodies)


def is_in_doubt(times: list[Fraction]) -> bool:
    """Whether floats may swap two times that differ by less than their rounding."""
    pairs = pairwise(sorted(times))
    return any(0 < later - sooner < Fraction(1, 10**9) for sooner, later in pairs)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("cell_u", [1.0, 4.0, 40.0])
def test_a_tie_goes_to_the_lower_row_wherever_it_stands(swap: bool, cell_u: float) -> None:
    pair = [Body((32.0, y), (32.0, y), True, 1) for y in (31.75, 32.25)]
    bodies = [Body((2.0, 2.0), (2.0, 2.0)), *(reversed(pair) if swap else pair)]
    for dx in (8.0, -8.0):
        shot = Shot((32.0 - dx, 32.0), (2 * dx, 0.0), 0, RADIUS)
        made = flown(ground(*SIZE, []), [shot], bodies, cell_u=cell_u)
        assert (made.target[0], made.hit_count[0]) == (1, 1)
        dead = [bodies[0], Body(bodies[1].origin, bodies[1].place, False, 1), bodies[2]]
        assert flown(ground(*SIZE, []), [shot], dead, cell_u=cell_u).target[0] == 2


def test_walls_before_obstacles_and_obstacles_by_row() -> None:
    """Three slabs whose fronts are one plane; the map has the first, or none of them."""
    slabs: list[Wall] = [(40.0 + thick, 32.0, thick, 3.0, 0.0) for thick in (0.25, 0.5, 1.0)]
    terrain = ground(*SIZE, slabs)
    bodies = [Body((2.0, 2.0), (2.0, 2.0))]
    shot = Shot((32.0, 32.0), (16.0, 0.0), 0, RADIUS)
    ends = [flown(terrain, [shot], bodies, static=n).target[0] for n in (0, 1, 3)]
    assert ends == [STRIKE_OBSTACLE, STRIKE_WALL, STRIKE_WALL]
    past = Shot((42.5, 32.0), (1.0, 0.0), 0, RADIUS)
    assert flown(terrain, [past], bodies).target[0] == STRIKE_NOTHING


def test_friends_are_flown_through_unless_they_can_be_hurt() -> None:
    bodies = [Body((32.0, 32.0), (32.0, 32.0), True, 5)]
    bodies += [
        Body((34.0 + 2 * n, 32.0), (34.0 + 2 * n, 32.0), True, team)
        for n, team in enumerate((5, 6))
    ]
    shot = Shot((32.0, 32.0), (16.0, 0.0), 0, RADIUS)
    through = flown(ground(*SIZE, []), [shot], bodies)
    assert (through.target[0], through.enemies[0]) == (2, 1)
    stopped = flown(ground(*SIZE, []), [shot], bodies, friendly=True)
    assert (stopped.target[0], stopped.enemies[0], stopped.hit_count[0]) == (1, 0, 1)
