"""What is built in the world: crates of the map, and barriers that players raise.

Places are complex numbers; which directions there are is looked up among all of them, and how far
a box reaches is measured at its corners, in fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.directions import VECTORS

CRATE, BARRIER = 1, 2
STOPS_ALL = 7
NOBODY = -1
NEVER = 2**63 - 1
REACH = Fraction(15, 2)
HAIR = Fraction(1, 10**9)


class Hair(Exception):
    """The answer hangs by a hair."""


@dataclass(frozen=True)
class Built:
    """An obstacle as it begins; ``last`` is the last tick in which it stands, NEVER for none."""

    at: complex
    half: tuple[float, float]
    radius: float
    heading: int
    kind: int
    stops: int
    owner: int
    health: float
    last: int


@dataclass(frozen=True)
class Order:
    """Somebody at a place raises a barrier along an aim: so far ahead, so long, for so long."""

    player: int
    at: complex
    aim: int
    ahead: float
    half: float
    thick: float
    ticks: int
    health: float
    stops: int


class Names:
    """Slots that are free, the next one last, and how often each was given."""

    def __init__(self, free: Iterable[int], given: Sequence[int]) -> None:
        self.free, self.uses = list(free), dict(enumerate(given))

    def give(self) -> int:
        slot = self.free.pop()
        self.uses[slot] += 1
        return slot


def reaches(half: tuple[float, float], heading: int) -> tuple[Fraction, Fraction]:
    """How far the farthest corner of a box about the origin lies from either axis."""
    ux, uy = map(Fraction, VECTORS[heading])
    hx, hy = map(Fraction, half)
    corners = [(sx * hx, sy * hy) for sx in (1, -1) for sy in (1, -1)]
    return max(x * uy + y * ux for x, y in corners), max(x * ux - y * uy for x, y in corners)


def is_small(half: tuple[float, float], heading: int) -> bool:
    """Whether a crate reaches no farther than an obstacle may; refused where a hair decides."""
    far = max(reaches(half, heading))
    if 0 < abs(far - REACH) < HAIR:
        raise Hair
    return far <= REACH


def crates(rows: Sequence[tuple[float, ...]], room: int) -> tuple[list[Built], int]:
    """(obstacles, how many were refused) of a map's crates: x, y, hx, hy, heading, health."""
    small = [row for row in rows if is_small((row[2], row[3]), int(row[4]))]
    built = [
        Built(complex(x, y), (hx, hy), 0.0, int(turn), CRATE, STOPS_ALL, NOBODY, health, NEVER)
        for x, y, hx, hy, turn, health in small[:room]
    ]
    return built, len(rows) - len(built)


def barriers(orders: Sequence[Order], room: int, tick: int) -> tuple[list[Built], int]:
    """(obstacles, how many were refused): segments across the aim, standing from the next tick."""
    built = []
    for order in orders[:room]:
        towards = complex(*VECTORS[order.aim])
        built.append(
            Built(
                order.at + order.ahead * towards,
                (order.half, 0.0),
                order.thick,
                nearest_direction(towards * 1j),
                BARRIER,
                order.stops,
                order.player,
                order.health,
                range(tick + 1, tick + 1 + order.ticks)[-1],
            )
        )
    return built, len(orders) - len(built)


def nearest_direction(towards: complex) -> int:
    """Which of all directions is nearest to a unit vector."""
    return min(range(len(VECTORS)), key=lambda index: abs(complex(*VECTORS[index]) - towards))
