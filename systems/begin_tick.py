"""Empty the reports of the tick before, and keep where everybody was."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import Casts, Events, Hits, Knocks, Order, Position, Trail
from systems.kernels.rewinding import remember
from systems.kernels.ticking import begin_tick


class BeginTick(System):
    """Casts, hits, knocks and events are about one tick: start with none.

    Before anybody enters or moves, where they are goes into the trail that they leave.
    """

    reads = (Position,)
    writes = (Rows.count, Order.begin, Trail)

    def bind(self, granted: Granted) -> None:
        players = granted.table(Trail)
        position, trail = players[Position], players[Trail]
        self.calls = [
            partial(
                begin_tick,
                granted.table(Casts)[Rows].count,
                granted.table(Hits)[Rows].count,
                granted.table(Knocks)[Rows].count,
                granted.table(Events)[Rows].count,
                granted.table(Order)[Order].begin,
            ),
            partial(remember, position.x_u, position.y_u, trail.x_u, trail.y_u),
        ]
