"""The chosen candidates are written, and what was written is what a viewer knows from now on."""

from ecs.kernel import (
    F64In,
    F64Out,
    I32In,
    I32Out,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    U64Out,
    device,
    kernel,
)
from net.kernels.bits import drop_bit, put_bit, words_for
from net.kernels.bodies import BODY_BYTES
from net.kernels.deltas import AREA_GROUPS, BODY_GROUPS, put_groups
from net.kernels.fields import copy_bytes, get16, put_count
from net.kernels.heads import BODIES, FRAME_BYTES, THINGS
from net.kernels.listing import (
    BODY_CHANGES,
    BODY_ENTERS,
    BODY_LEAVES,
    FREE,
    ORPHAN,
    PLACE_NEAR,
    THING_CHANGES,
    THING_ENTERS,
    THING_LEAVES,
)
from net.kernels.things import (
    AREA,
    OBSTACLE_HEALTH_AT,
    PROJECTILE,
    SHAPE,
    THING_STRIDE,
    bytes_of,
)

WAIT_MOST = 255


@device
def put_body_change(
    rows: U8In, row: int, mask: int, known: U8Out, place: int, buffer: U8Out, at: int
) -> int:
    """Append what changed of a body; the place behind it."""
    here, there = row * BODY_BYTES, place * BODY_BYTES
    buffer[at] = mask
    at += 1
    if mask & PLACE_NEAR != 0:
        buffer[at] = (get16(rows, here) - get16(known, there)) & 255
        buffer[at + 1] = (get16(rows, here + 2) - get16(known, there + 2)) & 255
        at += 2
        copy_bytes(rows, here, 4, known, there)
    groups = (mask >> 2) << 1 | (mask >> 1) & 1
    return put_groups(rows, here, groups, BODY_GROUPS, known, there, buffer, at)


@kernel
def write_bodies(
    seats: I64In,
    stride: Int,
    most: Int,
    cand_count: I64In,
    cand_kind: U8In,
    cand_ref: I32In,
    cand_mask: U8In,
    chosen: U8In,
    capacity: Int,
    rows: U8In,
    body_known: U64Out,
    body_row: U8Out,
    body_wait: U8Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append the section of bodies: how many records, then slot and what is new of each."""
    words = words_for(capacity)
    for viewer in range(seats.shape[0]):
        begin, written = viewer * most, 0
        for index in range(begin, begin + cand_count[viewer]):
            written += 1 if cand_kind[index] <= BODY_CHANGES and chosen[index] != 0 else 0
        at = ends[viewer]
        if written != 0:
            buffer[viewer * stride + FRAME_BYTES + 1] |= BODIES
            at = put_count(buffer, at, written)
        for index in range(begin, begin + cand_count[viewer]):
            kind, row = int(cand_kind[index]), int(cand_ref[index])
            if kind > BODY_CHANGES:
                continue
            place = seats[viewer] * capacity + row
            if chosen[index] == 0:
                body_wait[place] = min(WAIT_MOST, int(body_wait[place]) + 1)
                continue
            body_wait[place] = 0
            at = put_count(buffer, at, row)
            if kind == BODY_LEAVES:
                buffer[at] = 0
                drop_bit(body_known, seats[viewer] * words, row)
                at += 1
            elif kind == BODY_ENTERS:
                put_bit(body_known, seats[viewer] * words, row)
                copy_bytes(rows, row * BODY_BYTES, BODY_BYTES, body_row, place * BODY_BYTES)
                at = copy_bytes(rows, row * BODY_BYTES, BODY_BYTES, buffer, at)
            else:
                mask = int(cand_mask[index])
                at = put_body_change(rows, row, mask, body_row, place, buffer, at)
        ends[viewer] = at


@kernel
def write_leaving(
    seats: I64In,
    stride: Int,
    most: Int,
    ids: Int,
    numbers: Int,
    cand_count: I64In,
    cand_kind: U8In,
    cand_ref: I32In,
    chosen: U8In,
    id_number: I32Out,
    id_low: I64Out,
    id_used: I64Out,
    id_of: I32Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Begin the section of things: how many records, then those that leave.

    Their ids are free from here on, and may be given again in the same snapshot.

    Args:
        id_low: i64[seats], no id below it is free.
    """
    for viewer in range(seats.shape[0]):
        begin, written = viewer * most, 0
        for index in range(begin, begin + cand_count[viewer]):
            written += 1 if cand_kind[index] >= THING_LEAVES and chosen[index] != 0 else 0
        if written == 0:
            continue
        buffer[viewer * stride + FRAME_BYTES + 1] |= THINGS
        at = put_count(buffer, ends[viewer], written)
        for index in range(begin, begin + cand_count[viewer]):
            if cand_kind[index] != THING_LEAVES or chosen[index] == 0:
                continue
            seat, name = seats[viewer], int(cand_ref[index])
            number = int(id_number[seat * ids + name])
            if number != ORPHAN:
                id_of[seat * numbers + number] = FREE
            id_number[seat * ids + name] = FREE
            id_low[seat] = min(id_low[seat], name)
            id_used[seat] -= 1
            at = put_count(buffer, at, name)
            buffer[at] = 0
            at += 1
        ends[viewer] = at


@device
def free_id(seat: int, ids: int, id_low: I64Out, id_number: I32In) -> int:
    """The lowest id that is free, or FREE when none is."""
    for name in range(id_low[seat], ids):
        if id_number[seat * ids + name] == FREE:
            id_low[seat] = name + 1
            return name
    id_low[seat] = ids
    return FREE


@device
def put_thing_change(
    kind: int, rows: U8In, here: int, mask: int, known: U8Out, there: int, buffer: U8Out, at: int
) -> int:
    """Append what changed of a thing; the place behind it."""
    buffer[at] = mask
    if kind == AREA:
        return put_groups(rows, here, mask, AREA_GROUPS, known, there, buffer, at + 1)
    begin, size = (0, 8) if kind == PROJECTILE else (OBSTACLE_HEALTH_AT, 1)
    copy_bytes(rows, here + begin, size, known, there + begin)
    return copy_bytes(rows, here + begin, size, buffer, at + 1)


@kernel
def write_things(
    seats: I64In,
    tick: I64In,
    most: Int,
    ids: Int,
    numbers: Int,
    cand_count: I64In,
    cand_kind: U8In,
    cand_ref: I32In,
    cand_mask: U8In,
    chosen: U8In,
    number: I32In,
    kind: U8In,
    rows: U8In,
    id_of: I32Out,
    id_number: I32Out,
    id_low: I64Out,
    id_top: I64Out,
    id_used: I64Out,
    id_kind: U8Out,
    id_row: U8Out,
    id_tick: I64Out,
    thing_wait: U8Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append the things that enter or change: id, then kind and row, or mask and what is new."""
    for viewer in range(seats.shape[0]):
        begin, at, seat = viewer * most, ends[viewer], seats[viewer]
        for index in range(begin, begin + cand_count[viewer]):
            act, made = int(cand_kind[index]), int(cand_ref[index])
            if act < THING_ENTERS:
                continue
            place, here = seat * numbers + number[made], made * THING_STRIDE
            if chosen[index] == 0:
                thing_wait[place] = min(WAIT_MOST, int(thing_wait[place]) + 1)
                continue
            thing_wait[place] = 0
            name = int(id_of[place])
            if act == THING_ENTERS:
                name = free_id(seat, ids, id_low, id_number)
                id_of[place], id_number[seat * ids + name] = name, number[made]
                id_used[seat] += 1
                id_top[seat], id_kind[seat * ids + name] = max(id_top[seat], name + 1), kind[made]
            there = (seat * ids + name) * THING_STRIDE
            id_tick[seat * ids + name] = tick[0]
            at = put_count(buffer, at, name)
            if act == THING_CHANGES:
                mask = int(cand_mask[index])
                at = put_thing_change(int(kind[made]), rows, here, mask, id_row, there, buffer, at)
            else:
                size = bytes_of(int(kind[made]))
                buffer[at] = kind[made]
                copy_bytes(rows, here, size, id_row, there)
                at = copy_bytes(rows, here, size, buffer, at + 1)
        ends[viewer] = at


@kernel
def note_places(
    seats: I64In,
    most: Int,
    ids: Int,
    numbers: Int,
    cand_count: I64In,
    cand_kind: U8In,
    cand_ref: I32In,
    chosen: U8In,
    number: I32In,
    age: I64In,
    thing_x_u: F64In,
    thing_y_u: F64In,
    shape: F64In,
    id_of: I32In,
    id_age: I64Out,
    id_x_u: F64Out,
    id_y_u: F64Out,
    id_shape: F64Out,
) -> None:
    """Remember of everything that entered where it is, for when it is there no more."""
    for viewer in range(seats.shape[0]):
        for index in range(viewer * most, viewer * most + cand_count[viewer]):
            if cand_kind[index] != THING_ENTERS or chosen[index] == 0:
                continue
            made = int(cand_ref[index])
            name = int(id_of[seats[viewer] * numbers + number[made]])
            at = seats[viewer] * ids + name
            id_age[at] = age[made]
            id_x_u[at], id_y_u[at] = thing_x_u[made], thing_y_u[made]
            for value in range(SHAPE):
                id_shape[at * SHAPE + value] = shape[made * SHAPE + value]
