"""Dashes and velocities, in polar form and with the libm the rules may not use."""

from __future__ import annotations

import cmath
from math import tau

MOVE = 1
STUNNED, ROOTED = 1, 2


def heading(index: int) -> complex:
    """Unit vector of an angle index: 4096 to a full turn."""
    return cmath.rect(1.0, tau * index / 4096)


def steered(velocity: complex, wish: complex, speed_ups: float, step_ups: float) -> complex:
    """Velocity after a tick: cut to running speed, then at most a step towards the wish."""
    length, angle = cmath.polar(velocity)
    velocity = cmath.rect(min(length, speed_ups), angle)
    gap, angle = cmath.polar(wish - velocity)
    return velocity + cmath.rect(min(gap, step_ups), angle)


def dash_ends(tick: int, alive: int, down: int, flags: int, until_tick: int) -> bool:
    """Whether somebody who is still dashing cannot: on the ground, held fast, or knocked out."""
    dashing = bool(alive) and until_tick > tick
    return dashing and (bool(down) or any(flags & bit for bit in (STUNNED, ROOTED)))
