"""A second world of a match that plays the same ticks some seconds later.

It is stepped from the inputs of the first one, so it is the first one's past, bit for bit; and
nothing can leak from what has not happened in it yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from ecs.columns import Rows
from ringfall.hosting.history import History
from ringfall.hosting.packing import make_packer
from ringfall.match import Match, deaths_of
from schema.columns import Clock, Outcome, Vitals
from schema.messages import Kill
from systems.tick import fork, step

CATCH_UP_TICKS = 8
"""Most ticks stepped at once, so that the live match is not kept waiting for its own past."""


class DelayedWorld:
    """The past of a match.

    Args:
        match: the match; its world is not touched.
        history: its inputs, at least ``delay_ticks`` of them.
        delay_ticks: how much later.
    """

    def __init__(self, match: Match, history: History, delay_ticks: int) -> None:
        self._history = history
        self.delay_ticks = delay_ticks
        self.world = fork(match.world)
        self.world.restore(history.state(match.tick - delay_ticks))
        self.packer = make_packer(self.world)
        self._clock = self.world.group("match", Clock)
        self._outcome = self.world.group("match", Outcome)
        self._rows = self.world.group("players", Rows)
        self._vitals = self.world.group("players", Vitals)

    @property
    def tick(self) -> int:
        """Ticks it has played."""
        return int(self._clock.tick[0])

    @property
    def rows(self) -> int:
        """Players who have a body in it."""
        return int(self._rows.count[0])

    @property
    def over(self) -> bool:
        """Whether the match is decided in it."""
        return bool(self._outcome.over[0])

    def first_alive(self) -> int | None:
        """The lowest slot that lives, the lowest of all when nobody does, None without bodies."""
        rows = self.rows
        return int(self._vitals.alive[:rows].argmax()) if rows else None

    def advance(self, now_tick: int, end_tick: int) -> Iterator[list[Kill]]:
        """Step to where it should be, at most ``CATCH_UP_TICKS``: the deaths of every tick.

        Args:
            now_tick: the time of the match, or how it would go on when it has ended.
            end_tick: ticks that were played, beyond which there are no inputs.
        """
        for _ in range(CATCH_UP_TICKS):
            tick = self.tick
            if tick >= min(now_tick - self.delay_ticks, end_tick):
                return
            step(self.world, self._history.inputs(tick))
            yield deaths_of(self.world)
