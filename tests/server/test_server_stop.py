"""How a server ends: told to, told twice, killed, or on a disk that is full."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from persistence.frames import SEAL_MAGIC
from persistence.reader import open_journal, read_header
from persistence.salvage import salvage
from persistence.tail_file import read_tail
from ringfall.replay import verify
from tests.server import player as p
from tests.server.data import CALM_ZONE, make_data
from tests.server.door import ask, new_guest
from tests.server.player import Player
from tests.server.servers import WAIT_S, Served, command, serving, wait_for


def play(server: Served, ticks: int) -> Player:
    """A client that has walked for a while and is still there."""
    ada = Player(server, "Ada")
    begin = ada.step()
    ada.until(lambda view: view.header.tick >= begin.header.tick + ticks, p.MOVE, 512)
    return ada


def end(ada: Player) -> tuple[int, str]:
    return ada.wait_closed()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "server"


@pytest.mark.parametrize(
    "signals",
    [
        [signal.SIGTERM],
        pytest.param([signal.SIGINT], marks=pytest.mark.e2e),
        [signal.SIGINT] * 5 + [signal.SIGTERM],
    ],
    ids=["SIGTERM", "SIGINT", "impatient"],
)
def test_a_signal_ends_it_in_good_order(folder: Path, signals: list[signal.Signals]) -> None:
    with serving(folder) as server:
        ada = play(server, 20)
        with ThreadPoolExecutor(1) as pool:
            closing = pool.submit(end, ada)
            for number in signals:
                server.process.send_signal(number)
            assert server.process.wait(WAIT_S) == 0
            code, _ = closing.result()
        assert code == 1013, "try again later"
        assert ada.news[-1][:2] == [p.ERROR, "shutting_down"]
        assert ada.news[-1][3] > 0
        log = server.log()
        assert "Traceback" not in log
        assert list((folder / "tails").iterdir()) == [], "it is all in the journal"
        [journal] = server.journals()
        assert journal.read_bytes().endswith(SEAL_MAGIC)
        found = verify(journal)
        assert (found.divergence, found.damage, found.sealed) == (None, None, True)
        assert ada.view is not None
        assert found.ticks >= ada.view.header.tick, "every tick that was shown is in the journal"
        with open_journal(journal) as opened:
            joins = [entrant for tick in opened.ticks() for entrant in tick.joins]
            assert [entrant.name for entrant in joins if entrant.kind == 0] == ["Ada"]


def test_told_to_stop_it_waits_for_those_who_play(folder: Path) -> None:
    data = make_data(folder / "data", CALM_ZONE)
    with serving(folder, "--data", data, server={"drain_s": 600.0}) as server:
        ada = play(server, 10)
        assert ask(server, "GET", "/readyz").body == {"ready": True, "reason": None}
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: ask(server, "GET", "/readyz").status == 503, server.log)
        assert ask(server, "GET", "/livez").status == 200
        refused = ask(server, "POST", "/api/play", {}, new_guest(server, "Bo"))
        assert (refused.status, refused.body["code"]) == (503, "shutting_down")
        assert refused.body["retry_after"] > 0
        assert ada.view is not None
        seen = ada.view.header.tick
        ada.until(lambda view: view.header.tick >= seen + 20, p.MOVE, 512)
        ada.leave()
        assert server.process.wait(WAIT_S) == 0
        log = server.log()
        assert "draining" in log
        assert "Traceback" not in log
        [journal] = server.journals()
        assert journal.read_bytes().endswith(SEAL_MAGIC)


@pytest.mark.parametrize(
    ("drain_s", "signals"),
    [
        pytest.param(600.0, [signal.SIGTERM, signal.SIGTERM], id="a second signal"),
        pytest.param(600.0, [signal.SIGTERM, signal.SIGINT], id="Ctrl-C"),
        pytest.param(0.5, [signal.SIGTERM], id="time is up"),
    ],
)
def test_its_patience_has_an_end(
    folder: Path, drain_s: float, signals: list[signal.Signals]
) -> None:
    data = make_data(folder / "data", CALM_ZONE)
    with serving(folder, "--data", data, server={"drain_s": drain_s}) as server:
        ada = play(server, 10)
        with ThreadPoolExecutor(1) as pool:
            closing = pool.submit(end, ada)
            for number in signals:
                server.process.send_signal(number)
                if number is not signals[-1]:
                    wait_for(lambda: "draining" in server.log())
            assert server.process.wait(WAIT_S) == 0
            assert closing.result()[0] == 1013
        assert ada.news[-1][:2] == [p.ERROR, "shutting_down"]
        [journal] = server.journals()
        assert journal.read_bytes().endswith(SEAL_MAGIC)


def test_verify_and_info_of_a_served_match(folder: Path) -> None:
    with serving(folder, journal={"keyframe_s": 1.0}) as server:
        play(server, 40).leave()
        assert server.stop() == 0
        [journal] = server.journals()
        done = command("replay", "verify", journal, "--json", cwd=folder)
        assert (done.code, done.err) == (0, "")
        assert done.json["ok"] is True
        assert done.json["sealed"] is True
        assert done.json["keyframes"] >= 3
        info = command("replay", "info", journal, "--json", cwd=folder)
        assert info.code == 0
        assert info.json["reason"] == "stopped"
        assert info.json["ticks"] == done.json["ticks"]
        # A bot may have come for her who left.
        assert (info.json["entrants"], info.json["bots"]) in ((5, 4), (6, 5))


def test_killed(folder: Path) -> None:
    """Nothing is sealed, and no tick that was shown is lost."""
    with serving(folder) as server:
        assert server.metrics()["ringfall_journal_tail_bytes"] >= 0
        ada = play(server, 30)
        assert ada.view is not None
        seen = ada.view.header.tick
        [journal] = server.journals()
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(WAIT_S)
        # What was on its way to the disk is in the tail.
        [tail] = (folder / "tails").iterdir()
        reached = read_tail(tail, read_header(journal)).reached
        assert reached is not None
        assert seen <= reached + 1
        found = salvage(journal, folder / "tails")
        assert seen <= found.ticks[-1].tick + 1
        assert (found.lost_ticks, found.header.match_id) == (0, journal.stem)
        with found.file as file:
            file.append_all([tick for tick in found.ticks if tick.tick >= found.recorded_until])
        done = command("replay", "verify", journal, "--json", cwd=folder)
        assert "Traceback" not in done.err
        # A kill between two writes leaves whole records; one within a write a torn one.
        assert done.code == (0 if done.json["damage"] is None else 2)
        assert done.json["divergence"] is None
        assert done.json["sealed"] is False
        assert seen <= done.json["ticks"]
        assert done.json["compared"] == done.json["ticks"]
        text = command("replay", "verify", journal, cwd=folder)
        assert "not sealed" in text.out or done.code == 2


@pytest.mark.e2e
def test_torn_like_a_power_cut_would(folder: Path) -> None:
    with serving(folder) as server:
        play(server, 20).leave()
        server.process.kill()
        server.process.wait(WAIT_S)
        [journal] = server.journals()
    data = journal.read_bytes()
    torn = folder / "torn.journal"
    torn.write_bytes(data[:-7] + bytes(4096))
    done = command("replay", "verify", torn, "--json", cwd=folder)
    assert done.code == 2
    assert done.json["ticks"] > 10
    assert done.json["divergence"] is None
    assert f"damaged at byte {done.json['damage']['offset']}" in done.line
    assert f"the {done.json['ticks']} ticks before it are good" in done.line
    assert torn.read_bytes() == data[:-7] + bytes(4096), "looking changes nothing"


@pytest.mark.e2e
def test_a_full_disk_costs_the_recording_and_nothing_else(folder: Path) -> None:
    """Standard error goes to the same full disk: a log that cannot be written ends nothing."""
    with serving(folder, match={"bots": 20}, file_bytes_max=120_000) as server:
        wait_for(lambda: server.journals() and server.journals()[0].stat().st_size > 80_000)
        wait_for(lambda: "records wait in memory" in server.log(), server.log)
        ada = play(server, 30)
        metrics = server.metrics()
        assert metrics["ringfall_journal_backlog_bytes"] > 0
        assert metrics["ringfall_match_faults_total"] == 0
        ada.leave()
        assert server.stop() == 1
        [journal] = server.journals()
        last = server.log().strip().splitlines()[-1]
        assert last.startswith("ringfall: ")
        assert journal.name in last
        assert "free space" in last
        found = verify(journal)
        assert (found.divergence, found.damage, found.sealed) == (None, None, False)
        assert found.ticks > 10, "what was written is whole"


@pytest.mark.e2e
def test_a_journal_folder_that_vanishes(folder: Path) -> None:
    """The match in progress goes on, and the next one cannot be recorded: both are said."""
    with serving(folder) as server:
        [journal] = server.journals()
        journal.unlink()
        (folder / "journals").rmdir()
        wait_for(lambda: server.metrics()["ringfall_journal_failures_total"] == 1, server.log)
        play(server, 10).leave()
        assert server.stop() == 1
        assert "deleted" in server.log().strip().splitlines()[-1]
