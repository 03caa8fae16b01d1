"""Projectiles fly and strike."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Clock,
    Events,
    Flight,
    Grid,
    Hits,
    Intent,
    Motion,
    Origin,
    Position,
    Spent,
    Strike,
    Vitals,
)
from systems.kernels.striking import strike, sweep_projectiles
from systems.rules import Rules, Terrain
from systems.separate import Separate


class SweepProjectiles(System):
    """Every projectile flies to the first thing on its way, and hits are collected."""

    after = (Separate,)
    reads = (
        Clock.tick,
        Vitals.alive,
        Origin,
        Motion,
        Flight.owner,
        Flight.expire_tick,
        Grid,
    )
    writes = (Rows, Position, Strike, Spent, Hits, Events)

    def bind(self, granted: Granted) -> None:
        rules, terrain = granted.resource(Rules), granted.resource(Terrain)
        shot = rules.balance.skills.shot
        players, flying = granted.table(Intent), granted.table(Flight)
        strikes, grid = granted.table(Strike)[Strike], granted.table(Grid)[Grid]
        hits, events = granted.table(Hits), granted.table(Events)
        self.calls = [
            partial(
                sweep_projectiles,
                flying[Rows].count,
                flying[Flight].owner,
                flying[Motion].vx_ups,
                flying[Motion].vy_ups,
                rules.dt_s,
                shot.radius_u,
                rules.balance.body.radius_u,
                players[Vitals].alive,
                players[Position].x_u,
                players[Position].y_u,
                players[Origin].x_u,
                players[Origin].y_u,
                rules.grid,
                grid.start,
                grid.row,
                grid.reach_u,
                terrain.walls,
                terrain.wall_start,
                terrain.wall_row,
                terrain.frame,
                flying[Position].x_u,
                flying[Position].y_u,
                strikes.target,
                strikes.moment,
            ),
            partial(
                strike,
                flying[Rows].count,
                granted.table(Clock)[Clock].tick,
                flying[Flight].owner,
                flying[Flight].expire_tick,
                flying[Position].x_u,
                flying[Position].y_u,
                strikes.target,
                strikes.moment,
                shot.damage_hp,
                flying[Spent].gone,
                hits[Hits].record,
                hits[Rows].count,
                hits[Rows].refused,
                events[Events].record,
                events[Rows].count,
                events[Rows].refused,
            ),
        ]
