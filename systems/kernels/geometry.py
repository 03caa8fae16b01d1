"""Sweeps of a point against inflated shapes: the narrowphase, in + - * / and sqrt alone.

A circle of radius R swept against a shape is a point swept against the shape inflated by R
(Minkowski sum).  Times of impact are fractions of the displacement, 0 to 1; ``MISS`` is larger.
"""

import math

from ecs.kernel import device, routine

MISS = 2.0
FAR = 1e300


@device
def sweep_circle(sx: float, sy: float, dx: float, dy: float, radius: float) -> float:
    """First t in [0, 1] with \\|s + t d\\| <= radius, or MISS.

    The smaller root of (d.d) t^2 + 2 (s.d) t + (s.s - radius^2) = 0, in the form c / (-b + sqrt)
    that does not cancel.  A start within the circle is a hit at 0.

    Args:
        sx, sy: start relative to the circle's centre.
        dx, dy: displacement relative to it.
        radius: radius of the inflated circle.
    """
    c = sx * sx + sy * sy - radius * radius
    if c <= 0.0:
        return 0.0
    b = sx * dx + sy * dy
    if b >= 0.0:
        return MISS
    a = dx * dx + dy * dy
    discriminant = b * b - a * c
    if discriminant < 0.0:
        return MISS
    t = c / (math.sqrt(discriminant) - b)
    return t if t <= 1.0 else MISS


@device
def slab(start: float, step: float, half: float) -> tuple[float, float]:
    """Times at which start + t step enters and leaves the interval (-half, half)."""
    if step == 0.0:
        if abs(start) >= half:
            return FAR, -FAR
        return -FAR, FAR
    one = (-half - start) / step
    two = (half - start) / step
    return min(one, two), max(one, two)


@device
def sweep_box(
    px: float, py: float, dx: float, dy: float, hx: float, hy: float
) -> tuple[float, float, float]:
    """(t, nx, ny) at which a point outside enters an axis-aligned box, t = MISS if it does not.

    Args:
        px, py: start relative to the box's centre.
        dx, dy: displacement.
        hx, hy: half extents.
    """
    x_in, x_out = slab(px, dx, hx)
    y_in, y_out = slab(py, dy, hy)
    t = max(x_in, y_in)
    if t < 0.0 or t > 1.0 or t >= min(x_out, y_out):
        return MISS, 0.0, 0.0
    if x_in > y_in:
        return t, -1.0 if dx > 0.0 else 1.0, 0.0
    return t, 0.0, -1.0 if dy > 0.0 else 1.0


@device
def gap_normal(px: float, py: float, hx: float, hy: float) -> tuple[float, float, float]:
    """(distance, nx, ny) from a box to a point, negative inside; the normal leads out."""
    ax, ay = abs(px) - hx, abs(py) - hy
    side_x = -1.0 if px < 0.0 else 1.0
    side_y = -1.0 if py < 0.0 else 1.0
    if ax <= 0.0 and ay <= 0.0:
        if ax > ay:
            return ax, side_x, 0.0
        return ay, 0.0, side_y
    qx, qy = max(ax, 0.0), max(ay, 0.0)
    distance = math.sqrt(qx * qx + qy * qy)
    return distance, side_x * qx / distance, side_y * qy / distance


@routine
def sweep_rounded_box(
    px: float, py: float, dx: float, dy: float, hx: float, hy: float, radius: float
) -> tuple[float, float, float]:
    """(t, nx, ny) of a point against a box inflated by ``radius``, t = MISS if they never meet.

    The rounded box is the union of two boxes and four corner circles; its first entry is the
    earliest of theirs.  From inside or in contact, a step that leads further in is stopped at 0
    and any other is free, so that a body which touches a wall can leave it.

    Args:
        px, py: start relative to the box's centre.
        dx, dy: displacement.
        hx, hy: half extents of the box before inflation.
        radius: by how much it is inflated.
    """
    distance, nx, ny = gap_normal(px, py, hx, hy)
    # A gap may round up to ``radius`` at a place that the boxes, whose half extents are rounded
    # too, count as theirs; their slabs would put the entry before the start and see no hit.
    ax, ay = abs(px), abs(py)
    in_boxes = (ax < hx + radius and ay < hy) or (ax < hx and ay < hy + radius)
    if distance < radius or in_boxes:
        if dx * nx + dy * ny < 0.0:
            return 0.0, nx, ny
        return MISS, 0.0, 0.0
    best, nx, ny = sweep_box(px, py, dx, dy, hx + radius, hy)
    t, mx, my = sweep_box(px, py, dx, dy, hx, hy + radius)
    if t < best:
        best, nx, ny = t, mx, my
    if radius == 0.0:
        return best, nx, ny
    for corner in range(4):
        cx = hx if corner & 1 else -hx
        cy = hy if corner & 2 else -hy
        # Exactly on the surface a circle counts as met, whichever way the step leads.
        if (px - cx) * dx + (py - cy) * dy < 0.0:
            best = min(best, sweep_circle(px - cx, py - cy, dx, dy, radius))
    if best == MISS:
        return MISS, 0.0, 0.0
    # Not the normal of the part that was met: a step that grazes may miss a circle by a rounding
    # error and meet a box behind it, on a face that is no surface of the whole.
    _, nx, ny = gap_normal(px + dx * best, py + dy * best, hx, hy)
    return best, nx, ny


@device
def to_frame(x: float, y: float, ux: float, uy: float) -> tuple[float, float]:
    """A vector as seen from a frame whose x axis is the unit vector (ux, uy)."""
    return x * ux + y * uy, y * ux - x * uy


@device
def from_frame(x: float, y: float, ux: float, uy: float) -> tuple[float, float]:
    """A vector of a frame whose x axis is the unit vector (ux, uy), as seen from the world."""
    return x * ux - y * uy, x * uy + y * ux


@device
def sweep_turned_box(
    px: float,
    py: float,
    dx: float,
    dy: float,
    ux: float,
    uy: float,
    hx: float,
    hy: float,
    radius: float,
) -> tuple[float, float, float]:
    """As ``sweep_rounded_box``, against a box whose own x axis is the unit vector (ux, uy).

    For (1, 0) the turn changes no value: products with 1 and sums with 0 are exact.
    """
    x, y = to_frame(px, py, ux, uy)
    vx, vy = to_frame(dx, dy, ux, uy)
    t, nx, ny = sweep_rounded_box(x, y, vx, vy, hx, hy, radius)
    nx, ny = from_frame(nx, ny, ux, uy)
    return t, nx, ny
