"""What seldom happens in a match of its own accord, arranged, with a referee who looks on."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest

from ecs.world import World
from schema.columns import Position, Vitals
from schema.commands import (
    COMMAND,
    INTERACT,
    JOIN,
    MOVE,
    PRIMARY,
    SPECIAL,
    TickInputs,
    in_slot_order,
)
from systems import tick as ticking
from systems.rules import Rules
from tests.systems.matches import new_world, quick_balance
from tests.systems.referee import Referee

EAST, WEST, HALF = 0, 2048, 4096
SPAWNS = ((4.0, 4.0), (4.0, 24.0), (32.0, 4.0), (32.0, 24.0))
HERE = (12.0, 14.0)


def scene(*roles: str, team: int = 1, friendly_fire: float = 0.0) -> tuple[World, Referee]:
    """An open world that these have entered, in teams by their order; the countdown is over."""
    balance = quick_balance(
        60.0, team=team, friendly_fire=friendly_fire, countdown_s=0.1, sudden_s=60.0
    )
    world = new_world(len(roles), 1, walls=(), spawns=SPAWNS, balance=balance)
    joins = np.zeros(len(roles), JOIN)
    joins["slot"] = np.arange(len(roles))
    joins["team"] = joins["slot"] // team
    joins["role"] = [world.resource(Rules).class_names.index(role) for role in roles]
    referee = Referee(world)
    for tick in range(world.resource(Rules).ticks(0.1) + 1):
        watched(world, referee, [], joins if tick == 0 else joins[:0])
    return world, referee


def watched(
    world: World, referee: Referee, orders: list[dict[str, int]], joins: np.ndarray | None = None
) -> None:
    """One tick of these commands, judged."""
    commands = np.zeros(len(orders), COMMAND)
    for command, order in zip(commands, orders, strict=True):
        for name, value in order.items():
            command[name] = value
    referee.before()
    ticking.step(
        world,
        TickInputs(in_slot_order(commands), np.zeros(0, JOIN) if joins is None else joins),
    )
    referee.look()


def put(world: World, *places: tuple[float, float]) -> None:
    position = world.group("players", Position)
    for row, (x, y) in enumerate(places):
        position.x_u[row], position.y_u[row] = x, y


def order(slot: int, buttons: int = 0, way: int = EAST, reach: int = 255) -> dict[str, int]:
    return {"slot": slot, "buttons": buttons, "move": way, "aim": way, "reach": reach}


@pytest.mark.parametrize("aside", [-2.9, -1.5, 0.0, 1.0, 2.6])
@pytest.mark.parametrize("side", [1, -1])
def test_a_body_that_runs_into_a_barrier_as_it_is_raised(aside: float, side: int) -> None:
    """From either side; caught in it, it comes out again, and the referee sees it go no deeper."""
    world, referee = scene("warrior", "scout")
    rules = world.resource(Rules)
    wall = rules.skills[rules.skill_names.index("shield_wall")]
    reach = float(wall["radius_u"]) + referee.body_u
    beyond = max(0.0, abs(aside) - float(wall["half_length_u"]))
    away = (reach**2 - beyond**2) ** 0.5 + 0.01
    x = HERE[0] + float(wall["distance_u"]) + side * away
    put(world, HERE, (x, HERE[1] + aside))
    way = WEST if side == 1 else EAST
    # Running speed takes a few ticks: from where it stood, the same place once more.
    for _ in range(8):
        watched(world, referee, [order(1, MOVE, way)])
        put(world, HERE, (x, HERE[1] + aside))
    watched(world, referee, [order(0, SPECIAL), order(1, MOVE, way)])
    assert referee.seen[f"kind {int(wall['kind'])}"] == 1
    for _ in range(10):
        watched(world, referee, [order(1, MOVE, way)])
    caught = referee.seen["caught"]
    assert caught > 0
    for tick in range(40):
        # Back, and a little to and fro.
        back = (way + HALF // 2 + int(np.sin(tick / 6 * pi) * 300)) % HALF
        watched(world, referee, [order(1, MOVE, back)])
    assert referee.seen["caught"] < caught + 20, "it is free again"


def test_a_mate_is_shot_down_and_helped_up() -> None:
    world, referee = scene("scout", "warrior", "scout", team=2, friendly_fire=0.5)
    put(world, HERE, (HERE[0] + 1.5, HERE[1]), (30.0, 4.0))
    vitals = world.group("players", Vitals)
    vitals.health_hp[1] = 0.5
    for _ in range(12):
        watched(world, referee, [order(0, PRIMARY, EAST)])
    assert referee.seen["friendly"] > 0
    assert vitals.down[1] == 1
    for _ in range(60):
        watched(world, referee, [order(0, INTERACT)])
    assert referee.seen["down"] > 0
    assert referee.seen["revives"] == 1
    assert vitals.down[1] == 0
