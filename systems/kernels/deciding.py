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

# Places in the array that says how good a bot is; ``systems.bots`` fills it.
PERIOD_TICKS = 0
SIGHT_U = 1
AIM_ERROR_DIRECTIONS = 2
KEEP_DISTANCE_U = 3
DASH_HEALTH_HP = 4
BLAST_CHANCE = 5
WANDER_TICKS = 6
SHOT_SPEED_UPS = 7
SHOT_RANGE_U = 8
BLAST_RANGE_U = 9
BODY_RADIUS_U = 10

STRAFE_TICKS = 24
WHIM = 0.03  # chance of a dash for no reason, per decision in a fight

# Turns against the line to the enemy, in directions: 1024 is a quarter.
ACROSS = 900
CLOSER = 420
WIDER = 1500
AWAY = 2048

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


@device
def travel(
    now: int,
    row: int,
    seed: np.uint64,
    x: float,
    y: float,
    outside: bool,
    zone: F64In,
    skill: F64In,
    directions: F64In2,
) -> tuple[int, int]:
    """(heading, buttons) of a bot that sees nobody: into the zone, otherwise wandering in it."""
    buttons = MOVE
    if outside:
        goal_x, goal_y = zone[3] - x, zone[4] - y
        buttons |= DASH
    else:
        stretch = (now + row * 7) // int(skill[WANDER_TICKS])
        circle = (zone[3], zone[4], zone[5])
        target_x, target_y = wander_target(seed, stretch, row, circle, directions)
        goal_x, goal_y = target_x - x, target_y - y
    if goal_x * goal_x + goal_y * goal_y < LOITER_U * LOITER_U:
        buttons &= ~MOVE
    return heading_of(goal_x, goal_y, directions), buttons


@device
def attack(
    now: int,
    row: int,
    seed: np.uint64,
    gap: tuple[float, float],
    enemy_velocity: tuple[float, float],
    skill: F64In,
    directions: F64In2,
) -> tuple[int, int, int]:
    """(aim, reach, buttons) against an enemy: ahead of where it is, and off by the bot's error."""
    size = int(directions.shape[0])
    dx, dy = gap
    apart = math.sqrt(dx * dx + dy * dy)
    lead = apart / skill[SHOT_SPEED_UPS]
    off = (draw_unit(seed, now, STREAM_AIM, row) * 2.0 - 1.0) * skill[AIM_ERROR_DIRECTIONS]
    ahead_x, ahead_y = dx + enemy_velocity[0] * lead, dy + enemy_velocity[1] * lead
    aim = (heading_of(ahead_x, ahead_y, directions) + int(off)) % size
    buttons, reach = 0, 255
    if apart <= skill[SHOT_RANGE_U]:
        buttons |= ATTACK
    if (
        apart <= skill[BLAST_RANGE_U]
        and draw_unit(seed, now, STREAM_BLAST, row) < skill[BLAST_CHANCE]
    ):
        buttons |= BLAST
        reach = int(min(255.0, 255.0 * apart / skill[BLAST_RANGE_U]))
    return aim, reach, buttons


@device
def strafe(
    now: int,
    row: int,
    seed: np.uint64,
    gap: tuple[float, float],
    health_hp: float,
    enemy_health_hp: float,
    skill: F64In,
    directions: F64In2,
) -> tuple[int, int]:
    """(heading, buttons) in a fight: around the enemy at the liked distance; away when weak."""
    size = int(directions.shape[0])
    dx, dy = gap
    apart = math.sqrt(dx * dx + dy * dy)
    toward = heading_of(dx, dy, directions)
    sway = 1 if draw_unit(seed, now // STRAFE_TICKS, STREAM_STRAFE, row) < 0.5 else -1
    angle = ACROSS
    if apart > skill[KEEP_DISTANCE_U] * 1.25:
        angle = CLOSER
    elif apart < skill[KEEP_DISTANCE_U] * 0.75:
        angle = WIDER
    buttons = MOVE
    weak = enemy_health_hp > health_hp and health_hp < skill[DASH_HEALTH_HP]
    heading = (toward + sway * angle) % size
    if weak:
        heading = (toward + AWAY + sway * 300) % size
    if weak or draw_unit(seed, now, STREAM_DASH, row) < WHIM:
        buttons |= DASH
    return heading, buttons


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
        skill: f64[11], indexed by the constants above.
        commands: written from the front, ascending by slot.
        made: i64[1], written: number of commands.
    """
    period, now, written = int(skill[PERIOD_TICKS]), tick[0], 0
    for row in range(count[0]):
        if bot[row] == 0 or alive[row] == 0 or (now + row) % period != 0:
            continue
        x, y = x_u[row], y_u[row]
        out_x, out_y = zone[0] - x, zone[1] - y
        outside = out_x * out_x + out_y * out_y > (zone[2] * 0.96) * (zone[2] * 0.96)
        enemy = find_enemy(
            row, skill[SIGHT_U], x_u, y_u, grid, start, row_of, walls, wall_start, wall_row, frame
        )
        heading, buttons = travel(now, row, seed[0], x, y, outside, zone, skill, directions)
        aim, reach = heading, 255
        if enemy >= 0:
            gap = (x_u[enemy] - x, y_u[enemy] - y)
            velocity = (vx_ups[enemy], vy_ups[enemy])
            aim, reach, pressed = attack(now, row, seed[0], gap, velocity, skill, directions)
            if not outside:
                heading, buttons = strafe(
                    now, row, seed[0], gap, health_hp[row], health_hp[enemy], skill, directions
                )
            buttons |= pressed
        side = 1 if draw_unit(seed[0], now // STRAFE_TICKS, STREAM_SIDE, row) < 0.5 else -1
        heading = find_way(
            x,
            y,
            heading,
            side,
            skill[BODY_RADIUS_U],
            directions,
            walls,
            wall_start,
            wall_row,
            frame,
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
