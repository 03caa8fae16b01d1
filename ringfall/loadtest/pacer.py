"""How many commands a client sends in a tick: one, and now and then two or none.

The server says how many of them wait (``lead``).  One in hand is the aim, as for the page: with
none the body goes on by the command before, which nobody predicted; with more the answer is late.
"""

from __future__ import annotations

from typing import Final

AIM: Final = 1
WAIT_TICKS: Final = 20  # between changes: what a change does must have come back


class Pacer:
    """Holds a client's commands a little ahead of the server's ticks."""

    def __init__(self) -> None:
        self._least: int | None = None
        self._rest = WAIT_TICKS

    def heard(self, lead: int) -> None:
        """A snapshot said how many commands wait, below 0 for how many ticks there was none."""
        self._least = lead if self._least is None else min(self._least, lead)

    def commands(self) -> int:
        """How many to send in this tick."""
        self._rest -= 1
        if self._rest > 0 or self._least is None:
            return 1
        least, self._least, self._rest = self._least, None, WAIT_TICKS
        if least < AIM:
            return 2
        return 0 if least > AIM else 1
