"""Where a tail is, whose it is, and what is refused."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import msgspec
import pytest

from persistence import tail_file
from persistence.errors import BadTail, InUse, Unwritable
from persistence.frames import frame
from persistence.tail_file import (
    default_folder,
    find_tail,
    open_tail,
    own_folders,
    read_tail,
    tail_name,
)
from persistence.tail_layout import FRAME_AT, HEAD_BYTES, unpack_head
from tests.persistence.samples import header, tick
from tests.persistence.tails import SMALL_BYTES, best, found, hold, small_tail


def test_what_a_process_left_is_read_by_the_next(tmp_path: Path) -> None:
    tail = small_tail(tmp_path)
    assert tail.path == tmp_path / "tails" / tail_name(header())
    assert tail.path.stat().st_size == SMALL_BYTES
    assert stat.S_IMODE(tail.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(tail.path.parent.stat().st_mode) == 0o700
    hold(tail, tick(5), tick(6))
    tail.close()
    left = best(tmp_path)
    assert {number: framed.record for number, framed in left.ticks.items()} == {
        5: tick(5),
        6: tick(6),
    }
    assert (left.life, left.reached) == (1, 6)
    tail.remove()
    assert list((tmp_path / "tails").iterdir()) == []
    assert find_tail(tmp_path / "m.journal", header(), tmp_path / "tails").best is None


def test_nothing_held_is_nothing_read(tmp_path: Path) -> None:
    small_tail(tmp_path).close()
    left = best(tmp_path)
    assert (left.ticks, left.reached) == ({}, None)


def test_a_tail_has_one_writer(tmp_path: Path) -> None:
    tail = small_tail(tmp_path)
    hold(tail, tick(5))
    with pytest.raises(InUse):
        small_tail(tmp_path)
    with pytest.raises(InUse):
        best(tmp_path)
    hold(tail, tick(6))
    tail.close()
    assert best(tmp_path).reached == 6


def test_two_servers_share_a_folder(tmp_path: Path) -> None:
    """Matches of one name, too: their journals tell them apart."""
    one = small_tail(tmp_path, name="a/m.journal")
    two = small_tail(tmp_path, name="b/m.journal", created_utc="a second later")
    hold(one, tick(5))
    hold(two, tick(8))
    one.close()
    two.close()
    assert list(found(tmp_path).ticks) == [5]
    assert list(found(tmp_path, header(created_utc="a second later")).ticks) == [8]


def test_a_new_life_carries_over_what_the_file_lacks(tmp_path: Path) -> None:
    tail = small_tail(tmp_path)
    hold(tail, *(tick(number) for number in (5, 6, 7, 9)))
    tail.close()
    again = small_tail(tmp_path, due_tick=6)
    again.close()
    assert list(best(tmp_path).ticks) == [6, 7], "not 9: what is missing can only be lived anew"
    third = small_tail(tmp_path, due_tick=8)
    hold(third, tick(8))
    third.close()
    left = best(tmp_path)
    assert (list(left.ticks), left.life, left.reached) == ([8], 3, 8)


def test_killed_while_a_new_life_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the new tail is whole and in its place, the old one is."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    tail = small_tail(tmp_path)
    hold(tail, tick(5), tick(6))
    tail.close()
    whole = tail.path.read_bytes()
    for name in ("write", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, killed)
            with pytest.raises(KeyboardInterrupt):
                small_tail(tmp_path, due_tick=6)
        assert tail.path.read_bytes() == whole
    tail.path.with_name(f"{tail.path.name}.new").write_bytes(b"half of one")
    small_tail(tmp_path, due_tick=6).close()
    assert list(best(tmp_path).ticks) == [6]
    assert [path.name for path in tail.path.parent.iterdir()] == [tail.path.name]


def test_where_the_folder_cannot_be_used_the_journal_s_own_is(tmp_path: Path) -> None:
    (tmp_path / "tails").write_text("in the way")
    journal = tmp_path / "journals" / "m.journal"
    tail, [problem] = open_tail(journal, header(), tmp_path / "tails", 0, size_bytes=SMALL_BYTES)
    assert str(tmp_path / "tails") in problem
    assert tail.path.parent == journal.parent
    hold(tail, tick(5))
    tail.close()
    # The next life finds it, and moves it to where it should be.
    (tmp_path / "tails").unlink()
    moved, problems = open_tail(journal, header(), tmp_path / "tails", 5, size_bytes=SMALL_BYTES)
    assert (moved.path.parent, problems) == (tmp_path / "tails", [])
    moved.close()
    assert not tail.path.exists()
    search = find_tail(journal, header(), tmp_path / "tails")
    assert search.best is not None
    assert list(search.best.ticks) == [5]


def test_of_two_tails_the_later_life_is_right(tmp_path: Path) -> None:
    first = small_tail(tmp_path)
    hold(first, tick(5), tick(6))
    first.close()
    old = first.path.read_bytes()
    second = small_tail(tmp_path, due_tick=9)
    hold(second, tick(9))
    second.close()
    (tmp_path / second.path.name).write_bytes(old)  # could not be removed when it was replaced
    left = best(tmp_path)
    assert (left.life, list(left.ticks)) == (2, [9])


def test_no_room_anywhere_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Unwritable) as caught:
        small_tail(tmp_path)
    assert str(caught.value).count("No space left") == 2
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "tails").iterdir()) == []


def test_what_is_refused_and_why(tmp_path: Path) -> None:
    tail = small_tail(tmp_path)
    hold(tail, tick(5))
    tail.close()
    whole = tail.path.read_bytes()
    head = unpack_head(whole, "")
    for data, reason in (
        (b"", "not the tail of a journal"),
        (b"x" + whole[1:], "not the tail of a journal"),
        (whole[:FRAME_AT], "head of the tail is damaged"),
        (whole[: FRAME_AT + 20], "head of the tail is damaged"),
        (whole[: FRAME_AT + 9] + b"\xff" + whole[FRAME_AT + 10 :], "head of the tail is damaged"),
        (with_head(whole, msgspec.structs.replace(head, format=9)), "a tail of format 9"),
        (with_head(whole, [1, 2]), "makes no sense"),
        (with_head(whole, {}), "makes no sense"),
        (
            with_head(whole, msgspec.structs.replace(head, journal_id="x", match_id="m-2")),
            "the tail of another journal, of match m-2",
        ),
    ):
        tail.path.write_bytes(data)
        with pytest.raises(BadTail, match=reason):
            read_tail(tail.path, header())
        search = find_tail(tmp_path / "m.journal", header(), tmp_path / "tails")
        assert search.best is None
        assert list(search.refused) == [tail.path]


def with_head(whole: bytes, head: object) -> bytes:
    opening = whole[:FRAME_AT] + frame(msgspec.msgpack.encode(head))
    return opening.ljust(HEAD_BYTES, b"\0") + whole[HEAD_BYTES:]


def test_what_is_refused_is_kept_when_a_new_one_is_made(tmp_path: Path) -> None:
    kept = []
    for number in (1, 2):
        path = small_tail(tmp_path).path
        path.write_bytes(b"precious %d" % number)
        kept.append(path.with_name(f"{path.name}.refused-{number}"))
    small_tail(tmp_path).close()
    assert [path.read_bytes() for path in kept] == [b"precious 1", b"precious 2"]
    assert best(tmp_path).ticks == {}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    tail = small_tail(tmp_path)
    tail.close()
    target = tmp_path / "elsewhere"
    tail.path.rename(target)
    tail.path.symlink_to(target)
    with pytest.raises(BadTail, match="not a file"):
        read_tail(tail.path, header())


def test_a_match_s_name_does_not_lead_out_of_the_folder() -> None:
    for name in ("../../x", "/x", "..", "a\0b", "", "é" * 200):
        made = tail_name(header(match_id=name))
        assert Path(made).name == made
        assert len(made) < 128
        assert made.isascii()


def test_a_journal_whose_folder_has_a_name_in_no_encoding(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()
    hold(tail := small_tail(folder), tick(5))
    tail.close()
    assert list(best(folder).ticks) == [5]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no users there")
def test_the_default_is_a_folder_of_this_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail_file, "SHARED_MEMORY", tmp_path / "shm")
    assert default_folder() is None
    (tmp_path / "shm").mkdir()
    folder = default_folder()
    assert folder == tmp_path / "shm" / f"ringfall-{os.getuid()}"
    journal = tmp_path / "journals" / "m.journal"
    journal.parent.mkdir()

    def opened() -> tuple[Path, list[str]]:
        tail, problems = open_tail(journal, header(), None, 0, size_bytes=SMALL_BYTES)
        tail.close()
        return tail.path.parent, problems

    assert opened() == (folder, [])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)  # somebody else could have put something there
    where, [problem] = opened()
    assert where == journal.parent
    assert "not a folder of this user alone" in problem
    search = find_tail(journal, header(), None)
    assert "not a folder of this user alone" in next(iter(search.refused.values()))
    assert own_folders(journal, None) == [journal.parent]
