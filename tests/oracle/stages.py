"""The stages of a match as a timetable, and what sudden death costs by then."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

COUNTDOWN, PLAY, SUDDEN_DEATH, OVER = range(4)


@dataclass(frozen=True)
class Course:
    """Ticks of the countdown; when the zone closed; how long after; when it was decided.

    The zone moves behind the stages in a tick and the match is decided behind them as well: what
    happened in a tick is known to the stages in the next.
    """

    countdown: int
    closed: int | None
    after: int
    decided: int | None

    def begins(self) -> dict[int, int]:
        """First tick of each stage that comes about."""
        found = {COUNTDOWN: 0, PLAY: self.countdown}
        if self.closed is not None:
            found[SUDDEN_DEATH] = max(self.countdown, self.closed + max(self.after, 1))
        if self.decided is not None:
            found[OVER] = self.decided + 1
        return found

    def at(self, tick: int) -> tuple[int, int]:
        """(stage, when it began) in a tick: the latest in order that has begun."""
        begun = {stage: first for stage, first in self.begins().items() if first <= tick}
        stage = max(begun)
        return stage, begun[stage]


def price(damage_a_second: float, growth_a_second: float, ticks: int, rate: int) -> Fraction:
    """What one tick of sudden death costs, so many ticks after its first."""
    seconds = Fraction(ticks, rate)
    return (Fraction(damage_a_second) + Fraction(growth_a_second) * seconds) / rate
