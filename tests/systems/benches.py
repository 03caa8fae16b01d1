"""Several kernels, one after the other, on one set of columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from schema.events import EVENT_RECORD
from tests.systems.kernel_calls import call, notes_of


def run(columns: dict[str, Any], kernels: Iterable[Any]) -> dict[str, Any]:
    """Call kernels with the columns their parameters name; return the columns afterwards."""
    columns = dict(columns)
    for kernel in kernels:
        made = call(kernel, **{name: columns[name] for name in notes_of(kernel)})
        columns.update(vars(made))
    return columns


def reports(room: int) -> dict[str, Any]:
    """An empty table of events."""
    return {"events": np.zeros(room, EVENT_RECORD), "event_count": 0, "events_refused": 0}


def told(columns: dict[str, Any]) -> list[tuple[Any, ...]]:
    """(kind, a, b, cause, amount, x, y) of every event."""
    found: list[tuple[Any, ...]] = columns["events"][: columns["event_count"][0]].tolist()
    return found
