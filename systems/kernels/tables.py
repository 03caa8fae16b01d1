"""Appending to the tick's two reports, hits and events, with their written overflow rule."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import I64Out, Records, device
from schema.events import EVENT_RECORD, HIT_RECORD

HitsOut = Annotated[NDArray[np.void], Records(HIT_RECORD, True)]
HitsIn = Annotated[NDArray[np.void], Records(HIT_RECORD)]
EventsOut = Annotated[NDArray[np.void], Records(EVENT_RECORD, True)]


@device
def add_hit(
    hits: HitsOut,
    count: I64Out,
    refused: I64Out,
    victim: int,
    attacker: int,
    amount_hp: float,
    moment: float,
    cause: int,
) -> None:
    """Collect one piece of damage; when the table is full it is dropped and counted."""
    row = count[0]
    if row >= hits.shape[0]:
        refused[0] += 1
        return
    hits[row]["victim"] = victim
    hits[row]["attacker"] = attacker
    hits[row]["amount_hp"] = amount_hp
    hits[row]["moment"] = moment
    hits[row]["cause"] = cause
    count[0] = row + 1


@device
def add_event(
    events: EventsOut,
    count: I64Out,
    refused: I64Out,
    kind: int,
    a: int,
    b: int,
    x_u: float,
    y_u: float,
    detail: int,
) -> None:
    """Report one event; when the table is full it is dropped and counted: nothing depends on it."""
    row = count[0]
    if row >= events.shape[0]:
        refused[0] += 1
        return
    events[row]["kind"] = kind
    events[row]["a"] = a
    events[row]["b"] = b
    events[row]["x_u"] = x_u
    events[row]["y_u"] = y_u
    events[row]["detail"] = detail
    count[0] = row + 1
