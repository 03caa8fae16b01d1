"""A recording engine with a fault of one tick: ``verify`` names that tick and the very value.

The fault is put into the recording side, between two ticks, so that everything behind it was
really played from the wrong state, as by an engine that computes something else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import xxhash

from ecs.changes import ChangeFinder
from ecs.changes import Changes as WordChanges
from ecs.world import World
from persistence.changes import RawChanges, pack_changes, unpack_changes
from persistence.frames import MAGIC, frame
from persistence.journal_file import JournalFile
from persistence.keyframes import unpack_keyframe
from persistence.records import Changes, Keyframe, Record, Seal, Tick, encode_record
from ringfall.cli_output import print_divergence
from ringfall.match import Match
from ringfall.names import bot_names
from ringfall.recording import Cadence, Recorder, make_header, placements, predictor_of, winner_of
from ringfall.replay import Divergence, Verification, verify
from tests.ringfall.tampering import (
    TICKS,
    changed,
    column,
    journal_of,
    plan,
    records_of,
    world_of_journal,
)

replace = msgspec.structs.replace
Fault = Callable[[World], None]
KEYFRAME_TICKS = 40
CHANGES_TICKS = 15


def record(
    path: Path,
    fault: Fault | None,
    at: int,
    keyframe_ticks: int = KEYFRAME_TICKS,
    changes_ticks: int = CHANGES_TICKS,
) -> Path:
    """Record a match of bots in which ``fault`` struck before tick ``at``."""
    found = plan()
    match = Match(found)
    match.enter_bots(bot_names(found.players_max, found.seed))
    cadence = Cadence(keyframe_ticks, changes_ticks)
    header = make_header("faulty", found.pack, match.world, cadence)
    with JournalFile.create(path, header) as journal:
        match.recorder = Recorder(journal.append, cadence)
        while match.tick < TICKS:
            if match.tick == at and fault is not None:
                fault(match.world)
            match.advance()
        if match.tick == at and fault is not None:
            fault(match.world)
        match.recorder.record_end(match.world, match.tick)
        journal.seal(
            tick=match.tick,
            final_hash=match.world.state_hash(),
            winner=winner_of(match.world),
            result=placements(match.world, match.names),
            reason="stopped",
        )
    return path


def set_cell(name: str, row: int, value: float) -> Fault:
    return lambda world: column(world, name).view(world.block).__setitem__(row, value)


def diverged(found: Verification) -> Divergence:
    assert found.divergence is not None
    return found.divergence


CELLS = [
    ("players.Position.x_u", 3, 17.125),
    ("players.Origin.y_u", 2, -0.5),
    ("players.Motion.vy_ups", 5, -0.0),
    ("players.Vitals.health_hp", 1, math.nan),
    ("players.Dash.until_tick", 0, 12345),
    ("players.Intent.reach", 4, 201),
    ("players.Tally.cause", 5, 7),
    ("projectiles.Flight.direction", 11, 4001),
    ("areas.Identity.generation", 7, 3),
    ("match.Zone.radius_u", 0, 31.5),
]


@pytest.mark.parametrize("tick", [1, 14, 15, 16, 31, 53, 77, TICKS - 1])
@pytest.mark.parametrize(("name", "row", "value"), CELLS[::3])
def test_one_cell_at_any_tick(tmp_path: Path, name: str, row: int, value: float, tick: int) -> None:
    check_cell(tmp_path, name, row, value, tick)


@pytest.mark.parametrize(("name", "row", "value"), CELLS)
def test_any_cell_at_one_tick(tmp_path: Path, name: str, row: int, value: float) -> None:
    check_cell(tmp_path, name, row, value, 37)


@pytest.mark.parametrize("tick", [0, KEYFRAME_TICKS, TICKS])
def test_a_cell_where_a_keyframe_stands(tmp_path: Path, tick: int) -> None:
    check_cell(tmp_path, *CELLS[0], tick)


def check_cell(tmp_path: Path, name: str, row: int, value: float, tick: int) -> None:
    was: list[float] = []

    def fault(world: World) -> None:
        view = column(world, name).view(world.block)
        was.append(view[row].item())
        view[row] = value

    found = verify(record(tmp_path / "a.journal", fault, tick))
    divergence = diverged(found)
    assert found.damage is None
    assert (divergence.tick, divergence.cell_tick) == (tick, tick)
    group, _, column_name = name.rpartition(".")
    assert divergence.groups == (group,)
    assert (divergence.group, divergence.column, divergence.row) == (group, column_name, row)
    assert repr(divergence.recorded) == repr(value)
    assert repr(divergence.replayed) == repr(was[0])
    assert (divergence.differing_columns, divergence.differing_cells) == (1, 1)
    assert divergence.recorded_hash != divergence.replayed_hash


def test_many_cells(tmp_path: Path) -> None:
    def fault(world: World) -> None:
        for name, rows in (
            ("players.Motion.vx_ups", slice(1, 4)),
            ("players.Tally.kills", slice(0, 6)),
            ("players.Position.x_u", slice(2, 3)),
            ("projectiles.Position.y_u", slice(5, 9)),
        ):
            column(world, name).view(world.block)[rows] += 100

    divergence = diverged(verify(record(tmp_path / "a.journal", fault, 52)))
    assert (divergence.tick, divergence.cell_tick) == (52, 52)
    assert divergence.groups == (
        "players.Position", "players.Motion", "players.Tally", "projectiles.Position",
    )  # fmt: skip
    assert (divergence.group, divergence.column, divergence.row) == ("players.Position", "x_u", 2)
    assert divergence.recorded == float(divergence.replayed or 0) + 100
    assert (divergence.differing_columns, divergence.differing_cells) == (4, 3 + 6 + 1 + 4)


def rebuilt_states(journal: bytes) -> dict[int, bytes]:
    """The states of a journal, from its first keyframe and its changes alone."""
    predictor = predictor_of(world_of_journal(journal))
    states: dict[int, bytes] = {}
    for entry in records_of(journal):
        if isinstance(entry, Keyframe) and not states:
            states[entry.tick] = unpack_keyframe(entry, entry.raw_size).block
        elif isinstance(entry, Changes):
            raw = unpack_changes(entry, predictor.size_bytes)
            for tick, words in enumerate(raw.ticks, raw.tick):
                before = np.frombuffer(states[tick - 1], dtype=np.uint8)
                states[tick] = predictor.rebuild(before, WordChanges(*words)).tobytes()
    return states


def test_the_changes_alone_lead_to_every_recorded_state(tmp_path: Path) -> None:
    data = record(tmp_path / "a.journal", None, 0).read_bytes()
    states = rebuilt_states(data)
    told = {entry.tick: entry.hash_before for entry in records_of(data) if isinstance(entry, Tick)}
    assert {tick: xxhash.xxh3_64_intdigest(state) for tick, state in states.items()} == told
    assert len(told) == TICKS


def test_every_byte_is_another(tmp_path: Path) -> None:
    """No engine plays on from noise, so the noise is put into a sound journal."""
    path = record(tmp_path / "a.journal", None, 0)
    data = path.read_bytes()
    states = rebuilt_states(data)
    noise = np.random.default_rng(4).integers(0, 256, len(states[52])).astype(np.uint8)
    before = np.frombuffer(states[51], dtype=np.uint8)
    words = ChangeFinder(predictor_of(world_of_journal(data)), before).advance(noise)
    entry = stretch_of(data, 52)
    raw = unpack_changes(entry, noise.size)
    ticks = (*raw.ticks[: 52 - raw.tick], words, *raw.ticks[53 - raw.tick :])
    data = changed(
        data,
        Tick,
        lambda t: replace(t, hash_before=xxhash.xxh3_64_intdigest(noise.tobytes())),
        at=52,
    )
    forged = pack_changes(RawChanges(raw.tick, ticks))
    path.write_bytes(changed(data, Changes, lambda _: forged, at=entry.tick))
    divergence = diverged(verify(path))
    assert (divergence.tick, divergence.cell_tick) == (52, 52)
    assert divergence.differing_columns == len(world_of_journal(data).layout.columns)
    assert (divergence.group, divergence.column, divergence.row) == ("match.Clock", "tick", 0)
    assert (divergence.recorded, divergence.replayed) == (noise[:8].view(np.int64)[0], 52)


# ---- the tail is torn off -----------------------------------------------------------------------


def without_changes_behind(path: Path, tick: int, end: int) -> None:
    """Cut an unsealed journal off before the first record that is one of tick ``end`` or of
    changes that cover ``tick``."""
    kept: list[Record] = []
    for entry in records_of(path.read_bytes()):
        if isinstance(entry, Seal) or (isinstance(entry, Tick) and entry.tick == end):
            break
        if isinstance(entry, Changes) and entry.tick <= tick < entry.tick + entry.count:
            continue
        kept.append(entry)
    path.write_bytes(MAGIC + b"".join(frame(encode_record(entry)) for entry in kept))


def test_a_torn_tail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = record(tmp_path / "a.journal", set_cell(*CELLS[0]), 50)
    without_changes_behind(path, 50, 58)
    found = verify(path)
    divergence = diverged(found)
    assert (divergence.tick, divergence.groups, divergence.cell_tick) == (50, (), None)
    assert (divergence.agrees_tick, found.damage, found.sealed) == (None, None, False)
    assert found.ticks == 58, "no tick is lost"
    print_divergence(divergence, None, True, "1")
    assert (
        "the journal does not hold the changes of tick 50, nor a later keyframe, so single values "
        "cannot be compared" in capsys.readouterr().err.replace("\n", " ")
    )


def test_a_torn_tail_with_a_keyframe_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path / "a.journal", set_cell("players.Tally.kills", 4, 9), 78)
    without_changes_behind(path, 78, 84)
    divergence = diverged(verify(path))
    assert (divergence.tick, divergence.cell_tick) == (78, 80)
    assert (divergence.column, divergence.row) == ("kills", 4)
    assert (divergence.recorded, divergence.replayed) == (9, 0)
    print_divergence(divergence, None, True, "1")
    told = capsys.readouterr().err.replace("\n", " ")
    assert "column groups that differ before tick 80: players.Tally" in told
    assert "does not hold the changes of tick 78; first value that differs in the keyframe" in told


@pytest.mark.parametrize(
    ("changes_ticks", "later"), [(0, False), (CHANGES_TICKS, True), (CHANGES_TICKS, False)]
)
def test_without_those_changes_the_next_keyframe_tells(
    tmp_path: Path, changes_ticks: int, later: bool
) -> None:
    fault = set_cell("players.Tally.kills", 4, 9)
    path = record(tmp_path / "a.journal", fault, 50, changes_ticks=changes_ticks)
    kept = [
        entry
        for entry in records_of(path.read_bytes())
        if not isinstance(entry, Changes)
        or entry.tick + entry.count <= 50
        or (later and entry.tick > 50)
    ]
    seal = kept[-1]
    assert isinstance(seal, Seal)
    kept[-1] = replace(seal, record_count=len(kept) - 2)
    path.write_bytes(journal_of(kept))
    found = verify(path)
    divergence = diverged(found)
    assert found.damage is None
    assert (divergence.tick, divergence.cell_tick) == (50, 80)
    assert (divergence.group, divergence.column) == ("players.Tally", "kills")
    assert (divergence.row, divergence.recorded, divergence.replayed) == (4, 9, 0)
    assert found.ticks == 80, "what stands behind can tell no more"


# ---- changes that are not true ------------------------------------------------------------------


def stretch_of(journal: bytes, tick: int) -> Changes:
    return next(
        entry
        for entry in records_of(journal)
        if isinstance(entry, Changes) and entry.tick <= tick < entry.tick + entry.count
    )


def with_flip(entry: Changes, tick: int, block_bytes: int) -> Changes:
    """The changes with one bit of one word of ``tick`` changed."""
    raw = unpack_changes(entry, block_bytes)
    ticks = list(raw.ticks)
    place, flips = ticks[tick - raw.tick]
    flips = flips.copy()
    flips[0] ^= np.uint64(2) if flips[0] == 1 else np.uint64(1)
    if flips[0] == 0:
        flips[0] = np.uint64(4)
    ticks[tick - raw.tick] = (place, flips)
    return pack_changes(RawChanges(raw.tick, tuple(ticks)))


def block_bytes_of(journal: bytes) -> int:
    header = records_of(journal)[0]
    return int(header.block_bytes)  # type: ignore[union-attr]


@pytest.mark.parametrize("tick", [1, 16, 44, TICKS - 1])
def test_untrue_changes_in_a_sound_journal_are_damage(tmp_path: Path, tick: int) -> None:
    path = record(tmp_path / "a.journal", None, 0)
    data = path.read_bytes()
    entry, size = stretch_of(data, tick), block_bytes_of(data)
    path.write_bytes(changed(data, Changes, lambda e: with_flip(e, tick, size), at=entry.tick))
    found = verify(path)
    assert found.divergence is None
    assert found.damage is not None
    assert f"changes of tick {tick} do not lead to" in found.damage.reason
    offset = path.read_bytes().index(frame(encode_record(with_flip(entry, tick, size))))
    assert found.damage.offset == offset


@pytest.mark.parametrize("shift", [-1, 0])
def test_untrue_changes_do_not_name_a_cell(
    tmp_path: Path, shift: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the tick that diverged, or of one before: what they lead to is not believed."""
    path = record(tmp_path / "a.journal", set_cell("players.Tally.kills", 4, 9), 50)
    data = path.read_bytes()
    entry, size = stretch_of(data, 50), block_bytes_of(data)
    path.write_bytes(
        changed(data, Changes, lambda e: with_flip(e, 50 + shift, size), at=entry.tick)
    )
    found = verify(path)
    divergence = diverged(found)
    assert found.damage is not None
    assert f"changes of tick {50 + shift}" in found.damage.reason
    assert found.damage.offset == path.read_bytes().index(
        frame(encode_record(with_flip(entry, 50 + shift, size)))
    )
    assert (divergence.tick, divergence.cell_tick) == (50, 80), "a keyframe is believed"
    assert (divergence.column, divergence.row, divergence.recorded) == ("kills", 4, 9)
    print_divergence(divergence, found.damage, True, "1")
    assert f"damaged as well, at byte {found.damage.offset}" in capsys.readouterr().err


@pytest.mark.parametrize("tick", [16, 50])
def test_only_the_hash_is_wrong(
    tmp_path: Path, tick: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path / "a.journal", None, 0)
    data = path.read_bytes()
    path.write_bytes(
        changed(data, Tick, lambda t: replace(t, hash_before=t.hash_before ^ 1), at=tick)
    )
    found = verify(path)
    divergence = diverged(found)
    assert (divergence.tick, divergence.agrees_tick, divergence.cell_tick) == (tick, tick, None)
    assert (divergence.groups, found.damage) == ((), None)
    print_divergence(divergence, None, True, "1")
    assert "agrees in every value: only the hash differs" in capsys.readouterr().err
