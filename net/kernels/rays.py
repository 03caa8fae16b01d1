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
from schema.walls import WALL

WallsIn = Annotated[NDArray[np.void], Records(WALL)]

BESIDE_U = 1.0 / 1024.0
"""Bounding boxes farther apart than that do not meet, however their sums were rounded."""


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
