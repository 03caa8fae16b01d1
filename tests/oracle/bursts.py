"""Areas: when they go off, whom they reach, and what they shake, by asking everybody there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.exact import HAIR_U, Path, Shape, contains
from tests.oracle.terrain import sees, that_block

Place = tuple[float, float]
Wall = tuple[float, ...]
SIGHT = 4


@dataclass(frozen=True)
class Person:
    x: float
    y: float
    team: int
    alive: bool = True


@dataclass(frozen=True)
class Burst:
    """One pulse of an area; ``affects`` is a set of "enemies", "allies" and "self"."""

    x: float
    y: float
    owner: int
    radius: float
    damage: float
    heal: float
    inflicts: bool
    affects: frozenset[str]
    through_walls: bool


def times(first: int, last: int, period: int) -> list[int]:
    """Ticks in which an area goes off."""
    return list(range(first, last + 1, period)) or [first]


def kin(burst: Burst, people: Sequence[Person], row: int) -> str:
    """What somebody is to the owner of an area."""
    if row == burst.owner:
        return "self"
    return "allies" if people[row].team == people[burst.owner].team else "enemies"


def gifts(burst: Burst, kind: str, friendly_fire: bool) -> list[tuple[bool, float]]:
    """(whether it heals, hp) of everything that a reached body gets.

    Damage goes to enemies, to oneself if one is affected, to team mates where there is friendly
    fire.  Healing goes to friends.  Statuses travel with damage to enemies and with healing to
    friends: with nothing of it where there is none, but to friends only if the area hurts nobody.
    """
    if kind not in burst.affects:
        return []
    hurtful = burst.damage > 0
    if kind == "enemies":
        return [(False, burst.damage)] if hurtful or burst.inflicts else []
    found = []
    if hurtful and (kind == "self" or friendly_fire):
        found.append((False, burst.damage))
    if burst.heal > 0 or (burst.inflicts and not hurtful):
        found.append((True, burst.heal))
    return found


def reached(
    burst: Burst, body_radius: float, people: Sequence[Person], walls: Sequence[Wall]
) -> tuple[set[int], set[int]]:
    """(rows it must reach, rows it may reach): touched, and not hidden; a hair is left open."""
    must: set[int] = set()
    may: set[int] = set()
    touch = Fraction(burst.radius) + Fraction(body_radius)
    for row, person in enumerate(people):
        if not person.alive:
            continue
        dx, dy = Fraction(person.x) - Fraction(burst.x), Fraction(person.y) - Fraction(burst.y)
        far_sq = dx * dx + dy * dy
        if far_sq > (touch + HAIR_U) ** 2:
            continue
        surely = far_sq <= (touch - HAIR_U) ** 2
        hiding = that_block(walls, SIGHT)
        line = Path(burst.x, burst.y, float(dx), float(dy))
        seen = burst.through_walls or sees(line, hiding)
        if seen is not False:
            may.add(row)
        if seen and surely:
            must.add(row)
    return must, may


def shaken(burst: Burst, outlines: Sequence[Wall]) -> tuple[set[int], set[int]]:
    """(obstacles it must shake, obstacles it may shake); on the surface counts as touched."""
    must: set[int] = set()
    may: set[int] = set()
    if burst.damage <= 0:
        return must, may
    for row, outline in enumerate(outlines):
        shape = Shape.of(outline, burst.radius)
        less = shape.shrunk(HAIR_U)
        if contains(shape.grown(HAIR_U), burst.x, burst.y):
            may.add(row)
        if less is not None and contains(less, burst.x, burst.y):
            must.add(row)
    return must, may
