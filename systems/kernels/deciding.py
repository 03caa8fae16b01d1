"""What bots decide: a batch over those whose turn it is, from what a player could see.

A bot has no memory.  Everything that should last (where it wanders, which way it strafes) is
drawn at an address that lasts as long, so that a bot goes on unchanged after a restore.
"""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import F64In, F64In2, I32In, I64In, I64Out, Records, U8In, U64In, device, kernel
from ecs.randomness import draw_below, draw_unit
from schema.commands import ATTACK, BLAST, COMMAND, DASH, MOVE
from systems.kernels.geometry import MISS
from systems.kernels.headings import heading_of
from systems.kernels.walls import cell_of, sweep_walls

CommandsOut = Annotated[NDArray[np.void], Records(COMMAND, True)]

STREAM_WANDER = 10
STREAM_STRAFE = 11
STREAM_AIM = 12
STREAM_BLAST = 13
STREAM_DASH = 14
STREAM_SIDE = 15

STRAFE_TICKS = 24
PROBE_U = 3.0
LOITER_U = 3.0
SHOT_RADIUS_U = 0.15


@device
def find_enemy(
    row: int,
    sight_u: float,
    x_u: F64In,
    y_u: F64In,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> int:
    """Row of the nearest other player in sight and not behind a wall, -1 for none."""
    x, y = x_u[row], y_u[row]
    best, best_sq = -1, sight_u * sight_u
    columns = int(grid[1])
    for cy in range(
        cell_of(y - sight_u, grid[0], grid[2]), cell_of(y + sight_u, grid[0], grid[2]) + 1
    ):
        for cx in range(
            cell_of(x - sight_u, grid[0], grid[1]), cell_of(x + sight_u, grid[0], grid[1]) + 1
        ):
            cell = cy * columns + cx
            for place in range(start[cell], start[cell + 1]):
                other = int(row_of[place])
                dx, dy = x_u[other] - x, y_u[other] - y
                apart_sq = dx * dx + dy * dy
                if other == row or apart_sq >= best_sq:
                    continue
                t, _, _ = sweep_walls(
                    x, y, dx, dy, SHOT_RADIUS_U, walls, wall_start, wall_row, frame
                )
                if t == MISS:
                    best, best_sq = other, apart_sq
    return best


@device
def find_way(
    x: float,
    y: float,
    heading: int,
    side: int,
    radius_u: float,
    directions: F64In2,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> int:
    """The heading nearest to the wanted one that is free for a few units, trying ``side`` first."""
    size = int(directions.shape[0])
    for attempt in range(9):
        turn = (attempt + 1) // 2 * 400 * (side if attempt % 2 == 1 else -side)
        wish = (heading + turn) % size
        dx, dy = directions[wish, 0] * PROBE_U, directions[wish, 1] * PROBE_U
        inside = radius_u < x + dx < frame[0] - radius_u and radius_u < y + dy < frame[1] - radius_u
        t, _, _ = sweep_walls(x, y, dx, dy, radius_u, walls, wall_start, wall_row, frame)
        if inside and t == MISS:
            return wish
    return heading


@device
def wander_target(
    seed: np.uint64,
    stretch: int,
    row: int,
    circle: tuple[float, float, float],
    directions: F64In2,
) -> tuple[float, float]:
    """A point in the next circle that lasts for one stretch of wandering."""
    heading = draw_below(seed, stretch, STREAM_WANDER, row * 2, directions.shape[0])
    far = circle[2] * math.sqrt(draw_unit(seed, stretch, STREAM_WANDER, row * 2 + 1))
    return circle[0] + directions[heading, 0] * far, circle[1] + directions[heading, 1] * far


@kernel
def decide(
    count: I64In,
    tick: I64In,
    seed: U64In,
    bot: U8In,
    alive: U8In,
    health_hp: F64In,
    x_u: F64In,
    y_u: F64In,
    vx_ups: F64In,
    vy_ups: F64In,
    zone: F64In,
    skill: F64In,
    directions: F64In2,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    commands: CommandsOut,
    made: I64Out,
) -> None:
    """One command for every living bot whose turn it is; turns are spread over the period.

    Args:
        zone: f64[6], x, y, radius now and next, units.
        skill: f64[11], see ``systems.bots.SKILL``.
        commands: written from the front, ascending by slot.
        made: i64[1], written: number of commands.
    """
    period, size = int(skill[0]), directions.shape[0]
    now, written = tick[0], 0
    for row in range(count[0]):
        if bot[row] == 0 or alive[row] == 0 or (now + row) % period != 0:
            continue
        x, y = x_u[row], y_u[row]
        out_x, out_y = zone[0] - x, zone[1] - y
        outside = out_x * out_x + out_y * out_y > (zone[2] * 0.96) * (zone[2] * 0.96)
        enemy = find_enemy(
            row, skill[1], x_u, y_u, grid, start, row_of, walls, wall_start, wall_row, frame
        )
        buttons = MOVE
        side = 1 if draw_unit(seed[0], now // STRAFE_TICKS, STREAM_SIDE, row) < 0.5 else -1
        aim, reach = 0, 255
        if outside:
            goal_x, goal_y = zone[3] - x, zone[4] - y
            buttons |= DASH
        else:
            stretch = (now + row * 7) // int(skill[6])
            target_x, target_y = wander_target(
                seed[0], stretch, row, (zone[3], zone[4], zone[5]), directions
            )
            goal_x, goal_y = target_x - x, target_y - y
        heading = heading_of(goal_x, goal_y, directions)
        aim = heading
        if goal_x * goal_x + goal_y * goal_y < LOITER_U * LOITER_U:
            buttons &= ~MOVE
        if enemy >= 0:
            dx, dy = x_u[enemy] - x, y_u[enemy] - y
            apart = math.sqrt(dx * dx + dy * dy)
            lead = apart / skill[7]
            error = int((draw_unit(seed[0], now, STREAM_AIM, row) * 2.0 - 1.0) * skill[2])
            aim = heading_of(dx + vx_ups[enemy] * lead, dy + vy_ups[enemy] * lead, directions)
            aim = (aim + error) % size
            if apart <= skill[8]:
                buttons |= ATTACK
            if apart <= skill[9] and draw_unit(seed[0], now, STREAM_BLAST, row) < skill[5]:
                buttons |= BLAST
                reach = int(min(255.0, 255.0 * apart / skill[9]))
            if not outside:
                toward = heading_of(dx, dy, directions)
                sway = (
                    1 if draw_unit(seed[0], now // STRAFE_TICKS, STREAM_STRAFE, row) < 0.5 else -1
                )
                angle = 900
                if apart > skill[3] * 1.25:
                    angle = 420
                elif apart < skill[3] * 0.75:
                    angle = 1500
                heading = (toward + sway * angle) % size
                buttons |= MOVE
                weak = health_hp[enemy] > health_hp[row] and health_hp[row] < skill[4]
                if weak:
                    heading = (toward + 2048 + sway * 300) % size
                if weak or draw_unit(seed[0], now, STREAM_DASH, row) < 0.03:
                    buttons |= DASH
        heading = find_way(
            x, y, heading, side, skill[10], directions, walls, wall_start, wall_row, frame
        )
        commands[written]["slot"] = row
        commands[written]["move"] = heading
        commands[written]["aim"] = aim
        commands[written]["reach"] = reach
        commands[written]["buttons"] = buttons
        commands[written]["seq"] = now
        commands[written]["view_tick"] = now
        written += 1
    made[0] = written
