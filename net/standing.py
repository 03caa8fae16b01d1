"""What the edge asks of a client with every INPUT, as numbers in a row.

A hundred clients send three thousand INPUTs a second, and looking through some twenty objects of
each costs more than all else about them.  So what is asked every time stands in a row of numbers:
that of a client who plays in the rows of ``Standings``, where a kernel reads and writes all of them
(``kernels/arriving.py``), anybody else's in a row of its own.  Whoever needs a number for anything
but INPUTs finds it in the same row.

No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ecs.binding import sequence
from net.kernels import arriving
from net.kernels.arriving import FLOATS, FLYING, INTS, SENT_FIRST, SENT_KEPT, SENT_TOTAL
from net.limits import Limits
from net.rejections import Counters
from schema.commands import COMMAND

NOWHERE: Final = -1
CHUNK_BYTES: Final = 1024
"""Small, so that a chunk of thousands of empty frames cannot hold the loop for long."""


def _floats(array: NDArray[np.float64]) -> memoryview[float]:
    """The memory of an array, as what it holds."""
    return array.data.cast("B").cast("d")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one round has taken, of all clients.

    Attributes:
        commands: COMMAND, in order of arrival; boxes: i64, the number of the inbox of each.
        owners: i64, rows of the senders.
        counts: i64[COUNTS], how many of these are of use, and more: ``kernels/arriving.py``.
        sent_to: ticks of the newest snapshots that the client in a row was sent, ascending.
    """

    commands: NDArray[np.void]
    boxes: NDArray[np.int64]
    owners: NDArray[np.int64]
    counts: NDArray[np.int64]
    sent_to: Callable[[int], Sequence[int]]


class Inbox(Protocol):
    """Where the commands of one match's players go."""

    def take(self, batch: Batch, number: int) -> None:
        """Take those commands of a round, gone afterwards, that are for this number."""


class Standing:
    """The row of one client; ``kernels/arriving.py`` says what stands where.

    Attributes:
        ints: i64[INTS + unacked_max]; floats: f64[FLOATS].
        place: which row of ``table`` that is, NOWHERE for one of its own.
    """

    __slots__ = ("floats", "ints", "place", "table")

    ints: memoryview[int]
    floats: memoryview[float]

    def __init__(self, unacked_max: int) -> None:
        self.place = NOWHERE
        self.table: Standings | None = None
        # Views of memory: an item of an array would have to be made a Python number each time.
        self.ints = np.zeros(INTS + unacked_max, dtype=np.int64).data
        self.floats = _floats(np.zeros(FLOATS))
        self.ints[arriving.EVERY] = 1
        self.ints[arriving.NOW_TICK] = self.ints[arriving.NEWEST_TICK] = -1
        self.ints[arriving.SOCKET] = -1
        self.floats[arriving.QUICKEST] = float("inf")

    @property
    def sent(self) -> list[int]:
        """Ticks of the newest snapshots that were taken to be sent, ascending."""
        ints, total = self.ints, self.ints[SENT_TOTAL]
        return [
            ints[SENT_FIRST + number % SENT_KEPT]
            for number in range(max(0, total - SENT_KEPT), total)
        ]

    def note_sent(self, tick: int) -> None:
        """A snapshot was taken to be sent; fewer than ``unacked_max`` are on their way."""
        ints, total = self.ints, self.ints[SENT_TOTAL]
        ints[INTS + ints[FLYING]] = tick
        ints[FLYING] += 1
        ints[SENT_FIRST + total % SENT_KEPT] = tick
        ints[SENT_TOTAL] = total + 1


def _nobody_writes(socket: int, data: bytes) -> int:
    """Stand in for ``write`` until the listener sets it."""
    return 0


class Standings:
    """The rows of those who play, and one round of reading for all of them.

    Args:
        places: how many rows; whoever finds none free keeps its own, and is served all the same.
        limits: of every client.
        counters: of what is taken.

    Attributes:
        rooms: where to read to, CHUNK_BYTES each, before ``take``.
        sizes: how many bytes are in each room; senders: whose they are.
        ints: i64[places * width], the rows, which never move; unacked_max: as in the limits.
        version: changes whenever somebody gets a row or gives it back.
        counters: of what goes past all else.
        write: hands bytes to the kernel for the socket of a number; how many it has taken.
    """

    def __init__(self, places: int, limits: Limits, counters: Counters) -> None:
        self.counters = counters
        self.version = 0
        self.write: Callable[[int, bytes], int] = _nobody_writes
        self.unacked_max = limits.unacked_max
        self.width = INTS + limits.unacked_max
        self.ints = np.zeros(places * self.width, dtype=np.int64)
        self._floats = np.zeros(places * FLOATS)
        self._who: list[Standing | None] = [None] * places
        self._free = list(range(places))[::-1]
        self._inboxes: dict[int, Inbox] = {}
        rates = np.array(
            [
                *(limits.bytes_per_s, limits.bytes_burst),
                *(limits.messages_per_s, limits.messages_burst),
                *(limits.inputs_per_s, limits.inputs_burst),
                limits.command_bytes_max,
            ],
            dtype=np.float64,
        )
        room = places * arriving.COMMANDS_MAX
        owners, boxes = (np.zeros(room, dtype=np.int64) for _ in range(2))
        counts, now_s = np.zeros(arriving.COUNTS, dtype=np.int64), np.zeros(1)
        commands = np.zeros(room, dtype=COMMAND)
        self._batch = Batch(commands, boxes, owners, counts, self._sent_to)
        chunks = np.zeros(places * CHUNK_BYTES, dtype=np.uint8)
        sizes, senders = (np.zeros(places, dtype=np.int64) for _ in range(2))
        self._taken = np.zeros(places, dtype=np.uint8)
        (self._take,) = sequence(
            [
                partial(
                    arriving.take_inputs, chunks, CHUNK_BYTES, sizes, senders, now_s, rates,
                    self.width, self.ints, self._floats,
                    np.zeros(arriving.WORD_BYTES, dtype=np.int64),
                    np.zeros(arriving.COMMANDS_MAX, dtype=np.int64),
                    commands, owners, boxes, self._taken, counts,
                )
            ]
        )  # fmt: skip
        # Views of memory: writing an item of an array takes three times as long.
        self.sizes, self.senders = sizes.data, senders.data
        self._now_s, self._counts = _floats(now_s), counts.data
        whole = chunks.data
        self.rooms = [whole[at : at + CHUNK_BYTES] for at in range(0, len(whole), CHUNK_BYTES)]

    def admit(self, standing: Standing, inbox: Inbox, slot: int) -> bool:
        """Give a client a row, and its commands an inbox; False when there is no row.

        Args:
            slot: of the body that is moved, as in COMMAND.
        """
        if standing.place != NOWHERE or not self._free:
            return False
        place = self._free.pop()
        ints = self.ints.data[place * self.width : (place + 1) * self.width]
        floats = _floats(self._floats)[place * FLOATS : (place + 1) * FLOATS]
        ints[:], floats[:] = standing.ints, standing.floats
        standing.place, standing.ints, standing.floats = place, ints, floats
        standing.table = self
        self.version += 1
        ints[arriving.SLOT], ints[arriving.INBOX] = slot, self._number_of(inbox)
        ints[arriving.PLAYS] = 1
        self._who[place] = standing
        return True

    def dismiss(self, standing: Standing) -> None:
        """Take the row back; what stood in it the client keeps."""
        place = standing.place
        if place == NOWHERE:
            return
        number = standing.ints[arriving.INBOX]
        standing.ints[arriving.PLAYS] = 0
        standing.ints = np.array(standing.ints, dtype=np.int64).data
        standing.floats = _floats(np.array(standing.floats, dtype=np.float64))
        standing.place, standing.table, self._who[place] = NOWHERE, None, None
        self.version += 1
        self._free.append(place)
        if not any(who is not None and who.ints[arriving.INBOX] == number for who in self._who):
            del self._inboxes[number]

    def _number_of(self, inbox: Inbox) -> int:
        for number, known in self._inboxes.items():
            if known is inbox:
                return number
        number = max(self._inboxes, default=-1) + 1
        self._inboxes[number] = inbox
        return number

    def take(self, chunks: int, now_s: float) -> list[int]:
        """Take what is nothing but INPUTs out of what so many clients have sent.

        Before, ``rooms``, ``sizes`` and ``senders`` say what was read, of whom, each at most once.

        Returns:
            Which chunks are left, as they are, for somebody else.
        """
        counts = self._counts
        self._now_s[0], counts[arriving.CHUNKS] = now_s, chunks
        self._take()
        self.counters.bytes_in += counts[arriving.TAKEN_BYTES]
        self.counters.messages_in += counts[arriving.TAKEN]
        if counts[arriving.TAKEN]:
            for number, inbox in self._inboxes.items():
                inbox.take(self._batch, number)
        if not counts[arriving.LEFT]:
            return []
        return np.flatnonzero(self._taken[:chunks] == 0).tolist()

    def _sent_to(self, place: int) -> Sequence[int]:
        standing = self._who[place]
        return () if standing is None else standing.sent
