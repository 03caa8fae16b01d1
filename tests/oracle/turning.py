"""Homing: by how much a heading turns, in angles of the arc tangent."""

from __future__ import annotations

from tests.oracle.bearings import by_arc_tangent

WHOLE = 4096


def turned_towards(heading: int, dx: float, dy: float, most: int) -> set[int]:
    """Headings a shot may have after a turn; more than one where it is a matter of a hair."""
    steps = by_arc_tangent(dx, dy, WHOLE)
    wanted = {int(steps + hair) % WHOLE for hair in (0.0, 1e-6, WHOLE - 1e-6)}
    return {turned_by(heading, goal, most) for goal in wanted}


def turned_by(heading: int, goal: int, most: int) -> int:
    """Step by step, the shorter way round; exactly opposite, downwards."""
    for _ in range(most):
        if heading == goal:
            break
        upwards = (goal - heading) % WHOLE
        heading = (heading + (1 if upwards < WHOLE - upwards else -1)) % WHOLE
    return heading
