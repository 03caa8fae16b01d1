"""Bots: one batch that looks at the world and returns ordinary input commands.

Bots stand outside the tick, where clients stand.  Their commands go through the same mailbox and
the same journal as everybody's, so a replay needs no bots.
"""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.binding import bound
from ecs.columns import Rows
from ecs.world import World
from schema.columns import Clock, Control, Motion, Position, Vitals, Zone
from schema.commands import COMMAND
from schema.directions import COUNT
from systems.kernels import deciding
from systems.kernels.broadphase import build_grid
from systems.rules import Rules, Terrain


def skill_array(rules: Rules) -> NDArray[np.float64]:
    """f64[11] of how good bots are under these rules, by ``kernels.deciding``'s places."""
    bots, skills = rules.balance.bots, rules.balance.skills
    values = {
        deciding.PERIOD_TICKS: rules.ticks(bots.reaction_s),
        deciding.SIGHT_U: bots.sight_u,
        deciding.AIM_ERROR_DIRECTIONS: math.floor(bots.aim_error_degrees * COUNT / 360.0),
        deciding.KEEP_DISTANCE_U: bots.keep_distance_u,
        deciding.DASH_HEALTH_HP: bots.dash_health_hp,
        deciding.BLAST_CHANCE: bots.blast_chance,
        deciding.WANDER_TICKS: rules.ticks(bots.wander_s),
        deciding.SHOT_SPEED_UPS: skills.shot.speed_ups,
        deciding.SHOT_RANGE_U: skills.shot.range_u,
        deciding.BLAST_RANGE_U: skills.blast.range_u,
        deciding.BODY_RADIUS_U: rules.balance.body.radius_u,
    }
    return np.array([values[place] for place in range(len(values))], dtype=np.float64)


class Bots:
    """The bots of one match: buffers, and the kernel calls bound to its world."""

    def __init__(self, world: World) -> None:
        rules, terrain = world.resource(Rules), world.resource(Terrain)
        capacity = world.layout.capacities["players"]
        cells = int(rules.grid[1] * rules.grid[2])
        self._commands: NDArray[np.void] = np.zeros(capacity, dtype=COMMAND)
        self._made = np.zeros(1, dtype=np.int64)
        self._zone = world.group("match", Zone)
        self._circles = np.zeros(6, dtype=np.float64)
        rows, clock = world.group("players", Rows), world.group("match", Clock)
        vitals, position = world.group("players", Vitals), world.group("players", Position)
        motion = world.group("players", Motion)
        start = np.zeros(cells + 1, dtype=np.int32)
        row_of = np.zeros(capacity, dtype=np.int32)
        # A grid of their own: the tick's is scratch and says nothing after a restore.
        build = partial(
            build_grid,
            rows.count,
            vitals.alive,
            position.x_u,
            position.y_u,
            rules.grid,
            start,
            row_of,
            np.zeros(capacity, dtype=np.int32),
            np.zeros(1, dtype=np.float64),
        )
        choose = partial(
            deciding.decide,
            rows.count,
            clock.tick,
            clock.seed,
            world.group("players", Control).bot,
            vitals.alive,
            vitals.health_hp,
            position.x_u,
            position.y_u,
            motion.vx_ups,
            motion.vy_ups,
            self._circles,
            skill_array(rules),
            rules.directions,
            rules.grid,
            start,
            row_of,
            terrain.walls,
            terrain.wall_start,
            terrain.wall_row,
            terrain.frame,
            self._commands,
            self._made,
        )
        self._calls = (bound(build), bound(choose))

    def decide(self) -> NDArray[np.void]:
        """Commands for the coming tick, COMMAND[n] ascending by slot, valid until the next call."""
        zone, circles = self._zone, self._circles
        circles[0], circles[1], circles[2] = zone.x_u[0], zone.y_u[0], zone.radius_u[0]
        circles[3], circles[4] = zone.next_x_u[0], zone.next_y_u[0]
        circles[5] = zone.next_radius_u[0]
        for call in self._calls:
            call()
        return self._commands[: self._made[0]]
