"""Bushes, in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


def bush_of(x: float, y: float, bushes: Sequence[Sequence[float]]) -> int | None:
    """The lowest index of a closed circle (x, y, r) that holds a point."""
    holding = [
        index
        for index, (bx, by, r) in enumerate(bushes)
        if (Fraction(x) - Fraction(bx)) ** 2 + (Fraction(y) - Fraction(by)) ** 2 <= Fraction(r) ** 2
    ]
    return min(holding, default=None)


@dataclass(frozen=True)
class Hider:
    """Somebody in a bush or none, given away for so many looks from this one on, or revealed."""

    bush: int | None = None
    given_away: int = 0
    revealed: bool = False


def hides(
    eyes: tuple[float, float],
    eyes_bush: int | None,
    body: tuple[float, float],
    how: Hider,
    notice: float,
) -> bool:
    """Whether a bush keeps somebody from the eyes of an enemy."""
    if how.revealed or how.given_away > 0:
        return False
    away = [(Fraction(a) - Fraction(b)) ** 2 for a, b in zip(eyes, body, strict=True)]
    covered = how.bush is not None and how.bush != eyes_bush
    return covered and sum(away) > Fraction(notice) ** 2
