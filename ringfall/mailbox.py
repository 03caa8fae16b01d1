"""Where input commands wait for their tick: a short line per slot, one command a tick from each.

Clients and bots post alike.  Order of arrival is kept within a slot and lost between slots: a
tick's commands leave ascending by slot.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.binding import bound, sequence
from net.kernels import queueing
from net.kernels.arriving import TAKEN
from net.kernels.queueing import NO_SEQ
from net.standing import Batch
from schema.commands import COMMAND, in_slot_order
from schema.messages import Input

WAITING_MAX = queueing.WAITING_MAX
SLOTS_AT_FIRST = 16


class Mailbox:
    """The commands that have arrived and not been applied.

    Args:
        slots: how many there are; more are made room for by ``post`` alone.
    """

    def __init__(self, slots: int = SLOTS_AT_FIRST) -> None:
        self._batch: NDArray[np.void] | None = None
        self._dropped = np.zeros(2, dtype=np.int64)
        self._slots = 0
        self._one = np.zeros(1, dtype=COMMAND)
        self._known = np.zeros(0, dtype=np.uint8)
        self._newest_seq, self._waits, self._missing = (np.zeros(0, dtype=np.int64),) * 3
        self._waiting, self._turns = (np.zeros(0, dtype=COMMAND),) * 2
        self._make_room(slots)

    def _make_room(self, slots: int) -> None:
        more = slots - self._slots
        none = np.zeros(more, dtype=np.int64)
        self._known = np.append(self._known, np.zeros(more, dtype=np.uint8))
        self._newest_seq = np.append(self._newest_seq, none + NO_SEQ)
        self._waits, self._missing = np.append(self._waits, none), np.append(self._missing, none)
        self._waiting = np.append(self._waiting, np.zeros(more * WAITING_MAX, dtype=COMMAND))
        self._turns = np.zeros(slots, dtype=COMMAND)
        self._slots = slots
        # Calls know where arrays were.
        self._posts: dict[int, Callable[[], object]] = {}
        ones, none = np.ones(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        self._post_one = self._posting(ones, 0, 0, self._one, none)
        self._take_turns = bound(
            partial(
                queueing.take_turns,
                self._known,
                self._waits,
                self._missing,
                self._waiting,
                self._turns,
            )
        )

    def _posting(
        self,
        count: NDArray[np.int64],
        at: int,
        number: int,
        commands: NDArray[np.void],
        boxes: NDArray[np.int64],
    ) -> Callable[[], object]:
        lines = (self._newest_seq, self._known, self._waits, self._waiting, self._dropped)
        given = (count, at, number, commands, boxes)
        (call,) = sequence([partial(queueing.post_commands, *given, *lines)])
        return call

    @property
    def dropped(self) -> Counter[str]:
        """Commands that were lost on purpose, by reason."""
        counts = zip(("sequence", "overflow"), self._dropped.tolist(), strict=True)
        return Counter({reason: count for reason, count in counts if count})

    def post(self, slot: int, command: Input) -> None:
        """Add a client's command; one whose sequence number does not rise is dropped.

        Its ``view`` is logged as it is: whoever posts has judged it (``ringfall.hosting.views``).
        """
        if slot >= self._slots:
            self._make_room(2 * slot)
        c = command
        self._one[0] = (slot, c.move, c.aim, c.reach, c.buttons, c.seq, c.view)
        self._post_one()

    def post_round(self, batch: Batch, number: int) -> None:
        """Add those commands of a round that are for this number, as by ``post``.

        There must be room for their slots: see ``slots``.
        """
        call = self._posts.get(number)
        if call is None:
            call = self._posts[number] = self._posting(
                batch.counts, TAKEN, number, batch.commands, batch.boxes
            )
        call()

    def post_batch(self, commands: NDArray[np.void]) -> None:
        """Add the bots' commands of the coming tick, COMMAND[n] ascending by slot."""
        self._batch = commands

    def forget(self, slot: int) -> None:
        """Drop what waits for a slot whose player has left."""
        if slot < self._slots:
            self._known[slot] = self._waits[slot] = self._missing[slot] = 0

    def begin_anew(self, slot: int) -> None:
        """Let a slot's player count from the beginning: it has another connection now."""
        self.forget(slot)
        if slot < self._slots:
            self._newest_seq[slot] = NO_SEQ

    def lead(self, slot: int) -> int:
        """How far a slot's commands are ahead of the tick that was drained last.

        So many wait; or, below 0, for so many ticks in a row there has been none to take.  0 for
        whoever has sent none yet.
        """
        return int(self._waits[slot] or -self._missing[slot]) if slot < self._slots else 0

    def leads(self, slots: NDArray[np.int64]) -> list[int]:
        """``lead`` of each of these slots, for which there is room."""
        waits = self._waits[slots]
        leads: list[int] = np.where(waits > 0, waits, -self._missing[slots]).tolist()
        return leads

    def drain(self) -> NDArray[np.void]:
        """The tick's commands: at most one per slot, COMMAND[n] ascending by slot."""
        batch, self._batch = self._batch, None
        count = self._take_turns()
        if not count:
            return batch if batch is not None else np.zeros(0, dtype=COMMAND)
        posted = self._turns[:count].copy()
        return posted if batch is None else in_slot_order(np.concatenate((batch, posted)))
