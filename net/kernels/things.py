"""Whatever is no player, as rows of a snapshot: drawn once in a tick, whoever will see it.

Identity columns: ``slot`` by row, ``generation`` by slot.
"""

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    I32In,
    I64In,
    U8In,
    U8Out,
    U16In,
    U32In,
    device,
    kernel,
)
from net.kernels.fields import (
    AMOUNT_STEPS,
    POSITION_STEPS,
    count8,
    put16,
    put_place,
    share,
    span,
    steps,
)
from net.kernels.gathering import EventsIn

PROJECTILE_BYTES = 13
AREA_BYTES = 16
OBSTACLE_BYTES = 18
PICKUP_BYTES = 8
EVENT_BYTES = 13


@device
def put_identity(rows: U8Out, at: int, row: int, slot: I32In, generation: U32In) -> None:
    """Slot and lowest eight bits of the generation: three bytes."""
    put16(rows, at, int(slot[row]))
    rows[at + 2] = int(generation[slot[row]]) & 255


@kernel
def draw_projectiles(
    count: I64In,
    slot: I32In,
    generation: U32In,
    x_u: F64In,
    y_u: F64In,
    direction: U16In,
    owner: I64In,
    skill: U8In,
    radius_u: F64In,
    rows: U8Out,
) -> None:
    """Every projectile's 13 bytes."""
    for row in range(count[0]):
        at = row * PROJECTILE_BYTES
        put_identity(rows, at, row, slot, generation)
        put_place(rows, at + 3, x_u[row], y_u[row])
        put16(rows, at + 7, int(direction[row]))
        put16(rows, at + 9, owner[row])
        rows[at + 11] = skill[row]
        rows[at + 12] = count8(steps(radius_u[row], POSITION_STEPS))


@kernel
def draw_areas(
    count: I64In,
    tick: I64In,
    slot: I32In,
    generation: U32In,
    x_u: F64In,
    y_u: F64In,
    radius_u: F64In,
    fire_tick: I64In,
    until_tick: I64In,
    owner: I64In,
    skill: U8In,
    rows: U8Out,
    reach_most_u: F64Out,
) -> None:
    """Every area's 16 bytes.

    Args:
        reach_most_u: f64[2], written: the largest radius, twice.
    """
    reach_most_u[0] = 0.0
    for row in range(count[0]):
        at = row * AREA_BYTES
        put_identity(rows, at, row, slot, generation)
        put_place(rows, at + 3, x_u[row], y_u[row])
        put16(rows, at + 7, steps(radius_u[row], POSITION_STEPS))
        put16(rows, at + 9, span(fire_tick[row] - tick[0] + 1))
        put16(rows, at + 11, span(until_tick[row] - tick[0] + 1))
        put16(rows, at + 13, owner[row])
        rows[at + 15] = skill[row]
        reach_most_u[0] = max(reach_most_u[0], radius_u[row])
    reach_most_u[1] = reach_most_u[0]


@kernel
def draw_obstacles(
    count: I64In,
    slot: I32In,
    generation: U32In,
    kind: U8In,
    x_u: F64In,
    y_u: F64In,
    hx_u: F64In,
    hy_u: F64In,
    radius_u: F64In,
    heading: U16In,
    health_hp: F64In,
    full_hp: F64In,
    blocks: U8In,
    directions: F64In2,
    rows: U8Out,
    reach_x_u: F64Out,
    reach_y_u: F64Out,
    reach_most_u: F64Out,
) -> None:
    """Every obstacle's 18 bytes, and how far its bounding box reaches.

    Args:
        full_hp: what each withstood when it was new.
        directions: f64[4096, 2], unit vectors.
        reach_x_u, reach_y_u: f64[obstacles], written: half extents of the bounding boxes, which are
            the shadows of a turned box on each axis and its corner radius.
        reach_most_u: f64[2], written: the largest of these.
    """
    reach_most_u[0] = reach_most_u[1] = 0.0
    for row in range(count[0]):
        at = row * OBSTACLE_BYTES
        put_identity(rows, at, row, slot, generation)
        rows[at + 3] = kind[row]
        put_place(rows, at + 4, x_u[row], y_u[row])
        put_place(rows, at + 8, hx_u[row], hy_u[row])
        put16(rows, at + 12, steps(radius_u[row], POSITION_STEPS))
        put16(rows, at + 14, int(heading[row]))
        rows[at + 16] = max(1, share(health_hp[row], full_hp[row]))
        rows[at + 17] = blocks[row]
        ux, uy = abs(directions[heading[row], 0]), abs(directions[heading[row], 1])
        reach_x_u[row] = ux * hx_u[row] + uy * hy_u[row] + radius_u[row]
        reach_y_u[row] = uy * hx_u[row] + ux * hy_u[row] + radius_u[row]
        reach_most_u[0] = max(reach_most_u[0], reach_x_u[row])
        reach_most_u[1] = max(reach_most_u[1], reach_y_u[row])


@kernel
def draw_pickups(
    count: I64In,
    slot: I32In,
    generation: U32In,
    x_u: F64In,
    y_u: F64In,
    item: U8In,
    rows: U8Out,
) -> None:
    """Every pickup's 8 bytes."""
    for row in range(count[0]):
        at = row * PICKUP_BYTES
        put_identity(rows, at, row, slot, generation)
        put_place(rows, at + 3, x_u[row], y_u[row])
        rows[at + 7] = item[row]


@kernel
def draw_events(count: I64In, events: EventsIn, rows: U8Out) -> None:
    """Every event's 13 bytes."""
    for row in range(count[0]):
        at = row * EVENT_BYTES
        rows[at] = events[row]["kind"] & 255
        put16(rows, at + 1, events[row]["a"])
        put16(rows, at + 3, events[row]["b"])
        put_place(rows, at + 5, events[row]["x_u"], events[row]["y_u"])
        rows[at + 9] = events[row]["cause"] & 255
        put16(rows, at + 10, steps(events[row]["amount"], AMOUNT_STEPS))
        rows[at + 12] = 0
