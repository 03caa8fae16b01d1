"""What people did outlives the server: in its database, and in what its recordings say of it."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.server.data import CALM_ZONE, make_data, tame_bots
from tests.server.player import Player
from tests.server.servers import WAIT_S, command, serving, wait_for

TABLES = ("matches", "results", "player_stats", "class_stats")


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        return {t: db.execute(f"select * from {t} order by 1, 2").fetchall() for t in TABLES}


def test_results_are_in_the_database_and_can_be_rebuilt(tmp_path: Path) -> None:
    data = make_data(tmp_path / "data", CALM_ZONE, join_window_s="600.0", countdown_s="0.0")
    tame_bots(data)
    with serving(tmp_path, "--data", data, match={"bots": 2}) as server:
        ada, bo = Player(server, "Ada"), Player(server, "Bo")
        ada.step()
        bo.step()
        in_use = command("db", "restore", tmp_path / "none", cwd=tmp_path)
        assert (in_use.code, in_use.out) == (2, "")
        second = command("serve", "--http-port", 0, "--game-port", 0, cwd=tmp_path)
        assert (second.code, second.out) == (2, "")
        assert "another process holds the database" in second.err.splitlines()[-1]
        folder = server.journals()[0].parent
        assert server.stop() == 0
    found = rows(tmp_path / "players.sqlite")
    assert [row[-3:] for row in found["matches"]] == [("stopped", 4, 2)]
    with closing(sqlite3.connect(tmp_path / "players.sqlite")) as db:
        names = db.execute("select name from results order by slot").fetchall()
    assert names == [("Ada",), ("Bo",)]
    assert command("db", "check", cwd=tmp_path).code == 0
    done = command(
        "db", "rebuild", "--from", folder, "--into", "new.sqlite", "--json", cwd=tmp_path
    )
    assert json.loads(done.out)["matches"] == 1
    assert rows(tmp_path / "new.sqlite") == found


def test_what_a_kill_interrupted_is_written_when_the_match_ends(tmp_path: Path) -> None:
    data = make_data(tmp_path / "data", CALM_ZONE, join_window_s="600.0", countdown_s="0.0")
    patient: dict[str, object] = {"grace_s": 600.0}
    with serving(tmp_path, "--data", data, match={"bots": 0}, players=patient) as server:
        Player(server, "Ada").step()
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(WAIT_S)
    with serving(tmp_path, "--data", data, match={"bots": 0}, players=patient) as server:
        [folder] = {journal.parent for journal in server.journals()}
        assert server.stop() == 0
    with closing(sqlite3.connect(tmp_path / "players.sqlite")) as db:
        assert db.execute("select name from results").fetchall() == [("Ada",)]
    done = command(
        "db", "rebuild", "--from", folder, "--into", "new.sqlite", "--json", cwd=tmp_path
    )
    assert json.loads(done.out)["skipped"] == []
    assert rows(tmp_path / "new.sqlite") == rows(tmp_path / "players.sqlite")
    # Without its database a server takes what has ended from the recordings.
    kept = rows(tmp_path / "players.sqlite")["results"]
    (tmp_path / "players.sqlite").rename(tmp_path / "lost.sqlite")
    with serving(tmp_path, "--data", data, match={"bots": 0}, players=patient) as server:
        wait_for(lambda: rows(tmp_path / "players.sqlite")["results"] == kept)
        assert server.stop() == 0
