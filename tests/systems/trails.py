"""What kernels that look back are given: views, entries, and where everybody was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.oracle.seeing import Place

MOST = 7
"""Ticks in a quarter of a second, at 30 a second."""


def trail_columns(
    count: int,
    views: Sequence[int] = (),
    entered: Sequence[int] = (),
    trail: Sequence[Sequence[Place]] = (),
    most: int = MOST,
) -> dict[str, Any]:
    """The columns; nobody looks back as long as no view is given.

    Args:
        count: players.
        views: tick that each was looking at, 0 for those behind them.
        entered: tick in which each came, 0 for those behind them.
        trail: where everybody was, the newest state first; nowhere near in those behind it.
        most: as the kernels' ``rewind_ticks``.
    """
    past = [place for state in trail for place in state]
    past += [(-1e6, -1e6)] * (count * max(1, most) - len(past))
    return {
        "view_tick": [*views, *[0] * (count - len(views))],
        "rewind_ticks": most,
        "join_tick": [*entered, *[0] * (count - len(entered))],
        "past_x_u": [x for x, _ in past],
        "past_y_u": [y for _, y in past],
    }
