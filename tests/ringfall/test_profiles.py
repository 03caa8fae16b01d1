"""What people did, over HTTP: profiles, histories, and everything that must not be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from net.rejections import REJECTIONS
from persistence.store.change import Change
from persistence.store.file import StoreFile
from persistence.store.sessions import forget_guests
from tests.persistence.store_samples import left, played, result, some_matches
from tests.ringfall.test_api import refusal
from tests.ringfall.test_web import Site

SUMS = {
    "matches", "wins", "finished", "placement", "kills", "assists", "knocks", "revives",
    "damage_hp", "taken_hp", "healed_hp", "shots", "hits", "distance_u", "items", "alive_s",
}  # fmt: skip
MATCH = {
    "match_id", "started_s", "map", "seconds", "reason", "players", "bots", "slot", "role", "team",
    "placement", "won", "kills", "assists", "knocks", "revives", "damage_hp", "taken_hp",
    "healed_hp", "shots", "hits", "distance_u", "items", "alive_s", "level", "recorded",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> Iterator[None]:
    Site.folder = tmp_path
    yield
    while Site.open:
        Site.open.pop().close()


def write(site: Site, *changes: Change) -> None:
    """Into the database, past the line."""
    file = StoreFile(site.store.path)
    file.write(changes)
    file.close()


def guest(site: Site, name: str = "Ada") -> tuple[str, str]:
    told = site.ask("POST", "/api/guest", {"name": name}).json()
    return told["token"], told["player_id"]


def history(site: Site, player_id: str, **query: object) -> Any:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    reply = site.get(f"/api/players/{player_id}/matches?{asked}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_ones_own_profile() -> None:
    site = Site()
    token, me = guest(site)
    first = site.ask("GET", "/api/profile", token=token)
    assert first.headers["cache-control"] == "no-store"
    told = first.json()
    # The line to the database has not moved yet: one is who one is, and has done nothing.
    assert {key: told[key] for key in ("player_id", "name", "kind", "since_s", "last")} == {
        "player_id": me, "name": "Ada", "kind": "guest", "since_s": None, "last": None,
    }  # fmt: skip
    assert set(told["sums"]) == SUMS
    assert set(told["sums"].values()) == {0, None}
    write(site, played("m-1", result(me, role="scout"), result("p-other", kills=9)))
    told = site.ask("GET", "/api/profile", token=token).json()
    assert (told["sums"]["matches"], told["sums"]["kills"]) == (1, 4)
    assert [(row["role"], row["sums"]["damage_hp"]) for row in told["classes"]] == [
        ("scout", 123.456)
    ]
    assert (told["last"]["match_id"], told["last"]["placement"]) == ("m-1", 2)
    assert (set(told["last"]), told["name"]) == (MATCH, "Ada")


def test_what_everybody_may_know_of_a_player() -> None:
    site = Site()
    token, me = guest(site)
    write(site, *(match for match in some_matches(6, 3)))
    reply = site.get("/api/players/p-001")
    assert set(reply.json()) == {"player_id", "name", "since_s", "sums", "classes"}
    told = reply.json()
    assert told["since_s"] == 1_800_000_000
    assert set(told["sums"]) == SUMS
    for amount in ("matches", "kills", "wins", "shots", "damage_hp", "alive_s"):
        total = sum(row["sums"][amount] for row in told["classes"])
        assert told["sums"][amount] == pytest.approx(total)
    assert [row["role"] for row in told["classes"]] == sorted(
        {row["role"] for row in history(site, "p-001")["matches"]}
    )
    everything = reply.text + site.get("/api/players/p-001/matches").text
    assert not re.search(r"token|hash|session|used", everything)
    assert (token in everything, me in everything) == (False, False)


def test_a_history_page_by_page() -> None:
    site = Site()
    matches = some_matches(25, 2)
    # Two began within the same second: the cursor must not lose one of them.
    twin = played("m-00012b", *matches[12].results, started_utc=matches[12].started_utc)
    write(site, *matches, twin)
    wanted = sorted(
        [(m.started_utc, m.match_id) for m in (*matches, twin)],
        reverse=True,
    )
    found, before, pages = [], None, 0
    while before is not None or not pages:
        more = {} if before is None else {"before": before}
        page = history(site, "p-000", limit=7, **more)
        found += [(row["started_s"], row["match_id"]) for row in page["matches"]]
        before, pages = page["next"], pages + 1
    assert (found, pages) == (wanted, 4)
    assert len(history(site, "p-000")["matches"]) == 20, "unless told otherwise"
    row = history(site, "p-000", limit=1)["matches"][0]
    assert set(row) == MATCH
    newest = matches[-1]
    assert (row["map"], row["reason"], row["bots"]) == ("Caldera", "finished", newest.bots)
    assert row["seconds"] == pytest.approx(newest.ticks / newest.rate_hz)


def test_a_page_that_ends_with_the_last_match_says_so() -> None:
    site = Site()
    write(site, *some_matches(4, 1))
    assert history(site, "p-000", limit=4)["next"] is None
    assert history(site, "p-000", limit=3)["next"] is not None


def test_nothing_is_told_of_matches_that_go_on() -> None:
    site = Site()
    hosted = site.host(bots=2)
    ended = played("m-0", result("p-1"), started_utc=1_700_000_000)
    write(site, ended, left(played(hosted.match_id), result("p-1")))
    assert [row["match_id"] for row in history(site, "p-1")["matches"]] == ["m-0"]
    assert history(site, "p-1", limit=1) == {"matches": [], "next": f"1800000000.{hosted.match_id}"}
    hosted.finished = True
    rows = history(site, "p-1")["matches"]
    assert [row["match_id"] for row in rows] == [hosted.match_id, "m-0"]
    assert [rows[0][key] for key in ("map", "seconds", "reason", "players")] == [None] * 4


@pytest.mark.parametrize(
    "player_id", ["p-nobody", "x" * 65, "%00", "a%20b", "..", "%27%20or%201=1", "é", "p-1%0A"]
)
@pytest.mark.parametrize("what", ["", "/matches"])
def test_nobody(player_id: str, what: str) -> None:
    site = Site()
    write(site, played("m-1", result("p-1")))
    if player_id != "p-nobody":
        # What cannot be an id is no question to the database.
        for reader in site.store._readers._idle:
            reader.close()
    refusal(site.get(f"/api/players/{player_id}{what}"), 404, "not_found")


def test_of_a_forgotten_guest_nothing_is_told() -> None:
    site = Site()
    write(site, played("m-1", result("p-1"), result("p-2")))
    file = StoreFile(site.store.path)
    file.amend(lambda db: forget_guests(db, 2_000_000_000))
    file.close()
    for path in ("/api/players/p-1", "/api/players/p-1/matches"):
        refusal(site.get(path), 404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=51", "limit=-1", "limit=x", "limit=1.0", "limit=", "limit=%C2%B2",
        "limit=" + "9" * 5000, "limit=1&limit=2", "before=", "before=7", "before=.m",
        "before=1.%00", "before=x.m", "before=" + "9" * 30 + ".m", "before=1.a%20b", "after=1",
    ],
)  # fmt: skip
def test_addresses_that_say_too_much(query: str) -> None:
    site = Site()
    write(site, played("m-1", result("p-1")))
    refusal(site.get(f"/api/players/p-1/matches?{query}"), 400, "bad_request")


@pytest.mark.parametrize("path", ["/api/profile?x=1", "/api/players/p-1?token=1"])
def test_nothing_else_may_be_said(path: str) -> None:
    site = Site()
    token, _ = guest(site)
    refusal(site.ask("GET", path, token=token), 400, "bad_request")


@pytest.mark.parametrize("authorization", [None, "Bearer nobody", "Basic QWRhOg=="])
def test_a_profile_of_ones_own_takes_a_token(authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    refusal(Site().ask("GET", "/api/profile", **headers), 401, "unauthorized")


def test_only_reading() -> None:
    for path in ("/api/profile", "/api/players/p-1", "/api/leaderboards/wins"):
        refusal(Site().ask("POST", path, {}), 405, "method_not_allowed")


def test_a_silent_database() -> None:
    site = Site()
    token, me = guest(site)
    for reader in site.store._readers._idle:
        reader.close()
    for path in ("/api/profile", f"/api/players/{me}", f"/api/players/{me}/matches"):
        reply = site.ask("GET", path, token=token)
        refusal(reply, 503, "unavailable")
        assert reply.json()["retry_after"] == 5.0
        assert REJECTIONS[reply.json()["code"]].status == 503


def test_reads_have_a_rate_of_their_own() -> None:
    site = Site(reads_per_minute=4)
    paths = ("/api/profile", "/api/players/p-1", "/api/players/p-1/matches", "/api/leaderboards/x")
    codes = [site.get(path).status_code for path in paths]
    assert codes == [401, 404, 404, 404], "whoever asks wrongly has asked"
    for path in paths:
        refusal(site.get(path), 429, "too_many_requests")
    assert site.ask("GET", "/api/profile", address="192.0.2.9").status_code == 401
    guest(site)
    assert site.samples()["ringfall_requests_over_rate_total", (("rate", "reads"),)] == 4
    site.now_s += 15.0
    assert site.get("/api/players/p-1").status_code == 404
