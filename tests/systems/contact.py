"""Strategies that aim at contact: uniform random pairs miss most collision bugs.

A path is built backwards, from a point on (or a hair beside) the surface it is to touch, and may
graze it, run head-on into it, end or start exactly on it, or stand still there.  Lengths reach
1000 u a tick.  Choices that belong together are drawn as one, from a list of all combinations:
each draw costs more than the kernel it feeds, and a strategy made anew for it several times that.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from math import sqrt

from hypothesis import strategies as st

from tests.oracle.directions import VECTORS
from tests.oracle.exact import Shape

Wall = tuple[float, ...]
"""(cx, cy, hx, hy, corner radius), after which a heading and bits may follow."""
Vector = tuple[float, float]
Step = tuple[float, float, float, float]
Room = tuple[float, float, list[Wall]]

# Unit vectors with exact or nearly exact components, so that contacts are exact.
HEADINGS: list[Vector] = [
    (x * sx, y * sy)
    for x, y in [(1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (0.8, 0.6), (sqrt(0.5), sqrt(0.5))]
    for sx in (1.0, -1.0)
    for sy in (1.0, -1.0)
]
HEADINGS += [
    (x * s, y * s)
    for x, y in [(5 / 13, 12 / 13), (-24 / 25, 7 / 25), (1e-6, 1.0), (1.0, -1e-6)]
    for s in (1.0, -1.0)
]
EXTENTS = [0.0, 1 / 64, 0.5, 1.0, 2.25, 8.0]
NUDGES = [0.0, 0.0, 0.0, 1e-15, -1e-15, 1e-12, -1e-12, 1e-9, -1e-9, 1e-5, -1e-5, 1e-3, -1e-3, 0.1]
LENGTHS = [0.25, 0.5, 1.0, 7.3, 30.0, 200.0, 1000.0, 1 / 1024, 0.0]
PORTIONS = [0.5, 0.25, 0.75, 0.9, 1.0, 0.0, 1e-9, 1.0 - 1e-9, -1e-9, 1.0 + 1e-9, -0.5, 2.0]
SIZES = [(40.0, 40.0), (33.5, 24.0), (20.0, 61.25)]

# (hx, hy, corner radius): boxes, thin walls, pillars, rounded boxes; the first list has all.
SHAPES = [(hx, hy, r) for hx, hy, r in product(EXTENTS, EXTENTS, (0.0, 1 / 64, 0.5, 2.0))]
SOLID = [(hx, hy, r) for hx, hy, r in SHAPES if min(hx, hy) + r > 0.0]

# Upright, by quarters, by an eighth, by a hair, and askew; and what walls stop: mostly all.
TURNS = [0, 0, 0, 1024, 2048, 3072, 512, 3584, 1, 4095, 300, 777, 1703, 2901]
STOPS = [7, 7, 7, 7, 7, 7, 1, 2, 4, 3, 5, 6]

ANCHORS = list(product(HEADINGS, (-1.0, 1.0, 0.0, 0.5, -0.999999)))
RUNS = list(product(LENGTHS, PORTIONS))
SIDES = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]
SLIPS = (0.0, 0.5, -1.0, 2.25)

anchors, nudges, runs = map(st.sampled_from, (ANCHORS, NUDGES, RUNS))
solids, turns, stops, sizes = map(st.sampled_from, (SOLID, TURNS, STOPS, SIZES))


def surface_point(
    wall: Wall, radius: float, anchor: tuple[Vector, float]
) -> tuple[float, float, Vector]:
    """(x, y, outward normal) on the surface of a wall inflated by ``radius``."""
    cx, cy, hx, hy, r, *turn = wall
    (nx, ny), along = anchor
    ux, uy = VECTORS[int(turn[0])] if turn else (1.0, 0.0)
    # A normal along an axis belongs to a whole face, any other to one corner.
    bx = hx * ((nx > 0) - (nx < 0) if nx else along)
    by = hy * ((ny > 0) - (ny < 0) if ny else along)
    bx, by = bx + nx * (r + radius), by + ny * (r + radius)
    normal = (nx * ux - ny * uy, nx * uy + ny * ux)
    return cx + (bx * ux - by * uy), cy + (bx * uy + by * ux), normal


@st.composite
def surface_points(draw: st.DrawFn, wall: Wall, radius: float) -> tuple[float, float, Vector]:
    """(x, y, outward normal) on the surface of a wall inflated by ``radius``."""
    return surface_point(wall, radius, draw(anchors))


@st.composite
def paths(draw: st.DrawFn, wall: Wall, radius: float, longest: float = 1000.0) -> Step:
    """(px, py, dx, dy) of a point that has to do with the surface of an inflated wall."""
    ax, ay, (nx, ny) = draw(surface_points(wall, radius))
    nudge = draw(nudges)
    ax, ay = ax + nx * nudge, ay + ny * nudge
    # Tangents and normals first: they are what matters for a surface.
    ux, uy = draw(st.sampled_from([(-ny, nx), (ny, -nx), (-nx, -ny), (nx, ny)] * 5 + HEADINGS))
    length, portion = draw(runs)
    dx, dy = ux * min(length, longest), uy * min(length, longest)
    return ax - dx * portion, ay - dy * portion, dx, dy


@cache
def first_places(width: float, height: float) -> st.SearchStrategy[Vector]:
    """Where the first wall of a set stands."""
    return st.sampled_from(list(product((8.0, 12.3, width - 4.0), (8.0, 11.7, height - 4.0))))


@cache
def places_beside(radius: float) -> st.SearchStrategy[tuple[float, Vector, float]]:
    """(gap, side, slip) of a wall beside another: bodies of this radius just (not) fit between."""
    fit = 2.0 * radius
    gaps = (0.0, fit, fit + 1e-9, fit - 1e-9, fit + 1e-3, fit - 1e-3, 1e-3, -0.25, fit + 3.0)
    return st.sampled_from(list(product(gaps, SIDES, SLIPS)))


@st.composite
def wall_sets(
    draw: st.DrawFn, width: float, height: float, radius: float, most: int = 5
) -> list[Wall]:
    """Walls in a cluster: wedges, corners, abutting edges, and gaps a body just (not) fits into.

    Some are turned, and some do not stop everything.
    """
    places = places_beside(radius)
    x, y = draw(first_places(width, height))
    walls: list[Wall] = [(x, y, *draw(kinds_of_wall()))]
    for _ in range(draw(st.integers(0, most - 1))):
        kind = draw(kinds_of_wall())
        beside = draw(st.sampled_from(walls))
        (ox, oy), (rx, ry) = reach_of(beside), reach_of((0.0, 0.0, *kind))
        gap, (sx, sy), slip = draw(places)
        x = beside[0] + sx * (ox + rx + gap) + sy * slip
        y = beside[1] + sy * (oy + ry + gap) + sx * slip
        walls.append((x, y, *kind))
    return walls


@st.composite
def kinds_of_wall(draw: st.DrawFn) -> tuple[float, ...]:
    """A wall but for its place."""
    return (
        *draw(solids),
        draw(turns),
        draw(stops),
    )


def reach_of(wall: Wall) -> Vector:
    """Half extents of a wall's bounding box."""
    reach_x, reach_y = Shape.of(wall).reach()
    return float(reach_x), float(reach_y)


@st.composite
def rooms(draw: st.DrawFn, radius: float, most: int = 5) -> Room:
    """(width, height, walls) of a small world."""
    width, height = draw(sizes)
    return width, height, draw(wall_sets(width, height, radius, most))


@st.composite
def paths_at(draw: st.DrawFn, walls: list[Wall], radius: float, longest: float = 1000.0) -> Step:
    """(px, py, dx, dy) aimed at one of the walls."""
    return draw(paths(draw(st.sampled_from(walls)), radius, longest))
