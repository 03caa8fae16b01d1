"""What cannot be recovered is kept, with the reason, and is not tried for ever."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from persistence.errors import InUse, Unwritable
from persistence.journal_file import JournalFile
from persistence.salvage import ATTEMPTS_MAX, begin_attempt, end_attempt, salvage, set_aside
from persistence.setting_aside import ASIDE, keep_cut
from tests.persistence.samples import header, tick, write_sample
from tests.persistence.tails import hold, small_tail


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m-1.journal"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def make(path: Path) -> tuple[bytes, str, bytes]:
    """A journal and its tail: its bytes, the tail's name, and the tail's bytes."""
    write_sample(path, sealed=False)
    tail = small_tail(path.parent, name=path.name)
    hold(tail, tick(14))
    tail.close()
    return path.read_bytes(), tail.path.name, tail.path.read_bytes()


def test_journal_and_tail_are_moved_and_the_reason_is_beside_them(path: Path) -> None:
    data, tail, held = make(path)
    begin_attempt(path)
    where = set_aside(path, path.parent / "tails", "the rules have changed")
    assert where == path.parent / ASIDE / "m-1.journal"
    assert tree(path.parent) == {
        f"{ASIDE}/m-1.journal": data,
        f"{ASIDE}/m-1.reason.txt": b"the rules have changed\n",
        f"{ASIDE}/m-1.{tail}": held,
    }


def test_nothing_is_ever_overwritten(path: Path) -> None:
    seen: dict[str, bytes] = {}
    for number in range(3):
        path.write_bytes(b"journal %d" % number)
        set_aside(path, path.parent / "tails", f"reason {number}")
        now = tree(path.parent / ASIDE)
        assert seen.items() <= now.items()
        assert len(now) == len(seen) + 2
        seen = now
    path.write_bytes(b"one more")
    (path.parent / ASIDE / "m-1-4.journal").write_bytes(b"somebody's")
    assert set_aside(path, None, "again").name == "m-1-5.journal"


def test_across_file_systems_what_is_moved_is_copied_first(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, tail, held = make(path)
    rename = Path.rename

    def other_disk(self: Path, target: Path) -> Path:
        if self.parent.name == "tails":
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", other_disk)
    set_aside(path, path.parent / "tails", "why")
    assert tree(path.parent) == {
        f"{ASIDE}/m-1.journal": data,
        f"{ASIDE}/m-1.reason.txt": b"why\n",
        f"{ASIDE}/m-1.{tail}": held,
    }


@pytest.mark.parametrize("call", ["mkdir", "rename"])
def test_what_cannot_be_moved_stays(path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    data, tail, held = make(path)

    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, call, refuse)
    with pytest.raises(Unwritable) as caught:
        set_aside(path, path.parent / "tails", "it is broken")
    line = str(caught.value)
    assert "\n" not in line
    assert "Read-only file system; it stays where it is; it should go because: it is broken" in line
    left = tree(path.parent)
    assert (left["m-1.journal"], left[f"tails/{tail}"]) == (data, held)


def test_a_journal_that_is_written_is_not_moved_and_not_counted(path: Path) -> None:
    with JournalFile.create(path, header()):
        for call in (lambda: set_aside(path, None, "why"), lambda: begin_attempt(path)):
            with pytest.raises(InUse):
                call()
        assert [file.name for file in path.parent.iterdir()] == ["m-1.journal"]


def test_attempts_are_counted_until_one_succeeds(path: Path) -> None:
    make(path)
    assert [begin_attempt(path) for _ in range(4)] == [1, 2, 3, 4]
    end_attempt(path)
    end_attempt(path)
    assert begin_attempt(path) == 1


def test_a_journal_that_kills_its_reader_is_set_aside_at_the_third_start(path: Path) -> None:
    make(path)
    starts = deaths = 0
    while path.exists():
        starts += 1
        assert starts <= 3
        if begin_attempt(path) > ATTEMPTS_MAX:
            set_aside(path, path.parent / "tails", "it ended the server twice")
        else:
            salvage(path, path.parent / "tails").file.close()
            deaths += 1  # before end_attempt
    assert (starts, deaths) == (3, 2)
    assert not list(path.parent.glob("*.attempts"))


def test_a_count_that_was_damaged_goes_on(path: Path) -> None:
    make(path)
    count = path.with_name("m-1.journal.attempts")
    count.write_bytes(bytes(50))
    assert [begin_attempt(path) for _ in range(3)] == [1, 2, 3]


def test_a_count_that_cannot_be_kept_is_one_line(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(path)

    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unwritable, match=r"cannot count the attempt.*No space left"):
        begin_attempt(path)


def test_bytes_that_are_cut_off_are_kept_each_time(path: Path) -> None:
    names = [keep_cut(path, 99, data) for data in (b"one", b"two", bytes(9))]
    assert [name and name.name for name in names] == [
        "m-1.cut-at-99-1",
        "m-1.cut-at-99-2",
        None,
    ]
    assert tree(path.parent) == {
        f"{ASIDE}/m-1.cut-at-99-1": b"one",
        f"{ASIDE}/m-1.cut-at-99-2": b"two",
    }
