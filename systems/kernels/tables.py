"""The record arrays as kernels take them, and appending to a tick's reports.

The reports are hits, knocks and events; each has a written overflow rule.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import I64Out, Records, device
from schema.events import CAST_RECORD, EVENT_RECORD, HIT_RECORD, KNOCK_RECORD
from schema.rulebook import (
    CLASS_ROW,
    EFFECT_ROW,
    ITEM_ROW,
    LEVEL_ROW,
    LOOT_ROW,
    SKILL_ROW,
    STATUS_ROW,
)

CastsIn = Annotated[NDArray[np.void], Records(CAST_RECORD)]
CastsOut = Annotated[NDArray[np.void], Records(CAST_RECORD, True)]
HitsIn = Annotated[NDArray[np.void], Records(HIT_RECORD)]
HitsOut = Annotated[NDArray[np.void], Records(HIT_RECORD, True)]
KnocksIn = Annotated[NDArray[np.void], Records(KNOCK_RECORD)]
KnocksOut = Annotated[NDArray[np.void], Records(KNOCK_RECORD, True)]
EventsOut = Annotated[NDArray[np.void], Records(EVENT_RECORD, True)]
SkillsIn = Annotated[NDArray[np.void], Records(SKILL_ROW)]
EffectsIn = Annotated[NDArray[np.void], Records(EFFECT_ROW)]
ClassesIn = Annotated[NDArray[np.void], Records(CLASS_ROW)]
LevelsIn = Annotated[NDArray[np.void], Records(LEVEL_ROW)]
StatusesIn = Annotated[NDArray[np.void], Records(STATUS_ROW)]
ItemsIn = Annotated[NDArray[np.void], Records(ITEM_ROW)]
LootIn = Annotated[NDArray[np.void], Records(LOOT_ROW)]


@device
def add_hit(
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
    victim: int,
    attacker: int,
    cause: int,
    slot: int,
    flags: int,
    amount_hp: float,
    moment: float,
    from_x_u: float,
    from_y_u: float,
) -> None:
    """Collect one piece of damage or healing; when the table is full it is dropped and counted.

    Args:
        hits: HIT_RECORD[rows]; everything settling writes is zeroed.
        victim: player row.  attacker: player row or NOBODY.
        cause, slot, flags: as in HIT_RECORD.
        amount_hp: hp before any reduction, not negative.
        moment: fraction of the tick, 0…1.
        from_x_u, from_y_u: where it came from, for blocks.
    """
    row = hit_count[0]
    if row >= hits.shape[0]:
        hits_refused[0] += 1
        return
    hits[row]["victim"] = victim
    hits[row]["attacker"] = attacker
    hits[row]["cause"] = cause
    hits[row]["slot"] = slot
    hits[row]["flags"] = flags
    hits[row]["amount_hp"] = amount_hp
    hits[row]["moment"] = moment
    hits[row]["from_x_u"] = from_x_u
    hits[row]["from_y_u"] = from_y_u
    hits[row]["health_hp"] = 0.0
    hits[row]["shield_hp"] = 0.0
    hits[row]["blocked_hp"] = 0.0
    hits[row]["over_hp"] = 0.0
    hits[row]["landed"] = 0
    hit_count[0] = row + 1


@device
def add_knock(
    knocks: KnocksOut,
    knock_count: I64Out,
    knocks_refused: I64Out,
    obstacle: int,
    attacker: int,
    amount_hp: float,
) -> None:
    """Collect damage to an obstacle; when the table is full it is dropped and counted.

    Args:
        knocks: KNOCK_RECORD[rows].
        obstacle: its row.  attacker: player row or NOBODY.
        amount_hp: hp, not negative.
    """
    row = knock_count[0]
    if row >= knocks.shape[0]:
        knocks_refused[0] += 1
        return
    knocks[row]["obstacle"] = obstacle
    knocks[row]["attacker"] = attacker
    knocks[row]["amount_hp"] = amount_hp
    knock_count[0] = row + 1


@device
def add_event(
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
    kind: int,
    a: int,
    b: int,
    cause: int,
    amount: float,
    x_u: float,
    y_u: float,
) -> None:
    """Report one event; when the table is full it is dropped and counted: nothing depends on it.

    Args:
        events: EVENT_RECORD[rows].
        kind, a, b, cause, amount: as ``schema.events`` says for each kind.
        x_u, y_u: where it happened.
    """
    row = event_count[0]
    if row >= events.shape[0]:
        events_refused[0] += 1
        return
    events[row]["kind"] = kind
    events[row]["a"] = a
    events[row]["b"] = b
    events[row]["cause"] = cause
    events[row]["amount"] = amount
    events[row]["x_u"] = x_u
    events[row]["y_u"] = y_u
    event_count[0] = row + 1
