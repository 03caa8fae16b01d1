"""A whole load test: a server, unless there is one, the crowd, and nothing left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from ringfall.loadtest import served
from ringfall.loadtest.crowd import Measured, Plan, run_crowd
from ringfall.loadtest.door import ForeignError, RefusedError


class CannotRunError(Exception):
    """There is nothing to measure; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class OwnServer:
    """What a server of the test's own is started with."""

    bots: int
    map_name: str | None
    data: Path | None
    direct_frames: bool


def run(server: OwnServer | str, plan: Plan, say: Callable[[str], None]) -> Measured:
    """Measure a server of one's own, or the one whose page is at an address.

    Raises:
        CannotRunError: there is no server, or too few files may be open.
    """
    _check_files(plan.clients)
    serving: AbstractContextManager[str]
    if isinstance(server, str):
        serving = nullcontext(server)
    else:
        serving = served.serving(_settings(server, plan), server.data)
    try:
        with _stopping(), serving as address:
            if isinstance(server, OwnServer):
                served.keep_off_the_servers_core()
            return run_crowd(address, plan, say)
    except RefusedError as refused:
        name = server if isinstance(server, str) else "the server"
        raise CannotRunError(
            f"{name} does not answer as a Ringfall server: {refused.reason}"
        ) from None
    except (ForeignError, served.ServerError) as error:
        raise CannotRunError(str(error)) from None


def _settings(server: OwnServer, plan: Plan) -> dict[str, dict[str, object]]:
    return {
        "server": {
            **{"http_port": 0, "game_port": 0, "drain_s": 0.0},
            "direct_frames": server.direct_frames,
        },
        "match": {
            "matches_max": served.MATCHES_MAX,
            "bots": server.bots,
            "tick_rate_hz": plan.rate_hz,
            "map": server.map_name,
        },
        "limits": served.limits_for(plan.clients),
    }


def _check_files(clients: int) -> None:
    """Make room for that many open files."""
    try:
        import resource
    except ImportError:
        return
    wanted = 2 * clients + 256
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise CannotRunError(
            f"{clients} clients need {wanted} open files and {hard} are allowed; raise the limit "
            f"(ulimit -n {wanted}) or ask for fewer clients"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _stopping() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C: the server must not be left behind."""

    def stop(number: int, frame: FrameType | None) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    former = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
