"""Journal and tail of a match are made together; the log says when the tail is not in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from persistence.errors import AlreadyExists
from persistence.salvage import salvage
from persistence.tail_layout import TAIL_BYTES, framed_tick
from ringfall.config import Config, JournalSection, ServerSection
from ringfall.journaling import create_journal, sweep, tail_dir_of, tail_of
from tests.persistence.samples import header, raw_keyframe, tick


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as entries:
        yield entries


def test_a_journal_and_its_tail(tmp_path: Path, logs: list[Any]) -> None:
    path = tmp_path / "m.journal"
    file, tail = create_journal(path, header(), tmp_path / "tails")
    assert tail is not None
    assert tail.path.parent == tmp_path / "tails"
    assert tail.path.stat().st_size == TAIL_BYTES
    file.append(raw_keyframe(5))
    for number in (5, 6):
        tail.hold(number, framed_tick(tick(number)).data)
    file.append(tick(5))
    file.close()
    tail.close()
    found = salvage(path, tmp_path / "tails")
    assert (found.ticks, found.recorded_until) == ([tick(5), tick(6)], 6)
    # The next life begins: what only the tail had is in the new tail as well.
    again = tail_of(found.file, header(), tmp_path / "tails")
    assert again is not None
    assert again.in_use_bytes > 0
    again.close()
    found.file.close()
    with (last := salvage(path, tmp_path / "tails")).file:
        assert last.ticks == [tick(5), tick(6)]
    with pytest.raises(AlreadyExists):
        create_journal(path, header(), tmp_path / "tails")
    assert logs == []


def test_a_tail_beside_the_journal_is_said(tmp_path: Path, logs: list[Any]) -> None:
    (tmp_path / "tails").write_text("in the way")
    file, tail = create_journal(tmp_path / "m.journal", header(), tmp_path / "tails")
    assert tail is not None
    assert tail.path.parent == tmp_path
    [entry] = logs
    assert entry["event"] == "the tail is beside the journal: it may wait for the disk"
    assert entry["match"] == "m-1"
    assert str(tmp_path / "tails") in entry["problem"]
    file.close()
    tail.close()


def test_no_tail_is_said_and_the_match_is_recorded(
    tmp_path: Path, logs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("persistence.tail_file.os.write", full)
    file, tail = create_journal(tmp_path / "m.journal", header(), tmp_path / "tails")
    assert tail is None
    [entry] = logs
    assert entry["event"] == "no tail: a kill would lose the ticks that wait for the disk"
    assert "No space left" in entry["problem"]
    file.close()


def test_a_tail_that_another_process_writes_is_left_to_it(tmp_path: Path, logs: list[Any]) -> None:
    file, tail = create_journal(tmp_path / "m.journal", header(), tmp_path / "tails")
    assert tail_of(file, header(), tmp_path / "tails") is None
    [entry] = logs
    assert "another process is writing" in entry["problem"]
    file.close()
    assert tail is not None
    tail.close()


def test_what_a_kill_behind_the_seal_left_is_swept_at_the_start(
    tmp_path: Path, logs: list[Any]
) -> None:
    config = Config(
        server=ServerSection(journal_dir=str(tmp_path)),
        journal=JournalSection(tail_dir=str(tmp_path / "tails")),
    )
    assert tail_dir_of(config) == tmp_path / "tails"
    assert tail_dir_of(Config()) is None
    file, tail = create_journal(tmp_path / "m.journal", header(), tmp_path / "tails")
    assert tail is not None
    file.append(tick(5))
    file.seal(tick=6, final_hash=1)
    file.close()
    tail.close()
    sweep(config)
    assert not tail.path.exists()
    assert [entry["event"] for entry in logs] == ["tails of sealed journals removed"]
