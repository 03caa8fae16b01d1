"""Playing a journal back: the same step on the same inputs, compared with what was recorded."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xxhash

from persistence.errors import BadChanges, BadKeyframe, Damage
from persistence.keyframes import unpack_keyframe
from persistence.reader import Journal, open_journal
from persistence.records import Changes, Keyframe, Placement, Seal, Tick
from ringfall.divergence import Divergence, compared
from ringfall.recorded_states import RecordedStates
from ringfall.recording import placements, winner_of
from ringfall.replay_source import CannotReplayError, inputs_of, world_of_header
from systems.tick import step

__all__ = [
    "CannotReplayError",
    "Divergence",
    "Verification",
    "inputs_of",
    "verify",
    "world_of_header",
]

RESULT = tuple(name for name in Placement.__struct_fields__ if name != "slot")


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``verify`` found.

    Attributes:
        ticks: ticks re-stepped.
        compared: hashes compared.
        keyframes: keyframes compared byte for byte.
        sealed: whether the journal was ended in good order.
        final_hash: state hash at the end.
        divergence: None when every hash agreed.
        damage: where the file stops being readable, None for a whole one.
        seconds: wall time.
    """

    ticks: int
    compared: int
    keyframes: int
    sealed: bool
    final_hash: int
    divergence: Divergence | None
    damage: Damage | None
    seconds: float


def verify(path: Path, progress: Callable[[int], None] | None = None) -> Verification:
    """Re-step a journal from its first tick; compare every hash, all changes, every keyframe.

    Args:
        path: the journal.
        progress: called with the tick number now and then.

    Raises:
        JournalError: the file is no journal, of another format, or unreadable.
        CannotReplayError, DataError: this build cannot play it.
    """
    with open_journal(path) as journal:
        return _Verifier(journal, progress).run()


class _Verifier:
    """State of one ``verify``."""

    def __init__(self, journal: Journal, progress: Callable[[int], None] | None) -> None:
        self.journal = journal
        self.world = world_of_header(journal.header)
        self.states = RecordedStates(self.world, journal.header.changes_ticks)
        self.progress = progress
        self.compared = 0
        self.keyframes = 0
        self.ticks = 0
        self.names: list[str] = []
        self.agreed_tick: int | None = None  # of the last keyframe that was the same
        self.divergence: Divergence | None = None
        self.damage: Damage | None = None

    def run(self) -> Verification:
        """Go through all records."""
        started = time.perf_counter()
        if self.journal.first_tick not in (None, 0):
            raise CannotReplayError(
                f"the journal begins at tick {self.journal.first_tick}; only from tick 0 can it be "
                "re-stepped"
            )
        for offset, record in self.journal.records():
            if isinstance(record, Tick):
                self._play(record)
            else:
                self._compare_state(offset, record)
            if self._knows_enough():
                break
        else:
            self._compare_seal()
        return Verification(
            ticks=self.ticks,
            compared=self.compared,
            keyframes=self.keyframes,
            sealed=self.journal.seal is not None,
            final_hash=self.world.state_hash(),
            divergence=self.divergence,
            damage=self.damage or self.journal.damage,
            seconds=time.perf_counter() - started,
        )

    def _knows_enough(self) -> bool:
        """Whether nothing that is still to come can tell more."""
        if self.states.awaited is not None:
            return False
        found = self.divergence
        if found is None:
            return self.damage is not None
        return found.exact or found.cell_tick is not None

    def _play(self, record: Tick) -> None:
        self.states.give_up_before(record.tick)
        if self.divergence is None:
            self._compare_hash(record)
        if self._knows_enough():
            return
        self.names += [entrant.name for entrant in record.joins]
        inputs = inputs_of(record)
        # The last tick may have been recorded and not applied any more.
        if self.journal.seal is None or record.tick < self.journal.seal.tick:
            step(self.world, inputs)
            self.ticks += 1
        if self.progress is not None and self.ticks % 256 == 0:
            self.progress(self.ticks)

    def _compare_hash(self, record: Tick) -> None:
        mine = self.world.state_hash()
        self.compared += 1
        if mine == record.hash_before:
            self.states.keep(record.tick)
            return
        self.divergence = Divergence(record.tick, record.hash_before, mine)
        self.states.diverge(record.tick, record.hash_before)

    def _compare_state(self, offset: int, record: Keyframe | Changes) -> None:
        try:
            if isinstance(record, Changes):
                self._compare_changes(record)
            else:
                self._compare_keyframe(record)
        except (BadChanges, BadKeyframe) as error:
            # The first one; behind it a divergence may still be told from a keyframe.
            self.damage = self.damage or Damage(offset, str(error))

    def _compare_changes(self, record: Changes) -> None:
        block = self.states.judge(record)
        found = self.divergence
        if block is None or found is None:
            return
        if (block != self.states.replayed).any():
            layout = self.world.layout
            self.divergence = compared(found, found.tick, layout, block, self.states.replayed)
        else:
            self.divergence = Divergence(
                found.tick, found.recorded_hash, found.replayed_hash, agrees_tick=found.tick
            )

    def _compare_keyframe(self, record: Keyframe) -> None:
        raw = unpack_keyframe(record, self.journal.header.block_bytes)
        self.keyframes += 1
        block = np.frombuffer(raw.block, dtype=np.uint8)
        # Of the block, not what the record states: that may not have been changed along with it.
        recorded, mine = xxhash.xxh3_64_intdigest(raw.block), self.world.state_hash()
        if self.world.first_difference(block) is not None:
            found = self.divergence or Divergence(raw.tick, recorded, mine)
            if found.cell_tick is None:
                self.divergence = compared(
                    found, raw.tick, self.world.layout, block, self.world.block
                )
            return
        # The block's own hash as well: bytes between two columns belong to no value.
        if {raw.state_hash, recorded} != {mine}:
            raise BadKeyframe(f"the keyframe of tick {raw.tick} has another hash than it states")
        self.agreed_tick = raw.tick
        if self.divergence is not None and self.divergence.agrees_tick is None:
            self.divergence = replace(self.divergence, agrees_tick=raw.tick)

    def _compare_seal(self) -> None:
        seal = self.journal.seal
        # Behind damage the state at the end is not known.
        damaged = self.damage is not None or self.journal.damage is not None
        if seal is None or self.divergence is not None or damaged:
            return
        self.compared += 1
        mine = self.world.state_hash()
        if mine != seal.final_hash:
            agrees = seal.tick if self.agreed_tick == seal.tick else None
            self.divergence = Divergence(seal.tick, seal.final_hash, mine, agrees_tick=agrees)
            return
        told, found = _result_values(seal), self._replayed_result()
        for (column, row), value in told.items():
            if found.get((column, row)) != value:
                self.divergence = Divergence(
                    seal.tick,
                    mine,
                    mine,
                    cell_tick=seal.tick,
                    group="result",
                    column=column,
                    row=row,
                    recorded=value,
                    replayed=found.get((column, row)),
                )
                return

    def _replayed_result(self) -> dict[tuple[str, int], float | str | None]:
        rows = placements(self.world, self.names)
        found = {(column, row.slot): getattr(row, column) for row in rows for column in RESULT}
        return {**found, ("winner", 0): winner_of(self.world)}


def _result_values(seal: Seal) -> dict[tuple[str, int], float | str | None]:
    """Everything the seal says about how the match ended, by column and slot."""
    told = {(column, row.slot): getattr(row, column) for row in seal.result for column in RESULT}
    return {("winner", 0): seal.winner, **told}
