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
    U8In,
    U16In,
    U64In,
    device,
    kernel,
)
from schema.commands import MOVE
from schema.events import ROOTED, STAGE_COUNTDOWN, STUNNED
from schema.walls import BLOCKS_MOVE
from systems.kernels.walls import WallsIn, glide

WAY_STEPS = 1024.0


@kernel
def end_dashes(
    count: I64In,
    tick: I64In,
    alive: U8In,
    down: U8In,
    flags: U8In,
    until_tick: I64Out,
) -> None:
    """A dash ends at once for whoever is rooted, stunned or knocked down."""
    for row in range(count[0]):
        stopped = down[row] != 0 or int(flags[row]) & (ROOTED | STUNNED) != 0
        if alive[row] != 0 and stopped and tick[0] < until_tick[row]:
            until_tick[row] = tick[0]


@device
def approach(
    vx: float, vy: float, wish_x: float, wish_y: float, speed_ups: float, step_ups: float
) -> tuple[float, float]:
    """A velocity cut to ``speed_ups``, then brought towards a wish by at most ``step_ups``."""
    speed = math.sqrt(vx * vx + vy * vy)
    if speed > speed_ups:
        vx = vx * (speed_ups / speed)
        vy = vy * (speed_ups / speed)
    gap_x, gap_y = wish_x - vx, wish_y - vy
    gap = math.sqrt(gap_x * gap_x + gap_y * gap_y)
    if gap <= step_ups:
        return wish_x, wish_y
    return vx + gap_x * (step_ups / gap), vy + gap_y * (step_ups / gap)


@kernel
def steer(
    count: I64In,
    tick: I64In,
    stage: U8In,
    alive: U8In,
    buttons: U8In,
    move: U16In,
    speed_ups: F64In,
    until_tick: I64In,
    dash_direction: U16In,
    dash_speed_ups: F64In,
    directions: F64In2,
    step_ups: Float,
    vx_ups: F64Out,
    vy_ups: F64Out,
) -> None:
    """Bring each velocity towards the wanted one by at most ``step_ups``; a dash sets it outright.

    Above running speed, as after a dash or under a slow, the velocity is first cut to running
    speed: momentum from a dash cannot be carried on, and whoever is rooted or stunned, whose speed
    is 0, stands at once.  In the countdown nobody wants to move.

    Args:
        speed_ups: f64[players], running speed with all that slows or hastens.
        directions: f64[4096, 2], unit vectors.
        step_ups: acceleration times dt.
    """
    for row in range(count[0]):
        if alive[row] == 0:
            continue
        if tick[0] < until_tick[row]:
            heading = int(dash_direction[row])
            vx_ups[row] = directions[heading, 0] * dash_speed_ups[row]
            vy_ups[row] = directions[heading, 1] * dash_speed_ups[row]
            continue
        wish_x, wish_y = 0.0, 0.0
        if int(buttons[row]) & MOVE != 0 and stage[0] != STAGE_COUNTDOWN:
            heading = int(move[row])
            wish_x = directions[heading, 0] * speed_ups[row]
            wish_y = directions[heading, 1] * speed_ups[row]
        vx_ups[row], vy_ups[row] = approach(
            vx_ups[row], vy_ups[row], wish_x, wish_y, speed_ups[row], step_ups
        )


@kernel
def move_bodies(
    count: I64In,
    alive: U8In,
    dt_s: Float,
    radius_u: Float,
    wall_squares: U64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    x_u: F64Out,
    y_u: F64Out,
    from_x_u: F64Out,
    from_y_u: F64Out,
    vx_ups: F64Out,
    vy_ups: F64Out,
    distance_u: F64Out,
) -> None:
    """Move every living body for one tick, swept against walls and the world's edge.

    The velocity becomes what was really travelled, never more than it was: a body that runs into
    a wall loses the part that leads into it.

    Args:
        distance_u: f64[players], ways travelled so far; this one is added, to 1/1024 u.
    """
    for row in range(count[0]):
        from_x_u[row], from_y_u[row] = x_u[row], y_u[row]
        if alive[row] == 0:
            continue
        vx, vy = vx_ups[row], vy_ups[row]
        if vx == 0.0 and vy == 0.0:
            continue
        dx, dy = vx * dt_s, vy * dt_s
        x, y = glide(
            x_u[row],
            y_u[row],
            dx,
            dy,
            radius_u,
            BLOCKS_MOVE,
            wall_squares,
            walls,
            wall_start,
            wall_row,
            frame,
        )
        if x != x_u[row] + dx or y != y_u[row] + dy:
            real_x, real_y = (x - x_u[row]) / dt_s, (y - y_u[row]) / dt_s
            real, wanted = real_x * real_x + real_y * real_y, vx * vx + vy * vy
            if real <= wanted:
                vx_ups[row], vy_ups[row] = real_x, real_y
            else:
                shorter = math.sqrt(wanted / real)
                vx_ups[row], vy_ups[row] = real_x * shorter, real_y * shorter
        gone_x, gone_y = x - x_u[row], y - y_u[row]
        gone = math.sqrt(gone_x * gone_x + gone_y * gone_y)
        # Whole steps: sums stay exact, and recordings of them stay small.
        distance_u[row] += math.floor(gone * WAY_STEPS + 0.5) / WAY_STEPS
        x_u[row], y_u[row] = x, y
