"""Circles swept against circles and rounded boxes, in plain Python.

Times are fractions of the displacement, from 0 to 1, and ``None`` when nothing is met.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Wall(NamedTuple):
    """A rounded box: centre, half extents, corner radius (units), its own x axis.

    ``blocks`` holds bits of what it stops; ``place`` breaks ties.
    """

    x: float
    y: float
    half_x: float
    half_y: float
    radius: float
    ux: float
    uy: float
    reach_x: float
    reach_y: float
    blocks: int
    place: int


def sweep_circle(sx: float, sy: float, dx: float, dy: float, radius: float) -> float | None:
    """When a point at (sx, sy) first touches the circle around the origin."""
    c = sx * sx + sy * sy - radius * radius
    if c <= 0.0:
        return 0.0
    b = sx * dx + sy * dy
    if b >= 0.0:
        return None
    discriminant = b * b - (dx * dx + dy * dy) * c
    if discriminant < 0.0:
        return None
    t = c / (math.sqrt(discriminant) - b)
    return t if t <= 1.0 else None


def _slab(start: float, step: float, half: float) -> tuple[float, float]:
    if step == 0.0:
        return (math.inf, -math.inf) if abs(start) >= half else (-math.inf, math.inf)
    one, two = (-half - start) / step, (half - start) / step
    return (one, two) if one < two else (two, one)


def _sweep_box(px: float, py: float, dx: float, dy: float, hx: float, hy: float) -> float | None:
    x_in, x_out = _slab(px, dx, hx)
    y_in, y_out = _slab(py, dy, hy)
    t = max(x_in, y_in)
    return None if t < 0.0 or t > 1.0 or t >= min(x_out, y_out) else t


def gap_normal(px: float, py: float, hx: float, hy: float) -> tuple[float, float, float]:
    """(distance, nx, ny) from a box around the origin to a point, negative inside."""
    ax, ay = abs(px) - hx, abs(py) - hy
    side_x, side_y = (-1.0 if px < 0.0 else 1.0), (-1.0 if py < 0.0 else 1.0)
    if ax <= 0.0 and ay <= 0.0:
        return (ax, side_x, 0.0) if ax > ay else (ay, 0.0, side_y)
    qx, qy = max(ax, 0.0), max(ay, 0.0)
    distance = math.sqrt(qx * qx + qy * qy)
    return distance, side_x * qx / distance, side_y * qy / distance


def sweep_wall(
    wall: Wall, px: float, py: float, dx: float, dy: float, radius: float
) -> tuple[float, float, float] | None:
    """(t, nx, ny) of a circle against a wall."""
    px, py = turned(wall, px - wall.x, py - wall.y)
    dx, dy = turned(wall, dx, dy)
    met = _sweep_upright(wall, px, py, dx, dy, radius)
    if met is None:
        return None
    t, nx, ny = met
    return t, nx * wall.ux - ny * wall.uy, nx * wall.uy + ny * wall.ux


def turned(wall: Wall, x: float, y: float) -> tuple[float, float]:
    """A vector as seen along a wall's own axes."""
    return x * wall.ux + y * wall.uy, y * wall.ux - x * wall.uy


def _sweep_upright(
    wall: Wall, px: float, py: float, dx: float, dy: float, radius: float
) -> tuple[float, float, float] | None:
    reach = wall.radius + radius
    hx, hy = wall.half_x, wall.half_y
    distance, nx, ny = gap_normal(px, py, hx, hy)
    # Where the gap rounds up to the reach, the boxes may still hold the point.
    ax, ay = abs(px), abs(py)
    in_boxes = (ax < hx + reach and ay < hy) or (ax < hx and ay < hy + reach)
    if distance < reach or in_boxes:
        return (0.0, nx, ny) if dx * nx + dy * ny < 0.0 else None
    times = [
        _sweep_box(px, py, dx, dy, hx + reach, hy),
        _sweep_box(px, py, dx, dy, hx, hy + reach),
    ]
    if reach > 0.0:
        for cx in (-hx, hx):
            for cy in (-hy, hy):
                if (px - cx) * dx + (py - cy) * dy < 0.0:
                    times.append(sweep_circle(px - cx, py - cy, dx, dy, reach))
    met = [t for t in times if t is not None]
    if not met:
        return None
    t = min(met)
    _, nx, ny = gap_normal(px + dx * t, py + dy * t, hx, hy)
    return t, nx, ny
