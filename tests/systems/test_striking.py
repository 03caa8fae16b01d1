"""Shots against what asking every wall and every body says, aimed at contact."""

from __future__ import annotations

from math import inf
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import (
    CAUSE_SHOT,
    EVENT_RECORD,
    HIT_RECORD,
    NOBODY,
    STRIKE_NOTHING,
    STRIKE_WALL,
    WALL_HIT,
)
from systems.kernels.geometry import MISS
from systems.kernels.striking import strike, sweep_projectiles
from systems.rules import Terrain
from tests.oracle.strikes import NOTHING, WALL, Body, Flown, Place, consequences, meetings
from tests.systems.contact import HEADINGS, NUDGES, Room, Step, paths_at, rooms
from tests.systems.ground import assert_table, crowd_columns, ground, terrain_columns
from tests.systems.kernel_calls import call

RADIUS = 0.125
BODY = 0.5
TOUCH = RADIUS + BODY
DT_S = 1 / 32  # a power of two: displacements in tests are exact
TICK = 500
assert (STRIKE_NOTHING, STRIKE_WALL) == (NOTHING, WALL)


def flown(
    terrain: Terrain,
    shots: list[Step],
    owners: list[int],
    bodies: list[Body],
    grid_places: list[Place] | None = None,
    cell_u: float = 4.0,
) -> SimpleNamespace:
    return call(
        sweep_projectiles,
        count=len(shots),
        owner=owners,
        vx_ups=[dx / DT_S for _, _, dx, _ in shots],
        vy_ups=[dy / DT_S for _, _, _, dy in shots],
        dt_s=DT_S,
        radius_u=RADIUS,
        body_radius_u=BODY,
        from_x_u=[body.origin[0] for body in bodies],
        from_y_u=[body.origin[1] for body in bodies],
        x_u=[x for x, _, _, _ in shots],
        y_u=[y for _, y, _, _ in shots],
        target=[77] * len(shots),
        moment=[-9.0] * len(shots),
        **crowd_columns(terrain, bodies, grid_places or [b.place for b in bodies], cell_u),
        **terrain_columns(terrain),
    )


MOMENTS = (0.5, 0.25, 0.75, 0.9, 1.0, 0.0, 1e-9, 1.0 - 1e-9)


@st.composite
def crossings(draw: st.DrawFn, shot: Step) -> tuple[Body, Place]:
    """A body that touches a shot, or misses it by a hair, at some moment of the tick."""
    px, py, dx, dy = shot
    nx, ny = draw(st.sampled_from(HEADINGS))
    moment, away = draw(st.sampled_from(MOMENTS)), TOUCH + draw(st.sampled_from(NUDGES))
    x, y = px + dx * moment + nx * away, py + dy * moment + ny * away
    # Standing, passing slowly or at any speed, running along or against, running head-on.
    wx, wy = draw(
        st.sampled_from(
            [(0.0, 0.0), (dx, dy), (-dx, -dy), (-0.5 * ny, 0.5 * nx), (-nx, -ny), (300.0 * ny, 0.0)]
        )
    )
    origin = (x - wx * moment, y - wy * moment)
    place = (origin[0] + wx, origin[1] + wy)
    sx, sy = draw(st.sampled_from([(0.0, 0.0), (0.0, 0.0), (0.5, -0.25), (-3.0, 2.0)]))
    alive = draw(st.sampled_from([True, True, True, False]))
    return Body(origin, place, alive), (place[0] + sx, place[1] + sy)


@settings(max_examples=350)
@given(st.data(), rooms(BODY, 3), st.sampled_from([1.0, 4.0, 7.9]), st.integers(1, 4))
def test_a_shot_meets_the_first_thing_on_its_way(
    data: st.DataObject, scene: Room, cell_u: float, count: int
) -> None:
    width, height, walls = scene
    aimed = data.draw(paths_at(walls, RADIUS))
    px, py, dx, dy = aimed
    shots = [(min(max(px, 0.0), width), min(max(py, 0.0), height), dx, dy)]
    crowd = [data.draw(crossings(shots[0])) for _ in range(count)]
    bodies, grid_places = [body for body, _ in crowd], [place for _, place in crowd]
    hand = bodies[0].origin  # where all shots begin, and its owner runs along
    shots.append((min(max(hand[0], 0.0), width), min(max(hand[1], 0.0), height), dx * 0.25, -dy))
    owners = [data.draw(st.integers(-1, count)), 0]
    made = flown(ground(width, height, walls), shots, owners, bodies, grid_places, cell_u)
    for row, (sx, sy, sdx, sdy) in enumerate(shots):
        possible = meetings(
            (sx, sy), (sdx, sdy), RADIUS, BODY, owners[row], bodies, walls, (width, height)
        )
        assert_first(made, row, possible)
        t = min(float(made.moment[row]), 1.0)
        assert (made.x_u[row], made.y_u[row]) == pytest.approx(
            (sx + sdx * t, sy + sdy * t), abs=1e-9
        )


def assert_first(made: SimpleNamespace, row: int, possible: dict[int, tuple[float, float]]) -> None:
    """What was met is possible, and nothing else must have been met before."""
    target, moment = int(made.target[row]), float(made.moment[row])
    moment = inf if moment == MISS else moment
    latest = min((late for _, late in possible.values()), default=inf)
    assert moment <= latest + 1e-9, (target, moment, possible)
    if target == STRIKE_NOTHING:
        assert moment == inf
        return
    early, late = possible[target]
    assert early - 1e-9 <= moment <= late + 1e-9, (target, moment, possible)


@pytest.mark.parametrize("closing", [0.0, 0.4, -0.9, 40.0, 1000.0])
@pytest.mark.parametrize("speed", [0.0, 1.0, 999.0])
def test_no_closing_speed_skips_a_target(speed: float, closing: float) -> None:
    # At half time they overlap, however short a part of the tick that lasts.
    body = Body((1000.0 + closing / 2, 20.0), (1000.0 - closing / 2, 20.0))
    shot = (1000.0 - TOUCH / 2 - speed / 2, 20.0, speed, 0.0)
    made = flown(ground(2000.0, 40.0, []), [shot], [3], [body])
    assert made.target[0] == 0
    assert 0.0 <= made.moment[0] < 0.5


def test_shots_do_not_pass_through_walls_of_no_thickness() -> None:
    terrain = ground(40.0, 40.0, [(20.0, 20.0, 0.0, 10.0, 1 / 1024), (30.0, 20.0, 0.0, 0.0, 0.01)])
    body = Body((35.0, 20.0), (35.0, 20.0))
    for shot in [(1.0, 20.0, 1000.0, 0.0), (1.0, 12.0, 1000.0, 8.0), (21.0, 20.1, 900.0, 0.0)]:
        made = flown(terrain, [shot], [5], [body])
        assert made.target[0] == STRIKE_WALL
        assert made.x_u[0] < 30.0
    assert flown(terrain, [(21.0, 20.14, 900.0, 0.0)], [5], [body]).target[0] == 0


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("cell_u", [1.0, 4.0, 40.0])
def test_a_tie_goes_to_the_lower_row_wherever_it_stands(swap: bool, cell_u: float) -> None:
    above, below = Body((20.0, 19.75), (20.0, 19.75)), Body((20.0, 20.25), (20.0, 20.25))
    bodies = [Body((2.0, 2.0), (2.0, 2.0)), *([below, above] if swap else [above, below])]
    for dx in (8.0, -8.0):
        shot = (20.0 - dx, 20.0, 2 * dx, 0.0)
        made = flown(ground(40.0, 40.0, []), [shot], [0], bodies, cell_u=cell_u)
        assert made.target[0] == 1
        one_dead = [bodies[0], Body(bodies[1].origin, bodies[1].place, False), bodies[2]]
        assert flown(ground(40.0, 40.0, []), [shot], [0], one_dead, cell_u=cell_u).target[0] == 2


def test_a_tie_goes_to_the_wall() -> None:
    # Touched at the start by both, a body beside and a wall straight ahead; then both on the way.
    terrain = ground(40.0, 40.0, [(20.0, 20.0, 1.0, 1.0, 0.0)])
    shot = (19.0 - RADIUS, 20.0, 5.0, 0.0)
    body = Body((19.0 - RADIUS, 20.5), (19.0 - RADIUS, 20.5))
    made = flown(terrain, [shot], [7], [body])
    assert (made.target[0], made.moment[0]) == (STRIKE_WALL, 0.0)
    within = Body((19.5, 20.0), (19.5, 20.0))
    made = flown(terrain, [(15.0, 20.0, 8.0, 0.0)], [7], [within])
    assert (made.target[0], made.moment[0]) == (STRIKE_WALL, 0.484375)
    back = flown(terrain, [(19.0 - RADIUS, 20.0, -5.0, 0.0)], [7], [body])
    assert (back.target[0], back.moment[0]) == (0, 0.0)


def test_nobody_shoots_himself_and_the_world_ends_shots() -> None:
    terrain = ground(40.0, 40.0, [])
    shooter, bystander = Body((5.0, 5.0), (5.5, 5.0)), Body((5.0, 6.0), (5.0, 5.2), False)
    made = flown(terrain, [(5.0, 5.0, -20.0, 0.0)], [0], [shooter, bystander])
    assert (made.target[0], made.moment[0], made.x_u[0]) == (STRIKE_WALL, 0.25, 0.0)
    free = flown(terrain, [(5.0, 5.0, 20.0, 0.0)], [0], [shooter, bystander])
    assert (free.target[0], free.moment[0], free.x_u[0]) == (STRIKE_NOTHING, MISS, 25.0)


struck = st.tuples(
    st.sampled_from([STRIKE_NOTHING, STRIKE_WALL, 0, 1, 5]),
    st.integers(-1, 5),
    st.sampled_from([TICK - 1, TICK, TICK + 1]),
)


@given(st.lists(struck, max_size=10), st.integers(0, 6), st.integers(0, 6), st.integers(0, 2))
def test_strikes_become_hits_and_full_tables_count_the_rest(
    rows: list[tuple[int, int, int]], hit_room: int, event_room: int, spare: int
) -> None:
    padded = [*rows, *[(0, 0, TICK)] * spare]
    moments = [row / 16 for row in range(len(padded))]
    made = call(
        strike,
        count=len(rows),
        tick=TICK,
        owner=[owner for _, owner, _ in padded],
        expire_tick=[expires for _, _, expires in padded],
        x_u=[row + 0.5 for row in range(len(padded))],
        y_u=[row + 0.25 for row in range(len(padded))],
        target=[target for target, _, _ in padded],
        moment=moments,
        damage_hp=12.0,
        gone=[0] * len(padded),
        hits=np.zeros(hit_room, HIT_RECORD),
        hit_count=0,
        hits_refused=100,
        events=np.zeros(event_room, EVENT_RECORD),
        event_count=0,
        events_refused=200,
    )
    shots = [Flown(target, expires) for target, _, expires in rows]
    hurting, at_walls, flying = consequences(shots, TICK)
    hits = [(rows[row][0], rows[row][1], 12.0, moments[row], CAUSE_SHOT) for row in hurting]
    events = [(WALL_HIT, rows[row][1], NOBODY, row + 0.5, row + 0.25, 0) for row in at_walls]
    assert_table(made.hits, made.hit_count, made.hits_refused, 100, hits)
    assert_table(made.events, made.event_count, made.events_refused, 200, events)
    gone = [int(row not in flying) for row in range(len(rows))]
    assert made.gone.tolist() == gone + [0] * spare
