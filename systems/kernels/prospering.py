"""What a bot does in peace: take what is of use, break a crate, follow a friend, wander.

A kernel for each, in this order: what one has found a goal for, the next leaves alone.
"""

import math

import numpy as np

from ecs.kernel import (
    F64In,
    F64In2,
    Float,
    I32In,
    I64In,
    Int,
    U8In,
    U64In,
    device,
    kernel,
)
from ecs.randomness import draw_below, draw_unit
from schema.commands import SKILL_SLOTS
from schema.events import NOBODY
from schema.walls import BLOCKS_MOVE, BLOCKS_SHOTS, CRATE
from systems.kernels.choosing import reach_of
from systems.kernels.collecting import Needs, is_of_use
from systems.kernels.minds import (
    GOAL_BREAK,
    GOAL_FOLLOW,
    GOAL_LOOT,
    GOAL_WANDER,
    BotsIn,
    Ground,
    MindsOut,
)
from systems.kernels.roaming import Circle
from systems.kernels.sighting import SHOT_RADIUS_U, Screen, is_open, on_screen
from systems.kernels.stages import gives_health
from systems.kernels.tables import ItemsIn, SkillsIn
from systems.kernels.walls import SKIN_U, WallsIn, cell_of, sweep_walls

Goods = tuple[F64In, F64In, U8In, F64In, ItemsIn, F64In, I32In, I32In]
"""x_u, y_u, item, amount of each pickup, ITEM_ROW[items]; pickups by cell: grid, start, row_of."""

Crates = tuple[U8In, F64In, F64In, F64In, int]
"""kind, health_hp, x_u, y_u of each obstacle, and how many walls the map has: those before them."""

STREAM_WANDER = 10

LOITER_U = 3.0
FOLLOW_U = 7.0
STAND_OFF_U = 5.0
CRATE_U = 2.2  # nearer than that its corners are in the way


@device
def wander_target(
    seed: np.uint64, stretch: int, row: int, circle: Circle, directions: F64In2, frame: F64In
) -> tuple[float, float]:
    """A point in a circle, evenly anywhere, that lasts for one stretch of wandering.

    What lies beyond the world is brought to its edge.
    """
    heading = draw_below(seed, stretch, STREAM_WANDER, row * 2, directions.shape[0])
    far = circle[2] * math.sqrt(draw_unit(seed, stretch, STREAM_WANDER, row * 2 + 1))
    x, y = circle[0] + directions[heading, 0] * far, circle[1] + directions[heading, 1] * far
    x = max(LOITER_U, min(x, frame[0] - LOITER_U))
    return x, max(LOITER_U, min(y, frame[1] - LOITER_U))


@device
def find_item(
    row: int,
    x: float,
    y: float,
    loot_u: float,
    circle: Circle,
    body_radius_u: float,
    screen: Screen,
    goods: Goods,
    needs: Needs,
    ground: Ground,
) -> int:
    """Row of the nearest item that is of use, in the zone and straight ahead; NOBODY for none.

    The lower row of two equally near.
    """
    item_x_u, item_y_u, item_of, amount, items, grid, start, row_of = goods
    found, best_sq, columns = NOBODY, loot_u * loot_u, int(grid[1])
    wide, tall = min(loot_u, screen[0]) + SKIN_U, min(loot_u, screen[1]) + SKIN_U
    first, last = cell_of(x - wide, grid[0], grid[1]), cell_of(x + wide, grid[0], grid[1])
    for cy in range(cell_of(y - tall, grid[0], grid[2]), cell_of(y + tall, grid[0], grid[2]) + 1):
        for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
            item = int(row_of[place])
            to_x, to_y = item_x_u[item], item_y_u[item]
            dx, dy = to_x - x, to_y - y
            apart_sq = dx * dx + dy * dy
            nearer = apart_sq < best_sq or (apart_sq == best_sq and item < found)
            if not nearer or not on_screen(dx, dy, *screen):
                continue
            out_x, out_y = to_x - circle[0], to_y - circle[1]
            if out_x * out_x + out_y * out_y > circle[2] * circle[2]:
                continue
            if not is_of_use(items[int(item_of[item])]["kind"], amount[item], row, *needs):
                continue
            if is_open(x, y, to_x, to_y, body_radius_u, BLOCKS_MOVE, ground):
                found, best_sq = item, apart_sq
    return found


@device
def find_crate(
    x: float, y: float, loot_u: float, screen: Screen, crates: Crates, ground: Ground
) -> int:
    """Row of the nearest crate that a shot would hit, NOBODY for none; the lower of equally near.

    Crates stand among the walls, by whose cells they are found.
    """
    kind, health_hp, crate_x_u, crate_y_u, static_walls = crates
    _, wall_start, wall_row, frame = ground
    found, best_sq, columns = NOBODY, loot_u * loot_u, int(frame[3])
    wide, tall = min(loot_u, screen[0]) + SKIN_U, min(loot_u, screen[1]) + SKIN_U
    first, last = cell_of(x - wide, frame[2], frame[3]), cell_of(x + wide, frame[2], frame[3])
    top, bottom = cell_of(y - tall, frame[2], frame[4]), cell_of(y + tall, frame[2], frame[4])
    for cy in range(top, bottom + 1):
        for place in range(wall_start[cy * columns + first], wall_start[cy * columns + last + 1]):
            crate = int(wall_row[place]) - static_walls
            if crate < 0 or int(kind[crate]) != CRATE or health_hp[crate] <= 0.0:
                continue
            dx, dy = crate_x_u[crate] - x, crate_y_u[crate] - y
            apart_sq = dx * dx + dy * dy
            nearer = apart_sq < best_sq or (apart_sq == best_sq and crate < found)
            if not nearer or not on_screen(dx, dy, *screen):
                continue
            _, _, _, wall = sweep_walls(x, y, dx, dy, SHOT_RADIUS_U, BLOCKS_SHOTS, *ground)
            if wall == static_walls + crate:
                found, best_sq = crate, apart_sq
    return found


@kernel
def seek_items(
    stage: U8In,
    x_u: F64In,
    y_u: F64In,
    health_hp: F64In,
    health_max_hp: F64In,
    mana_mp: F64In,
    mana_max_mp: F64In,
    shield_hp: F64In,
    skill_level: U8In,
    zone_x_u: F64In,
    zone_y_u: F64In,
    zone_radius_u: F64In,
    item_x_u: F64In,
    item_y_u: F64In,
    item_of: U8In,
    amount: F64In,
    grid: F64In,
    item_start: I32In,
    item_row: I32In,
    bots: BotsIn,
    items: ItemsIn,
    half_width_u: Float,
    half_height_u: Float,
    body_radius_u: Float,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Who has nothing better to do goes for an item.

    Args:
        mana_mp, shield_hp, skill_level: everybody's; each bot looks at its own alone.
        grid, item_start, item_row: pickups by cell.
        minds: goal, to_x_u, to_y_u and near_u are written.
    """
    ground, screen = (walls, wall_start, wall_row, frame), (half_width_u, half_height_u)
    goods = (item_x_u, item_y_u, item_of, amount, items, grid, item_start, item_row)
    heals = gives_health(int(stage[0]))
    needs = (heals, health_hp, health_max_hp, mana_mp, mana_max_mp, shield_hp, skill_level)
    circle = (zone_x_u[0], zone_y_u[0], zone_radius_u[0])
    for index in range(mind_count[0]):
        mind = minds[index]
        if mind["goal"] != GOAL_WANDER:
            continue
        row, loot_u = mind["row"], bots[mind["level"]]["loot_u"]
        x, y = x_u[row], y_u[row]
        item = find_item(row, x, y, loot_u, circle, body_radius_u, screen, goods, needs, ground)
        if item != NOBODY:
            mind["goal"], mind["near_u"] = GOAL_LOOT, 0.0
            mind["to_x_u"], mind["to_y_u"] = item_x_u[item], item_y_u[item]


@kernel
def seek_crates(
    x_u: F64In,
    y_u: F64In,
    skill_of: U8In,
    obstacle_kind: U8In,
    obstacle_health_hp: F64In,
    obstacle_x_u: F64In,
    obstacle_y_u: F64In,
    bots: BotsIn,
    skills: SkillsIn,
    half_width_u: Float,
    half_height_u: Float,
    static_walls: Int,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Who has nothing better to do breaks a crate, from where the primary reaches it well.

    Args:
        static_walls: walls of the map; obstacle k is wall ``static_walls`` + k.
        minds: goal, to_x_u, to_y_u and near_u are written.
    """
    ground, screen = (walls, wall_start, wall_row, frame), (half_width_u, half_height_u)
    crates = (obstacle_kind, obstacle_health_hp, obstacle_x_u, obstacle_y_u, static_walls)
    for index in range(mind_count[0]):
        mind = minds[index]
        if mind["goal"] != GOAL_WANDER:
            continue
        row, loot_u = mind["row"], bots[mind["level"]]["loot_u"]
        crate = find_crate(x_u[row], y_u[row], loot_u, screen, crates, ground)
        if crate != NOBODY:
            primary_u = reach_of(int(skill_of[row * SKILL_SLOTS]), skills)
            mind["goal"] = GOAL_BREAK
            mind["near_u"] = max(CRATE_U, min(STAND_OFF_U, 0.5 * primary_u))
            mind["to_x_u"], mind["to_y_u"] = obstacle_x_u[crate], obstacle_y_u[crate]


@kernel
def stroll(
    tick: I64In,
    seed: U64In,
    x_u: F64In,
    y_u: F64In,
    zone_x_u: F64In,
    zone_y_u: F64In,
    zone_radius_u: F64In,
    bots: BotsIn,
    directions: F64In2,
    frame: F64In,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Who still has nothing to do follows a friend who is far, or wanders.

    Args:
        minds: goal, to_x_u, to_y_u and near_u are written.
    """
    circle = (zone_x_u[0], zone_y_u[0], zone_radius_u[0])
    for index in range(mind_count[0]):
        mind = minds[index]
        if mind["goal"] != GOAL_WANDER:
            continue
        row, friend = mind["row"], mind["friend"]
        if friend != NOBODY:
            dx, dy = x_u[friend] - x_u[row], y_u[friend] - y_u[row]
            if dx * dx + dy * dy > FOLLOW_U * FOLLOW_U:
                mind["goal"], mind["near_u"] = GOAL_FOLLOW, FOLLOW_U
                mind["to_x_u"], mind["to_y_u"] = x_u[friend], y_u[friend]
                continue
        stretch = (tick[0] + row * 7) // bots[mind["level"]]["wander_ticks"]
        x, y = wander_target(seed[0], stretch, row, circle, directions, frame)
        mind["near_u"], mind["to_x_u"], mind["to_y_u"] = LOITER_U, x, y
