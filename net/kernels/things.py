"""Whatever is no player, as rows of a snapshot: drawn once in a tick, whoever will see it.

All of them stand in one list.  A thing's ``number`` is its slot behind those of the tables before
it; number and generation name it for ever, and neither is ever sent.
"""

import math

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I32In,
    I32Out,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    U16In,
    U32In,
    device,
    kernel,
)
from net.kernels.fields import (
    POSITION_STEPS,
    SPEED_STEPS,
    copy_bytes,
    count8,
    put16,
    put16s,
    put_place,
    put_tick,
    share,
    steps,
)

PROJECTILE = 1
AREA = 2
OBSTACLE = 3
PICKUP = 4
"""Kinds of things."""

THING_STRIDE = 48
PROJECTILE_BYTES = 12
AREA_BYTES = 17
OBSTACLE_BYTES = 45
PICKUP_BYTES = 5
"""Bytes of the rows, and of the place each has in the list."""

FIRE_AT = 9
UNTIL_AT = 13
OBSTACLE_HEALTH_AT = 44
SHAPE = 6
SPREAD_RATIO = 0.75
"""So far out on its axes is an obstacle looked at, beside its middle."""


@device
def bytes_of(kind: int) -> int:
    """Bytes of a row of this kind."""
    if kind == PROJECTILE:
        return PROJECTILE_BYTES
    if kind == AREA:
        return AREA_BYTES
    return OBSTACLE_BYTES if kind == OBSTACLE else PICKUP_BYTES


@device
def speed_steps(speed_ups: float, dt_s: float) -> int:
    """A speed in 1/1024 u a tick, halves away from nothing less than themselves."""
    value = speed_ups * dt_s * SPEED_STEPS
    return int(max(-32768.0, min(32767.0, math.floor(value + 0.5))))


@device
def put_shape(
    shape: F64Out,
    made: int,
    reach: tuple[float, float],
    one: tuple[float, float],
    two: tuple[float, float],
) -> None:
    """How far a thing reaches along each axis, and two ways from its middle to points of it."""
    at = made * SHAPE
    shape[at], shape[at + 1] = reach
    shape[at + 2], shape[at + 3] = one
    shape[at + 4], shape[at + 5] = two


@kernel
def draw_projectiles(
    rows_in: I64In,
    base: Int,
    slot: I32In,
    x_u: F64In,
    y_u: F64In,
    vx_ups: F64In,
    vy_ups: F64In,
    owner: I64In,
    skill: U8In,
    radius_u: F64In,
    generation: U32In,
    dt_s: Float,
    count: I64Out,
    number: I32Out,
    kind: U8Out,
    age: I64Out,
    thing_x_u: F64Out,
    thing_y_u: F64Out,
    shape: F64Out,
    rows: U8Out,
) -> None:
    """Begin the list with every projectile: 12 bytes, place, way in a tick, owner, skill, radius.

    Args:
        base: number of slot 0.
        count: i64[1], things in the list; written.
        number, kind: [things], which and what; age: i64[things], its generation.
        thing_x_u, thing_y_u: f64[things]; shape: f64[things * SHAPE], as ``put_shape`` has it.
    """
    for row in range(rows_in[0]):
        made = row
        at = made * THING_STRIDE
        number[made], kind[made] = base + slot[row], PROJECTILE
        age[made] = generation[slot[row]]
        thing_x_u[made], thing_y_u[made] = x_u[row], y_u[row]
        put_shape(shape, made, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
        put_place(rows, at, x_u[row], y_u[row])
        put16s(rows, at + 4, speed_steps(vx_ups[row], dt_s))
        put16s(rows, at + 6, speed_steps(vy_ups[row], dt_s))
        put16(rows, at + 8, owner[row])
        rows[at + 10] = skill[row]
        rows[at + 11] = count8(steps(radius_u[row], POSITION_STEPS))
    count[0] = rows_in[0]


@kernel
def draw_areas(
    rows_in: I64In,
    base: Int,
    slot: I32In,
    x_u: F64In,
    y_u: F64In,
    radius_u: F64In,
    fire_tick: I64In,
    until_tick: I64In,
    owner: I64In,
    skill: U8In,
    generation: U32In,
    count: I64Out,
    number: I32Out,
    kind: U8Out,
    age: I64Out,
    thing_x_u: F64Out,
    thing_y_u: F64Out,
    shape: F64Out,
    rows: U8Out,
) -> None:
    """Append every area: 17 bytes; arguments as for ``draw_projectiles``, count is raised."""
    for row in range(rows_in[0]):
        made, reach = count[0] + row, radius_u[row]
        at = made * THING_STRIDE
        number[made], kind[made] = base + slot[row], AREA
        age[made] = generation[slot[row]]
        thing_x_u[made], thing_y_u[made] = x_u[row], y_u[row]
        put_shape(shape, made, (reach, reach), (reach, 0.0), (0.0, reach))
        put_place(rows, at, x_u[row], y_u[row])
        put16(rows, at + 4, steps(reach, POSITION_STEPS))
        put16(rows, at + 6, owner[row])
        rows[at + 8] = skill[row]
        put_tick(rows, at + FIRE_AT, fire_tick[row])
        put_tick(rows, at + UNTIL_AT, until_tick[row])
    count[0] += rows_in[0]


@kernel
def draw_obstacles(
    rows_in: I64In,
    base: Int,
    slot: I32In,
    obstacle_kind: U8In,
    x_u: F64In,
    y_u: F64In,
    hx_u: F64In,
    hy_u: F64In,
    radius_u: F64In,
    x_bytes: U8In,
    y_bytes: U8In,
    hx_bytes: U8In,
    hy_bytes: U8In,
    radius_bytes: U8In,
    heading: U16In,
    health_hp: F64In,
    full_hp: F64In,
    blocks: U8In,
    generation: U32In,
    directions: F64In2,
    count: I64Out,
    number: I32Out,
    kind: U8Out,
    age: I64Out,
    thing_x_u: F64Out,
    thing_y_u: F64Out,
    shape: F64Out,
    rows: U8Out,
) -> None:
    """Append every obstacle: 45 bytes; arguments as for ``draw_projectiles``.

    Args:
        x_bytes … radius_bytes: u8[8 * obstacles], the bytes of the columns: who moves by them needs
            every bit.
        directions: f64[4096, 2], unit vectors.
    """
    for row in range(rows_in[0]):
        made = count[0] + row
        at, hx, hy = made * THING_STRIDE, hx_u[row], hy_u[row]
        number[made], kind[made] = base + slot[row], OBSTACLE
        age[made] = generation[slot[row]]
        ux, uy = directions[heading[row], 0], directions[heading[row], 1]
        reach_x = abs(ux) * hx + abs(uy) * hy + radius_u[row]
        reach_y = abs(uy) * hx + abs(ux) * hy + radius_u[row]
        ax, ay = ux * hx * SPREAD_RATIO, uy * hx * SPREAD_RATIO
        bx, by = -uy * hy * SPREAD_RATIO, ux * hy * SPREAD_RATIO
        thing_x_u[made], thing_y_u[made] = x_u[row], y_u[row]
        put_shape(shape, made, (reach_x, reach_y), (ax, ay), (bx, by))
        rows[at] = obstacle_kind[row]
        copy_bytes(x_bytes, row * 8, 8, rows, at + 1)
        copy_bytes(y_bytes, row * 8, 8, rows, at + 9)
        copy_bytes(hx_bytes, row * 8, 8, rows, at + 17)
        copy_bytes(hy_bytes, row * 8, 8, rows, at + 25)
        copy_bytes(radius_bytes, row * 8, 8, rows, at + 33)
        put16(rows, at + 41, int(heading[row]))
        rows[at + 43] = blocks[row]
        rows[at + OBSTACLE_HEALTH_AT] = max(1, share(health_hp[row], full_hp[row]))
    count[0] += rows_in[0]


@kernel
def draw_pickups(
    rows_in: I64In,
    base: Int,
    slot: I32In,
    x_u: F64In,
    y_u: F64In,
    item: U8In,
    generation: U32In,
    count: I64Out,
    number: I32Out,
    kind: U8Out,
    age: I64Out,
    thing_x_u: F64Out,
    thing_y_u: F64Out,
    shape: F64Out,
    rows: U8Out,
) -> None:
    """Append every pickup: 5 bytes; arguments as for ``draw_projectiles``."""
    for row in range(rows_in[0]):
        made = count[0] + row
        at = made * THING_STRIDE
        number[made], kind[made] = base + slot[row], PICKUP
        age[made] = generation[slot[row]]
        thing_x_u[made], thing_y_u[made] = x_u[row], y_u[row]
        put_shape(shape, made, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
        put_place(rows, at, x_u[row], y_u[row])
        rows[at + 4] = item[row]
    count[0] += rows_in[0]


@kernel
def find_things(
    count: I64In, number: I32In, shape: F64In, place_of: I32Out, reach_most_u: F64Out
) -> None:
    """Where in the list every number stands, -1 for nowhere, and how far any thing reaches.

    Args:
        place_of: i32[numbers], written.
        reach_most_u: f64[2], written: the largest reach along each axis.
    """
    for index in range(place_of.shape[0]):
        place_of[index] = -1
    reach_most_u[0] = reach_most_u[1] = 0.0
    for made in range(count[0]):
        place_of[number[made]] = made
        reach_most_u[0] = max(reach_most_u[0], shape[made * SHAPE])
        reach_most_u[1] = max(reach_most_u[1], shape[made * SHAPE + 1])
