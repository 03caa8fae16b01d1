"""Which walls touch which square of a unit, by exact arithmetic, and who is named for one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracle.exact import Shape, beyond

NONE, MANY = -1, -2
PARTS = 4  # a square is looked at in so many places, across and down, its borders included


def gap_sq(shape: Shape, x: Fraction, y: Fraction) -> Fraction:
    """Squared distance of a point from the box in the middle of a shape."""
    along, across = shape.along_axes(x - shape.cx, y - shape.cy)
    return beyond(along, shape.hx) ** 2 + beyond(across, shape.hy) ** 2


def touching(shapes: Sequence[Shape], x: int, y: int) -> set[int]:
    """The shapes that surely touch square (x, y): some of its points are in them."""
    points = [
        (x + Fraction(across, PARTS), y + Fraction(down, PARTS))
        for across in range(PARTS + 1)
        for down in range(PARTS + 1)
    ]
    return {
        number
        for number, shape in enumerate(shapes)
        if any(gap_sq(shape, *point) <= shape.radius**2 for point in points)
    }


def near(shapes: Sequence[Shape], x: int, y: int) -> set[int]:
    """The shapes no farther from the middle of a square than its corners, and a little more."""
    half = Fraction(1, 2)
    return {
        number
        for number, shape in enumerate(shapes)
        if gap_sq(shape, x + half, y + half) <= (shape.radius + Fraction(72, 100)) ** 2
    }


def named(walls: Sequence[int], owners: Sequence[int]) -> bool:
    """Whether all walls, by ascending number, are among the names of a square or may be."""
    return owners[-1] == MANY or set(walls) <= set(owners)
