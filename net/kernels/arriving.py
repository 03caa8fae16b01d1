"""INPUTs as they arrive, taken for all clients at once: frame, mask, message, rates, answer.

What a client sends in a tick is one frame (RFC 6455, section 5.2) with one message::

    82 | 80 + length | mask, 4 bytes | payload, each byte xor that of the mask whose turn it is
    payload: 97 or 98 | 02 | seq | move | aim | reach | buttons | ack | view, 0 where it is missing

Numbers are MessagePack's unsigned integers of up to 32 bits. A chunk of anything else, or of what
its sender may not send now, is left as it is, and so is all that is known of the sender: others
read it from the beginning, and judge it.

A client's row is of integers (``INTS`` and so many ticks as may be under way) and of floats.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import (
    F64In,
    F64Out,
    I64In,
    I64Out,
    Int,
    Records,
    U8In,
    U8Out,
    device,
    kernel,
)
from schema.commands import BUTTONS_ALL, COMMAND

PLAYS, BARRED, DROPS, HOLDS = 0, 1, 2, 3
"""Whether INPUTs may be taken here; and why not, when not 0: it is about to be closed, messages
were dropped, part of a frame is held back or all is for somebody else."""
SLOT, INBOX = 4, 5
NOW_TICK, EVERY, LATE, TIMELY = 6, 7, 8, 9
"""The tick that was offered last, and what ``net.pace`` counts by."""
FLYING = 10
"""How many snapshots are on their way; their ticks, ascending, stand behind ``INTS``."""
NEWEST_TICK, SKIPS, RESYNC = 11, 12, 13
"""The tick of the snapshot that was offered last, -1 before the first; how many were skipped in a
row since; whether the client wants its exact own state."""
WAITS, BUSY, SOCKET = 14, 15, 16
"""Whether anything waits to be sent; whether the socket is not to be written to; its number."""
SENT_TOTAL, SENT_FIRST, SENT_KEPT = 17, 18, 32
"""How many snapshots were sent; the tick of number n stands at SENT_FIRST + n mod SENT_KEPT."""
INTS = SENT_FIRST + SENT_KEPT

BYTES, MESSAGES, INPUTS = 0, 2, 4
"""What is in a bucket of tokens; behind it since when."""
QUICKEST, HEARD_S = 6, 7
FLOATS = 8

CHUNKS, TAKEN, TAKEN_BYTES, LEFT, OLDEST_VIEW, COUNTS = 0, 1, 2, 3, 4, 5
"""Of a round: chunks that were read, commands and bytes that were taken, chunks that were left,
the least tick but 0 that any of the commands has seen."""
NO_VIEW = 2**62

EVERY_MAX = 6
QUEUED_TICKS = 4
"""An answer later than the quickest by more than this is a late one."""

LATE_ANSWERS = 4
TIMELY_TICKS = 60
"""So many late answers in a row make it slower by one step; timely ones for so long, quicker."""

FORGETTING = 1 / 64
"""The quickest answer is forgotten by so many ticks with each later one: routes change."""

COMMANDS_MAX = 4
"""In one chunk: what has more waits for somebody else."""
WORD_BYTES = 136
"""A payload, and what lies behind its end for a number that does not end in it."""

CommandsOut = Annotated[NDArray[np.void], Records(COMMAND, True)]

_SMALL_MAX = 125
_HEAD_BYTES = 6
_DIRECTION_MAX = 4095
_U8_MAX = 255


@device
def unmask(chunks: U8In, at: int, size: int, word: I64Out) -> None:
    """Write the payload of the frame at ``at`` to ``word``, and nought behind it."""
    for place in range(size):
        masked, mask = chunks[at + _HEAD_BYTES + place], chunks[at + 2 + (place & 3)]
        word[place] = int(masked ^ mask)
    for place in range(size, min(size + 5, WORD_BYTES)):
        word[place] = 0


@device
def unsigned(word: I64In, at: int) -> tuple[int, int]:
    """The unsigned integer at ``at``, -1 for anything else, and where the next begins."""
    first = word[at]
    if first < 128:
        return first, at + 1
    if first == 0xCC:
        return word[at + 1], at + 2
    if first == 0xCD:
        return word[at + 1] << 8 | word[at + 2], at + 3
    if first == 0xCE:
        high = word[at + 1] << 24 | word[at + 2] << 16
        return high | word[at + 3] << 8 | word[at + 4], at + 5
    return -1, at + 1


@device
def was_sent(ints: I64In, row: int, tick: int) -> bool:
    """Whether the snapshot of a tick is among the newest that were sent."""
    total = ints[row + SENT_TOTAL]
    for back in range(min(total, SENT_KEPT)):
        if ints[row + SENT_FIRST + (total - 1 - back) % SENT_KEPT] == tick:
            return True
    return False


@device
def read_input(
    word: I64In, size: int, ints: I64In, row: int, commands: CommandsOut, place: int
) -> int:
    """Write the INPUT in ``word`` as a command; what it acknowledges, or -1 when it is none."""
    fields = word[0] - 0x90
    if (fields != 7 and fields != 8) or word[1] != 2:
        return -1
    seq, at = unsigned(word, 2)
    move, at = unsigned(word, at)
    aim, at = unsigned(word, at)
    reach, at = unsigned(word, at)
    buttons, at = unsigned(word, at)
    ack, at = unsigned(word, at)
    view = 0
    if fields == 8:
        view, at = unsigned(word, at)
    if at != size or min(seq, move, aim, reach, buttons, ack, view) < 0:
        return -1
    if max(move, aim) > _DIRECTION_MAX or reach > _U8_MAX or buttons & ~BUTTONS_ALL != 0:
        return -1
    if view != 0 and not was_sent(ints, row, view):
        return -1
    record = commands[place]
    record["slot"], record["seq"], record["view_tick"] = ints[row + SLOT], seq, view
    record["move"], record["aim"], record["reach"], record["buttons"] = move, aim, reach, buttons
    return ack


@device
def read_chunk(
    chunks: U8In,
    here: int,
    end: int,
    most_bytes: float,
    ints: I64In,
    row: int,
    word: I64Out,
    acks: I64Out,
    commands: CommandsOut,
    counts: I64In,
) -> int:
    """Write all INPUTs of a chunk behind the commands; how many, 0 when there is anything else."""
    found = 0
    while here < end:
        length = int(chunks[here + 1]) - 128 if end - here >= _HEAD_BYTES else -1
        if chunks[here] != 0x82 or length < 0 or length > min(_SMALL_MAX, most_bytes):
            return 0
        if here + _HEAD_BYTES + length > end or found == COMMANDS_MAX:
            return 0
        unmask(chunks, here, length, word)
        acks[found] = read_input(word, length, ints, row, commands, counts[TAKEN] + found)
        if acks[found] < 0:
            return 0
        here, found = here + _HEAD_BYTES + length, found + 1
    return found


@device
def refilled(floats: F64In, at: int, now_s: float, rate: float, burst: float) -> float:
    """What is in a bucket by now."""
    there = floats[at]
    if now_s > floats[at + 1]:
        there = min(there + (now_s - floats[at + 1]) * rate, burst)
    return float(there)


@device
def spend(floats: F64Out, at: int, now_s: float, there: float, pieces: int, each: float) -> None:
    """Take so many pieces out of a bucket with so much in it."""
    for _ in range(pieces):
        there -= each
    floats[at] = there
    floats[at + 1] = max(floats[at + 1], now_s)


@device
def acknowledge(ints: I64Out, row: int, floats: F64Out, at: int, tick: int) -> None:
    """The client has the snapshot of ``tick`` and all before: ``Outbox.acked``, ``Pace.heard``."""
    flying, found = ints[row + FLYING], -1
    for place in range(flying):
        if ints[row + INTS + place] == tick:
            found = place
    if found < 0:
        return
    ints[row + FLYING] = flying - found - 1
    for place in range(flying - found - 1):
        ints[row + INTS + place] = ints[row + INTS + found + 1 + place]
    lag = max(0, ints[row + NOW_TICK] - tick)
    floats[at + QUICKEST] = min(float(lag), floats[at + QUICKEST] + FORGETTING)
    if lag - floats[at + QUICKEST] > QUEUED_TICKS:
        ints[row + TIMELY] = 0
        ints[row + LATE] += 1
        if ints[row + LATE] >= LATE_ANSWERS:
            ints[row + LATE] = 0
            ints[row + EVERY] = min(EVERY_MAX, ints[row + EVERY] + 1)
        return
    ints[row + LATE] = 0
    ints[row + TIMELY] += ints[row + EVERY]
    if ints[row + TIMELY] >= TIMELY_TICKS:
        ints[row + TIMELY] = 0
        ints[row + EVERY] = max(1, ints[row + EVERY] - 1)


@device
def may_send(ints: I64In, row: int) -> bool:
    """Whether nothing stands in the way of a client's INPUTs."""
    barred = ints[row + BARRED] | ints[row + DROPS] | ints[row + HOLDS]
    return bool(ints[row + PLAYS] != 0 and barred == 0)


@kernel
def take_inputs(
    chunks: U8In,
    stride: Int,
    sizes: I64In,
    places: I64In,
    now_s: F64In,
    limits: F64In,
    width: Int,
    ints: I64Out,
    floats: F64Out,
    word: I64Out,
    acks: I64Out,
    commands: CommandsOut,
    owners: I64Out,
    boxes: I64Out,
    taken: U8Out,
    counts: I64Out,
) -> None:
    """Take all chunks that are INPUTs their senders may send now, and nothing else.

    Args:
        chunks: u8[rows * stride], of which the first counts[CHUNKS] are of use, like ``sizes``,
            i64[rows], bytes of each, and ``places``, i64[rows], its sender, each at most once.
        now_s: f64[1].
        limits: f64[7], rate and burst of bytes, messages and INPUTs; most bytes of a message.
        ints: i64[rows * width]; floats: f64[rows * FLOATS].
        word: i64[WORD_BYTES], acks: i64[COMMANDS_MAX], working space.
        commands: COMMAND[rows * COMMANDS_MAX], owners, boxes: i64 likewise, written: what was
            taken, of whom, for which inbox.
        taken: u8[rows], written: 0 for a chunk that is left.
        counts: i64[COUNTS], written but for CHUNKS.
    """
    counts[TAKEN] = counts[TAKEN_BYTES] = counts[LEFT] = 0
    counts[OLDEST_VIEW] = NO_VIEW
    for chunk in range(counts[CHUNKS]):
        taken[chunk] = 0
        row, at, size = places[chunk] * width, places[chunk] * FLOATS, sizes[chunk]
        counts[LEFT] += 1
        if size < _HEAD_BYTES or not may_send(ints, row):
            continue
        begin = chunk * stride
        found = read_chunk(
            chunks, begin, begin + size, limits[6], ints, row, word, acks, commands, counts
        )
        raw = refilled(floats, at + BYTES, now_s[0], limits[0], limits[1])
        messages = refilled(floats, at + MESSAGES, now_s[0], limits[2], limits[3])
        inputs = refilled(floats, at + INPUTS, now_s[0], limits[4], limits[5])
        if found == 0 or raw < size or min(messages, inputs) < found:
            continue
        spend(floats, at + BYTES, now_s[0], raw, 1, float(size))
        spend(floats, at + MESSAGES, now_s[0], messages, found, 1.0)
        spend(floats, at + INPUTS, now_s[0], inputs, found, 1.0)
        floats[at + HEARD_S] = now_s[0]
        for place in range(found):
            acknowledge(ints, row, floats, at, acks[place])
            number, view = counts[TAKEN] + place, int(commands[counts[TAKEN] + place]["view_tick"])
            owners[number], boxes[number] = places[chunk], ints[row + INBOX]
            if view != 0 and view < counts[OLDEST_VIEW]:
                counts[OLDEST_VIEW] = view
        taken[chunk] = 1
        counts[LEFT] -= 1
        counts[TAKEN] += found
        counts[TAKEN_BYTES] += size
