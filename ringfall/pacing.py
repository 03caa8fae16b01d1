"""The tick clock: fixed steps, bounded catch-up, and an honest slip when that is not enough.

Nothing here looks at a clock; times are handed in, in seconds of any steady one.
"""

import math
from dataclasses import dataclass


@dataclass(slots=True)
class TickClock:
    """When the next tick is due.

    A late tick is run late, with the same dt as ever, and the ones behind it follow at once, up
    to ``catch_up_max_ticks`` of them.  When more are due the clock slips: all of them are given
    up, counted, and never fed to the game.  Tick n (from 0) is therefore always due
    ``(n + slipped_ticks) / rate_hz`` after the first.

    Attributes:
        rate_hz: ticks per second.
        catch_up_max_ticks: most ticks that may follow a late one at once.
        next_s: when the next tick is due.
        slipped_ticks: ticks given up so far.
    """

    rate_hz: int
    catch_up_max_ticks: int
    next_s: float
    slipped_ticks: int = 0

    def begin(self, now_s: float) -> tuple[float, int]:
        """Begin the tick that is due: (how late it is in seconds, ticks the clock slipped)."""
        lateness_s = max(0.0, now_s - self.next_s)
        step_s = 1.0 / self.rate_hz
        self.next_s += step_s
        if now_s < self.next_s:
            return lateness_s, 0
        overdue = math.floor((now_s - self.next_s) * self.rate_hz) + 1
        if overdue <= self.catch_up_max_ticks:
            return lateness_s, 0
        self.next_s += overdue * step_s
        self.slipped_ticks += overdue
        return lateness_s, overdue
