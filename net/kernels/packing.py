"""One viewer after the other, every snapshot of a tick is written into one buffer.

docs/protocol.md draws the payload; offsets here are its offsets.  In front of it stand the five
bytes that make it a MessagePack array [2, bin]: 0x92 0x02 0xc5 and the payload's length, u16
big-endian.
"""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import (
    F64In,
    I32In,
    I64In,
    I64Out,
    Int,
    Records,
    U8In,
    U8Out,
    U16In,
    U32In,
    device,
    kernel,
)
from net.kernels.seeing import cell_index
from schema.events import EVENT_RECORD

EventsIn = Annotated[NDArray[np.void], Records(EVENT_RECORD)]

FRAME_BYTES = 5
HEADER_BYTES = 64
PLAYER_BYTES = 10
PROJECTILE_BYTES = 11
AREA_BYTES = 13
EVENT_BYTES = 10

POSITION_STEPS = 64.0
HEALTH_STEPS = 64.0
NOBODY_ON_WIRE = 65535


@device
def put16(buffer: U8Out, at: int, value: int) -> None:
    """u16, little-endian, clamped; nobody (-1) becomes 65535."""
    if value < 0 or value > 65535:
        value = NOBODY_ON_WIRE
    buffer[at] = value & 255
    buffer[at + 1] = (value >> 8) & 255


@device
def put32(buffer: U8Out, at: int, value: int) -> None:
    """u32 or i32, little-endian."""
    for byte in range(4):
        buffer[at + byte] = (value >> (8 * byte)) & 255


@device
def steps(value: float, per_unit: float) -> int:
    """A quantity of at least 0 in wire steps, rounded, clamped to u16."""
    return max(0, min(65535, int(math.floor(value * per_unit + 0.5))))


@device
def put_place(buffer: U8Out, at: int, x_u: float, y_u: float) -> None:
    """A position, two u16."""
    put16(buffer, at, steps(x_u, POSITION_STEPS))
    put16(buffer, at + 2, steps(y_u, POSITION_STEPS))


@device
def put_player(
    buffer: U8Out,
    at: int,
    row: int,
    x_u: float,
    y_u: float,
    aim: int,
    health: float,
    flags: int,
) -> None:
    """A player's ten bytes; ``health`` is the share that is left, never shown as 0 while alive."""
    put16(buffer, at, row)
    put_place(buffer, at + 2, x_u, y_u)
    put16(buffer, at + 6, aim)
    buffer[at + 8] = max(1, min(255, int(math.floor(health * 255.0 + 0.5))))
    buffer[at + 9] = flags


@kernel
def pack_players(
    viewers: I64In,
    stride: Int,
    limit: Int,
    half_x_u: F64In,
    tick: I64In,
    x_u: F64In,
    y_u: F64In,
    aim: U16In,
    alive: U8In,
    health_share: F64In,
    dash_until: I64In,
    bot: U8In,
    cells: F64In,
    start: I32In,
    row_of: I32In,
    buffer: U8Out,
    ends: I64Out,
    dropped: I64Out,
) -> None:
    """Write the players in every viewer's rectangle behind its header.

    Args:
        viewers: i64[n], player rows; the own body comes first while it lives.
        stride: bytes of the buffer per viewer.
        limit: most players per viewer; further ones are dropped and counted.
        half_x_u: f64[2], half extents of the view.
        health_share: f64[players], health as a share of the most.
        ends: i64[n], place in the buffer behind what was written so far; moved on.
        dropped: i64[1], counts.
    """
    columns = int(cells[1])
    for viewer in range(viewers.shape[0]):
        own = viewers[viewer]
        base = viewer * stride + FRAME_BYTES
        at, written = ends[viewer], 0
        reach_x, reach_y = half_x_u[0], half_x_u[1]
        x, y = x_u[own], y_u[own]
        if alive[own] != 0:
            flags = (1 if tick[0] < dash_until[own] else 0) | (2 if bot[own] != 0 else 0)
            put_player(buffer, at, own, x, y, int(aim[own]), health_share[own], flags)
            at += PLAYER_BYTES
            written = 1
        for cy in range(
            cell_index(y - reach_y, cells[0], cells[2]),
            cell_index(y + reach_y, cells[0], cells[2]) + 1,
        ):
            for cx in range(
                cell_index(x - reach_x, cells[0], cells[1]),
                cell_index(x + reach_x, cells[0], cells[1]) + 1,
            ):
                cell = cy * columns + cx
                for place in range(start[cell], start[cell + 1]):
                    row = int(row_of[place])
                    if row == own or alive[row] == 0:
                        continue
                    if abs(x_u[row] - x) > reach_x or abs(y_u[row] - y) > reach_y:
                        continue
                    if written >= limit:
                        dropped[0] += 1
                        continue
                    flags = (1 if tick[0] < dash_until[row] else 0) | (2 if bot[row] != 0 else 0)
                    put_player(
                        buffer, at, row, x_u[row], y_u[row], int(aim[row]), health_share[row], flags
                    )
                    at += PLAYER_BYTES
                    written += 1
        put16(buffer, base + 54, written)
        ends[viewer] = at


@kernel
def pack_projectiles(
    viewers: I64In,
    stride: Int,
    limit: Int,
    half_x_u: F64In,
    body_x_u: F64In,
    body_y_u: F64In,
    x_u: F64In,
    y_u: F64In,
    slot: I32In,
    generation: U32In,
    direction: U16In,
    owner: I64In,
    cells: F64In,
    start: I32In,
    row_of: I32In,
    buffer: U8Out,
    ends: I64Out,
    dropped: I64Out,
) -> None:
    """Write the projectiles in every viewer's rectangle; arguments as for ``pack_players``."""
    columns = int(cells[1])
    for viewer in range(viewers.shape[0]):
        own = viewers[viewer]
        x, y = body_x_u[own], body_y_u[own]
        at, written = ends[viewer], 0
        for cy in range(
            cell_index(y - half_x_u[1], cells[0], cells[2]),
            cell_index(y + half_x_u[1], cells[0], cells[2]) + 1,
        ):
            for cx in range(
                cell_index(x - half_x_u[0], cells[0], cells[1]),
                cell_index(x + half_x_u[0], cells[0], cells[1]) + 1,
            ):
                cell = cy * columns + cx
                for place in range(start[cell], start[cell + 1]):
                    row = int(row_of[place])
                    if abs(x_u[row] - x) > half_x_u[0] or abs(y_u[row] - y) > half_x_u[1]:
                        continue
                    if written >= limit:
                        dropped[0] += 1
                        continue
                    put16(buffer, at, int(slot[row]))
                    buffer[at + 2] = int(generation[slot[row]]) & 255
                    put_place(buffer, at + 3, x_u[row], y_u[row])
                    put16(buffer, at + 7, int(direction[row]))
                    put16(buffer, at + 9, owner[row])
                    at += PROJECTILE_BYTES
                    written += 1
        put16(buffer, viewer * stride + FRAME_BYTES + 56, written)
        ends[viewer] = at


@kernel
def pack_areas(
    viewers: I64In,
    stride: Int,
    limit: Int,
    half_x_u: F64In,
    radius_u: F64In,
    tick: I64In,
    body_x_u: F64In,
    body_y_u: F64In,
    count: I64In,
    x_u: F64In,
    y_u: F64In,
    slot: I32In,
    generation: U32In,
    fire_tick: I64In,
    owner: I64In,
    buffer: U8Out,
    ends: I64Out,
    dropped: I64Out,
) -> None:
    """Write the blasts that reach into every viewer's rectangle.

    Blasts are few (one per player and cooldown), so they are simply gone through.

    Args:
        radius_u: f64[1], radius of a blast; the others as for ``pack_players``.
    """
    for viewer in range(viewers.shape[0]):
        own = viewers[viewer]
        at, written = ends[viewer], 0
        reach_x, reach_y = half_x_u[0] + radius_u[0], half_x_u[1] + radius_u[0]
        for row in range(count[0]):
            if abs(x_u[row] - body_x_u[own]) > reach_x or abs(y_u[row] - body_y_u[own]) > reach_y:
                continue
            if written >= limit:
                dropped[0] += 1
                continue
            put16(buffer, at, int(slot[row]))
            buffer[at + 2] = int(generation[slot[row]]) & 255
            put_place(buffer, at + 3, x_u[row], y_u[row])
            put16(buffer, at + 7, steps(radius_u[0], POSITION_STEPS))
            put16(buffer, at + 9, min(65535, max(0, fire_tick[row] - tick[0] + 1)))
            put16(buffer, at + 11, owner[row])
            at += AREA_BYTES
            written += 1
        put16(buffer, viewer * stride + FRAME_BYTES + 58, written)
        ends[viewer] = at


@kernel
def pack_events(
    viewers: I64In,
    stride: Int,
    limit: Int,
    half_x_u: F64In,
    body_x_u: F64In,
    body_y_u: F64In,
    events: EventsIn,
    count: I64In,
    buffer: U8Out,
    ends: I64Out,
    dropped: I64Out,
) -> None:
    """Write the events in every viewer's rectangle; arguments as for ``pack_players``."""
    for viewer in range(viewers.shape[0]):
        own = viewers[viewer]
        at, written = ends[viewer], 0
        for row in range(count[0]):
            x_u, y_u = events[row]["x_u"], events[row]["y_u"]
            if abs(x_u - body_x_u[own]) > half_x_u[0] or abs(y_u - body_y_u[own]) > half_x_u[1]:
                continue
            if written >= limit:
                dropped[0] += 1
                continue
            buffer[at] = int(events[row]["kind"]) & 255
            put16(buffer, at + 1, int(events[row]["a"]))
            put16(buffer, at + 3, int(events[row]["b"]))
            put_place(buffer, at + 5, x_u, y_u)
            buffer[at + 9] = int(events[row]["detail"]) & 255
            at += EVENT_BYTES
            written += 1
        put16(buffer, viewer * stride + FRAME_BYTES + 60, written)
        ends[viewer] = at


@kernel
def pack_headers(
    viewers: I64In,
    stride: Int,
    common: I64In,
    seq: U32In,
    alive: U8In,
    health_hp: F64In,
    kills: I64In,
    shot_tick: I64In,
    blast_tick: I64In,
    dash_tick: I64In,
    buffer: U8Out,
    ends: I64Out,
) -> None:
    """Write the header of every viewer and set ``ends`` behind it.

    Args:
        common: i64[12]: tick, players alive, match over, zone phase from 1, zone state, zone
            change tick, then x, y, radius of the zone and of the next one in 1/256 u.
    """
    tick = common[0]
    for viewer in range(viewers.shape[0]):
        own = viewers[viewer]
        base = viewer * stride + FRAME_BYTES
        put32(buffer, base, tick)
        put32(buffer, base + 4, int(seq[own]))
        put16(buffer, base + 8, own)
        put16(buffer, base + 10, common[1])
        buffer[base + 12] = common[2]
        buffer[base + 13] = common[3] & 255
        buffer[base + 14] = common[4]
        buffer[base + 15] = alive[own]
        put32(buffer, base + 16, common[5])
        for index in range(6):
            put32(buffer, base + 20 + 4 * index, common[6 + index])
        put16(buffer, base + 44, steps(health_hp[own], HEALTH_STEPS))
        put16(buffer, base + 46, min(65535, kills[own]))
        put16(buffer, base + 48, min(65534, max(0, shot_tick[own] - tick)))
        put16(buffer, base + 50, min(65534, max(0, blast_tick[own] - tick)))
        put16(buffer, base + 52, min(65534, max(0, dash_tick[own] - tick)))
        put16(buffer, base + 62, 0)
        ends[viewer] = base + HEADER_BYTES


@kernel
def close_frames(viewers: I64In, stride: Int, buffer: U8Out, ends: I64In) -> None:
    """Put the MessagePack frame with the payload's length in front of every payload."""
    for viewer in range(viewers.shape[0]):
        base = viewer * stride
        size = ends[viewer] - base - FRAME_BYTES
        buffer[base] = 0x92
        buffer[base + 1] = 2
        buffer[base + 2] = 0xC5
        buffer[base + 3] = (size >> 8) & 255
        buffer[base + 4] = size & 255
