"""``ringfall db``: what it prints, its exit codes, and one clear line for every mistake."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from persistence.players import hash_of
from persistence.store import migrations, spool
from persistence.store.file import StoreFile
from persistence.store.sessions import Player, SignIn
from persistence.store.spool import Spool, spool_path
from tests.persistence.store_samples import some_matches
from tests.ringfall.test_cli import Result, Run, run

__all__ = ["run"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "p.sqlite"
    with closing(StoreFile(path)) as found:
        found.write([SignIn(hash_of("a"), Player("p-000", "Ada"), 1), *some_matches(12, 3)])
    return path


@pytest.fixture
def server(file: Path) -> Iterator[Spool]:
    """Another process has the file, as far as anybody can tell."""
    found = Spool(spool_path(file))
    yield found
    found.close()


def refused(found: Result, *words: str) -> None:
    assert (found.code, found.out) == (2, "")
    assert len(found.err.splitlines()) == 1
    for word in words:
        assert word in found.err


def test_info(run: Run, file: Path, server: Spool) -> None:
    server.append([spool.encoded(SignIn(hash_of("b"), Player("p-9", "Bo"), 1))] * 3)
    facts = run("db", "info", file, "--json").json
    assert facts["version"] == facts["newest_version"] == len(migrations.MIGRATIONS)
    assert (facts["in_use"], facts["spooled"], facts["spool_damage"]) == (True, 3, None)
    assert facts["rows"]["players"] == 3
    assert facts["rows"]["matches"] == 12
    assert facts["rows"]["results"] == 36
    text = run("db", "info", file).out
    assert "by a server" in text
    assert "3 changes in its spool" in text


def test_migrate_keeps_the_old_one(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "already" in run("db", "migrate", file).out
    old = file.with_name("old.sqlite")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        with closing(StoreFile(old)) as found:
            found.write([SignIn(hash_of("a"), Player("p-1", "Ada"), 1)])
    facts = run("db", "migrate", old, "--json").json
    assert (facts["from_version"], facts["to_version"]) == (1, len(migrations.MIGRATIONS))
    kept = Path(facts["kept"])
    assert kept.name == f"old.sqlite.before-v{len(migrations.MIGRATIONS)}"
    for path, version in ((kept, 1), (old, len(migrations.MIGRATIONS))):
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("select version from schema_version").fetchone() == (version,)
            assert db.execute("select player_id from players").fetchall() == [("p-1",)]


def test_backup_and_restore(run: Run, file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert str(copy) in run("db", "backup", copy, file).out
    refused(run("db", "backup", copy, file), "is there already")
    with closing(StoreFile(file)) as found:
        found.write([SignIn(hash_of("b"), Player("p-later", "Bo"), 1)])
    facts = run("db", "restore", copy, file, "--json").json
    assert facts["version"] == len(migrations.MIGRATIONS)
    for path, count in ((file, 3), (Path(facts["kept"]), 4)):
        assert run("db", "info", path, "--json").json["rows"]["players"] == count
        assert run("db", "check", path).code == 0
    assert run("db", "restore", copy, tmp_path / "new.sqlite", "--json").json["kept"] is None
    assert not list(tmp_path.glob("*.restoring*"))


def test_restore_refuses_what_a_server_has_and_what_is_no_good(
    run: Run, file: Path, tmp_path: Path, server: Spool
) -> None:
    copy, before = tmp_path / "copy", file.read_bytes()
    assert run("db", "backup", copy, file).code == 0
    refused(run("db", "restore", copy, file), "another process holds")
    refused(run("db", "migrate", file), "another process holds")
    refused(run("db", "rebuild", "--from", tmp_path, "--into", file), "another process holds")
    server.close()
    copy.write_bytes(b"no database " * 1000)
    refused(run("db", "restore", copy, file), "not a database")
    assert file.read_bytes() == before
    assert not list(tmp_path.glob("*.replaced*"))


def test_check_says_what_is_wrong(run: Run, file: Path) -> None:
    assert run("db", "check", file, "--json").json == {
        "file": str(file),
        "ok": True,
        "problems": [],
    }
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("update player_stats set kills = kills + 1 where player_id = 'p-001'")
    found = run("db", "check", file)
    assert (found.code, found.out) == (1, "")
    assert "player_stats are not the sums" in found.err
    assert run("db", "check", file, "--json").json["ok"] is False


@pytest.mark.parametrize("command", ["info", "migrate", "check"])
def test_what_is_not_there_or_no_database(run: Run, tmp_path: Path, command: str) -> None:
    refused(run("db", command, tmp_path / "none"), "there is no such database")
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"no database " * 1000)
    refused(run("db", command, wrong), "not a database")
    assert not (tmp_path / "none").exists()


def test_rebuild_without_recordings(run: Run, tmp_path: Path) -> None:
    refused(run("db", "rebuild", "--from", tmp_path / "none", "--into", tmp_path / "x"), "none")
    (tmp_path / "bad.journal").write_bytes(b"nothing")
    found = run("db", "rebuild", "--from", tmp_path, "--into", tmp_path / "x")
    assert (found.code, "0 matches" in found.out, "bad.journal" in found.err) == (0, True, True)
    facts = run("db", "rebuild", "--from", tmp_path, "--into", tmp_path / "x", "--json").json
    assert (facts["matches"], len(facts["skipped"])) == (0, 1)
