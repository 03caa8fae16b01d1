"""Playing a journal back: the same step on the same inputs, compared with what was recorded."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ecs.world import Difference, World
from persistence.errors import BadKeyframe, Damage
from persistence.keyframes import RawKeyframe, unpack_keyframe
from persistence.reader import Journal, open_journal
from persistence.records import Header, Keyframe, Tick
from ringfall import __version__
from ringfall.datapack import DataPack, balance_from_json, content_hash, map_from_json
from ringfall.engine import source_hash
from ringfall.match import MatchPlan, world_of
from schema.commands import COMMAND, JOIN, LEAVE, TickInputs
from systems.tick import step


class CannotReplayError(Exception):
    """This build cannot re-step the journal; the text says why and what can."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where re-stepping first came to another state than the recording.

    Attributes:
        tick: the first tick before which the states differ.
        recorded_hash, replayed_hash: of the whole state before that tick.
        groups: column groups that differ there, in order of memory; empty when the journal
            carries no group hashes for that tick.
        cell_tick: the tick of the first keyframe at or after ``tick``, where single values can
            be compared; None when the journal has none.
        group, column, row: the first value that differs there, in order of memory.
        recorded, replayed: both values of it.
        differing_columns: how many columns differ there.
    """

    tick: int
    recorded_hash: int
    replayed_hash: int
    groups: tuple[str, ...] = ()
    cell_tick: int | None = None
    group: str | None = None
    column: str | None = None
    row: int | None = None
    recorded: float | None = None
    replayed: float | None = None
    differing_columns: int = 0


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``verify`` found.

    Attributes:
        ticks: ticks re-stepped.
        compared: hashes compared.
        keyframes: keyframes compared byte for byte.
        final_hash: state hash at the end.
        divergence: None when every hash agreed.
        damage: where the file stops being readable, None for a whole one.
        seconds: wall time.
    """

    ticks: int
    compared: int
    keyframes: int
    final_hash: int
    divergence: Divergence | None
    damage: Damage | None
    seconds: float


def inputs_of(record: Tick) -> TickInputs:
    """The inputs a tick record holds.

    Raises:
        CannotReplayError: its commands are not of this version's form.
    """
    if len(record.commands) % COMMAND.itemsize:
        raise CannotReplayError(
            f"tick {record.tick}: {len(record.commands)} bytes of commands are not a whole number "
            f"of {COMMAND.itemsize}-byte commands; the journal was written by another version"
        )
    return TickInputs(
        commands=np.frombuffer(record.commands, dtype=COMMAND),
        joins=np.array([(e.slot, e.kind) for e in record.joins], dtype=JOIN),
        leaves=np.array([(slot,) for slot in record.leaves], dtype=LEAVE),
    )


def world_of_header(header: Header) -> World:
    """The world a journal began with.

    Raises:
        CannotReplayError: the journal's balance, map or layout is not what this build has.
        DataError: the balance or map in it is malformed.
    """
    for name, data, told in (
        ("balance", header.balance, header.balance_hash),
        ("map", header.map, header.map_hash),
    ):
        if content_hash(data) != told:
            raise CannotReplayError(f"the {name} in the journal does not have the hash it states")
    pack = DataPack(
        balance=balance_from_json(header.balance, "the journal's balance"),
        balance_json=header.balance,
        balance_hash=header.balance_hash,
        map=map_from_json(header.map, "the journal's map"),
        map_json=header.map,
        map_hash=header.map_hash,
    )
    players = header.capacities.get("players", 0)
    if not 1 <= players <= PLAYERS_MAX:
        raise CannotReplayError(f"the journal says {players} players; 1 to {PLAYERS_MAX} can be")
    world = world_of(MatchPlan(pack, header.tick_rate_hz, players, header.seed))
    if world.layout.digest() != header.layout_hash:
        raise CannotReplayError(
            f"the journal was recorded by Ringfall {header.engine_version} with another layout of "
            f"columns ({header.layout_hash}); this is {__version__} ({world.layout.digest()}). "
            f"Replay it with Ringfall {header.engine_version}"
        )
    return world


PLAYERS_MAX = 65_535


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
        self.divergence: Divergence | None = None

    def run(self) -> Verification:
        """Go through all records."""
        started = time.perf_counter()
        damage = None
        for offset, record in self.journal.records():
            if isinstance(record, Tick):
                if self.divergence is None:
                    self._compare_hash(record)
                step(self.world, inputs_of(record))
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
        if mine == record.hash_before:
            return
        groups: tuple[str, ...] = ()
        names = self.journal.header.group_names
        if len(record.group_hashes) == 4 * len(names):
            told = np.frombuffer(record.group_hashes, dtype="<u4")
            differ = told != self.world.group_hashes()
            groups = tuple(name for name, wrong in zip(names, differ, strict=True) if wrong)
        self.divergence = Divergence(record.tick, record.hash_before, mine, groups)

    def _compare_keyframe(self, offset: int, record: Keyframe) -> Damage | None:
        try:
            raw = unpack_keyframe(record, self.journal.header.block_bytes)
        except BadKeyframe as error:
            return Damage(offset, str(error))
        self.keyframes += 1
        difference = self._difference(raw)
        if difference is None:
            return None
        place = difference.placed
        found = self.divergence
        self.divergence = Divergence(
            tick=raw.tick if found is None else found.tick,
            recorded_hash=raw.state_hash if found is None else found.recorded_hash,
            replayed_hash=self.world.state_hash() if found is None else found.replayed_hash,
            groups=() if found is None else found.groups,
            cell_tick=raw.tick,
            group=f"{place.table}.{place.column.group.__name__}",
            column=place.column.name,
            row=difference.row,
            recorded=difference.theirs,
            replayed=difference.mine,
            differing_columns=self._count_differing(raw),
        )
        return None

    def _difference(self, raw: RawKeyframe) -> Difference | None:
        return self.world.first_difference(np.frombuffer(raw.block, dtype=np.uint8))

    def _count_differing(self, raw: RawKeyframe) -> int:
        theirs, mine = np.frombuffer(raw.block, dtype=np.uint8), self.world.block
        return sum(
            bool((placed.view(mine).view("u1") != placed.view(theirs).view("u1")).any())
            for placed in self.world.layout.columns
        )

    def _compare_seal(self) -> None:
        seal = self.journal.seal
        if seal is None or self.divergence is not None:
            return
        self.compared += 1
        mine = self.world.state_hash()
        if mine != seal.final_hash:
            self.divergence = Divergence(seal.tick, seal.final_hash, mine)


def describe(path: Path) -> dict[str, Any]:
    """What ``replay info`` tells of a journal, read without re-stepping it.

    Raises:
        JournalError: the file is no journal, of another format, or unreadable.
    """
    with open_journal(path) as journal:
        damage = journal.verify()
        header, seal = journal.header, journal.seal
        ticks = (journal.end_tick or 0) - (journal.first_tick or 0)
        names = {e.slot: e.name for record in journal.ticks() for e in record.joins}
        bots = sum(e.kind for record in journal.ticks() for e in record.joins)
        return {
            "file": str(path),
            "match_id": header.match_id,
            "created_utc": header.created_utc,
            "engine_version": header.engine_version,
            "source_hash": header.source_hash,
            "same_engine": header.source_hash == source_hash(),
            "environment": header.environment,
            "tick_rate_hz": header.tick_rate_hz,
            "seed": header.seed,
            "balance_hash": header.balance_hash,
            "map_hash": header.map_hash,
            "ticks": ticks,
            "seconds": ticks / header.tick_rate_hz,
            "entrants": len(names),
            "bots": bots,
            "keyframes": len(journal.keyframes),
            "size_bytes": journal.size_bytes,
            "sealed": seal is not None,
            "reason": seal.reason if seal else None,
            "final_hash": f"{seal.final_hash:016x}" if seal else None,
            "winner": seal.winner if seal else None,
            "winner_name": names.get(seal.winner) if seal and seal.winner is not None else None,
            "damage": {"offset": damage.offset, "reason": damage.reason} if damage else None,
        }
