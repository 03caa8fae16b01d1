"""Empty the reports of the tick before."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Events, Hits
from systems.kernels.ticking import begin_tick


class BeginTick(System):
    """Hits and events are about one tick: start with none."""

    writes = (Rows.count,)

    def bind(self, granted: Granted) -> None:
        hits, events = granted.table(Hits), granted.table(Events)
        self.calls = [partial(begin_tick, hits[Rows].count, events[Rows].count)]
