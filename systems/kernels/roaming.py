"""Where a bot wants to go: out of the zone's way, to its mates, its enemy, what lies about."""

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
from schema.commands import INTERACT, MOVE, PRIMARY, SKILL_SLOTS
from schema.events import NOBODY
from schema.walls import BLOCKS_MOVE, BLOCKS_SHOTS, CRATE
from systems.kernels.choosing import reach_of
from systems.kernels.collecting import is_of_use
from systems.kernels.headings import heading_of
from systems.kernels.minds import (
    GOAL_BREAK,
    GOAL_CRAWL,
    GOAL_FIGHT,
    GOAL_FLEE,
    GOAL_FOLLOW,
    GOAL_LOOT,
    GOAL_RESCUE,
    GOAL_WANDER,
    PROBE_U,
    BotsIn,
    Ground,
    MindsOut,
)
from systems.kernels.sighting import SHOT_RADIUS_U, is_open, on_screen
from systems.kernels.stages import gives_health
from systems.kernels.tables import ItemsIn, SkillsIn
from systems.kernels.walls import WallsIn, sweep_walls

Circle = tuple[float, float, float]
"""x, y, radius."""

Screen = tuple[float, float]
"""Half extents of a view."""

Goods = tuple[int, F64In, F64In, U8In, F64In, ItemsIn]
"""How many pickups there are, x_u, y_u, item, amount of each, and ITEM_ROW[items]."""

Crates = tuple[int, U8In, F64In, F64In, F64In, int]
"""How many obstacles there are, kind, health_hp, x_u, y_u of each, and the walls before them."""

Needs = tuple[bool, F64In, F64In, F64In, F64In, F64In, U8In]
"""Whether health is given; health_hp, health_max_hp, mana_mp, mana_max_mp, shield_hp of players,
levels of their skills."""

Way = tuple[int, float, float, float]
"""A goal, where it is, and how near to it one stops."""

STREAM_WANDER = 10

EDGE_U = 1.5  # so near to the zone's edge is as good as outside
CLOSED_U = 2.0  # in a zone that has closed this is as near to its middle as it gets
HASTE = 1.3  # ways are longer than straight lines
SAFE_U = 12.0
LOITER_U = 3.0
FOLLOW_U = 7.0
STAND_OFF_U = 5.0
BESIDE_U = 1.0
CRATE_U = 2.2  # nearer than that its corners are in the way
REVIVE_SHARE = 0.7


@device
def must_leave(
    x: float,
    y: float,
    step_u: float,
    left_ticks: int,
    circle: Circle,
    following: Circle,
) -> bool:
    """Whether it is time to make for the next circle.

    It is at the edge of this one, and it is when the way there at ``step_u`` a tick takes nearly as
    long as the zone leaves it in its present state.
    """
    dx, dy = x - circle[0], y - circle[1]
    inner = max(circle[2] - EDGE_U, CLOSED_U)
    if dx * dx + dy * dy > inner * inner:
        return True
    dx, dy = x - following[0], y - following[1]
    way = math.sqrt(dx * dx + dy * dy) - max(following[2] - EDGE_U, CLOSED_U)
    return bool(way > 0.0 and way * HASTE > step_u * float(left_ticks))


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
    """Row of the nearest item that is of use, in the zone and straight ahead; NOBODY for none."""
    pickups, item_x_u, item_y_u, item_of, amount, items = goods
    found, best_sq = NOBODY, loot_u * loot_u
    for place in range(pickups):
        to_x, to_y = item_x_u[place], item_y_u[place]
        dx, dy = to_x - x, to_y - y
        apart_sq = dx * dx + dy * dy
        if apart_sq >= best_sq or not on_screen(dx, dy, *screen):
            continue
        out_x, out_y = to_x - circle[0], to_y - circle[1]
        if out_x * out_x + out_y * out_y > circle[2] * circle[2]:
            continue
        if not is_of_use(items[int(item_of[place])]["kind"], amount[place], row, *needs):
            continue
        if is_open(x, y, to_x, to_y, body_radius_u, BLOCKS_MOVE, ground):
            found, best_sq = place, apart_sq
    return found


@device
def find_crate(
    x: float, y: float, loot_u: float, screen: Screen, crates: Crates, ground: Ground
) -> int:
    """Row of the nearest crate that a shot would hit, NOBODY for none."""
    obstacles, kind, health_hp, crate_x_u, crate_y_u, static_walls = crates
    found, best_sq = NOBODY, loot_u * loot_u
    for crate in range(obstacles):
        dx, dy = crate_x_u[crate] - x, crate_y_u[crate] - y
        apart_sq = dx * dx + dy * dy
        if int(kind[crate]) != CRATE or health_hp[crate] <= 0.0:
            continue
        if apart_sq >= best_sq or not on_screen(dx, dy, *screen):
            continue
        _, _, _, wall = sweep_walls(x, y, dx, dy, SHOT_RADIUS_U, BLOCKS_SHOTS, *ground)
        if wall == static_walls + crate:
            found, best_sq = crate, apart_sq
    return found


@device
def to_survive(
    row: int,
    enemy: int,
    apart_u: float,
    friend: int,
    fallen: int,
    down: U8In,
    x_u: F64In,
    y_u: F64In,
    step_u: float,
    left_ticks: int,
    circle: Circle,
    following: Circle,
    revive_reach_u: float,
) -> Way:
    """What comes before all else, GOAL_WANDER when nothing does.

    Crawl to a friend, or from the enemy, when down; out of the zone's way; to a mate who is down
    unless an enemy is near; to the enemy.
    """
    x, y = x_u[row], y_u[row]
    if down[row] != 0:
        if friend != NOBODY:
            return GOAL_CRAWL, x_u[friend], y_u[friend], BESIDE_U
        if enemy != NOBODY:
            return GOAL_CRAWL, x + x - x_u[enemy], y + y - y_u[enemy], 0.0
        return GOAL_CRAWL, x, y, 0.0
    if must_leave(x, y, step_u, left_ticks, circle, following):
        return GOAL_FLEE, following[0], following[1], BESIDE_U
    if fallen != NOBODY and (enemy == NOBODY or apart_u > SAFE_U):
        return GOAL_RESCUE, x_u[fallen], y_u[fallen], REVIVE_SHARE * revive_reach_u
    if enemy != NOBODY:
        return GOAL_FIGHT, x_u[enemy], y_u[enemy], 0.0
    return GOAL_WANDER, x, y, 0.0


@device
def to_prosper(
    row: int,
    friend: int,
    x_u: F64In,
    y_u: F64In,
    primary_u: float,
    loot_u: float,
    circle: Circle,
    wander: tuple[float, float],
    body_radius_u: float,
    screen: Screen,
    goods: Goods,
    needs: Needs,
    crates: Crates,
    ground: Ground,
) -> Way:
    """What one does in peace: take what is of use, break a crate, follow a friend, wander.

    Args:
        primary_u: how far the primary reaches.
        wander: where to, when there is nothing else.
    """
    x, y = x_u[row], y_u[row]
    item = find_item(row, x, y, loot_u, circle, body_radius_u, screen, goods, needs, ground)
    if item != NOBODY:
        return GOAL_LOOT, goods[1][item], goods[2][item], 0.0
    crate = find_crate(x, y, loot_u, screen, crates, ground)
    if crate != NOBODY:
        near_u = max(CRATE_U, min(STAND_OFF_U, 0.5 * primary_u))
        return GOAL_BREAK, crates[3][crate], crates[4][crate], near_u
    if friend != NOBODY:
        dx, dy = x_u[friend] - x, y_u[friend] - y
        if dx * dx + dy * dy > FOLLOW_U * FOLLOW_U:
            return GOAL_FOLLOW, x_u[friend], y_u[friend], FOLLOW_U
    return GOAL_WANDER, wander[0], wander[1], LOITER_U


@device
def buttons_for(goal: int, far_u: float, near_u: float, primary_u: float, revive_u: float) -> int:
    """What to press on the way to a goal that is ``far_u`` away."""
    pressed = MOVE if far_u > near_u else 0
    if goal == GOAL_RESCUE and far_u <= revive_u:
        pressed |= INTERACT
    if goal == GOAL_BREAK and far_u <= primary_u + BESIDE_U:
        pressed |= PRIMARY
    return pressed


@kernel
def roam(
    tick: I64In,
    seed: U64In,
    stage: U8In,
    down: U8In,
    x_u: F64In,
    y_u: F64In,
    speed_ups: F64In,
    health_hp: F64In,
    health_max_hp: F64In,
    mana_mp: F64In,
    mana_max_mp: F64In,
    shield_hp: F64In,
    skill_of: U8In,
    skill_level: U8In,
    zone_until_tick: I64In,
    zone_x_u: F64In,
    zone_y_u: F64In,
    zone_radius_u: F64In,
    next_x_u: F64In,
    next_y_u: F64In,
    next_radius_u: F64In,
    pickups: I64In,
    item_x_u: F64In,
    item_y_u: F64In,
    item_of: U8In,
    amount: F64In,
    obstacles: I64In,
    obstacle_kind: U8In,
    obstacle_health_hp: F64In,
    obstacle_x_u: F64In,
    obstacle_y_u: F64In,
    bots: BotsIn,
    skills: SkillsIn,
    items: ItemsIn,
    directions: F64In2,
    dt_s: Float,
    half_width_u: Float,
    half_height_u: Float,
    body_radius_u: Float,
    revive_reach_u: Float,
    static_walls: Int,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Give every mind a goal and the way to it; what the hands do in a fight comes later.

    Args:
        mana_mp, shield_hp, skill_level: everybody's; each bot looks at its own alone.
        static_walls: walls of the map; obstacle k is wall ``static_walls`` + k.
        minds: goal, way_u, heading, aim, reach and buttons are written.
    """
    ground, screen = (walls, wall_start, wall_row, frame), (half_width_u, half_height_u)
    goods = (pickups[0], item_x_u, item_y_u, item_of, amount, items)
    heals = gives_health(int(stage[0]))
    needs = (heals, health_hp, health_max_hp, mana_mp, mana_max_mp, shield_hp, skill_level)
    crates = (
        obstacles[0],
        obstacle_kind,
        obstacle_health_hp,
        obstacle_x_u,
        obstacle_y_u,
        static_walls,
    )
    circle = (zone_x_u[0], zone_y_u[0], zone_radius_u[0])
    following = (next_x_u[0], next_y_u[0], next_radius_u[0])
    left_ticks = max(0, zone_until_tick[0] - tick[0])
    for index in range(mind_count[0]):
        mind = minds[index]
        row, level = mind["row"], bots[mind["level"]]
        primary_u = reach_of(int(skill_of[row * SKILL_SLOTS]), skills)
        goal, to_x, to_y, near_u = to_survive(
            row,
            mind["enemy"],
            mind["apart_u"],
            mind["friend"],
            mind["fallen"],
            down,
            x_u,
            y_u,
            speed_ups[row] * dt_s,
            left_ticks,
            circle,
            following,
            revive_reach_u,
        )
        if goal == GOAL_WANDER:
            stretch = (tick[0] + row * 7) // level["wander_ticks"]
            goal, to_x, to_y, near_u = to_prosper(
                row,
                mind["friend"],
                x_u,
                y_u,
                primary_u,
                level["loot_u"],
                circle,
                wander_target(seed[0], stretch, row, circle, directions, frame),
                body_radius_u,
                screen,
                goods,
                needs,
                crates,
                ground,
            )
        dx, dy = to_x - x_u[row], to_y - y_u[row]
        far_u = math.sqrt(dx * dx + dy * dy)
        mind["goal"] = goal
        mind["way_u"] = min(PROBE_U, max(0.0, far_u - near_u))
        mind["heading"] = heading_of(dx, dy, directions)
        mind["aim"], mind["reach"] = mind["heading"], 255
        mind["buttons"] = buttons_for(goal, far_u, near_u, primary_u, revive_reach_u)
