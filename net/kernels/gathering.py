"""Rows drawn once are copied into the snapshot of every viewer who sees them.

One viewer after the other, every snapshot of a tick is written into one buffer, each ``stride``
bytes behind the one before; ``ends`` is the place in it behind what was written so far.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import F64In, I32In, I64In, I64Out, Int, Records, U8In, U8Out, device, kernel
from net.kernels.eyes import HIDDEN, SHOWN
from net.kernels.fields import put16
from net.kernels.seeing import cells_from
from schema.events import CAST, EVENT_RECORD, HEAL, LEVEL, PICKUP

EventsIn = Annotated[NDArray[np.void], Records(EVENT_RECORD)]


@device
def copy_row(rows: U8In, row: int, size: int, buffer: U8Out, at: int) -> int:
    """Append one drawn row; the place behind it."""
    for byte in range(size):
        buffer[at + byte] = rows[row * size + byte]
    return at + size


@kernel
def gather_rows(
    stride: Int,
    count_at: Int,
    size: Int,
    limit: Int,
    eyes_x_u: F64In,
    eyes_y_u: F64In,
    half_u: F64In,
    first: I64In,
    hidden: U8In,
    x_u: F64In,
    y_u: F64In,
    reach_x_u: F64In,
    reach_y_u: F64In,
    reach_most_u: F64In,
    cells: F64In,
    start: I32In,
    row_of: I32In,
    rows: U8In,
    buffer: U8Out,
    ends: I64Out,
    dropped: I64Out,
) -> None:
    """Append what reaches into every viewer's rectangle, edges included.

    Args:
        count_at: where the header has the number of these rows.
        size: bytes of a row.
        limit: most rows per viewer; further ones are dropped and counted.
        half_u: f64[2], half extents of the view.
        first: i64[n], the row that comes first whatever it says, or NOBODY.
        hidden: u8[n * capacity] as from ``hide_bodies``, or empty where nothing is ever hidden.
        reach_x_u, reach_y_u: f64[capacity], how far a row reaches from its point.
        reach_most_u: f64[2], at least the largest of these.
        cells, start, row_of: index of the points.
        rows: u8[capacity * size], as drawn.
        dropped: i64[1], counts.
    """
    columns = int(cells[1])
    wide, high = half_u[0] + reach_most_u[0], half_u[1] + reach_most_u[1]
    for viewer in range(ends.shape[0]):
        x, y, own = eyes_x_u[viewer], eyes_y_u[viewer], first[viewer]
        at, written = ends[viewer], 0
        if own >= 0:
            at, written = copy_row(rows, own, size, buffer, at), 1
        left, right = cells_from(x, wide, cells[0], cells[1])
        top, bottom = cells_from(y, high, cells[0], cells[2])
        for cy in range(top, bottom + 1):
            # The cells of a row of cells lie next to each other, and so do their rows.
            for place in range(start[cy * columns + left], start[cy * columns + right + 1]):
                row = int(row_of[place])
                if abs(x_u[row] - x) > half_u[0] + reach_x_u[row]:
                    continue
                if abs(y_u[row] - y) > half_u[1] + reach_y_u[row] or row == own:
                    continue
                if hidden.shape[0] > 0 and hidden[viewer * x_u.shape[0] + row] != SHOWN:
                    continue
                if written >= limit:
                    dropped[0] += 1
                    continue
                at = copy_row(rows, row, size, buffer, at)
                written += 1
        put16(buffer, viewer * stride + count_at, written)
        ends[viewer] = at


@kernel
def gather_mates(
    viewers: I64In,
    players: I64In,
    stride: Int,
    count_at: Int,
    size: Int,
    limit: Int,
    alive: U8In,
    team: I64In,
    rows: U8In,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Append the living team mates of every viewer, wherever they are, the lowest slots first."""
    for viewer in range(viewers.shape[0]):
        own, at, written = viewers[viewer], ends[viewer], 0
        for row in range(players[0]):
            if written >= limit:
                break
            if team[row] == team[own] and row != own and alive[row] != 0:
                at = copy_row(rows, row, size, buffer, at)
                written += 1
        put16(buffer, viewer * stride + count_at, written)
        ends[viewer] = at


@device
def gives_away(kind: int, a: int, players: int, hidden: U8In, begin: int) -> bool:
    """Whether an event would say where somebody is whom this viewer may not see."""
    if kind not in (CAST, HEAL, PICKUP, LEVEL) or a < 0 or a >= players:
        return False
    return int(hidden[begin + a]) == HIDDEN


@kernel
def gather_events(
    count: I64In,
    players: I64In,
    stride: Int,
    count_at: Int,
    size: Int,
    limit: Int,
    eyes_x_u: F64In,
    eyes_y_u: F64In,
    half_u: F64In,
    hidden: U8In,
    capacity: Int,
    events: EventsIn,
    rows: U8In,
    buffer: U8Out,
    ends: I64Out,
    dropped: I64Out,
) -> None:
    """Append what happened in every viewer's rectangle, in order; arguments as for ``gather_rows``.

    Args:
        hidden: u8[n * capacity]: what would say where a hidden player is, is left out.
        capacity: rows of the table of players.
    """
    for viewer in range(ends.shape[0]):
        at, written = ends[viewer], 0
        for row in range(count[0]):
            if abs(events[row]["x_u"] - eyes_x_u[viewer]) > half_u[0]:
                continue
            if abs(events[row]["y_u"] - eyes_y_u[viewer]) > half_u[1]:
                continue
            kind, a = events[row]["kind"], events[row]["a"]
            if gives_away(kind, a, players[0], hidden, viewer * capacity):
                continue
            if written >= limit:
                dropped[0] += 1
                continue
            at = copy_row(rows, row, size, buffer, at)
            written += 1
        put16(buffer, viewer * stride + count_at, written)
        ends[viewer] = at
