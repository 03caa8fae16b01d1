"""Where input commands wait for their tick: a short line per slot, one command a tick from each.

Clients and bots post alike.  Order of arrival is kept within a slot and lost between slots: a
tick's commands leave ascending by slot.
"""

from collections import Counter, deque

import numpy as np
from numpy.typing import NDArray

from schema.commands import COMMAND, in_slot_order
from schema.messages import Input

WAITING_MAX = 4  # a burst after a stall; older ones make room for newer ones and are counted


class Mailbox:
    """The commands that have arrived and not been applied.

    Attributes:
        dropped: commands that were lost on purpose, by reason.
    """

    def __init__(self) -> None:
        self._lines: dict[int, deque[Input]] = {}
        self._missing: dict[int, int] = {}
        self._newest_seq: dict[int, int] = {}
        self._batch: NDArray[np.void] | None = None
        self.dropped: Counter[str] = Counter()

    def post(self, slot: int, command: Input) -> None:
        """Add a client's command; one whose sequence number does not rise is dropped.

        Its ``view`` is logged as it is: whoever posts has judged it (``ringfall.hosting.views``).
        """
        if command.seq <= self._newest_seq.get(slot, -1):
            self.dropped["sequence"] += 1
            return
        self._newest_seq[slot] = command.seq
        line = self._lines.get(slot)
        if line is None:
            line = self._lines[slot] = deque()
        if len(line) >= WAITING_MAX:
            line.popleft()
            self.dropped["overflow"] += 1
        line.append(command)

    def post_batch(self, commands: NDArray[np.void]) -> None:
        """Add the bots' commands of the coming tick, COMMAND[n] ascending by slot."""
        self._batch = commands

    def forget(self, slot: int) -> None:
        """Drop what waits for a slot whose player has left."""
        self._lines.pop(slot, None)
        self._missing.pop(slot, None)

    def begin_anew(self, slot: int) -> None:
        """Let a slot's player count from the beginning: it has another connection now."""
        self.forget(slot)
        self._newest_seq.pop(slot, None)

    def lead(self, slot: int) -> int:
        """How far a slot's commands are ahead of the tick that was drained last.

        So many wait; or, below 0, for so many ticks in a row there has been none to take.  0 for
        whoever has sent none yet.
        """
        line = self._lines.get(slot)
        return len(line) if line else -self._missing.get(slot, 0)

    def drain(self) -> NDArray[np.void]:
        """The tick's commands: at most one per slot, COMMAND[n] ascending by slot."""
        batch, self._batch = self._batch, None
        missing, rows = self._missing, []
        for slot, line in self._lines.items():
            if line:
                missing[slot], c = 0, line.popleft()
                rows.append((slot, c.move, c.aim, c.reach, c.buttons, c.seq, c.view))
            else:
                missing[slot] = missing.get(slot, 0) + 1
        if not rows:
            return batch if batch is not None else np.zeros(0, dtype=COMMAND)
        posted = np.array(rows, dtype=COMMAND)
        return in_slot_order(posted if batch is None else np.concatenate((batch, posted)))
