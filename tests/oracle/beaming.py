"""Beams: who goes on channelling, and what a beam may have met, by asking everything there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from tests.oracle.carrying import Body, Place, Wall
from tests.oracle.exact import Path, Shape, bracket
from tests.oracle.terrain import wall_brackets, world_exit

EDGE = "edge"


@dataclass(frozen=True)
class Beamer:
    """Somebody who may be channelling."""

    slot: int | None
    since: int
    until: int
    pressed: frozenset[int]
    mana: float
    price: float
    alive: bool = True
    down: bool = False
    stunned: bool = False


def goes_on(who: Beamer, now: int) -> bool:
    """Whether a beam that did not begin in this tick is paid for once more."""
    reasons_to_end = (
        not who.alive,
        who.down,
        who.stunned,
        who.slot not in who.pressed,
        now >= who.until,
        who.mana < who.price,
    )
    return not any(reasons_to_end)


def may_meet(
    row: int,
    step: Place,
    radius: float,
    body_radius: float,
    bodies: Sequence[Body],
    friends_too: bool,
    walls: Sequence[tuple[int, Wall]],
    size: Place,
) -> dict[tuple[str, int], tuple[float, float]]:
    """("body" or "wall", its row) or (EDGE, 0) to the earliest and latest share of the beam.

    Args:
        walls: those that stop shots, each with its row.
    """
    me = bodies[row]
    path = Path(me.x, me.y, *step)
    times = wall_brackets(path, radius, [wall for _, wall in walls])
    found = {("wall", index): time for (index, _), time in zip(walls, times, strict=True)}
    leaves = world_exit(path, *size)
    if leaves is not None:
        found[EDGE, 0] = (float(leaves) - 1e-12, float(leaves) + 1e-12)
    for other, body in enumerate(bodies):
        if other == row or not body.alive or (body.team == me.team and not friends_too):
            continue
        circle = Shape.of((body.x, body.y, 0.0, 0.0, 0.0), radius + body_radius)
        found["body", other] = bracket(path, circle)
    return {what: times for what, times in found.items() if times[0] < inf}
