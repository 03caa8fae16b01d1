"""All clients of a load test: what they share, when they beat, when they are measured."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import trio

from net.known import Figures
from net.listener import AVAILABLE, Intake
from ringfall.datapack import DataPack
from ringfall.loadtest.client import Client
from ringfall.loadtest.door import Door, ForeignError, RefusedError
from ringfall.loadtest.measuring import Tally
from ringfall.loadtest.predicting import Pilot
from ringfall.loadtest.profiles import Profile
from ringfall.loadtest.serverside import Gauges, read_gauges
from ringfall.loadtest.stage import Stage
from ringfall.match import MatchPlan, world_of
from ringfall.welcome import map_view, rules_view
from schema.messages import SLOT_NOBODY, Welcome
from systems.rules import Rules
from systems.terrain import Terrain

CLOSELY_MAX: Final = 50  # clients that read every byte and predict; it costs as much as the rest
PHASES: Final = 16  # of a tick in which clients beat, so that not all do at once
GATHER_S: Final = 30.0  # at most, until all are in
GATHER_S_PER_CLIENT: Final = 0.2
PLACES: Final = 2  # of a world in which bodies are stepped
POLL_S: Final = 0.1
PAUSE_S: Final = 0.001
"""Between two rounds of reading: what arrived in it counts as having come at its end."""


@dataclass(slots=True)
class Measured:
    """What a run came to.

    Attributes:
        tallies: of every client.
        inside: how many were in a match when measuring began.
        seconds: how long was measured; cpu_s: of this process meanwhile.
        before, after: of the server, None where it does not say.
        predicts: whether the server plays by the data that are known here.
    """

    tallies: list[Tally]
    inside: int
    seconds: float
    cpu_s: float
    before: Gauges | None
    after: Gauges | None
    predicts: bool


class Crowd:
    """Everybody.

    Args:
        door: of the server.
        profile: everybody's line.
        pack, rate_hz: the data by which the server should play, and its tick rate.
        seed: of all that is played and of every line.

    Attributes:
        zones: newest figures by match.
        intake: reads for all clients; None where each reads for itself.
        measures: whether it is being measured now.
        beat_s: a tick.
    """

    def __init__(
        self, door: Door, profile: Profile, pack: DataPack, rate_hz: int, seed: int
    ) -> None:
        self.door, self.profile, self.seed = door, profile, seed
        self._pack = pack
        # Made before anybody comes in: it takes a while, in which nobody could answer.
        self._rules, self._stage = _stage_of(pack, rate_hz)
        self._predicts: bool | None = None
        self.zones: dict[str, Figures] = {}
        self.measures = False
        self.beat_s = 0.0
        self._rate_known = trio.Event()
        self._clients: list[Client] = []
        self.intake = Intake(PAUSE_S) if AVAILABLE else None

    def keep_time(self, rate_hz: int) -> None:
        """The server's tick rate is known."""
        self.beat_s = 1.0 / rate_hz
        self._rate_known.set()

    def pilot_of(self, welcome: Welcome) -> Pilot | None:
        """Somebody who predicts; None for watchers, and where the server plays by other data."""
        if welcome.slot == SLOT_NOBODY:
            return None
        if self._predicts is None:
            self._predicts = self._agrees(welcome)
        role = next(row.role for row in welcome.roster if row.slot == welcome.slot)
        return Pilot(self._stage, role) if self._predicts else None

    def _agrees(self, welcome: Welcome) -> bool:
        """Whether the match is played by the rules and on the map that are known here."""
        if welcome.tick_rate_hz != self._rules.rate_hz:
            self._rules, self._stage = _stage_of(self._pack, welcome.tick_rate_hz)
        return rules_view(self._rules) == welcome.rules and map_view(self._pack.map) == welcome.map

    async def run(self, clients: int, seconds: float, say: Callable[[str], None]) -> Measured:
        """Let so many clients play, and measure them for so long once they are in.

        Raises:
            RefusedError: there is no such server.
        """
        await self.door.config()
        self._clients = [Client(self, number, number < CLOSELY_MAX) for number in range(clients)]
        # What is here by now stays, and a look through it for garbage would stop everybody.
        gc.collect()
        gc.freeze()
        async with trio.open_nursery() as nursery:
            if self.intake is not None:
                nursery.start_soon(self.intake.run)
            try:
                for client in self._clients:
                    nursery.start_soon(client.live)
                for phase in range(PHASES):
                    nursery.start_soon(self._beat, phase)
                inside = await self._gather(say)
                say(f"{inside} of {clients} clients are in; measuring for {seconds:g} s")
                found = await self._measure(inside, seconds)
            finally:
                nursery.cancel_scope.cancel()
                if self.intake is not None:
                    self.intake.stop()
        return found

    async def _gather(self, say: Callable[[str], None]) -> int:
        count = len(self._clients)
        say(f"{count} clients come in")
        with trio.move_on_after(GATHER_S + GATHER_S_PER_CLIENT * count):
            while sum(client.inside for client in self._clients) < count:
                await trio.sleep(POLL_S)
        return sum(client.inside for client in self._clients)

    async def _measure(self, inside: int, seconds: float) -> Measured:
        for client in self._clients:
            client.count_pilot()
        before = await self._gauges()
        self.measures = True
        started_s, cpu_s = trio.current_time(), time.process_time()
        await trio.sleep(seconds)
        for client in self._clients:
            client.count_pilot()
        self.measures = False
        took_s, cpu_s = trio.current_time() - started_s, time.process_time() - cpu_s
        after = await self._gauges()
        tallies = [client.tally for client in self._clients]
        return Measured(tallies, inside, took_s, cpu_s, before, after, bool(self._predicts))

    async def _gauges(self) -> Gauges | None:
        text = await self.door.metrics()
        return None if text is None else read_gauges(text, trio.current_time())

    async def _beat(self, phase: int) -> None:
        await self._rate_known.wait()
        due = trio.current_time() + phase * self.beat_s / PHASES
        mine = self._clients[phase::PHASES]
        while True:
            await trio.sleep_until(due)
            for client in mine:
                client.beat()
            # What is late is not made up for: nobody types faster after a hiccup.
            due = max(due + self.beat_s, trio.current_time())


def _stage_of(pack: DataPack, rate_hz: int) -> tuple[Rules, Stage]:
    world = world_of(MatchPlan(pack, rate_hz, PLACES, seed=0))
    rules = world.resource(Rules)
    return rules, Stage(rules, world.resource(Terrain))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for.

    Attributes:
        clients, seconds: how many, for how long once they are in.
        profile: of their lines.
        pack, rate_hz: what the server should play by.
        seed: of the clients.
        foreign: whether the game may be on another machine.
    """

    clients: int
    seconds: float
    profile: Profile
    pack: DataPack
    rate_hz: int
    seed: int
    foreign: bool = False


def run_crowd(url: str, plan: Plan, say: Callable[[str], None]) -> Measured:
    """Play against the server whose page is at ``url``.

    Raises:
        RefusedError: there is none.
        ForeignError: its game is on another machine.
    """

    async def play() -> Measured:
        door = Door(url, plan.foreign)
        try:
            crowd = Crowd(door, plan.profile, plan.pack, plan.rate_hz, plan.seed)
            return await crowd.run(plan.clients, plan.seconds, say)
        finally:
            with trio.move_on_after(1.0, shield=True):
                await door.aclose()

    try:
        return trio.run(play)
    except BaseExceptionGroup as group:
        for kind in (KeyboardInterrupt, RefusedError, ForeignError):
            if group.subgroup(kind) is not None:
                raise _first(group, kind) from None
        raise


def _first(group: BaseExceptionGroup[BaseException], kind: type[BaseException]) -> BaseException:
    found: BaseException | None = group.subgroup(kind)
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found or group
