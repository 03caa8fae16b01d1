"""A server of the load test's own: another process, another core, gone when the test is.

    python -m ringfall.loadtest.served FLAGS

is ``ringfall serve FLAGS`` that also stops when its standard input closes, hence when whoever
started it is gone, however it went.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

START_S: Final = 240.0  # all kernels may have to be compiled first
STOP_S: Final = 10.0
POLL_S: Final = 0.05
MATCHES_MAX: Final = 64
PATIENCE_S: Final = 30.0
PLENTY: Final = 10_000_000
"""For rates per address: here everybody has the same one."""


class ServerError(Exception):
    """The server did not start, or did not stop."""


def limits_for(clients: int) -> dict[str, object]:
    """Limits under which so many clients of one address get in, all at once."""
    room = 2 * clients + 64
    return {
        "connections_max": room,
        "connections_per_address_max": room,
        "handshakes_per_minute": PLENTY,
        "handshake_deadline_s": PATIENCE_S,
        "first_message_deadline_s": PATIENCE_S,
        "http_connections_max": 256,
        "http_connections_per_address_max": 256,
        "requests_per_minute": PLENTY,
        "guests_per_minute": PLENTY,
        "tickets_per_minute": PLENTY,
    }


def cores() -> tuple[set[int], set[int]]:
    """(the server's core, those of the clients); both the same where there is but one."""
    if not hasattr(os, "sched_getaffinity"):
        return set(), set()
    ours = sorted(os.sched_getaffinity(0))
    return {ours[0]}, set(ours[1:]) or {ours[0]}


def keep_off_the_servers_core() -> None:
    """Run this process on the other cores, if there are any."""
    _, others = cores()
    if others:
        os.sched_setaffinity(0, others)


@contextmanager
def serving(sections: Mapping[str, Mapping[str, object]], data: Path | None) -> Iterator[str]:
    """The address of a server with these settings, until the block is left.

    Raises:
        ServerError: it does not start.
    """
    server_core, _ = cores()
    with tempfile.TemporaryDirectory(prefix="ringfall-loadtest-") as name:
        folder = Path(name)
        (folder / "server.toml").write_text(_toml(sections))
        flags = ["--json", "--config", "server.toml"]
        if data is not None:
            flags += ["--data", str(data.resolve())]
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "ringfall.loadtest.served", *flags],
                cwd=folder,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
            )
        try:
            if server_core:
                os.sched_setaffinity(process.pid, server_core)
            yield _wait_started(process, folder)
        finally:
            _stop(process)


def _environment() -> dict[str, str]:
    """Ours, with the packages importable from any folder, and no thread but the server's."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _toml(sections: Mapping[str, Mapping[str, object]]) -> str:
    lines: list[str] = []
    for name, section in sections.items():
        lines.append(f"[{name}]")
        lines += [
            f"{key} = {json.dumps(value)}" for key, value in section.items() if value is not None
        ]
    return "\n".join(lines) + "\n"


def _wait_started(process: subprocess.Popen[bytes], folder: Path) -> str:
    give_up = time.monotonic() + START_S
    while b"\n" not in (told := (folder / "out").read_bytes()):
        if process.poll() is not None:
            lines = (folder / "err").read_text().strip().splitlines() or ["no word of why"]
            raise ServerError(f"the server did not start: {lines[-1]}")
        if time.monotonic() > give_up:
            raise ServerError(f"the server did not start within {START_S:.0f} s")
        time.sleep(POLL_S)
    facts: dict[str, Any] = json.loads(told.split(b"\n")[0])
    return str(facts["page"])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _follow_parent() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    from ringfall.cli import main

    threading.Thread(target=_follow_parent, daemon=True).start()
    sys.argv[1:1] = ["serve"]
    main()
