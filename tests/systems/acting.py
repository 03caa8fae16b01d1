"""Real matches with people put where a test wants them, all systems in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ecs.columns import Rows
from schema import columns
from schema.balance import Balance
from schema.balance.skills import Skill, SkillsBalance
from schema.columns import Clock, Events, Goods, Hits, Outcome, Position, Stats, Vitals
from schema.commands import COMMAND, JOIN, TickInputs
from systems.rules import Rules
from systems.tick import step
from tests.systems.matches import new_world, quick_balance

HZ = 20
Person = tuple[str, int, float, float]
"""Class, team, place."""


def with_skills(balance: Balance, **skills: Skill) -> Balance:
    """A balance in which these skills are others."""
    changed = SkillsBalance(dict(balance.skills.root) | skills)
    return balance.model_copy(update={"skills": changed})


def calm(**frame: Any) -> Balance:
    """The shipped rules without a countdown, in a zone that takes its time."""
    return quick_balance(600.0, countdown_s=0.0, **frame)


class Scene:
    """A match of a few people on open ground."""

    def __init__(self, *people: Person, balance: Balance | None = None, **ground: Any) -> None:
        given = {"walls": (), "size": (60.0, 40.0), "spawns": [(50.0, 35.0)], "rate_hz": HZ}
        self.world = new_world(len(people), 5, balance=balance or calm(), **(given | ground))
        self.rules = self.world.resource(Rules)
        roles = [self.rules.class_names.index(name) for name, *_ in people]
        joins = [(row, person[1], 0, roles[row], 0) for row, person in enumerate(people)]
        step(self.world, TickInputs(joins=np.array(joins, JOIN)))
        self.put(*((x, y) for _, _, x, y in people))
        self.aims = [0] * len(people)

    def player(self, group: Any) -> Any:
        return self.world.group("players", group)

    def of(self, table: str, group: Any = Rows) -> Any:
        return self.world.group(table, group)

    def put(self, *places: Sequence[float]) -> None:
        """Bodies to where they shall stand, by row."""
        position = self.player(Position)
        for row, (x, y) in enumerate(places):
            position.x_u[row], position.y_u[row] = x, y

    @property
    def tick(self) -> int:
        """Ticks applied so far."""
        return int(self.of("match", Clock).tick[0])

    def run(self, ticks: int = 1, **buttons: int) -> None:
        """Let ticks pass; ``a=PRIMARY`` holds buttons of row 0, ``b=…`` of row 1."""
        for _ in range(ticks):
            commands = np.zeros(len(self.aims), COMMAND)
            for row, aim in enumerate(self.aims):
                commands[row]["slot"], commands[row]["aim"] = row, aim
                commands[row]["reach"] = 255
                commands[row]["buttons"] = buttons.get(chr(ord("a") + row), 0)
            step(self.world, TickInputs(commands))

    def ticks(self, seconds: float) -> int:
        """As many ticks as so many seconds are."""
        whole = round(seconds * HZ)
        assert whole == seconds * HZ
        return whole

    def hits(self) -> np.ndarray:
        """Of the last tick."""
        return self.of("hits", Hits).record[: self.of("hits").count[0]]

    def told(self, kind: int) -> np.ndarray:
        """Events of a kind of the last tick."""
        events = self.of("events", Events).record[: self.of("events").count[0]]
        return events[events["kind"] == kind]

    def lay(self, item: str, x: float, y: float) -> None:
        """One more item on the ground, which lies for ever."""
        rows, identity = self.of("pickups"), self.of("pickups", columns.Identity)
        row = int(rows.count[0])
        left = len(identity.slot) - row
        slot = int(identity.free[left - 1])
        identity.slot[row] = slot
        identity.generation[slot] += 1
        rows.count[0] += 1
        place, goods = self.of("pickups", Position), self.of("pickups", Goods)
        place.x_u[row], place.y_u[row] = x, y
        index = self.rules.item_names.index(item)
        goods.item[row], goods.amount[row] = index, self.rules.loot.items[index]["amount"]
        goods.expire_tick[row] = 1 << 60

    def flags(self, row: int) -> int:
        return int(self.player(Stats).flags[row])

    def health(self, row: int) -> float:
        return float(self.player(Vitals).health_hp[row])

    def enter(self, stage: int) -> None:
        """Into a stage, as if its time had come."""
        outcome = self.of("match", Outcome)
        outcome.stage[0], outcome.stage_tick[0] = stage, self.tick
