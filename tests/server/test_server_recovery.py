"""A server is killed, and the next one goes on: the same match, the same bodies."""

from __future__ import annotations

import signal
from pathlib import Path

import msgspec
import pytest

from persistence.journal_file import JournalFile
from persistence.reader import open_journal
from ringfall.replay import verify
from tests.server import player as p
from tests.server.data import CALM_ZONE, make_data
from tests.server.door import ask, new_guest
from tests.server.kills import Kills, forked
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
    for life in range(3):
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


@pytest.mark.e2e
def test_killed_at_random_moments_of_a_match(folder: Path) -> None:
    """A small one of ``make kills``: clients of the load test come back by themselves."""
    kills = Kills(folder, clients=5, bots=20, seed=2, start=forked)
    kills.run(3)
    assert sum(len(life.back_s) for life in kills.lives) > 0


def test_a_match_of_other_rules_is_set_aside_and_another_begins(folder: Path) -> None:
    with serving(folder) as server:
        walk(Player(server, "Ada"), 5)
        kill(server)
        [path] = server.journals()
    other = path.with_name("other.journal")
    with open_journal(path) as journal:
        header = msgspec.structs.replace(journal.header, source_hash="0" * 16, match_id="other")
        with JournalFile.create(other, header) as file:
            file.append_all([record for _, record in journal.records()])
    path.unlink()
    with serving(folder) as server:
        [found] = server.set_aside
        assert "with rules 0000000000000000" in found["reason"]
        moved = folder / found["journal"]
        assert moved.parent.name == "set-aside"
        assert moved.with_suffix(".reason.txt").exists()
        assert server.metrics()["ringfall_matches_set_aside_total"] == 1
        assert ask(server, "GET", "/readyz").body == {"ready": True, "reason": None}
        walk(Player(server, "Bo"), 5)
        assert server.stop() == 0
