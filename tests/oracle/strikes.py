"""What a flying point meets and whom a blast reaches, by asking everything there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf

from tests.oracle.exact import HAIR_U, Path, Shape, bracket
from tests.oracle.terrain import first_wall, sees, world_exit

Place = tuple[float, float]
NOTHING, WALL = -1, -2


@dataclass(frozen=True)
class Body:
    """A body that moved from one place to another in this tick."""

    origin: Place
    place: Place
    alive: bool = True


def meetings(
    start: Place,
    step: Place,
    radius: float,
    body_radius: float,
    owner: int,
    bodies: list[Body],
    walls: object,
    size: Place,
) -> dict[int, tuple[float, float]]:
    """Row of each body, or WALL, to the earliest and latest time at which it may be met."""
    path = Path(*start, *step)
    early, late = first_wall(path, radius, walls)
    leaves = world_exit(path, *size)
    if leaves is not None:
        early, late = min(early, float(leaves) - 1e-12), min(late, float(leaves) + 1e-12)
    found = {WALL: (early, late)}
    circle = Shape.of((0.0, 0.0, 0.0, 0.0, 0.0), radius + body_radius)
    for row, body in enumerate(bodies):
        if row == owner or not body.alive:
            continue
        (fx, fy), (bx, by) = body.origin, body.place
        apart = Path(start[0] - fx, start[1] - fy, step[0] - (bx - fx), step[1] - (by - fy))
        found[row] = bracket(apart, circle)
    return {row: times for row, times in found.items() if times[0] < inf}


def reached(
    centre: Place, radius: float, body_radius: float, bodies: list[Body], walls: object
) -> tuple[set[int], set[int]]:
    """(rows a blast must hurt, rows it may hurt)."""
    must, may = set(), set()
    for row, body in enumerate(bodies):
        dx, dy = body.place[0] - centre[0], body.place[1] - centre[1]
        spare = radius + body_radius - hypot(dx, dy)
        if not body.alive or spare < -float(HAIR_U):
            continue
        seen = sees(Path(*centre, dx, dy), walls)
        if seen is not False:
            may.add(row)
        if seen and spare > float(HAIR_U):
            must.add(row)
    return must, may


@dataclass(frozen=True)
class Flown:
    """A shot after its tick: the row it met, WALL or NOTHING, and when it is to vanish."""

    target: int
    expires: int


def consequences(shots: Sequence[Flown], tick: int) -> tuple[list[int], list[int], list[int]]:
    """(shots that hurt somebody, that end at a wall or the world's edge, that fly on)."""
    at_walls = [row for row, shot in enumerate(shots) if shot.target == WALL]
    missing = [row for row, shot in enumerate(shots) if shot.target == NOTHING]
    hurting = sorted({*range(len(shots))} - {*at_walls} - {*missing})
    return hurting, at_walls, [row for row in missing if shots[row].expires > tick]
