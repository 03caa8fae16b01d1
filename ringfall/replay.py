"""Playing a journal back: the same step on the same inputs, compared with what was recorded."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xxhash

from ecs.layout import Placed
from ecs.world import Difference
from persistence.errors import BadKeyframe, Damage
from persistence.keyframes import RawKeyframe, unpack_keyframe
from persistence.reader import Journal, open_journal
from persistence.records import Keyframe, Seal, Tick
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

RESULT = ("placement", "name", "kills", "damage_hp", "ticks_alive")


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where re-stepping first came to something else than the recording.

    Attributes:
        tick: the first tick before which they differ.
        recorded_hash, replayed_hash: of the whole state before that tick.
        groups: column groups that differ there, in order of memory; empty when the journal
            carries no group hashes for that tick, or all of them agree.
        cell_tick: the tick of the first keyframe at or after ``tick``, where single values can
            be compared; None when the journal has none.
        group, column, row: the first value that differs there, in order of memory.
        recorded, replayed: both values of it.
        differing_columns: how many columns differ there.
        agrees_tick: the tick of the first keyframe at or after ``tick`` that is the same in every
            value: the difference had gone by then, or is one of the recorded hash alone.
    """

    tick: int
    recorded_hash: int
    replayed_hash: int
    groups: tuple[str, ...] = ()
    cell_tick: int | None = None
    group: str | None = None
    column: str | None = None
    row: int | None = None
    recorded: float | str | None = None
    replayed: float | str | None = None
    differing_columns: int = 0
    agrees_tick: int | None = None


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
    """Re-step a journal from its first tick and compare every hash and every keyframe.

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
        self.progress = progress
        self.compared = 0
        self.keyframes = 0
        self.ticks = 0
        self.names: list[str] = []
        self.divergence: Divergence | None = None

    def run(self) -> Verification:
        """Go through all records."""
        started = time.perf_counter()
        damage = None
        if self.journal.first_tick not in (None, 0):
            raise CannotReplayError(
                f"the journal begins at tick {self.journal.first_tick}; only from tick 0 can it be "
                "re-stepped"
            )
        for offset, record in self.journal.records():
            if isinstance(record, Tick):
                if self.divergence is None:
                    self._compare_hash(record)
                self.names += [entrant.name for entrant in record.joins]
                inputs = inputs_of(record)
                # The last tick may have been recorded and not applied any more.
                if self.journal.seal is None or record.tick < self.journal.seal.tick:
                    step(self.world, inputs)
                    self.ticks += 1
                if self.progress is not None and self.ticks % 256 == 0:
                    self.progress(self.ticks)
            else:
                damage = self._compare_keyframe(offset, record)
            if damage is not None or self._diverged_enough():
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
            damage=damage or self.journal.damage,
            seconds=time.perf_counter() - started,
        )

    def _diverged_enough(self) -> bool:
        found = self.divergence
        return found is not None and found.cell_tick is not None

    def _compare_hash(self, record: Tick) -> None:
        mine = self.world.state_hash()
        self.compared += 1
        groups = self._differing_groups(record)
        if mine != record.hash_before or groups:
            self.divergence = Divergence(record.tick, record.hash_before, mine, groups)

    def _differing_groups(self, record: Tick) -> tuple[str, ...]:
        if not record.group_hashes:
            return ()
        # Where there are any, the reader has seen to it that there is one for each name.
        told = np.frombuffer(record.group_hashes, dtype="<u4")
        differ = told != self.world.group_hashes()
        return tuple(
            name
            for name, wrong in zip(self.journal.header.group_names, differ, strict=True)
            if wrong
        )

    def _compare_keyframe(self, offset: int, record: Keyframe) -> Damage | None:
        try:
            raw = unpack_keyframe(record, self.journal.header.block_bytes)
        except BadKeyframe as error:
            return Damage(offset, str(error))
        self.keyframes += 1
        difference = self._difference(raw)
        if difference is not None:
            self._place(raw, difference)
            return None
        # The block's own hash as well: bytes between two columns belong to no value.
        if {raw.state_hash, xxhash.xxh3_64_intdigest(raw.block)} != {self.world.state_hash()}:
            return Damage(
                offset, f"the keyframe of tick {raw.tick} has another hash than it states"
            )
        if self.divergence is not None and self.divergence.agrees_tick is None:
            self.divergence = replace(self.divergence, agrees_tick=raw.tick)
        return None

    def _place(self, raw: RawKeyframe, difference: Difference) -> None:
        """Name the first value in which the keyframe differs."""
        # Of the block, not what the record states: that may not have been changed along with it.
        recorded_hash = xxhash.xxh3_64_intdigest(raw.block)
        place, columns = difference.placed, self._differing_columns(raw)
        groups = tuple(dict.fromkeys(f"{c.table}.{c.column.group.__name__}" for c in columns))
        found = self.divergence or Divergence(
            raw.tick, recorded_hash, self.world.state_hash(), groups
        )
        self.divergence = replace(
            found,
            cell_tick=raw.tick,
            group=groups[0],
            column=place.column.name,
            row=difference.row,
            recorded=difference.theirs,
            replayed=difference.mine,
            differing_columns=len(columns),
        )

    def _difference(self, raw: RawKeyframe) -> Difference | None:
        return self.world.first_difference(np.frombuffer(raw.block, dtype=np.uint8))

    def _differing_columns(self, raw: RawKeyframe) -> list[Placed]:
        theirs, mine = np.frombuffer(raw.block, dtype=np.uint8), self.world.block
        return [
            placed
            for placed in self.world.layout.columns
            if (placed.view(mine).view("u1") != placed.view(theirs).view("u1")).any()
        ]

    def _compare_seal(self) -> None:
        seal = self.journal.seal
        # Behind damage the state at the end is not known.
        if seal is None or self.divergence is not None or self.journal.damage is not None:
            return
        self.compared += 1
        mine = self.world.state_hash()
        if mine != seal.final_hash:
            self.divergence = Divergence(seal.tick, seal.final_hash, mine)
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
