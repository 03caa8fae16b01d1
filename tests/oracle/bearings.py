"""Directions of vectors by arc tangent, and exactly by turning."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import atan2, tau


def by_arc_tangent(dx: float, dy: float, count: int) -> float:
    """Direction as a real number of steps, 0 … count."""
    return atan2(dy, dx) / tau % 1.0 * count


def is_between(dx: float, dy: float, index: int, table: Sequence[Sequence[float]]) -> bool:
    """Whether a vector lies at or past entry ``index`` and before the one that follows, exactly."""
    x, y = Fraction(dx), Fraction(dy)

    def side(entry: Sequence[float]) -> Fraction:
        return Fraction(entry[0]) * y - Fraction(entry[1]) * x

    entry, following = table[index], table[(index + 1) % len(table)]
    ahead = Fraction(entry[0]) * x + Fraction(entry[1]) * y > 0
    return ahead and side(entry) >= 0 and side(following) < 0
