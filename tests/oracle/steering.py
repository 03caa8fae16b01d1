"""Dashes and velocities, in polar form and with the libm the rules may not use."""

from __future__ import annotations

import cmath
from math import tau

MOVE, DASH = 1, 8


def heading(index: int) -> complex:
    """Unit vector of an angle index: 4096 to a full turn."""
    return cmath.rect(1.0, tau * index / 4096)


def steered(velocity: complex, wish: complex, speed_ups: float, step_ups: float) -> complex:
    """Velocity after a tick: cut to running speed, then at most a step towards the wish."""
    length, angle = cmath.polar(velocity)
    velocity = cmath.rect(min(length, speed_ups), angle)
    gap, angle = cmath.polar(wish - velocity)
    return velocity + cmath.rect(min(gap, step_ups), angle)


def dash_starts(tick: int, alive: int, buttons: int, ready_tick: int) -> bool:
    return bool(alive) and bool(buttons & DASH) and ready_tick <= tick
