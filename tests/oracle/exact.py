"""Rounded boxes and straight paths in exact rational arithmetic.

Every shape of the game is the set of points within some distance of a box, which may be turned and
is then looked at along its own axes.  The squared gap between a point that moves straight and a box
is convex in time: bisection on its slope finds where it is least, and bisection in front of that
the first touch.  No formula of the kernels is used: no quadratic is solved, no face or corner told
from another.

Floats can only promise an answer for a shape a hair smaller or larger than the one asked about.
``bracket`` therefore gives the earliest and the latest time a kernel may answer: those for the
shape grown and shrunk by that hair.  It is tight where the answer is well conditioned and wide
where a path grazes.  ``Path.touch`` gives the time itself, for whoever goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from math import hypot, inf, isqrt

from tests.oracle.directions import VECTORS

HAIR_U = Fraction(1, 10**7)
MOMENTS = 1 << 44
INSTANTS = 1 << 120
FINE = 1 << 120
CLEARLY = 1e-6
"""What is apart by so much of its size in floats is apart: they are off by a billionth of that."""


@dataclass(frozen=True)
class Shape:
    """All points within ``radius`` of the box with centre (cx, cy) and half extents (hx, hy).

    (ux, uy) is the direction of the box's own x axis.
    """

    cx: Fraction
    cy: Fraction
    hx: Fraction
    hy: Fraction
    radius: Fraction
    ux: Fraction = Fraction(1)
    uy: Fraction = Fraction(0)

    @classmethod
    def of(cls, wall: object, inflated_by: float = 0.0) -> Shape:
        """From (cx, cy, hx, hy, radius), after which a heading may follow, and bits."""
        return _shape(tuple(float(value) for value in wall), inflated_by)  # type: ignore[attr-defined]

    def along_axes(self, x: Fraction, y: Fraction) -> tuple[Fraction, Fraction]:
        """A vector as seen along the axes of the box."""
        return x * self.ux + y * self.uy, y * self.ux - x * self.uy

    def reach(self) -> tuple[Fraction, Fraction]:
        """Half extents of the bounding box: how far the furthest corner lies, and the radius."""
        corners = [(self.hx * one, self.hy * two) for one in (-1, 1) for two in (-1, 1)]
        return (
            max(x * self.ux - y * self.uy for x, y in corners) + self.radius,
            max(x * self.uy + y * self.ux for x, y in corners) + self.radius,
        )

    @cached_property
    def about(self) -> tuple[float, float, float, float, float]:
        """In floats: centre, half extents of the bounding box and radius of a circle around all.

        The extents are clearly too large.
        """
        x, y, hx, hy, radius, ux, uy = self.floats
        more = radius + CLEARLY * (1.0 + abs(x) + abs(y) + hx + hy + radius)
        wide, high = abs(hx * ux) + abs(hy * uy), abs(hx * uy) + abs(hy * ux)
        return x, y, wide + more, high + more, hypot(hx, hy) * hypot(ux, uy) + more

    @cached_property
    def floats(self) -> tuple[float, ...]:
        return tuple(
            map(float, (self.cx, self.cy, self.hx, self.hy, self.radius, self.ux, self.uy))
        )

    @cached_property
    def is_upright(self) -> bool:
        return (self.ux, self.uy) == (1, 0)

    @cached_property
    def within_hairs(self) -> tuple[Shape, Shape | None]:
        """Grown by the hair that kernels are forgiven, and shrunk by it."""
        return self.grown(HAIR_U), self.shrunk(HAIR_U)

    def grown(self, hair: Fraction) -> Shape:
        return replace(self, radius=self.radius + hair)

    def shrunk(self, hair: Fraction) -> Shape | None:
        """Smaller by a hair on every side, None if nothing would be left."""
        if self.radius >= hair:
            return replace(self, radius=self.radius - hair)
        if min(self.hx, self.hy) >= hair:
            return replace(self, hx=self.hx - hair, hy=self.hy - hair)
        return None


@lru_cache(4096)
def _shape(wall: tuple[float, ...], inflated_by: float) -> Shape:
    cx, cy, hx, hy, radius, *turn = map(Fraction, wall)
    ux, uy = VECTORS[int(turn[0])] if turn else (1.0, 0.0)
    return Shape(cx, cy, hx, hy, radius + Fraction(inflated_by), Fraction(ux), Fraction(uy))


def whole(value: Fraction) -> int:
    """How many parts of 1 / FINE a number has, the rest cut off."""
    parts, rest = divmod(value.numerator * FINE, value.denominator)
    return parts + (parts < 0 < rest)


def beyond(value: Fraction, half: Fraction) -> Fraction:
    """How far a coordinate lies outside [-half, half], signed; 0 within."""
    return value - max(-half, min(value, half))


def gap_sq(shape: Shape, x: Fraction, y: Fraction) -> Fraction:
    """Squared distance from a point to the box of a shape; 0 within it."""
    px, py = shape.along_axes(x - shape.cx, y - shape.cy)
    gx, gy = beyond(px, shape.hx), beyond(py, shape.hy)
    return gx * gx + gy * gy


def contains(shape: Shape, x: float, y: float) -> bool:
    """Whether a point lies in the closed shape."""
    cx, cy, _, _, around = shape.about
    if hypot(float(x) - cx, float(y) - cy) > around + CLEARLY * (abs(x) + abs(y)):
        return False
    return gap_sq(shape, Fraction(x), Fraction(y)) <= shape.radius * shape.radius


def root(value: Fraction) -> Fraction:
    """Square root to a relative 2**-100 or so, from below."""
    if value == 0:
        return Fraction(0)
    shift = 240 + value.denominator.bit_length() - value.numerator.bit_length()
    shift += shift & 1
    shift = max(shift, 0)
    return Fraction(isqrt((value.numerator << shift) // value.denominator), 1 << (shift // 2))


def roughly(shape: Shape, x: float, y: float) -> float:
    """Distance from a point to the surface of a shape in floats, negative inside."""
    cx, cy, hx, hy, radius, ux, uy = shape.floats
    x, y = x - cx, y - cy
    gx, gy = abs(x * ux + y * uy) - hx, abs(y * ux - x * uy) - hy
    outside = hypot(max(gx, 0.0), max(gy, 0.0))
    return (outside or max(gx, gy)) - radius


def clearance(wall: object, x: float, y: float) -> float:
    """Distance from a point to the surface of a wall, negative inside."""
    shape = Shape.of(wall)
    px, py = shape.along_axes(Fraction(float(x)) - shape.cx, Fraction(float(y)) - shape.cy)
    outside_sq = beyond(px, shape.hx) ** 2 + beyond(py, shape.hy) ** 2
    if outside_sq > 0:
        return float(root(outside_sq) - shape.radius)
    return float(max(abs(px) - shape.hx, abs(py) - shape.hy) - shape.radius)


def exactly(value: Fraction | float) -> Fraction:
    """The number itself: a fraction as it is, anything else by way of a float."""
    return value if isinstance(value, Fraction) else Fraction(float(value))


def on_lattice(value: Fraction) -> Fraction:
    """Nearest multiple of 1 / FINE: keeps a chain of fractions from growing without end."""
    return Fraction(round(value * FINE), FINE)


class Path:
    """A point that moves from (px, py) by (dx, dy) between the times 0 and 1."""

    def __init__(
        self, px: Fraction | float, py: Fraction | float, dx: Fraction | float, dy: Fraction | float
    ) -> None:
        self.px, self.py = exactly(px), exactly(py)
        self.dx, self.dy = exactly(dx), exactly(dy)

    def at(self, t: Fraction | float) -> tuple[Fraction, Fraction]:
        t = Fraction(t)
        return self.px + t * self.dx, self.py + t * self.dy

    def gap_sq(self, shape: Shape, t: Fraction) -> Fraction:
        return gap_sq(shape, *self.at(t))

    @cached_property
    def about(self) -> tuple[float, float, float, float, float]:
        """In floats: where it begins, how far it goes, and what these may be off by."""
        x, y, dx, dy = map(float, (self.px, self.py, self.dx, self.dy))
        return x, y, dx, dy, CLEARLY * (1.0 + abs(x) + abs(y) + abs(dx) + abs(dy))

    def passes_wide_of(self, shape: Shape) -> bool:
        """Whether the path clearly misses a box or a circle around the shape.

        Fractions decide where it does not; most paths are not worth them.
        """
        px, py, dx, dy, off = self.about
        cx, cy, rx, ry, around = shape.about
        x, y = cx - px, cy - py
        if (
            x - rx > max(dx, 0.0) + off
            or x + rx < min(dx, 0.0) - off
            or y - ry > max(dy, 0.0) + off
            or y + ry < min(dy, 0.0) - off
        ):
            return True
        way_sq = dx * dx + dy * dy
        t = min(1.0, max(0.0, (x * dx + y * dy) / way_sq)) if way_sq > 0.0 else 0.0
        return hypot(x - t * dx, y - t * dy) > around + off

    def first_touch(
        self, shape: Shape | None, moments: int = MOMENTS
    ) -> tuple[Fraction, Fraction] | None:
        """Bounds, 1 / moments apart, of the first time in the closed shape; None if there is none.

        Coordinates are cut to whole multiples of 1 / FINE.
        """
        if shape is None or self.passes_wide_of(shape):
            return None
        excess = self._excess(shape, moments)
        if excess(0) <= 0:
            return Fraction(0), Fraction(0)
        closest = _least(excess, moments)
        if excess(closest) > 0:
            return None
        touch = first_moment(lambda moment: excess(moment) <= 0, closest)
        return Fraction(touch - 1, moments), Fraction(touch, moments)

    def touches(self, shape: Shape | None) -> bool:
        """Whether there is a first touch."""
        if shape is None or self.passes_wide_of(shape):
            return False
        excess = self._excess(shape, MOMENTS)
        return excess(0) <= 0 or excess(_least(excess, MOMENTS)) <= 0

    def _excess(self, shape: Shape, moments: int) -> Callable[[int], int]:
        """How far it is at each moment from the shape; nothing or less within it."""
        x, y, dx, dy = self.px - shape.cx, self.py - shape.cy, self.dx, self.dy
        if not shape.is_upright:
            (x, y), (dx, dy) = shape.along_axes(x, y), shape.along_axes(dx, dy)
        # Whole numbers are exact as well, and much faster than fractions.
        start_x, start_y = whole(x) * moments, whole(y) * moments
        step_x, step_y = whole(dx), whole(dy)
        half_x, half_y = whole(shape.hx) * moments, whole(shape.hy) * moments
        limit = (whole(shape.radius) * moments) ** 2

        def excess(moment: int) -> int:
            gx = abs(start_x + moment * step_x) - half_x
            gy = abs(start_y + moment * step_y) - half_y
            return (gx * gx if gx > 0 else 0) + (gy * gy if gy > 0 else 0) - limit

        return excess

    def touch(self, shape: Shape) -> Fraction | None:
        """First time in the closed shape, late by 2**-120 at most; None if there is none."""
        bounds = self.first_touch(shape, INSTANTS)
        return None if bounds is None else bounds[1]


def _least(excess: Callable[[int], int], moments: int) -> int:
    """The moment at which a convex function is least."""
    return first_moment(lambda moment: excess(moment + 1) >= excess(moment), moments)


def first_moment(holds: Callable[[int], bool], last: int) -> int:
    """First moment at which something holds that will not cease to hold, by bisection."""
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def bracket(path: Path, shape: Shape, hair: Fraction = HAIR_U) -> tuple[float, float]:
    """(earliest, latest) time at which an honest kernel may report the touch; inf is a miss."""
    early = path.first_touch(shape.grown(hair))
    late = path.first_touch(shape.shrunk(hair))
    return (
        inf if early is None else float(early[0]),
        inf if late is None else float(late[1]),
    )


def outward(shape: Shape, x: Fraction, y: Fraction) -> tuple[Fraction, Fraction]:
    """Unit vector from the nearest point of the box to a point outside the box."""
    px, py = shape.along_axes(x - shape.cx, y - shape.cy)
    gx, gy = beyond(px, shape.hx), beyond(py, shape.hy)
    length = root(gx * gx + gy * gy)
    nx, ny = gx / length, gy / length
    return nx * shape.ux - ny * shape.uy, nx * shape.uy + ny * shape.ux
