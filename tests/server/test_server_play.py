"""The real server, played by a client that shares no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgpack
import pytest
from websockets.exceptions import InvalidStatus

from tests.server import player as p
from tests.server.data import CALM_ZONE, DEADLY_ZONE, make_data, tame_bots
from tests.server.door import ask, new_guest
from tests.server.player import Player, playing
from tests.server.servers import Served, serving, wait_for
from tests.server.views import View

ORIGIN = "https://play.example.org"
CLASSES = ["herbalist", "scout", "warrior", "wizard"]
HIT, BURST = 2, 5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("calm")
    data = make_data(
        folder / "data", CALM_ZONE, join_window_s="600.0", result_linger_s="0.5", countdown_s="0.0"
    )
    limits = {"skips_in_a_row_max": 150, "allowed_origins": ["same-host", ORIGIN]}
    with serving(folder, "--data", data, limits=limits, match={"bots": 0}) as server:
        yield server
        assert server.metrics()["ringfall_match_faults_total"] == 0
        assert server.stop() == 0


@pytest.fixture(autouse=True)
def _everybody_has_gone(server: Served) -> None:
    """Matches of the tests before have ended: they would end under the players of the next."""

    def occupied() -> list[str]:
        matches = server.get("/api/status")["matches"]
        return [match["match_id"] for match in matches if match["entrants"]]

    wait_for(lambda: not occupied(), occupied)


def role_of(name: str) -> int:
    return CLASSES.index(name)


def joined_team(player: Player) -> int:
    """The team the roster gives a player."""
    return int(next(row[4] for row in player.welcome[8] if row[0] == player.slot))


def moved(view: View, then: View) -> tuple[int, int]:
    return then.players[0].x - view.players[0].x, then.players[0].y - view.players[0].y


def test_walking_stopping_and_the_edge_of_the_world(server: Served) -> None:
    with playing(server, "Walker") as [ada]:
        # 7 u/s at 30 Hz and 64 steps a unit; inputs may arrive in bunches, ticks do not.
        ada.settle()
        begin = ada.applied(p.MOVE, p.RIGHT)
        moving = ada.until(lambda view: view.header.tick >= begin.header.tick + 15, p.MOVE, p.RIGHT)
        dx, dy = moved(begin, moving)
        assert dx > 64
        assert dy == 0
        before = ada.applied(p.MOVE, p.DOWN)
        after = ada.until(lambda view: view.header.tick >= before.header.tick + 5, p.MOVE, p.DOWN)
        assert moved(before, after)[1] > 0
        stopped = ada.settle()
        assert stopped.header.ack_seq > 0
        assert moved(stopped, ada.step()) == (0, 0)
        for direction, edge in ((p.LEFT, (32, None)), (p.UP, (32, 32))):
            ada.until(
                lambda view, edge=edge: (  # type: ignore[misc]
                    view.players[0].x == edge[0] and edge[1] in (None, view.players[0].y)
                ),
                p.MOVE,
                direction,
            )
        # Pushing on does not help: a body of radius 0.5 ends at 0.5.
        for _ in range(5):
            view = ada.step(p.MOVE | p.MOBILITY, 2560)
        assert (view.players[0].x, view.players[0].y) == (32, 32)


def test_held_input_ends_by_itself(server: Served) -> None:
    """Half a second after the last INPUT the body stands, however long the button was held."""
    with playing(server, "Gone quiet") as [ada]:
        here = ada.settle().players[0]
        way = p.RIGHT if here.x < 20 * 64 else p.LEFT
        ada.until(lambda view: abs(view.players[0].x - here.x) > 64, p.MOVE, way)
        # Where the body is when the last INPUT counts, not what has waited to be read.
        start = ada.told(ada.seq)

        def tick() -> int:
            matches = server.get("/api/status")["matches"]
            mine = [match["tick"] for match in matches if match["match_id"] == ada.welcome[5]]
            return int(mine[0])

        wait_for(lambda: tick() > start.header.tick + 60)
        ada.catch_up()
        end = ada.settle()
        assert abs(end.players[0].x - start.players[0].x) < 6 * 64, "15 ticks at 7 u/s, not 60"


def test_shots_hit(server: Served) -> None:
    with playing(server, "Ada", "Bo", role=role_of("scout")) as [ada, bo]:
        aim = ada.aim_at(bo.slot)
        view = ada.until(lambda view: view.projectiles, p.PRIMARY, aim=aim)
        assert {shot.owner for shot in view.projectiles} == {ada.slot}
        assert {shot.skill for shot in view.projectiles} == {ada.hand(0).skill}
        assert ada.skill(0)["name"] == "longshot"
        assert abs(view.projectiles[0].direction - aim) <= 1
        assert 0 < ada.hand(0).wait_ticks <= ada.skill(0)["cooldown_ticks"]
        events = []

        def hurt(view: View) -> bool:
            events.extend(view.events)
            return ada.other(bo.slot).health < 255

        ada.until(hurt, p.PRIMARY, aim=aim)
        bo.until(lambda view: view.header.self_health < view.header.self_health_max)
        hits = [event for event in events if event.kind == HIT]
        if hits:  # a snapshot may be skipped on a busy machine, and with it the event
            assert (hits[0].a, hits[0].b, hits[0].cause) == (ada.slot, bo.slot, ada.hand(0).skill)
            assert hits[0].amount > 0


def test_an_area_goes_off(server: Served) -> None:
    with playing(server, "Ada", role=role_of("herbalist")) as [ada]:
        here = ada.settle().players[0]
        mana = ada.step().header.self_mana
        aim = p.RIGHT if here.x < 20 * 64 else p.LEFT
        view = ada.until(lambda view: view.areas, p.SECONDARY, aim=aim, reach=128)
        [area] = view.areas
        skill = ada.skill(1)
        assert (area.owner, area.skill) == (ada.slot, ada.hand(1).skill)
        assert area.radius == round(skill["radius_u"] * 64)
        assert abs(abs(area.x - here.x) - skill["range_u"] * 64 * 128 / 255) < 16
        assert 0 < ada.hand(1).wait_ticks <= skill["cooldown_ticks"]
        assert view.header.self_mana < mana
        fuses = [area.fuse_ticks]
        events = []

        def gone(view: View) -> bool:
            fuses.extend(row.fuse_ticks for row in view.areas)
            events.extend(event for event in view.events if event.kind == BURST)
            return not view.areas

        ada.until(gone)
        assert fuses == sorted(fuses, reverse=True)
        assert fuses[0] <= skill["delay_ticks"] + 1
        if events:  # a snapshot may be skipped on a busy machine, and with it the event
            assert (events[0].a, events[0].cause) == (ada.slot, area.skill)
            assert events[0].amount == round(skill["radius_u"] * 8)
            assert (events[0].x, events[0].y) == (area.x, area.y)


def test_a_dash_is_fast_and_has_to_wait(server: Served) -> None:
    with playing(server, "Ada", role=role_of("warrior")) as [ada]:
        begin = ada.settle()
        way = p.RIGHT if begin.players[0].x < 20 * 64 else p.LEFT
        ada.until(lambda _: ada.hand(3).wait_ticks > 0, p.MOBILITY | p.MOVE, way)
        assert ada.hand(3).wait_ticks <= ada.skill(3)["cooldown_ticks"]
        done = ada.until(lambda view: not view.players[0].flags & 1)
        assert abs(done.players[0].x - begin.players[0].x) > 2 * 64


def test_a_charge_is_held_and_let_go(server: Served) -> None:
    with playing(server, "Ada", role=role_of("wizard")) as [ada]:
        here = ada.settle().players[0]
        aim = p.RIGHT if here.x < 20 * 64 else p.LEFT
        full_ticks = ada.skill(1)["hold_ticks"]
        # Where this test was not heard for half a second, the charge was let go before its time.
        view = ada.until(
            lambda view: ada.hand(1).held_ticks >= full_ticks and not view.projectiles,
            p.SECONDARY,
            aim=aim,
        )
        assert view.players[0].flags & 8
        [ball] = ada.until(lambda view: view.projectiles, aim=aim).projectiles
        skill = ada.skill(1)
        assert ball.radius == round(skill["radius_u"] * skill["charge_radius"] * 64)
        assert ada.hand(1).held_ticks == 0


def test_a_class_that_does_not_exist_is_refused(server: Served) -> None:
    answer = ask(server, "POST", "/api/play", {"role": 99}, new_guest(server))
    assert (answer.status, answer.body["code"]) == (400, "bad_message")


def test_ping(server: Served) -> None:
    with playing(server, "Ada") as [ada]:
        for nonce in (0, 1, 2**32 - 1):
            ada.news.clear()
            ada.socket.send(msgpack.packb([p.PING, nonce]))
            assert ada.wait_news(p.PONG) == [p.PONG, nonce]


def test_others_are_announced_seen_and_missed(server: Served) -> None:
    with playing(server, "Ada") as [ada]:
        bo = Player(server, "  Bo\x00 the\n\u202eGreat and Terrible ")
        joined = ada.wait_news(p.JOINED)
        assert joined[1:4] == [bo.slot, "Bo the Great and", 0]
        assert [row[:3] for row in bo.welcome[8]] == [[ada.slot, "Ada", 0], joined[1:4]]
        assert bo.welcome[8][1] == joined[1:]
        assert bo.welcome[5] == ada.welcome[5], "the same match"
        ada.until(lambda view: any(row.slot == bo.slot for row in view.players))
        bo.leave()
        kill = ada.wait_news(p.KILL)
        assert kill[2:] == [bo.slot, None, p.LEFT_THE_MATCH]
        # Of two one is left: the match is decided.
        result = ada.wait_news(p.RESULT)
        assert result[1:4] == [1, 2, 2]
        assert result[12:] == [ada.slot, joined_team(ada), True]
        assert ada.wait_closed() == (1000, "")


def test_whoever_does_not_acknowledge_is_not_sent_more(server: Served) -> None:
    with playing(server, "Keen") as [keen]:
        silent = Player(server, "Silent")
        silent.acks = False
        assert keen.view is not None
        until_tick = keen.view.header.tick + 40
        keen.until(lambda view: view.header.tick >= until_tick)
        silent.socket.send(msgpack.packb([p.PING, 5]))
        silent.wait_news(p.PONG)
        assert silent.seen == 8, "unacked_max"
        assert [message[0] for message in silent.news] == [p.WELCOME, p.PONG]
        silent.acks = True
        view = silent.step()
        silent.until(lambda later: later.header.tick > view.header.tick + 12)
        assert silent.seen > 10, "one acknowledgement opens the window"
        silent.acks = False
        # As long as somebody else plays on: the end of the match would be another goodbye.
        until_tick = view.header.tick + 230
        keen.until(lambda view: view.header.tick >= until_tick)
        assert silent.wait_closed()[0] == 1008
        assert silent.news[-1][:2] == [p.ERROR, "too_slow"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "file://", "http://localhost"])
def test_foreign_pages_stay_out(server: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        Player(server, origin=origin)
    assert caught.value.response.status_code == 403


@pytest.mark.parametrize("origin", [ORIGIN, "http://127.0.0.1:8000", None])
def test_allowed_pages_come_in(server: Served, origin: str | None) -> None:
    with playing(server, "Guest", origin=origin) as [guest]:
        assert guest.seen


def test_what_the_page_asks_for(server: Served) -> None:
    config = server.get("/api/config")
    assert config["game_port"] == server.game_port
    assert config["protocol_version"] == 3
    told = server.get("/match.json")
    assert [card["name"] for card in told["classes"]] == CLASSES
    assert (told["map"]["name"], told["team_size"]) == ("Field", 1)
    with playing(server, "Ada") as [ada]:
        matches = server.get("/api/status")["matches"]
        mine = next(match for match in matches if match["match_id"] == ada.welcome[5])
        assert mine["humans"] == 1
        assert mine["entrants"] == ada.slot + 1
        assert mine["tick"] > 0


def test_death_then_result_then_goodbye(tmp_path: Path) -> None:
    data = make_data(
        tmp_path / "data",
        DEADLY_ZONE,
        result_linger_s="3.0",
        view_width_u="60.0",
        countdown_s="0.0",
    )
    # Nobody but the zone kills.
    tame_bots(data)
    with serving(tmp_path, "--data", data, match={"bots": 2}) as server:
        # The zone of the first match may have closed by the time everybody is in: then the second.
        ada, bo = (Player(server, name) for name in ("Ada", "Bo"))
        with ThreadPoolExecutor(2) as pool:
            closings = [pool.submit(player.wait_closed) for player in (ada, bo)]
            assert [closing.result() for closing in closings] == [(1000, "")] * 2
        for player in (ada, bo):
            results = [message for message in player.news if message[0] == p.RESULT]
            assert 1 <= len(results) <= 2
            assert [result[14] for result in results] == [False, True][-len(results) :]
            assert results[-1][12] is not None
            kills = [message for message in player.news if message[0] == p.KILL]
            assert {kill[4] for kill in kills} == {p.ZONE}
            assert any(kill[2] == player.slot for kill in kills) or results[-1][1] == 1
            assert player.view is not None
            assert player.view.header.stage == p.OVER, "they saw the end"
        # The journals of matches that are over are sealed while the server goes on.
        wait_for(lambda: '"journal closed"' in server.log() or '"sealed": true' in server.log())
        for player in (ada, bo):
            counted_as_told(server, player)
        again = Player(server, "Again")
        assert again.welcome[5] != ada.welcome[5]
        again.leave()
        assert server.stop() == 0


def counted_as_told(server: Served, player: Player) -> None:
    """What RESULT said at the end is in the player's profile, history and on the boards."""
    told = [message for message in player.news if message[0] == p.RESULT][-1]

    def profile() -> Any:
        return ask(server, "GET", "/api/profile", token=player.token).body

    wait_for(lambda: (profile()["last"] or {}).get("reason"), profile)
    found = profile()
    match, sums = found["last"], found["sums"]
    assert (match["match_id"], match["reason"]) == (player.welcome[5], "finished")
    assert (match["slot"], match["placement"]) == (player.slot, told[1])
    assert match["won"] == (told[1] == 1)
    assert (sums["matches"], sums["wins"], sums["placement"]) == (1, int(match["won"]), told[1])
    assert [row["role"] for row in found["classes"]] == [match["role"]]
    path = f"/api/players/{found['player_id']}"
    assert ask(server, "GET", f"{path}/matches").body == {"matches": [match], "next": None}
    assert ask(server, "GET", path).body["sums"] == sums
    rows = ask(server, "GET", f"/api/leaderboards/wins?role={match['role']}").body["rows"]
    assert (found["player_id"] in {row["player_id"] for row in rows}) == match["won"]
