"""Where a gliding body comes to rest, step by step in exact arithmetic.

Each contact is found by bisection, to 2**-120 of a step: one known less well would turn the
normal at a corner, and with it all that is left of the step.

It answers only where the answer is well conditioned: None when a path grazes, when two walls are
met at almost the same time, or when the body ends a hair from being refused.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf

from tests.oracle.exact import Path, Shape, clearance, on_lattice, outward
from tests.oracle.terrain import wall_bracket

DOUBT = 1e-5


def rest_of(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    width: float,
    height: float,
    walls: list[tuple[float, ...]],
    skin: float,
    steps: int,
) -> tuple[float, float] | None:
    """Final place of a circle that starts in the clear."""
    edge = Fraction(radius)
    x, y = Fraction(px), Fraction(py)
    vx = max(edge, min(x + Fraction(dx), Fraction(width) - edge)) - x
    vy = max(edge, min(y + Fraction(dy), Fraction(height) - edge)) - y
    for _ in range(steps):
        if vx == vy == 0:
            break
        x, y, vx, vy = on_lattice(x), on_lattice(y), on_lattice(vx), on_lattice(vy)
        path = Path(x, y, vx, vy)
        brackets = [wall_bracket(path, Shape.of(wall, radius)) for wall in walls]
        early = min((low for low, _ in brackets), default=inf)
        late = min((high for _, high in brackets), default=inf)
        if early == inf:
            x, y, vx, vy = x + vx, y + vy, Fraction(0), Fraction(0)
            break
        near = [row for row, (low, _) in enumerate(brackets) if low <= late + DOUBT]
        if late == inf or late - early > DOUBT or len(near) != 1:
            return None
        t = path.touch(Shape.of(walls[near[0]], radius))
        assert t is not None  # a shape within this one is met
        nx, ny = outward(Shape.of(walls[near[0]]), x + t * vx, y + t * vy)
        into = vx * nx + vy * ny
        x, y = x + t * vx + nx * Fraction(skin), y + t * vy + ny * Fraction(skin)
        vx, vy = (vx - into * nx) * (1 - t), (vy - into * ny) * (1 - t)
    x, y = max(edge, min(x, Fraction(width) - edge)), max(edge, min(y, Fraction(height) - edge))
    # Within the world by now: only a wall can refuse it.
    space = min((clearance(wall, float(x), float(y)) for wall in walls), default=inf)
    inner = min(float(x), float(y), width - float(x), height - float(y)) - radius
    if abs(space - radius) < DOUBT and inner > DOUBT:
        return None
    return (float(x), float(y)) if space >= radius else (px, py)
