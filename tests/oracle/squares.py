"""Which squares boxes touch, by exact arithmetic, and the same as blocks of bits."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import floor

SIDE = 8  # squares of a block, across and down

Box = tuple[float, float, float, float]  # left, right, top, bottom
Square = tuple[int, int]


def touched(
    box: Box, per_u: float, columns: int, rows: int, hair: Fraction = Fraction(0)
) -> set[Square]:
    """Squares that a box, wider by a hair, touches; border squares hold what lies beyond them."""
    left, right, top, bottom = map(Fraction, box)
    across = span(left - hair, right + hair, per_u, columns * SIDE)
    down = span(top - hair, bottom + hair, per_u, rows * SIDE)
    return {(x, y) for x in across for y in down}


def span(low: Fraction, high: Fraction, per_u: float, squares: int) -> range:
    """Squares from one end of an interval to the other, along one axis."""
    first, last = (
        min(max(floor(value * Fraction(per_u)), 0), squares - 1) for value in (low, high)
    )
    return range(first, last + 1)


def blocks_of(squares: Iterable[Square], columns: int, rows: int) -> list[int]:
    """A word for every block, row by row of blocks: bit 8 y + x is square (x, y) of the block."""
    words = [0] * (columns * rows)
    for x, y in squares:
        words[y // SIDE * columns + x // SIDE] |= 1 << (y % SIDE * SIDE + x % SIDE)
    return words


def squares_in(words: Iterable[int], columns: int) -> set[Square]:
    """The other way round."""
    return {
        (at % columns * SIDE + bit % SIDE, at // columns * SIDE + bit // SIDE)
        for at, word in enumerate(words)
        for bit in range(SIDE * SIDE)
        if int(word) >> bit & 1
    }
