"""The exact states of a journal, from its changes and a world that is re-stepped beside it.

As long as every hash agrees, the world *is* the recorded state, and its own changes must be those
in the journal.  At the first hash that does not agree, the state one tick earlier is still common
to both: the recorded changes of that one tick lead from it to what was recorded.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import xxhash
from numpy.typing import NDArray

from ecs.changes import ChangeFinder, Changes
from ecs.world import World
from persistence import records
from persistence.changes import RawChanges, raw_max_bytes, unpack_changes, words_bytes
from persistence.errors import BadChanges
from ringfall.recording import predictor_of


class RecordedStates:
    """The states before the latest ticks, and the recorded one before the tick that diverged.

    Args:
        world: re-stepped from the journal.
        changes_ticks: most ticks in one record of changes, as in the header; 0 when there are no
            records to wait for.

    Attributes:
        awaited: the tick whose recorded state is still to come, None when none is.
    """

    def __init__(self, world: World, changes_ticks: int) -> None:
        self.awaited: int | None = None
        self._world = world
        self._changes_ticks = changes_ticks
        self._predictor = predictor_of(world)
        self._finder: ChangeFinder | None = None
        self._mine: deque[tuple[int, Changes]] = deque()
        self._mine_bytes = 0
        self._bytes_max = raw_max_bytes(world.layout.size_bytes)
        self._diverged: int | None = None
        self._recorded_hash = 0
        self.replayed = world.block

    def keep(self, tick: int) -> None:
        """Remember how the world came to its state before ``tick``, which is the recorded one."""
        if not self._changes_ticks:
            return
        if self._finder is None:
            self._finder = ChangeFinder(self._predictor, self._world.block)
            return
        changes = self._finder.advance(self._world.block)
        self._mine.append((tick, changes))
        self._mine_bytes += words_bytes(changes)
        while len(self._mine) > self._changes_ticks or self._mine_bytes > self._bytes_max:
            self._mine_bytes -= words_bytes(self._mine.popleft()[1])

    def diverge(self, tick: int, recorded_hash: int) -> None:
        """Remember the world's state before ``tick``, where the recorded hash is another."""
        self._diverged, self._recorded_hash = tick, recorded_hash
        self.replayed = self._world.block.copy()
        # Without a state before there is nothing that changes could be applied to.
        self.awaited = tick if self._finder is not None else None

    def give_up_before(self, tick: int) -> None:
        """Stop waiting when no changes behind the record of ``tick`` can hold what is awaited."""
        if self.awaited is not None and tick >= self.awaited + self._changes_ticks:
            self.awaited = None

    def judge(self, record: records.Changes) -> NDArray[np.uint8] | None:
        """Hold recorded changes against the states that are known.

        Returns:
            The recorded state before the awaited tick, u8[block]; None when it is not there.

        Raises:
            BadChanges: they do not unpack, or do not lead to the states the journal hashes.
        """
        raw = unpack_changes(record, self._predictor.size_bytes)
        awaited, self.awaited = self.awaited, None
        end_tick = raw.tick + len(raw.ticks)
        self._check(raw, end_tick if self._diverged is None else self._diverged)
        if awaited is None or not raw.tick <= awaited < end_tick:
            return None
        assert self._finder is not None  # as there was something to wait for
        changes = Changes(*raw.ticks[awaited - raw.tick])
        block = self._predictor.rebuild(self._finder.block, changes)
        found = xxhash.xxh3_64_intdigest(block.data)
        # Two witnesses against one: when the states are the same, it is the hash that is wrong.
        if found != self._recorded_hash and (block != self.replayed).any():
            raise BadChanges(
                f"the changes of tick {awaited} lead to a state of hash {found:016x}, not to the "
                f"{self._recorded_hash:016x} recorded"
            )
        return block

    def _check(self, raw: RawChanges, end_tick: int) -> None:
        """Compare all changes below ``end_tick``, until which the states agreed, with our own."""
        mine = dict(self._mine)
        for tick, (place, flips) in enumerate(raw.ticks, raw.tick):
            if tick >= end_tick:
                return
            own = mine.get(tick)
            if own is None:
                raise BadChanges(f"changes of tick {tick}, from a state that was not recorded")
            if not (np.array_equal(own.place, place) and np.array_equal(own.flips, flips)):
                raise BadChanges(
                    f"the changes of tick {tick} do not lead to the state whose hash is recorded"
                )
