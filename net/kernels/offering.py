"""Who gets a snapshot in a tick, and what is known of whoever got one, for all clients at once.

Rows are those of ``arriving``.  Where more than the tick and the acknowledgements has to be asked,
the answer is that somebody else must.
"""

from ecs.kernel import I64In, I64Out, Int, U8In, U8Out, kernel
from net.kernels.arriving import (
    BARRED,
    BUSY,
    EVERY,
    FLYING,
    INTS,
    NEWEST_TICK,
    NOW_TICK,
    RESYNC,
    SENT_FIRST,
    SENT_KEPT,
    SENT_TOTAL,
    SKIPS,
    WAITS,
)

NOT_DUE, DUE, ASK = 0, 1, 2
"""What is said of a client: somebody else has to be asked whether it gets one."""


@kernel
def find_due(
    tick: I64In,
    unacked_max: Int,
    width: Int,
    places: I64In,
    ints: I64Out,
    answers: U8Out,
    asking: U8Out,
    counts: I64Out,
) -> None:
    """Say who gets the snapshot of a tick; asked once in every tick.

    Args:
        tick: i64[1].
        places: i64[n], rows of the clients, below 0 for whoever has none.
        ints: i64[rows * width].
        answers: u8[n], written; asking: u8[n], written: 1 for whoever gets one and wants its exact
            own state, which it is not asked again.
        counts: i64[2], written: how many get one, of how many somebody else must be asked.
    """
    counts[0] = counts[1] = 0
    for index in range(places.shape[0]):
        row = places[index] * width
        answers[index], asking[index] = ASK, 0
        if row < 0 or (ints[row + BARRED] | ints[row + WAITS] | ints[row + BUSY]) != 0:
            counts[1] += 1
            continue
        newest = ints[row + NEWEST_TICK]
        if newest >= 0 and tick[0] - newest < ints[row + EVERY]:
            answers[index] = NOT_DUE
            ints[row + NOW_TICK] = tick[0]
        elif ints[row + FLYING] < unacked_max and newest < tick[0]:
            answers[index] = DUE
            ints[row + NOW_TICK] = tick[0]
            asking[index] = 1 if ints[row + RESYNC] != 0 else 0
            ints[row + RESYNC] = 0
            counts[0] += 1
        else:
            counts[1] += 1


@kernel
def note_offers(tick: I64In, width: Int, places: I64In, answers: U8In, ints: I64Out) -> None:
    """Note that everybody who was ``DUE`` was sent its snapshot; arguments as in ``find_due``."""
    for index in range(places.shape[0]):
        if answers[index] != DUE:
            continue
        row = places[index] * width
        ints[row + NEWEST_TICK], ints[row + SKIPS] = tick[0], 0
        ints[row + INTS + ints[row + FLYING]] = tick[0]
        ints[row + FLYING] += 1
        ints[row + SENT_FIRST + ints[row + SENT_TOTAL] % SENT_KEPT] = tick[0]
        ints[row + SENT_TOTAL] += 1
