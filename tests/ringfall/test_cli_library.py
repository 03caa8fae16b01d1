"""``ringfall library``: what it prints, its exit codes, and one clear line for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ringfall.library_samples import put_sample, record
from tests.ringfall.test_cli import Result, Run, run

__all__ = ["run"]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a server was: a folder of recordings, and no database yet."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "journals"
    folder.mkdir()
    put_sample(folder)
    record(folder, "m-2", ticks=40, begun="2026-02-01T00:00:00+00:00", people=("p-bo",))
    record(folder, "open", ticks=5, sealed=False)
    return folder


def refused(found: Result, *words: str) -> None:
    assert (found.code, found.out) == (2, "")
    assert len(found.err.strip().splitlines()) == 1
    assert all(word in found.err for word in words), found.err


def ids(found: Result) -> list[str]:
    assert found.code == 0
    return [each["match_id"] for each in found.json["recordings"]]


def test_list_and_what_it_chooses(run: Run, there: Path) -> None:
    assert ids(run("library", "list", "--json")) == ["m-2", "m-1"]
    assert ids(run("library", "list", "--player", "p-ada", "--json")) == ["m-1"]
    assert ids(run("library", "list", "--map", "Yard", "--limit", "1", "--json")) == ["m-2"]
    assert ids(run("library", "list", "--map", "Isle", "--json")) == []
    assert ids(run("library", "list", "--since", "2026-01-03", "--json")) == ["m-2"]
    assert ids(run("library", "list", "--until", "2026-02-01", "--json")) == ["m-1"]
    shown = run("library", "list")
    assert (shown.code, shown.err) == (0, "")
    assert "2 of 2 recordings" in shown.out
    assert "m-2" in shown.out


def test_a_recording_is_packed_shown_and_unpacked(run: Run, there: Path) -> None:
    before = (there / "m-1.journal").stat().st_size
    found = run("library", "pack", "m-1", "--json").json
    assert found["from_bytes"] == before > found["to_bytes"]
    shown = run("library", "show", "m-1", "--json").json
    assert (shown["packed"], shown["file"]) == (True, "m-1.journal.packed")
    assert shown["player_ids"] == ["p-ada"]
    assert "m-1.journal.packed" in run("library", "show", "m-1").out
    packed = str(there / "m-1.journal.packed")
    assert run("replay", "info", packed, "--json").json["sealed"]
    assert run("replay", "verify", packed, "--json").json["ok"]
    refused(run("library", "pack", "m-1"), "packed already")
    assert run("library", "unpack", "m-1").code == 0
    assert (there / "m-1.journal").stat().st_size == before
    assert not (there / "m-1.journal.packed").exists()
    refused(run("library", "unpack", "m-1"), "not packed")


def test_export_and_import(run: Run, there: Path, tmp_path: Path) -> None:
    assert run("library", "export", "m-1", "one.packed", "--json").json["size_bytes"] > 0
    refused(run("library", "export", "m-1", "one.packed"), "not overwritten")
    refused(run("library", "import", "one.packed"), "there already")
    (tmp_path / "else").mkdir()
    taken = run("library", "import", "one.packed", "--dir", "else", "--json").json
    assert taken["match_id"] == "m-1"
    assert ids(run("library", "list", "--dir", "else", "--json")) == ["m-1"]
    data = (tmp_path / "one.packed").read_bytes()
    (tmp_path / "bad").write_bytes(data[:-40])
    refused(run("library", "import", "bad", "--dir", "else"), "not sealed")


def test_what_is_pinned_is_not_pruned(run: Run, there: Path) -> None:
    assert run("library", "pin", "m-1", "--json").json["pinned"]
    listed = run("library", "list", "--json").json["recordings"]
    assert [each["pinned"] for each in listed] == [False, True]
    rule = ("--keep-days", "0.0001")
    would = run("library", "prune", *rule, "--dry-run", "--json").json
    assert [(each["match_id"], each["reason_deleted"]) for each in would] == [("m-2", "age")]
    assert (there / "m-2.journal").exists()
    assert "1 recordings deleted" in run("library", "prune", *rule).out
    assert {path.name for path in there.iterdir()} == {"m-1.journal", "open.journal"}
    assert not run("library", "pin", "m-1", "--off", "--json").json["pinned"]
    assert len(run("library", "prune", *rule, "--json").json) == 1
    assert {path.name for path in there.iterdir()} == {"open.journal"}


def test_mistakes_are_one_line_each(run: Run, there: Path, tmp_path: Path) -> None:
    (tmp_path / "players.sqlite").write_bytes(b"not a database, by far" * 100)
    refused(run("library", "list"), "players.sqlite")
    (tmp_path / "players.sqlite").unlink()
    for command in ("show", "pack", "unpack", "pin"):
        refused(run("library", command, "nothing"), "nothing: no recording")
    refused(run("library", "export", "nothing", "x"), "no recording")
    refused(run("library", "show", "open"), "not sealed")
    refused(run("library", "pack", "open"), "not sealed")
    refused(run("library", "list", "--dir", "nowhere"), "nowhere")
    refused(run("library", "import", "nowhere"), "nowhere")
    refused(run("library", "list", "--since", "soon"), "since")


def test_a_damaged_recording_is_listed_as_such(run: Run, there: Path) -> None:
    data = bytearray((there / "m-2.journal").read_bytes())
    data[-400] ^= 255
    (there / "m-2.journal").write_bytes(data)
    found = run("library", "list", "--json").json
    assert [each["match_id"] for each in found["recordings"]] == ["m-1"]
    assert ["m-2.journal" in line for line in found["unread"]] == [True]
