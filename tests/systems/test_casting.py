"""Shots and throws: who gets one, what it costs, where it starts and lands."""

from __future__ import annotations

from math import hypot
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.commands import ATTACK, BLAST, DASH, MOVE
from schema.directions import TABLE
from schema.events import EVENT_RECORD, NOBODY, SHOT
from systems.kernels.casting import THROWN_RADIUS_U, shoot, throw
from systems.rules import make_terrain
from tests.oracle import throwing
from tests.oracle.throwing import Shooter
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=120)
WORLD = (40.0, 24.0)


@st.composite
def shooters(draw: st.DrawFn, tick: int) -> list[Shooter]:
    return [
        Shooter(
            x=draw(st.floats(1, 39)),
            y=draw(st.floats(1, 23)),
            alive=draw(st.booleans()),
            wants=draw(st.booleans()),
            aim=draw(st.integers(0, 4095)),
            ready=tick + draw(st.integers(-2, 2)),
            reach=draw(st.integers(0, 255) | st.sampled_from([0, 255])),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]


def table(capacity: int, used: int, free: list[int]) -> dict[str, Any]:
    """An entity table with ``used`` rows whose slots are those not in ``free``."""
    taken = [slot for slot in range(capacity) if slot not in free]
    assert len(taken) == used
    return {
        "count": used,
        "refused": 10,
        "slot": taken + [0] * (capacity - used),
        "generation": [3] * capacity,
        "free": free + [0] * used,
        "x_u": [0.5] * capacity,
        "y_u": [0.5] * capacity,
        "owner": [77] * capacity,
    }


def people(rows: list[Shooter], tick: int, button: int) -> dict[str, Any]:
    others = (MOVE | ATTACK | BLAST | DASH) & ~button
    return {
        "players": len(rows),
        "tick": tick,
        "alive": [s.alive for s in rows] + [1],
        "buttons": [others | (button if s.wants else 0) for s in rows] + [15],
        "aim": [s.aim for s in rows] + [0],
        "body_x_u": [s.x for s in rows] + [0.0],
        "body_y_u": [s.y for s in rows] + [0.0],
        "directions": TABLE,
        "ready_tick": [s.ready for s in rows] + [0],
    }


def shot(
    rows: list[Shooter],
    tick: int,
    free: list[int],
    used: int,
    flight_ticks: int = 9,
    cooldown_ticks: int = 4,
    events: int = 20,
) -> SimpleNamespace:
    capacity = len(free) + used
    return call(
        shoot,
        **people(rows, tick, ATTACK),
        **table(capacity, used, free),
        speed_ups=32.0,
        flight_ticks=flight_ticks,
        cooldown_ticks=cooldown_ticks,
        vx_ups=[0.0] * capacity,
        vy_ups=[0.0] * capacity,
        direction=[9] * capacity,
        expire_tick=[9] * capacity,
        events=np.zeros(events, dtype=EVENT_RECORD),
        event_count=0,
        events_refused=0,
    )


def thrown(
    rows: list[Shooter],
    tick: int,
    free: list[int],
    used: int = 0,
    walls: list[throwing.Wall] | None = None,
    range_u: float = 12.0,
) -> SimpleNamespace:
    capacity = len(free) + used
    terrain = make_terrain(*WORLD, walls or [], [(1.0, 1.0)])
    return call(
        throw,
        **people(rows, tick, BLAST),
        **table(capacity, used, free),
        reach=[s.reach for s in rows] + [0],
        range_u=range_u,
        fuse_ticks=21,
        cooldown_ticks=180,
        walls=terrain.walls,
        wall_start=terrain.wall_start,
        wall_row=terrain.wall_row,
        frame=terrain.frame,
        fire_tick=[9] * capacity,
    )


@CAREFUL
@given(st.data())
def test_shots(data: st.DataObject) -> None:
    tick = data.draw(st.integers(0, 1000))
    rows = data.draw(shooters(tick))
    free = data.draw(st.permutations(range(data.draw(st.integers(1, 7)))))
    used = data.draw(st.integers(0, len(free)))
    free = free[used:]
    flight, cooldown = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    room = data.draw(st.integers(1, 6))
    found = shot(rows, tick, free, used, flight, cooldown, room)
    lucky, refused = throwing.served(rows, tick, len(free))
    assert found.refused[0] == 10 + refused
    assert found.count[0] == used + len(lucky)
    for place, row in enumerate(lucky, start=used):
        who = rows[row]
        slot = free[len(free) - 1 - (place - used)]
        assert (found.slot[place], found.generation[slot]) == (slot, 4)
        assert (found.x_u[place], found.y_u[place]) == (who.x, who.y)
        assert found.vx_ups[place] == TABLE[who.aim, 0] * 32.0
        assert found.vy_ups[place] == TABLE[who.aim, 1] * 32.0
        assert (found.owner[place], found.direction[place]) == (row, who.aim)
        # It flies in this tick too, so it is gone after exactly ``flight`` ticks of flying.
        assert found.expire_tick[place] == tick + flight - 1
    waits = [tick + cooldown if row in lucky else s.ready for row, s in enumerate(rows)]
    assert found.ready_tick.tolist() == [*waits, 0]
    events = [(SHOT, row, NOBODY, rows[row].x, rows[row].y, 0) for row in lucky]
    assert found.events[: found.event_count[0]].tolist() == events[:room]
    assert found.events_refused[0] == max(0, len(events) - room)
    assert (found.generation == 3).sum() == len(free) + used - len(lucky)


def test_cooldown_is_exact_to_the_tick() -> None:
    who = Shooter(5.0, 5.0, True, True, 0, ready=0)
    fired = []
    for tick in range(20):
        found = shot([who], tick, [0], 0, cooldown_ticks=6)
        who.ready = int(found.ready_tick[0])
        if found.count[0]:
            fired.append(tick)
    assert fired == [0, 6, 12, 18]


@pytest.mark.parametrize("cast", [shot, thrown])
def test_a_full_table_costs_nothing(cast: Any) -> None:
    rows = [Shooter(5.0, 5.0, True, True, 0, ready=3) for _ in range(3)]
    found = cast(rows, 10, [1], 1)
    assert found.count[0] == 2
    assert found.refused[0] == 10 + 2
    assert found.ready_tick[0] > 10
    assert found.ready_tick[1:3].tolist() == [3, 3]


walls = st.one_of(
    st.tuples(
        st.floats(2, 38),
        st.floats(2, 22),
        st.sampled_from([0.0, 0.25, 1.0, 4.0]),
        st.sampled_from([0.0, 0.25, 1.0, 4.0]),
        st.sampled_from([0.0, 0.5]),
    ),
    st.tuples(st.floats(2, 38), st.floats(2, 22), st.just(0.0), st.just(0.0), st.floats(0.1, 3)),
)


def check_landing(
    who: Shooter,
    found: SimpleNamespace,
    place: int,
    range_u: float,
    barriers: list[throwing.Wall],
) -> None:
    """Where a throw landed; grazing a wall it may answer as one a hair thinner or thicker."""
    x, y = float(found.x_u[place]), float(found.y_u[place])
    far = range_u * (who.reach / 255)
    towards = (float(TABLE[who.aim, 0]), float(TABLE[who.aim, 1]))
    answers = [
        throwing.landing(who.x, who.y, towards, far, THROWN_RADIUS_U + hair, WORLD, barriers)
        for hair in (0.0, -1e-7, 1e-7)
    ]
    assert min(hypot(x - ax, y - ay) for ax, ay in answers) < 1e-4, (x, y, answers)
    assert 0.0 <= x <= WORLD[0]
    assert 0.0 <= y <= WORLD[1]
    assert hypot(x - who.x, y - who.y) <= far + 1e-9
    assert all(throwing.gap(x, y, wall) > THROWN_RADIUS_U - 1e-6 for wall in barriers)


@CAREFUL
@given(st.data())
def test_throws_land_short_of_the_first_wall(data: st.DataObject) -> None:
    tick = data.draw(st.integers(0, 1000))
    barriers = data.draw(st.lists(walls, max_size=4))
    rows = [
        # Bodies stand clear of walls: half a unit, and the throw is an eighth.
        s
        for s in data.draw(shooters(tick))
        if all(throwing.gap(s.x, s.y, wall) > 0.2 for wall in barriers)
    ]
    range_u = data.draw(st.sampled_from([1.0, 12.0, 100.0]))
    free = list(range(data.draw(st.integers(1, 6))))
    found = thrown(rows, tick, free, 0, barriers, range_u)
    lucky, refused = throwing.served(rows, tick, len(free))
    assert (found.count[0], found.refused[0]) == (len(lucky), 10 + refused)
    for place, row in enumerate(lucky):
        who = rows[row]
        assert (found.owner[place], found.fire_tick[place]) == (row, tick + 21)
        assert found.ready_tick[row] == tick + 180
        check_landing(who, found, place, range_u, barriers)


@CAREFUL
@given(
    st.integers(0, 4095),
    st.integers(0, 255),
    st.floats(0.5, 11.0),
    st.sampled_from([(0.0, 3.0, 0.0), (3.0, 0.0, 0.0), (0.4, 2.0, 0.3), (0.0, 0.0, 1.0)]),
    st.floats(-1.2, 1.2),
)
def test_throws_at_a_wall_that_is_just_in_the_way(
    aim: int, reach: int, ahead: float, shape: tuple[float, float, float], aside: float
) -> None:
    """A wall across the path, or beside it by about as much as the throw is thick."""
    dx, dy = TABLE[aim].tolist()
    hx, hy, radius = shape
    off = aside * (max(hx, hy) + radius + THROWN_RADIUS_U)
    wall = (20.0 + dx * ahead - dy * off, 12.0 + dy * ahead + dx * off, *shape)
    who = Shooter(20.0, 12.0, True, True, aim, ready=0, reach=reach)
    assume(throwing.gap(who.x, who.y, wall) > 0.2)
    found = thrown([who], 0, [0], walls=[wall])
    check_landing(who, found, 0, 12.0, [wall])


def test_a_throw_stops_at_a_wall_without_thickness() -> None:
    who = Shooter(10.0, 10.0, True, True, 0, ready=0)
    found = thrown([who], 0, [0], walls=[(15.0, 10.0, 0.0, 3.0, 0.0)])
    assert abs(found.x_u[0] - (15.0 - THROWN_RADIUS_U)) < 1e-9
    assert found.y_u[0] == 10.0


@pytest.mark.parametrize(("reach", "far"), [(255, 12.0), (0, 0.0), (85, 4.0)])
def test_reach_is_a_share_of_the_range(reach: int, far: float) -> None:
    who = Shooter(10.0, 10.0, True, True, 1024, ready=0, reach=reach)
    found = thrown([who], 0, [0])
    assert (found.x_u[0], found.y_u[0]) == (10.0, pytest.approx(10.0 + far))
