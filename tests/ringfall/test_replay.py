"""Replays: what was recorded verifies, and whatever is changed in a journal is named exactly."""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from persistence.errors import DamagedJournal, NotAJournal, UnsupportedFormat
from persistence.frames import MAGIC, frame
from persistence.keyframes import RawKeyframe, pack_keyframe, unpack_keyframe
from persistence.records import Entrant, Header, Keyframe, Seal, Tick, encode_record
from ringfall.datapack import content_hash
from ringfall.documents import DataError
from ringfall.replay import CannotReplayError, Verification, verify
from ringfall.replay_info import describe
from ringfall.simulation import simulate
from schema.commands import COMMAND, SECONDARY
from tests.ringfall.tampering import (
    KEYFRAME_TICKS,
    TICKS,
    changed,
    column,
    edited_keyframe,
    journal_of,
    plan,
    recorded,
    records_of,
    with_command,
    world_of_journal,
)

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return recorded(tmp_path_factory.mktemp("calm"))


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return recorded(tmp_path_factory.mktemp("deadly"), deadly=True)


def verified(tmp_path: Path, data: bytes) -> Verification:
    path = tmp_path / "changed.journal"
    path.write_bytes(data)
    return verify(path)


def test_what_was_recorded_verifies(tmp_path: Path, journal: bytes) -> None:
    found = verified(tmp_path, journal)
    assert (found.divergence, found.damage, found.sealed) == (None, None, True)
    assert found.ticks == TICKS
    assert found.compared == TICKS + 1, "before every tick, and at the end"
    assert found.keyframes == 4, "ticks 0, 30, 60 and the end"
    seal = records_of(journal)[-1]
    assert isinstance(seal, Seal)
    assert found.final_hash == seal.final_hash


def test_taking_a_journal_apart_and_putting_it_together_changes_nothing(journal: bytes) -> None:
    assert journal_of(records_of(journal)) == journal


def test_a_decided_match_verifies_with_its_result(tmp_path: Path, decided: bytes) -> None:
    found = verified(tmp_path, decided)
    assert (found.divergence, found.damage) == (None, None)
    seal = records_of(decided)[-1]
    assert isinstance(seal, Seal)
    assert seal.reason == "finished"
    assert seal.winner is not None


def test_the_same_seed_gives_the_same_match(tmp_path: Path) -> None:
    one, two = (simulate(plan(seed=3), 120) for _ in range(2))
    assert one.final_hash == two.final_hash
    assert simulate(plan(seed=4), 120).final_hash != one.final_hash
    path = tmp_path / "a.journal"
    assert simulate(plan(seed=3), 120, path).final_hash == one.final_hash, "recording is silent"
    assert verify(path).final_hash == one.final_hash


# ---- changed, with checksums made right ---------------------------------------------------------


def commands_from(journal: bytes, tick: int) -> tuple[int, int]:
    """The first tick from ``tick`` on in which anybody sent a command, and the slot of one."""
    for record in records_of(journal):
        if isinstance(record, Tick) and record.tick >= tick and record.commands:
            commands = np.frombuffer(record.commands, dtype=COMMAND)
            quiet = commands[(commands["buttons"] & SECONDARY) == 0]
            if len(quiet):
                return record.tick, int(quiet["slot"][-1])
    raise AssertionError("nobody sent anything")


@pytest.mark.parametrize(("field", "value"), [("move", 77), ("aim", 99)])
def test_a_changed_command(tmp_path: Path, journal: bytes, field: str, value: int) -> None:
    tick, slot = commands_from(journal, 32)
    assert tick < 58
    data = changed(journal, Tick, lambda t: with_command(t, slot, field, value), at=tick)
    found = verified(tmp_path, data)
    assert found.divergence is not None
    assert found.divergence.tick == tick + 1, "recorded before it is applied, seen before the next"
    assert "players.Intent" in found.divergence.groups
    assert found.divergence.cell_tick == tick + 1
    assert (found.divergence.group, found.divergence.row) == ("players.Intent", slot)
    assert found.divergence.column == field
    assert (found.divergence.recorded, found.divergence.replayed) != (value, value)
    assert found.divergence.replayed == value
    assert found.ticks == 61, "nothing behind the changes of that second can tell more"


def test_a_difference_that_heals_is_named_all_the_same(tmp_path: Path, journal: bytes) -> None:
    tick, slot = commands_from(journal, 32)
    data = changed(journal, Tick, lambda t: with_command(t, slot, "seq", 5), at=tick)
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    assert (divergence.tick, divergence.groups) == (tick + 1, ("players.Intent",))
    assert (divergence.cell_tick, divergence.agrees_tick) == (tick + 1, None)
    assert (divergence.column, divergence.row, divergence.replayed) == ("seq", slot, 5)


@pytest.mark.parametrize("keyframe_ticks", [1, KEYFRAME_TICKS])
def test_the_very_value_is_named(tmp_path: Path, keyframe_ticks: int) -> None:
    path = tmp_path / "dense.journal"
    simulate(plan(), TICKS, path, keyframe_ticks)
    journal = path.read_bytes()
    tick, slot = commands_from(journal, 40)
    record = next(r for r in records_of(journal) if isinstance(r, Tick) and r.tick == tick)
    commands = np.frombuffer(record.commands, dtype=COMMAND)
    was = int(commands["reach"][commands["slot"] == slot][0])
    data = changed(journal, Tick, lambda t: with_command(t, slot, "reach", was ^ 1), at=tick)
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    assert (divergence.tick, divergence.cell_tick) == (tick + 1, tick + 1)
    assert divergence.groups == ("players.Intent",)
    assert (divergence.group, divergence.column) == ("players.Intent", "reach")
    assert divergence.row == slot
    assert (divergence.recorded, divergence.replayed) == (was, was ^ 1)
    assert divergence.differing_columns == 1
    assert divergence.recorded_hash != divergence.replayed_hash


def test_commands_taken_away(tmp_path: Path, journal: bytes) -> None:
    tick, _ = commands_from(journal, 40)
    data = changed(journal, Tick, lambda t: replace(t, commands=b""), at=tick)
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    assert divergence.tick == tick + 1


def test_a_leave_put_in(tmp_path: Path, journal: bytes) -> None:
    data = changed(journal, Tick, lambda tick: replace(tick, leaves=(2,)), at=TICKS - 1)
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    assert divergence.tick == TICKS, "the keyframe at the end tells"
    assert (divergence.group, divergence.column) == ("match.Outcome", "alive")
    assert (divergence.recorded, divergence.replayed) == (6, 5)


def test_a_changed_hash(tmp_path: Path, journal: bytes) -> None:
    data = changed(journal, Tick, lambda t: replace(t, hash_before=t.hash_before ^ 1), at=44)
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    assert (divergence.tick, divergence.groups) == (44, ())
    assert divergence.recorded_hash == divergence.replayed_hash ^ 1
    assert divergence.cell_tick is None
    assert divergence.agrees_tick == 44, "it is the hash that is wrong, and the reader is told"


@pytest.mark.parametrize("rehash", [False, True])
@pytest.mark.parametrize(
    ("name", "row", "value"),
    [
        ("players.Position.x_u", 4, -1.25),
        ("players.Vitals.health_hp", 0, float("nan")),
        ("match.Zone.radius_u", 0, 3.5),
        ("projectiles.Identity.generation", 40, 9),
        ("players.Tally.cause", 5, 2),
    ],
)
@pytest.mark.parametrize("tick", [0, KEYFRAME_TICKS, TICKS])
def test_one_value_changed_in_a_keyframe(
    tmp_path: Path, journal: bytes, name: str, row: int, value: float, tick: int, rehash: bool
) -> None:
    world = world_of_journal(journal)
    placed = column(world, name)
    data = changed(
        journal,
        Keyframe,
        lambda frame: edited_keyframe(frame, placed, row, value, rehash=rehash),
        at=tick,
    )
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    group, _, column_name = name.rpartition(".")
    assert (divergence.tick, divergence.cell_tick) == (tick, tick)
    assert (divergence.group, divergence.column, divergence.row) == (group, column_name, row)
    assert repr(divergence.recorded) == repr(value)
    assert repr(divergence.replayed) != repr(value)
    assert divergence.differing_columns == 1
    assert divergence.recorded_hash != divergence.replayed_hash


def test_a_keyframe_that_states_another_hash(tmp_path: Path, journal: bytes) -> None:
    data = changed(journal, Keyframe, lambda f: replace(f, state_hash=f.state_hash ^ 1), at=30)
    found = verified(tmp_path, data)
    assert found.divergence is None
    assert found.damage is not None
    assert "keyframe of tick 30" in found.damage.reason


def test_a_keyframe_changed_between_its_columns(tmp_path: Path, journal: bytes) -> None:
    def change(keyframe: Keyframe) -> Keyframe:
        raw = unpack_keyframe(keyframe, keyframe.raw_size)
        block = bytearray(raw.block)
        block[8] = 1  # behind match.Clock.tick, which has eight bytes of a line of 64
        return pack_keyframe(RawKeyframe(raw.tick, raw.state_hash, bytes(block)))

    found = verified(tmp_path, changed(journal, Keyframe, change, at=30))
    assert found.divergence is None
    assert found.damage is not None


def test_a_changed_final_hash(tmp_path: Path, journal: bytes) -> None:
    data = changed(journal, Seal, lambda seal: replace(seal, final_hash=1), at=0)
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    assert (divergence.tick, divergence.recorded_hash) == (TICKS, 1)
    assert divergence.agrees_tick == TICKS, "the keyframe at the end agrees in every value"


@pytest.mark.parametrize(
    ("field", "value"),
    [("placement", 5), ("name", "Cheat"), ("kills", 99), ("damage_hp", 1e6), ("ticks_alive", 1)],
)
def test_a_changed_result(tmp_path: Path, decided: bytes, field: str, value: Any) -> None:
    def change(seal: Seal) -> Seal:
        rows = list(seal.result)
        rows[3] = replace(rows[3], **{field: value})
        return replace(seal, result=tuple(rows))

    seal = records_of(decided)[-1]
    assert isinstance(seal, Seal)
    divergence = verified(tmp_path, changed(decided, Seal, change, at=0)).divergence
    assert divergence is not None
    assert (divergence.group, divergence.column) == ("result", field)
    assert divergence.row == seal.result[3].slot
    assert divergence.recorded == value
    assert divergence.replayed == getattr(seal.result[3], field)


def test_a_changed_winner(tmp_path: Path, decided: bytes) -> None:
    seal = records_of(decided)[-1]
    assert isinstance(seal, Seal)
    assert seal.winner is not None
    other = seal.winner ^ 1
    data = changed(decided, Seal, lambda seal: replace(seal, winner=other), at=0)
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    assert (divergence.column, divergence.recorded, divergence.replayed) == (
        "winner", other, seal.winner,
    )  # fmt: skip


def test_the_last_tick_may_have_been_recorded_and_not_applied(
    tmp_path: Path, journal: bytes
) -> None:
    """A crash between the two and a seal by whoever came after: allowed, and verified as such."""
    records = records_of(journal)
    whole = [r for r in records if not isinstance(r, Seal)]
    seal = records[-1]
    assert isinstance(seal, Seal)
    last = next(r for r in whole if isinstance(r, Tick) and r.tick == TICKS - 1)
    end = whole.index(last)
    keyframes = tuple(entry for entry in seal.keyframes if entry.tick <= last.tick)
    short = replace(
        seal,
        tick=last.tick,
        final_hash=last.hash_before,
        result=(),
        winner=None,
        record_count=end,
        keyframes=keyframes,
    )
    found = verified(tmp_path, journal_of([*whole[: end + 1], short]))
    assert (found.divergence, found.damage, found.ticks) == (None, None, TICKS - 1)


# ---- cannot be played ---------------------------------------------------------------------------


def test_a_changed_balance(tmp_path: Path, journal: bytes) -> None:
    def heavier(header: Header, rehash: bool) -> Header:
        balance = json.loads(header.balance)
        for role in balance["classes"].values():
            role["speed_ups"] = 5.5
        data = json.dumps(balance, sort_keys=True, separators=(",", ":")).encode()
        stated = content_hash(data) if rehash else header.balance_hash
        return replace(header, balance=data, balance_hash=stated)

    with pytest.raises(CannotReplayError, match="the balance in the journal does not have"):
        verified(tmp_path, changed(journal, Header, lambda h: heavier(h, False), at=0))
    divergence = verified(
        tmp_path, changed(journal, Header, lambda h: heavier(h, True), at=0)
    ).divergence
    assert divergence is not None
    assert divergence.tick < KEYFRAME_TICKS
    assert "players.Stats" in divergence.groups


def test_a_balance_that_is_none(tmp_path: Path, journal: bytes) -> None:
    for garbage in (b"{}", b"\xff", b"[1]", b'{"match": 1}'):
        data = changed(
            journal,
            Header,
            lambda h, g=garbage: replace(h, balance=g, balance_hash=content_hash(g)),  # type: ignore[misc]
            at=0,
        )
        with pytest.raises(DataError, match="the journal's balance"):
            verified(tmp_path, data)


def test_a_changed_map(tmp_path: Path, journal: bytes) -> None:
    data = changed(journal, Header, lambda h: replace(h, map=h.map[:-1] + b" }"), at=0)
    with pytest.raises(CannotReplayError, match="the map in the journal does not have"):
        verified(tmp_path, data)


def test_another_seed_diverges(tmp_path: Path, journal: bytes) -> None:
    data = changed(journal, Header, lambda h: replace(h, seed=h.seed + 1), at=0)
    divergence = verified(tmp_path, data).divergence
    assert divergence is not None
    assert divergence.tick == 0
    assert divergence.column == "seed"


def test_another_layout(tmp_path: Path, journal: bytes) -> None:
    data = changed(
        journal, Header, lambda h: replace(h, layout_hash="beef", engine_version="7.8.9"), at=0
    )
    with pytest.raises(CannotReplayError, match=r"another layout.*Replay it with Ringfall 7\.8\.9"):
        verified(tmp_path, data)


@pytest.mark.parametrize("players", [0, 13, 2**40])
def test_more_players_than_the_map_has_places(tmp_path: Path, journal: bytes, players: int) -> None:
    data = changed(journal, Header, lambda h: replace(h, capacities={"players": players}), at=0)
    with pytest.raises(CannotReplayError, match=f"says {players} players"):
        verified(tmp_path, data)


def test_another_format(tmp_path: Path, journal: bytes) -> None:
    header = records_of(journal)[0]
    fields = msgspec.msgpack.decode(encode_record(header))
    fields[1] = 1
    data = MAGIC + frame(msgspec.msgpack.encode(fields)) + b"whatever format 1 held"
    with pytest.raises(UnsupportedFormat, match="journal format 1, but this build reads format 4"):
        verified(tmp_path, data)


def test_something_else(tmp_path: Path, journal: bytes) -> None:
    with pytest.raises(NotAJournal, match="an empty file"):
        verified(tmp_path, b"")
    with pytest.raises(NotAJournal, match="another kind of file"):
        verified(tmp_path, b"\x1f\x8b" + journal)
    with pytest.raises(DamagedJournal, match="byte 8"):
        verified(tmp_path, MAGIC)
    with pytest.raises(NotAJournal, match="not a file"):
        verify(tmp_path)


def test_a_journal_from_the_middle(tmp_path: Path, journal: bytes) -> None:
    header, *rest = records_of(journal)
    middle = [r for r in rest if isinstance(r, Tick | Keyframe) and r.tick >= 30]
    with pytest.raises(CannotReplayError, match="begins at tick 30"):
        verified(tmp_path, journal_of([header, *middle]))


@pytest.mark.parametrize(
    "change",
    [
        lambda tick: replace(tick, joins=(Entrant(70_000, 0, "x", 0, 0, 0, ""),)),
        lambda tick: replace(tick, leaves=(2**32 - 1,)),
        lambda tick: replace(tick, commands=b"\0" * 17),
    ],
)
def test_inputs_no_tick_can_have(tmp_path: Path, journal: bytes, change: Any) -> None:
    with pytest.raises(CannotReplayError, match="tick 44"):
        verified(tmp_path, changed(journal, Tick, change, at=44))


@pytest.mark.parametrize("seed", range(6))
def test_inputs_made_of_noise_diverge_and_break_nothing(
    tmp_path: Path, journal: bytes, seed: int
) -> None:
    rng = np.random.default_rng(seed)

    def noise(tick: Tick) -> Tick:
        slots = rng.integers(0, 65535, 20).tolist()
        joins = tuple(Entrant(n, n % 4, "x", n % 7, n % 5, n % 10, "") for n in slots)
        return replace(
            tick,
            commands=rng.bytes(16 * int(rng.integers(1, 200))),
            leaves=tuple(int(n) for n in rng.integers(0, 12, 15)),
            joins=joins,
        )

    divergence = verified(tmp_path, changed(journal, Tick, noise, at=44)).divergence
    assert divergence is not None
    assert divergence.tick == 45


# ---- cut and flipped ----------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.3, 0.6, 0.97, 0.9999])
def test_cut_off(tmp_path: Path, journal: bytes, share: float) -> None:
    ends = list(
        accumulate(
            (8 + len(encode_record(record)) for record in records_of(journal)), initial=len(MAGIC)
        )
    )
    cut = ends[1] + int((len(journal) - ends[1]) * share)
    # Cut between two records it is merely not sealed.
    cut += cut in ends
    found = verified(tmp_path, journal[:cut])
    assert found.divergence is None
    assert found.damage is not None
    assert 0 < found.ticks <= TICKS
    assert found.damage.offset <= cut


def test_never_sealed(tmp_path: Path, journal: bytes) -> None:
    found = verified(tmp_path, journal_of(records_of(journal), seal=False))
    assert (found.divergence, found.damage, found.sealed) == (None, None, False)
    assert found.ticks == TICKS
    info = describe(tmp_path / "changed.journal")
    assert (info["sealed"], info["reason"], info["ticks"]) == (False, None, TICKS)


def test_a_flipped_bit_is_damage_where_it_is(tmp_path: Path, journal: bytes) -> None:
    rng = np.random.default_rng(8)
    start = len(MAGIC) + 8 + len(encode_record(records_of(journal)[0]))
    for offset in rng.integers(start, len(journal), 25).tolist():
        data = bytearray(journal)
        data[offset] ^= 1 << int(rng.integers(8))
        found = verified(tmp_path, bytes(data))
        assert found.divergence is None, "damage is not blamed on the engine"
        assert found.damage is not None
        assert found.damage.offset <= offset


# ---- info ---------------------------------------------------------------------------------------


def test_info(tmp_path: Path, decided: bytes) -> None:
    path = tmp_path / "a.journal"
    path.write_bytes(decided)
    info = describe(path)
    seal = records_of(decided)[-1]
    assert isinstance(seal, Seal)
    assert info["match_id"] == "simulated-11"
    assert (info["seed"], info["tick_rate_hz"], info["entrants"], info["bots"]) == (11, 30, 6, 6)
    assert info["sealed"] is True
    assert info["same_engine"] is True
    assert info["ticks"] == seal.tick
    assert info["seconds"] == seal.tick / 30
    assert info["winner"] == seal.winner
    assert info["winner_name"] == seal.result[0].name
    assert info["final_hash"] == f"{seal.final_hash:016x}"
    assert info["size_bytes"] == len(decided)
    assert info["damage"] is None
    json.dumps(info, allow_nan=False)
