"""Processes of ``ringfall`` that begin with everything imported: forked from one that waits.

A start of its own takes each two seconds of a core, nearly all of it imports and compiled kernels
that are loaded; the tests start dozens. One process per worker has done that before, and forks at
every wish: what is forked reads its arguments, prints, ends and dies as any other process does.
What only a process from a shell can show is in test_server_start.py.

python -m tests.server.brood        wishes on standard input, answers on standard output
"""

from __future__ import annotations

import atexit
import functools
import importlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# Not ringfall.cli: what is told about the terminal is looked up when that is imported.
BEFOREHAND = (
    "ringfall.serving",
    "ringfall.simulation",
    "ringfall.replay",
    "ringfall.replay_info",
    "ringfall.loadtest.running",
    "ringfall.loadtest.report",
    "rich.progress",
    "rich.table",
    "typer.main",
)
POLL_S = 0.01


class Child:
    """A process that was forked; as far as it goes, what ``subprocess.Popen`` is."""

    def __init__(self, brood: Brood, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._brood = brood

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = self._brood.ask(reap=self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code once there is one, or ``subprocess.TimeoutExpired``."""
        give_up = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if give_up is not None and time.monotonic() > give_up:
                raise subprocess.TimeoutExpired("ringfall", timeout or 0.0)
            time.sleep(POLL_S)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal; nothing happens where the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Brood:
    """The process that waits, on its other side."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.brood"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        arguments: list[str],
        cwd: Path,
        environment: Mapping[str, str],
        out: Path,
        err: Path,
        file_bytes_max: int | None = None,
    ) -> Child:
        """Run ``ringfall`` with these arguments, and its output in these files."""
        wish = {
            "arguments": arguments,
            "cwd": str(cwd),
            "environment": dict(environment),
            "out": str(out),
            "err": str(err),
            "file_bytes_max": file_bytes_max,
        }
        return Child(self, self.ask(fork=wish))

    def ask(self, **wish: object) -> Any:
        """One line there, one line back."""
        with self._turn:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "the process that forks has ended"
        return json.loads(answer)

    def close(self) -> None:
        """End it, and whatever of it still runs."""
        self._process.communicate()


@functools.cache
def brood() -> Brood:
    """The one of this worker, started when it is asked for first and ended with it."""
    made = Brood()
    atexit.register(made.close)
    return made


# --- in the process that waits --------------------------------------------------------------------


def attend() -> Mapping[str, Any] | None:
    """Fork at every wish until there are no more; in what is forked, the wish."""
    children: set[int] = set()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        wish = json.loads(line)
        if "reap" in wish:
            pid, status = os.waitpid(wish["reap"], os.WNOHANG)
            children.discard(pid)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if not answer:
                return dict(wish["fork"])
            children.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    return None


def become(wish: Mapping[str, Any]) -> None:
    """Make of this process what a shell would have started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(wish["cwd"])
    os.environ.clear()
    os.environ.update(wish["environment"])
    modes = ((os.devnull, os.O_RDONLY), *((wish[name], OUTPUT) for name in ("out", "err")))
    for number, (name, flags) in enumerate(modes):
        file = os.open(name, flags, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)))
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w", closefd=False)),
        errors="backslashreplace",
        line_buffering=True,
    )
    sys.argv = ["ringfall", *wish["arguments"]]
    if wish["file_bytes_max"] is not None:
        limit_files(wish["file_bytes_max"])
    # The coin that trio flips would fall the same way in all of them.
    importlib.import_module("trio._core._run")._r.seed()


OUTPUT = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def limit_files(size_bytes: int) -> None:
    """Let no file of this process grow over ``size_bytes``: to it, the disk is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


def prepare() -> None:
    """What takes long and is the same for everybody: imports, and the machine code of a world."""
    for name in BEFOREHAND:
        importlib.import_module(name)
    datapack, match = (
        importlib.import_module(f"ringfall.{name}") for name in ("datapack", "match")
    )
    importlib.import_module("ringfall.simulation").simulate(
        match.MatchPlan(datapack.load_datapack(), 30, 2, 1), 1, None, None, lambda *_: None
    )


if __name__ == "__main__":
    prepare()
    if (wished := attend()) is not None:
        become(wished)
        importlib.import_module("ringfall.cli").main()
