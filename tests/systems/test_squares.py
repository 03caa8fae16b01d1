"""Bits of squares: what is marked, and what is told to be free, against sets of squares."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.kernel import entry
from systems.kernels.squares import is_free, mark
from tests.oracle.squares import SIDE, Box, squares_in, touched

mark, is_free = map(entry, (mark, is_free))

HAIR = Fraction(1, 10**9)
PER_U = (2.0, 0.5, 1.0, 8.0 / 11.3137085)
COLUMNS, ROWS = 5, 3

# On, beside and far beyond borders of squares and blocks and the world's edge.
EDGES = st.integers(-40, 41 * 16).map(lambda n: n / 16) | st.floats(-1e6, 1e6)
LENGTHS = st.integers(0, 6 * 16).map(lambda n: n / 16) | st.floats(0.0, 20.0)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(EDGES), draw(EDGES)
    return left, left + draw(LENGTHS), top, top + draw(LENGTHS)


def marked(some: list[Box], per_u: float) -> np.ndarray:
    squares = np.zeros(COLUMNS * ROWS, np.uint64)
    for box in some:
        mark(*box, per_u, COLUMNS, ROWS, squares)
    return squares


def span_of(box: Box, per_u: float, hair: Fraction) -> set[tuple[int, int]]:
    return touched(box, per_u, COLUMNS, ROWS, hair)


@settings(max_examples=300)
@given(st.lists(boxes(), max_size=4), st.sampled_from(PER_U))
def test_a_box_marks_the_squares_it_touches(some: list[Box], per_u: float) -> None:
    found = squares_in(marked(some, per_u).tolist(), COLUMNS)
    may, must = (
        set[tuple[int, int]]().union(*(span_of(box, per_u, hair) for box in some))
        for hair in (HAIR, -HAIR if per_u == PER_U[-1] else Fraction(0))
    )
    assert must <= found <= may


@settings(max_examples=600)
@given(st.lists(boxes(), max_size=3), boxes(), st.sampled_from(PER_U[:3]))
def test_a_box_is_free_that_touches_no_marked_square(
    some: list[Box], box: Box, per_u: float
) -> None:
    squares = marked(some, per_u)
    own = touched(box, per_u, COLUMNS, ROWS)
    blocks_x = {x // SIDE for x, _ in own}
    blocks_y = {y // SIDE for _, y in own}
    short = len(blocks_x) <= 2 and len(blocks_y) <= 2
    expected = short and not own & squares_in(squares.tolist(), COLUMNS)
    assert is_free(*box, per_u, COLUMNS, ROWS, squares) == expected


def test_every_square_is_found_from_every_square_beside_it() -> None:
    """Each place of a square in its block, and each way to its neighbours, across blocks too."""
    for x in range(SIDE * COLUMNS):
        for y in range(SIDE * ROWS):
            squares = marked([(x + 0.5, x + 0.5, y + 0.5, y + 0.5)], 1.0)
            assert squares_in(squares.tolist(), COLUMNS) == {(x, y)}
            for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2)):
                left, top = x + 0.5 - dx, y + 0.5 - dy
                near = (left, left + 1.0, top, top + 1.0)
                # At the border a box that lies beyond it lies in the border's squares.
                own = touched(near, 1.0, COLUMNS, ROWS)
                assert is_free(*near, 1.0, COLUMNS, ROWS, squares) == ((x, y) not in own)
