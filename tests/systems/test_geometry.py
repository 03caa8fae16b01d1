"""The narrowphase against exact rational arithmetic, aimed at contact."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter, sqrt

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecs.kernel import entry
from systems.kernels.geometry import (
    MISS,
    gap_normal,
    slab,
    sweep_box,
    sweep_circle,
    sweep_rounded_box,
)
from tests.oracle.exact import HAIR_U, Path, Shape, bracket, clearance, outward
from tests.systems.contact import EXTENTS, NUDGES, SHAPES, paths, surface_points

gap_normal, slab = map(entry, (gap_normal, slab))
sweep_box, sweep_circle = map(entry, (sweep_box, sweep_circle))
sweep_rounded_box = entry(sweep_rounded_box)

HAIR = float(HAIR_U)
RADII = [0.0, 0.12, 0.5, 2.0]


def reported(t: float) -> float:
    """A kernel's time with a miss as infinity."""
    return inf if t == MISS else t


def assert_within(t: float, allowed: tuple[float, float]) -> None:
    early, late = allowed
    assert t == inf or 0.0 <= t <= 1.0
    assert early - 1e-9 <= t <= late + 1e-9, f"{t} is not in {allowed}"


@settings(max_examples=250)
@given(st.data(), st.sampled_from([0.01, 0.5, 0.62, 2.0, 16.0]))
def test_a_swept_circle_is_met_when_the_exact_one_is(data: st.DataObject, radius: float) -> None:
    px, py, dx, dy = data.draw(paths((0.0, 0.0, 0.0, 0.0, 0.0), radius))
    t = reported(sweep_circle(px, py, dx, dy, radius))
    circle = Shape.of((0, 0, 0, 0, radius))
    assert_within(t, bracket(Path(px, py, dx, dy), circle))


@given(st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([(1.0, 0.0), (0.0, -1.0)]))
def test_a_circle_holds_its_border(radius: float, normal: tuple[float, float]) -> None:
    nx, ny = normal
    assert sweep_circle(nx * radius, ny * radius, nx, ny, radius) == 0.0
    assert sweep_circle(nx * radius, ny * radius, 0.0, 0.0, radius) == 0.0
    assert sweep_circle(nx * 2 * radius, ny * 2 * radius, -nx * radius, -ny * radius, radius) == 1.0
    assert sweep_circle(nx * 2 * radius, ny * 2 * radius, 0.0, 0.0, radius) == MISS


@pytest.mark.parametrize("speed", [1.0, 1e3, 1e4])
@pytest.mark.parametrize("offset", [0.0, 0.25, 0.49999])
def test_no_speed_skips_a_circle(speed: float, offset: float) -> None:
    t = sweep_circle(-0.75 * speed, offset, speed, 0.0, 0.5)
    assert t * speed == pytest.approx(0.75 * speed - sqrt(0.25 - offset * offset), abs=1e-7)


@given(
    st.sampled_from([0.0, 0.5, -0.5, 2.0, 3.0, -3.0, nextafter(2.0, 0.0), nextafter(2.0, 3.0)]),
    st.sampled_from([0.0, 0.5, -0.5, 1.0, -4.0, 1e-9, 1000.0]),
    st.sampled_from([0.0, 0.5, 2.0, 3.0]),
)
def test_a_slab_is_crossed_between_the_two_exact_times(
    start: float, step: float, half: float
) -> None:
    enters, leaves = slab(start, step, half)
    if step == 0.0:
        strictly_inside = -half < start < half
        assert (enters < -1e200 and leaves > 1e200) == strictly_inside
        assert (enters > leaves) != strictly_inside
        return
    exact = sorted((Fraction(edge) - Fraction(start)) / Fraction(step) for edge in (-half, half))
    assert enters == pytest.approx(float(exact[0]), rel=1e-14)
    assert leaves == pytest.approx(float(exact[1]), rel=1e-14)


@settings(max_examples=250)
@given(st.data(), st.sampled_from(EXTENTS), st.sampled_from(EXTENTS))
def test_a_box_is_entered_when_the_exact_one_is(data: st.DataObject, hx: float, hy: float) -> None:
    px, py, dx, dy = data.draw(paths((0.0, 0.0, hx, hy, 0.0), 0.0))
    path, box = Path(px, py, dx, dy), Shape.of((0, 0, hx, hy, 0))
    if clearance((0, 0, hx, hy, 0), px, py) < 0.0:
        return  # it is only asked from outside
    t, nx, ny = sweep_box(px, py, dx, dy, hx, hy)
    assert_within(reported(t), bracket(path, box))
    if t != MISS:
        assert sorted((abs(nx), abs(ny))) == [0.0, 1.0]
        assert dx * nx + dy * ny < 0.0
        touched = (px + dx * t) * nx + (py + dy * t) * ny
        assert touched == pytest.approx(hx * abs(nx) + hy * abs(ny), abs=1e-9)


@settings(max_examples=300)
@given(st.data(), st.sampled_from(SHAPES))
def test_gap_and_normal_lead_to_the_nearest_point(
    data: st.DataObject, shape: tuple[float, float, float]
) -> None:
    hx, hy, _ = shape
    lift = data.draw(st.sampled_from([0.0, 1e-9, 0.25, 3.0, -1e-9, -0.25, -1.0]))
    x, y, normal = data.draw(surface_points((0.0, 0.0, hx, hy, 0.0), lift))
    distance, nx, ny = gap_normal(x, y, hx, hy)
    assert distance == pytest.approx(clearance((0, 0, hx, hy, 0), x, y), rel=1e-13, abs=1e-300)
    assert nx * nx + ny * ny == pytest.approx(1.0)
    # Along the normal the surface is reached after the distance, from inside and outside alike.
    assert abs(clearance((0, 0, hx, hy, 0), x - nx * distance, y - ny * distance)) < 1e-12
    if lift >= 0.25:
        assert (nx, ny) == pytest.approx(normal, abs=1e-9)


@settings(max_examples=500)
@given(st.data(), st.sampled_from(SHAPES), st.sampled_from(RADII))
def test_a_rounded_box_is_met_when_the_exact_one_is(
    data: st.DataObject, shape: tuple[float, float, float], radius: float
) -> None:
    hx, hy, r = shape
    total = r + radius
    px, py, dx, dy = data.draw(paths((0.0, 0.0, hx, hy, 0.0), total))
    path, exact = Path(px, py, dx, dy), Shape.of((0, 0, hx, hy, total))
    t, nx, ny = sweep_rounded_box(px, py, dx, dy, hx, hy, total)
    inside = clearance((0, 0, hx, hy, total), px, py)
    if inside < -HAIR:
        into = dx * nx + dy * ny
        assert (t == 0.0 and into < 0.0) or (t == MISS and nx == ny == 0.0)
        _, ox, oy = gap_normal(px, py, hx, hy)
        assert (t == 0.0) == (dx * ox + dy * oy < 0.0)
        return
    assert_within(reported(t), bracket(path, exact))
    if t == MISS or total == 0.0:
        return
    assert nx * nx + ny * ny == pytest.approx(1.0, abs=1e-6)
    ox, oy = outward(exact, *path.at(t))
    assert (nx, ny) == pytest.approx((float(ox), float(oy)), abs=1e-4 / total)


@settings(max_examples=400)
@given(st.data(), st.sampled_from(SHAPES), st.sampled_from([0.12, 0.5, 2.0]))
@example(None, (0.0, 0.0, 1.0), 0.5)
def test_who_touches_a_wall_can_leave_it(
    data: st.DataObject | None, shape: tuple[float, float, float], radius: float
) -> None:
    hx, hy, r = shape
    total = r + radius
    x, y, normal = 1.5, 0.0, (1.0, 0.0)
    slant, length, nudge = 0.0, 0.25, 0.0
    if data is not None:
        x, y, normal = data.draw(surface_points((0.0, 0.0, hx, hy, 0.0), total))
        slant = data.draw(st.sampled_from([0.0, 1.0, -1.0, 50.0]))
        length = data.draw(st.sampled_from([1e-3, 0.25, 1000.0]))
        nudge = data.draw(st.sampled_from(NUDGES))
    # Outwards, and as far sideways as one likes: away from a convex shape all the same.
    dx = (normal[0] - slant * normal[1]) * length
    dy = (normal[1] + slant * normal[0]) * length
    px, py = x + normal[0] * nudge, y + normal[1] * nudge
    assert sweep_rounded_box(px, py, dx, dy, hx, hy, total) == (MISS, 0.0, 0.0)
    t, nx, ny = sweep_rounded_box(px, py, -dx, -dy, hx, hy, total)
    if abs(nudge) <= 1e-9:
        assert t * length < 1e-6
        assert nx * -dx + ny * -dy < 0.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("turned", [False, True])
def test_a_hair_inside_a_face_is_touching_it(sign: float, turned: bool) -> None:
    # The gap to a box of half extent 0.3 rounds up to the radius, though the sum of both is beyond.
    at, half, radius = 0.9999999999999999 * sign, 0.3, 0.7
    assert abs(at) - half == radius
    assert abs(at) < half + radius
    place, way, box = (at, 0.01), (-0.25 * sign, 0.0), (half, 1.0)
    if turned:
        place, way, box = place[::-1], way[::-1], box[::-1]
    normal = (0.0, sign) if turned else (sign, 0.0)
    assert sweep_rounded_box(*place, *way, *box, radius) == (0.0, *normal)
    assert sweep_rounded_box(*place, -way[0], -way[1], *box, radius)[0] == MISS


@given(st.data(), st.sampled_from(SHAPES), st.sampled_from(RADII))
def test_a_mirrored_world_is_met_at_the_same_bits(
    data: st.DataObject, shape: tuple[float, float, float], radius: float
) -> None:
    hx, hy, r = shape
    px, py, dx, dy = data.draw(paths((0.0, 0.0, hx, hy, 0.0), r + radius))
    if px == 0.0 or py == 0.0:
        return  # the side of the middle is a convention
    t, nx, ny = sweep_rounded_box(px, py, dx, dy, hx, hy, r + radius)
    assert sweep_rounded_box(-px, py, -dx, dy, hx, hy, r + radius) == (t, -nx, ny)
    assert sweep_rounded_box(px, -py, dx, -dy, hx, hy, r + radius) == (t, nx, -ny)
