"""One body stepped by the game's own systems: what a client predicts itself with.

The systems are those of a tick that move a body or decide what moves it, in the tick's order, in a
world with one player.  What others do to the body is not among them: that is what corrections are
for.

A state is ``bytes``: the columns below, one after the other.  It begins with the bytes of MOTION
(docs/protocol.md), so its check is that of its first 41.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecs.binding import sequence
from ecs.columns import Rows
from ecs.schedule import ready
from ecs.world import World
from net.known import NEVER_HELD, Obstacle
from net.mirror import Mirror
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
)
from schema.commands import SKILL_SLOTS
from schema.events import NOBODY, STAGE_OVER
from schema.rulebook import STATUSES
from schema.walls import CRATE, NEVER
from systems import tick
from systems.apply_inputs import ApplyInputs
from systems.begin_tick import BeginTick
from systems.carry_out import CarryOut
from systems.channel import Channel
from systems.end_tick import EndTick
from systems.judge_casts import JudgeCasts
from systems.move import BuildGrid, Move
from systems.raise_walls import RaiseWalls
from systems.rules import Rules
from systems.run_stage import RunStage
from systems.steer import Steer
from systems.terrain import Terrain, walls_with_obstacles
from systems.wear_off import WearOff

ALONE: Final = (
    BeginTick,
    RunStage,
    ApplyInputs,
    RaiseWalls,
    WearOff,
    JudgeCasts,
    CarryOut,
    Steer,
    Move,
    BuildGrid,
    Channel,
    EndTick,
)
OBSTACLES_MAX: Final = 128  # near one body; further ones are left out
MOTION_BYTES: Final = 41  # at the beginning of a state
TICK_BYTES: Final = 8  # at its end
ALIVE, DOWN = 1, 2  # of self_flags
_NO_ONE: Final = -1

# The first six are MOTION.
_COLUMNS: Final = (
    Position.x_u,
    Position.y_u,
    Motion.vx_ups,
    Motion.vy_ups,
    Vitals.mana_mp,
    Intent.buttons,
    Stats.speed_ups,
    Stats.flags,
    Dash.until_tick,
    Dash.direction,
    Dash.speed_ups,
    columns.Channel.slot,
    columns.Channel.since_tick,
    columns.Channel.until_tick,
    Vitals.alive,
    Vitals.down,
    Role.role,
    Progress.level,
)
_HANDS: Final = (
    Ability.skill,
    Ability.level,
    Ability.charges,
    Ability.ready_tick,
    Ability.recharge_tick,
    Ability.held_tick,
)
_WORN: Final = (Affliction.stacks, Affliction.until_tick)
_MATCH: Final = (Outcome.stage, Outcome.over, Clock.tick)

Command = tuple[int, int, int, int]
"""(move, aim, reach, buttons) of an INPUT."""


class Stage:
    """A world with one body; states are put in, stepped, and taken out.

    Args:
        rules, terrain: of the match whose bodies are stepped.
    """

    def __init__(self, rules: Rules, terrain: Terrain) -> None:
        room = tick.capacities_for(rules, terrain, 2)
        walls, cells, entries = walls_with_obstacles(terrain, OBSTACLES_MAX)
        room |= {"obstacles": OBSTACLES_MAX, "knocked": OBSTACLES_MAX + 1}
        room |= {"walls": walls, "wall_cells": cells + 1, "wall_entries": entries}
        self._world = tick.make_world(rules, terrain, room, seed=0)
        self._steps = sequence(call for kind in ALONE for call in ready(self._world, kind).calls)
        self._where = _places(self._world)
        self._block = self._world.block
        self._mail = self._world.group("mailbox", Mailbox)
        self._mail.command_count[0] = 1
        self._counts = [
            self._world.group(name, Rows).count for name in ("projectiles", "areas", "obstacles")
        ]
        self._standing: Sequence[Obstacle] = ()
        self._count = 0
        self._settle()

    def _settle(self) -> None:
        """What the one body is that no state says."""
        world = self._world
        world.group("players", Rows).count[0] = 1
        world.group("players", Control).join_tick[0] = _NO_ONE
        world.group("players", Rescue).down_tick[0] = _NO_ONE
        world.group("players", Vitals).health_hp[0] = 1.0
        world.group("afflictions", Affliction).source[:STATUSES] = NOBODY
        self.stand(())

    def stand(self, obstacles: Sequence[Obstacle]) -> None:
        """From now on these obstacles stand, ascending by row, and no others."""
        self._standing = obstacles
        shape = self._world.group("obstacles", Shape)
        barrier = self._world.group("obstacles", Barrier)
        self._count = min(len(obstacles), OBSTACLES_MAX)
        for row, one in enumerate(obstacles[:OBSTACLES_MAX]):
            shape.x_u[row], shape.y_u[row] = one.x_u, one.y_u
            shape.hx_u[row], shape.hy_u[row], shape.radius_u[row] = one.hx_u, one.hy_u, one.radius_u
            shape.heading[row] = one.heading
            barrier.kind[row], barrier.blocks[row], barrier.owner[row] = CRATE, one.blocks, NOBODY
            barrier.health_hp[row] = barrier.full_hp[row] = 1.0
            barrier.expire_tick[row] = NEVER

    def play(
        self, state: bytes, commands: Sequence[Command], obstacles: Sequence[Obstacle]
    ) -> list[bytes]:
        """The state after each of these commands, one a tick."""
        if obstacles is not self._standing:
            self.stand(obstacles)
        self._put(state)
        projectiles, areas, standing = self._counts
        row, states = self._mail.commands, []
        for move, aim, reach, buttons in commands:
            # What was cast is of no interest, and must not fill up.
            projectiles[0], areas[0], standing[0] = 0, 0, self._count
            row[0] = (0, move, aim, reach, buttons, 0, 0)
            for step in self._steps:
                step()
            states.append(self._take())
        return states

    def told(self, state: bytes | None, mirror: Mirror, role: int) -> bytes:
        """The state as the server has told it; its motion is that of ``state`` if not told now."""
        if state is not None:
            self._put(state)
        world, figures = self._world, mirror.figures
        vitals, stats = world.group("players", Vitals), world.group("players", Stats)
        world.group("match", Clock).tick[0] = mirror.tick
        outcome = world.group("match", Outcome)
        outcome.stage[0], outcome.over[0] = figures.stage, figures.stage == STAGE_OVER
        vitals.alive[0] = figures.self_flags & ALIVE != 0
        vitals.down[0] = figures.self_flags & DOWN != 0
        stats.flags[0] = figures.conditions
        world.group("players", Role).role[0] = role
        world.group("players", Progress).level[0] = figures.level
        self._write_motion(mirror)
        self._write_hands(mirror)
        self._write_worn(mirror)
        return self._take()

    def _write_motion(self, mirror: Mirror) -> None:
        world, motion, gait = self._world, mirror.motion, mirror.gait
        if motion is not None and motion.tick == mirror.tick:
            place, speed = world.group("players", Position), world.group("players", Motion)
            place.x_u[0], place.y_u[0] = motion.x_u, motion.y_u
            speed.vx_ups[0], speed.vy_ups[0] = motion.vx_ups, motion.vy_ups
            world.group("players", Vitals).mana_mp[0] = motion.mana_mp
            world.group("players", Intent).buttons[0] = motion.buttons
        if gait is not None:
            dash, channel = world.group("players", Dash), world.group("players", columns.Channel)
            world.group("players", Stats).speed_ups[0] = gait.speed_ups
            dash.until_tick[0], dash.direction[0] = gait.dash_until_tick, gait.dash_direction
            dash.speed_ups[0] = gait.dash_speed_ups
            channel.slot[0], channel.since_tick[0] = gait.channel_slot, gait.channel_since_tick
            channel.until_tick[0] = gait.channel_until_tick

    def _write_hands(self, mirror: Mirror) -> None:
        ability = self._world.group("abilities", Ability)
        for slot, hand in enumerate(mirror.hands):
            ability.skill[slot], ability.level[slot] = hand.skill, hand.level
            ability.charges[slot] = hand.charges
            ability.ready_tick[slot] = hand.ready_tick
            ability.recharge_tick[slot] = hand.recharge_tick
            held = hand.held_tick
            ability.held_tick[slot] = _NO_ONE if held == NEVER_HELD else held

    def _write_worn(self, mirror: Mirror) -> None:
        worn = self._world.group("afflictions", Affliction)
        worn.stacks[:STATUSES] = 0
        worn.until_tick[:STATUSES] = 0
        for status, (stacks, until) in mirror.statuses.items():
            # The tick before this one was the last that looked which of them were over.
            if status < STATUSES and stacks and until >= mirror.tick:
                worn.stacks[status], worn.until_tick[status] = stacks, until

    def _put(self, state: bytes) -> None:
        self._block[self._where] = np.frombuffer(state, np.uint8)

    def _take(self) -> bytes:
        return self._block[self._where].tobytes()


def _places(world: World) -> NDArray[np.int64]:
    """Where in the block the bytes of a state lie."""
    found: list[NDArray[np.int64]] = []
    for table, wanted, rows in (
        ("players", _COLUMNS, 1),
        ("abilities", _HANDS, SKILL_SLOTS),
        ("afflictions", _WORN, STATUSES),
        ("match", _MATCH, 1),
    ):
        placed = {item.column: item for item in world.layout.of_table(table)}
        for column in wanted:
            item = placed[column]
            size = rows * item.column.dtype.itemsize
            found.append(np.arange(item.offset, item.offset + size))
    return np.concatenate(found)


def check_of(state: bytes) -> int:
    """CHECK of a state: FNV-1a of its motion, the upper half folded into the lower."""
    value = 2166136261
    for byte in state[:MOTION_BYTES]:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return (value >> 16 ^ value) & 0xFFFF
