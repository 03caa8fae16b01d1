"""What flying points meet and what follows from it, by asking everybody there is.

Two views of a flight.  In general places a kernel can only be asked for what is right within a
hair: every body and wall gets the times between which it may be met, and a report is judged by
them.  On small dyadic numbers, where floats are exact, the whole report follows without doubt, ties
included.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isqrt

from tests.oracle.exact import Path, Shape, bracket
from tests.oracle.terrain import that_block, wall_brackets, world_exit

Place = tuple[float, float]
Wall = tuple[float, ...]
Span = tuple[float, float]
NOTHING, WALL = "nothing", "wall"
SHOTS = 2
MEMORY = 4
ROUNDING = 1e-9


@dataclass(frozen=True)
class Body:
    """A body that moved from one place to another in this tick."""

    origin: Place
    place: Place
    alive: bool = True
    team: int = -1


@dataclass(frozen=True)
class Shot:
    """A projectile at the beginning of a tick; ``passed`` is whom it went through, last first."""

    start: Place
    step: Place
    owner: int
    radius: float
    pierce: int = 0
    passed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Flown:
    """A report: bodies met and when, in order, and what ended it, when.

    The end is a row of a body, ("obstacle", row), WALL (the world's edge as well) or NOTHING.
    """

    met: tuple[tuple[int, float], ...]
    end: object
    moment: float


def may_be_met(shot: Shot, bodies: Sequence[Body], friends_too: bool) -> Iterator[tuple[int, Body]]:
    """Living bodies that are not its owner's, not passed, and not friends that it flies through."""
    for row, body in enumerate(bodies):
        enemy = body.team != bodies[shot.owner].team
        known = row == shot.owner or row in shot.passed
        if body.alive and not known and (enemy or friends_too):
            yield row, body


def body_spans(
    shot: Shot, body_radius: float, bodies: Sequence[Body], friends_too: bool
) -> dict[int, Span]:
    """Earliest and latest time of each body that a shot may meet."""
    circle = Shape.of((0.0, 0.0, 0.0, 0.0, 0.0), shot.radius + body_radius)
    found = {}
    for row, body in may_be_met(shot, bodies, friends_too):
        (fx, fy), (bx, by) = body.origin, body.place
        path = Path(
            shot.start[0] - fx,
            shot.start[1] - fy,
            shot.step[0] - (bx - fx),
            shot.step[1] - (by - fy),
        )
        found[row] = bracket(path, circle)
    return {row: span for row, span in found.items() if span[0] < inf}


def what_stands(index: int, static: int) -> object:
    """The name of a wall: the first ``static`` are the map's, those behind them obstacles."""
    return WALL if index < static else ("obstacle", index - static)


def end_spans(shot: Shot, walls: Sequence[Wall], static: int, size: Place) -> dict[object, Span]:
    """Earliest and latest time of each obstacle, and of all walls and the world's edge as one."""
    path = Path(*shot.start, *shot.step)
    leaves = world_exit(path, *size)
    edge = inf if leaves is None else float(leaves)
    found: dict[object, Span] = {WALL: (edge - 1e-12, edge + 1e-12)}
    for index, wall in enumerate(walls):
        if that_block([wall], SHOTS):
            what, span = what_stands(index, static), wall_brackets(path, shot.radius, [wall])[0]
            before = found.get(what, (inf, inf))
            found[what] = (min(before[0], span[0]), min(before[1], span[1]))
    return {what: span for what, span in found.items() if span[0] < inf}


def complaints(
    shot: Shot, flown: Flown, bodies: dict[int, Span], ends: dict[object, Span]
) -> Iterator[str]:
    """What is impossible about a report, or missing from it."""
    rows, times = [row for row, _ in flown.met], [t for _, t in flown.met]
    if len(set(rows)) < len(rows):
        yield "somebody is met twice"
    if flown.met != tuple(sorted(flown.met, key=lambda pair: (pair[1], pair[0]))):
        yield "not in order of time, and of rows at the same time"
    for row, t in flown.met:
        early, late = bodies.get(row, (inf, -inf))
        if not early - ROUNDING <= t <= late + ROUNDING:
            yield f"body {row} is not to be met at {t} but in {early}…{late}"
    stuck = len(rows) > shot.pierce
    if len(rows) > shot.pierce + 1:
        yield "went through more than it pierces"
    if stuck and (flown.end, flown.moment) != flown.met[-1]:
        yield "went on after the last it could pierce"
    if not stuck:
        if isinstance(flown.end, int):
            yield "ended at somebody it pierces"
        if any(t >= flown.moment for t in times):
            yield "met somebody not before its end"
        if flown.end == NOTHING:
            early, late = 1.0, inf
        else:
            early, late = ends.get(flown.end, (inf, -inf))
        if not early - ROUNDING <= flown.moment <= late + ROUNDING:
            yield f"{flown.end} is not to be met at {flown.moment} but in {early}…{late}"
    for what, (_, late) in [*bodies.items(), *ends.items()]:
        if what not in rows and late < flown.moment - ROUNDING:
            yield f"{what} is in the way at {late} but was flown through"


# --- Exactly ------------------------------------------------------------------------------------


def touch_time(shot: Shot, body: Body, reach: Fraction) -> tuple[Fraction, Fraction] | None:
    """(p, q): two centres first come within reach at p - sqrt(q); None if they do not in time."""
    sx, sy = (Fraction(a) - Fraction(b) for a, b in zip(shot.start, body.origin, strict=True))
    dx, dy = (
        Fraction(step) - (Fraction(to) - Fraction(of))
        for step, to, of in zip(shot.step, body.place, body.origin, strict=True)
    )
    if sx * sx + sy * sy <= reach * reach:
        return Fraction(0), Fraction(0)
    length_sq = dx * dx + dy * dy
    if length_sq == 0 or sx * dx + sy * dy >= 0:
        return None
    middle = -(sx * dx + sy * dy) / length_sq  # when they are nearest
    aside_sq = (sx * dy - sy * dx) ** 2 / length_sq
    half_sq = (reach * reach - aside_sq) / length_sq
    if half_sq < 0:
        return None
    if middle > 1 and (middle - 1) ** 2 > half_sq:
        return None
    return middle, half_sq


def as_number(time: tuple[Fraction, Fraction]) -> Fraction:
    """p - sqrt(q), exact where q is the square of a fraction, else to 2**-100."""
    p, q = time
    above, below = isqrt(q.numerator), isqrt(q.denominator)
    if above * above == q.numerator and below * below == q.denominator:
        return p - Fraction(above, below)
    return p - Fraction(isqrt((q.numerator << 200) // q.denominator), 1 << 100)


def slab_time(shot: Shot, wall: Wall) -> Fraction | None:
    """When a shot along an axis meets an upright box head-on that it begins outside of."""
    axis = 0 if shot.step[0] else 1
    start, step = Fraction(shot.start[axis]), Fraction(shot.step[axis])
    aside = abs(Fraction(shot.start[1 - axis]) - Fraction(wall[1 - axis]))
    if aside >= Fraction(wall[3 - axis]) or not step:
        return None
    gap = abs(Fraction(wall[axis]) - start) - Fraction(wall[2 + axis]) - Fraction(shot.radius)
    time = gap / abs(step)
    ahead = (Fraction(wall[axis]) - start) * step > 0
    return time if ahead and time <= 1 else None


def flight(
    shot: Shot,
    body_radius: float,
    bodies: Sequence[Body],
    friends_too: bool,
    walls: Sequence[Wall],
    static: int,
) -> tuple[list[tuple[int, Fraction]], object, Fraction | None]:
    """(rows met and when, in order; what ended it; when, or None for nothing), without doubt.

    At the same time a wall comes before a body, and lower rows before higher ones.
    """
    line: list[tuple[Fraction, int, int]] = []
    for index, wall in enumerate(walls):
        time = slab_time(shot, wall)
        if time is not None and that_block([wall], SHOTS):
            line.append((time, 0, index))
    for row, body in may_be_met(shot, bodies, friends_too):
        touch = touch_time(shot, body, Fraction(shot.radius) + Fraction(body_radius))
        if touch is not None:
            line.append((as_number(touch), 1, row))
    met: list[tuple[int, Fraction]] = []
    for time, kind, which in sorted(line):
        if kind == 0:
            return met, what_stands(which, static), time
        met.append((which, time))
        if len(met) > shot.pierce:
            return met, which, time
    return met, NOTHING, None


# --- What follows -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a projectile met in a tick; ``enemies`` new ones, ``before`` those of earlier ticks.

    The end is NOTHING, a body's row, WALL, or ("obstacle", row).
    """

    owner: int
    end: object
    enemies: int
    before: int
    expired: bool
    counts: bool
    damage: float


def ended(outcome: Outcome) -> bool:
    """Whether a projectile is to be removed."""
    return outcome.expired or outcome.end != NOTHING


def combo_after(outcomes: Sequence[Outcome], owner: int, hits: int, most: int) -> tuple[int, bool]:
    """(hits in a row, whether the time for the next begins anew) of one player after a tick.

    Everything up to the last miss is forgotten; what hit after it counts.
    """
    own = [each for each in outcomes if each.owner == owner and each.counts]
    misses = [ended(each) and each.enemies + each.before == 0 for each in own]
    since = max((index + 1 for index, miss in enumerate(misses) if miss), default=0)
    in_row = sum(each.enemies for each in own[since:])
    started = 0 if since else hits
    return min(most, started + in_row), any(each.enemies for each in own)


def first_hits(outcomes: Sequence[Outcome], owner: int) -> int:
    """How many of a player's projectiles hit their first enemy in this tick."""
    return len([1 for each in outcomes if each.owner == owner and each.enemies and not each.before])


def knocked(outcomes: Sequence[Outcome], healths: Sequence[float]) -> list[tuple[int, int, float]]:
    """(obstacle, attacker, hp) of those that ended at an obstacle which has health."""
    return [
        (each.end[1], each.owner, each.damage)
        for each in outcomes
        if isinstance(each.end, tuple) and healths[each.end[1]] > 0
    ]
