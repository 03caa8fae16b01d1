"""How often one client gets a snapshot: every tick, or every second, third … while it lags.

What a client's answer takes beyond its quickest is time spent in queues.  Those are emptied by
sending less, before the window of unacknowledged snapshots has to stop everything.  No clock.
"""

from __future__ import annotations

from net.kernels.arriving import (
    EVERY,
    EVERY_MAX,
    FORGETTING,
    LATE,
    LATE_ANSWERS,
    QUEUED_TICKS,
    QUICKEST,
    TIMELY,
    TIMELY_TICKS,
)
from net.standing import Standing


class Pace:
    """The divisor of one client's rate.

    Args:
        standing: the client's row, where it counts.
    """

    __slots__ = ("_standing",)

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    @property
    def every(self) -> int:
        """It gets a snapshot every so many ticks, 1 to EVERY_MAX."""
        return self._standing.ints[EVERY]

    def heard(self, lag_ticks: int) -> None:
        """An acknowledgement came ``lag_ticks`` after the tick it names."""
        ints, floats = self._standing.ints, self._standing.floats
        floats[QUICKEST] = min(float(lag_ticks), floats[QUICKEST] + FORGETTING)
        if lag_ticks - floats[QUICKEST] > QUEUED_TICKS:
            self._worse()
            return
        ints[LATE] = 0
        ints[TIMELY] += ints[EVERY]
        if ints[TIMELY] >= TIMELY_TICKS:
            ints[TIMELY] = 0
            ints[EVERY] = max(1, ints[EVERY] - 1)

    def blocked(self) -> None:
        """A snapshot that was due could not be sent."""
        self._worse()

    def _worse(self) -> None:
        ints = self._standing.ints
        ints[TIMELY] = 0
        ints[LATE] += 1
        if ints[LATE] >= LATE_ANSWERS:
            ints[LATE] = 0
            ints[EVERY] = min(EVERY_MAX, ints[EVERY] + 1)
