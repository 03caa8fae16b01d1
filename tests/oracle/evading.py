"""How a bot gets away: out of areas, with dashes, round walls.

All areas are listed and the deepest is taken; what lies on a lattice is compared in fractions.
What hangs by a hair is refused rather than judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import dist

from tests.oracle.directions import VECTORS
from tests.oracle.minding import HAIR, MOVE, PRIMARY, Hair, Point, Wall, bearing, free, less
from tests.oracle.splitmix import unit

SIDE, DASH, DODGE = 15, 14, 16
"""Streams."""

MARGIN = 0.4
HAND_TO_HAND = 4


# --- Areas ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Area:
    at: Point
    radius: float
    owner: int
    hurts: bool
    """Enemies, rather than healing its own."""


def harms(area: Area, row: int, teams: Mapping[int, int], friendly_fire: bool) -> bool:
    """Whether an area does any harm to a player."""
    if teams[area.owner] != teams[row]:
        return area.hurts
    return area.hurts and friendly_fire and area.owner != row


def deepest(at: Point, body: float, areas: Sequence[Area]) -> Area | None:
    """The area somebody is deepest in, the first of equals."""
    depths = [area.radius + body + MARGIN - dist(at, area.at) for area in areas]
    inside = [(-depth, n) for n, depth in enumerate(depths) if less(0.0, depth)]
    inside.sort()
    if len(inside) > 1 and 0 < inside[1][0] - inside[0][0] < HAIR:
        raise Hair
    return areas[inside[0][1]] if inside else None


def notices(seed: int, tick: int, row: int, chance: float) -> bool:
    """Half of all areas by anybody, and of the others the share that the level has chances."""
    return unit(seed, tick, DODGE, row) < 1 - (1 - chance) / 2


def way_out(at: Point, area: Area) -> float | None:
    """Bearing straight away from the middle of an area, None in the very middle."""
    return None if at == area.at else bearing(at[0] - area.at[0], at[1] - area.at[1])


# --- Dashes ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A skill, and how it stands with it."""

    kind: str
    price: float = 0.0
    charges: int = 1
    ready: int = 0
    speed: float = 0.0
    ticks: int = 0
    reach: float = 0.0
    """Of what reaches an enemy."""


@dataclass(frozen=True)
class Runner:
    goal: str
    at: Point
    apart: float
    """Of the enemy, where the goal is to fight."""
    health: float
    full: float
    caution: float
    mana: float


def dashing(
    me: Runner,
    slots: Sequence[Slot],
    tick: int,
    tick_s: float,
    zone: tuple[Point, float],
) -> int:
    """The button of the first dash that helps and can be paid, 0 for none.

    A dash helps out of an area, into the zone, away from an enemy when weak, and to come near one
    who is too far for those who fight hand to hand.
    """
    (zone_x, zone_y), radius = zone
    away = (Fraction(me.at[0]) - Fraction(zone_x), Fraction(me.at[1]) - Fraction(zone_y))
    outside = away[0] ** 2 + away[1] ** 2 > Fraction(radius) ** 2
    weak = Fraction(me.health) / Fraction(me.full) < Fraction(me.caution)
    arm, gap = Fraction(slots[0].reach), Fraction(me.apart)

    def helps(slot: Slot) -> bool:
        run = Fraction(slot.speed) * slot.ticks * Fraction(tick_s)
        # From where it ends the primary reaches the enemy, and from here it does not.
        closes = arm < HAND_TO_HAND and not gap <= arm and gap - run <= arm
        return {"dodge": True, "flee": outside, "fight": weak or closes}.get(me.goal, False)

    buttons = [
        PRIMARY << place
        for place, slot in enumerate(slots)
        if slot.kind == "dash" and helps(slot)
        if slot.charges and slot.ready <= tick and slot.price <= me.mana
    ]
    return min(buttons, default=0)


def dares(seed: int, tick: int, row: int, chance: float) -> bool:
    return unit(seed, tick, DASH, row) < chance


# --- Round walls ----------------------------------------------------------------------------------


def headings(wish: int, side: int) -> Iterator[int]:
    """Nine headings, the nearest to the wish first; of two as near the one on its side."""
    steps = sorted(range(-4, 5), key=lambda step: (abs(step), step * side < 0))
    return ((wish + 400 * step) % len(VECTORS) for step in steps)


def side_of(seed: int, tick: int, wander: int, row: int) -> int:
    """Which way round is tried first, for as long as a wish to wander lasts."""
    return 1 if unit(seed, tick // wander, SIDE, row) < 0.5 else -1


def way_round(
    at: Point,
    wish: int,
    side: int,
    way: float,
    body: float,
    world: Point,
    walls: Sequence[Wall],
) -> int:
    """The first heading on which a body gets so far, within the world and past walls."""

    def is_open(heading: int) -> bool:
        x, y = at[0] + way * VECTORS[heading][0], at[1] + way * VECTORS[heading][1]
        gaps = (x, y, world[0] - x, world[1] - y)
        return all(less(body, gap) for gap in gaps) and free(at, (x, y), body, walls, MOVE)

    return next(filter(is_open, headings(wish, side)), wish)
