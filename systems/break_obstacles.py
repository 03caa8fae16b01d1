"""Obstacles break, or their time is over."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Barrier, Clock, Events, Knocks, Shape, Spent
from systems.bury import Bury
from systems.kernels.battering import break_obstacles, sort_knocks


class BreakObstacles(System):
    """Settle the collected knocks: the one place where an obstacle's health falls."""

    after = (Bury,)
    reads = (
        Clock.tick,
        Shape,
        Barrier.kind,
        Barrier.owner,
        Barrier.expire_tick,
        Knocks.record,
    )
    writes = (Rows, Barrier.health_hp, Knocks.order, Knocks.first, Spent, Events)

    def bind(self, granted: Granted) -> None:
        obstacles, events = granted.table(Shape), granted.table(Events)
        knocks, barrier = granted.table(Knocks), obstacles[Barrier]
        self.calls = [
            partial(
                sort_knocks,
                obstacles[Rows].count,
                knocks[Knocks].record,
                knocks[Rows].count,
                knocks[Knocks].first,
                knocks[Knocks].order,
            ),
            partial(
                break_obstacles,
                obstacles[Rows].count,
                granted.table(Clock)[Clock].tick,
                obstacles[Shape].x_u,
                obstacles[Shape].y_u,
                barrier.kind,
                barrier.owner,
                barrier.expire_tick,
                knocks[Knocks].record,
                knocks[Knocks].first,
                knocks[Knocks].order,
                barrier.health_hp,
                obstacles[Spent].gone,
                events[Events].record,
                events[Rows].count,
                events[Rows].refused,
            ),
        ]
