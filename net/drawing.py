"""What there is to be seen, drawn once in a tick, whoever will see it."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Identity, Rows
from ecs.world import World
from net.interest import Call
from net.kernels import bodies, things
from schema.columns import (
    Ability,
    Area,
    Barrier,
    Channel,
    Clock,
    Cover,
    Dash,
    Flight,
    Goods,
    Intent,
    Motion,
    Position,
    Progress,
    Shape,
    Stats,
    Vitals,
)

TABLES = ("projectiles", "areas", "obstacles", "pickups")
"""Tables of things; their slots are counted on from one to the next."""


class Things:
    """Everything that is no player, in one list.

    Attributes:
        numbers: how many there can be.
        count: i64[1], how many there are.
        number: i32[things], slot behind those of the tables before; age: i64[things], generation.
        kind: u8[things], PROJECTILE, AREA, OBSTACLE or PICKUP.
        x_u, y_u: f64[things]; shape: f64[things * SHAPE], see ``kernels.things``.
        rows: u8[things * THING_STRIDE], as the wire has them.
        place_of: i32[numbers], where in the list a number stands, -1 for nowhere.
        reach_most_u: f64[2].
    """

    def __init__(self, world: World, dt_s: float, directions: NDArray[np.float64]) -> None:
        capacities = world.layout.capacities
        ends = np.cumsum([capacities[table] for table in TABLES])
        bases = dict(zip(TABLES, [0, *ends[:-1].tolist()], strict=True))
        self.numbers = size = int(ends[-1])
        self.count = np.zeros(1, dtype=np.int64)
        self.number, self.place_of = (np.zeros(size, dtype=np.int32) for _ in range(2))
        self.age = np.zeros(size, dtype=np.int64)
        self.kind = np.zeros(size, dtype=np.uint8)
        self.x_u, self.y_u = np.zeros(size), np.zeros(size)
        self.shape = np.zeros(size * things.SHAPE)
        self.rows = np.zeros(size * things.THING_STRIDE, dtype=np.uint8)
        self.reach_most_u = np.zeros(2)
        shape = world.group("obstacles", Shape)
        self._outline = (shape.x_u, shape.y_u, shape.hx_u, shape.hy_u, shape.radius_u)
        self._draws = (
            self._projectiles(world, bases["projectiles"], dt_s),
            self._areas(world, bases["areas"]),
            self._obstacles(world, bases["obstacles"], directions),
            self._pickups(world, bases["pickups"]),
        )

    def calls(self) -> Iterator[Call]:
        """What draws all that there is."""
        yield from self._draws
        yield partial(
            things.find_things,
            self.count,
            self.number,
            self.shape,
            self.place_of,
            self.reach_most_u,
        )

    @property
    def _list(self) -> tuple[NDArray[np.float64] | NDArray[np.int64], ...]:
        columns = (self.count, self.number, self.kind, self.age)
        return (*columns, self.x_u, self.y_u, self.shape, self.rows)  # type: ignore[return-value]

    def _projectiles(self, world: World, base: int, dt_s: float) -> Call:
        flight, motion = world.group("projectiles", Flight), world.group("projectiles", Motion)
        place, identity = (
            world.group("projectiles", Position),
            world.group("projectiles", Identity),
        )
        return partial(
            things.draw_projectiles,
            world.group("projectiles", Rows).count,
            base,
            identity.slot,
            place.x_u,
            place.y_u,
            motion.vx_ups,
            motion.vy_ups,
            flight.owner,
            flight.skill,
            flight.radius_u,
            identity.generation,
            dt_s,
            *self._list,  # type: ignore[arg-type]
        )

    def _areas(self, world: World, base: int) -> Call:
        area, identity = world.group("areas", Area), world.group("areas", Identity)
        place = world.group("areas", Position)
        return partial(
            things.draw_areas,
            world.group("areas", Rows).count,
            base,
            identity.slot,
            place.x_u,
            place.y_u,
            area.radius_u,
            area.fire_tick,
            area.until_tick,
            area.owner,
            area.skill,
            identity.generation,
            *self._list,  # type: ignore[arg-type]
        )

    def _obstacles(self, world: World, base: int, directions: NDArray[np.float64]) -> Call:
        barrier, identity = (
            world.group("obstacles", Barrier),
            world.group("obstacles", Identity),
        )
        x, y, hx, hy, radius = (column.view(np.uint8) for column in self._outline)
        return partial(
            things.draw_obstacles,
            world.group("obstacles", Rows).count,
            base,
            identity.slot,
            barrier.kind,
            *self._outline,
            x,
            y,
            hx,
            hy,
            radius,
            world.group("obstacles", Shape).heading,
            barrier.health_hp,
            barrier.full_hp,
            barrier.blocks,
            identity.generation,
            directions,
            *self._list,  # type: ignore[arg-type]
        )

    def _pickups(self, world: World, base: int) -> Call:
        place, identity = world.group("pickups", Position), world.group("pickups", Identity)
        return partial(
            things.draw_pickups,
            world.group("pickups", Rows).count,
            base,
            identity.slot,
            place.x_u,
            place.y_u,
            world.group("pickups", Goods).item,
            identity.generation,
            *self._list,  # type: ignore[arg-type]
        )


def bodies_of(world: World, hold_ticks: NDArray[np.int64], rows: NDArray[np.uint8]) -> Call:
    """What draws every player's body into ``rows``.

    Args:
        hold_ticks: i64[skills], time until a charge is full.
        rows: u8[players * BODY_BYTES].
    """
    body, vitals = world.group("players", Position), world.group("players", Vitals)
    stats, channel = world.group("players", Stats), world.group("players", Channel)
    ability = world.group("abilities", Ability)
    return partial(
        bodies.draw_bodies,
        world.group("players", Rows).count,
        world.group("match", Clock).tick,
        body.x_u,
        body.y_u,
        world.group("players", Intent).aim,
        vitals.down,
        vitals.health_hp,
        vitals.shield_hp,
        stats.health_max_hp,
        world.group("players", Dash).until_tick,
        channel.slot,
        channel.length_u,
        ability.skill,
        ability.held_tick,
        hold_ticks,
        world.group("players", Cover).bush,
        stats.flags,
        world.group("players", Progress).level,
        rows,
    )
