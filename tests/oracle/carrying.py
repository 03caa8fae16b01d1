"""What casts leave behind: shots, areas, barriers, and those who are chosen for help or harm.

Angles are angles here, in turns of 4096 steps, and a share of a full charge is a way between two
values.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import atan2, hypot, tau

from tests.oracle.directions import VECTORS
from tests.oracle.exact import Path
from tests.oracle.terrain import sees

Wall = tuple[float, ...]
Place = tuple[float, float]


@dataclass(frozen=True)
class Body:
    x: float
    y: float
    team: int
    alive: bool = True
    health: float = 1.0
    health_max: float = 1.0
    down: bool = False


def between(none: float, full: float, charge: float) -> float:
    """A value that grows evenly from no charge to a full one."""
    return none * (1.0 - charge) + full * charge


def fan(aim: int, count: int, spread: int) -> list[int]:
    """Headings evenly about the aim, rounded down together where its middle falls between two."""
    middle = Fraction(spread * (count - 1), 2)
    lowest = (Fraction(aim) - middle).__floor__()
    return [(lowest + spread * which) % 4096 for which in range(count)]


def off_aim(who: Place, aim: int, body: Place) -> float:
    """Angle between an aim and the way to somebody, in turns, 0…0.5; 0 for somebody right there."""
    dx, dy = body[0] - who[0], body[1] - who[1]
    if dx == 0.0 and dy == 0.0:
        return 0.0
    apart = (atan2(dy, dx) - atan2(VECTORS[aim][1], VECTORS[aim][0])) / tau % 1.0
    return min(apart, 1.0 - apart)


def targets(
    row: int,
    place: Place,
    aim: int,
    lock: float,
    bodies: Sequence[Body],
    walls: Sequence[Wall],
    hidden: Container[int] = (),
) -> tuple[list[int], bool]:
    """(rows a homing shot may lock on, whether it may find nobody).

    More than one answer only where it is a matter of a hair: who is out of reach, who is nearest.
    """
    sure, maybe = {}, {}
    for other, body in enumerate(bodies):
        if not body.alive or body.team == bodies[row].team or other in hidden:
            continue
        distance, angle = (
            hypot(body.x - place[0], body.y - place[1]),
            off_aim(place, aim, (body.x, body.y)),
        )
        visible = sees(Path(*place, body.x - place[0], body.y - place[1]), walls)
        if visible is False or distance > lock + 1e-9 or angle > 0.25 + 1e-9:
            continue
        maybe[other] = angle
        if visible and distance < lock - 1e-9 and angle < 0.25 - 1e-9:
            sure[other] = angle
    best = min(sure.values(), default=0.5)
    nearest = [other for other, angle in maybe.items() if angle <= best + 1e-7]
    ties = [other for other in nearest if maybe[other] == best and other in sure]
    # Mirror images about the aim are alike to the last bit only now and then; equal places always.
    same = {(bodies[other].x, bodies[other].y) for other in ties}
    if len(same) == 1 and ties == nearest:
        nearest = ties[:1]
    return nearest, not sure


def wounded(row: int, reach: float, bodies: Sequence[Body], walls: Sequence[Wall]) -> set[int]:
    """Rows that healing may choose: the least share of health, oneself before others."""
    me = bodies[row]
    shares: list[tuple[Fraction, bool, int]] = [(share_of(me), False, row)]
    doubtful = set()
    for other, body in enumerate(bodies):
        if other == row or not body.alive or body.down or body.team != me.team or reach <= 0.0:
            continue
        distance = hypot(body.x - me.x, body.y - me.y)
        visible = sees(Path(me.x, me.y, body.x - me.x, body.y - me.y), walls)
        if visible is False or distance > reach + 1e-9:
            continue
        if visible is None or distance > reach - 1e-9:
            doubtful.add(other)
        shares.append((share_of(body), True, other))
    found = set()
    for _, _, other in sorted(shares):
        found.add(other)
        if other not in doubtful:
            break
    return found


def share_of(body: Body) -> Fraction:
    return Fraction(body.health / body.health_max)
