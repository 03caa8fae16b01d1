"""What a bot sees, wants and does, by looking at everybody and everything.

No grid and no search that stops early: all that qualify are listed, and the best is taken.  What
hangs by a hair is refused rather than judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import atan2, dist, hypot, tau

from tests.oracle.splitmix import unit
from tests.oracle.throwing import gap

NOBODY = -1
MOVE, PRIMARY, INTERACT = 1, 2, 32
SHOTS, SIGHT = 2, 4
HAIR = 1e-6

Point = tuple[float, float]
Wall = tuple[float, ...]


class Hair(Exception):
    """The answer hangs by a hair."""


def less(a: float, b: float) -> bool:
    """Whether a < b, with room to spare either way."""
    if abs(a - b) < HAIR:
        raise Hair
    return a < b


def nearest_gap(a: Point, b: Point, wall: Wall) -> float:
    """Least gap between a wall and a straight path: convex, hence bracketed by thirds."""

    def at(t: float) -> float:
        return gap(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, wall[:6])

    low, high = 0.0, 1.0
    for _ in range(70):
        third = (high - low) / 3
        if at(low + third) <= at(high - third):
            high -= third
        else:
            low += third
    return min(at(0.0), at(1.0), at((low + high) / 2))


def free(a: Point, b: Point, radius: float, walls: Sequence[Wall], bits: int) -> bool:
    """Whether a circle goes from a to b without touching a wall that stops any of ``bits``."""
    return all(
        less(radius, nearest_gap(a, b, wall))
        for wall in walls
        if (wall[6] if len(wall) > 6 else 7) & bits
    )


@dataclass
class Body:
    at: Point
    team: int
    alive: bool = True
    down: bool = False
    bush: int = NOBODY
    seen_until: int = 0
    revealed: bool = False
    health: float = 100.0
    full: float = 100.0


@dataclass(frozen=True)
class Eyes:
    """What limits a look: how far the level notices, the view, bushes, the way of shots."""

    sight: float
    half: tuple[float, float]
    notice: float
    shot_radius: float = 0.2
    mend: float = 12.0
    wounded: float = 0.75


def hidden(one: Body, other: Body, tick: int, notice: float) -> bool:
    reasons_to_show = (
        other.bush == NOBODY,
        other.bush == one.bush,
        not less(notice, dist(one.at, other.at)),
        tick < other.seen_until,
        other.revealed,
    )
    return not any(reasons_to_show)


def enemy_of(
    bodies: Sequence[Body], row: int, tick: int, eyes: Eyes, walls: Sequence[Wall]
) -> tuple[int, bool]:
    """(row of the enemy it minds, whether a shot gets there), (NOBODY, False) for none."""
    me, seen = bodies[row], []
    for other, body in enumerate(bodies):
        if not body.alive or body.team == me.team:
            continue
        away = abs(body.at[0] - me.at[0]), abs(body.at[1] - me.at[1])
        near = less(hypot(*away), eyes.sight)
        if not near or not all(less(a, half) for a, half in zip(away, eyes.half, strict=True)):
            continue
        if not hidden(me, body, tick, eyes.notice) and free(me.at, body.at, 0.0, walls, SIGHT):
            seen.append((hypot(*away) * (3 if body.down else 1), other))
    if not seen:
        return NOBODY, False
    seen.sort()
    if len(seen) > 1 and 0 < seen[1][0] - seen[0][0] < HAIR:
        raise Hair
    return seen[0][1], free(me.at, bodies[seen[0][1]].at, eyes.shot_radius, walls, SHOTS)


def mates_of(
    bodies: Sequence[Body], row: int, eyes: Eyes, walls: Sequence[Wall]
) -> tuple[int, int, int]:
    """(friend, fallen, wounded)."""
    me = bodies[row]
    mates = [
        (dist(me.at, body.at), other)
        for other, body in enumerate(bodies)
        if other != row and body.alive and body.team == me.team
    ]
    standing = sorted(m for m in mates if not bodies[m[1]].down)
    lying = sorted(m for m in mates if bodies[m[1]].down)
    hurt = sorted(
        (bodies[other].health / bodies[other].full, other)
        for away, other in standing
        if less(away, eyes.mend)
        and bodies[other].health / bodies[other].full < eyes.wounded
        and free(me.at, bodies[other].at, 0.0, walls, SIGHT)
    )
    return tuple(found[0][1] if found else NOBODY for found in (standing, lying, hurt))  # type: ignore[return-value]


# --- Zone -----------------------------------------------------------------------------------------


def must_leave(
    at: Point, step: float, left: int, circle: Sequence[float], following: Sequence[float]
) -> bool:
    """At the edge, or with hardly time for the way to where the next circle begins."""

    def beyond(ring: Sequence[float]) -> float:
        return dist(at, ring[:2]) - max(ring[2] - 1.5, 2.0)

    late = less(step * left, beyond(following) * 1.3) and less(0.0, beyond(following))
    return less(0.0, beyond(circle)) or late


# --- Hands ----------------------------------------------------------------------------------------

KINDS = ("", "projectile", "homing", "area", "beam", "dash", "shield", "mend", "wall")


@dataclass
class Skill:
    """What is in a slot: a skill, and how it stands with it."""

    kind: str
    reach: float = 0.0  # against enemies, 0 for none
    range: float = 0.0
    for_self: bool = False
    for_allies: bool = False
    heals: float = 0.0  # with power
    hold: int = 0
    room: float = 0.0  # a barrier needs
    payable: bool = True
    held_for: int | None = None
    channelled: bool = False


@dataclass
class Fighter:
    skills: list[Skill] = field(default_factory=list)
    health: float = 100.0
    full: float = 100.0
    shield: float = 0.0
    apart: float | None = None  # of the enemy
    clear: bool = True
    dangerous: bool = False
    mate: float | None = None  # how far the wounded mate is
    under_fire: bool = False
    caution: float = 0.3
    pressed: int = 0  # buttons of before

    @property
    def share(self) -> float:
        return self.health / self.full

    @property
    def weak(self) -> bool:
        return self.share < self.caution


def hits(me: Fighter, skill: Skill) -> bool:
    """Whether it does something against the enemy."""
    if me.apart is None or not me.clear:
        return False
    if skill.kind == "wall":
        return me.weak and me.dangerous and less(skill.room, me.apart)
    far = skill.reach * (0.9 if skill.kind == "beam" else 1.0)
    return far > 0 and less(me.apart, far)


def helps(me: Fighter, skill: Skill) -> bool:
    """Whether it does something for oneself or the wounded mate."""
    if skill.kind == "shield":
        return me.under_fire and me.shield <= 0
    if skill.heals <= 0:
        return False
    bad = me.share < 0.6 or me.full - me.health >= skill.heals
    return (skill.for_self and bad) or (
        skill.for_allies and me.mate is not None and me.mate <= skill.range
    )


def hands(me: Fighter, lucky: Sequence[bool]) -> tuple[int, int, str]:
    """(buttons, slot that is aimed with, "enemy" or "team") of what is done in one decision."""
    for slot, skill in enumerate(me.skills):
        if skill.channelled:
            return (PRIMARY << slot if hits(me, skill) else 0), slot, "enemy"
        if skill.held_for is not None and skill.hold:
            hasty = me.weak or me.apart is None or less(me.apart, 6.0)
            ripe = skill.held_for >= skill.hold * (0.5 if hasty else 1.0)
            return (0 if ripe and hits(me, skill) else PRIMARY << slot), slot, "enemy"
    options = [
        (slot, "team" if helps(me, skill) else "enemy")
        for slot, skill in enumerate(me.skills)
        if skill.payable
        and (lucky[slot] or slot == 0)
        and not (skill.hold and me.pressed & (PRIMARY << slot))
        and (helps(me, skill) or hits(me, skill))
    ]
    if not options:
        return 0, 0, "enemy"
    slot, whom = options[-1]
    chosen, first, buttons = me.skills[slot], me.skills[0], PRIMARY << slot
    alone = chosen.kind == "beam" or chosen.hold or chosen.kind == first.kind == "area"
    if not alone and hits(me, first):
        buttons |= PRIMARY
    if whom == "team" and chosen.kind != "area":
        return buttons, 0, "enemy"
    return buttons, slot, whom


def luck(seed: int, tick: int, stream: int, row: int, chance: float) -> list[bool]:
    """For each of four slots whether its draw succeeds."""
    return [unit(seed, tick, stream, row * 4 + slot) < chance for slot in range(4)]


def bearing(dx: float, dy: float) -> float:
    """Direction of a vector, 4096 to a turn."""
    return atan2(dy, dx) / tau * 4096 % 4096


def turns_apart(one: float, two: float) -> float:
    """Difference of two directions in steps of the table."""
    return abs((one - two + 2048) % 4096 - 2048)
