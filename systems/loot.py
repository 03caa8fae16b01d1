"""Items come into the world and leave it."""

from functools import partial
from typing import Any, TypeVar

import numpy as np

from ecs.columns import Group, Identity, Rows
from ecs.schedule import Granted, Lens, System
from ecs.world import World
from schema.columns import (
    Ability,
    Barrier,
    Clock,
    Events,
    Goods,
    Grid,
    Intent,
    Outcome,
    Position,
    Progress,
    Shape,
    Spent,
    Stats,
    Tally,
    Vitals,
    Walls,
)
from schema.walls import CRATE
from systems.break_obstacles import BreakObstacles
from systems.bury import Bury
from systems.kernels.collecting import collect
from systems.kernels.looting import drop_loot
from systems.rules import Rules
from systems.terrain import Terrain

G = TypeVar("G", bound=Group)

FOR_EVER_TICKS = 1 << 60
MAP_ADDRESS = 1 << 20  # draws of the map's loot points, apart from players' and crates'
CRATE_ADDRESS = 1 << 16


class DropLoot(System):
    """The dead and broken crates leave something behind."""

    after = (Bury, BreakObstacles)
    reads = (
        Clock,
        Tally.dying,
        Walls,
        Shape.x_u,
        Shape.y_u,
        Barrier.kind,
        Spent.gone,
    )
    writes = (Rows, Identity, Position, Goods)

    def bind(self, granted: Granted) -> None:
        rules = granted.resource(Rules)
        players, obstacles = granted.table(Intent), granted.table(Barrier)
        dying, place, shape = players[Tally].dying, players[Position], obstacles[Shape]
        walls, terrain = granted.table(Walls)[Walls], granted.resource(Terrain)
        standing: tuple[Any, ...] = (
            len(terrain.walls),
            obstacles[Spent].gone,
            walls.record,
            walls.start,
            walls.row,
            terrain.frame,
        )
        odds = _odds(
            rules,
            granted.table(Clock)[Clock],
            rules.balance.loot.scatter_u,
            rules.ticks(rules.balance.loot.lifetime_s),
        )
        goods = _goods(granted.table(Goods))
        remains: tuple[Any, ...] = (
            players[Rows].count,
            dying,
            dying,
            1,
            place.x_u,
            place.y_u,
            rules.loot.death_table,
            0,
        )
        crates: tuple[Any, ...] = (
            obstacles[Rows].count,
            obstacles[Spent].gone,
            obstacles[Barrier].kind,
            CRATE,
            shape.x_u,
            shape.y_u,
            rules.loot.crate_table,
            CRATE_ADDRESS,
        )
        self.calls = [
            partial(drop_loot, *remains, *odds, *standing, *goods),
            partial(drop_loot, *crates, *odds, *standing, *goods),
        ]


class Collect(System):
    """Whoever touches an item takes it."""

    after = (DropLoot,)
    reads = (
        Clock.tick,
        Outcome.stage,
        Vitals.alive,
        Vitals.down,
        Stats.health_max_hp,
        Stats.mana_max_mp,
        Position,
        Goods,
        Grid,
    )
    writes = (
        Rows,
        Spent,
        Vitals.health_hp,
        Vitals.mana_mp,
        Vitals.shield_hp,
        Vitals.shield_until_tick,
        Progress.experience_xp,
        Ability.level,
        Tally.items,
        Events,
    )

    def bind(self, granted: Granted) -> None:
        rules, players, events = (
            granted.resource(Rules),
            granted.table(Intent),
            granted.table(Events),
        )
        lying, grid = granted.table(Goods), granted.table(Grid)[Grid]
        vitals, stats = players[Vitals], players[Stats]
        self.calls = [
            partial(
                collect,
                lying[Rows].count,
                granted.table(Clock)[Clock].tick,
                granted.table(Outcome)[Outcome].stage,
                lying[Position].x_u,
                lying[Position].y_u,
                lying[Goods].item,
                lying[Goods].amount,
                lying[Goods].expire_tick,
                rules.loot.items,
                rules.ticks(rules.balance.loot.shield_s),
                rules.balance.match.body.radius_u,
                vitals.alive,
                vitals.down,
                players[Position].x_u,
                players[Position].y_u,
                rules.grid,
                grid.start,
                grid.row,
                grid.reach_u,
                grid.squares,
                stats.health_max_hp,
                stats.mana_max_mp,
                lying[Spent].gone,
                vitals.health_hp,
                vitals.mana_mp,
                vitals.shield_hp,
                vitals.shield_until_tick,
                players[Progress].experience_xp,
                granted.table(Ability)[Ability].level,
                players[Tally].items,
                events[Events].record,
                events[Rows].count,
                events[Rows].refused,
            )
        ]


class _Pickups:
    """The pickups of a world that has no schedule yet, looked up as a lens is."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, group: type[G]) -> G:
        return self._world.group("pickups", group)


def _odds(rules: Rules, clock: Clock, scatter_u: float, lifetime_ticks: int) -> tuple[Any, ...]:
    """What decides what comes and where it falls, as ``drop_loot`` takes it."""
    loot = rules.loot
    return (
        clock.tick,
        clock.seed,
        scatter_u,
        lifetime_ticks,
        rules.directions,
        loot.items,
        loot.lines,
        loot.start,
        loot.rolls,
    )


def _goods(lying: Lens | _Pickups) -> tuple[Any, ...]:
    """The columns of the pickups, as ``drop_loot`` writes them."""
    rows, identity = lying[Rows], lying[Identity]
    place, goods = lying[Position], lying[Goods]
    return (
        rows.count,
        rows.refused,
        identity.slot,
        identity.generation,
        identity.free,
        place.x_u,
        place.y_u,
        goods.item,
        goods.amount,
        goods.expire_tick,
    )


def prepare_loot(world: World) -> None:
    """Draw what lies at the map's loot points, before the first tick; it lies for ever."""
    rules, terrain = world.resource(Rules), world.resource(Terrain)
    clock = world.group("match", Clock)
    walls: tuple[Any, ...] = (
        len(terrain.walls),
        np.zeros(0, dtype=np.uint8),
        terrain.walls,
        terrain.wall_start,
        terrain.wall_row,
        terrain.frame,
    )
    odds = _odds(rules, clock, 0.0, FOR_EVER_TICKS)
    goods = _goods(_Pickups(world))
    first = MAP_ADDRESS
    for table, name in enumerate(rules.loot.table_names):
        here = [drawn_from == name for drawn_from in terrain.loot_tables]
        points = terrain.loot[here]
        every = np.ones(len(points), dtype=np.uint8)
        sources: tuple[Any, ...] = (
            np.array([len(points)], dtype=np.int64),
            every,
            every,
            1,
            np.ascontiguousarray(points[:, 0]),
            np.ascontiguousarray(points[:, 1]),
            table,
            first,
        )
        drop_loot(*sources, *odds, *walls, *goods)
        first += len(points)
