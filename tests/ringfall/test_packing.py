"""The packed form: it says the same, is smaller, and tells damage from truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from persistence.changes import unpack_changes
from persistence.errors import AlreadyExists, DamagedJournal, JournalError, Sealed
from persistence.frames import MAGIC, PACKED_MAGIC, frame, read_frames
from persistence.journal_file import JournalFile
from persistence.keyframes import unpack_keyframe
from persistence.packing import chunks, packer
from persistence.packing.chunks import Chunk, NotPackable
from persistence.packing.packer import pack, unpack
from persistence.packing.plan import Foretelling, Plan
from persistence.packing.predictions import BadPlanError, Predictor
from persistence.reader import Journal, open_journal, read_header
from persistence.records import Changes, Header, Keyframe, Tick, encode_record
from ringfall.library.plans import plan_of
from ringfall.replay import verify
from tests.ringfall.library_samples import CADENCE, put_sample, record


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packer, "CHUNK_S", 1.0)


def said(journal: Journal) -> list[object]:
    """All that a journal says, with nothing compressed."""
    found: list[object] = [journal.header]
    for _, each in journal.records():
        if isinstance(each, Keyframe):
            found.append(unpack_keyframe(each, journal.header.block_bytes))
        elif isinstance(each, Changes):
            raw = unpack_changes(each, journal.header.block_bytes)
            found.append((raw.tick, [(p.tolist(), f.tolist()) for p, f in raw.ticks]))
        else:
            found.append(each)
    seal = journal.seal
    if seal is not None:
        found.append(msgspec.structs.replace(seal, keyframes=()))
        found.append([entry.tick for entry in seal.keyframes])
    return found


def said_by(path: Path) -> list[object]:
    with open_journal(path) as journal:
        found = said(journal)
        assert journal.verify() is None
    return found


def packed_sample(folder: Path) -> tuple[Path, Path]:
    plain, target = put_sample(folder), folder / "m-1.journal.packed"
    pack(plain, target, plan_of)
    return plain, target


@cache
def packed_bytes() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(packer, "CHUNK_S", 1.0)
        return packed_sample(Path(folder))[1].read_bytes()


# --- it is the same ------------------------------------------------------------------------------


def test_packed_says_the_same_in_less(tmp_path: Path) -> None:
    plain, target = packed_sample(tmp_path)
    assert said_by(target) == said_by(plain)
    head = 8 + len(frame(encode_record(read_header(plain))))
    assert target.stat().st_size - head < 0.6 * (plain.stat().st_size - head)
    assert list(tmp_path.iterdir()) in ([plain, target], [target, plain])


def test_unpacked_is_what_it_was(tmp_path: Path) -> None:
    plain, target = packed_sample(tmp_path)
    again = tmp_path / "again.journal"
    assert unpack(target, again) == again.stat().st_size
    assert said_by(again) == said_by(plain)


def test_a_packed_journal_is_entered_in_the_middle(tmp_path: Path) -> None:
    plain, target = packed_sample(tmp_path)
    with open_journal(plain) as one, open_journal(target) as other:
        assert other.packed
        assert not one.packed
        assert (other.first_tick, other.end_tick) == (one.first_tick, one.end_tick)
        for tick in (0, 24, 25, 60, 99, 100, 5000):
            assert other.nearest_keyframe(tick) == one.nearest_keyframe(tick)
            assert list(other.ticks(tick)) == list(one.ticks(tick))
        assert len({entry.offset for entry in other.keyframes}) == 4


def test_a_packed_journal_is_verified_by_playing_it(tmp_path: Path) -> None:
    plain, target = packed_sample(tmp_path)
    one, other = verify(plain), verify(target)
    assert other.divergence is None
    assert other.damage is None
    assert replace(one, seconds=0.0) == replace(other, seconds=0.0)


def test_a_divergence_is_named_to_the_value(tmp_path: Path) -> None:
    plain = put_sample(tmp_path)
    lie = record(tmp_path, "lie", seed=4)
    # Another match's ticks behind this header: from the first tick on nothing is the same.
    with open_journal(plain) as mine, open_journal(lie) as other:
        header = msgspec.structs.replace(mine.header, match_id="mixed")
        forged = tmp_path / "mixed.journal"
        with JournalFile.create(forged, header) as file:
            for _, each in other.records():
                file.append(each)
            assert other.seal is not None
            file.seal(tick=other.seal.tick, final_hash=other.seal.final_hash, reason="stopped")
    target = tmp_path / "mixed.journal.packed"
    pack(forged, target, plan_of)
    found = verify(target).divergence
    assert found is not None
    assert replace(verify(forged), seconds=0.0) == replace(verify(target), seconds=0.0)


@pytest.mark.parametrize("keep", ["no changes", "a gap", "no keyframes"])
def test_what_does_not_follow_is_kept_as_it_is(tmp_path: Path, keep: str) -> None:
    source = record(tmp_path, cadence=replace(CADENCE, changes_ticks=0 if keep[3] == "c" else 10))
    path = tmp_path / "less.journal"
    with open_journal(source) as journal, JournalFile.create(path, journal.header) as file:
        for _, each in journal.records():
            gap = isinstance(each, Changes) and each.tick in (31, 51)
            bare = isinstance(each, Keyframe)
            if not (keep == "a gap" and gap) and not (keep == "no keyframes" and bare):
                file.append(each)
        assert journal.seal is not None
        file.seal(tick=journal.seal.tick, final_hash=journal.seal.final_hash, reason="stopped")
    pack(path, tmp_path / "less.journal.packed", plan_of)
    assert said_by(tmp_path / "less.journal.packed") == said_by(path)


def test_a_bare_plan_will_do(tmp_path: Path) -> None:
    plain = put_sample(tmp_path)
    pack(plain, tmp_path / "bare", lambda header: Plan())
    pack(plain, tmp_path / "full", plan_of)
    assert said_by(tmp_path / "bare") == said_by(plain)
    assert (tmp_path / "full").stat().st_size < (tmp_path / "bare").stat().st_size


# --- what is not packed --------------------------------------------------------------------------


def test_what_is_not_whole_stays_plain(tmp_path: Path) -> None:
    plain = put_sample(tmp_path)
    open_end = record(tmp_path, "open", ticks=20, sealed=False)
    bent = tmp_path / "bent.journal"
    data = bytearray(plain.read_bytes())
    data[len(data) // 2] ^= 1
    bent.write_bytes(data)
    target = tmp_path / "x.journal.packed"
    for path, word in ((open_end, "not sealed"), (bent, "damaged at byte")):
        before = path.read_bytes()
        with pytest.raises(NotPackable, match=word):
            pack(path, target, plan_of)
        assert path.read_bytes() == before
    assert not target.exists()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("which", ["hash", "keyframe"])
def test_a_journal_that_contradicts_itself_stays_plain(tmp_path: Path, which: str) -> None:
    source, path = put_sample(tmp_path), tmp_path / "lie.journal"
    with open_journal(source) as journal, JournalFile.create(path, journal.header) as file:
        for _, each in journal.records():
            if which == "hash" and isinstance(each, Tick) and each.tick == 40:
                each = msgspec.structs.replace(each, hash_before=each.hash_before ^ 1)
            if which == "keyframe" and isinstance(each, Keyframe) and each.tick == 50:
                each = msgspec.structs.replace(each, state_hash=each.state_hash ^ 1)
            file.append(each)
        assert journal.seal is not None
        file.seal(tick=journal.seal.tick, final_hash=journal.seal.final_hash, reason="stopped")
    with pytest.raises(NotPackable):
        pack(path, tmp_path / "lie.journal.packed", plan_of)
    assert not (tmp_path / "lie.journal.packed").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    plain, target = packed_sample(tmp_path)
    before = target.read_bytes()
    with pytest.raises(AlreadyExists):
        pack(plain, target, plan_of)
    with pytest.raises(AlreadyExists):
        unpack(target, plain)
    assert target.read_bytes() == before


def test_nothing_is_appended_to_a_packed_journal(tmp_path: Path) -> None:
    _, target = packed_sample(tmp_path)
    target.write_bytes(target.read_bytes()[:-100])
    before = target.read_bytes()
    with pytest.raises(Sealed):
        JournalFile.resume(target)
    assert target.read_bytes() == before


# --- damage --------------------------------------------------------------------------------------


def good_part(path: Path, whole: list[object]) -> int | None:
    """How many records are good, in order from the first; None when the file is refused."""
    try:
        with open_journal(path) as journal:
            found = [each for _, each in journal.records() if isinstance(each, Tick)]
            damage = journal.verify()
    except JournalError:
        return None
    assert found == whole[: len(found)]
    assert damage is not None
    assert 0 <= damage.offset <= path.stat().st_size
    return len(found)


def ticks_of(path: Path) -> list[object]:
    with open_journal(path) as journal:
        return list(journal.ticks())


def damages(data: bytes) -> Iterator[bytes]:
    # Everything but the header, in which most places are alike; more of the end.
    start = 20_000
    step = (len(data) - start) // 9
    for at in (0, 9, 5000, *range(start, len(data), step), *range(len(data) - 24, len(data), 5)):
        yield data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]
        yield data[:at]
    yield data[: len(data) // 2] + bytes(len(data) - len(data) // 2)


def test_bytes_flipped_cut_or_zeroed_leave_the_good_part_or_a_name(tmp_path: Path) -> None:
    target = tmp_path / "m-1.journal.packed"
    target.write_bytes(packed_bytes())
    whole = ticks_of(target)
    found = set()
    for bad in damages(packed_bytes()):
        target.write_bytes(bad)
        found.add(good_part(target, whole))
    # Refused, nothing but the header, one chunk, two, all of them.
    assert len(found) >= 5, found
    assert {None, 0, len(whole)} <= found


def test_behind_a_damaged_chunk_the_next_one_is_entered(tmp_path: Path) -> None:
    target = tmp_path / "m-1.journal.packed"
    target.write_bytes(packed_bytes())
    with open_journal(target) as journal:
        offsets = sorted({entry.offset for entry in journal.keyframes})
        last = next(e.tick for e in journal.keyframes if e.offset == offsets[-1])
        behind = list(journal.ticks(last))
    data = bytearray(packed_bytes())
    data[offsets[1] + 40] ^= 255
    target.write_bytes(data)
    with open_journal(target) as journal:
        assert list(journal.ticks(last)) == behind
        assert journal.verify() is not None
        assert journal.damage is not None
        assert journal.damage.offset == offsets[1]


def frames_of(data: bytes) -> list[bytes]:
    return [bytes(p) for _, p in read_frames(lambda at, n: data[at : at + n], 8, len(data) - 16)]


def put_frames(path: Path, frames: list[bytes]) -> Path:
    path.write_bytes(PACKED_MAGIC + b"".join(map(frame, frames)))
    return path


LIES = {
    "format": lambda plan: [16, 2, *plan[2:]],
    "operation": lambda plan: [*plan[:3], [["guesses", [], []]]],
    "column": lambda plan: [*plan[:3], [["travels", ["no.Such.column"] * 5, [1.0, 1.0]]]],
    "dtype": lambda plan: [*plan[:3], [["travels", ["match.Clock.tick"] * 5, [1.0, 1.0]]]],
    "numbers": lambda plan: [*plan[:3], [[*plan[3][-1][:2], []]]],
}


@pytest.mark.parametrize("lie", LIES)
def test_a_plan_that_cannot_be_is_refused(tmp_path: Path, lie: str) -> None:
    frames = frames_of(packed_bytes())
    plan = msgspec.msgpack.decode(frames[1])
    frames[1] = msgspec.msgpack.encode(LIES[lie](plan))
    with pytest.raises(JournalError, match=r"format 2|no plan"):
        open_journal(put_frames(tmp_path / "x", frames))


def test_a_plan_that_is_missing_is_damage(tmp_path: Path) -> None:
    frames = frames_of(packed_bytes())
    for some in (frames[:1], [frames[0], *frames[2:]]):
        with pytest.raises(DamagedJournal):
            open_journal(put_frames(tmp_path / "x", some))


def test_chunks_that_lie_are_damage(tmp_path: Path) -> None:
    frames = frames_of(packed_bytes())
    chunk = msgspec.msgpack.decode(frames[3], type=Chunk)
    huge = msgspec.structs.replace(chunk, raw_size=2**32 - 1)
    other = msgspec.structs.replace(chunk, count=chunk.count + 1)
    early = msgspec.structs.replace(chunk, tick=chunk.tick - 1)
    torn = msgspec.structs.replace(chunk, zstd=chunk.zstd[:-5])
    for bad in (huge, other, early, torn):
        lying = [*frames[:3], msgspec.msgpack.encode(bad), *frames[4:]]
        with open_journal(put_frames(tmp_path / "x", lying)) as journal:
            assert len(list(journal.ticks())) < 100
            assert journal.damage is not None


def test_states_that_are_not_those_hashed_are_damage(tmp_path: Path) -> None:
    frames = frames_of(packed_bytes())
    chunk = msgspec.msgpack.decode(frames[3], type=Chunk)
    body = msgspec.msgpack.decode(zstandard.decompress(chunk.zstd), type=chunks.Body)
    lie = msgspec.structs.replace(body, hashes=body.hashes[:-8] + bytes(8))
    raw = msgspec.msgpack.encode(lie)
    squeezed = zstandard.ZstdCompressor().compress(raw)
    bad = msgspec.structs.replace(chunk, raw_size=len(raw), zstd=squeezed)
    lying = [*frames[:3], msgspec.msgpack.encode(bad), *frames[4:]]
    with open_journal(put_frames(tmp_path / "x", lying)) as journal:
        damage = journal.verify()
    assert damage is not None
    assert "hashed" in damage.reason


@settings(max_examples=25)
@given(data=st.binary(max_size=300), at=st.integers(0, 3))
def test_any_bytes_in_a_frame_are_a_named_refusal(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, at: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    frames = frames_of(packed_bytes())
    frames[at] = data or b"\0"
    put_frames(path, frames)
    try:
        with open_journal(path) as journal:
            journal.verify()
            assert journal.damage is not None
    except JournalError:
        pass


# --- predictions ---------------------------------------------------------------------------------


@cache
def sample_header() -> Header:
    data = packed_bytes()
    assert data[:8] != MAGIC
    return msgspec.msgpack.decode(frames_of(data)[0], type=Header)


@pytest.mark.parametrize("seed", range(6))
def test_any_state_comes_back_from_any_other(seed: int) -> None:
    """Whatever bits there are, NaN and numbers out of range included."""
    header, dice = sample_header(), np.random.default_rng(seed)
    full = Predictor(header, plan_of(header).foretellings)
    words = header.block_bytes // 8
    before, now = dice.integers(0, 2**64, (2, words), dtype=np.uint64)
    if seed % 2:
        now = before ^ (now * (dice.random(words) < 0.02))
    kept = before.copy()
    changes = full.differ(before, now)
    assert (full.advance(before, changes) == now).all()
    assert (before == kept).all()


def test_a_true_plan_leaves_little(tmp_path: Path) -> None:
    """Each prediction earns its place: without it more words have to be told."""
    with open_journal(put_sample(tmp_path)) as journal:
        header = journal.header
        blocks = []
        plain = Predictor(header)
        state = None
        for _, each in journal.records():
            if isinstance(each, Keyframe) and state is None:
                raw = unpack_keyframe(each, header.block_bytes)
                state = np.frombuffer(raw.block, dtype=np.uint64)
                blocks.append(state)
            elif isinstance(each, Changes):
                for changes in unpack_changes(each, header.block_bytes).ticks:
                    assert state is not None
                    state = plain.advance(state, changes)
                    blocks.append(state)
    told = plan_of(header).foretellings

    def total(some: tuple[Foretelling, ...]) -> int:
        found = Predictor(header, some)
        return sum(len(found.differ(a, b)[0]) for a, b in pairwise(blocks))

    full = total(told)
    for operation in ("heads", "steers", "travels"):
        assert total(tuple(t for t in told if t.operation != operation)) > 1.02 * full, operation
    assert full < 0.8 * total(())


def test_a_plan_for_another_layout_is_refused() -> None:
    header = sample_header()
    with pytest.raises(BadPlanError):
        Predictor(header, (Foretelling("heads", ("match.Clock.tick",)),))
    bent = msgspec.structs.replace(header, block_bytes=64)
    with pytest.raises(BadPlanError):
        Predictor(bent, plan_of(header).foretellings)
