"""A server is killed, and the next one goes on: the same match, the same bodies."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from ringfall.replay import verify
from tests.server import player as p
from tests.server.data import CALM_ZONE, make_data
from tests.server.door import new_guest
from tests.server.player import Player
from tests.server.servers import WAIT_S, Served, serving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "server"


def walk(ada: Player, ticks: int) -> int:
    """Let her walk for a while; the first tick that she was shown."""
    begin = ada.step().header.tick
    ada.until(lambda view: view.header.tick >= begin + ticks, p.MOVE, 512)
    return begin


def kill(server: Served) -> None:
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(WAIT_S)


def test_killed_again_and_again_it_goes_on_with_everybody_in_it(folder: Path) -> None:
    data = make_data(folder / "data", CALM_ZONE)
    token, seen, slot, match_id = "", 0, None, ""
    for life in range(4):
        with serving(folder, "--data", data, players={"grace_s": 600.0}) as server:
            if not life:
                token = new_guest(server)
                assert (server.recovered, server.set_aside) == ([], [])
            else:
                [found] = server.recovered
                assert found["tick"] >= seen, "no tick that was shown is lost"
                assert (found["match_id"], found["waiting"]) == (match_id, 1)
                assert server.metrics()["ringfall_matches_recovered_total"] == 1
                assert "match recovered" in server.log()
            [match] = server.get("/api/status")["matches"]
            ada = Player(server, "Ada", token=token, resume_tick=seen)
            assert slot in (None, ada.slot)
            slot, match_id = ada.slot, match["match_id"]
            assert walk(ada, 12) >= seen
            assert ada.view is not None
            seen = ada.view.header.tick
            kill(server)
    with serving(folder, "--data", data) as server:
        assert server.stop() == 0
        [journal] = server.journals()
    found_now = verify(journal)
    assert (found_now.divergence, found_now.damage, found_now.sealed) == (None, None, True)
    assert list((folder / "tails").iterdir()) == []
