"""``ringfall loadtest`` as a shell runs it: its numbers, its mistakes, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.server.brood import brood
from tests.server.data import CALM_ZONE, DEADLY_ZONE, make_data
from tests.server.servers import (
    COMMAND,
    START_S,
    WAIT_S,
    command,
    environment,
    hear_interrupts,
    serving,
    wait_for,
)

KEYS = {
    "clients",
    "server_cpu_cores",
    "bytes_per_s_mean",
    "bytes_per_s_p99",
    "snapshot_bytes_p99",
    "snapshot_age_ms_p50",
    "snapshot_age_ms_p99",
    "input_ack_ms_p99",
    "corrections",
    "tick_lateness_ms_p99",
    "disconnects",
}
MARK = "RINGFALL_TEST_MARK"


def marked(value: str) -> list[int]:
    """Processes that were started with our mark, however they are related to us."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = (folder / "environ").read_bytes()
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"{MARK}={value}".encode() in told and state != "Z":
                found.append(int(folder.name))
    return found


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    if not Path("/proc/self/environ").exists():
        pytest.skip("no way to see all processes here")
    brood()  # stays, whatever is started from it: it must not have the mark
    value = uuid.uuid4().hex
    monkeypatch.setenv(MARK, value)
    return value


def test_four_clients_for_three_seconds(tmp_path: Path, mark: str) -> None:
    done = command("loadtest", "--clients", 4, "--seconds", 3, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    facts = done.json
    assert facts.keys() >= KEYS
    assert (facts["clients"], facts["clients_inside"]) == (4, 4)
    assert facts["predicts"] is True
    assert facts["disconnects"] == 0, facts
    assert facts["refusals_by_reason"] == {}
    for key in KEYS - {"disconnects", "corrections"}:
        assert facts[key] > 0, key
    assert facts["snapshot_age_ms_p50"] <= facts["snapshot_age_ms_p99"]
    assert facts["predicted_s"] > 1.0
    # Only what this test started, and it is gone; nor is a file of it left.
    assert [pid for pid in marked(mark) if pid != os.getpid()] == []
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_runs_and_a_bad_line(tmp_path: Path) -> None:
    """Everybody dies soon and comes in again; the line's delay is in what is measured."""
    data = make_data(tmp_path / "data", DEADLY_ZONE)
    with serving(tmp_path / "server", "--data", str(data), match={"bots": 0}) as server:
        arguments = ("--clients", 3, "--seconds", 6, "--profile", "mobile", "--json")
        url = f"http://127.0.0.1:{server.http_port}/"
        done = command("loadtest", *arguments, "--data", data, "--url", url, cwd=tmp_path)
        assert done.code == 0, done.err
        facts = done.json
        assert facts["predicts"] is True
        assert facts["disconnects"] == 0, facts
        assert facts["snapshot_age_ms_p50"] >= 35.0
        assert facts["input_ack_ms_p99"] >= 70.0
        assert facts["deaths"] > 0
        assert server.metrics()["ringfall_matches_started_total"] >= 2
        assert server.stop() == 0


@pytest.mark.e2e
def test_other_data_are_said_so(tmp_path: Path) -> None:
    data = make_data(tmp_path / "data", CALM_ZONE)
    with serving(tmp_path / "server", "--data", str(data)) as server:
        url = f"http://127.0.0.1:{server.http_port}/"
        done = command(
            "loadtest", "--clients", 2, "--seconds", 1, "--json", "--url", url, cwd=tmp_path
        )
        assert done.code == 0, done.err
        assert done.json["predicts"] is False
        assert done.json["corrections"] == 0
        assert "name its own with --data and --map" in done.err


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.e2e),
        pytest.param(signal.SIGINT, marks=pytest.mark.e2e),
    ],
)
def test_the_server_is_gone_however_the_test_ends(
    tmp_path: Path, mark: str, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [*COMMAND, "loadtest", "--clients", "2", "--seconds", "600", "--json"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hear_interrupts,
    )
    others = {os.getpid(), process.pid}
    try:
        wait_for(lambda: set(marked(mark)) - others, seconds=START_S)
        process.send_signal(number)
        out, err = process.communicate(timeout=WAIT_S)
        assert b"Traceback" not in err, err
        assert out == b""
        assert process.returncode == (-9 if number == signal.SIGKILL else 130)
        wait_for(lambda: not set(marked(mark)) - {os.getpid()})
    finally:
        process.kill()
        process.wait()


def test_a_port_where_nobody_is(tmp_path: Path) -> None:
    done = command(
        "loadtest", "--clients", 1, "--seconds", 1, "--url", "http://127.0.0.1:9/", cwd=tmp_path
    )
    assert done.code == 2
    assert done.out == ""
    assert "does not answer as a Ringfall server" in done.line


def test_a_page_here_that_sends_elsewhere(tmp_path: Path) -> None:
    elsewhere = {"public_game_url": "wss://play.example.org/game"}
    with serving(tmp_path / "server", server=elsewhere) as server:
        url = f"http://127.0.0.1:{server.http_port}/"
        done = command("loadtest", "--clients", 1, "--seconds", 1, "--url", url, cwd=tmp_path)
        assert done.code == 2
        assert "is at play.example.org, another machine" in done.line
        assert server.metrics()["ringfall_tickets"] == 0


def test_a_page_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = subprocess.Popen(
        [COMMAND[0], "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"],
        cwd=tmp_path / "site",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert site.stdout is not None
        port = site.stdout.readline().split(" port ")[1].split()[0]
        url = f"http://127.0.0.1:{port}/"
        done = command("loadtest", "--clients", 1, "--seconds", 1, "--url", url, cwd=tmp_path)
    finally:
        site.kill()
        site.communicate()
    assert done.code == 2
    assert "does not answer as a Ringfall server" in done.line
