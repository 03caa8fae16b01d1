"""Worlds in which bodies are put down and stepped: by the whole tick, or many at once.

A body that is predicted knows nobody else, so vectors hold players who do not touch each other.
``Whole`` steps one player through ``systems.tick.step``.  ``Crowd`` steps hundreds through the same
systems in the same order but without those by which players touch each other; a test holds the two
to each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ecs.columns import Rows
from ecs.schedule import Granted
from ringfall.loadtest.stage import ALONE
from schema import columns
from schema.columns import (
    Ability,
    Affliction,
    Barrier,
    Clock,
    Control,
    Dash,
    Intent,
    Mailbox,
    Motion,
    Outcome,
    Position,
    Progress,
    Rescue,
    Role,
    Shape,
    Stats,
    Vitals,
    Zone,
)
from schema.commands import COMMAND, SKILL_SLOTS, TickInputs
from schema.events import NOBODY, REFUSED_BLOCKED, REFUSED_FULL
from schema.rulebook import LEVELS, STATUSES
from schema.walls import BLOCKS_ACROSS, CRATE, NEVER
from systems import tick
from systems.terrain import Terrain, make_terrain, walls_with_obstacles
from tests.prediction.layout import OWN, STEP, Wall, World
from tests.prediction.rulesets import HEALTH_HP, Facts, rules_of

OBSTACLES = 24
MATE_PLACE_U = (-1000.0, -1000.0)
"""Where nobody meets the team mate, without whom nobody can be down and alive."""

# (field of OWN, group, column) with one value to a player.
_PLAYER = (
    ("x_u", Position, "x_u"),
    ("y_u", Position, "y_u"),
    ("vx_ups", Motion, "vx_ups"),
    ("vy_ups", Motion, "vy_ups"),
    ("mana_mp", Vitals, "mana_mp"),
    ("speed_ups", Stats, "speed_ups"),
    ("flags", Stats, "flags"),
    ("dash_speed_ups", Dash, "speed_ups"),
    ("dash_until_tick", Dash, "until_tick"),
    ("dash_direction", Dash, "direction"),
    ("channel_slot", columns.Channel, "slot"),
    ("channel_since_tick", columns.Channel, "since_tick"),
    ("channel_until_tick", columns.Channel, "until_tick"),
    ("alive", Vitals, "alive"),
    ("down", Vitals, "down"),
    ("buttons", Intent, "buttons"),
)
_STEP = tuple(row for row in _PLAYER if row[0] in (STEP.names or ()))
_SLOTS = ("skill", "charges", "ready_tick", "recharge_tick", "held_tick")
_BASE = {
    "base_speed_ups": "speed_ups",
    "mana_max_mp": "mana_max_mp",
    "mana_mp_per_tick": "mana_mp_per_tick",
}


def terrain_of(world: World) -> Terrain:
    """The map of a file's world, with nothing on it."""
    return make_terrain(world.width_u, world.height_u, world.walls, [(1.0, 1.0)])


class Stage:
    """A world whose players' states are put in and taken out.

    Args:
        world, facts: from a file.
        players: how many are predicted.
        spare: rows besides.
    """

    def __init__(self, world: World, facts: Facts, players: int, spare: int = 0) -> None:
        terrain = terrain_of(world)
        self.players, self.count = players, players + spare
        rules = rules_of(facts, terrain, self.count)
        room = tick.capacities_for(rules, terrain, self.count)
        walls, cells, entries = walls_with_obstacles(terrain, OBSTACLES)
        room |= {"obstacles": OBSTACLES, "knocked": OBSTACLES + 1}
        room |= {"walls": walls, "wall_cells": cells + 1, "wall_entries": entries}
        room["wall_blocks"] = cells * BLOCKS_ACROSS**2
        self.match = tick.make_world(rules, terrain, room, seed=7)
        self.rules = rules
        self._pristine = self.match.keyframe()
        self._commands = np.zeros(players, COMMAND)
        self._commands["slot"] = np.arange(players)

    def player(self, group: Any) -> Any:
        return self.match.group("players", group)

    def put(self, own: np.ndarray) -> None:
        """Begin with OWN[players], all at the same tick and stage."""
        self.match.restore(self._pristine)
        size = self.players
        clock, outcome = self.match.group("match", Clock), self.match.group("match", Outcome)
        clock.tick[0] = own["tick"][0]
        outcome.stage[0], outcome.over[0] = own["stage"][0], own["over"][0]
        outcome.alive[0] = self.count
        # No phase of the zone ends, so that sudden death does not come by itself.
        self.match.group("match", Zone).until_tick[0] = NEVER
        self.player(Rows).count[0] = self.count
        vitals = self.player(Vitals)
        vitals.alive[: self.count], vitals.health_hp[: self.count] = 1, HEALTH_HP
        for name, group, column in _PLAYER:
            getattr(self.player(group), column)[:size] = own[name]
        # Who enters in this very tick is equipped anew, who goes down in it lets go of everything.
        self.player(Control).join_tick[: self.count] = NOBODY
        self.player(Rescue).down_tick[: self.count] = NOBODY
        self.player(Progress).level[: self.count] = 1
        self.player(Role).role[:size] = self._roles(own)
        self.player(columns.Channel).slot[size : self.count] = 255
        ability = self.match.group("abilities", Ability)
        for name in _SLOTS:
            getattr(ability, name)[: size * SKILL_SLOTS] = own[name].ravel()
        ability.level[: self.count * SKILL_SLOTS] = 1
        ability.held_tick[size * SKILL_SLOTS : self.count * SKILL_SLOTS] = NOBODY
        worn = self.match.group("afflictions", Affliction)
        worn.until_tick[: size * STATUSES] = own["status_until_tick"].ravel()
        worn.stacks[: size * STATUSES] = own["status_stacks"].ravel()
        worn.source[: self.count * STATUSES] = NOBODY
        for row in range(size, self.count):
            self.player(Position).x_u[row], self.player(Position).y_u[row] = MATE_PLACE_U

    def _roles(self, own: np.ndarray) -> np.ndarray:
        """Classes whose first level has these numbers; which of equal ones does not matter."""
        levels = self.rules.levels[::LEVELS]
        fits = np.ones((len(own), len(levels)), bool)
        for name, column in _BASE.items():
            fits &= own[name][:, None] == levels[column][None, :]
        assert fits.any(axis=1).all(), "a body of no class"
        found: np.ndarray = np.argmax(fits, axis=1)
        return found

    def take(self) -> np.ndarray:
        """OWN[players] as it is now."""
        own, size = np.zeros(self.players, OWN), self.players
        clock, outcome = self.match.group("match", Clock), self.match.group("match", Outcome)
        own["tick"], own["stage"], own["over"] = clock.tick[0], outcome.stage[0], outcome.over[0]
        for name, group, column in _PLAYER:
            own[name] = getattr(self.player(group), column)[:size]
        levels = self.rules.levels[::LEVELS]
        for name, column in _BASE.items():
            own[name] = levels[column][self.player(Role).role[:size]]
        ability = self.match.group("abilities", Ability)
        for name in _SLOTS:
            own[name] = getattr(ability, name)[: size * SKILL_SLOTS].reshape(size, SKILL_SLOTS)
        worn = self.match.group("afflictions", Affliction)
        own["status_until_tick"] = worn.until_tick[: size * STATUSES].reshape(size, STATUSES)
        own["status_stacks"] = worn.stacks[: size * STATUSES].reshape(size, STATUSES)
        return own

    def raise_obstacles(self, obstacles: Sequence[Wall]) -> None:
        """From the next tick on these stand, and no others."""
        self.match.group("obstacles", Rows).count[0] = len(obstacles)
        shape = self.match.group("obstacles", Shape)
        barrier = self.match.group("obstacles", Barrier)
        for row, (cx, cy, hx, hy, radius, heading, blocks) in enumerate(obstacles):
            shape.x_u[row], shape.y_u[row] = cx, cy
            shape.hx_u[row], shape.hy_u[row], shape.radius_u[row] = hx, hy, radius
            shape.heading[row] = heading
            barrier.kind[row], barrier.blocks[row], barrier.owner[row] = CRATE, blocks, NOBODY
            barrier.health_hp[row] = barrier.full_hp[row] = HEALTH_HP
            barrier.expire_tick[row] = NEVER

    def step(self, told: np.ndarray) -> None:
        """Apply one tick: the commands of STEP[players] go in, what came of them is written."""
        for name in ("move", "aim", "buttons"):
            self._commands[name] = told[name]
        self._commands["seq"] += 1
        self.tick()
        for name, group, column in _STEP:
            if name != "buttons":
                told[name] = getattr(self.player(group), column)[: self.players]

    def tick(self) -> None:
        """Apply the commands."""
        raise NotImplementedError

    def check(self) -> None:
        """Nothing was refused for want of room: what is predicted does not depend on it."""
        refused = self.match.group("match", Outcome).refused_casts
        assert refused[REFUSED_FULL] == 0
        assert refused[REFUSED_BLOCKED] == 0


class Whole(Stage):
    """One player, and a team mate far away, through the whole tick."""

    def __init__(self, world: World, facts: Facts) -> None:
        super().__init__(world, facts, players=1, spare=1)

    def tick(self) -> None:
        tick.step(self.match, TickInputs(self._commands))


class Crowd(Stage):
    """Many players who do not touch each other."""

    def __init__(self, world: World, facts: Facts, players: int) -> None:
        super().__init__(world, facts, players)
        self._calls = []
        for kind in tick.SCHEDULE:
            if kind in ALONE:
                system = kind()
                system.bind(Granted(self.match, kind.reads, kind.writes))
                self._calls += system.calls

    def tick(self) -> None:
        mail = self.match.group("mailbox", Mailbox)
        mail.commands[: self.players] = self._commands
        mail.command_count[0] = self.players
        for call in self._calls:
            call()
