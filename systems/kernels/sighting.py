"""What a bot sees: whose turn it is, its enemy, and how its team is doing.

It sees what a player's screen would show, and less: the rectangle of a view, nobody whom a bush
hides, nobody farther than its level notices, nobody behind a wall that stops looks.
"""

import math

import numpy as np

from ecs.kernel import F64In, Float, I32In, I64In, I64Out, Int, U8In, U64In, device, kernel
from ecs.randomness import draw_unit
from schema.events import NOBODY
from schema.walls import BLOCKS_SHOTS, BLOCKS_SIGHT
from systems.kernels.broadphase import Cells
from systems.kernels.cover import is_hidden
from systems.kernels.geometry import MISS
from systems.kernels.minds import BotsIn, Ground, MindsOut
from systems.kernels.walls import WallsIn, cell_of, sweep_walls

Screen = tuple[float, float]
"""Half extents of a view."""

Cover = tuple[I64In, I64In, U8In]
"""bush, seen_until_tick, flags of players: whom a bush hides."""

STREAM_HEED = 17

ABSENT_CHANCE = 0.5
ABSENT_RATIO = 0.5
SHOT_RADIUS_U = 0.2
DOWN_FARTHER_SQ = 9.0  # who is down is no danger: minded as if three times as far away
MEND_U = 12.0
WOUNDED_SHARE = 0.75


@device
def is_open(
    x: float, y: float, to_x: float, to_y: float, radius: float, blocks: int, ground: Ground
) -> bool:
    """Whether no wall that blocks ``blocks`` touches a circle moved from one place to another."""
    t, _, _, _ = sweep_walls(x, y, to_x - x, to_y - y, radius, blocks, *ground)
    return t == MISS


@device
def attention(seed: np.uint64, stretch: int, row: int) -> float:
    """What share of its sight a bot uses for a stretch of time: all, or less while it is absent.

    A crowd in which everybody notices everybody is over before it has spread.
    """
    absent = draw_unit(seed, stretch, STREAM_HEED, row) < ABSENT_CHANCE
    return ABSENT_RATIO if absent else 1.0


@device
def on_screen(dx: float, dy: float, half_width_u: float, half_height_u: float) -> bool:
    """Whether what is (dx, dy) away lies in the view's rectangle."""
    return abs(dx) <= half_width_u and abs(dy) <= half_height_u


@device
def find_enemy(
    row: int,
    tick: int,
    sight_u: float,
    screen: Screen,
    notice_u: float,
    down: U8In,
    team: I64In,
    cover: Cover,
    x_u: F64In,
    y_u: F64In,
    cells: Cells,
    ground: Ground,
) -> int:
    """Row of the nearest enemy in sight, NOBODY for none; the lower of two equally near.

    Who is knocked down counts as farther away.
    """
    x, y, (grid, start, row_of) = x_u[row], y_u[row], cells
    best, best_sq, columns = NOBODY, 1e300, int(grid[1])
    wide, tall = min(sight_u, screen[0]), min(sight_u, screen[1])
    first, last = cell_of(x - wide, grid[0], grid[1]), cell_of(x + wide, grid[0], grid[1])
    for cy in range(cell_of(y - tall, grid[0], grid[2]), cell_of(y + tall, grid[0], grid[2]) + 1):
        for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
            other = int(row_of[place])
            dx, dy = x_u[other] - x, y_u[other] - y
            apart_sq = dx * dx + dy * dy
            far_sq = apart_sq * (DOWN_FARTHER_SQ if down[other] != 0 else 1.0)
            nearer = far_sq < best_sq or (far_sq == best_sq and other < best)
            if team[other] == team[row] or not nearer or apart_sq > sight_u * sight_u:
                continue
            if not on_screen(dx, dy, *screen):
                continue
            if is_hidden(other, row, apart_sq, tick, notice_u, *cover):
                continue
            # Asked last what costs most.
            if is_open(x, y, x_u[other], y_u[other], 0.0, BLOCKS_SIGHT, ground):
                best, best_sq = other, far_sq
    return best


@device
def find_mates(
    row: int,
    players: int,
    alive: U8In,
    down: U8In,
    team: I64In,
    health_hp: F64In,
    health_max_hp: F64In,
    x_u: F64In,
    y_u: F64In,
    ground: Ground,
) -> tuple[int, int, int]:
    """(friend, fallen, wounded) as in MIND.  A player knows where team mates are, however far."""
    friend, fallen, wounded = NOBODY, NOBODY, NOBODY
    friend_sq, fallen_sq, least = 1e300, 1e300, WOUNDED_SHARE
    for other in range(players):
        if other == row or alive[other] == 0 or team[other] != team[row]:
            continue
        dx, dy = x_u[other] - x_u[row], y_u[other] - y_u[row]
        apart_sq = dx * dx + dy * dy
        if down[other] != 0:
            if apart_sq < fallen_sq:
                fallen, fallen_sq = other, apart_sq
            continue
        if apart_sq < friend_sq:
            friend, friend_sq = other, apart_sq
        share = health_hp[other] / health_max_hp[other]
        near = apart_sq <= MEND_U * MEND_U and share < least
        if near and is_open(x_u[row], y_u[row], x_u[other], y_u[other], 0.0, BLOCKS_SIGHT, ground):
            wounded, least = other, share
    return friend, fallen, wounded


@kernel
def look(
    players: I64In,
    tick: I64In,
    seed: U64In,
    bot: U8In,
    alive: U8In,
    down: U8In,
    team: I64In,
    bush: I64In,
    seen_until_tick: I64In,
    flags: U8In,
    health_hp: F64In,
    health_max_hp: F64In,
    x_u: F64In,
    y_u: F64In,
    bots: BotsIn,
    half_width_u: Float,
    half_height_u: Float,
    notice_u: Float,
    team_size: Int,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    minds: MindsOut,
    mind_count: I64Out,
) -> None:
    """A mind for every living bot whose turn it is; turns are spread over its level's period.

    Args:
        bots: BOT_ROW[3], by level.
        half_width_u, half_height_u: half extents of a player's view.
        team_size: 1 when there are no mates to look for.
        minds: MIND[players], written from the front, ascending by row.
        mind_count: i64[1], written.
    """
    ground, now, made = (walls, wall_start, wall_row, frame), tick[0], 0
    screen, cells = (half_width_u, half_height_u), (grid, start, row_of)
    cover = (bush, seen_until_tick, flags)
    for row in range(players[0]):
        if bot[row] == 0 or int(bot[row]) > bots.shape[0] or alive[row] == 0:
            continue
        level = bots[int(bot[row]) - 1]
        if (now + row) % level["period_ticks"] != 0:
            continue
        stretch = (now + row * 7) // level["wander_ticks"]
        sight_u = level["sight_u"] * attention(seed[0], stretch, row)
        enemy = find_enemy(
            row, now, sight_u, screen, notice_u, down, team, cover, x_u, y_u, cells, ground
        )
        friend, fallen, wounded = NOBODY, NOBODY, NOBODY
        if team_size > 1:
            friend, fallen, wounded = find_mates(
                row, players[0], alive, down, team, health_hp, health_max_hp, x_u, y_u, ground
            )
        mind, apart, clear = minds[made], 0.0, 0
        if enemy != NOBODY:
            x, y, dx, dy = x_u[row], y_u[row], x_u[enemy] - x_u[row], y_u[enemy] - y_u[row]
            apart = math.sqrt(dx * dx + dy * dy)
            clear = int(is_open(x, y, x + dx, y + dy, SHOT_RADIUS_U, BLOCKS_SHOTS, ground))
        mind["row"], mind["level"] = row, int(bot[row]) - 1
        mind["enemy"], mind["apart_u"], mind["clear"] = enemy, apart, clear
        mind["friend"], mind["fallen"], mind["wounded"] = friend, fallen, wounded
        made += 1
    mind_count[0] = made
