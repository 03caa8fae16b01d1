"""Commands that wait for their tick: a short line for each slot, one command a tick from each."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import I64In, I64Out, Int, Records, U8Out, kernel
from schema.commands import COMMAND

WAITING_MAX = 4
"""A burst after a stall; older ones make room for newer ones and are counted."""

NO_SEQ = -1

CommandsIn = Annotated[NDArray[np.void], Records(COMMAND)]
CommandsOut = Annotated[NDArray[np.void], Records(COMMAND, True)]


@kernel
def post_commands(
    count: I64In,
    at: Int,
    number: Int,
    commands: CommandsIn,
    boxes: I64In,
    newest_seq: I64Out,
    known: U8Out,
    waits: I64Out,
    waiting: CommandsOut,
    dropped: I64Out,
) -> None:
    """Add commands in the order they came in; one whose number does not rise is dropped.

    Args:
        count: i64, how many commands there are stands at ``at``.
        commands: COMMAND[n]; boxes: i64[n], only those with ``number`` here are meant.
        newest_seq: i64[slots], of each, NO_SEQ before the first; known: u8[slots], set.
        waits: i64[slots], how many wait; waiting: COMMAND[slots * WAITING_MAX], oldest first.
        dropped: i64[2], added to: those whose number did not rise, those that made room.
    """
    for index in range(count[at]):
        if boxes[index] != number:
            continue
        command = commands[index]
        slot, seq = int(command["slot"]), int(command["seq"])
        if seq <= newest_seq[slot]:
            dropped[0] += 1
            continue
        newest_seq[slot], known[slot] = seq, 1
        first = slot * WAITING_MAX
        if waits[slot] == WAITING_MAX:
            for place in range(first, first + WAITING_MAX - 1):
                waiting[place] = waiting[place + 1]
            waits[slot] -= 1
            dropped[1] += 1
        waiting[first + waits[slot]] = command
        waits[slot] += 1


@kernel
def take_turns(
    known: U8Out,
    waits: I64Out,
    missing: I64Out,
    waiting: CommandsOut,
    turns: CommandsOut,
) -> Int:
    """Write the oldest command of every slot to ``turns``, ascending by slot; how many there are.

    Args:
        known: u8[slots], whose posts have been seen; missing: i64[slots], for how many ticks in a
            row there was nothing to take, written.
        waits, waiting: as in ``post_commands``.
        turns: COMMAND[slots].
    """
    count = 0
    for slot in range(known.shape[0]):
        if known[slot] == 0:
            continue
        if waits[slot] == 0:
            missing[slot] += 1
            continue
        missing[slot] = 0
        first = slot * WAITING_MAX
        turns[count] = waiting[first]
        count += 1
        waits[slot] -= 1
        for place in range(first, first + waits[slot]):
            waiting[place] = waiting[place + 1]
    return count
