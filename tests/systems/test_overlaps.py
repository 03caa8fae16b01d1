"""Bodies that a new obstacle was put upon: they can leave it, and nobody gets through it."""

from __future__ import annotations

from math import hypot

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from systems.kernels.walls import GLIDE_STEPS, SKIN_U
from tests.oracle.directions import VECTORS
from tests.oracle.exact import Path, Shape, clearance, outward
from tests.oracle.terrain import MOVE, that_block
from tests.systems.contact import (
    HEADINGS,
    SOLID,
    TURNS,
    Room,
    Vector,
    Wall,
    rooms,
    surface_points,
)
from tests.systems.ground import assert_no_deeper, go, ground

RADIUS = 0.5
DEPTHS = [1e-12, 1e-9, 1e-6, 1e-3, 0.05, 0.25, 0.49]
STRIDES = [1e-3, 0.05, 0.23, 0.87, 30.0, 1000.0]


@st.composite
def within(draw: st.DrawFn, wall: Wall) -> tuple[float, float, Vector]:
    """(x, y, outward normal) of a body that overlaps a wall, its middle still outside."""
    return draw(surface_points(wall, RADIUS - draw(st.sampled_from(DEPTHS))))


@settings(max_examples=300)
@given(st.data(), rooms(RADIUS))
def test_nothing_leads_deeper_into_any_wall(data: st.DataObject, scene: Room) -> None:
    width, height, walls = scene
    terrain, solid = ground(width, height, walls), that_block(walls, MOVE)
    x, y, normal = data.draw(within(data.draw(st.sampled_from(walls))))
    x, y = min(max(x, RADIUS), width - RADIUS), min(max(y, RADIUS), height - RADIUS)
    for _ in range(4):
        (ux, uy), stride = data.draw(
            st.tuples(st.sampled_from([normal, *HEADINGS]), st.sampled_from(STRIDES))
        )
        end = go(terrain, x, y, ux * stride, uy * stride, RADIUS)
        assert hypot(end[0] - x, end[1] - y) <= stride + 4 * SKIN_U + 1e-9
        assert_no_deeper(solid, RADIUS, (x, y), end)
        x, y = end


@settings(max_examples=200)
@given(
    st.data(),
    st.sampled_from(SOLID),
    st.sampled_from(TURNS),
    st.sampled_from([1e-3, 0.05, 0.23, 0.87, 5.0]),
    st.sampled_from([0.0, 0.5, -0.9, 20.0]),
)
def test_who_overlaps_a_wall_can_leave_it(
    data: st.DataObject, shape: Vector, turn: int, stride: float, slant: float
) -> None:
    wall = (40.0, 40.0, *shape, turn, 7)
    x, y, _ = data.draw(within(wall))
    assume(clearance(wall, x, y) > 1e-6)
    ox, oy = (float(part) for part in outward(Shape.of(wall), *Path(x, y, 0.0, 0.0).at(0)))
    dx, dy = ox - slant * oy, oy + slant * ox
    length = hypot(dx, dy)
    dx, dy = dx / length * stride, dy / length * stride
    end = go(ground(80.0, 80.0, [wall]), x, y, dx, dy, RADIUS)
    assert end == pytest.approx((x + dx, y + dy), abs=1e-9)


@given(st.sampled_from(TURNS), st.sampled_from(DEPTHS), st.sampled_from([0.23, -0.87, 3.0]))
def test_who_overlaps_a_wall_can_go_along_it(turn: int, depth: float, stride: float) -> None:
    ux, uy = VECTORS[turn]
    terrain = ground(80.0, 80.0, [(40.0, 40.0, 12.0, 0.0, 0.25, turn, 7)])
    away = 0.25 + RADIUS - depth
    x, y = 40.0 - uy * away, 40.0 + ux * away
    # Straight along, and as far aslant into it: what leads in is taken away.
    for into in (0.0, 0.5):
        dx, dy = ux * stride + uy * into, uy * stride - ux * into
        end = go(terrain, x, y, dx, dy, RADIUS)
        assert end == pytest.approx((x + ux * stride, y + uy * stride), abs=GLIDE_STEPS * SKIN_U)


@given(st.sampled_from(TURNS), st.sampled_from([0.05, 0.3]), st.sampled_from([0.23, -0.87]))
def test_who_is_caught_between_two_walls_can_go_along_both(
    turn: int, depth: float, stride: float
) -> None:
    ux, uy = VECTORS[turn]
    away = 0.25 + RADIUS - depth
    walls = [
        (40.0 - uy * side, 40.0 + ux * side, 12.0, 0.0, 0.25, turn, 7) for side in (away, -away)
    ]
    end = go(ground(80.0, 80.0, walls), 40.0, 40.0, ux * stride, uy * stride, RADIUS)
    assert end == pytest.approx((40.0 + ux * stride, 40.0 + uy * stride), abs=1e-9)


@settings(max_examples=200)
@given(
    st.data(),
    st.sampled_from(TURNS),
    st.sampled_from([1 / 64, 0.25, 0.5]),
    st.sampled_from([1e-6, 0.01, 0.3, 0.6]),
    st.sampled_from([0.05, 0.23, 0.87, 30.0, 1000.0]),
)
def test_nobody_is_pushed_through(
    data: st.DataObject, turn: int, thick: float, away: float, stride: float
) -> None:
    """A segment from edge to edge put upon a body: it stays on the side its middle was on."""
    ux, uy = VECTORS[turn]
    terrain = ground(80.0, 80.0, [(40.0, 40.0, 70.0, 0.0, thick, turn, 7)])
    side = data.draw(st.sampled_from([1.0, -1.0]))
    x, y = 40.0 - uy * away * side, 40.0 + ux * away * side
    for _ in range(8):
        hx, hy = data.draw(st.sampled_from([*HEADINGS, (uy * side, -ux * side)]))
        x, y = go(terrain, x, y, hx * stride, hy * stride, RADIUS)
        assert ((y - 40.0) * ux - (x - 40.0) * uy) * side > 0.0
