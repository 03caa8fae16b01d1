"""Whose turn it is: before the snapshots of a tick are packed, and after."""

from ecs.kernel import I64In, I64Out, Int, U8In, U8Out, kernel
from net.kernels.fields import copy_bytes
from schema.events import NOBODY


@kernel
def begin_turns(
    seats: I64In,
    tick: I64In,
    gap_max: Int,
    full_bytes: Int,
    usual_bytes: Int,
    slot: I64In,
    plays: U8In,
    seat_tick: I64In,
    first: U8Out,
    viewers: I64Out,
    bodiless: I64Out,
    budget: I64Out,
    anew: I64Out,
) -> None:
    """Note for whom snapshots are packed, and who is to be told everything.

    Args:
        seats: i64[n]; slot, plays, seat_tick: [seats], of the ledger.
        gap_max: who was sent nothing for more ticks than that is told everything.
        full_bytes, usual_bytes: the budgets of those who are, and of the others.
        first: u8[seats], set.
        viewers: i64[n], player rows, written; bodiless: i64[n], the same or NOBODY, written.
        budget: i64[n], written.
        anew: i64[1], written: how many are told everything.
    """
    anew[0] = 0
    for index in range(seats.shape[0]):
        seat = seats[index]
        if tick[0] - seat_tick[seat] > gap_max:
            first[seat] = 1
        viewers[index] = slot[seat]
        bodiless[index] = slot[seat] if plays[seat] != 0 else NOBODY
        budget[index] = full_bytes if first[seat] != 0 else usual_bytes
        anew[0] += 1 if first[seat] != 0 else 0


@kernel
def end_turns(
    seats: I64In,
    buffer: U8In,
    begins: I64Out,
    ends: I64Out,
    first: U8Out,
    turn: I64Out,
    packed: U8Out,
) -> None:
    """Move the frames together, and note that they were sent.

    Args:
        buffer: u8[], the frames, each from its begin to its end.
        begins, ends: i64[n], where they are; written: where they are in ``packed``.
        first: u8[seats], cleared; turn: i64[seats], counted up.
        packed: u8[], written: one frame behind the other.
    """
    at = 0
    for index in range(seats.shape[0]):
        size = ends[index] - begins[index]
        copy_bytes(buffer, begins[index], size, packed, at)
        begins[index], ends[index] = at, at + size
        at += size
        first[seats[index]] = 0
        turn[seats[index]] += 1
