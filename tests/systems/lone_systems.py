"""One system at a time, bound as in a match, on a world whose columns a test fills."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ecs.columns import Rows
from ecs.schedule import System, ready
from ecs.world import World
from ringfall.datapack import load_datapack
from schema import columns
from schema.balance import Balance
from schema.columns import Affliction, Events, Hits, Mailbox, Walls
from schema.commands import TickInputs
from schema.rulebook import STATUSES
from systems.rules import Rules, make_rules
from systems.terrain import Terrain, walls_with_obstacles

HZ = 30
PLAYERS = 8
OBSTACLES = 6


@cache
def shipped() -> Balance:
    """The balance that ships."""
    return load_datapack().balance


class Bench:
    """A world without a schedule."""

    def __init__(self, terrain: Terrain) -> None:
        self.rules: Rules = make_rules(shipped(), HZ, terrain, PLAYERS)
        limits = columns.capacities(
            players=PLAYERS,
            projectiles=4,
            areas=4,
            obstacles=OBSTACLES,
            pickups=32,
            hits=32,
            events=32,
            cells=int(self.rules.grid[1] * self.rules.grid[2]),
            walls=walls_with_obstacles(terrain, OBSTACLES),
            trail=self.rules.rewind_ticks,
        )
        self.world = World(columns.TABLES, dict(limits), (self.rules, terrain))
        raised = self.world.group("walls", Walls)
        for name, array in (
            ("record", terrain.walls),
            ("start", terrain.wall_start),
            ("row", terrain.wall_row),
        ):
            getattr(raised, name)[: len(array)] = array
        raised.start[len(terrain.wall_start) :] = terrain.wall_start[-1]

    def player(self, group: Any) -> Any:
        return self.world.group("players", group)

    def match(self, group: Any) -> Any:
        return self.world.group("match", group)

    def rows(self, table: str, group: Any = Rows) -> Any:
        return self.world.group(table, group)

    def status(self, name: str) -> int:
        return self.rules.status_names.index(name)

    def wear(self, row: int, name: str, until_tick: int, stacks: int, source: int) -> None:
        place, worn = row * STATUSES + self.status(name), self.rows("afflictions", Affliction)
        worn.until_tick[place], worn.stacks[place], worn.source[place] = until_tick, stacks, source

    def post(self, inputs: TickInputs) -> None:
        mail = self.rows("mailbox", Mailbox)
        for name in ("command", "join", "leave"):
            records = getattr(inputs, f"{name}s")
            getattr(mail, f"{name}s")[: len(records)] = records
            getattr(mail, f"{name}_count")[0] = len(records)

    def run(self, *systems: type[System]) -> None:
        for kind in systems:
            ready(self.world, kind).process()

    def hits(self) -> np.ndarray:
        return self.rows("hits", Hits).record[: self.rows("hits").count[0]]

    def events(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = (
            self.rows("events", Events).record[: self.rows("events").count[0]].tolist()
        )
        return found


def fill(column: np.ndarray, *values: float) -> None:
    """The first rows of a column."""
    column[: len(values)] = values
