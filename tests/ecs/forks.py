"""Runs of a small script in processes that begin with the compiler imported and warm.

A process from the shell takes a second and a half for that, and a test of what processes leave to
each other needs dozens of them.  One has done it before and forks at every wish; what is forked
has a folder, an environment and modules of its own, and ends as any other process does.

python -m tests.ecs.forks        wishes on standard input, answers on standard output
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RUN_S = 60  # after which a run is ended by its alarm


class Forks:
    """The process that waits, on its other side; a context that ends it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ecs.forks"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(
        self, script: str, *arguments: str, cwd: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run ``script`` of the folder ``cwd`` with these arguments, to its end."""
        out, err = cwd / "run.out", cwd / "run.err"
        wish = {
            "argv": [script, *arguments],
            "cwd": str(cwd),
            "environment": dict(environment),
            "out": str(out),
            "err": str(err),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the process that forks has ended"
        return subprocess.CompletedProcess(
            wish["argv"], json.loads(answer), out.read_text(), err.read_text()
        )


# --- in the process that waits --------------------------------------------------------------------


def warm() -> None:
    """Let the compiler do once whatever it does only once."""
    os.environ["RINGFALL_KERNEL_CACHE"] = "off"
    runpy.run_module("tests.ecs.warming")


def attend() -> Mapping[str, Any] | None:
    """Fork at every wish until there are no more; in what is forked, the wish."""
    for line in sys.stdin:
        if not (pid := os.fork()):
            return dict(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    return None


def become(wish: Mapping[str, Any]) -> None:
    """Run the script as a shell would have it run, and end."""
    signal.alarm(RUN_S)
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(wish[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.chdir(wish["cwd"])
    os.environ.clear()
    os.environ.update(wish["environment"])
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    sys.argv = wish["argv"]
    sys.path.insert(0, wish["cwd"])
    code = 0
    try:
        runpy.run_path(wish["argv"][0], run_name="__main__")
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    warm()
    if (wished := attend()) is not None:
        become(wished)
