"""Dashes, steering and moving bodies, against their twins and what no input may ever do."""

from __future__ import annotations

from math import floor, hypot
from types import SimpleNamespace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema import directions
from schema.events import (
    BURNING,
    HASTED,
    ROOTED,
    SLOWED,
    STAGE_COUNTDOWN,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    STUNNED,
)
from schema.walls import BLOCKS_MOVE
from systems.kernels.movement import end_dashes, move_bodies, steer
from systems.kernels.walls import SKIN_U
from systems.terrain import Terrain
from tests.oracle.steering import MOVE, dash_ends, heading, steered
from tests.oracle.terrain import room, that_block
from tests.systems.contact import Room, paths_at, rooms
from tests.systems.ground import go, ground, wall_squares
from tests.systems.kernel_calls import call

RADIUS = 0.5
DT_S = 1 / 30
TICK = 100
HEADINGS = (0, 1, 512, 1024, 2048, 3072, 4095)

runners = st.tuples(
    st.sampled_from([1, 1, 1, 0]),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from([0, SLOWED | BURNING, ROOTED, STUNNED, ROOTED | STUNNED | HASTED]),
    st.sampled_from([0, TICK - 1, TICK, TICK + 1, TICK + 50]),
)


@given(st.lists(runners, max_size=12), st.integers(0, 2))
def test_a_dash_ends_for_those_who_cannot_run(
    rows: list[tuple[int, int, int, int]], spare: int
) -> None:
    padded = rows + [(1, 1, STUNNED, TICK + 9)] * spare
    alive, down, flags, until = zip(*padded, strict=True) if padded else ((),) * 4
    made = call(
        end_dashes,
        count=len(rows),
        tick=TICK,
        alive=alive,
        down=down,
        flags=flags,
        until_tick=until,
    )
    for row, (_, _, _, ends) in enumerate(padded):
        ended = row < len(rows) and dash_ends(TICK, *padded[row])
        assert made.until_tick[row] == (TICK if ended else ends)
        assert not ended or ends > TICK


VELOCITIES = st.sampled_from(
    [0, 7, -7j, 7 + 1e-9, 26 * heading(700), 1e-9, 3 + 4j, -1.5j, -3 - 6j, 200 * heading(5)]
)


@settings(max_examples=300)
@given(
    VELOCITIES,
    st.sampled_from([0, 1, 62, 63]),
    st.sampled_from([*HEADINGS, 700, 2748]),
    st.sampled_from([1, 1, 1, 0]),
    st.sampled_from([TICK - 1, TICK, TICK + 1]),
    st.sampled_from([2.0, 14.0, 0.01, 1000.0]),
    st.sampled_from([7.0, 7.0, 2.4, 0.0]),
    st.sampled_from([STAGE_PLAY, STAGE_PLAY, STAGE_SUDDEN_DEATH, STAGE_OVER, STAGE_COUNTDOWN]),
)
def test_velocity_follows_intent(
    velocity: complex,
    buttons: int,
    move: int,
    alive: int,
    until: int,
    step_ups: float,
    speed_ups: float,
    stage: int,
) -> None:
    made = call(
        steer,
        count=1,
        tick=TICK,
        stage=stage,
        alive=[alive, 1],
        buttons=[buttons, 1],
        move=[move, 0],
        speed_ups=[speed_ups, 7.0],
        until_tick=[until, 0],
        dash_direction=[1234, 0],
        dash_speed_ups=[26.0, 9.0],
        directions=directions.TABLE,
        step_ups=step_ups,
        vx_ups=[velocity.real, 5.0],
        vy_ups=[velocity.imag, 5.0],
    )
    assert (made.vx_ups[1], made.vy_ups[1]) == (5.0, 5.0)
    found = complex(made.vx_ups[0], made.vy_ups[0])
    if not alive:
        assert found == velocity
    elif until > TICK:
        assert found == pytest.approx(26.0 * heading(1234), abs=1e-12)
    else:
        wants = buttons & MOVE and stage != STAGE_COUNTDOWN
        wish = speed_ups * heading(move) if wants else 0
        assert found == pytest.approx(steered(velocity, wish, speed_ups, step_ups), abs=1e-9)
        assert abs(found) <= speed_ups * (1 + 1e-12)
        if abs(velocity) <= speed_ups:
            assert abs(found - velocity) <= step_ups * (1 + 1e-12)


def moved(
    terrain: Terrain,
    places: list[tuple[float, float]],
    velocities: list[tuple[float, float]],
    alive: list[int],
    count: int,
    dt_s: float = DT_S,
) -> SimpleNamespace:
    return call(
        move_bodies,
        count=count,
        alive=alive,
        dt_s=dt_s,
        radius_u=RADIUS,
        wall_squares=wall_squares(terrain, BLOCKS_MOVE),
        walls=terrain.walls,
        wall_start=terrain.wall_start,
        wall_row=terrain.wall_row,
        frame=terrain.frame,
        x_u=[x for x, _ in places],
        y_u=[y for _, y in places],
        from_x_u=[-1.0] * len(places),
        from_y_u=[-1.0] * len(places),
        vx_ups=[vx for vx, _ in velocities],
        vy_ups=[vy for _, vy in velocities],
        distance_u=[3.0] * len(places),
    )


@settings(max_examples=250)
@given(st.data(), rooms(RADIUS), st.sampled_from([DT_S, 1 / 60, 0.1]))
def test_bodies_move_by_what_their_velocity_then_says(
    data: st.DataObject, scene: Room, dt_s: float
) -> None:
    width, height, walls = scene
    terrain = ground(width, height, walls)
    px, py, dx, dy = data.draw(paths_at(walls, RADIUS))
    walls = that_block(walls, BLOCKS_MOVE)
    px, py = min(max(px, RADIUS), width - RADIUS), min(max(py, RADIUS), height - RADIUS)
    assume(room(width, height, walls, px, py) >= RADIUS)
    vx, vy = dx / dt_s, dy / dt_s
    made = moved(terrain, [(px, py)] * 3, [(vx, vy)] * 3, [1, 0, 1], 2, dt_s)
    assert made.from_x_u.tolist() == [px, px, -1.0]
    assert made.from_y_u.tolist() == [py, py, -1.0]
    assert list(zip(made.x_u, made.y_u, strict=True))[1:] == [(px, py)] * 2  # dead, beyond count
    assert list(zip(made.vx_ups, made.vy_ups, strict=True))[1:] == [(vx, vy)] * 2
    x, y, new_x, new_y = (
        float(column[0]) for column in (made.x_u, made.y_u, made.vx_ups, made.vy_ups)
    )
    assert (x, y) == go(terrain, px, py, vx * dt_s, vy * dt_s, RADIUS)
    # To the nearest 1/1024 u; half way between two, rounding decides.
    ways = [floor(hypot(x - px, y - py) * 1024.0 + half) / 1024.0 for half in (0.499999, 0.500001)]
    assert made.distance_u.tolist() in [[3.0 + way, 3.0, 3.0] for way in ways]
    assert room(width, height, walls, x, y) >= RADIUS - 1e-12
    assert hypot(new_x, new_y) <= hypot(vx, vy) * (1 + 1e-12)
    went = hypot(x - px, y - py)
    assert went <= hypot(dx, dy) + 4 * SKIN_U + 1e-9
    if went <= hypot(dx, dy) * (1 - 1e-9):
        assert (new_x * dt_s, new_y * dt_s) == pytest.approx((x - px, y - py), abs=1e-9)
    else:
        # Only a skin further than wanted: the way it went, at the old speed.
        assert new_x * (y - py) == pytest.approx(new_y * (x - px), abs=1e-6 * (1 + hypot(vx, vy)))


def test_a_free_body_keeps_its_velocity_to_the_bit() -> None:
    made = moved(ground(40.0, 40.0, []), [(20.0, 20.0)], [(5.1, -3.3)], [1], 1)
    assert (made.x_u[0], made.y_u[0]) == (20.0 + 5.1 * DT_S, 20.0 + -3.3 * DT_S)
    assert (made.vx_ups[0], made.vy_ups[0]) == (5.1, -3.3)


@pytest.mark.parametrize("r", [0.0, 1.0])
def test_a_body_at_a_wall_loses_what_leads_into_it_and_no_more(r: float) -> None:
    terrain = ground(80.0, 40.0, [(40.0, 20.0, 38.0 - r, 1.0, r)])
    place, velocity = (10.0, 20.0 - 2.0 - r), (3.0, 6.0)
    for _ in range(40):
        made = moved(terrain, [place], [velocity], [1], 1)
        x, y = float(made.x_u[0]), float(made.y_u[0])
        assert x - place[0] == pytest.approx(3.0 * DT_S, abs=1e-9)
        place, velocity = (x, y), (float(made.vx_ups[0]), 6.0)
    assert velocity[0] == pytest.approx(3.0, abs=1e-6)
    assert made.vy_ups[0] == pytest.approx(0.0, abs=1e-6)
    assert place[1] == pytest.approx(20.0 - 1.0 - r - RADIUS - SKIN_U, abs=1e-9)


def test_a_body_in_contact_walks_away_at_full_speed() -> None:
    terrain = ground(40.0, 40.0, [(20.0, 20.0, 0.0, 0.0, 1.5)])
    for place, velocity in [((22.0, 20.0), (6.0, 0.0)), ((20.0, 18.0), (2.0, -6.0))]:
        made = moved(terrain, [place], [velocity], [1], 1)
        assert made.x_u[0] == place[0] + velocity[0] * DT_S
        assert made.y_u[0] == place[1] + velocity[1] * DT_S
        assert (made.vx_ups[0], made.vy_ups[0]) == velocity


def test_a_graze_is_not_a_collision() -> None:
    # A hair of a rounding error inside the line that touches the pillar: it must not stop there.
    terrain = ground(40.0, 40.0, [(8.0, 8.0, 0.0, 0.5, 0.25)])
    x, y = go(terrain, 8.749999999999998, 1.0, 0.0, 20.0, RADIUS)
    assert y == pytest.approx(21.0, abs=1e-2)
    assert x == pytest.approx(8.75, abs=2 * SKIN_U)
