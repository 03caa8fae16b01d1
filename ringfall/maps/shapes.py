"""What a shape drawn in Tiled means: pixels and degrees become units and headings.

Tiled turns a shape clockwise about its top left corner, with y downwards; that is the sense in
which the committed directions are numbered. A turn is first rounded to the nearest of them, and
everything else is computed with that direction's exact vector, so a shape comes out the same on
every machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from schema.directions import COUNT, TABLE
from schema.tiled import TILE_PX, Crate, TiledObject, TiledPoint, Wall
from schema.walls import BLOCKS_ALL

THICKNESS_U = 0.4
"""Of a polyline without the property `thickness_u`."""


def kind_of(shape: TiledObject) -> str:
    """What Tiled calls this shape."""
    for kind in ("polygon", "polyline", "text", "template"):
        if getattr(shape, kind) is not None:
            return kind
    if shape.gid is not None:
        return "tile"
    for kind in ("point", "capsule", "ellipse"):
        if getattr(shape, kind):
            return kind
    return "rectangle"


def heading_of(degrees: float) -> int:
    """The direction nearest to a clockwise turn."""
    return math.floor(math.fmod(degrees, 360.0) * COUNT / 360.0 + 0.5) % COUNT


def degrees_of(heading: int) -> float:
    """The turn of a direction; exact, because 360 / 4096 is a dyadic fraction."""
    return heading * 360.0 / COUNT


def heading_towards(dx: float, dy: float) -> int:
    """The direction nearest to that of a vector, whatever its length.

    The cross product is least where the angle between them is; where they point apart it does
    not count. The cosine would not do: it is flat where it is largest.
    """
    longest = max(abs(dx), abs(dy)) or 1.0
    dx, dy = dx / longest, dy / longest
    cross = np.abs(TABLE[:, 0] * dy - TABLE[:, 1] * dx)
    ahead = TABLE[:, 0] * dx + TABLE[:, 1] * dy > 0.0
    return int(np.argmin(np.where(ahead, cross, np.inf)))


def turned(x: float, y: float, heading: int) -> tuple[float, float]:
    """A vector turned clockwise from +x to a direction."""
    ux, uy = float(TABLE[heading, 0]), float(TABLE[heading, 1])
    return ux * x - uy * y, uy * x + ux * y


def _centre(shape: TiledObject, heading: int) -> tuple[float, float]:
    dx, dy = turned(shape.width / 2, shape.height / 2, heading)
    return (shape.x + dx) / TILE_PX, (shape.y + dy) / TILE_PX


def circle(shape: TiledObject) -> tuple[float, float, float]:
    """Centre and radius of an ellipse with equal axes, in units."""
    x, y = _centre(shape, heading_of(shape.rotation))
    return x, y, shape.width / 2 / TILE_PX


def crate(shape: TiledObject) -> Crate:
    """A rectangle as a box that can be broken."""
    heading = heading_of(shape.rotation)
    hx, hy = shape.width / 2 / TILE_PX, shape.height / 2 / TILE_PX
    return (*_centre(shape, heading), hx, hy, heading)


def walls(
    shape: TiledObject, blocks: int = BLOCKS_ALL, thickness_u: float = THICKNESS_U
) -> list[Wall]:
    """The walls a rectangle, circle, capsule or polyline stands for; a line has one per edge."""
    if shape.polyline is not None:
        corners = _corners(shape, shape.polyline)
        return [_segment(a, b, blocks, thickness_u) for a, b in pairwise(corners)]
    if shape.ellipse:
        x, y, r = circle(shape)
        return [(x, y, 0.0, 0.0, r, 0, blocks)]
    x, y, hx, hy, heading = crate(shape)
    r = min(hx, hy) if shape.capsule else 0.0
    return [(x, y, hx - r, hy - r, r, heading, blocks)]


def _corners(shape: TiledObject, points: Sequence[TiledPoint]) -> list[tuple[float, float]]:
    heading = heading_of(shape.rotation)
    steps = (turned(point.x, point.y, heading) for point in points)
    return [((shape.x + dx) / TILE_PX, (shape.y + dy) / TILE_PX) for dx, dy in steps]


def _segment(
    a: tuple[float, float], b: tuple[float, float], blocks: int, thickness_u: float
) -> Wall:
    """A line with round ends, whose middle is exact and whose ends are to a half direction."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    half = math.sqrt(dx * dx + dy * dy) / 2
    middle = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    return (*middle, half, 0.0, thickness_u / 2, heading_towards(dx, dy), blocks)
