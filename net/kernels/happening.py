"""What happens in sight of every viewer, for sparks and sounds."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import F64In, I32In, I64In, I64Out, Int, Records, U8In, U8Out, U64In, device, kernel
from net.kernels.bits import has_bit, words_for
from net.kernels.eyes import EYES_MAX
from net.kernels.fields import AMOUNT_STEPS, copy_bytes, put16, put_count, put_place, steps
from net.kernels.heads import EVENTS_GIVEN, FRAME_BYTES
from net.kernels.looks import Looks, sees_point
from net.kernels.rays import WallsIn
from net.kernels.spotting import in_reach
from schema.events import DEATH, EVENT_RECORD

EventsIn = Annotated[NDArray[np.void], Records(EVENT_RECORD)]

EVENT_BYTES = 14
EVENTS_MAX = 40
KEPT_MAX = 8
"""Most bytes of an event, most events of a snapshot, and most that are kept for a later one."""

NOBODY_ON_WIRE = 16383
PLACE_GIVEN = 128
HAS_B = 1
HAS_CAUSE = 2
HAS_AMOUNT = 4
OF_A = 8
OF_B = 16
FORMS = (7, 10, 23, 23, 23, 6, 2, 3, 11, 17, 0, 0, 10, 12)
"""What an event of each kind has beside its a, and whose body it happens to; 0: any other."""


@device
def form_of(kind: int) -> int:
    """What an event of this kind has."""
    return FORMS[kind] if 0 < kind < len(FORMS) else FORMS[0]


@device
def subject_of(form: int, a: int, b: int) -> int:
    """To whose body an event happens, -1 for to none."""
    return a if form & OF_A != 0 else b if form & OF_B != 0 else -1


@device
def is_own(events: EventsIn, row: int, subject: int, own: int) -> bool:
    """Whether an event is about somebody so much that it must not be missed."""
    if subject == own:
        return True
    return int(events[row]["a"]) == own and int(events[row]["kind"]) == DEATH


@device
def put_event(events: EventsIn, row: int, placed: bool, buffer: U8Out, at: int) -> int:
    """Append an event; the place behind it."""
    kind = int(events[row]["kind"]) & 127
    form = form_of(kind)
    buffer[at] = kind | (PLACE_GIVEN if placed else 0)
    a, b = int(events[row]["a"]), int(events[row]["b"])
    at = put_count(buffer, at + 1, a if 0 <= a < NOBODY_ON_WIRE else NOBODY_ON_WIRE)
    if form & HAS_B != 0:
        at = put_count(buffer, at, b if 0 <= b < NOBODY_ON_WIRE else NOBODY_ON_WIRE)
    if form & HAS_CAUSE != 0:
        buffer[at] = int(events[row]["cause"]) & 255
        at += 1
    if form & HAS_AMOUNT != 0:
        put16(buffer, at, steps(events[row]["amount"], AMOUNT_STEPS))
        at += 2
    if placed:
        put_place(buffer, at, events[row]["x_u"], events[row]["y_u"])
        at += 4
    return at


@device
def sees_place(
    viewer: int, x: float, y: float, half_u: F64In, watch: I64In, watch_count: I64In, looks: Looks
) -> bool:
    """Whether any eyes of a viewer see a point."""
    for place in range(viewer * EYES_MAX, viewer * EYES_MAX + watch_count[viewer]):
        eye = watch[place]
        near = in_reach(x - looks[0][eye], y - looks[1][eye], half_u, 0.0, 0.0)
        if near and sees_point(eye, x, y, looks):
            return True
    return False


@kernel
def judge_events(
    viewers: I64In,
    bodiless: I64In,
    players: I64In,
    alive: U8In,
    shown: U64In,
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
    count: I64In,
    events: EventsIn,
    happened_to: I64Out,
    living: U8Out,
    verdict: U8Out,
) -> None:
    """Which events every viewer is told of, and whether it must be told where they happen.

    What happens to a living body is seen when the body is, and happens where the body is; anything
    else when its place is in sight, and in the view.

    Args:
        shown: u64[n * words], for each viewer the set of those in sight.
        happened_to: i64[events], living: u8[events], working space.
        verdict: u8[n * events], written: 0 for not, 1 seen, 2 own, and 4 more when its place is
            to be told.
    """
    looks, words = (
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
        words_for(alive.shape[0]),
    )
    for row in range(count[0]):
        a, b = int(events[row]["a"]), int(events[row]["b"])
        happened_to[row] = subject_of(form_of(int(events[row]["kind"])), a, b)
        living[row] = 0
        if 0 <= happened_to[row] < players[0]:
            living[row] = alive[happened_to[row]]
    for viewer in range(viewers.shape[0]):
        own = viewers[viewer]
        for row in range(count[0]):
            at, subject = viewer * events.shape[0] + row, happened_to[row]
            verdict[at] = 2 if is_own(events, row, subject, own) else 0
            if living[row] != 0:
                known = subject == bodiless[viewer] or has_bit(shown, viewer * words, subject)
                if verdict[at] == 0:
                    verdict[at] = 1 if known else 0
                elif not known:
                    verdict[at] = 6
                continue
            if verdict[at] == 0:
                x, y = events[row]["x_u"], events[row]["y_u"]
                inside = in_reach(x - seat_x_u[viewer], y - seat_y_u[viewer], half_u, 0.0, 0.0)
                if not inside or not sees_place(viewer, x, y, half_u, watch, watch_count, looks):
                    continue
                verdict[at] = 1
            verdict[at] |= 4


@kernel
def write_events(
    seats: I64In,
    stride: Int,
    count: I64In,
    events: EventsIn,
    verdict: U8In,
    kept: U8In,
    kept_bytes: U8In,
    kept_count: I64Out,
    buffer: U8Out,
    ends: I64Out,
    dropped: I64Out,
) -> None:
    """Append the section of events: those kept from before, the viewer's own, then the others.

    Args:
        verdict: u8[n * events], from ``judge_events``.
        kept: u8[seats * KEPT_MAX * EVENT_BYTES]; kept_bytes: u8[seats * KEPT_MAX], of each.
        kept_count: i64[seats], emptied.
        dropped: i64[1], events beyond EVENTS_MAX, counted up.
    """
    for viewer in range(seats.shape[0]):
        seat, begin, at = seats[viewer], viewer * events.shape[0], ends[viewer] + 1
        written = kept_count[seat]
        for place in range(seat * KEPT_MAX, seat * KEPT_MAX + written):
            at = copy_bytes(kept, place * EVENT_BYTES, int(kept_bytes[place]), buffer, at)
        kept_count[seat] = 0
        for rank in range(2, 0, -1):
            for row in range(count[0]):
                if int(verdict[begin + row]) & 3 != rank:
                    continue
                if written >= EVENTS_MAX:
                    dropped[0] += 1
                    continue
                at = put_event(events, row, int(verdict[begin + row]) & 4 != 0, buffer, at)
                written += 1
        if written != 0:
            buffer[viewer * stride + FRAME_BYTES + 1] |= EVENTS_GIVEN
            buffer[ends[viewer]] = written
            ends[viewer] = at


@kernel
def keep_events(
    seats: I64In,
    slot_of: I64In,
    count: I64In,
    events: EventsIn,
    kept: U8Out,
    kept_bytes: U8Out,
    kept_count: I64Out,
    dropped: I64Out,
) -> None:
    """Keep what happens to viewers themselves in a tick that is skipped for them.

    Args:
        seats: i64[n], those skipped; slot_of: i64[seats]; the others as in ``write_events``.
    """
    for index in range(seats.shape[0]):
        seat = seats[index]
        own = slot_of[seat]
        for row in range(count[0]):
            kind, a, b = int(events[row]["kind"]), int(events[row]["a"]), int(events[row]["b"])
            if not is_own(events, row, subject_of(form_of(kind), a, b), own):
                continue
            if kept_count[seat] >= KEPT_MAX:
                dropped[0] += 1
                continue
            place = seat * KEPT_MAX + kept_count[seat]
            end = put_event(events, row, True, kept, place * EVENT_BYTES)
            kept_bytes[place] = end - place * EVENT_BYTES
            kept_count[seat] += 1
