"""Which walls a look may meet: the world in small squares, each with the walls that touch it.

A look passes through squares line by line: rows of them where it goes further across than down,
columns otherwise, so that there are few lines.  Of each line it touches a run of squares, and a
bit of every square tells whether any wall that stops looks touches it; mostly none does.  What the
squares say is on the safe side: a wall that is met is among those of a touched square.
"""

import math

from ecs.kernel import (
    I32In,
    I32Out,
    I64In,
    I64Out,
    Int,
    U8Out,
    U64In,
    U64Out,
    device,
    kernel,
)
from net.kernels.bits import NOUGHT, put_bit, words_for
from net.kernels.rays import WallsIn
from schema.walls import BLOCKS_SIGHT

SQUARES_PER_U = 1.0
"""Squares along a unit."""

SLACK_U = 1.0 / 1024.0
"""Looks and walls are taken to be wider by that: far more than rounding takes from them."""

HALF_DIAGONAL = 0.70711
WALL_WORDS = 10
OWNERS = 2
NONE = -1
MANY = -2
"""So many walls are named for a square; the last name is MANY where there are more."""


@device
def name_wall(wall: int, at: int, owners: I32Out) -> None:
    """Name a wall for a square."""
    if owners[at] == NONE:
        owners[at] = wall
    elif owners[at + 1] == NONE:
        owners[at + 1] = wall
    else:
        owners[at + 1] = MANY


@device
def nearer(wall: int, x: float, y: float, reach: float, walls: WallsIn) -> bool:
    """Whether a wall comes as near to a point as that, its surface included."""
    ux, uy, radius = walls[wall]["ux"], walls[wall]["uy"], walls[wall]["radius_u"]
    gx, gy = x - walls[wall]["x_u"], y - walls[wall]["y_u"]
    gap_x = max(abs(gx * ux + gy * uy) - walls[wall]["hx_u"], 0.0)
    gap_y = max(abs(gy * ux - gx * uy) - walls[wall]["hy_u"], 0.0)
    far = reach + radius
    return bool(gap_x * gap_x + gap_y * gap_y <= far * far)


@device
def squares_from(low: float, high: float, count: int) -> tuple[int, int]:
    """First and last square between two coordinates; where there is none the last is less."""
    first = int(math.floor(max(low, -1.0) * SQUARES_PER_U))
    return max(first, 0), min(int(math.floor(high * SQUARES_PER_U)), count - 1)


@device
def shade(
    wall: int, walls: WallsIn, columns: int, rows: int, lines: U64Out, owners: I32Out
) -> None:
    """Mark and name a wall in the squares that it touches."""
    reach_x, reach_y = walls[wall]["reach_x_u"] + SLACK_U, walls[wall]["reach_y_u"] + SLACK_U
    x, y, wide, high = walls[wall]["x_u"], walls[wall]["y_u"], words_for(columns), words_for(rows)
    left, right = squares_from(x - reach_x, x + reach_x, columns)
    top, bottom = squares_from(y - reach_y, y + reach_y, rows)
    reach = HALF_DIAGONAL / SQUARES_PER_U + SLACK_U
    for cy in range(top, bottom + 1):
        for cx in range(left, right + 1):
            mid_x, mid_y = (cx + 0.5) / SQUARES_PER_U, (cy + 0.5) / SQUARES_PER_U
            if nearer(wall, mid_x, mid_y, reach, walls):
                name_wall(wall, (cy * columns + cx) * OWNERS, owners)
                put_bit(lines, cy * wide, cx)
                put_bit(lines, rows * wide + cx * high, cy)


@device
def is_changed(now: I64In | I32In, before: I64In | I32In, begin: int, end: int) -> bool:
    """Whether any number differs.  Without a branch inside: nearly always none does."""
    differ = 0
    for place in range(begin, end):
        differ |= now[place] ^ before[place]
    return differ != 0


@device
def keep(now: I64In | I32In | U64In, before: I64Out | I32Out | U64Out) -> None:
    """Note numbers as those of before."""
    for place in range(before.shape[0]):
        before[place] = now[place]


@device
def shade_some(
    first: int,
    end: int,
    walls: WallsIn,
    wall_row: I32In,
    entries: int,
    size: I64In,
    marked: U8Out,
    lines: U64Out,
    owners: I32Out,
) -> None:
    """Mark the squares of those walls from ``first`` to ``end`` that are listed and stop looks."""
    for wall in range(first, end):
        marked[wall] = 0
    for place in range(entries):
        wall = int(wall_row[place])
        if first <= wall < end and marked[wall] == 0:
            marked[wall] = 1
            if int(walls[wall]["blocks"]) & BLOCKS_SIGHT != 0:
                shade(wall, walls, size[0], size[1], lines, owners)


@kernel
def note_walls(
    walls: WallsIn,
    words: I64In,
    wall_start: I32In,
    wall_row: I32In,
    raised: I64In,
    map_walls: Int,
    size: I64In,
    known_words: I64Out,
    known_start: I32Out,
    known_row: I32Out,
    marked: U8Out,
    map_lines: U64Out,
    map_owners: I32Out,
    lines: U64Out,
    owners: I32Out,
    hints: I32Out,
) -> None:
    """Mark the squares anew when the walls are others than before, and forget what hid what.

    Args:
        walls: WALL[walls]; words: i64[WALL_WORDS * walls], the same bytes.
        wall_start, wall_row: walls by cell; what no cell lists is no wall.
        raised: i64[2], the second is how many obstacles there are, behind the map's walls.
        map_walls: walls of the map.  They differ only where the cells do: when they are first put.
        size: i64[2], columns and rows of squares.
        known_words, known_start, known_row: as they were before, written.
        marked: u8[walls], working space.
        map_lines, map_owners: of the map's walls alone, written.
        lines: u64[], written: the rows of squares, then the columns of them, a bit for each square,
            each line in words of its own, and a spare word.
        owners: i32[squares * OWNERS], written: the walls of each square, row by row.
        hints: written where they may be of other walls.
    """
    fixed, cells = map_walls * WALL_WORDS, wall_start.shape[0]
    end, entries = fixed + raised[1] * WALL_WORDS, int(wall_start[cells - 1])
    if not (
        is_changed(words, known_words, fixed, end)
        or is_changed(wall_start, known_start, 0, cells)
        or is_changed(wall_row, known_row, 0, entries)
    ):
        return
    if is_changed(words, known_words, 0, fixed):
        for at in range(map_lines.shape[0]):
            map_lines[at] = NOUGHT
        for at in range(map_owners.shape[0]):
            map_owners[at] = NONE
        shade_some(0, map_walls, walls, wall_row, entries, size, marked, map_lines, map_owners)
    keep(words, known_words)
    keep(wall_start, known_start)
    keep(wall_row, known_row)
    keep(map_lines, lines)
    keep(map_owners, owners)
    end = walls.shape[0]
    shade_some(map_walls, end, walls, wall_row, entries, size, marked, lines, owners)
    for at in range(hints.shape[0]):
        hints[at] = NONE
