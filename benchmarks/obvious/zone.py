"""The shrinking zone, as an object."""

from __future__ import annotations

import random
from dataclasses import dataclass

from schema.balance.zone import ZonePhase


@dataclass(frozen=True, slots=True)
class Circle:
    """Centre and radius, units."""

    x: float
    y: float
    radius: float


class ZoneState:
    """Waits, shrinks, and starts over, phase by phase."""

    def __init__(
        self, phases: tuple[ZonePhase, ...], rate_hz: int, start: Circle, following: Circle
    ) -> None:
        self.now = start
        self._from = start
        self._next = following
        self._whole = start.radius
        self._phases = phases
        self._rate_hz = rate_hz
        self._index = 0
        self._shrinks_at = round(phases[0].wait_s * rate_hz)
        self._draw = random.Random(1)

    def advance(self, tick: int) -> float:
        """Go on to ``tick``; return the damage (hp) that being outside costs in it."""
        phase = self._phases[self._index]
        ends_at = self._shrinks_at + max(1, round(phase.shrink_s * self._rate_hz))
        if tick >= ends_at:
            self.now = self._from = self._next
            if self._index + 1 < len(self._phases):
                self._index += 1
                phase = self._phases[self._index]
                self._shrinks_at = ends_at + round(phase.wait_s * self._rate_hz)
                self._next = self._drawn(self._whole * phase.radius_ratio)
        elif tick >= self._shrinks_at:
            share = (tick - self._shrinks_at) / (ends_at - self._shrinks_at)
            start, end = self._from, self._next
            self.now = Circle(
                start.x + (end.x - start.x) * share,
                start.y + (end.y - start.y) * share,
                start.radius + (end.radius - start.radius) * share,
            )
        return phase.damage_hp_per_s / self._rate_hz

    def _drawn(self, radius: float) -> Circle:
        room = self.now.radius - radius
        while True:
            dx, dy = self._draw.uniform(-room, room), self._draw.uniform(-room, room)
            if dx * dx + dy * dy <= room * room:
                return Circle(self.now.x + dx, self.now.y + dy, radius)
