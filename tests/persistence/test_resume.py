from __future__ import annotations

from pathlib import Path

import pytest

from persistence.errors import (
    DamagedJournal,
    InUse,
    NotAJournal,
    Sealed,
    Unwritable,
)
from persistence.journal_file import RESUME_CUT_MAX_BYTES, JournalFile
from persistence.reader import open_journal
from persistence.records import Tick
from tests.persistence.samples import (
    header,
    naive_frames,
    tick,
    write_sample,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "match.rfj"


def read_ticks(path: Path) -> list[int]:
    with open_journal(path) as journal:
        ticks = [record.tick for record in journal.ticks()]
        assert journal.damage is None
    return ticks


def test_resuming_after_a_cut_anywhere(path: Path) -> None:
    ticks = write_sample(path, sealed=False)
    whole = path.read_bytes()
    header_end = naive_frames(whole)[0][1]
    for size in range(header_end, len(whole) + 1, 3):
        path.write_bytes(whole[:size])
        with JournalFile.resume(path) as file:
            due = 5 if file.tally.due_tick is None else file.tally.due_tick
            for number in range(due, 14):
                file.append(tick(number))
            file.seal(tick=14, final_hash=1)
        with open_journal(path) as journal:
            assert list(journal.ticks()) == ticks, size
            assert journal.verify() is None


def test_what_cannot_be_resumed(path: Path, tmp_path: Path) -> None:
    write_sample(path)
    sealed = path.read_bytes()
    with pytest.raises(Sealed):
        JournalFile.resume(path)
    assert path.read_bytes() == sealed
    with pytest.raises(Unwritable):
        JournalFile.resume(tmp_path / "nowhere")
    with pytest.raises(Unwritable):
        JournalFile.resume(tmp_path)
    other = tmp_path / "other"
    other.write_bytes(b"something else entirely")
    with pytest.raises(NotAJournal):
        JournalFile.resume(other)
    assert other.read_bytes() == b"something else entirely"


def test_damage_in_the_middle_is_not_cut_off(path: Path) -> None:
    with JournalFile.create(path, header()) as file:
        file.append(tick(5))
        damage_at = file.size_bytes + 20
        for number in range(6, 12):
            file.append(Tick(number, 0, commands=bytes(1024 * 1024)))
    data = bytearray(path.read_bytes())
    assert len(data) - damage_at > RESUME_CUT_MAX_BYTES
    data[damage_at] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedJournal):
        JournalFile.resume(path)
    assert path.read_bytes() == data


def test_a_journal_has_one_writer(path: Path) -> None:
    pytest.importorskip("fcntl")
    with JournalFile.create(path, header()) as file:
        file.append(tick(5))
        with pytest.raises(InUse):
            JournalFile.resume(path)
        file.append(tick(6))
    with JournalFile.resume(path) as file:
        assert file.tally.due_tick == 7


def test_a_journal_can_be_read_while_it_is_written(path: Path) -> None:
    with JournalFile.create(path, header()) as file:
        for number in range(5, 9):
            file.append(tick(number))
            assert read_ticks(path) == list(range(5, number + 1))
