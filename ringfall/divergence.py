"""What two states of one match differ in, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecs.layout import Layout


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where re-stepping first came to something else than the recording.

    Attributes:
        tick: the first tick before which they differ.
        recorded_hash, replayed_hash: of the whole state before that tick.
        groups: column groups that differ at ``cell_tick``, in order of memory.
        cell_tick: the tick before which single values were compared. It is ``tick`` where the
            recorded state can be had, else that of the first keyframe behind it that differs;
            None when there is neither.
        group, column, row: the first value that differs there, in order of memory.
        recorded, replayed: both values of it.
        differing_columns, differing_cells: how many differ there.
        agrees_tick: the first tick, from ``tick`` on, whose recorded state is known and the same
            in every value. When it is ``tick``, only the recorded hash is another; otherwise the
            difference had gone by then, or is one of the recorded hash alone.
    """

    tick: int
    recorded_hash: int
    replayed_hash: int
    groups: tuple[str, ...] = ()
    cell_tick: int | None = None
    group: str | None = None
    column: str | None = None
    row: int | None = None
    recorded: float | str | None = None
    replayed: float | str | None = None
    differing_columns: int = 0
    differing_cells: int = 0
    agrees_tick: int | None = None

    @property
    def exact(self) -> bool:
        """Whether it was told from the recorded state of the very tick."""
        return self.tick in (self.cell_tick, self.agrees_tick)


def compared(
    divergence: Divergence,
    tick: int,
    layout: Layout,
    recorded: NDArray[np.uint8],
    replayed: NDArray[np.uint8],
) -> Divergence:
    """``divergence`` with the values in which two states differ.

    Args:
        divergence: as far as it is known.
        tick: the tick that both are the state before.
        layout: of both.
        recorded, replayed: u8[layout.size_bytes]; they differ in some value.
    """
    columns: list[tuple[Any, NDArray[np.int64]]] = []
    for placed in layout.columns:
        # Compared as bytes: NaN equals itself and -0.0 differs from 0.0, as in the hash.
        told, mine = placed.view(recorded).view("u1"), placed.view(replayed).view("u1")
        rows = np.flatnonzero((told != mine).reshape(placed.rows, -1).any(axis=1))
        if rows.size:
            columns.append((placed, rows))
    first, rows = columns[0]
    row = int(rows[0])
    names = (f"{placed.table}.{placed.column.group.__name__}" for placed, _ in columns)
    groups = tuple(dict.fromkeys(names))
    return replace(
        divergence,
        groups=groups,
        cell_tick=tick,
        group=groups[0],
        column=first.column.name,
        row=row,
        recorded=first.view(recorded)[row].item(),
        replayed=first.view(replayed)[row].item(),
        differing_columns=len(columns),
        differing_cells=int(sum(found.size for _, found in columns)),
        agrees_tick=None,
    )
