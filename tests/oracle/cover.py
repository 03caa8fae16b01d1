"""Bushes, in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def bush_of(x: float, y: float, bushes: Sequence[Sequence[float]]) -> int | None:
    """The lowest index of a closed circle (x, y, r) that holds a point."""
    holding = [
        index
        for index, (bx, by, r) in enumerate(bushes)
        if (Fraction(x) - Fraction(bx)) ** 2 + (Fraction(y) - Fraction(by)) ** 2 <= Fraction(r) ** 2
    ]
    return min(holding, default=None)
