"""Where a throw lands.

A throw's flight is looked at through the gap to each wall, which is convex along a straight path:
the minimum is bracketed by thirds and the first touch found by halving in front of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from tests.oracle.directions import VECTORS

Wall = tuple[float, ...]


def gap(x: float, y: float, wall: Wall) -> float:
    """Distance from a point to a wall, negative only within its corner radius."""
    cx, cy, hx, hy, radius, *turn = wall
    away = complex(x - cx, y - cy) / complex(*VECTORS[int(turn[0])] if turn else (1.0, 0.0))
    beyond_x = max(abs(away.real) - hx, 0.0)
    beyond_y = max(abs(away.imag) - hy, 0.0)
    return hypot(beyond_x, beyond_y) - radius


def first_touch(
    x: float, y: float, dx: float, dy: float, radius: float, wall: Wall
) -> float | None:
    """Share of the path at which a circle first touches a wall, None if it never does."""

    def room(t: float) -> float:
        return gap(x + dx * t, y + dy * t, wall) - radius

    low, high = 0.0, 1.0
    for _ in range(120):
        third = (high - low) / 3
        if room(low + third) <= room(high - third):
            high -= third
        else:
            low += third
    nearest = (low + high) / 2
    if room(nearest) > 0.0:
        nearest = 1.0
        if room(1.0) > 0.0:
            return None
    low = 0.0
    if room(0.0) <= 0.0:
        return 0.0
    for _ in range(80):
        middle = (low + nearest) / 2
        if room(middle) > 0.0:
            low = middle
        else:
            nearest = middle
    return nearest


def landing(
    x: float,
    y: float,
    towards: tuple[float, float],
    far: float,
    radius: float,
    world: tuple[float, float],
    walls: Sequence[Wall],
) -> tuple[float, float]:
    """Where a throw lands: cut to the world first, then short of the first wall."""
    end_x = sorted((0.0, x + towards[0] * far, world[0]))[1]
    end_y = sorted((0.0, y + towards[1] * far, world[1]))[1]
    dx, dy = end_x - x, end_y - y
    touches = [first_touch(x, y, dx, dy, radius, wall) for wall in walls]
    share = min((t for t in touches if t is not None), default=1.0)
    return x + dx * share, y + dy * share
