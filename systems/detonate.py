"""Blasts go off."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Clock, Events, Fuse, Grid, Hits, Intent, Position, Spent, Vitals
from systems.kernels.striking import detonate
from systems.rules import Rules, Terrain
from systems.sweep_projectiles import SweepProjectiles


class Detonate(System):
    """Blasts whose fuse has burnt hurt everybody they reach and no wall hides."""

    after = (SweepProjectiles,)
    reads = (Clock.tick, Vitals.alive, Position, Fuse, Grid)
    writes = (Rows, Spent, Hits, Events)

    def bind(self, granted: Granted) -> None:
        rules, terrain = granted.resource(Rules), granted.resource(Terrain)
        blast = rules.balance.skills.blast
        players, thrown = granted.table(Intent), granted.table(Fuse)
        grid = granted.table(Grid)[Grid]
        hits, events = granted.table(Hits), granted.table(Events)
        self.calls = [
            partial(
                detonate,
                thrown[Rows].count,
                granted.table(Clock)[Clock].tick,
                thrown[Fuse].owner,
                thrown[Fuse].fire_tick,
                thrown[Position].x_u,
                thrown[Position].y_u,
                blast.radius_u,
                blast.damage_hp,
                rules.balance.body.radius_u,
                players[Vitals].alive,
                players[Position].x_u,
                players[Position].y_u,
                rules.grid,
                grid.start,
                grid.row,
                grid.reach_u,
                terrain.walls,
                terrain.wall_start,
                terrain.wall_row,
                terrain.frame,
                thrown[Spent].gone,
                hits[Hits].record,
                hits[Rows].count,
                hits[Rows].refused,
                events[Events].record,
                events[Rows].count,
                events[Rows].refused,
            )
        ]
