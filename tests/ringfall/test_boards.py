"""Leaderboards over HTTP: who stands where, and how many questions a thousand readers are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
import trio
import trio.testing

from persistence.store.writer import StoreSilentError
from tests.persistence.store_samples import played, result, some_matches
from tests.ringfall.test_api import refusal
from tests.ringfall.test_profiles import guest, write
from tests.ringfall.test_web import Site


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> Iterator[None]:
    Site.folder = tmp_path
    yield
    while Site.open:
        Site.open.pop().close()


def board(site: Site, name: str, query: str = "") -> Any:
    reply = site.get(f"/api/leaderboards/{name}{query}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def count_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many questions reach the database."""
    asked = [0]
    ask = site.store.ask

    async def counted(query: Callable[[sqlite_utils.Database], Any]) -> Any:
        asked[0] += 1
        return await ask(query)

    monkeypatch.setattr(site.store, "ask", counted)
    return asked


def test_who_stands_where() -> None:
    site = Site()
    matches = [
        played(
            f"m-{number}",
            result("p-ada", kills=3, placement=1, won=True, role="wizard", damage_hp=10.5),
            result("p-bo", kills=9, placement=2, role="scout", damage_hp=5.0),
            result("p-cy", kills=0, placement=3, role="wizard", damage_hp=0.0),
        )
        for number in range(10)
    ]
    few = played("m-few", result("p-di", kills=1, placement=1, won=True))
    write(site, *matches, few)
    row = {"rank": 1, "player_id": "p-ada", "name": "P-Ada", "value": 10.0, "matches": 10}
    assert board(site, "wins") == {
        "board": "wins",
        "role": None,
        "matches_min": 1,
        "rows": [row, {**row, "rank": 2, "player_id": "p-di", "name": "P-Di", "value": 1.0,
                       "matches": 1}],
    }  # fmt: skip

    def shown(name: str, query: str = "") -> list[tuple[str, float]]:
        return [(row["player_id"], row["value"]) for row in board(site, name, query)["rows"]]

    assert shown("kills") == [("p-bo", 90.0), ("p-ada", 30.0), ("p-di", 1.0)]
    assert shown("damage", "?limit=1") == [("p-di", 123.456)]
    assert shown("placement") == [("p-ada", 1.0), ("p-bo", 2.0), ("p-cy", 3.0)]
    assert board(site, "placement")["matches_min"] == 10
    assert shown("kills", "?role=wizard") == [("p-ada", 30.0)]
    assert shown("kills", "?role=warrior") == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "role=", "role=bard", "role=a&role=b"])
def test_what_there_is_not(query: str) -> None:
    refusal(Site().get(f"/api/leaderboards/wins?{query}"), 400, "bad_request")


@pytest.mark.parametrize("name", ["losses", "Wins", "%00", "wins%20"])
def test_boards_there_are_not(name: str) -> None:
    refusal(Site().get(f"/api/leaderboards/{name}"), 404, "not_found")


def test_whoever_has_it_is_not_sent_it_again() -> None:
    site = Site()
    write(site, *some_matches(3, 3))
    first = site.get("/api/leaderboards/kills")
    assert (first.headers["cache-control"], first.headers["age"]) == ("public, max-age=10", "0")
    site.now_s += 4.0
    known = {"If-None-Match": f'"x", W/{first.headers["etag"]}'}
    again = site.ask("GET", "/api/leaderboards/kills", **known)
    assert (again.status_code, again.content, again.headers["age"]) == (304, b"", "4")
    write(site, played("m-new", result("p-000", kills=50)))
    site.now_s += 10.0
    other = site.ask("GET", "/api/leaderboards/kills", **known)
    assert other.status_code == 200
    assert other.json()["rows"][0]["player_id"] == "p-000"
    assert other.headers["etag"] != first.headers["etag"]


def test_a_thousand_readers_are_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    write(site, *some_matches(3, 3))
    asked = count_asked(site, monkeypatch)
    found: list[int] = []

    async def read() -> None:
        ranks, _ = await site.boards.read("kills", None)
        found.append(len(ranks))

    async def all_at_once() -> None:
        async with trio.open_nursery() as readers:
            for _ in range(1000):
                readers.start_soon(read)

    trio.run(all_at_once)
    assert (found, asked) == ([3] * 1000, [1])
    assert [len(board(site, "kills", f"?limit={limit}")["rows"]) for limit in (1, 2, 3)] == [
        1,
        2,
        3,
    ]
    board(site, "kills", "?role=scout")
    board(site, "wins")
    assert asked == [3], "a question for a board and class"
    site.now_s += 9.9
    board(site, "kills")
    assert asked == [3]
    site.now_s += 0.2
    board(site, "kills")
    assert asked == [4]
    samples = site.samples()
    assert samples["ringfall_board_reads_total", (("source", "database"),)] == 4
    assert samples["ringfall_board_reads_total", (("source", "memory"),)] == 1003


def test_readers_of_a_silent_database_do_not_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    site, asked, silent = Site(), [0], []

    async def ask(query: object) -> None:
        asked[0] += 1
        await trio.sleep(2.0)
        raise StoreSilentError

    monkeypatch.setattr(site.store, "ask", ask)

    async def read() -> None:
        with pytest.raises(StoreSilentError):
            await site.boards.read("wins", None)
        silent.append(trio.current_time())

    async def all_at_once() -> None:
        began_s = trio.current_time()
        async with trio.open_nursery() as readers:
            for _ in range(50):
                readers.start_soon(read)
        assert {at_s - began_s for at_s in silent} == {2.0}

    trio.run(all_at_once, clock=trio.testing.MockClock(autojump_threshold=0.0))
    assert asked == [1]
    refusal(site.get("/api/leaderboards/wins"), 503, "unavailable")
    assert asked == [1], "left in peace"
    site.now_s += 1.1
    monkeypatch.undo()
    assert board(site, "wins")["rows"] == []


def test_a_reader_who_goes_leaves_the_board_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    ask = site.store.ask
    asked = [0]

    async def stuck_once(query: Callable[[sqlite_utils.Database], Any]) -> Any:
        asked[0] += 1
        if asked[0] == 1:
            await trio.sleep_forever()
        return await ask(query)

    monkeypatch.setattr(site.store, "ask", stuck_once)

    async def run() -> None:
        with trio.fail_after(60.0):
            async with trio.open_nursery() as nursery:
                impatient = trio.CancelScope()

                async def first() -> None:
                    with impatient:
                        await site.boards.read("wins", None)

                nursery.start_soon(first)
                await trio.testing.wait_all_tasks_blocked()
                impatient.cancel()
                assert await site.boards.read("wins", None) == ([], 0.0)

    trio.run(run)
    assert asked == [2]


def test_names_are_told_as_they_are() -> None:
    """The page shows them as text; JSON is no place for HTML."""
    site = Site()
    token, me = guest(site)
    write(site, played("m-1", result(me, name="<b>&'\"", won=True, placement=1)))
    reply = site.get("/api/leaderboards/wins")
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.json()["rows"][0]["name"] == "<b>&'\""
    assert token not in reply.text
