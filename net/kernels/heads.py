"""The head of every viewer's snapshot, its own exact state, and the frame round the payload.

docs/protocol.md draws the payload.  In front of it stands what makes it a MessagePack array
[2, bin]: 0x92 0x02, then 0xc4 and a length of one byte, or 0xc5 and one of two, big-endian.
"""

from ecs.kernel import F64In, I64In, I64Out, Int, U8In, U8Out, U16In, U32In, device, kernel
from net.kernels.fields import copy_bytes, differs, put16, put32, put_tick

FRAME_BYTES = 5
HEAD_BYTES = 2
MOTION_BYTES = 41
GAIT_BYTES = 31

FULL = 1
SKIPPED = 2
ACK_NEXT = 4
ACK = 8
CHECK = 16
MOTION = 32
GAIT = 64
LEAD = 128
"""Bits of the first byte: what follows, in this order."""

MATCH = 1
SELF = 2
HANDS = 4
STATUSES_GIVEN = 8
EVENTS_GIVEN = 16
BODIES = 32
THINGS = 64
"""Bits of the second byte: the sections that follow."""

FNV_BASIS = 2166136261
FNV_PRIME = 16777619


@device
def fold(rows: U8In, at: int, size: int) -> int:
    """FNV-1a of 32 bits, its halves xored into 16."""
    value = FNV_BASIS
    for byte in range(size):
        value = ((value ^ int(rows[at + byte])) * FNV_PRIME) & 0xFFFFFFFF
    return (value >> 16) ^ (value & 0xFFFF)


@kernel
def draw_motion(
    viewers: I64In,
    x_bytes: U8In,
    y_bytes: U8In,
    vx_bytes: U8In,
    vy_bytes: U8In,
    mana_bytes: U8In,
    speed_bytes: U8In,
    dash_bytes: U8In,
    buttons: U8In,
    dash_until: I64In,
    dash_direction: U16In,
    channel_slot: U8In,
    channel_since: I64In,
    channel_until: I64In,
    motion: U8Out,
    gait: U8Out,
) -> None:
    """What every viewer's own movement is made of, bit for bit.

    Args:
        x_bytes … dash_bytes: u8[8 * players], the bytes of x_u, y_u, vx_ups, vy_ups, mana_mp,
            speed_ups and the speed of the dash.
        motion: u8[n * 41], written: x_u, y_u, vx_ups, vy_ups, mana_mp, and the buttons in force.
        gait: u8[n * 31], written: speed_ups; of the dash its end, direction and speed; of the
            beam its slot, beginning and end.
    """
    for viewer in range(viewers.shape[0]):
        own, there = viewers[viewer], viewer * MOTION_BYTES
        copy_bytes(x_bytes, own * 8, 8, motion, there)
        copy_bytes(y_bytes, own * 8, 8, motion, there + 8)
        copy_bytes(vx_bytes, own * 8, 8, motion, there + 16)
        copy_bytes(vy_bytes, own * 8, 8, motion, there + 24)
        copy_bytes(mana_bytes, own * 8, 8, motion, there + 32)
        motion[there + 40] = buttons[own]
        at = viewer * GAIT_BYTES
        copy_bytes(speed_bytes, own * 8, 8, gait, at)
        put_tick(gait, at + 8, dash_until[own])
        put16(gait, at + 12, int(dash_direction[own]))
        copy_bytes(dash_bytes, own * 8, 8, gait, at + 14)
        gait[at + 22] = channel_slot[own]
        put_tick(gait, at + 23, channel_since[own])
        put_tick(gait, at + 27, channel_until[own])


@kernel
def note_stirs(
    seats: I64In,
    slot_of: I64In,
    alive: U8In,
    push_x_u: F64In,
    push_y_u: F64In,
    stirred: U8Out,
) -> None:
    """Remember whose body others have moved, until that was told.

    Args:
        seats: i64[n], all that are taken; slot_of: i64[seats].
        stirred: u8[seats], set.
    """
    for index in range(seats.shape[0]):
        own = slot_of[seats[index]]
        if alive[own] != 0 and (push_x_u[own] != 0.0 or push_y_u[own] != 0.0):
            stirred[seats[index]] = 1


@kernel
def write_heads(
    viewers: I64In,
    seats: I64In,
    tick: I64In,
    stride: Int,
    seq: U32In,
    alive: U8In,
    plays: U8In,
    motion: U8In,
    gait: U8In,
    first: U8In,
    seat_tick: I64Out,
    seat_seq: I64Out,
    stirred: U8Out,
    resync: U8Out,
    seat_motion: U8Out,
    seat_gait: U8Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Begin every snapshot: what tick it is, the newest input applied, the viewer's own movement.

    The movement is sent in full when more than the inputs that were heard has changed it, else
    only a check of it: the viewer works out the same.

    Args:
        plays: u8[seats], 1 for who has a body of its own there.
        first: u8[seats], 1 when all is to be sent.
        seat_tick, seat_seq: i64[seats], of the snapshot before; seat_motion, seat_gait: as sent
            last.  Written, like stirred and resync, which are u8[seats].
    """
    for viewer in range(viewers.shape[0]):
        own, seat = viewers[viewer], seats[viewer]
        base = viewer * stride + FRAME_BYTES
        at, full, flags = base + HEAD_BYTES, first[seat] != 0, 0
        gap, steps = tick[0] - seat_tick[seat], int(seq[own]) - seat_seq[seat]
        if full:
            flags |= FULL
            put32(buffer, at, tick[0])
            at += 4
        elif gap != 1:
            flags |= SKIPPED
            buffer[at] = gap
            at += 1
        if full or (steps != 0 and steps != 1):
            flags |= ACK
            put32(buffer, at, int(seq[own]))
            at += 4
        elif steps == 1:
            flags |= ACK_NEXT
        if alive[own] != 0 and plays[seat] != 0:
            here, there = viewer * MOTION_BYTES, seat * MOTION_BYTES
            gait_here, gait_there = viewer * GAIT_BYTES, seat * GAIT_BYTES
            turned = full or differs(gait, gait_here, seat_gait, gait_there, GAIT_BYTES)
            asked = full or resync[seat] != 0
            moved = turned or stirred[seat] != 0 or gap != steps
            moved = moved and differs(motion, here, seat_motion, there, MOTION_BYTES)
            if asked or moved or turned:
                flags |= MOTION
                copy_bytes(motion, here, MOTION_BYTES, seat_motion, there)
                at = copy_bytes(motion, here, MOTION_BYTES, buffer, at)
            else:
                flags |= CHECK
                put16(buffer, at, fold(motion, here, MOTION_BYTES))
                at += 2
            if turned or asked:
                flags |= GAIT
                copy_bytes(gait, gait_here, GAIT_BYTES, seat_gait, gait_there)
                at = copy_bytes(gait, gait_here, GAIT_BYTES, buffer, at)
        buffer[base], buffer[base + 1] = flags, 0
        seat_tick[seat], seat_seq[seat] = tick[0], int(seq[own])
        stirred[seat] = resync[seat] = 0
        ends[viewer] = at


@kernel
def write_leads(
    viewers: I64In,
    seats: I64In,
    stride: Int,
    alive: U8In,
    plays: U8In,
    first: U8In,
    lead: I64In,
    seat_lead: I64Out,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append how far a viewer's inputs are ahead of the ticks that take them, where it changed.

    Args:
        lead: i64[n], -128 to 127.
        seat_lead: i64[seats], as sent last.
    """
    for viewer in range(viewers.shape[0]):
        seat = seats[viewer]
        if alive[viewers[viewer]] == 0 or plays[seat] == 0:
            continue
        if first[seat] != 0 or lead[viewer] != seat_lead[seat]:
            seat_lead[seat] = lead[viewer]
            buffer[viewer * stride + FRAME_BYTES] |= LEAD
            buffer[ends[viewer]] = lead[viewer] & 255
            ends[viewer] += 1


@kernel
def close_frames(stride: Int, buffer: U8Out, ends: I64In, begins: I64Out) -> None:
    """Put the MessagePack frame with the payload's length in front of every payload.

    Args:
        begins: i64[n], written: where each frame begins.
    """
    for viewer in range(ends.shape[0]):
        base = viewer * stride
        size = ends[viewer] - base - FRAME_BYTES
        begins[viewer] = base
        if size < 256:
            begins[viewer] = base + 1
            buffer[base + 3] = 0xC4
        else:
            buffer[base + 2] = 0xC5
            buffer[base + 3] = (size >> 8) & 255
        buffer[base + 4] = size & 255
        buffer[begins[viewer]] = 0x92
        buffer[begins[viewer] + 1] = 2
