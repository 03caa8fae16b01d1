"""Commands as a shell runs them: exit codes, one line on standard error, never a traceback."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from persistence.reader import open_journal
from ringfall.replay import verify
from tests.server.brood import limit_files
from tests.server.data import CALM_ZONE, make_data, ticks_in
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


def test_mistakes_end_with_2_and_one_line(tmp_path: Path) -> None:
    """The breadth is in tests/ringfall/test_cli.py; this is the process around it."""
    (tmp_path / "bad.toml").write_text("[match]\nbots = x\n")
    for arguments, words in (
        (["simulate", "--players", "2", "--ticks", "5", "--seed", "-1"], "--seed"),
        (["serve", "--config", "bad.toml"], "bad.toml:2:8"),
        (["replay", "verify", "nowhere"], "No such file"),
    ):
        done = command(*arguments, cwd=tmp_path)
        assert done.code == 2
        assert done.out == ""
        assert words in done.line


def test_a_busy_port(tmp_path: Path) -> None:
    with serving(tmp_path / "first") as server:
        ports = ("--http-port", server.http_port, "--game-port", 0)
        done = command("serve", "--json", *ports, cwd=tmp_path)
        assert (done.code, done.out) == (2, "")
        assert "choose another with --http-port" in done.line
        assert server.get("/api/config"), "the first one does not mind"


def test_a_full_disk_while_recording(tmp_path: Path) -> None:
    simulate = ("simulate", "--players", 30, "--ticks", 3000, "--seed", 1, "--record", "a.journal")
    done = command(*simulate, "--json", cwd=tmp_path, file_bytes_max=60_000)
    assert done.code == 2
    assert done.out == ""
    assert "a.journal: cannot write the journal: File too large; check free space" in done.line
    found = verify(tmp_path / "a.journal")
    assert (found.divergence, found.damage, found.sealed) == (None, None, False)
    assert found.ticks > 0, "what was written is whole"
    nothing = command(*simulate[:-1], "b.journal", cwd=tmp_path, file_bytes_max=100)
    assert nothing.code == 2
    assert "b.journal" in nothing.line
    assert not (tmp_path / "b.journal").exists(), "not even a header: nothing is left behind"


def test_no_room_for_recordings(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "serve", "--http-port", "0", "--game-port", "0"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
        preexec_fn=lambda: limit_files(1000),
    )
    assert done.returncode == 2
    assert "cannot write recordings to journals" in done.stderr
    assert "Traceback" not in done.stderr


def test_interrupting_a_simulation_leaves_what_it_recorded(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    # One team alone, and a zone that waits for hours: the match is not decided before somebody
    # presses Ctrl-C, however late.
    phase = "[[phase]]\nwait_s = 600.0\nshrink_s = 600.0\nradius_ratio = 1.0\n"
    patient_zone = f"{phase}damage_hp_per_s = 1.0\n" * 12 + CALM_ZONE
    data = make_data(tmp_path / "data", patient_zone, size="2")
    arguments = ["--players", "2", "--ticks", "10000000", "--seed", "1", "--data", str(data)]
    process = subprocess.Popen(
        [*COMMAND, "simulate", *arguments, "--record", str(path)],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    )
    try:
        wait_for(
            lambda: ticks_in(path) > 10 or process.poll() is not None,
            seconds=START_S,
        )
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=WAIT_S)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    with open_journal(path) as journal:
        assert journal.seal is None
        assert journal.damage is None
        assert journal.end_tick is not None
        assert journal.end_tick > 10


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    simulate = [*COMMAND, "simulate", "--players", "3", "--ticks", "9", "--seed", "1", "--json"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            simulate,
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=START_S,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.strip().splitlines() == [
        "ringfall: the output cannot be written: No space left on device; free space or choose "
        "another"
    ]
    with subprocess.Popen(
        simulate,
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(START_S) == 0


def test_a_server_whose_log_nobody_reads(tmp_path: Path) -> None:
    """As in ``ringfall serve 2>&1 | head -1``: the pipe breaks, the matches go on."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--json", "--http-port", "0", "--game-port", "0", "--bots", "3"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stdout is not None
    process.stderr.close()
    try:
        assert process.stdout.readline()
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    finally:
        process.kill()
        process.wait(WAIT_S)
        process.stdout.close()
    [journal] = (tmp_path / "journals").iterdir()
    assert verify(journal).sealed
