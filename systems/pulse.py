"""Areas go off."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Area,
    Barrier,
    Clock,
    Control,
    Events,
    Grid,
    Hits,
    Intent,
    Knocks,
    Position,
    Role,
    Spent,
    Trail,
    Vitals,
    Walls,
)
from systems.kernels.pulsing import pulse, shake_obstacles
from systems.rules import Rules
from systems.sweep_projectiles import SweepProjectiles
from systems.terrain import Terrain


class Pulse(System):
    """Areas whose time has come hurt and heal whom they reach, and knock what stands in them."""

    after = (SweepProjectiles,)
    reads = (
        Clock.tick,
        Vitals.alive,
        Role.team,
        Intent.view_tick,
        Control.join_tick,
        Position,
        Trail,
        Area.owner,
        Area.skill,
        Area.slot,
        Area.radius_u,
        Area.damage_hp,
        Area.heal_hp,
        Area.until_tick,
        Grid,
        Walls,
        Barrier.health_hp,
    )
    writes = (Rows, Area.fire_tick, Spent, Hits, Knocks, Events)

    def bind(self, granted: Granted) -> None:
        self.calls = [_bind_shake(granted), _bind_pulse(granted)]


def _bind_shake(granted: Granted) -> partial[None]:
    placed, terrain = granted.table(Area), granted.resource(Terrain)
    area, walls, knocks = placed[Area], granted.table(Walls)[Walls], granted.table(Knocks)
    return partial(
        shake_obstacles,
        placed[Rows].count,
        granted.table(Clock)[Clock].tick,
        area.owner,
        area.radius_u,
        area.damage_hp,
        placed[Position].x_u,
        placed[Position].y_u,
        area.fire_tick,
        len(terrain.walls),
        walls.record,
        walls.start,
        walls.row,
        terrain.frame,
        granted.table(Barrier)[Barrier].health_hp,
        knocks[Knocks].record,
        knocks[Rows].count,
        knocks[Rows].refused,
    )


def _bind_pulse(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    placed, players = granted.table(Area), granted.table(Intent)
    area, walls, grid = placed[Area], granted.table(Walls)[Walls], granted.table(Grid)[Grid]
    hits, events = granted.table(Hits), granted.table(Events)
    return partial(
        pulse,
        placed[Rows].count,
        granted.table(Clock)[Clock].tick,
        area.owner,
        area.skill,
        area.slot,
        area.radius_u,
        area.damage_hp,
        area.heal_hp,
        placed[Position].x_u,
        placed[Position].y_u,
        area.until_tick,
        rules.skills,
        int(rules.balance.match.team.friendly_fire_ratio > 0.0),
        rules.balance.match.body.radius_u,
        players[Role].team,
        players[Vitals].alive,
        players[Position].x_u,
        players[Position].y_u,
        players[Intent].view_tick,
        rules.rewind_ticks,
        players[Control].join_tick,
        players[Trail].x_u,
        players[Trail].y_u,
        rules.grid,
        grid.start,
        grid.row,
        grid.reach_u,
        walls.record,
        walls.start,
        walls.row,
        terrain.frame,
        area.fire_tick,
        placed[Spent].gone,
        hits[Hits].record,
        hits[Rows].count,
        hits[Rows].refused,
        events[Events].record,
        events[Rows].count,
        events[Rows].refused,
    )
