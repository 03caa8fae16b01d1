"""The database file: what it keeps, how it is brought forward, and what it refuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from persistence.players import hash_of
from persistence.store import migrations
from persistence.store.change import Change
from persistence.store.file import BadChangeError, StoreFile, StoreFileError
from persistence.store.migrations import MIGRATIONS
from persistence.store.sessions import (
    Player,
    SignIn,
    SignOut,
    Use,
    find_session,
    forget_guests,
)

ADA, BO = Player("p-ada", "Ada"), Player("p-bo", "Bo")
ONE, TWO = hash_of("one"), hash_of("two")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "players.sqlite"


@pytest.fixture
def file(path: Path) -> Iterator[StoreFile]:
    found = StoreFile(path)
    yield found
    found.close()


def find(file: StoreFile, token_hash: bytes) -> tuple[Player, int] | None:
    return file.ask(partial(find_session, token_hash=token_hash))


# --- the file ------------------------------------------------------------------------------------


def test_what_is_written_is_found(file: StoreFile) -> None:
    assert find(file, ONE) is None
    file.write([SignIn(ONE, ADA, 100), SignIn(TWO, BO, 100), Use(Player("p-bo", "Bob"), 200)])
    assert find(file, ONE) == (ADA, 100)
    assert find(file, TWO) == (Player("p-bo", "Bob"), 200)
    file.write([SignOut(ONE)])
    assert find(file, ONE) is None


def test_applied_twice_is_applied_once(file: StoreFile) -> None:
    changes: list[Change] = [SignIn(ONE, ADA, 100), Use(ADA, 300), SignIn(TWO, BO, 100)]
    file.write(changes)
    file.write(changes)
    assert find(file, ONE) == (ADA, 300), "the last use does not go back"
    file.write([SignOut(TWO), SignOut(TWO)])
    assert find(file, TWO) is None


def test_guests_are_forgotten_with_their_sessions(file: StoreFile, path: Path) -> None:
    known = Player("p-known", "Known", "account")
    file.write([SignIn(ONE, ADA, 100), SignIn(TWO, BO, 200), SignIn(hash_of("k"), known, 1)])
    assert file.amend(partial(forget_guests, used_before_s=200)) == 1
    assert find(file, ONE) is None
    assert find(file, TWO) == (BO, 200)
    assert find(file, hash_of("k")) == (known, 1), "only guests"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select count(*) from sessions").fetchone() == (2,)


def test_no_token_is_in_the_file(file: StoreFile, path: Path) -> None:
    file.write([SignIn(hash_of("a-very-secret-token"), ADA, 100)])
    for part in path.parent.iterdir():
        assert b"a-very-secret-token" not in part.read_bytes()


def test_a_batch_is_whole_or_not_at_all(file: StoreFile) -> None:
    wrong = SignIn(TWO, Player("p-x", None), 1)  # type: ignore[arg-type]
    with pytest.raises(BadChangeError):
        file.write([SignIn(ONE, ADA, 100), wrong])
    assert find(file, ONE) is None
    file.write([SignIn(ONE, ADA, 100)])
    assert find(file, ONE) == (ADA, 100)


def test_an_older_file_is_brought_forward(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = StoreFile(path)
    old.write([SignIn(ONE, ADA, 100)])
    old.close()

    def add_a_table(db: Any) -> None:
        db.execute("create table later (x)")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, add_a_table))
    for _ in range(2):
        new = StoreFile(path)
        assert find(new, ONE) == (ADA, 100)
        new.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select version from schema_version").fetchall() == [
            (len(MIGRATIONS) + 1,)
        ]
        assert db.execute("select count(*) from later").fetchone() == (0,)


def test_the_file_before_is_kept_and_a_failed_step_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(db: Any) -> None:
        db.execute("create table half_of_it (x)")
        db.execute("create table players (x)")

    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS[:1])
    with closing(StoreFile(path)) as old:
        old.write([SignIn(ONE, ADA, 100)])
    before = dump(path)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS[:2], fail))
    for _ in range(2):
        refused(path, "already exists")
        assert dump(path) == before
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS)
    kept = path.with_name(f"{path.name}.before-v{len(MIGRATIONS)}")
    with closing(StoreFile(path)) as new:
        assert find(new, ONE) == (ADA, 100)
        assert new.db.table("results").count == 0
    assert dump(kept) == before
    names = {found.name for found in path.parent.iterdir()}
    assert names == {path.name, kept.name, f"{path.name}.before-v3"}


def test_a_new_file_has_nothing_to_be_kept(path: Path) -> None:
    for _ in range(2):
        StoreFile(path).close()
        assert [found.name for found in path.parent.iterdir()] == [path.name]


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def test_a_newer_file_is_refused(path: Path) -> None:
    StoreFile(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update schema_version set version = 99")
    refused(path, "newer than this server's")


def refused(path: Path, words: str) -> None:
    with pytest.raises(StoreFileError) as caught:
        StoreFile(path)
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    assert str(path) in text
    assert words in text


def test_what_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"This is not a database, it is a letter to somebody. " * 100)
    refused(path, "move it away")


def test_a_torn_database_is_refused(path: Path) -> None:
    StoreFile(path).close()
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    refused(path, "move it away")


def test_a_folder_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    refused(path, "folder")


def test_a_locked_database_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    StoreFile(path).close()
    monkeypatch.setattr("persistence.store.file.BUSY_S", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        refused(path, "another process holds it")
    StoreFile(path).close()
