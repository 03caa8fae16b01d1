"""What differs from what a viewer knows: candidates for its next snapshot, each with its price.

A candidate is what is sent in one piece: something enters, changes or leaves.  How urgent it is
grows with every snapshot it was left out of.
"""

from ecs.kernel import (
    F64In,
    I32In,
    I32Out,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    U64In,
    device,
    kernel,
)
from net.kernels.bits import NOUGHT, ONE, WORD, has_bit, lowest, words_for
from net.kernels.bodies import BODY_BYTES
from net.kernels.deltas import AREA_GROUPS, BODY_GROUPS, bytes_in, changed_groups
from net.kernels.fields import count_bytes, get16, get16s
from net.kernels.looks import HINTS, hint_place
from net.kernels.rays import WallsIn
from net.kernels.spotting import in_reach, sees_thing
from net.kernels.things import (
    AREA,
    OBSTACLE,
    OBSTACLE_HEALTH_AT,
    PICKUP,
    PROJECTILE,
    SHAPE,
    THING_STRIDE,
    bytes_of,
)

BODY_LEAVES = 0
BODY_ENTERS = 1
BODY_CHANGES = 2
THING_LEAVES = 3
THING_ENTERS = 4
THING_CHANGES = 5
"""Kinds of candidates."""

URGENCIES = 256
LEAVING = 255
FORGETTING = 254
"""Steps of urgency, and that of bodies that leave: nobody keeps a place he was seen at before; and
of things that do."""

WAITING = 253
"""The most that waiting makes of anything else."""

NEAR_SQ = 64.0
MIDDLE_SQ = 256.0

FREE = -1
ORPHAN = -2
"""What stands in the place of a thing's number where an id is free, or the thing is no more."""

KEPT_U = 4.0
"""So far beyond the view is what stays where it is still known: nobody treads on an edge alone."""

ASTRAY_STEPS = 4
"""A projectile farther from where the client has it, 1/16 u along either axis, is corrected."""

PLACE_NEAR = 1
PLACE_FAR = 2
"""Bits of a body's mask; those of the other groups follow."""


@device
def add(
    kind: int,
    ref: int,
    mask: int,
    size: int,
    urgency: int,
    begin: int,
    found: int,
    most: int,
    cand_kind: U8Out,
    cand_ref: I32Out,
    cand_mask: U8Out,
    cand_size: I32Out,
    cand_urgency: U8Out,
) -> int:
    """Note a candidate, if there is room for it; how many there are."""
    if found >= most:
        return found
    at = begin + found
    cand_kind[at], cand_ref[at], cand_mask[at] = kind, ref, mask
    cand_size[at], cand_urgency[at] = size, urgency
    return found + 1


@device
def body_mask(rows: U8In, at: int, known: U8In, begin: int) -> int:
    """What of a body changed, as a mask on the wire: its place in one of two forms."""
    changed = changed_groups(rows, at, known, begin, BODY_GROUPS)
    mask = (changed >> 1) << 2
    if changed & 1 != 0:
        dx = get16(rows, at) - get16(known, begin)
        dy = get16(rows, at + 2) - get16(known, begin + 2)
        near = -128 <= dx <= 127 and -128 <= dy <= 127
        mask |= PLACE_NEAR if near else PLACE_FAR
    return mask


@device
def body_change_bytes(mask: int) -> int:
    """Bytes of the groups in a body's mask."""
    place = 2 if mask & PLACE_NEAR != 0 else 4 if mask & PLACE_FAR != 0 else 0
    return place + bytes_in((mask >> 2) << 1, BODY_GROUPS)


@device
def weight_of(dx: float, dy: float) -> int:
    """How urgent a body's change is, by how far it is away."""
    apart_sq = dx * dx + dy * dy
    return 6 if apart_sq < NEAR_SQ else 4 if apart_sq < MIDDLE_SQ else 2


@kernel
def list_bodies(
    seats: I64In,
    players: I64In,
    shown: U64In,
    eyes: I64In,
    x_u: F64In,
    y_u: F64In,
    seat_x_u: F64In,
    seat_y_u: F64In,
    rows: U8In,
    body_known: U64In,
    body_row: U8In,
    body_wait: U8In,
    most: Int,
    cand_count: I64Out,
    cand_kind: U8Out,
    cand_ref: I32Out,
    cand_mask: U8Out,
    cand_size: I32Out,
    cand_urgency: U8Out,
) -> None:
    """Begin every viewer's list with the bodies that enter, change or leave.

    Args:
        shown: u64[n * words], the sets of those in sight now; rows: u8[capacity * BODY_BYTES], as
            drawn.
        body_known: u64[seats * words], sets of those known; body_wait: u8[seats * capacity];
            body_row: u8[seats * capacity * BODY_BYTES].
        most: candidates per viewer.
        cand_count: i64[n]; cand_kind … cand_urgency: [n * most], written; cand_ref is the slot.
    """
    capacity, cands = x_u.shape[0], (cand_kind, cand_ref, cand_mask, cand_size, cand_urgency)
    words = words_for(capacity)
    for viewer in range(seats.shape[0]):
        begin, found, seat = viewer * most, 0, int(seats[viewer])
        for word in range(words):
            seen, known = shown[viewer * words + word], body_known[seat * words + word]
            left = seen | known
            while left != NOUGHT:
                row = word * WORD + lowest(left)
                left &= left - ONE
                size, place = count_bytes(row), seat * capacity + row
                if not has_bit(shown, viewer * words, row):
                    found = add(BODY_LEAVES, row, 0, size + 1, LEAVING, begin, found, most, *cands)
                    continue
                wait = int(body_wait[place]) + 1
                dx, dy = x_u[row] - seat_x_u[viewer], y_u[row] - seat_y_u[viewer]
                weight = 20 if row == eyes[viewer] else weight_of(dx, dy)
                kind, mask, urgency = BODY_ENTERS, 0, min(WAITING, (weight + 8) * wait)
                if has_bit(body_known, seat * words, row):
                    kind, urgency = BODY_CHANGES, min(WAITING, weight * wait)
                    mask = body_mask(rows, row * BODY_BYTES, body_row, place * BODY_BYTES)
                    size += 1 + body_change_bytes(mask)
                else:
                    size += BODY_BYTES
                if kind == BODY_ENTERS or mask != 0:
                    found = add(kind, row, mask, size, urgency, begin, found, most, *cands)
        cand_count[viewer] = found


@device
def flown(known: U8In, begin: int, ticks: int, axis: int) -> int:
    """Where along an axis the client has a projectile by now, in 1/64 u."""
    place, way = get16(known, begin + 2 * axis), get16s(known, begin + 4 + 2 * axis)
    return (place * 16 + way * ticks + 8) >> 4


@device
def thing_mask(kind: int, rows: U8In, at: int, known: U8In, begin: int, ticks: int) -> int:
    """What of a thing changed, as a mask on the wire."""
    if kind == AREA:
        return changed_groups(rows, at, known, begin, AREA_GROUPS)
    if kind == OBSTACLE:
        return 2 if rows[at + OBSTACLE_HEALTH_AT] != known[begin + OBSTACLE_HEALTH_AT] else 0
    if kind == PICKUP:
        return 0
    off_x = abs(flown(known, begin, ticks, 0) - get16(rows, at))
    off_y = abs(flown(known, begin, ticks, 1) - get16(rows, at + 2))
    return 1 if max(off_x, off_y) > ASTRAY_STEPS else 0


@device
def thing_change_bytes(kind: int, mask: int) -> int:
    """Bytes of the groups in a thing's mask."""
    if kind == AREA:
        return bytes_in(mask, AREA_GROUPS)
    return 8 if kind == PROJECTILE else 1


@device
def enter_weight(kind: int) -> int:
    """How urgent it is that a thing is seen at all."""
    if kind in (PROJECTILE, AREA):
        return 12
    return 4 if kind == OBSTACLE else 2


@kernel
def list_leaving(
    seats: I64In,
    seat_x_u: F64In,
    seat_y_u: F64In,
    half_u: F64In,
    eye_x_u: F64In,
    eye_y_u: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    size: I64In,
    lines: U64In,
    owners: I32In,
    watch: I64In,
    watch_count: I64In,
    hints: I32Out,
    viewers: I64In,
    shown: U64In,
    place_of: I32In,
    age: I64In,
    ids: Int,
    id_top: I64In,
    id_number: I32Out,
    id_age: I64In,
    id_kind: U8In,
    id_x_u: F64In,
    id_y_u: F64In,
    id_shape: F64In,
    id_of: I32Out,
    most: Int,
    cand_count: I64Out,
    cand_kind: U8Out,
    cand_ref: I32Out,
    cand_mask: U8Out,
    cand_size: I32Out,
    cand_urgency: U8Out,
) -> None:
    """Append the things that leave every viewer's sight or memory; cand_ref is the id.

    What moves leaves with the look at it.  What stays where it is leaves when its place is seen
    without it, or is too far off.

    Args:
        shown: u64[n * words], sets of places in the list; place_of: i32[numbers], age:
            i64[things], of the list.
        id_top: i64[seats], ids beyond have never been given; the others: [seats * ids].
        id_number, id_of: written, where a thing is no more.
    """
    cands = (cand_kind, cand_ref, cand_mask, cand_size, cand_urgency)
    looks, words, numbers = (
        (
            eye_x_u,
            eye_y_u,
            walls,
            wall_start,
            wall_row,
            frame,
            size,
            lines,
            owners,
        ),
        words_for(age.shape[0]),
        place_of.shape[0],
    )
    for viewer in range(seats.shape[0]):
        found = int(cand_count[viewer])
        for name in range(id_top[seats[viewer]]):
            at = seats[viewer] * ids + name
            number = int(id_number[at])
            if number == FREE:
                continue
            made = int(place_of[number]) if number >= 0 else -1
            if number >= 0 and (made < 0 or age[made] != id_age[at]):
                id_of[seats[viewer] * numbers + number] = FREE
                id_number[at], made = ORPHAN, -1
            kind, x, y = int(id_kind[at]), id_x_u[at], id_y_u[at]
            if kind in (PROJECTILE, AREA):
                leaves = made < 0 or not has_bit(shown, viewer * words, made)
            else:
                gap_x, gap_y, shape = x - seat_x_u[viewer], y - seat_y_u[viewer], at * SHAPE
                reach_x, reach_y = id_shape[shape], id_shape[shape + 1]
                leaves = not in_reach(gap_x, gap_y, half_u, reach_x + KEPT_U, reach_y + KEPT_U)
                if made < 0 and not leaves and in_reach(gap_x, gap_y, half_u, reach_x, reach_y):
                    leaves = sees_thing(
                        viewer,
                        x,
                        y,
                        kind,
                        id_shape,
                        shape,
                        half_u,
                        watch,
                        watch_count,
                        looks,
                        hints,
                        hint_place(viewers[viewer], 0, number + HINTS // 2),
                    )
            if leaves:
                price = count_bytes(name) + 1
                found = add(
                    THING_LEAVES, name, 0, price, FORGETTING, viewer * most, found, most, *cands
                )
        cand_count[viewer] = found


@kernel
def list_things(
    seats: I64In,
    tick: I64In,
    count: I64In,
    number: I32In,
    kind: U8In,
    rows: U8In,
    shown: U64In,
    ids: Int,
    numbers: Int,
    id_of: I32In,
    id_used: I64In,
    id_row: U8In,
    id_tick: I64In,
    thing_wait: U8In,
    most: Int,
    cand_count: I64Out,
    cand_kind: U8Out,
    cand_ref: I32Out,
    cand_mask: U8Out,
    cand_size: I32Out,
    cand_urgency: U8Out,
) -> None:
    """Append the things that enter or change; cand_ref is the place in the list of things.

    Args:
        shown: u64[n * words], sets of what is in sight and may be news.
        id_used: i64[seats], ids given; with all of them given nothing enters until one is free.
        id_tick: i64[seats * ids], when a thing was sent last.
        thing_wait: u8[seats * numbers].
    """
    cands = (cand_kind, cand_ref, cand_mask, cand_size, cand_urgency)
    words = words_for(kind.shape[0])
    for viewer in range(seats.shape[0]):
        begin, found = viewer * most, int(cand_count[viewer])
        free = ids - id_used[seats[viewer]]
        for word in range(words_for(count[0])):
            left = shown[viewer * words + word]
            while left != NOUGHT:
                made = word * WORD + lowest(left)
                left &= left - ONE
                what, place = int(kind[made]), seats[viewer] * numbers + number[made]
                name, wait = int(id_of[place]), int(thing_wait[place]) + 1
                weight = min(WAITING, enter_weight(what) * wait)
                if name < 0:
                    if free <= 0:
                        continue
                    free -= 1
                    size = 3 + bytes_of(what)
                    found = add(THING_ENTERS, made, 0, size, weight, begin, found, most, *cands)
                    continue
                at = seats[viewer] * ids + name
                mask = thing_mask(
                    what,
                    rows,
                    made * THING_STRIDE,
                    id_row,
                    at * THING_STRIDE,
                    tick[0] - id_tick[at],
                )
                if mask != 0:
                    size = count_bytes(name) + 1 + thing_change_bytes(what, mask)
                    found = add(THING_CHANGES, made, mask, size, weight, begin, found, most, *cands)
        cand_count[viewer] = found
