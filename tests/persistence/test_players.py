"""The database of players: what it keeps and forgets, and what happens when it is not there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from persistence import players as players_module
from persistence.player_file import (
    MIGRATIONS,
    Change,
    Player,
    PlayerFile,
    PlayerFileError,
    SignIn,
    SignOut,
    Use,
)
from persistence.players import (
    DAY_S,
    WAITING_MAX,
    LineFullError,
    Players,
    StoreSilentError,
    hash_of,
)

ADA, BO = Player("p-ada", "Ada"), Player("p-bo", "Bo")
ONE, TWO = hash_of("one"), hash_of("two")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "players.sqlite"


@pytest.fixture
def file(path: Path) -> Iterator[PlayerFile]:
    found = PlayerFile(path)
    yield found
    found.close()


# --- the file ------------------------------------------------------------------------------------


def test_what_is_written_is_found(file: PlayerFile) -> None:
    assert file.find(ONE) is None
    file.write([SignIn(ONE, ADA, 100), SignIn(TWO, BO, 100), Use(Player("p-bo", "Bob"), 200)])
    assert file.find(ONE) == (ADA, 100)
    assert file.find(TWO) == (Player("p-bo", "Bob"), 200)
    file.write([SignOut(ONE)])
    assert file.find(ONE) is None


def test_applied_twice_is_applied_once(file: PlayerFile) -> None:
    changes: list[Change] = [SignIn(ONE, ADA, 100), Use(ADA, 300), SignIn(TWO, BO, 100)]
    file.write(changes)
    file.write(changes)
    assert file.find(ONE) == (ADA, 300), "the last use does not go back"
    file.write([SignOut(TWO), SignOut(TWO)])
    assert file.find(TWO) is None


def test_guests_are_forgotten_with_their_sessions(file: PlayerFile, path: Path) -> None:
    known = Player("p-known", "Known", "account")
    file.write([SignIn(ONE, ADA, 100), SignIn(TWO, BO, 200), SignIn(hash_of("k"), known, 1)])
    assert file.purge_guests(200) == 1
    assert file.find(ONE) is None
    assert file.find(TWO) == (BO, 200)
    assert file.find(hash_of("k")) == (known, 1), "only guests"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select count(*) from sessions").fetchone() == (2,)


def test_no_token_is_in_the_file(file: PlayerFile, path: Path) -> None:
    file.write([SignIn(hash_of("a-very-secret-token"), ADA, 100)])
    for part in path.parent.iterdir():
        assert b"a-very-secret-token" not in part.read_bytes()


def test_a_batch_is_whole_or_not_at_all(file: PlayerFile) -> None:
    wrong = SignIn(TWO, Player("p-x", None), 1)  # type: ignore[arg-type]
    with pytest.raises(PlayerFileError):
        file.write([SignIn(ONE, ADA, 100), wrong])
    assert file.find(ONE) is None
    file.write([SignIn(ONE, ADA, 100)])
    assert file.find(ONE) == (ADA, 100)


def test_an_older_file_is_brought_forward(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = PlayerFile(path)
    old.write([SignIn(ONE, ADA, 100)])
    old.close()

    def add_a_table(db: Any) -> None:
        db.execute("create table later (x)")

    monkeypatch.setattr("persistence.player_file.MIGRATIONS", (*MIGRATIONS, add_a_table))
    for _ in range(2):
        new = PlayerFile(path)
        assert new.find(ONE) == (ADA, 100)
        new.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select version from schema_version").fetchall() == [(2,)]
        assert db.execute("select count(*) from later").fetchone() == (0,)


def test_a_newer_file_is_refused(path: Path) -> None:
    PlayerFile(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update schema_version set version = 99")
    refused(path, "newer than this server's")


def refused(path: Path, words: str) -> None:
    with pytest.raises(PlayerFileError) as caught:
        PlayerFile(path)
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    assert str(path) in text
    assert words in text


def test_what_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"This is not a database, it is a letter to somebody. " * 100)
    refused(path, "move it away")


def test_a_torn_database_is_refused(path: Path) -> None:
    PlayerFile(path).close()
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    refused(path, "move it away")


def test_a_folder_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    refused(path, "folder")


def test_a_locked_database_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    PlayerFile(path).close()
    monkeypatch.setattr("persistence.player_file.BUSY_S", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        refused(path, "another process holds it")
    PlayerFile(path).close()


# --- the players ---------------------------------------------------------------------------------


def together(path: Path, play: Callable[[Players], Any], guest_days: float = 30.0) -> Players:
    """Run ``play`` beside the writing task, then stop as a server does."""
    players = Players(path, guest_days)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(players.write)
            await play(players)
            nursery.cancel_scope.cancel()

    trio.run(main)
    return players


async def until(condition: Callable[[], object]) -> None:
    with trio.fail_after(60.0):
        while not condition():
            await trio.sleep(0.005)


def test_a_token_outlives_the_server(path: Path) -> None:
    tokens = []

    async def sign_in(players: Players) -> None:
        token, player = players.sign_in("Ada")
        tokens.append(token)
        assert len(token) == 43
        assert await players.find(token) == player
        assert await players.find(token + "x") is None
        assert await players.find("\ud800") is None

    assert not together(path, sign_in).waiting, "stopping writes what waits"

    async def come_back(players: Players) -> None:
        found = await players.find(tokens[0])
        assert found is not None
        assert (found.name, found.kind) == ("Ada", "guest")
        assert players.use(tokens[0], found, "Adele").name == "Adele"

    together(path, come_back)

    async def renamed(players: Players) -> None:
        found = await players.find(tokens[0])
        assert found is not None
        assert found.name == "Adele"
        players.sign_out(tokens[0])
        assert await players.find(tokens[0]) is None

    together(path, renamed)

    async def gone(players: Players) -> None:
        assert await players.find(tokens[0]) is None

    together(path, gone)


def test_every_token_is_another(path: Path) -> None:
    async def play(players: Players) -> None:
        found = [players.sign_in("Ada") for _ in range(2000)]
        assert len({token for token, _ in found}) == 2000
        assert len({player.player_id for _, player in found}) == 2000
        await until(lambda: not players.waiting)

    assert together(path, play).failures == 0


def test_guests_who_did_not_come_for_long_are_forgotten(path: Path) -> None:
    days = 10.0

    async def sign_in(players: Players) -> None:
        tokens.append(players.sign_in("Ada")[0])

    tokens: list[str] = []
    for days_ago in (11, 9):
        players = Players(path, days)
        players._began_s -= days_ago * DAY_S
        tokens.append(players.sign_in("Ada")[0])
        players._writer.write(list(players.waiting))
        players.close()

    async def look(players: Players) -> None:
        await until(lambda: players.purged == 1)
        assert await players.find(tokens[0]) is None
        assert await players.find(tokens[1]) is not None

    together(path, look, days)


def test_a_clock_that_is_set_forgets_nobody(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(players: Players) -> None:
        token, player = players.sign_in("Ada")
        now_s = players.now_s()
        monkeypatch.setattr(players_module.time, "time", lambda: 9e9)
        assert 0 <= players.now_s() - now_s < 3600
        assert await players.find(token) == player

    together(path, play)


def test_while_the_database_is_locked_guests_live_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("persistence.player_file.BUSY_S", 0.01)
    monkeypatch.setattr(players_module, "RETRY_S", 0.02)

    async def play(players: Players) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin exclusive")
            token, player = players.sign_in("Ada")
            await until(lambda: players.failures > 2)
            assert len(players.waiting) == 1
            assert await players.find(token) == player
            # Forgotten by the memory of sessions, it is still in the line.
            players._known.clear()
            assert await players.find(token) == player
            other.execute("rollback")
        await until(lambda: not players.waiting)
        assert PlayerFile(path).find(hash_of(token)) is not None

    together(path, play)


def test_a_database_that_does_not_answer_keeps_nobody_waiting(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(players_module, "ANSWER_S", 0.1)

    async def play(players: Players) -> None:
        release, released = trio.Event(), list[bytes]()

        def stuck(key: bytes) -> None:
            trio.from_thread.run(release.wait)
            released.append(key)

        monkeypatch.setattr(players._reader, "find", stuck)
        with pytest.raises(StoreSilentError):
            await players.find("somebody else's")
        token, player = players.sign_in("Ada")
        assert await players.find(token) == player
        release.set()
        await until(lambda: released)

    together(path, play)


def test_a_full_line_takes_no_new_guests(path: Path) -> None:
    players = Players(path, 30.0)
    token, player = players.sign_in("Ada")
    players.waiting.extend([Use(BO, 1)] * (WAITING_MAX - 1))
    with pytest.raises(LineFullError):
        players.sign_in("One too many")
    assert players.use(token, player, "Adele").name == "Adele"
    assert len(players.waiting) == WAITING_MAX, "what says little is dropped"
    players.sign_out(token)
    assert isinstance(players.waiting[-1], SignOut), "what says much is not"
    players.close()


def test_a_change_that_cannot_be_written_does_not_hold_up_the_others(path: Path) -> None:
    async def play(players: Players) -> None:
        players._append(Use(Player("p-x", "\ud800"), 1))
        await until(lambda: not players.waiting)
        token, player = players.sign_in("Ada")
        await until(lambda: not players.waiting)
        players._known.clear()
        assert await players.find(token) == player

    assert together(path, play).failures == 1
