"""The zone as a timetable: where it stands at any tick, without living through those before.

Phases begin where the former ended; within one, everything follows from the share of the
shrinking that has passed, in fractions.  A centre drifts by no more than its share of the room
there is, and never off the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import hypot, sqrt

from tests.oracle import splitmix

HEADING_STREAM = 2
OFFSET_STREAM = 3
WAITING, SHRINKING, CLOSED = 0, 1, 2

Circle = tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True)
class Phase:
    wait: int
    shrink: int
    ratio: float
    drift: float = 1.0


@dataclass(frozen=True)
class Standing:
    phase: int
    state: int
    since: int
    until: int
    now: Circle
    goal: Circle


class Timetable:
    """All circles of a match, drawn from its seed."""

    def __init__(
        self,
        phases: Sequence[Phase],
        size: tuple[float, float],
        seed: int,
        directions: Sequence[Sequence[float]],
    ) -> None:
        self.phases = phases
        outer = Fraction(hypot(*size)) / 2
        circle = (Fraction(size[0]) / 2, Fraction(size[1]) / 2, outer)
        self.circles = [circle]
        self.begins = [0]
        for index, phase in enumerate(phases):
            begin = self.begins[-1]
            heading = splitmix.below(seed, begin, HEADING_STREAM, index, len(directions))
            after = Fraction(phase.ratio) * outer
            far = Fraction(sqrt(splitmix.unit(seed, begin, OFFSET_STREAM, index)))
            x, y = (Fraction(float(part)) for part in directions[heading])
            way = (circle[2] - after) * Fraction(phase.drift) * far
            circle = (
                onto(circle[0] + x * way, Fraction(size[0])),
                onto(circle[1] + y * way, Fraction(size[1])),
                after,
            )
            self.circles.append(circle)
            self.begins.append(begin + phase.wait + phase.shrink)

    @property
    def end(self) -> int:
        return self.begins[-1]

    def at(self, tick: int) -> Standing:
        """How the zone stands once ``tick`` has been applied."""
        last = len(self.phases) - 1
        if tick >= self.end:
            return Standing(last, CLOSED, self.end, self.end, self.circles[-1], self.circles[-1])
        index = max(i for i in range(len(self.phases)) if self.begins[i] <= tick)
        phase, begin = self.phases[index], self.begins[index]
        start, goal = self.circles[index], self.circles[index + 1]
        moving = begin + phase.wait
        if tick < moving:
            return Standing(index, WAITING, begin, moving, start, goal)
        share = Fraction(tick - moving, phase.shrink)
        now = tuple(a + (b - a) * share for a, b in zip(start, goal, strict=True))
        return Standing(index, SHRINKING, moving, moving + phase.shrink, now, goal)


def onto(value: Fraction, size: Fraction) -> Fraction:
    """The nearest coordinate on the map."""
    return sorted((Fraction(0), value, size))[1]


def outside(x: float, y: float, circle: Circle) -> bool:
    """Not strictly within; nothing is strictly within a circle without radius."""
    return (Fraction(x) - circle[0]) ** 2 + (Fraction(y) - circle[1]) ** 2 >= circle[2] ** 2
