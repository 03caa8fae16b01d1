"""How often one client gets a snapshot: every tick, or every second, third … while it lags.

What a client's answer takes beyond its quickest is time spent in queues.  Those are emptied by
sending less, before the window of unacknowledged snapshots has to stop everything.  No clock.
"""

from __future__ import annotations

from typing import Final

EVERY_MAX: Final = 6
QUEUED_TICKS: Final = 4
"""An answer later than the quickest by more than this is a late one."""

LATE_ANSWERS: Final = 4
TIMELY_TICKS: Final = 60
"""So many late answers in a row make it slower by one step; timely ones for so long, quicker."""

FORGETTING: Final = 1 / 64
"""The quickest answer is forgotten by so many ticks with each later one: routes change."""


class Pace:
    """The divisor of one client's rate.

    Attributes:
        every: it gets a snapshot every so many ticks, 1 to EVERY_MAX.
    """

    __slots__ = ("_late", "_quickest", "_timely", "every")

    def __init__(self) -> None:
        self.every = 1
        self._quickest = float("inf")
        self._late = self._timely = 0

    def heard(self, lag_ticks: int) -> None:
        """An acknowledgement came ``lag_ticks`` after the tick it names."""
        self._quickest = min(float(lag_ticks), self._quickest + FORGETTING)
        if lag_ticks - self._quickest > QUEUED_TICKS:
            self._worse()
            return
        self._late = 0
        self._timely += self.every
        if self._timely >= TIMELY_TICKS:
            self._timely = 0
            self.every = max(1, self.every - 1)

    def blocked(self) -> None:
        """A snapshot that was due could not be sent."""
        self._worse()

    def _worse(self) -> None:
        self._timely = 0
        self._late += 1
        if self._late >= LATE_ANSWERS:
            self._late = 0
            self.every = min(EVERY_MAX, self.every + 1)
