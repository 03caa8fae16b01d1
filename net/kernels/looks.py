"""Whether an eye sees a point, a body or a thing: straight past the walls that stop looks.

Most walls near a look are nowhere near it; squares (``shades``) name those that may be.
"""

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import I32In, I32Out, device, routine
from net.kernels.bits import NOUGHT, ONE, WORD, words_for
from net.kernels.rays import BESIDE_U, WallsIn, stops
from net.kernels.seeing import cells_from
from net.kernels.shades import MANY, NONE, OWNERS, SLACK_U, SQUARES_PER_U
from schema.walls import BLOCKS_SIGHT

EDGE_RATIO = 0.9
"""Where a body is looked at beside its middle: so much of its radius to either side, as the eye
sees it.  Less than all of it, for what it touches is no part of it."""

LEVEL_U = 1e-9
"""Looks that rise less across all their way are taken for level."""

STEEP = 1e12

HINTS = 256
HINT_STEP = 31
"""For each player so many walls are remembered, a power of two; what another thing's wall takes the
place of is looked for anew."""

POINTS = 5

Looks = tuple[
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.void],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.uint64],
    NDArray[np.int32],
]
"""x_u, y_u of the eyes; WALL[walls], and by cell: wall_row[wall_start[c]:wall_start[c + 1]]; frame,
f64[5]: world width, world height, cell size, columns, rows of cells; then size, lines and owners of
the squares, see ``shades``."""


@routine
def hiding_wall(
    from_x: float,
    from_y: float,
    x: float,
    y: float,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: NDArray[np.float64],
) -> int:
    """A wall that hides a point, NONE for none: each in the cells between is looked at."""
    mid_x, mid_y = 0.5 * (from_x + x), 0.5 * (from_y + y)
    half_x, half_y = 0.5 * abs(x - from_x), 0.5 * abs(y - from_y)
    dx, dy, long_x, long_y = x - from_x, y - from_y, 2.0 * half_x, 2.0 * half_y
    slack, columns = BESIDE_U * (long_x + long_y), int(frame[3])
    left, right = cells_from(mid_x, half_x, frame[2], frame[3])
    top, bottom = cells_from(mid_y, half_y, frame[2], frame[4])
    for cy in range(top, bottom + 1):
        # Cells of one row lie one behind the other, and so do their walls: one loop for all.
        begin, end = wall_start[cy * columns + left], wall_start[cy * columns + right + 1]
        for place in range(begin, end):
            wall = int(wall_row[place])
            gap_x = abs(walls[wall]["x_u"] - mid_x) - walls[wall]["reach_x_u"] - half_x
            gap_y = abs(walls[wall]["y_u"] - mid_y) - walls[wall]["reach_y_u"] - half_y
            # How far the line passes by its middle, times the length of the way, against how far
            # the box reaches along that side: most boxes are not met, and this tells it cheaply.
            side = abs(dx * (walls[wall]["y_u"] - from_y) - dy * (walls[wall]["x_u"] - from_x))
            reach = long_x * walls[wall]["reach_y_u"] + long_y * walls[wall]["reach_x_u"]
            if (gap_x > BESIDE_U) | (gap_y > BESIDE_U) | (side > reach + slack):
                continue
            if int(walls[wall]["blocks"]) & BLOCKS_SIGHT == 0:
                continue
            if stops(wall, from_x, from_y, dx, dy, walls):
                return wall
    return NONE


@device
def blocker(from_x: float, from_y: float, x: float, y: float, looks: Looks) -> int:
    """A wall that stands between two points, NONE for none."""
    _, _, walls, wall_start, wall_row, frame, size, lines, owners = looks
    dx, dy = x - from_x, y - from_y
    # Along a and from line to line along b, whichever makes fewer lines.
    across = abs(dx) >= abs(dy)
    a, to_a, b, to_b = (from_x, x, from_y, y) if across else (from_y, y, from_x, x)
    longs, many = (size[0], size[1]) if across else (size[1], size[0])
    words, base = words_for(longs), 0 if across else size[1] * words_for(size[0])
    step, stride = (1, size[0]) if across else (size[0], 1)
    low, high, low_b, high_b = min(a, to_a), max(a, to_a), min(b, to_b), max(b, to_b)
    slack = 2.0 * SLACK_U
    inside = (low >= slack) & (high + slack < longs / SQUARES_PER_U)
    inside &= (low_b >= slack) & (high_b + slack < many / SQUARES_PER_U)
    if not (inside & ((high - low + slack) * SQUARES_PER_U < WORD - 2)):
        return hiding_wall(from_x, from_y, x, y, walls, wall_start, wall_row, frame)
    slope = (to_a - a) / (to_b - b) if abs(to_b - b) > LEVEL_U else STEEP
    # On every line it goes from where it comes in, a little before, to where it goes out.
    wide = abs(slope) * (1.0 / SQUARES_PER_U + slack)
    before = SLACK_U if slope > 0.0 else -1.0 / SQUARES_PER_U - SLACK_U
    tested, crowded, low, high = NONE, False, low - SLACK_U, high + SLACK_U
    first, last = int((low_b - SLACK_U) * SQUARES_PER_U), int((high_b + SLACK_U) * SQUARES_PER_U)
    for line in range(first, last + 1):
        into = a + (line / SQUARES_PER_U - before - b) * slope - SLACK_U
        begin = int(max(low, into) * SQUARES_PER_U)
        end = int(min(high, into + wide + slack) * SQUARES_PER_U)
        at, shift = base + line * words + begin // WORD, begin % WORD
        run = lines[at] >> np.uint64(shift)
        run |= (lines[at + 1] << ONE) << np.uint64(WORD - 1 - shift)
        run <<= np.uint64(WORD - 1 - (end - begin))
        if run == NOUGHT:
            continue
        for square in range(begin, end + 1):
            place = (line * stride + square * step) * OWNERS
            for name in range(place, place + OWNERS):
                wall = int(owners[name])
                crowded |= wall == MANY
                if wall < 0 or wall == tested:
                    continue
                tested = wall
                if stops(wall, from_x, from_y, dx, dy, walls):
                    return wall
    if crowded:
        return hiding_wall(from_x, from_y, x, y, walls, wall_start, wall_row, frame)
    return NONE


@device
def sees_point(eye: int, x: float, y: float, looks: Looks) -> bool:
    """Whether no wall stands between an eye and a point."""
    return blocker(looks[0][eye], looks[1][eye], x, y, looks) == NONE


@device
def hint_place(own: int, place: int, what: int) -> int:
    """Where the wall is remembered that hid something from one of a player's eyes."""
    return own * HINTS + ((what + place * HINT_STEP) & (HINTS - 1))


@device
def sees_any(
    eye: int,
    x: float,
    y: float,
    one: tuple[float, float],
    two: tuple[float, float],
    hint: int,
    looks: Looks,
    hints: I32Out,
) -> bool:
    """Whether an eye sees a point, or one so far from it along two ways, forth and back.

    What hid the point before is asked first: it mostly hides it still, and the next one too.

    Args:
        one, two: the ways; no way where both numbers are 0.
        hint: place of the wall in ``hints`` that hid it when it was last looked at.
    """
    from_x, from_y, wall = looks[0][eye], looks[1][eye], int(hints[hint])
    for turn in range(POINTS):
        way_x, way_y = one if turn < 3 else two
        if turn > 0 and way_x == 0.0 and way_y == 0.0:
            continue
        # The middle, one way, the same way back, the other way, and back.
        sign = 0.0 if turn == 0 else 1.0 if turn & 1 else -1.0
        to_x, to_y = x + sign * way_x, y + sign * way_y
        if wall != NONE and stops(wall, from_x, from_y, to_x - from_x, to_y - from_y, looks[2]):
            continue
        wall = blocker(from_x, from_y, to_x, to_y, looks)
        if wall == NONE:
            hints[hint] = NONE
            return True
    hints[hint] = wall
    return False


@device
def sees_body(
    eye: int, x: float, y: float, radius_u: float, hint: int, looks: Looks, hints: I32Out
) -> bool:
    """Whether an eye sees the middle of a body or either of its edges."""
    dx, dy = x - looks[0][eye], y - looks[1][eye]
    length = np.sqrt(dx * dx + dy * dy)
    side = (0.0, 0.0)
    if length > 0.0:
        side = (-dy * (radius_u * EDGE_RATIO / length), dx * (radius_u * EDGE_RATIO / length))
    return sees_any(eye, x, y, side, (0.0, 0.0), hint, looks, hints)
