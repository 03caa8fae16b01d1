"""Spent rows go, and the clock advances."""

from functools import partial

from ecs.columns import Identity, Rows
from ecs.identity import remove_rows
from ecs.layout import words_of
from ecs.schedule import Granted, System
from schema.columns import (
    Area,
    Barrier,
    Clock,
    Flight,
    Goods,
    Motion,
    Pierced,
    Position,
    Shape,
    Spent,
)
from systems.crown import Crown
from systems.kernels.ticking import end_tick


class RemoveSpent(System):
    """Remove the rows that are done: projectiles, areas, obstacles, pickups."""

    after = (Crown,)
    writes = (
        Rows.count,
        Identity,
        Position,
        Motion,
        Flight,
        Pierced,
        Area,
        Shape,
        Barrier,
        Goods,
        Spent,
    )

    def bind(self, granted: Granted) -> None:
        for table in granted.tables(Spent):
            block, offsets, sizes = granted.whole_table(table)
            self.calls.append(
                partial(
                    remove_rows,
                    table[Rows].count,
                    table[Spent].gone,
                    block,
                    words_of(block),
                    offsets,
                    sizes,
                    table[Identity].slot,
                    table[Identity].free,
                    table.capacity,
                )
            )


class EndTick(System):
    """One more tick was applied."""

    after = (RemoveSpent,)
    writes = (Clock.tick,)

    def bind(self, granted: Granted) -> None:
        self.calls = [partial(end_tick, granted.table(Clock)[Clock].tick)]
