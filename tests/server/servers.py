"""The real server in a process of its own, on free ports, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.server.brood import Child, brood

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-c", "from ringfall.cli import main; main()")
WAIT_S = 120.0  # for what happens at once where nothing else runs
START_S = 240.0  # all kernels may have to be compiled first
HOST = "127.0.0.1"

# Everybody in these tests comes from one address, and however slow this machine is, it does not
# make a late one of who is in time.
LIMITS: dict[str, object] = {
    "connections_max": 400,
    "connections_per_address_max": 300,
    "handshakes_per_minute": 1_000_000,
    "handshake_deadline_s": WAIT_S,
    "first_message_deadline_s": WAIT_S,
    "idle_deadline_s": WAIT_S,
    "send_deadline_s": WAIT_S,
    "close_deadline_s": WAIT_S,
    "stop_deadline_s": WAIT_S / 2,
    "http_connections_per_address_max": 250,
    "requests_per_minute": 1_000_000,
    "guests_per_minute": 1_000_000,
    "tickets_per_minute": 1_000_000,
    "reads_per_minute": 1_000_000,
}
# Nobody is waited for who broke off in a test before.
PLAYERS: dict[str, object] = {"grace_s": 1.0}


def environment() -> dict[str, str]:
    """The tests' own, with the checkout importable from any folder and no width to wrap at."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**inherited, "PYTHONPATH": str(ROOT), "COLUMNS": "400"}


def toml(sections: Mapping[str, Mapping[str, object]]) -> str:
    """Sections of plain values as a TOML file."""
    lines = []
    for name, section in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in section.items()]
    return "\n".join(lines) + "\n"


def wait_for(
    condition: Callable[[], Any],
    explain: Callable[[], object] = lambda: "",
    seconds: float = WAIT_S,
) -> Any:
    """Poll until ``condition`` is true and return it; fail after ``seconds``."""
    give_up = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < give_up, f"never came true: {explain()}"
        time.sleep(0.02)
    return value


def hear_interrupts() -> None:
    """Ctrl-C reaches this process, even if the tests run in the background of a shell."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Finished:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output as JSON."""
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """The one line it has to say on standard error."""
        assert "Traceback" not in self.out + self.err, self.err
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


def command(*arguments: object, cwd: Path, file_bytes_max: int | None = None) -> Finished:
    """Run ``ringfall`` to its end."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        child = brood().start(
            list(map(str, arguments)), cwd, environment(), out, err, file_bytes_max
        )
        try:
            code = child.wait(START_S)
        finally:
            child.kill()
        return Finished(code, out.read_text(), err.read_text())


class Served:
    """A running ``ringfall serve --json``."""

    def __init__(self, folder: Path, process: Child) -> None:
        self.folder = folder
        self.process = process
        self.http_port = 0
        self.game_port = 0
        self.recovered: list[dict[str, Any]] = []
        self.set_aside: list[dict[str, str]] = []

    def wait_started(self) -> None:
        """Wait for the line of JSON that says where it is."""
        wait_for(
            lambda: b"\n" in self.bytes_out() or self.process.poll() is not None,
            self.log,
            START_S,
        )
        assert self.process.poll() is None, self.log()
        facts = json.loads(self.bytes_out())
        assert set(facts) == {"page", "http_port", "game_port", "recovered", "set_aside"}
        self.recovered, self.set_aside = facts["recovered"], facts["set_aside"]
        self.http_port, self.game_port = facts["http_port"], facts["game_port"]
        assert facts["page"] == f"http://{HOST}:{self.http_port}/"

    def bytes_out(self) -> bytes:
        return (self.folder / "stdout").read_bytes()

    def log(self) -> str:
        """Everything it wrote to standard error so far."""
        return (self.folder / "stderr").read_text()

    def get(self, path: str) -> Any:
        """JSON at ``path`` of the HTTP port."""
        return json.loads(self.fetch(path))

    def fetch(self, path: str) -> str:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{HOST}:{self.http_port}{path}", timeout=WAIT_S) as response:
            return str(response.read().decode())

    def metrics(self) -> dict[str, float]:
        """Samples of /metrics by name, summed over their labels."""
        totals: dict[str, float] = {}
        for family in text_string_to_metric_families(self.fetch("/metrics")):
            for sample in family.samples:
                totals[sample.name] = totals.get(sample.name, 0.0) + sample.value
        return totals

    def journals(self) -> list[Path]:
        return sorted((self.folder / "journals").glob("*.journal"))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code; it must not have left a traceback."""
        self.process.send_signal(number)
        code = self.process.wait(WAIT_S)
        assert "Traceback" not in self.log(), self.log()
        return code


@contextlib.contextmanager
def serving(
    folder: Path,
    *flags: object,
    limits: Mapping[str, object] | None = None,
    match: Mapping[str, object] | None = None,
    server: Mapping[str, object] | None = None,
    journal: Mapping[str, object] | None = None,
    players: Mapping[str, object] | None = None,
    library: Mapping[str, object] | None = None,
    file_bytes_max: int | None = None,
) -> Iterator[Served]:
    """A server that has started; killed at the end if the test has not stopped it."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = {
        "limits": {**LIMITS, **(limits or {})},
        "match": {"bots": 4, "matches_max": 64, **(match or {})},
        "server": {"http_port": 0, "game_port": 0, "drain_s": 0.0, **(server or {})},
        # Not in the machine's memory, where the tails of killed servers would gather.
        "journal": {"tail_dir": "tails", **(journal or {})},
        "players": {**PLAYERS, **(players or {})},
        # Tests read plain journals behind servers that stopped, and while others start.
        "library": {"pack": False, **(library or {})},
    }
    (folder / "ringfall.toml").write_text(toml(sections))
    for name in ("stdout", "stderr"):
        (folder / name).write_bytes(b"")  # of a server that ran here before
    arguments: Sequence[object] = ("serve", "--json", "--config", "ringfall.toml", *flags)
    process = brood().start(
        list(map(str, arguments)),
        folder,
        environment(),
        folder / "stdout",
        folder / "stderr",
        file_bytes_max,
    )
    served = Served(folder, process)
    try:
        served.wait_started()
        yield served
    finally:
        process.kill()
        process.wait(WAIT_S)
