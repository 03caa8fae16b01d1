"""Whether a look passes: straight from an eye to a point, past the walls that stop looks.

A wall is a rounded box: all points nearer than its corner radius to a box, in a frame of its own.
That is two boxes, one wider and one higher by the radius, and a disc at each corner.  Its surface
does not stop a look, and a wall that contains the eye or the point looked at hides nothing: a crate
can be seen, and what is in it when it breaks.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import Records, device
from net.kernels.seeing import cells_from
from schema.walls import BLOCKS_SIGHT, WALL

WallsIn = Annotated[NDArray[np.void], Records(WALL)]

BESIDE_U = 1.0 / 1024.0
"""Bounding boxes farther apart than that do not meet, however their sums were rounded."""

EDGE_RATIO = 0.9
"""Where a body is looked at beside its middle: so much of its radius to either side, as the eye
sees it.  Less than all of it, for what it touches is no part of it."""

Looks = tuple[
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.void],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.float64],
]
"""x_u, y_u of the eyes; WALL[walls], and by cell: wall_row[wall_start[c]:wall_start[c + 1]]; frame,
f64[5]: world width, world height, cell size, columns, rows of cells."""


@device
def crosses_box(x: float, y: float, dx: float, dy: float, hx: float, hy: float) -> bool:
    """Whether a way of (dx, dy) from (x, y) enters the open box of these half extents."""
    enters, leaves = 0.0, 1.0
    if dx == 0.0:
        if abs(x) >= hx:
            return False
    else:
        one, two = (-hx - x) / dx, (hx - x) / dx
        enters, leaves = max(enters, min(one, two)), min(leaves, max(one, two))
    if dy == 0.0:
        if abs(y) >= hy:
            return False
    else:
        one, two = (-hy - y) / dy, (hy - y) / dy
        enters, leaves = max(enters, min(one, two)), min(leaves, max(one, two))
    return enters < leaves


@device
def crosses_disc(x: float, y: float, dx: float, dy: float, radius: float) -> bool:
    """Whether a way of (dx, dy) from (x, y) comes nearer to the origin than ``radius``."""
    length_sq = dx * dx + dy * dy
    t = 0.0
    if length_sq > 0.0:
        t = max(0.0, min(1.0, -(x * dx + y * dy) / length_sq))
    px, py = x + dx * t, y + dy * t
    return px * px + py * py < radius * radius


@device
def holds(x: float, y: float, hx: float, hy: float, radius: float) -> bool:
    """Whether a rounded box contains a point, its surface included."""
    gap_x, gap_y = max(abs(x) - hx, 0.0), max(abs(y) - hy, 0.0)
    return gap_x * gap_x + gap_y * gap_y <= radius * radius


@device
def stops(wall: int, x: float, y: float, dx: float, dy: float, walls: WallsIn) -> bool:
    """Whether a wall hides the point (x + dx, y + dy) from (x, y)."""
    ux, uy = walls[wall]["ux"], walls[wall]["uy"]
    hx, hy, radius = walls[wall]["hx_u"], walls[wall]["hy_u"], walls[wall]["radius_u"]
    gx, gy = x - walls[wall]["x_u"], y - walls[wall]["y_u"]
    px, py = gx * ux + gy * uy, gy * ux - gx * uy
    wx, wy = dx * ux + dy * uy, dy * ux - dx * uy
    meets = crosses_box(px, py, wx, wy, hx + radius, hy)
    if not meets and radius > 0.0 and crosses_box(px, py, wx, wy, hx + radius, hy + radius):
        meets = crosses_box(px, py, wx, wy, hx, hy + radius)
        for corner in range(4):
            cx, cy = hx if corner & 1 else -hx, hy if corner & 2 else -hy
            meets = meets or crosses_disc(px - cx, py - cy, wx, wy, radius)
    if not meets or holds(px, py, hx, hy, radius):
        return False
    return not holds(px + wx, py + wy, hx, hy, radius)


@device
def sees_point(eye: int, x: float, y: float, looks: Looks) -> bool:
    """Whether no wall stands between an eye and a point."""
    eyes_x_u, eyes_y_u, walls, wall_start, wall_row, frame = looks
    from_x, from_y = eyes_x_u[eye], eyes_y_u[eye]
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
                return False
    return True


@device
def sees_body(eye: int, x: float, y: float, radius_u: float, looks: Looks) -> bool:
    """Whether an eye sees the middle of a body or either of its edges."""
    if sees_point(eye, x, y, looks):
        return True
    dx, dy = x - looks[0][eye], y - looks[1][eye]
    length = np.sqrt(dx * dx + dy * dy)
    if length == 0.0:
        return False
    side_x, side_y = -dy * (radius_u * EDGE_RATIO / length), dx * (radius_u * EDGE_RATIO / length)
    return sees_point(eye, x + side_x, y + side_y, looks) or sees_point(
        eye, x - side_x, y - side_y, looks
    )


@device
def sees_spread(
    eye: int, x: float, y: float, ax: float, ay: float, bx: float, by: float, looks: Looks
) -> bool:
    """Whether an eye sees the middle of a thing, or a point so far from it along two ways."""
    if sees_point(eye, x, y, looks):
        return True
    if (ax != 0.0 or ay != 0.0) and (
        sees_point(eye, x + ax, y + ay, looks) or sees_point(eye, x - ax, y - ay, looks)
    ):
        return True
    return (bx != 0.0 or by != 0.0) and (
        sees_point(eye, x + bx, y + by, looks) or sees_point(eye, x - bx, y - by, looks)
    )
