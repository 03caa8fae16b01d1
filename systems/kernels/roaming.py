"""Where a bot wants to go: out of the zone's way, to its mates, its enemy; and how it sets out.

What it does in peace, when nothing of this comes first, is in ``kernels.prospering``.
"""

import math

from ecs.kernel import F64In, F64In2, Float, I64In, U8In, device, kernel
from schema.commands import INTERACT, MOVE, PRIMARY, SKILL_SLOTS
from schema.events import NOBODY
from systems.kernels.choosing import reach_of
from systems.kernels.headings import heading_of
from systems.kernels.minds import (
    GOAL_BREAK,
    GOAL_CRAWL,
    GOAL_FIGHT,
    GOAL_FLEE,
    GOAL_RESCUE,
    GOAL_WANDER,
    PROBE_U,
    MindsOut,
)
from systems.kernels.tables import SkillsIn

Circle = tuple[float, float, float]
"""x, y, radius."""

Way = tuple[int, float, float, float]
"""A goal, where it is, and how near to it one stops."""

EDGE_U = 1.5  # so near to the zone's edge is as good as outside
CLOSED_U = 2.0  # in a zone that has closed this is as near to its middle as it gets
HASTE = 1.3  # ways are longer than straight lines
SAFE_U = 12.0
BESIDE_U = 1.0
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
def buttons_for(goal: int, far_u: float, near_u: float, primary_u: float, revive_u: float) -> int:
    """What to press on the way to a goal that is ``far_u`` away."""
    pressed = MOVE if far_u > near_u else 0
    if goal == GOAL_RESCUE and far_u <= revive_u:
        pressed |= INTERACT
    if goal == GOAL_BREAK and far_u <= primary_u + BESIDE_U:
        pressed |= PRIMARY
    return pressed


@kernel
def survive(
    tick: I64In,
    down: U8In,
    x_u: F64In,
    y_u: F64In,
    speed_ups: F64In,
    zone_until_tick: I64In,
    zone_x_u: F64In,
    zone_y_u: F64In,
    zone_radius_u: F64In,
    next_x_u: F64In,
    next_y_u: F64In,
    next_radius_u: F64In,
    dt_s: Float,
    revive_reach_u: Float,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Give every mind the goal that comes before all else, GOAL_WANDER where nothing does.

    Args:
        minds: goal, to_x_u, to_y_u and near_u are written.
    """
    circle = (zone_x_u[0], zone_y_u[0], zone_radius_u[0])
    following = (next_x_u[0], next_y_u[0], next_radius_u[0])
    left_ticks = max(0, zone_until_tick[0] - tick[0])
    for index in range(mind_count[0]):
        mind = minds[index]
        row = mind["row"]
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
        mind["goal"], mind["near_u"] = goal, near_u
        mind["to_x_u"], mind["to_y_u"] = to_x, to_y


@kernel
def set_out(
    x_u: F64In,
    y_u: F64In,
    skill_of: U8In,
    skills: SkillsIn,
    directions: F64In2,
    revive_reach_u: Float,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Set out for every mind's goal; what the hands do in a fight comes later.

    Args:
        minds: way_u, heading, aim, reach and buttons are written.
    """
    for index in range(mind_count[0]):
        mind = minds[index]
        row, near_u = mind["row"], mind["near_u"]
        dx, dy = mind["to_x_u"] - x_u[row], mind["to_y_u"] - y_u[row]
        far_u = math.sqrt(dx * dx + dy * dy)
        primary_u = reach_of(int(skill_of[row * SKILL_SLOTS]), skills)
        mind["way_u"] = min(PROBE_U, max(0.0, far_u - near_u))
        mind["heading"] = heading_of(dx, dy, directions)
        mind["aim"], mind["reach"] = mind["heading"], 255
        mind["buttons"] = buttons_for(mind["goal"], far_u, near_u, primary_u, revive_reach_u)
