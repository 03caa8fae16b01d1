"""Guests, sessions and tickets over HTTP, and every way to be refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from net.rejections import REJECTIONS
from ringfall.hosting.seats import PlayerSeat, WatcherSeat
from schema.messages import ErrorCode, Join
from tests.ringfall.packs import outbox
from tests.ringfall.test_web import Site


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> Iterator[None]:
    Site.folder = tmp_path
    yield
    while Site.open:
        Site.open.pop().close()


def guest(site: Site, name: str = "Ada", **options: Any) -> str:
    reply = site.ask("POST", "/api/guest", {"name": name}, **options)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["token"])


def refusal(reply: httpx.Response, status: int, code: str) -> None:
    """Every refusal has one shape, whoever refuses."""
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert set(reply.json()) <= {"code", "message", "retry_after"}
    assert reply.json()["message"]
    assert ("retry_after" in reply.json()) == ("retry-after" in reply.headers)
    assert "Traceback" not in reply.text


def test_every_code_has_a_class_of_its_own() -> None:
    assert set(REJECTIONS) == set(ErrorCode)
    for code, found in REJECTIONS.items():
        assert found("because").code is code
        assert 400 <= found.status < 600


def test_a_guest() -> None:
    site = Site()
    reply = site.ask("POST", "/api/guest", {"name": "  \u202eAda\x00 the Great and Terrible"})
    assert reply.status_code == 201
    assert reply.headers["cache-control"] == "no-store"
    told = reply.json()
    assert set(told) == {"token", "player_id", "name"}
    assert told["name"] == "Ada the Great an"
    me = site.ask("GET", "/api/me", token=told["token"]).json()
    assert me == {
        "player_id": told["player_id"],
        "name": "Ada the Great an",
        "kind": "guest",
        "match_id": None,
    }
    assert site.ask("POST", "/api/guest", {}).json()["name"] == "Guest"


def test_a_ticket_leads_into_the_match_it_names() -> None:
    site = Site("wss://play.example.org/game")
    hosted, token = site.host(bots=1), guest(site)
    reply = site.ask("POST", "/api/play", {"role": 2, "drop": 9, "name": "Zoe"}, token)
    told = reply.json()
    assert (told.pop("ticket"), told) != ("", None)
    assert told == {
        "match_id": "match-0",
        "game_port": 4321,
        "game_url": "wss://play.example.org/game",
        "expires_s": 30.0,
        "resumed": False,
    }
    ticket = site.ask("POST", "/api/play", {"role": 2}, token).json()["ticket"]
    seat = site.lobby.enter(Join(3, ticket), outbox(), "")
    assert isinstance(seat, PlayerSeat)
    assert (hosted.match.lineup[1].name, hosted.match.lineup[1].role) == ("Zoe", 2)
    hosted.advance()
    assert site.ask("GET", "/api/me", token=token).json()["match_id"] == "match-0"
    again = site.ask("POST", "/api/play", {}, token).json()
    assert (again["match_id"], again["resumed"]) == ("match-0", True)
    refusal(site.ask("POST", "/api/play", {"new": True}, token), 503, "server_full")
    refusal(
        site.ask("POST", "/api/play", {"new": True, "match": "match-0"}, token), 409, "match_full"
    )
    refusal(site.ask("POST", "/api/watch", {"match": "match-0"}, token), 400, "bad_request")


def test_a_ticket_to_watch() -> None:
    site = Site()
    hosted, token = site.host(bots=2), guest(site)
    hosted.advance()
    told = site.ask("POST", "/api/watch", {"slot": 1}, token).json()
    assert (told["match_id"], told["delay_s"]) == ("match-0", 15.0)
    seat = site.lobby.enter(Join(3, told["ticket"]), outbox(), "")
    assert isinstance(seat, WatcherSeat)
    assert seat.slot == 1
    assert hosted.match.entrants == 2, "who watches takes no place"


def test_signing_out() -> None:
    site = Site()
    hosted, token = site.host(bots=1), guest(site)
    ticket = site.ask("POST", "/api/play", {}, token).json()["ticket"]
    box = outbox()
    site.lobby.enter(Join(3, ticket), box, "")
    hosted.advance()
    reply = site.ask("DELETE", "/api/session", token=token)
    assert (reply.status_code, reply.content) == (204, b"")
    assert box.closing
    for method, path in (("GET", "/api/me"), ("DELETE", "/api/session")):
        refusal(site.ask(method, path, token=token), 401, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/me"), ("DELETE", "/api/session"), ("POST", "/api/play"), ("POST", "/api/watch")],
)
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Basic QWRhOg==", "Bearer nobody", "Bearer " + "x" * 200],
)
def test_without_a_good_token(method: str, path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    body = {} if method == "POST" else None
    reply = Site().ask(method, path, body, **headers)
    refusal(reply, 401, "unauthorized")
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body",
    [
        b"[]", b"null", b"7", b"{", b'{"name": 7}', b'{"role": 256}', b'{"role": -1}',
        b'{"drop": 10}', b'{"drop": 1.0}', b'{"role": true}', b'{"new": 1}', b'{"match": 1}',
        b'{"unknown": 1}', b"\xff\xfe", b"[" * 2000, b'{"name": "' + b"x" * 65 + b'"}',
    ],
)  # fmt: skip
def test_bodies_that_are_none(body: bytes) -> None:
    site = Site()
    site.host(bots=1)
    token = guest(site)
    kind = {"Content-Type": "application/json"}
    refusal(site.ask("POST", "/api/play", body, token, **kind), 400, "bad_request")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_of_another_page_makes_no_guest(kind: str) -> None:
    site = Site()
    reply = site.ask("POST", "/api/guest", b"{}", **{"Content-Type": kind})
    refusal(reply, 400, "bad_request")
    assert not site.store.waiting


# httpx does not close its own generator when the application stops reading.
@pytest.mark.filterwarnings("ignore:.*ByteStream:ResourceWarning")
def test_a_body_without_end() -> None:
    site = Site(http_body_bytes_max=100)
    kind = {"Content-Type": "application/json"}
    refusal(site.ask("POST", "/api/guest", b" " * 101, **kind), 413, "too_big")


def test_places_that_are_not() -> None:
    site, token = Site(), ""
    token = guest(site)
    refusal(site.ask("POST", "/api/play", {}, token), 503, "server_full")
    refusal(site.ask("POST", "/api/watch", {}, token), 404, "not_found")
    refusal(site.ask("POST", "/api/play", {"match": "m"}, token), 404, "not_found")
    hosted = site.host(bots=5)
    refusal(site.ask("POST", "/api/play", {"role": 99}, token), 400, "bad_message")
    assert site.ask("POST", "/api/play", {}, token).status_code == 200
    other = guest(site)
    refusal(site.ask("POST", "/api/play", {"match": "match-0"}, other), 409, "match_full")
    site.now_s += 31.0
    assert site.ask("POST", "/api/play", {}, other).status_code == 200, "promised to nobody now"
    hosted.finished = True
    refusal(site.ask("POST", "/api/play", {"match": "match-0"}, token), 409, "match_over")


def test_rates_count_by_address() -> None:
    site = Site(guests_per_minute=3, tickets_per_minute=2)
    site.host(bots=1)
    for _ in range(3):
        token = guest(site, address="2001:db8::1")
    reply = site.ask("POST", "/api/guest", {}, address="2001:db8::ffff")
    refusal(reply, 429, "too_many_requests")
    assert reply.json()["retry_after"] == 20.0
    guest(site, address="2001:db8:0:1::1")
    for _ in range(2):
        assert site.ask("POST", "/api/play", {}, token).status_code == 200
    refusal(site.ask("POST", "/api/play", {}, token), 429, "too_many_requests")
    refusal(site.ask("POST", "/api/watch", {}, token), 429, "too_many_requests")
    site.now_s += 30.0
    assert site.ask("POST", "/api/play", {}, token).status_code == 200
    assert site.samples()["ringfall_refused_requests_total", (("code", "too_many_requests"),)] == 3


def test_any_request_counts() -> None:
    site = Site(requests_per_minute=5)
    for _ in range(5):
        refusal(site.ask("GET", "/api/me"), 401, "unauthorized")
    refusal(site.ask("GET", "/api/me"), 429, "too_many_requests")
    refusal(site.ask("GET", "/api/me", address="192.0.2.9"), 401, "unauthorized")


def test_behind_a_proxy_the_client_counts() -> None:
    site = Site(guests_per_minute=1, trusted_proxies=("10.0.0.0/8",))

    def come(client: str, proxy: str = "10.0.0.1") -> int:
        headers = {"X-Forwarded-For": client}
        return site.ask("POST", "/api/guest", {}, address=proxy, **headers).status_code

    assert [come("192.0.2.7"), come("192.0.2.7"), come("192.0.2.8")] == [201, 429, 201]
    assert come("6.6.6.6, 192.0.2.7") == 429, "what the client wrote itself is not believed"
    assert come("nonsense") == 400
    assert [come("1.1.1.1", "192.0.2.9"), come("2.2.2.2", "192.0.2.9")] == [201, 429]


def test_a_database_that_is_silent_is_said() -> None:
    site = Site()
    for reader in site.store._readers._idle:
        reader.close()
    refusal(site.ask("GET", "/api/me", token="somebody"), 503, "unavailable")
    token = guest(site)
    assert site.ask("GET", "/api/me", token=token).status_code == 200, "new guests still play"
    found = site.samples()
    assert found["ringfall_player_store_failures_total", ()] == 1
    assert found["ringfall_players_unsaved", ()] == 1
