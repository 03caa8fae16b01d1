"""One match: world, bots, mailbox and journal around ``step``.  No I/O, no clock, no network."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecs.columns import Rows
from ecs.world import World
from ringfall.datapack import DataPack
from ringfall.mailbox import Mailbox
from ringfall.recording import Recorder
from schema.columns import Clock, Events, Outcome
from schema.commands import BOT, HUMAN, JOIN, LEAVE, TickInputs, in_slot_order
from schema.events import DEATH, NOBODY
from schema.messages import Input, Kill
from systems.bots import Bots
from systems.rules import Rules, make_rules, make_terrain
from systems.tick import capacities_for, make_world, step

NO_JOINS = np.zeros(0, dtype=JOIN)
NO_LEAVES = np.zeros(0, dtype=LEAVE)


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """What a match is started with.

    Attributes:
        pack: balance and map.
        rate_hz: ticks per second.
        players_max: places, for people and bots together.
        seed: of every draw, 0 ≤ seed < 2**64.
    """

    pack: DataPack
    rate_hz: int
    players_max: int
    seed: int


def world_of(plan: MatchPlan) -> World:
    """The world of a match before its first tick."""
    model = plan.pack.map
    terrain = make_terrain(model.width_u, model.height_u, model.walls, model.spawns)
    rules = make_rules(plan.pack.balance, plan.rate_hz, terrain, plan.players_max)
    return make_world(rules, terrain, capacities_for(rules, plan.players_max), plan.seed)


class Match:
    """A match being played.

    Attributes:
        names: of everybody who entered, by slot.
        world: its state; only ``advance`` changes it.
        mailbox: where commands wait.
        kills: deaths of the tick applied last.
        bot_count: bots among the entrants; they enter first, so theirs are the lowest slots.
    """

    def __init__(self, plan: MatchPlan, recorder: Recorder | None = None) -> None:
        self.plan = plan
        self.world = world_of(plan)
        self.rules = self.world.resource(Rules)
        self.names: list[str] = []
        self.mailbox = Mailbox()
        self.kills: list[Kill] = []
        self.recorder = recorder
        self._bots = Bots(self.world)
        self.bot_count = 0
        self._joins: list[tuple[int, int]] = []
        self._leaves: list[int] = []
        self._clock = self.world.group("match", Clock)
        self._outcome = self.world.group("match", Outcome)
        self._rows = self.world.group("players", Rows)
        self._events = self.world.group("events", Events)
        self._event_rows = self.world.group("events", Rows)

    @property
    def tick(self) -> int:
        """Ticks applied so far."""
        return int(self._clock.tick[0])

    @property
    def over(self) -> bool:
        """Whether the match is decided."""
        return bool(self._outcome.over[0])

    @property
    def alive(self) -> int:
        """Players alive."""
        return int(self._outcome.alive[0])

    @property
    def entrants(self) -> int:
        """Players who entered or will with the next tick."""
        return len(self.names)

    @property
    def rows(self) -> int:
        """Players who have a body, dead or alive."""
        return int(self._rows.count[0])

    @property
    def has_room(self) -> bool:
        """Whether somebody may still enter."""
        window_s = self.plan.pack.balance.match.join_window_s
        return (
            not self.over
            and self.entrants < self.plan.players_max
            and self.tick < self.rules.ticks(window_s)
        )

    def enter(self, name: str, kind: int = HUMAN) -> int:
        """Give somebody the next slot; the body appears with the next tick.

        Raises:
            ValueError: all places are taken.
        """
        slot = len(self.names)
        if slot >= self.plan.players_max:
            raise ValueError(f"all {self.plan.players_max} places are taken")
        self.names.append(name)
        self._joins.append((slot, kind))
        self.bot_count += kind == BOT
        return slot

    def enter_bots(self, names: Sequence[str]) -> None:
        """Let bots of these names enter."""
        for name in names:
            self.enter(name, BOT)

    def leave(self, slot: int) -> None:
        """Take somebody out with the next tick."""
        self._leaves.append(slot)
        self.mailbox.forget(slot)

    def post(self, slot: int, command: Input) -> None:
        """Hand a player's command to the mailbox."""
        self.mailbox.post(slot, command)

    def advance(self) -> None:
        """Collect the tick's inputs, record them, apply them."""
        if self.bot_count:
            self.mailbox.post_batch(self._bots.decide())
        joins, leaves = NO_JOINS, NO_LEAVES
        if self._joins:
            joins = in_slot_order(np.array(self._joins, dtype=JOIN))
            self._joins.clear()
        if self._leaves:
            leaves = in_slot_order(np.array([(slot,) for slot in self._leaves], dtype=LEAVE))
            self._leaves.clear()
        inputs = TickInputs(self.mailbox.drain(), joins, leaves)
        if self.recorder is not None:
            self.recorder.record(self.world, self.tick, inputs, self.names)
        step(self.world, inputs)
        self.kills = self._deaths() if self._event_rows.count[0] else []

    def _deaths(self) -> list[Kill]:
        tick = self.tick
        events = self._events.record[: int(self._event_rows.count[0])]
        dead = events["kind"] == DEATH
        if not dead.any():
            return []
        return [
            Kill(
                tick=tick,
                victim=int(event["a"]),
                killer=None if event["b"] == NOBODY else int(event["b"]),
                cause=int(event["detail"]),
            )
            for event in events[dead]
        ]
