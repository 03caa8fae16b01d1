"""A match of the obvious kind, started from any state of a real one."""

from __future__ import annotations

import itertools
from typing import Any

import esper
import numpy as np
from numpy.typing import NDArray

from benchmarks.obvious.arena import Arena
from benchmarks.obvious.components import (
    Abilities,
    Ability,
    Dash,
    Intent,
    Player,
    Position,
    Push,
    Shot,
    Velocity,
)
from benchmarks.obvious.processors import PROCESSORS, Command, State
from benchmarks.obvious.zone import Circle, ZoneState
from ecs.columns import Column, Rows
from ecs.world import World
from schema import columns
from schema.commands import MOBILITY, PRIMARY, SKILL_SLOTS
from schema.events import ZONE_WAITING
from systems.rules import Rules
from systems.terrain import Terrain

_numbers = itertools.count(1)


class ObviousMatch:
    """The match that ``world`` is in the middle of, as esper entities; ``world`` is only read."""

    def __init__(self, world: World) -> None:
        rules, terrain = world.resource(Rules), world.resource(Terrain)
        zone = world.group("match", columns.Zone)
        if zone.phase[0] != 0 or zone.state[0] != ZONE_WAITING:
            raise ValueError("the zone has begun to shrink")
        self.state = State(
            Arena.of(rules, terrain),
            int(world.group("match", columns.Clock).tick[0]),
            ZoneState(
                tuple(rules.balance.zone.phase),
                rules.rate_hz,
                Circle(float(zone.x_u[0]), float(zone.y_u[0]), float(zone.radius_u[0])),
                Circle(
                    float(zone.next_x_u[0]),
                    float(zone.next_y_u[0]),
                    float(zone.next_radius_u[0]),
                ),
            ),
        )
        self.name = f"obvious-{next(_numbers)}"
        esper.switch_world(self.name)
        _add_players(world, self.state)
        _add_shots(world)
        for index, rule in enumerate(PROCESSORS):
            esper.add_processor(rule(self.state), priority=len(PROCESSORS) - index)

    def step(self, commands: list[Command]) -> None:
        """One tick."""
        self.state.commands = commands
        esper.switch_world(self.name)
        esper.process()

    def close(self) -> None:
        """Drop the esper world."""
        esper.switch_world("default")
        esper.delete_world(self.name)

    def positions(self) -> NDArray[np.float64]:
        """f64[players, 2], by slot."""
        esper.switch_world(self.name)
        places = [esper.component_for_entity(e, Position) for e in self.state.entity_of.values()]
        return np.array([(place.x, place.y) for place in places])

    def taken(self) -> NDArray[np.float64]:
        """f64[players], damage suffered, by slot."""
        esper.switch_world(self.name)
        entities = self.state.entity_of.values()
        return np.array([esper.component_for_entity(e, Player).taken for e in entities])

    def shots(self) -> int:
        """Projectiles in flight."""
        esper.switch_world(self.name)
        esper.clear_dead_entities()
        return len(esper.get_component(Shot))


def commands_of(records: NDArray[np.void]) -> list[Command]:
    """A tick's commands as tuples (slot, move, aim, reach, buttons)."""
    return [row[:5] for row in records.tolist()]


def _lists(world: World, table: str, *wanted: Column[Any]) -> list[list[Any]]:
    count = int(world.group(table, Rows).count[0])
    return [getattr(world.group(table, c.group), c.name)[:count].tolist() for c in wanted]


def _abilities(world: World) -> list[Abilities]:
    """By slot; a player's skills lie one behind the other, PRIMARY first."""
    ability = world.group("abilities", columns.Ability)
    columns_of = (ability.charges, ability.ready_tick, ability.recharge_tick)
    made = [Ability(*row) for row in zip(*(c.tolist() for c in columns_of), strict=True)]
    last = SKILL_SLOTS - 1
    return [
        Abilities({PRIMARY: primary, MOBILITY: mobility})
        for primary, mobility in zip(made[::SKILL_SLOTS], made[last::SKILL_SLOTS], strict=True)
    ]


def _add_players(world: World, state: State) -> None:
    abilities = _abilities(world)
    rows = zip(
        *_lists(
            world,
            "players",
            columns.Position.x_u,
            columns.Position.y_u,
            columns.Motion.vx_ups,
            columns.Motion.vy_ups,
            columns.Vitals.alive,
            columns.Vitals.health_hp,
            columns.Tally.taken_hp,
            columns.Intent.move,
            columns.Intent.aim,
            columns.Intent.reach,
            columns.Intent.buttons,
            columns.Intent.heard_tick,
            columns.Dash.until_tick,
            columns.Dash.direction,
        ),
        strict=True,
    )
    for slot, (x, y, vx, vy, alive, health, taken, *rest) in enumerate(rows):
        state.entity_of[slot] = esper.create_entity(
            Player(slot, bool(alive), health, taken=taken),
            Position(x, y, x, y),
            Velocity(vx, vy),
            Intent(*rest[:5]),
            abilities[slot],
            Dash(*rest[5:]),
            Push(),
        )


def _add_shots(world: World) -> None:
    for x, y, vx, vy, owner, expire in zip(
        *_lists(
            world,
            "projectiles",
            columns.Position.x_u,
            columns.Position.y_u,
            columns.Motion.vx_ups,
            columns.Motion.vy_ups,
            columns.Flight.owner,
            columns.Flight.expire_tick,
        ),
        strict=True,
    ):
        esper.create_entity(Position(x, y), Velocity(vx, vy), Shot(int(owner), int(expire)))
