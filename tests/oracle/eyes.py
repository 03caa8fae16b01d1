"""From where a viewer looks and what bushes hide from there, and numbers as the wire has them.

Everything is in fractions: no comparison here is rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tests.oracle import snapshot as wire
from tests.oracle.exact import Path, Shape, contains, roughly
from tests.oracle.scenery import Body, State, Wall

REVEALED = 32
CLEARLY_U = 1e-3
"""Whatever is nearer to a wall's surface than this is worth fractions."""


@dataclass
class Look:
    """From where somebody looks; ``slot`` is None for the place where the body fell."""

    slot: int | None
    team: int
    bush: int | None
    x_u: float
    y_u: float


def rounded(value: float | Fraction, steps: int) -> int:
    """``value`` in wire steps, a half rounded up, exactly."""
    whole, parts = value.as_integer_ratio()
    return (2 * whole * steps + parts) // (2 * parts)


def clamped(value: int, low: int = 0, high: int = 65535) -> int:
    """``value`` within the wire's range."""
    return sorted((low, value, high))[1]


def length(value_u: float) -> int:
    """A length or coordinate on the wire."""
    return clamped(rounded(value_u, 64))


def place(x_u: float, y_u: float) -> tuple[int, int]:
    """A position on the wire."""
    return length(x_u), length(y_u)


def slot_of(row: int | None) -> int:
    """A slot on the wire, where there may be nobody."""
    return row if row is not None and 0 <= row <= 65535 else wire.NOBODY


def share(value: float, whole: float, low: int = 0) -> int:
    """A share on the wire; of nothing, anything is all."""
    if whole <= 0:
        return max(low, 255 if value > 0 else 0)
    return clamped(rounded(Fraction(value) / Fraction(whole), 255), low, 255)


def candidates(state: State, slot: int) -> Iterator[int]:
    """Whose eyes a dead viewer would look through, the first choice first."""
    yield from (n for n, body in enumerate(state.bodies) if body.team == state.bodies[slot].team)
    link = state.bodies[slot].killer
    for _ in range(8):
        if link is not None:
            yield link
            link = state.bodies[link].killer
    if state.winner is not None:
        yield state.winner
    yield from range(len(state.bodies))


def look_of(state: State, slot: int) -> Look:
    """From where ``slot`` looks."""
    own = state.bodies[slot]
    if own.alive:
        return Look(slot, own.team, own.bush, own.x_u, own.y_u)
    for seat in candidates(state, slot):
        body = state.bodies[seat]
        if body.alive:
            return Look(seat, body.team, body.bush, body.x_u, body.y_u)
    return Look(None, own.team, None, own.x_u, own.y_u)


def is_given_away(state: State, body: Body) -> bool:
    """Whether a bush hides this body no more."""
    return state.tick < body.seen_until_tick or bool(body.conditions & REVEALED)


def eyes_of(state: State, slot: int) -> list[Look]:
    """By whose eyes somebody sees, eight at most: those looked through, then of that team."""
    first = look_of(state, slot)
    if first.slot is None:
        return [first]
    mates = [
        Look(number, body.team, body.bush, body.x_u, body.y_u)
        for number, body in enumerate(state.bodies)
        if body.alive and body.team == first.team and number != first.slot
    ]
    return [first, *mates][:8]


def is_hidden(state: State, look: Look, body: Body) -> bool:
    """Whether a bush hides a living body from these eyes."""
    if not body.alive or body.bush is None or body.team == look.team:
        return False
    if is_given_away(state, body) or body.bush == look.bush:
        return False
    away = [Fraction(body.x_u) - Fraction(look.x_u), Fraction(body.y_u) - Fraction(look.y_u)]
    return sum(part * part for part in away) > Fraction(state.notice_u) ** 2


def sees(
    state: State, look: Look, x_u: float, y_u: float, reach_x_u: float = 0.0, reach_y_u: float = 0.0
) -> bool:
    """Whether a point is within the view, or so far beyond its edge."""
    dx = abs(Fraction(x_u) - Fraction(look.x_u))
    dy = abs(Fraction(y_u) - Fraction(look.y_u))
    half_x, half_y = (Fraction(size) / 2 for size in state.view_u)
    return dx <= half_x + Fraction(reach_x_u) and dy <= half_y + Fraction(reach_y_u)


def shape_of(wall: Wall) -> Shape:
    """A wall, exactly."""
    return _shape((wall.x_u, wall.y_u, wall.hx_u, wall.hy_u, wall.radius_u, wall.ux, wall.uy))


@lru_cache(4096)
def _shape(values: tuple[float, ...]) -> Shape:
    return Shape(*map(Fraction, values))


def surely_holds(shape: Shape | None, x: float, y: float) -> bool:
    """Whether a shape contains a point; None contains nothing."""
    return shape is not None and contains(shape, x, y)


def goes_through(wall: Wall, shape: Shape, look: Look, x_u: float, y_u: float) -> bool:
    """Whether a look clearly leads through a wall where it comes nearest to its middle."""
    dx, dy = x_u - look.x_u, y_u - look.y_u
    way_sq = dx * dx + dy * dy
    if way_sq == 0.0:
        return False
    t = ((wall.x_u - look.x_u) * dx + (wall.y_u - look.y_u) * dy) / way_sq
    return (
        0.0 < t < 1.0
        and roughly(shape, look.x_u + t * dx, look.y_u + t * dy) < -CLEARLY_U
        and roughly(shape, look.x_u, look.y_u) > CLEARLY_U
        and roughly(shape, x_u, y_u) > CLEARLY_U
    )


def passes(state: State, look: Look, x_u: float, y_u: float) -> bool | None:
    """Whether a look reaches a point; None where that hangs on a hair."""
    path = Path(look.x_u, look.y_u, x_u - look.x_u, y_u - look.y_u)
    answer: bool | None = True
    for wall in state.walls:
        large, small = shape_of(wall).within_hairs
        if not wall.blocks & 4 or path.passes_wide_of(large):
            continue
        if goes_through(wall, large, look, x_u, y_u):
            return False
        if surely_holds(small, look.x_u, look.y_u) or surely_holds(small, x_u, y_u):
            continue
        if not path.touches(large):
            continue
        inside = contains(large, look.x_u, look.y_u) or contains(large, x_u, y_u)
        if inside or not path.touches(small):
            answer = None
            continue
        return False
    return answer


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether any is true, or may be."""
    answer: bool | None = False
    for one in answers:
        if one:
            return True
        answer = None if one is None else answer
    return answer


def sees_body(state: State, slot: int, body: Body) -> bool | None:
    """Whether any of a viewer's eyes see an enemy's body within the viewer's rectangle."""

    def points(look: Look) -> Iterator[tuple[float, float]]:
        yield body.x_u, body.y_u
        dx, dy = body.x_u - look.x_u, body.y_u - look.y_u
        apart = math.hypot(dx, dy)
        if apart > 0.0:
            side = 0.9 * state.body_u / apart
            yield body.x_u - dy * side, body.y_u + dx * side
            yield body.x_u + dy * side, body.y_u - dx * side

    if not sees(state, look_of(state, slot), body.x_u, body.y_u):
        return False
    return any_of(
        passes(state, look, *point)
        for look in eyes_of(state, slot)
        if sees(state, look, body.x_u, body.y_u) and not is_hidden(state, look, body)
        for point in points(look)
    )


def sees_any(
    state: State,
    slot: int,
    points: Sequence[tuple[float, float]],
    reach_u: tuple[float, float] = (0.0, 0.0),
) -> bool | None:
    """Whether any of a viewer's eyes see any of these points of a thing, its middle first."""
    if not sees(state, look_of(state, slot), *points[0], *reach_u):
        return False
    return any_of(
        passes(state, look, *point)
        for look in eyes_of(state, slot)
        if sees(state, look, *points[0], *reach_u)
        for point in points
    )
