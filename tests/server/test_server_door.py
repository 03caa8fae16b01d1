"""Coming in, coming back and watching, through the real server and by the page on the protocol."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from persistence.reader import open_journal
from ringfall.replay import verify
from tests.server import player as p
from tests.server.data import CALM_ZONE, make_data, tame_bots
from tests.server.door import ask, new_guest, ticket_of
from tests.server.player import Player
from tests.server.servers import HOST, WAIT_S, Served, command, serving, wait_for

WATCH_DELAY_S = 2.0
PLAYERS = {"grace_s": 1.0, "watch_delay_s": WATCH_DELAY_S, "killer_delay_s": 1.0}
# Whoever comes back in a test is in time, however slow this machine is.
PATIENT = {**PLAYERS, "grace_s": 600.0}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("door")
    data = make_data(
        folder / "data", CALM_ZONE, join_window_s="600.0", result_linger_s="0.5", countdown_s="0.0"
    )
    tame_bots(data)
    with serving(folder, "--data", data, players=PLAYERS, match={"bots": 3}) as server:
        yield server
        found = server.metrics()
        assert found["ringfall_match_faults_total"] == 0
        assert found.get("ringfall_edge_faults_total", 0.0) == 0
        assert found["ringfall_player_store_failures_total"] == 0
        assert server.stop() == 0
        for journal in server.journals():
            assert verify(journal).divergence is None


@pytest.fixture(scope="module")
def quiet_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Without bots: nobody dies, however long a test takes."""
    folder = tmp_path_factory.mktemp("quiet")
    data = make_data(folder / "data", CALM_ZONE, join_window_s="600.0", countdown_s="0.0")
    patient = {"skips_in_a_row_max": 100_000}
    with serving(
        folder, "--data", data, players=PATIENT, match={"bots": 0}, limits=patient
    ) as server:
        yield server
        assert server.metrics()["ringfall_match_faults_total"] == 0
        assert server.stop() == 0


# Kills whoever walks away from the middle, however late, and leaves the others alone.
NARROW_ZONE = (
    "[[phase]]\nwait_s = 1.5\nshrink_s = 0.5\nradius_ratio = 0.5\ndamage_hp_per_s = 400.0\n"
    + CALM_ZONE.replace("damage_hp_per_s = 1.0", "damage_hp_per_s = 400.0", 1)
)


def refused(server: Served, *join: object) -> tuple[str, int]:
    """What a JOIN is answered: the code of ERROR, and the close code."""
    with connect(f"ws://{HOST}:{server.game_port}/", compression=None, proxy=None) as socket:
        socket.send(msgpack.packb([p.JOIN, p.VERSION, *join]))
        message = msgpack.unpackb(socket.recv(timeout=WAIT_S))
        assert message[0] == p.ERROR, message
        assert set(map(type, message[1:3])) == {str}
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=WAIT_S)
        assert socket.close_code is not None
        return message[1], socket.close_code


@pytest.fixture(autouse=True)
def _everybody_has_gone(request: pytest.FixtureRequest) -> None:
    """Of the tests before, nobody is connected or waited for."""
    if "server" in request.fixturenames:
        server = request.getfixturevalue("server")

        def people() -> int:
            matches = server.get("/api/status")["matches"]
            return sum(match["humans"] + match["away"] for match in matches)

        wait_for(lambda: not people(), people)


def match_of(server: Served, match_id: str) -> dict[str, Any]:
    matches = server.get("/api/status")["matches"]
    return next(match for match in matches if match["match_id"] == match_id)


# --- tickets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ticket", ["", "x", "A" * 43, "A" * 128, "é" * 43, "\x00" * 43])
def test_forged_tickets(server: Served, ticket: str) -> None:
    assert refused(server, ticket) == ("bad_ticket", 1008)


def test_a_ticket_is_good_once_and_the_newest_counts(server: Served) -> None:
    token = new_guest(server)
    old, new = (ticket_of(server, token) for _ in range(2))
    assert refused(server, old) == ("bad_ticket", 1008)
    ada = Player(server, ticket=new)
    assert refused(server, new) == ("bad_ticket", 1008)
    ada.step()
    ada.leave()


def test_a_ticket_expires(tmp_path: Path) -> None:
    with serving(tmp_path, players={"ticket_s": 1.0}) as server:
        ticket = ticket_of(server, new_guest(server))
        time.sleep(1.1)
        assert refused(server, ticket) == ("bad_ticket", 1008)
        assert 'ringfall_refused_tickets_total{reason="expired"} 1.0' in server.fetch("/metrics")
        assert server.stop() == 0


def test_two_sockets_with_one_ticket_at_once(server: Served) -> None:
    ticket = ticket_of(server, new_guest(server))

    def run(_: int) -> str:
        with connect(f"ws://{HOST}:{server.game_port}/", compression=None, proxy=None) as socket:
            socket.send(msgpack.packb([p.JOIN, p.VERSION, ticket]))
            message = msgpack.unpackb(socket.recv(timeout=WAIT_S))
            return str(message[1]) if message[0] == p.ERROR else "welcome"

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(run, range(6)))
    assert answers == ["bad_ticket"] * 5 + ["welcome"]


def test_a_token_is_no_ticket_and_a_ticket_no_token(server: Served) -> None:
    token = new_guest(server)
    assert refused(server, token)[0] == "bad_ticket"
    ticket = ticket_of(server, token)
    assert ask(server, "GET", "/api/me", token=ticket).status == 401


def test_a_ticket_for_a_match_that_has_ended(server: Served) -> None:
    match_id = ask(server, "POST", "/api/play", {}, new_guest(server)).body["match_id"]
    answer = ask(server, "POST", "/api/play", {"match": match_id + "x"}, new_guest(server))
    assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_hundreds_of_tickets(tmp_path: Path) -> None:
    """A flood of requests costs the flooder its rate, and nobody else anything."""
    limits = {"tickets_per_minute": 10, "guests_per_minute": 10}
    with serving(tmp_path, limits=limits) as server:
        token, began = new_guest(server), time.monotonic()
        statuses = [ask(server, "POST", "/api/play", {}, token).status for _ in range(300)]
        # One in six seconds grows back, and on a slow machine that is many.
        most = 10 + int((time.monotonic() - began) / 6) + 1
        assert set(statuses) == {200, 429}
        assert 10 <= statuses.count(200) <= most
        found = server.metrics()
        assert found["ringfall_tickets"] <= 1, "the newest of a player alone is good"
        assert found["ringfall_refused_requests_total"] >= 300 - most
        answers = (ask(server, "POST", "/api/play", {}, token) for _ in range(100))
        answer = next(found for found in answers if found.status == 429)
        assert answer.body["retry_after"] >= 1
        assert int(answer.headers["retry-after"]) == answer.body["retry_after"]
        assert server.get("/api/config")
        assert server.stop() == 0


# --- coming back ---------------------------------------------------------------------------------


def test_a_broken_line_is_taken_up_again_by_one_round_trip(quiet_server: Served) -> None:
    server = quiet_server
    ada = Player(server, "Ada")
    here = ada.settle()
    match_id = ada.welcome[5]
    ada.break_off()
    wait_for(lambda: match_of(server, match_id)["away"] == 1)
    answer = ask(server, "POST", "/api/play", {}, ada.token)
    assert (answer.body["match_id"], answer.body["resumed"]) == (match_id, True)
    assert ask(server, "GET", "/api/me", token=ada.token).body["match_id"] == match_id
    again = Player(server, ticket=answer.body["ticket"], resume_tick=here.header.tick)
    assert (again.mode, again.slot, again.welcome[5]) == (p.RESUMED, ada.slot, match_id)
    assert again.news == [again.welcome], "WELCOME is the first thing"
    view = again.step()
    assert (again.body.x, again.body.y) == (here.players[0].x, here.players[0].y)
    assert view.header.self_alive
    moved = again.until(lambda view: view.header.ack_seq >= 5, p.MOVE, p.DOWN)
    assert moved.header.ack_seq < 60, "inputs are counted anew"
    assert (match_of(server, match_id)["away"], match_of(server, match_id)["humans"]) == (0, 1)
    again.leave()


def test_after_the_grace_a_new_place_is_taken(server: Served) -> None:
    ada, bo = Player(server, "Ada"), Player(server, "Bo")
    waiting = ticket_of(server, ada.token)
    ada.break_off()
    bo.until(lambda _: [p.KILL, ada.slot, p.LEFT_THE_MATCH] in [m[::2] for m in bo.news])
    joined = [message for message in bo.news if message[0] == p.JOINED]
    assert joined[-1][3] > 0, "a bot takes the place"
    assert refused(server, waiting) == ("match_full", 1013)
    again = Player(server, token=ada.token)
    assert again.mode == p.NEW
    assert again.welcome[5] != ada.welcome[5], "nobody plays a match twice"
    again.leave()
    bo.leave()


def test_the_same_player_twice(server: Served) -> None:
    ada = Player(server, "Ada")
    second = Player(server, token=ada.token)
    assert (second.mode, second.slot) == (p.RESUMED, ada.slot)
    assert ada.wait_closed() == (1008, "taken_over")
    assert ada.news[-1][:2] == [p.ERROR, "taken_over"]
    second.step()
    assert match_of(server, second.welcome[5])["humans"] == 1
    second.leave()


def test_a_new_place_gives_the_old_one_up(server: Served) -> None:
    ada = Player(server, "Ada")
    ada.step()
    again = Player(server, ticket=ticket_of(server, ada.token, new=True))
    assert again.mode == p.NEW
    assert again.welcome[5] != ada.welcome[5]
    assert ada.wait_closed()[1] == "taken_over"
    again.leave()


def test_a_token_revoked_in_play(server: Served) -> None:
    ada = Player(server, "Ada")
    ada.step()
    ticket = ticket_of(server, ada.token)
    assert ask(server, "DELETE", "/api/session", token=ada.token).status == 204
    assert ada.wait_closed() == (1008, "signed_out")
    assert refused(server, ticket) == ("bad_ticket", 1008)
    assert ask(server, "POST", "/api/play", {}, ada.token).status == 401


# --- watching ------------------------------------------------------------------------------------


def test_watching_is_late_and_switches(quiet_server: Served) -> None:
    server = quiet_server
    ada, bo = Player(server, "Ada"), Player(server, "Bo")
    match_id = ada.welcome[5]
    answer = ask(server, "POST", "/api/watch", {"match": match_id, "slot": ada.slot}, ada.token)
    assert answer.status == 400, "not a match one plays in"
    token = new_guest(server, "Eve")
    body = {"match": match_id, "slot": ada.slot}
    answer = ask(server, "POST", "/api/watch", body, token)
    assert answer.body["delay_s"] == WATCH_DELAY_S
    eve = Player(server, ticket=answer.body["ticket"])
    assert (eve.mode, eve.slot) == (p.WATCHING, 65535)
    late = []
    give_up = time.monotonic() + WAIT_S
    while time.monotonic() < give_up:
        ada.step(p.MOVE, p.RIGHT)
        eve.catch_up()
        eve.send()
        if eve.view is not None:
            # What is read may have waited: the server says how far it is.
            late.append(match_of(server, match_id)["tick"] - eve.view.header.tick)
            if eve.view.header.eyes_slot == ada.slot and eve.seen > 10:
                break
    assert min(late) >= WATCH_DELAY_S * 30 - 1
    assert eve.view is not None
    assert eve.view.header.eyes_slot == ada.slot
    assert ada.slot in {row.slot for row in eve.view.players}, "whom one watches, one sees"
    assert (eve.reader.motion, eve.reader.hands) == ({}, [{}] * 4), "nobody else's hands"
    eve.socket.send(msgpack.packb([p.SPECTATE, bo.slot]))
    eve.until(lambda view: view.header.eyes_slot == bo.slot)
    assert match_of(server, match_id)["watchers"] == 1
    assert match_of(server, match_id)["humans"] == 2
    for player in (eve, ada, bo):
        player.leave()
    wait_for(lambda: server.metrics()["ringfall_watchers"] == 0)


def test_the_dead_see_late(tmp_path: Path) -> None:
    """Whoever falls to the zone sees nothing for a second, and from then on the past."""
    data = make_data(tmp_path / "data", NARROW_ZONE, countdown_s="0.0", view_width_u="60.0")
    tame_bots(data)
    with serving(tmp_path, "--data", data, players=PLAYERS, match={"bots": 20}) as server:
        ada = Player(server, "Ada")
        middle = ada.step().header
        # To the corner that is farthest from where the zone will be.
        corners = {(0, 0): 512, (1, 0): 1536, (1, 1): 2560, (0, 1): 3584}
        away = corners[middle.next_x > 256 * 20, middle.next_y > 256 * 12]
        ada.until(lambda view: not view.header.self_alive, p.MOVE, away)
        assert ada.view is not None
        seen, match_id = ada.view.header.tick, ada.welcome[5]
        kill = next(
            message for message in ada.news if message[0] == p.KILL and message[2] == ada.slot
        )
        assert seen == kill[1], "without a gap"
        now = match_of(server, match_id)
        assert not now["over"], "somebody is left to be looked at"
        assert now["tick"] - seen >= 30 - 2
        assert ada.step().header.tick == seen + 1
        ada.leave()
        assert server.stop() == 0


# --- the database --------------------------------------------------------------------------------


def test_killed_and_started_again_the_token_is_good(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        ada = Player(server, "Ada")
        ada.step()
        wait_for(lambda: server.metrics()["ringfall_players_unsaved"] == 0)
        me = ask(server, "GET", "/api/me", token=ada.token).body
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(WAIT_S)
    with serving(tmp_path) as server:
        again = ask(server, "GET", "/api/me", token=ada.token)
        assert (again.status, again.body["player_id"]) == (200, me["player_id"])
        player = Player(server, token=ada.token)
        assert player.welcome[8][player.slot][1] == "Ada"
        player.step()
        player.leave()
        assert server.stop() == 0


def test_a_database_that_cannot_be_used_ends_the_start_with_one_line(tmp_path: Path) -> None:
    ports = ("--http-port", 0, "--game-port", 0)
    (tmp_path / "players.sqlite").write_bytes(b"no database " * 1000)
    done = command("serve", "--json", *ports, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "players.sqlite" in done.err.splitlines()[-1]
    assert "move it away" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


def test_a_database_that_locks_up_in_play(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        token = new_guest(server)
        wait_for(lambda: server.metrics()["ringfall_players_unsaved"] == 0)
        with closing(sqlite3.connect(tmp_path / "players.sqlite", isolation_level=None)) as other:
            other.execute("begin exclusive")
            ada = Player(server, "Ada")
            view = ada.step()
            wait_for(lambda: server.metrics()["ringfall_player_store_failures_total"] > 0)
            assert server.metrics()["ringfall_players_unsaved"] >= 1
            assert "live in memory" in server.log()
            assert ask(server, "GET", "/api/me", token=token).status == 200
            ada.until(lambda later: later.header.tick > view.header.tick + 30)
            other.execute("rollback")
        wait_for(lambda: server.metrics()["ringfall_players_unsaved"] == 0)
        assert "written again" in server.log()
        ada.leave()
        assert server.stop() == 0


def test_the_journal_of_people_who_come_and_go(tmp_path: Path) -> None:
    data = make_data(tmp_path / "data", CALM_ZONE, join_window_s="600.0", countdown_s="0.0")
    tame_bots(data)
    with serving(tmp_path, "--data", data, players={"grace_s": 0.3}, match={"bots": 2}) as server:
        ada, bo = Player(server, "Ada"), Player(server, "Bo")
        ada.break_off()
        assert bo.wait_news(p.KILL)[2::2] == [ada.slot, p.LEFT_THE_MATCH]
        bo.leave()
        assert server.stop() == 0
        [journal] = server.journals()
        found = verify(journal)
        assert (found.divergence, found.damage, found.sealed) == (None, None, True)
        with open_journal(journal) as opened:
            ticks = list(opened.ticks())
        assert next(slot for tick in ticks for slot in tick.leaves) == ada.slot
        assert [e.kind > 0 for tick in ticks for e in tick.joins][:5] == [
            True, True, False, False, True,
        ]  # fmt: skip
