"""Kills of the real server at random moments of a match, and what its people notice.

python -m tests.server.kills [--kills 200] [--clients 20] [--bots 100] [--seed 1]

Clients of the load test play in this process and come back by themselves. At every kill: no match
is set aside, none goes on before a tick that somebody was shown, and everybody who had a living
body is in it again. At the end every journal is sealed and played again from its first tick: all
that was recorded before and after all kills is one match. A table says how long things took.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import trio

from persistence.reader import open_journal
from ringfall.datapack import load_datapack
from ringfall.loadtest.client import Client
from ringfall.loadtest.crowd import PHASES, Crowd
from ringfall.loadtest.door import Door
from ringfall.loadtest.profiles import PROFILES
from ringfall.replay import verify
from ringfall.replay_source import inputs_of, world_of_header
from schema.columns import Vitals
from schema.messages import Welcome, WelcomeMode
from systems.tick import step
from tests.server.brood import brood
from tests.server.servers import COMMAND, HOST, LIMITS, START_S, environment, toml

RATE_HZ: Final = 30
POLL_S: Final = 0.01
IN_TIME_S: Final = 60.0
KILL_BETWEEN_S: Final = (0.1, 5.0)
CLOSELY: Final = 2  # clients that read every byte; the others see ticks


class Process(Protocol):
    """A server, however it was started."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def send_signal(self, number: int) -> None: ...

    def kill(self) -> None: ...


Start = Callable[[list[str], Path, Path, Path], Process]
"""``start(arguments, folder, out, err)``: run ``ringfall``."""


def from_a_shell(arguments: list[str], folder: Path, out: Path, err: Path) -> Process:
    """As an operator does: an interpreter of its own, with everything to import."""
    with open(out, "wb") as to, open(err, "ab") as complaints:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=to,
            stderr=complaints,
        )


def forked(arguments: list[str], folder: Path, out: Path, err: Path) -> Process:
    """From a process that has imported everything: what is left is the server's own start."""
    return brood().start(arguments, folder, environment(), out, err)


@dataclass
class Life:
    """What one kill came to; times in seconds.

    Attributes:
        started_s: from the start of the process until matches tick; started_cpu_s: of a processor.
        back_s: from then until each client has a snapshot again.
        away_s: from the kill until the same.
        recovery_s: what the server says that recovering each match took.
        ahead_ticks: ticks between what each client was shown and where its match went on.
    """

    started_s: float
    started_cpu_s: float
    back_s: list[float] = field(default_factory=list)
    away_s: list[float] = field(default_factory=list)
    recovery_s: list[float] = field(default_factory=list)
    ahead_ticks: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        """Return it as one line."""
        return (
            f"ticking after {self.started_s:.1f} s ({self.started_cpu_s:.1f} s of CPU), "
            f"{len(self.back_s)} came back into their bodies, the last after "
            f"{max(self.away_s, default=0.0):.1f} s"
        )


class Arrival(NamedTuple):
    """The first snapshot of a connection: when, of which body, and whether that had waited."""

    at_s: float
    match_id: str
    slot: int
    tick: int
    resumed: bool


class Witness(Client):
    """A client that remembers what it was shown, and where.

    Attributes:
        match_id, slot: of its body.
        tick: the newest it was shown there, 0 for none.
        lives: whether that body was alive then.
        arrivals: where it has been, one for each connection that showed it something.
    """

    match_id, slot, tick, lives, resumed = "", -1, 0, False, False

    def __init__(self, crowd: Crowd, number: int) -> None:
        super().__init__(crowd, number, number < CLOSELY)
        self.arrivals: list[Arrival] = []

    def _enter(self, welcome: Welcome) -> None:
        super()._enter(welcome)
        self.match_id, self.slot, self.tick = welcome.match_id, welcome.slot, 0
        self.lives = False
        self.resumed = welcome.mode == WelcomeMode.RESUMED

    def _hear_snapshot(self, payload: bytes, now: float) -> None:
        super()._hear_snapshot(payload, now)
        assert self._hearing is not None
        first, self.tick = not self.tick, self._hearing.mirror.tick
        self.lives = bool(self._hearing.alive)
        if first:
            found = Arrival(now, self.match_id, self.slot, self.tick, self.resumed)
            self.arrivals.append(found)

    def back_after(self, killed_s: float) -> Arrival | None:
        """Its first arrival after a kill."""
        return next((found for found in self.arrivals if found.at_s > killed_s), None)

    def facts(self) -> str:
        """Where it stands, for whoever wonders."""
        return (
            f"match {self.match_id!r}, slot {self.slot}, tick {self.tick}, lives {self.lives}, "
            f"inside {self.inside}, {dict(self.tally.disconnects)}, {dict(self.tally.refusals)}"
        )


class Kills:
    """A server that is killed, and clients that come back.

    Args:
        folder: of the server.
        clients, bots: in a match.
        seed: of when it is killed, and of what is played.
        start: how it is started.
        data: folder of data, None for the shipped.
    """

    def __init__(
        self,
        folder: Path,
        clients: int,
        bots: int,
        seed: int,
        start: Start = from_a_shell,
        data: Path | None = None,
    ) -> None:
        self._folder, self._bots, self._start, self._data = folder, bots, start, data
        self._draw, self._seed, self._count = random.Random(seed), seed, clients
        self._ports = free_ports(2)
        self._process: Process | None = None
        self.lives: list[Life] = []
        self._fallen: list[tuple[str, int, int]] = []
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ringfall.toml").write_text(toml(self._settings()))

    def _settings(self) -> dict[str, dict[str, object]]:
        http_port, game_port = self._ports
        return {
            "server": {"http_port": http_port, "game_port": game_port, "drain_s": 0.0},
            "match": {"bots": self._bots, "matches_max": 3},
            "limits": LIMITS,
            "journal": {"tail_dir": "tails"},
            "players": {"grace_s": 120.0},
        }

    def run(self, kills: int, say: Callable[[str], None] = lambda _: None) -> None:
        """Kill it so often, stop it in the end, and play every journal again."""
        try:
            trio.run(self._run, kills, say)
        finally:
            if self._process is not None:
                self._process.kill()
        journals = sorted((self._folder / "journals").glob("*.journal"))
        assert journals
        assert not list((self._folder / "journals").glob("set-aside/*.journal"))
        for path in journals:
            found = verify(path)
            assert (found.divergence, found.damage) == (None, None), (path, found)
            assert found.sealed, path
            say(f"{path.name}: {found.compared} hashes of {found.ticks} ticks agree")
        for match_id, slot, tick in self._fallen:
            path = self._folder / "journals" / f"{match_id}.journal"
            assert not alive_at(path, slot, tick), "somebody who lived did not get the body back"

    async def _run(self, kills: int, say: Callable[[str], None]) -> None:
        await self._begin()
        door = Door(f"http://{HOST}:{self._ports[0]}/", foreign=False)
        crowd = Crowd(door, PROFILES["lan"], load_datapack(self._data), RATE_HZ, self._seed)
        witnesses = [Witness(crowd, number) for number in range(self._count)]
        async with trio.open_nursery() as nursery:
            assert crowd.intake is not None
            nursery.start_soon(crowd.intake.run)
            crowd._clients = list(witnesses)
            for witness in witnesses:
                nursery.start_soon(witness.live)
            for phase in range(PHASES):
                nursery.start_soon(crowd._beat, phase)
            try:
                await until(lambda: all(witness.tick for witness in witnesses))
                for number in range(kills):
                    await trio.sleep(self._draw.uniform(*KILL_BETWEEN_S))
                    self.lives.append(await self._kill(witnesses))
                    say(f"kill {number + 1} of {kills}: {self.lives[-1]}")
                await self._end()
            finally:
                crowd.intake.stop()
                nursery.cancel_scope.cancel()
        with trio.move_on_after(1.0, shield=True):
            await door.aclose()

    async def _begin(self) -> dict[str, Any]:
        """Start it, and wait for the line that says that it runs."""
        out, err = self._folder / "stdout", self._folder / "stderr"
        out.write_bytes(b"")
        arguments = ["serve", "--json", "--config", "ringfall.toml"]
        arguments += [] if self._data is None else ["--data", str(self._data)]
        start = partial(self._start, arguments, self._folder, out, err)
        self._process = process = await trio.to_thread.run_sync(start)
        await until(lambda: b"\n" in out.read_bytes() or process.poll() is not None, START_S)
        assert process.poll() is None, err.read_text()[-4000:]
        facts: dict[str, Any] = json.loads(out.read_bytes())
        return facts

    async def _kill(self, witnesses: Sequence[Witness]) -> Life:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        killed_s = trio.current_time()
        await until(lambda: self._process is not None and self._process.poll() is not None)
        # What was sent before it died is still to be read.
        await until(lambda: not any(witness.inside for witness in witnesses))
        shown = {w: (w.match_id, w.slot, w.tick) for w in witnesses if w.lives}
        begun_s = trio.current_time()
        facts = await self._begin()
        ready_s = trio.current_time()
        life = Life(ready_s - begun_s, cpu_s(self._process.pid))
        assert facts["set_aside"] == [], facts
        found = {match["match_id"]: match for match in facts["recovered"]}
        life.recovery_s += [match["seconds"] for match in found.values()]
        for witness, (match_id, slot, tick) in shown.items():
            if match_id not in found:
                self._check_sealed(match_id, tick)
                continue
            assert found[match_id]["tick"] >= tick, "a tick that was shown is lost"
            life.ahead_ticks.append(found[match_id]["tick"] - tick)
            if found[match_id]["over"]:
                continue
            await until(partial(witness.back_after, killed_s), explain=witness.facts)
            back = witness.back_after(killed_s)
            assert back is not None
            if (back.match_id, back.slot, back.resumed) != (match_id, slot, True):
                # Nobody gets a body back that fell since the last tick that was seen.
                ticks = round((back.at_s - begun_s) * RATE_HZ)
                self._fallen.append((match_id, slot, found[match_id]["tick"] + ticks))
                continue
            assert back.tick >= tick
            life.back_s.append(back.at_s - ready_s)
            life.away_s.append(back.at_s - killed_s)
        return life

    def _check_sealed(self, match_id: str, tick: int) -> None:
        """A match that does not go on had come to its end, behind all that was shown."""
        with open_journal(self._folder / "journals" / f"{match_id}.journal") as journal:
            assert journal.seal is not None
            assert journal.seal.tick >= tick

    async def _end(self) -> None:
        """Stop it in good order."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        await until(lambda: self._process is not None and self._process.poll() is not None)
        assert self._process.poll() == 0
        assert "Traceback" not in (self._folder / "stderr").read_text()


def alive_at(path: Path, slot: int, tick: int) -> bool:
    """Whether a body lived when a tick of a recorded match had been applied."""
    with open_journal(path) as journal:
        world = world_of_header(journal.header)
        for record in journal.ticks():
            if record.tick > tick:
                break
            step(world, inputs_of(record))
    return bool(world.group("players", Vitals).alive[slot])


def cpu_s(pid: int) -> float:
    """Processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


async def until(
    condition: Callable[[], Any],
    seconds: float = IN_TIME_S,
    explain: Callable[[], object] = lambda: "",
) -> None:
    """Wait until something is so; fail when it takes too long."""
    with trio.move_on_after(seconds):
        while not condition():
            await trio.sleep(POLL_S)
    assert condition(), f"never came true: {explain()}"


def table(lives: Sequence[Life]) -> str:
    """Median, 95th percentile and worst of everything that was timed."""
    rows = [
        ("start to ticking, s", [life.started_s for life in lives]),
        ("start to ticking, CPU s", [life.started_cpu_s for life in lives]),
        ("recovering a match, s", [x for life in lives for x in life.recovery_s]),
        ("ticking to back, s", [x for life in lives for x in life.back_s]),
        ("kill to back, s", [x for life in lives for x in life.away_s]),
        ("ticks beyond the last shown", [float(x) for life in lives for x in life.ahead_ticks]),
    ]
    lines = [f"{'':28}{'count':>7}{'median':>9}{'p95':>9}{'worst':>9}"]
    for name, values in rows:
        ranked = sorted(values) or [0.0]
        at = [ranked[len(ranked) // 2], ranked[int(len(ranked) * 0.95)], ranked[-1]]
        lines.append(f"{name:28}{len(values):7}" + "".join(f"{value:9.2f}" for value in at))
    return "\n".join(lines)


def main() -> int:
    """Kill, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--bots", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forked", action="store_true", help="servers need no imports")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = forked if given.forked else from_a_shell
        kills = Kills(Path(folder), given.clients, given.bots, given.seed, start)
        try:
            kills.run(given.kills, partial(print, flush=True))
        finally:
            print(table(kills.lives))
    return 0


if __name__ == "__main__":
    sys.exit(main())
