"""From intent to velocity to position."""

import math

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I32In,
    I64In,
    I64Out,
    Int,
    U8In,
    U16In,
    U16Out,
    kernel,
)
from schema.commands import DASH, MOVE
from schema.events import DASH as DASH_EVENT
from schema.events import NOBODY
from systems.kernels.tables import EventsOut, add_event
from systems.kernels.walls import glide


@kernel
def start_dash(
    count: I64In,
    tick: I64In,
    alive: U8In,
    buttons: U8In,
    move: U16In,
    aim: U16In,
    x_u: F64In,
    y_u: F64In,
    dash_ticks: Int,
    cooldown_ticks: Int,
    ready_tick: I64Out,
    until_tick: I64Out,
    direction: U16Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Begin a dash for everybody who asks for one and may: where they move, else where they aim."""
    for row in range(count[0]):
        held = int(buttons[row])
        if alive[row] == 0 or held & DASH == 0 or tick[0] < ready_tick[row]:
            continue
        direction[row] = move[row] if held & MOVE != 0 else aim[row]
        until_tick[row] = tick[0] + dash_ticks
        ready_tick[row] = tick[0] + cooldown_ticks
        add_event(
            events, event_count, events_refused, DASH_EVENT, row, NOBODY, x_u[row], y_u[row], 0
        )


@kernel
def steer(
    count: I64In,
    tick: I64In,
    alive: U8In,
    buttons: U8In,
    move: U16In,
    until_tick: I64In,
    dash_direction: U16In,
    directions: F64In2,
    speed_ups: Float,
    dash_speed_ups: Float,
    step_ups: Float,
    vx_ups: F64Out,
    vy_ups: F64Out,
) -> None:
    """Bring each velocity towards the wanted one by at most ``step_ups``; a dash sets it outright.

    Above running speed, as after a dash, the velocity is first cut to running speed: momentum
    from a dash cannot be carried on.

    Args:
        directions: f64[4096, 2], unit vectors.
        step_ups: acceleration times dt.
    """
    for row in range(count[0]):
        if alive[row] == 0:
            continue
        if tick[0] < until_tick[row]:
            heading = int(dash_direction[row])
            vx_ups[row] = directions[heading, 0] * dash_speed_ups
            vy_ups[row] = directions[heading, 1] * dash_speed_ups
            continue
        vx, vy = vx_ups[row], vy_ups[row]
        speed = math.sqrt(vx * vx + vy * vy)
        if speed > speed_ups:
            vx = vx * (speed_ups / speed)
            vy = vy * (speed_ups / speed)
        wish_x, wish_y = 0.0, 0.0
        if int(buttons[row]) & MOVE != 0:
            heading = int(move[row])
            wish_x = directions[heading, 0] * speed_ups
            wish_y = directions[heading, 1] * speed_ups
        gap_x, gap_y = wish_x - vx, wish_y - vy
        gap = math.sqrt(gap_x * gap_x + gap_y * gap_y)
        if gap <= step_ups:
            vx, vy = wish_x, wish_y
        else:
            vx += gap_x * (step_ups / gap)
            vy += gap_y * (step_ups / gap)
        vx_ups[row] = vx
        vy_ups[row] = vy


@kernel
def move_bodies(
    count: I64In,
    alive: U8In,
    dt_s: Float,
    radius_u: Float,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    x_u: F64Out,
    y_u: F64Out,
    from_x_u: F64Out,
    from_y_u: F64Out,
    vx_ups: F64Out,
    vy_ups: F64Out,
) -> None:
    """Move every living body for one tick, swept against walls and the world's edge.

    The velocity becomes what was really travelled, never more than it was: a body that runs into
    a wall loses the part that leads into it.
    """
    for row in range(count[0]):
        from_x_u[row], from_y_u[row] = x_u[row], y_u[row]
        if alive[row] == 0:
            continue
        vx, vy = vx_ups[row], vy_ups[row]
        if vx == 0.0 and vy == 0.0:
            continue
        dx, dy = vx * dt_s, vy * dt_s
        x, y = glide(x_u[row], y_u[row], dx, dy, radius_u, walls, wall_start, wall_row, frame)
        if x != x_u[row] + dx or y != y_u[row] + dy:
            real_x, real_y = (x - x_u[row]) / dt_s, (y - y_u[row]) / dt_s
            real, wanted = real_x * real_x + real_y * real_y, vx * vx + vy * vy
            if real <= wanted:
                vx_ups[row], vy_ups[row] = real_x, real_y
            else:
                shorter = math.sqrt(wanted / real)
                vx_ups[row], vy_ups[row] = real_x * shorter, real_y * shorter
        x_u[row], y_u[row] = x, y
