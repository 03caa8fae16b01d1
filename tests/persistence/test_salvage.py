"""What is gathered from a journal and its tail, whatever happened to them."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from persistence.errors import (
    DamagedJournal,
    InUse,
    JournalError,
    NoStart,
    NotAJournal,
    Sealed,
    Unreadable,
    UnsupportedFormat,
    Unwritable,
)
from persistence.frames import FRAME_HEAD
from persistence.journal_file import RESUME_CUT_MAX_BYTES, JournalFile
from persistence.keyframes import Keyframe
from persistence.reader import open_journal
from persistence.records import Tick
from persistence.salvage import Salvaged, salvage, sweep_tails, unsealed
from persistence.setting_aside import ASIDE
from tests.persistence.disks import FussyDisk, full
from tests.persistence.samples import (
    FIRST_TICK,
    KEYFRAME_TICKS,
    header,
    naive_frames,
    raw_keyframe,
    tick,
    write_sample,
)
from tests.persistence.tails import hold, small_tail

END_TICK = 14  # of the sample: ticks 5 to 13, keyframes before 5, 8 and 11


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.journal"


def salvaged(path: Path) -> Salvaged:
    found = salvage(path, path.parent / "tails")
    found.file.close()
    return found


def killed(path: Path, *in_tail: int) -> bytes:
    """A journal up to tick 13 and a tail with these ticks; the journal's bytes."""
    write_sample(path, sealed=False)
    tail = small_tail(path.parent)
    hold(tail, *(tick(number) for number in in_tail))
    tail.close()
    return path.read_bytes()


def check_goes_on(path: Path, found: Salvaged) -> None:
    """Re-stepping can begin, and what is recorded from there on makes a whole journal."""
    start = 0 if found.keyframe is None else found.keyframe.tick
    if found.keyframe is not None:
        assert found.keyframe == raw_keyframe(start)
    if found.ticks:
        first = found.ticks[0].tick
        assert found.keyframe is None or first == start
        assert found.ticks == [tick(number) for number in range(first, first + len(found.ticks))]
    with JournalFile.resume(path) as file:
        assert file.tally.due_tick in (found.recorded_until, None)
        for record in found.ticks:
            if record.tick >= found.recorded_until:
                file.append(record)
        end = found.ticks[-1].tick + 1 if found.ticks else found.recorded_until
        file.seal(tick=end, final_hash=1)
    with open_journal(path) as journal:
        assert journal.verify() is None


def test_ticks_of_the_file_and_behind_them_those_of_the_tail(path: Path) -> None:
    killed(path, 12, 13, 14, 15)
    found = salvaged(path)
    assert found.header == header()
    assert found.keyframe == raw_keyframe(11)
    assert found.ticks == [tick(number) for number in range(11, 16)]
    assert (found.recorded_until, found.changes_until, found.lost_ticks) == (14, 13, 0)
    assert found.notes == []
    check_goes_on(path, found)


def test_without_changes_those_of_the_second_tick_are_the_first_missing(path: Path) -> None:
    with JournalFile.create(path, header()) as file:
        file.append_all([raw_keyframe(5), tick(5), tick(6)])
    assert salvaged(path).changes_until == 6


def test_the_file_stays_open_and_locked(path: Path) -> None:
    killed(path, 14)
    found = salvage(path, path.parent / "tails")
    with pytest.raises(InUse):
        salvage(path, path.parent / "tails")
    found.file.append(tick(14))
    found.file.close()
    assert salvaged(path).recorded_until == 15


def test_salvaging_again_and_again_changes_nothing(path: Path) -> None:
    data = killed(path, 13, 14)
    path.write_bytes(data + b"torn")
    first = salvaged(path)
    again = salvaged(path)
    assert (first.ticks, first.recorded_until) == (again.ticks, again.recorded_until)
    assert (len(first.notes), again.notes) == (1, [])
    assert path.read_bytes() == data


def test_without_a_tail_it_is_said(path: Path) -> None:
    write_sample(path, sealed=False)
    found = salvaged(path)
    assert found.ticks == [tick(number) for number in range(11, 14)]
    [note] = found.notes
    assert f"no tail in {path.parent / 'tails'} or {path.parent}" in note


def test_a_gap_behind_the_file_is_said(path: Path) -> None:
    killed(path, 12, 15, 16)
    found = salvaged(path)
    assert found.ticks[-1] == tick(13)
    assert found.lost_ticks == 3
    [note] = found.notes
    assert "ticks 14 to 16 are lost" in note


def test_ticks_that_found_no_room_are_said(path: Path) -> None:
    write_sample(path, sealed=False)
    tail = small_tail(path.parent)
    hold(tail, *(Tick(number, 1, commands=bytes(1000)) for number in range(14, 20)))
    tail.close()
    found = salvaged(path)
    assert [record.tick for record in found.ticks] == [11, 12, 13, 14, 15, 16]
    assert found.lost_ticks == 3
    assert "ticks 17 to 19 are lost" in found.notes[0]


def test_killed_before_the_first_record(path: Path) -> None:
    """The header says how the match began: tick 0 needs no keyframe."""
    JournalFile.create(path, header()).close()
    ticks = [Tick(0, 3), Tick(1, 4)]
    tail = small_tail(path.parent)
    hold(tail, *ticks)
    tail.close()
    found = salvaged(path)
    assert (found.keyframe, found.ticks, found.notes) == (None, ticks, [])
    assert (found.recorded_until, found.changes_until) == (0, 1)


def test_killed_between_a_keyframe_and_its_tick(path: Path) -> None:
    killed(path, 13, 14)
    with JournalFile.resume(path) as file:
        file.append(raw_keyframe(14))
    found = salvaged(path)
    assert (found.keyframe, found.ticks) == (raw_keyframe(14), [tick(14)])
    assert found.recorded_until == 14


def test_cut_at_every_offset_of_the_file(path: Path) -> None:
    """With what the tail holds nothing is lost; without, what is cut off."""
    whole = killed(path, *range(7, 16))
    table = naive_frames(whole)
    tail = next((path.parent / "tails").iterdir())
    kept_tail = tail.read_bytes()
    start = next(begin for begin, _, fields in table if fields[:2] == [1, 7])
    last = next(begin for begin, _, fields in table if fields[:2] == [2, 11])
    for size in (*range(start, last, 5), *range(last, len(whole))):
        path.write_bytes(whole[:size])
        tail.write_bytes(kept_tail)
        found = salvaged(path)
        ends = [fields[1] for begin, end, fields in table if end <= size and fields[0] == 1]
        assert found.recorded_until == ends[-1] + 1
        assert found.ticks[-1] == tick(15)
        torn = size - max(end for _, end, _ in table if end <= size)
        assert len(found.notes) == (1 if torn else 0)
        assert path.stat().st_size == size - torn
        if size % 20 == 0:
            check_goes_on(path, found)
        remove_aside(path.parent)
    path.write_bytes(whole[: start + 9])
    tail.unlink()
    assert salvaged(path).recorded_until == 7


def remove_aside(folder: Path) -> None:
    for kept in (folder / ASIDE).glob("*"):
        kept.unlink()


def test_cut_at_every_offset_of_the_tail(path: Path) -> None:
    killed(path, *range(12, 17))
    tail = next((path.parent / "tails").iterdir())
    whole = tail.read_bytes()
    used = len(whole.rstrip(b"\0"))
    ends: set[int] = set()
    for size in [*range(0, 400, 7), *range(4096, used + 2)]:
        tail.write_bytes(whole[:size])
        found = salvaged(path)
        assert found.ticks == [tick(number) for number in range(11, 11 + len(found.ticks))]
        assert found.recorded_until == 14
        end = found.ticks[-1].tick
        ends.add(end)
        if end < 16:
            [note, *_] = found.notes
            assert "tail" in note or f"ticks {end + 1} to 16 are lost" in note
        tail.write_bytes(whole)
    assert ends == {13, 14, 15, 16}


def test_bits_flipped_in_the_file(path: Path) -> None:
    """Whatever was in the file and not in the tail is back, as long as it can be read at all."""
    whole = killed(path, *range(10, 16))
    rng = random.Random(11)
    start = naive_frames(whole)[0][1]
    for _ in range(90):
        data = bytearray(whole)
        at = rng.randrange(start, len(data))
        data[at] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        hit = next(fields for _, end, fields in naive_frames(whole) if at < end)
        try:
            found = salvaged(path)
        except NoStart:
            assert hit[:2] == [2, FIRST_TICK]
            assert path.read_bytes() == data
            continue
        lost = hit[1] if hit[0] == 1 and hit[1] < 10 else 16
        assert (found.ticks[-1].tick + 1 if found.ticks else found.recorded_until) == lost
        assert any("cut off" in note for note in found.notes)
        [kept] = (path.parent / ASIDE).glob("*.cut-at-*")
        assert data.endswith(kept.read_bytes())
        if lost < 16:
            assert found.lost_ticks == 16 - lost
        check_goes_on(path, found)
        remove_aside(path.parent)


def test_bits_flipped_in_the_tail(path: Path) -> None:
    killed(path, *range(12, 17))
    tail = next((path.parent / "tails").iterdir())
    whole = tail.read_bytes()
    rng = random.Random(12)
    used = len(whole.rstrip(b"\0"))
    for _ in range(200):
        data = bytearray(whole)
        at = rng.choice((rng.randrange(320), rng.randrange(4096, used)))
        data[at] ^= 1 << rng.randrange(8)
        tail.write_bytes(data)
        found = salvaged(path)
        assert found.ticks == [tick(number) for number in range(11, 11 + len(found.ticks))]
        if found.ticks[-1].tick < 16:
            assert found.notes, "what is missing is said"


def test_zeroes_at_the_end(path: Path) -> None:
    """What a power loss leaves. Nothing is in zeroes, so they are not kept."""
    whole = killed(path, 13, 14)
    for count in (1, 7, 8, 4096, 100_000):
        path.write_bytes(whole + bytes(count))
        found = salvaged(path)
        assert found.ticks[-1] == tick(14)
        [note] = found.notes
        assert f"{count} bytes were cut off at byte {len(whole)}, all of them zero" in note
        assert path.read_bytes() == whole
        path.write_bytes(whole[:-30] + bytes(30 + count))
        assert salvaged(path).recorded_until == 13
        path.write_bytes(whole)


def test_good_ticks_behind_a_damaged_keyframe_are_back_in_the_file(path: Path) -> None:
    whole = killed(path, 13, 14)
    begin = next(begin for begin, _, fields in naive_frames(whole) if fields[:2] == [2, 11])
    data = bytearray(whole)
    data[begin + FRAME_HEAD.size + 5] ^= 1
    path.write_bytes(data)
    found = salvaged(path)
    assert found.keyframe == raw_keyframe(8)
    assert found.ticks == [tick(number) for number in range(8, 15)]
    assert found.recorded_until == 14
    assert found.changes_until == 10
    assert "3 ticks from 11 on were good and are back" in found.notes[-1]
    check_goes_on(path, found)


def test_a_keyframe_that_does_not_unpack_gives_way_to_an_older_one(path: Path) -> None:
    with JournalFile.create(path, header()) as file:
        file.append_all([raw_keyframe(5), tick(5), Keyframe(6, 1, 64, b"not zstd"), tick(6)])
    found = salvaged(path)
    assert (found.keyframe, found.ticks) == (raw_keyframe(5), [tick(5), tick(6)])
    assert "a keyframe is damaged, an older one is taken" in found.notes[0]


def test_without_any_good_keyframe_and_not_from_the_start(path: Path) -> None:
    with JournalFile.create(path, header()) as file:
        file.append_all([tick(5), tick(6)])
    before = path.read_bytes()
    with pytest.raises(NoStart, match="its first tick is 5"):
        salvaged(path)
    assert path.read_bytes() == before


def test_a_foreign_tail_is_refused_with_the_reason(path: Path) -> None:
    killed(path, 13, 14)
    other = small_tail(path.parent, created_utc="another day", match_id="m-2")
    other.close()
    mine = next(file for file in (path.parent / "tails").iterdir() if file != other.path)
    mine.write_bytes(other.path.read_bytes())
    found = salvaged(path)
    assert found.ticks[-1] == tick(13)
    assert "the tail of another journal, of match m-2" in found.notes[0]


def test_a_tail_in_use_is_left_to_its_process(path: Path) -> None:
    whole = killed(path, 13) + b"torn"
    path.write_bytes(whole)
    tail = small_tail(path.parent, due_tick=14)
    with pytest.raises(InUse):
        salvaged(path)
    assert path.read_bytes() == whole
    tail.close()


def test_what_cannot_be_salvaged_stays_as_it_is(path: Path, tmp_path: Path) -> None:
    killed(path, 13, 14)
    whole = path.read_bytes()
    with JournalFile.create(tmp_path / "big.journal", header()) as file:
        file.append(raw_keyframe(5))
        damage_at = file.size_bytes + 20
        for number in range(5, 11):
            file.append(Tick(number, 0, commands=bytes(1024 * 1024)))
    big = bytearray((tmp_path / "big.journal").read_bytes())
    (tmp_path / "big.journal").unlink()
    assert len(big) - damage_at > RESUME_CUT_MAX_BYTES
    big[damage_at] ^= 1
    cases: list[tuple[bytes, Any]] = [
        (b"", NotAJournal),
        (b"something else", NotAJournal),
        (whole[:30], DamagedJournal),
        (whole[:60] + b"x" + whole[61:], DamagedJournal),
        (bytes(big), DamagedJournal),
    ]
    for data, kind in cases:
        path.write_bytes(data)
        with pytest.raises(kind) as caught:
            salvaged(path)
        assert path.name in str(caught.value)
        assert "\n" not in str(caught.value)
        assert path.read_bytes() == data
    with pytest.raises(Unwritable, match="nowhere"):
        salvaged(tmp_path / "nowhere.journal")


def test_another_format_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed(path, 13)
    monkeypatch.setattr("persistence.opening.FORMAT", 99)
    with pytest.raises(UnsupportedFormat, match="this build reads format 99"):
        salvaged(path)


def test_a_disk_that_refuses_leaves_all_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = killed(path, 13, 14) + b"torn off"
    path.write_bytes(whole)

    def refuse(*_: Any) -> Any:
        raise OSError(30, "Read-only file system")

    for target in ("persistence.salvage.reopen_disk", "persistence.setting_aside.open"):
        with monkeypatch.context() as patch:
            patch.setattr(target, refuse, raising=False)
            with pytest.raises(Unwritable, match=r"Read-only file system; check free space"):
                salvaged(path)
        assert path.read_bytes() == whole
    disk: list[FussyDisk] = []

    def fussy(where: Path) -> FussyDisk:
        from persistence.disk import reopen_disk

        disk[:] = [FussyDisk(reopen_disk(where), [])]
        disk[0].truncate_error = full()
        return disk[0]

    monkeypatch.setattr("persistence.salvage.reopen_disk", fussy)
    with pytest.raises(Unwritable, match="No space left"):
        salvaged(path)
    monkeypatch.undo()
    assert salvaged(path).ticks[-1] == tick(14)


def test_a_sealed_journal_is_complete(path: Path) -> None:
    write_sample(path)
    whole = path.read_bytes()
    with pytest.raises(Sealed, match="complete"):
        salvaged(path)
    assert path.read_bytes() == whole


def test_a_torn_trailer_is_mended(path: Path) -> None:
    """Killed, or without power, while it was sealed: the seal is good."""
    write_sample(path)
    whole = path.read_bytes()
    for data in (
        *(whole[:-count] for count in range(1, 17)),
        whole[:-16] + bytes(16),
        whole + bytes(500),
        whole[:-3] + b"abc",
    ):
        path.write_bytes(data)
        assert unsealed(path.parent) == [path]
        with pytest.raises(Sealed, match="the trailer was mended"):
            salvaged(path)
        assert path.read_bytes() == whole
        assert unsealed(path.parent) == []


def test_which_journals_have_no_end(tmp_path: Path, path: Path) -> None:
    assert unsealed(tmp_path / "nowhere") == []
    write_sample(tmp_path / "sealed.journal")
    write_sample(path, sealed=False)
    write_sample(tmp_path / "b.journal", sealed=False)
    (tmp_path / "empty.journal").touch()
    (tmp_path / "folder.journal").mkdir()
    (tmp_path / "notes.txt").write_text("no journal")
    (tmp_path / ASIDE).mkdir()
    write_sample(tmp_path / ASIDE / "x.journal", sealed=False)
    names = [found.name for found in unsealed(tmp_path)]
    assert names == ["b.journal", "empty.journal", "m.journal"]
    with pytest.raises(Unreadable, match=r"notes\.txt: cannot look for journals"):
        unsealed(tmp_path / "notes.txt")


def test_a_sealed_journal_of_another_format_has_an_end(path: Path) -> None:
    write_sample(path)
    data = bytearray(path.read_bytes())
    data[20] ^= 1  # the header cannot be read any more; the end can
    path.write_bytes(data)
    assert unsealed(path.parent) == []


def test_tails_of_sealed_journals_are_swept_and_no_others(path: Path) -> None:
    killed(path, 13, 14)
    [tail] = (path.parent / "tails").iterdir()
    assert sweep_tails(path.parent, tail.parent) == []
    pipe = tail.with_name("pipe.tail")
    os.mkfifo(pipe)  # opening it would wait for a writer
    damaged = tail.with_name("damaged.tail")
    damaged.write_bytes(b"?")
    with JournalFile.resume(path) as file:
        file.seal(tick=END_TICK, final_hash=1)
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    assert sweep_tails(elsewhere, tail.parent) == []
    in_use = small_tail(path.parent, due_tick=14)
    assert sweep_tails(path.parent, tail.parent) == []
    in_use.close()
    assert sweep_tails(path.parent, tail.parent) == [tail]
    assert set(tail.parent.iterdir()) == {damaged, pipe}


def test_every_error_is_a_journal_error() -> None:
    assert issubclass(NoStart, JournalError)
    assert set(KEYFRAME_TICKS) == {5, 8, 11}
