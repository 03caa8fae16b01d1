"""Bushes hide who stands in them."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Cover, Intent, Position, Vitals
from systems.kernels.cover import find_bushes
from systems.terrain import Terrain
from systems.wear_off import WearOff


class Hide(System):
    """Note in which bush everybody stands."""

    after = (WearOff,)
    reads = (Rows.count, Vitals.alive, Position)
    writes = (Cover.bush,)

    def bind(self, granted: Granted) -> None:
        players, terrain = granted.table(Intent), granted.resource(Terrain)
        self.calls = [
            partial(
                find_bushes,
                players[Rows].count,
                players[Vitals].alive,
                players[Position].x_u,
                players[Position].y_u,
                terrain.bushes,
                terrain.bush_start,
                terrain.bush_row,
                terrain.frame,
                players[Cover].bush,
            )
        ]
