"""What every viewer knows: the baseline of its next snapshot.

The stream is ordered, so a viewer knows what was sent to it last.  A seat is one viewer's place in
these arrays, taken when somebody begins to watch and given back when they stop; whoever comes back
takes a new one and is told everything anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from net.kernels.bits import words_of
from net.kernels.bodies import BODY_BYTES
from net.kernels.figures import HAND_BYTES, MATCH_BYTES, SELF_BYTES
from net.kernels.happening import EVENT_BYTES, KEPT_MAX
from net.kernels.heads import GAIT_BYTES, MOTION_BYTES
from net.kernels.listing import FREE
from net.kernels.things import SHAPE, THING_STRIDE
from schema.commands import SKILL_SLOTS
from schema.rulebook import STATUSES

IDS_MAX: Final = 512
"""Most things a viewer knows at a time; further ones wait until one is forgotten."""

SEATS_AT_FIRST: Final = 8


@dataclass(frozen=True, slots=True)
class Column:
    """An array with so many items for every seat, all of them ``empty`` when it is taken."""

    size: int
    dtype: str
    empty: int = 0


def columns_for(players: int, numbers: int) -> dict[str, Column]:
    """The arrays of a ledger, for tables of so many players and so many things."""
    return {
        "first": Column(1, "u1", 1),
        "plays": Column(1, "u1"),
        "slot": Column(1, "i8"),
        "tick": Column(1, "i8"),
        "seq": Column(1, "i8"),
        "turn": Column(1, "i8"),
        "slow_tick": Column(1, "i8"),
        "stirred": Column(1, "u1"),
        "resync": Column(1, "u1"),
        "motion": Column(MOTION_BYTES, "u1"),
        "gait": Column(GAIT_BYTES, "u1"),
        "lead": Column(1, "i8"),
        "match": Column(MATCH_BYTES, "u1"),
        "own": Column(SELF_BYTES, "u1"),
        "hands": Column(SKILL_SLOTS * HAND_BYTES, "u1"),
        "stacks": Column(STATUSES, "u1"),
        "until": Column(STATUSES, "i8"),
        "body_known": Column(words_of(players), "u8"),
        "body_row": Column(players * BODY_BYTES, "u1"),
        "body_wait": Column(players, "u1"),
        "id_of": Column(numbers, "i4", FREE),
        "thing_wait": Column(numbers, "u1"),
        "id_low": Column(1, "i8"),
        "id_top": Column(1, "i8"),
        "id_used": Column(1, "i8"),
        "id_number": Column(IDS_MAX, "i4", FREE),
        "id_age": Column(IDS_MAX, "i8"),
        "id_kind": Column(IDS_MAX, "u1"),
        "id_row": Column(IDS_MAX * THING_STRIDE, "u1"),
        "id_tick": Column(IDS_MAX, "i8"),
        "id_x_u": Column(IDS_MAX, "f8"),
        "id_y_u": Column(IDS_MAX, "f8"),
        "id_shape": Column(IDS_MAX * SHAPE, "f8"),
        "kept": Column(KEPT_MAX * EVENT_BYTES, "u1"),
        "kept_bytes": Column(KEPT_MAX, "u1"),
        "kept_count": Column(1, "i8"),
    }


class Ledger:
    """Seats and what their viewers know; ``columns_for`` lists the arrays, each an attribute.

    Args:
        players: capacity of their table.
        numbers: of things, all tables together.

    Attributes:
        taken: i64[n], the seats that are taken, ascending.
        grown: how often there had to be room for more seats: then all arrays are new ones.
    """

    def __init__(self, players: int, numbers: int) -> None:
        self._columns = columns_for(players, numbers)
        self._arrays: dict[str, NDArray[Any]] = {}
        self._free: list[int] = []
        self.grown = 0
        self._grow(SEATS_AT_FIRST)
        self.taken: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def __getattr__(self, name: str) -> NDArray[Any]:
        try:
            return self.__dict__["_arrays"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def take(self, slot: int, plays: bool) -> int:
        """A seat for somebody who sees the match as player ``slot`` does, and who knows nothing.

        Args:
            slot: row of the player.
            plays: whether it is that player, who is told how the own body moves.
        """
        if not self._free:
            self._grow(2 * len(self.first))
        seat = self._free.pop()
        self.forget(seat)
        self.slot[seat], self.plays[seat] = slot, plays
        self.taken = np.array(sorted([*self.taken.tolist(), seat]), dtype=np.int64)
        return seat

    def give_back(self, seat: int) -> None:
        """Free a seat."""
        self.taken = self.taken[self.taken != seat]
        self._free.append(seat)

    def forget(self, seat: int) -> None:
        """Make its viewer one that knows nothing: the next snapshot is full."""
        slot, plays = int(self.slot[seat]), int(self.plays[seat])
        for name, column in self._columns.items():
            self._arrays[name][seat * column.size : (seat + 1) * column.size] = column.empty
        self.slot[seat], self.plays[seat] = slot, plays

    def _grow(self, seats: int) -> None:
        before = len(self._arrays["first"]) if self._arrays else 0
        for name, column in self._columns.items():
            larger = np.full(seats * column.size, column.empty, dtype=column.dtype)
            if before:
                larger[: before * column.size] = self._arrays[name]
            self._arrays[name] = larger
        self._free.extend(range(seats - 1, before - 1, -1))
        self.grown += 1
