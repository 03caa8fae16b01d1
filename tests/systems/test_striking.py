"""Shots against what asking every wall and every body says, aimed at contact."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import HIT_RECORD, NOBODY, STRIKE_NOTHING, STRIKE_OBSTACLE, STRIKE_WALL
from schema.walls import BLOCKS_SHOTS
from systems.kernels.geometry import MISS
from systems.kernels.striking import stop_at_walls, sweep_projectiles
from systems.terrain import Terrain
from tests.oracle.strikes import (
    MEMORY,
    NOTHING,
    WALL,
    Body,
    Flown,
    Place,
    Shot,
    body_spans,
    complaints,
    end_spans,
)
from tests.systems.contact import HEADINGS, NUDGES, Room, paths_at, rooms
from tests.systems.ground import (
    crowd_columns,
    ground,
    terrain_columns,
    wall_squares,
    walls_of,
    way_squares,
)
from tests.systems.kernel_calls import call_in_turn

RADIUS = 0.125
BODY = 0.5
TOUCH = RADIUS + BODY
DT_S = 1 / 32  # a power of two: displacements in tests are exact
KNOWN = ("pierced_a", "pierced_b", "pierced_c", "pierced_d")
DAMAGE = 12.0


def flown(
    terrain: Terrain,
    shots: Sequence[Shot],
    bodies: list[Body],
    *,
    friendly: bool = False,
    static: int | None = None,
    grid_places: list[Place] | None = None,
    cell_u: float = 4.0,
    room: int = 64,
) -> SimpleNamespace:
    """Every shot has the number of its row as slot, and skill 7; the row behind them is junk."""
    memory = {
        name: [*((shot.passed + (NOBODY,) * MEMORY)[place] for shot in shots), 0]
        for place, name in enumerate(KNOWN)
    }
    count = len(shots)
    given: dict[str, Any] = {
        "count": count,
        "owner": [*(shot.owner for shot in shots), 0],
        "skill": [7] * (count + 1),
        "slot": range(count + 1),
        "damage_hp": [*(DAMAGE + row for row in range(count)), 9.0],
        "radius_u": [*(shot.radius for shot in shots), 99.0],
        "vx_ups": [*(shot.step[0] / DT_S for shot in shots), 1.0],
        "vy_ups": [*(shot.step[1] / DT_S for shot in shots), 1.0],
        "dt_s": DT_S,
        "body_radius_u": BODY,
        "friendly_fire": int(friendly),
        "team": [body.team for body in bodies],
        "from_x_u": [body.origin[0] for body in bodies],
        "from_y_u": [body.origin[1] for body in bodies],
        "map_walls": len(terrain.walls) if static is None else static,
        "x_u": [*(shot.start[0] for shot in shots), 5.0],
        "y_u": [*(shot.start[1] for shot in shots), 5.0],
        "pierce": [*(shot.pierce for shot in shots), 3],
        "target": [77] * (count + 1),
        "moment": [-9.0] * (count + 1),
        "enemies": [55] * (count + 1),
        "hits": np.zeros(room, HIT_RECORD),
        "hit_count": 0,
        "hits_refused": 100,
    }
    crowd = crowd_columns(terrain, bodies, grid_places or [b.place for b in bodies], cell_u)
    given["wall_squares"] = wall_squares(terrain, BLOCKS_SHOTS)
    given["squares"] = way_squares(terrain, [(b.origin, b.place) for b in bodies], cell_u)
    given |= memory | crowd | terrain_columns(terrain)
    made = call_in_turn([stop_at_walls, sweep_projectiles], **given)
    junk = (made.target[count], made.moment[count], made.enemies[count], made.x_u[count])
    assert junk == (77, -9.0, 55, 5.0)
    assert (made.pierce[count], *(getattr(made, name)[count] for name in KNOWN)) == (3, 0, 0, 0, 0)
    return made


def report(made: SimpleNamespace, row: int) -> Flown:
    """What the kernel says a shot met."""
    hits = [hit for hit in made.hits[: made.hit_count[0]] if hit["slot"] == row]
    target = int(made.target[row])
    end: object = target
    if target == STRIKE_NOTHING:
        end = NOTHING
    elif target == STRIKE_WALL:
        end = WALL
    elif target <= STRIKE_OBSTACLE:
        end = ("obstacle", STRIKE_OBSTACLE - target)
    met = tuple((int(hit["victim"]), float(hit["moment"])) for hit in hits)
    return Flown(met, end, float(made.moment[row]))


def assert_books(made: SimpleNamespace, row: int, shot: Shot, bodies: Sequence[Body]) -> None:
    """Records, place, what it still pierces, whom it remembers and whom it counts."""
    told = report(made, row)
    for hit in made.hits[: made.hit_count[0]]:
        if hit["slot"] == row:
            facts = [hit[name].item() for name in HIT_RECORD.names[1:6]]  # type: ignore[index]
            assert facts == [shot.owner, 7, row, 0, DAMAGE + row]
            assert (hit["from_x_u"], hit["from_y_u"]) == shot.start
            assert hit["landed"] == 0
    t = min(told.moment, 1.0)
    x, y = (at + step * t for at, step in zip(shot.start, shot.step, strict=True))
    assert (made.x_u[row], made.y_u[row]) == pytest.approx((x, y), abs=1e-9)
    through = [who for who, _ in told.met][: shot.pierce]
    assert made.pierce[row] == shot.pierce - len(through)
    memory = (*reversed(through), *shot.passed, *[NOBODY] * MEMORY)[:MEMORY]
    assert tuple(getattr(made, name)[row] for name in KNOWN) == memory
    enemies = [who for who, _ in told.met if bodies[who].team != bodies[shot.owner].team]
    assert made.enemies[row] == len(enemies)


MOMENTS = (0.5, 0.25, 0.75, 0.9, 1.0, 0.0, 1e-9, 1.0 - 1e-9)
TEAMS = (1, 1, 2, 0)


@st.composite
def crossings(draw: st.DrawFn, shot: Shot) -> tuple[Body, Place]:
    """A body that touches a shot, or misses it by a hair, at some moment of the tick."""
    (px, py), (dx, dy) = shot.start, shot.step
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
    body = Body(origin, place, alive, draw(st.sampled_from(TEAMS)))
    return body, (place[0] + sx, place[1] + sy)


@settings(max_examples=350)
@given(
    st.data(),
    rooms(BODY, 3),
    st.sampled_from([1.0, 4.0, 7.9]),
    st.integers(1, 5),
    st.booleans(),
)
def test_a_shot_meets_what_is_on_its_way(
    data: st.DataObject, scene: Room, cell_u: float, count: int, friendly: bool
) -> None:
    """Aimed at walls, from outside, inside and on them, with a crowd along its way."""
    width, height, walls = scene
    px, py, dx, dy = data.draw(paths_at(walls, RADIUS))
    start = (min(max(px, 0.0), width), min(max(py, 0.0), height))
    pierce = data.draw(st.integers(0, MEMORY))
    # What it may still pass and whom it passed are four together at most, as in a match.
    known = tuple(data.draw(st.permutations(range(1, count + 1))))[: MEMORY - pierce]
    passed = known[: data.draw(st.integers(0, 2))]
    aimed = Shot(start, (dx, dy), 0, RADIUS, pierce, passed)
    crowd = [data.draw(crossings(aimed)) for _ in range(count)]
    # The first is the shooter, who stands at the muzzle and runs along.
    bodies = [Body(start, (start[0] + 0.5 * dx, start[1]), True, 0), *(body for body, _ in crowd)]
    grid_places = [bodies[0].place, *(place for _, place in crowd)]
    shots = [aimed, Shot(start, (dx * 0.25, -dy), 0, 0.5, 1)]
    terrain = ground(width, height, walls)
    static = data.draw(st.integers(0, len(walls)))
    made = flown(
        terrain,
        shots,
        bodies,
        friendly=friendly,
        static=static,
        grid_places=grid_places,
        cell_u=cell_u,
    )
    for row, shot in enumerate(shots):
        spans = body_spans(shot, BODY, bodies, friendly)
        ends = end_spans(shot, walls_of(terrain), static, (width, height))
        assert not list(complaints(shot, report(made, row), spans, ends)), (report(made, row), ends)
        assert_books(made, row, shot, bodies)


@pytest.mark.parametrize("closing", [0.0, 0.4, -0.9, 40.0, 1000.0])
@pytest.mark.parametrize("speed", [0.0, 1.0, 999.0])
def test_no_closing_speed_skips_a_target(speed: float, closing: float) -> None:
    # At half time they overlap, however short a part of the tick that lasts.
    body = Body((1000.0 + closing / 2, 20.0), (1000.0 - closing / 2, 20.0), True, 1)
    shot = Shot((1000.0 - TOUCH / 2 - speed / 2, 20.0), (speed, 0.0), 1, RADIUS)
    made = flown(ground(2000.0, 40.0, []), [shot], [body, Body((5.0, 5.0), (5.0, 5.0))])
    assert made.target[0] == 0
    assert 0.0 <= made.moment[0] < 0.5


def test_shots_do_not_pass_through_walls_of_no_thickness() -> None:
    terrain = ground(40.0, 40.0, [(20.0, 20.0, 0.0, 10.0, 1 / 1024), (30.0, 20.0, 0.0, 0.0, 0.01)])
    bodies = [Body((35.0, 20.0), (35.0, 20.0), True, 1), Body((1.0, 1.0), (1.0, 1.0), True, 2)]

    def end(x: float, y: float, dx: float, dy: float) -> SimpleNamespace:
        return flown(terrain, [Shot((x, y), (dx, dy), 1, RADIUS)], bodies)

    for step in [(1.0, 20.0, 1000.0, 0.0), (1.0, 12.0, 1000.0, 8.0), (21.0, 20.1, 900.0, 0.0)]:
        made = end(*step)
        assert made.target[0] == STRIKE_WALL
        assert made.x_u[0] < 30.0
    assert end(21.0, 20.14, 900.0, 0.0).target[0] == 0


def test_a_muzzle_in_a_wall_shoots_out_of_it_but_not_into_it() -> None:
    terrain = ground(40.0, 40.0, [(20.0, 20.0, 1.0, 5.0, 0.0)])
    bodies = [Body((18.9, 20.0), (18.9, 20.0)), Body((12.0, 20.0), (12.0, 20.0), True, 1)]
    bodies.append(Body((28.0, 20.0), (28.0, 20.0), True, 1))
    into, out = ((18.9, 20.0), (16.0, 0.0)), ((18.9, 20.0), (-16.0, 0.0))
    made = flown(terrain, [Shot(*into, 0, RADIUS), Shot(*out, 0, RADIUS)], bodies)
    assert made.target.tolist()[:2] == [STRIKE_WALL, 1]
    assert (made.moment[0], made.x_u[0]) == (0.0, 18.9)


def test_a_tie_goes_to_the_wall() -> None:
    # Touched at the start by both, a body beside and a wall straight ahead; then both on the way.
    terrain = ground(40.0, 40.0, [(20.0, 20.0, 1.0, 1.0, 0.0)])
    far = Body((1.0, 1.0), (1.0, 1.0))
    beside = Body((19.0 - RADIUS, 20.5), (19.0 - RADIUS, 20.5), True, 1)
    start = (19.0 - RADIUS, 20.0)
    made = flown(terrain, [Shot(start, (5.0, 0.0), 0, RADIUS)], [far, beside])
    assert (made.target[0], made.moment[0], made.hit_count[0]) == (STRIKE_WALL, 0.0, 0)
    within = Body((19.5, 20.0), (19.5, 20.0), True, 1)
    made = flown(terrain, [Shot((15.0, 20.0), (8.0, 0.0), 0, RADIUS, 4)], [far, within])
    assert (made.target[0], made.moment[0], made.hit_count[0]) == (STRIKE_WALL, 0.484375, 0)
    back = flown(terrain, [Shot(start, (-5.0, 0.0), 0, RADIUS)], [far, beside])
    assert (back.target[0], back.moment[0]) == (1, 0.0)


def test_nobody_shoots_himself_and_the_world_ends_shots() -> None:
    terrain = ground(40.0, 40.0, [])
    bodies = [Body((5.0, 5.0), (5.5, 5.0)), Body((5.0, 6.0), (5.0, 5.2), False, 1)]
    made = flown(terrain, [Shot((5.0, 5.0), (-20.0, 0.0), 0, RADIUS)], bodies)
    assert (made.target[0], made.moment[0], made.x_u[0]) == (STRIKE_WALL, 0.25, 0.0)
    free = flown(terrain, [Shot((5.0, 5.0), (20.0, 0.0), 0, RADIUS)], bodies)
    assert (free.target[0], free.moment[0], free.x_u[0]) == (STRIKE_NOTHING, MISS, 25.0)


def test_a_shot_that_pierces_goes_through_over_several_ticks_and_hits_nobody_twice() -> None:
    """Slow enough to be within the same bodies for many ticks."""
    terrain = ground(40.0, 40.0, [])
    row = [Body((10.0 + 0.75 * n, 20.0), (10.0 + 0.75 * n, 20.0), True, 1) for n in range(7)]
    bodies = [*row, Body((8.0, 20.0), (8.0, 20.0), True, 2)]
    x, pierce, passed, hit = 8.0, MEMORY, (NOBODY,) * MEMORY, []
    for _ in range(60):
        made = flown(terrain, [Shot((x, 20.0), (0.125, 0.0), 7, RADIUS, pierce, passed)], bodies)
        hit += made.hits["victim"][: made.hit_count[0]].tolist()
        x, pierce = float(made.x_u[0]), int(made.pierce[0])
        passed = tuple(int(getattr(made, name)[0]) for name in KNOWN)
        if made.target[0] != STRIKE_NOTHING:
            break
    assert (hit, int(made.target[0])) == ([0, 1, 2, 3, 4], 4)
