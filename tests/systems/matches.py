"""Small matches on small maps, made in a line, for tests that let everything run together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from ringfall.datapack import load_datapack
from schema.balance import Balance, ZoneBalance, ZonePhase
from schema.columns import Control, Outcome, Position, Vitals
from schema.commands import COMMAND
from systems.rules import make_rules, make_terrain
from systems.tick import capacities_for, make_world
from tests.oracle.throwing import gap

Walls = Sequence[tuple[float, float, float, float, float]]

SIZE_U = (36.0, 28.0)
# A corridor, a wall without thickness, a pillar, a rounded block, and one that leaves the world.
WALLS: Walls = (
    (12.0, 8.0, 4.0, 0.5, 0.0),
    (12.0, 10.4, 4.0, 0.5, 0.0),
    (24.0, 14.0, 0.0, 5.0, 0.0),
    (8.0, 20.0, 0.0, 0.0, 1.5),
    (18.0, 20.0, 1.0, 1.0, 0.5),
    (35.0, 27.0, 2.0, 2.0, 0.0),
)
SPAWNS = tuple(
    (x, y)
    for x in range(2, 35, 4)
    for y in range(2, 27, 4)
    if all(gap(x, y, wall) > 1.0 for wall in WALLS)
)


@cache
def shipped() -> Balance:
    """The balance that ships."""
    return load_datapack().balance


def quick_balance(shrink_s: float = 6.0) -> Balance:
    """The shipped balance with a zone that closes within half a minute."""
    phases = (
        ZonePhase(wait_s=3.0, shrink_s=shrink_s, radius_ratio=0.5, damage_hp_per_s=3.0),
        ZonePhase(wait_s=0.0, shrink_s=shrink_s, radius_ratio=0.5, damage_hp_per_s=6.0),
        ZonePhase(wait_s=1.0, shrink_s=shrink_s, radius_ratio=0.0, damage_hp_per_s=15.0),
    )
    return shipped().model_copy(update={"zone": ZoneBalance(phase=phases)})


def new_world(
    players: int,
    seed: int,
    *,
    walls: Walls = WALLS,
    size: tuple[float, float] = SIZE_U,
    spawns: Sequence[tuple[float, float]] = SPAWNS,
    balance: Balance | None = None,
    rate_hz: int = 30,
    room: dict[str, int] | None = None,
) -> World:
    """A world at tick 0 with nobody in it; ``room`` overrides capacities."""
    terrain = make_terrain(*size, walls, spawns)
    rules = make_rules(balance or quick_balance(), rate_hz, terrain, players)
    return make_world(rules, terrain, capacities_for(rules, players) | (room or {}), seed)


def put_players(world: World, places: Sequence[tuple[float, float]], bots: bool = True) -> None:
    """Living players at places, as if they had entered."""
    position, vitals = world.group("players", Position), world.group("players", Vitals)
    count = len(places)
    for row, (x, y) in enumerate(places):
        position.x_u[row], position.y_u[row] = x, y
    vitals.alive[:count] = 1
    vitals.health_hp[:count] = 100.0
    world.group("players", Control).bot[:count] = bots
    world.group("players", Rows).count[0] = count
    world.group("match", Outcome).alive[0] = count


def hostile_commands(rng: np.random.Generator, players: int, count: int) -> NDArray[np.void]:
    """Commands as from people who mean no good: any slot, any bits, in any order."""
    raw = rng.integers(0, 256, count * COMMAND.itemsize, dtype=np.uint8)
    commands = raw.view(COMMAND).copy()
    commands["slot"] = rng.integers(0, players + 2, count)
    # Held directions and buttons get people somewhere; mere noise would only make them tremble.
    steady = rng.random(count) < 0.8
    commands["move"][steady] = (commands["slot"][steady].astype(np.int64) * 977) % 4096
    commands["buttons"][steady] |= 1
    return commands
