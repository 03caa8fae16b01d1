"""Empty the reports of the tick before."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Casts, Events, Hits, Knocks, Order
from systems.kernels.ticking import begin_tick


class BeginTick(System):
    """Casts, hits, knocks and events are about one tick: start with none."""

    writes = (Rows.count, Order.begin)

    def bind(self, granted: Granted) -> None:
        self.calls = [
            partial(
                begin_tick,
                granted.table(Casts)[Rows].count,
                granted.table(Hits)[Rows].count,
                granted.table(Knocks)[Rows].count,
                granted.table(Events)[Rows].count,
                granted.table(Order)[Order].begin,
            )
        ]
