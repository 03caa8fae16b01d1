"""What is nowhere near: bits of small squares, asked before anything is looked at itself.

The world is laid out in blocks of 8 x 8 squares, one u64 each: bit 8 y + x of block
by * columns + bx is square (8 bx + x, 8 by + y).  ``per_u`` is how many squares make a unit.
Things mark every square that their box touches; a box that touches no marked square meets none of
them.  Beyond the grid lie the squares at its border.
"""

import numpy as np

from ecs.kernel import U64In, U64Out, device
from schema.walls import BLOCK_SQUARES

LAST = BLOCK_SQUARES - 1
LAST_U64 = np.uint64(LAST)
SHIFT = np.uint64(3)
"""A square's number moved right by so much is its block's: whole numbers without a sign need no
care for what division does below 0."""
ROW = (1 << BLOCK_SQUARES) - 1
NONE, TWO = np.uint64(0), np.uint64(2)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
EVERY_ROW = np.uint64(0x0101010101010101)


@device
def square_of(value: float, per_u: float, blocks: int) -> int:
    """Index of the square a coordinate lies in, clamped to the grid; 0 for what is no number."""
    # Clamped before it is cut to a whole number, which is then the same as its floor.
    return int(min(max(0.0, value * per_u), float(blocks * BLOCK_SQUARES - 1)))


@device
def split(square: int) -> tuple[np.uint64, int]:
    """(block, place within it) of a square along an axis."""
    whole = np.uint64(square)
    return whole >> SHIFT, int(whole & LAST_U64)


@device
def columns_from(first: int) -> np.uint64:
    """Mask of a block's columns of squares from one on."""
    return np.uint64((ROW << first) & ROW) * EVERY_ROW


@device
def columns_to(last: int) -> np.uint64:
    """Mask of a block's columns of squares up to one."""
    return np.uint64(ROW >> (LAST - last)) * EVERY_ROW


@device
def rows_from(first: int) -> np.uint64:
    """Mask of a block's rows of squares from one on."""
    return ALL << np.uint64(BLOCK_SQUARES * first)


@device
def rows_to(last: int) -> np.uint64:
    """Mask of a block's rows of squares up to one."""
    return ALL >> np.uint64(BLOCK_SQUARES * (LAST - last))


@device
def mark(
    left: float,
    right: float,
    top: float,
    bottom: float,
    per_u: float,
    columns: int,
    rows: int,
    squares: U64Out,
) -> None:
    """Mark the squares that a box touches."""
    west, east = square_of(left, per_u, columns), square_of(right, per_u, columns)
    north, south = square_of(top, per_u, rows), square_of(bottom, per_u, rows)
    for by in range(north // BLOCK_SQUARES, south // BLOCK_SQUARES + 1):
        upper = rows_from(max(0, north - by * BLOCK_SQUARES))
        middle = upper & rows_to(min(LAST, south - by * BLOCK_SQUARES))
        for bx in range(west // BLOCK_SQUARES, east // BLOCK_SQUARES + 1):
            across = columns_from(max(0, west - bx * BLOCK_SQUARES))
            across = across & columns_to(min(LAST, east - bx * BLOCK_SQUARES))
            squares[by * columns + bx] |= middle & across


@device
def is_free(
    left: float,
    right: float,
    top: float,
    bottom: float,
    per_u: float,
    columns: int,
    rows: int,
    squares: U64In,
) -> bool:
    """Whether a box surely touches no marked square.

    ``False`` says nothing: one may be marked, or the box is longer than two blocks.

    Without a branch: four blocks are looked at, the same one again where a box lies within it, for
    where a box crosses into the next block is anybody's guess.
    """
    bx, west = split(square_of(left, per_u, columns))
    next_x, east = split(square_of(right, per_u, columns))
    by, north = split(square_of(top, per_u, rows))
    next_y, south = split(square_of(bottom, per_u, rows))
    in_west, in_east = columns_from(west), columns_to(east)
    in_north, in_south = rows_from(north), rows_to(south)
    both_x, both_y = in_west & in_east, in_north & in_south
    in_west, in_east = (both_x, both_x) if bx == next_x else (in_west, in_east)
    in_north, in_south = (both_y, both_y) if by == next_y else (in_north, in_south)
    upper, lower = by * np.uint64(columns), next_y * np.uint64(columns)
    found = ((squares[upper + bx] & in_west) | (squares[upper + next_x] & in_east)) & in_north
    found |= ((squares[lower + bx] & in_west) | (squares[lower + next_x] & in_east)) & in_south
    near = (next_x - bx < TWO) & (next_y - by < TWO)
    return bool((found == NONE) & near)
