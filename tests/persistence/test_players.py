"""The sessions of players: what is remembered and forgotten, and what if the database is away."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio

from persistence import players as players_module
from persistence.players import DAY_S, LineFullError, Players, hash_of
from persistence.store import readers, writer
from persistence.store.file import StoreFile
from persistence.store.readers import StoreSilentError
from persistence.store.sessions import Player, SignOut, Use, find_session
from persistence.store.writer import PENDING_MAX, Store

BO = Player("p-bo", "Bo")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "players.sqlite"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    # However slow this machine is, its disk answers.
    monkeypatch.setattr(writer, "ENDING_S", 60.0)
    monkeypatch.setattr(readers, "ANSWER_S", 60.0)


class House(Players):
    """Players, and the store they are kept in."""

    def __init__(self, path: Path, guest_days: float = 30.0, past_days: float = 0.0) -> None:
        self.store = Store(path)
        now = players_module.steady_clock()
        super().__init__(self.store, guest_days, lambda: now() - past_days * DAY_S)


def together(
    path: Path, play: Callable[[House], Any], guest_days: float = 30.0, past_days: float = 0.0
) -> Store:
    """Run ``play`` beside the tasks, then stop as a server does."""
    players = House(path, guest_days, past_days)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(players.store.run)
            nursery.start_soon(players.run)
            await play(players)
            nursery.cancel_scope.cancel()

    trio.run(main)
    return players.store


async def until(condition: Callable[[], object]) -> None:
    with trio.fail_after(60.0):
        while not condition():
            await trio.sleep(0.005)


def test_a_token_outlives_the_server(path: Path) -> None:
    tokens = []

    async def sign_in(players: House) -> None:
        token, player = players.sign_in("Ada")
        tokens.append(token)
        assert len(token) == 43
        assert await players.find(token) == player
        assert await players.find(token + "x") is None
        assert await players.find("\ud800") is None

    assert not together(path, sign_in).waiting, "stopping writes what waits"

    async def come_back(players: House) -> None:
        found = await players.find(tokens[0])
        assert found is not None
        assert (found.name, found.kind) == ("Ada", "guest")
        assert players.use(tokens[0], found, "Adele").name == "Adele"

    together(path, come_back)

    async def renamed(players: House) -> None:
        found = await players.find(tokens[0])
        assert found is not None
        assert found.name == "Adele"
        players.sign_out(tokens[0])
        assert await players.find(tokens[0]) is None

    together(path, renamed)

    async def gone(players: House) -> None:
        assert await players.find(tokens[0]) is None

    together(path, gone)


def test_every_token_is_another(path: Path) -> None:
    async def play(players: House) -> None:
        found = [players.sign_in("Ada") for _ in range(2000)]
        assert len({token for token, _ in found}) == 2000
        assert len({player.player_id for _, player in found}) == 2000
        await until(lambda: not players.store.pending)

    assert together(path, play).failures == 0


def test_guests_who_did_not_come_for_long_are_forgotten(path: Path) -> None:
    days, tokens = 10.0, list[str]()

    async def sign_in(players: House) -> None:
        tokens.append(players.sign_in("Ada")[0])

    for days_ago in (11, 9):
        together(path, sign_in, days, days_ago)

    async def look(players: House) -> None:
        await until(lambda: players.purged == 1)
        assert await players.find(tokens[0]) is None
        assert await players.find(tokens[1]) is not None

    together(path, look, days)


def test_a_clock_that_is_set_forgets_nobody(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(players: House) -> None:
        token, player = players.sign_in("Ada")
        now_s = players.now_s()
        monkeypatch.setattr(players_module.time, "time", lambda: 9e9)
        assert 0 <= players.now_s() - now_s < 3600
        assert await players.find(token) == player

    together(path, play)


def test_while_the_database_is_locked_guests_live_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("persistence.store.file.BUSY_S", 0.01)
    monkeypatch.setattr(writer, "RETRY_S", 0.02)

    async def play(players: House) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin exclusive")
            token, player = players.sign_in("Ada")
            await until(lambda: players.store.failures > 2)
            assert len(players.store.waiting) == 1
            assert await players.find(token) == player
            # Forgotten by the memory of sessions, it is still in the line.
            players._known.clear()
            assert await players.find(token) == player
            other.execute("rollback")
        await until(lambda: not players.store.pending)
        with closing(StoreFile(path)) as file:
            assert find_session(file.db, hash_of(token)) is not None

    together(path, play)


def test_a_database_that_does_not_answer_keeps_nobody_waiting(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "ANSWER_S", 0.1)

    async def play(players: House) -> None:
        release, released = trio.Event(), list[bytes]()

        def stuck(db: object, token_hash: bytes) -> None:
            trio.from_thread.run(release.wait)
            released.append(token_hash)

        monkeypatch.setattr(players_module, "find_session", stuck)
        with pytest.raises(StoreSilentError):
            await players.find("somebody else's")
        token, player = players.sign_in("Ada")
        assert await players.find(token) == player
        release.set()
        await until(lambda: released)

    together(path, play)


def test_a_full_line_takes_no_new_guests(path: Path) -> None:
    players = House(path)
    token, player = players.sign_in("Ada")
    players.store.waiting.extend([Use(BO, 1)] * (PENDING_MAX - 1))
    with pytest.raises(LineFullError):
        players.sign_in("One too many")
    assert players.use(token, player, "Adele").name == "Adele"
    assert len(players.store.waiting) == PENDING_MAX, "what says little is dropped"
    players.sign_out(token)
    assert isinstance(players.store.waiting[-1], SignOut), "what says much is not"
    players.store.close()


def test_a_change_that_cannot_be_written_does_not_hold_up_the_others(path: Path) -> None:
    async def play(players: House) -> None:
        players.store.submit(Use(Player("p-x", "\ud800"), 1))
        await until(lambda: not players.store.pending)
        token, player = players.sign_in("Ada")
        await until(lambda: not players.store.pending)
        players._known.clear()
        assert await players.find(token) == player

    assert together(path, play).lost == 1
