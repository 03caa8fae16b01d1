"""Out of harm's way: steps out of areas that are going to hurt, and dashes."""

import math

from ecs.kernel import F64In, F64In2, Float, I32In, I64In, Int, U8In, U64In, device, kernel
from ecs.randomness import draw_unit
from schema.commands import MOVE, PRIMARY, SKILL_SLOTS
from schema.events import NOBODY, ROOTED
from schema.rulebook import DASH, ENEMIES
from systems.kernels.choosing import CLOSE_U, is_payable, reach_of
from systems.kernels.headings import heading_of
from systems.kernels.minds import (
    GOAL_CRAWL,
    GOAL_DODGE,
    GOAL_FIGHT,
    GOAL_FLEE,
    PROBE_U,
    BotsIn,
    MindsOut,
)
from systems.kernels.tables import SkillsIn
from systems.kernels.walls import SKIN_U, cell_of

Lying = tuple[F64In, F64In, F64In, U8In, I64In, F64In, I32In, I32In]
"""x_u, y_u, radius_u, skill, owner of each area; areas by cell: grid, start, row_of."""

STREAM_DASH = 14
STREAM_DODGE = 16

HEED = 0.5  # what the worst of them notice of areas
MARGIN_U = 0.4


@device
def harms(
    area: int,
    row: int,
    friendly_fire: int,
    team: I64In,
    area_skill: U8In,
    area_owner: I64In,
    skills: SkillsIn,
) -> bool:
    """Whether an area hurts a player who stands in it; those of team mates with friendly fire."""
    owner = area_owner[area]
    if team[owner] == team[row] and (friendly_fire == 0 or owner == row):
        return False
    return bool(skills[int(area_skill[area])]["affects"] & ENEMIES != 0)


@device
def deepest_area(
    row: int,
    x: float,
    y: float,
    wide_u: float,
    search_u: float,
    friendly_fire: int,
    team: I64In,
    lying: Lying,
    skills: SkillsIn,
) -> int:
    """Of the areas that will hurt a player where it stands, the one it is deepest in, or NOBODY.

    Deepest by the distance to the edge, widened by ``wide_u``; the lower row of equals.

    Args:
        search_u: how far the middle of any area may be that reaches here.
    """
    area_x_u, area_y_u, area_radius_u, area_skill, area_owner, grid, start, row_of = lying
    found, deepest_u, columns = NOBODY, 0.0, int(grid[1])
    first, last = cell_of(x - search_u, grid[0], grid[1]), cell_of(x + search_u, grid[0], grid[1])
    top, bottom = cell_of(y - search_u, grid[0], grid[2]), cell_of(y + search_u, grid[0], grid[2])
    for cy in range(top, bottom + 1):
        for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
            area = int(row_of[place])
            dx, dy, reach = x - area_x_u[area], y - area_y_u[area], area_radius_u[area] + wide_u
            apart_sq = dx * dx + dy * dy
            if apart_sq >= reach * reach:
                continue
            if not harms(area, row, friendly_fire, team, area_skill, area_owner, skills):
                continue
            deep_u = reach - math.sqrt(apart_sq)
            if deep_u > deepest_u or (deep_u == deepest_u and area < found):
                found, deepest_u = area, deep_u
    return found


@kernel
def dodge(
    tick: I64In,
    seed: U64In,
    team: I64In,
    x_u: F64In,
    y_u: F64In,
    areas: I64In,
    area_x_u: F64In,
    area_y_u: F64In,
    area_radius_u: F64In,
    area_skill: U8In,
    area_owner: I64In,
    grid: F64In,
    area_start: I32In,
    area_row: I32In,
    bots: BotsIn,
    skills: SkillsIn,
    directions: F64In2,
    body_radius_u: Float,
    friendly_fire: Int,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Whoever stands in an area that will hurt steps out of it, if it is noticed: HEED and more.

    Straight away from its middle; from the very middle, the way one was going.

    Args:
        grid, area_start, area_row: areas by cell.
        minds: goal, heading and buttons are written.
    """
    lying = (
        area_x_u,
        area_y_u,
        area_radius_u,
        area_skill,
        area_owner,
        grid,
        area_start,
        area_row,
    )
    wide_u, widest_u = body_radius_u + MARGIN_U, 0.0
    for area in range(areas[0]):
        widest_u = max(widest_u, area_radius_u[area])
    search_u = widest_u + wide_u + SKIN_U
    for index in range(mind_count[0]):
        mind = minds[index]
        row = mind["row"]
        x, y = x_u[row], y_u[row]
        area = deepest_area(row, x, y, wide_u, search_u, friendly_fire, team, lying, skills)
        if area == NOBODY or mind["goal"] == GOAL_CRAWL:
            continue
        level = bots[mind["level"]]
        heed = HEED + (1.0 - HEED) * level["skill_chance"]
        if draw_unit(seed[0], tick[0], STREAM_DODGE, row) >= heed:
            continue
        dx, dy = x - area_x_u[area], y - area_y_u[area]
        if dx != 0.0 or dy != 0.0:
            mind["heading"] = heading_of(dx, dy, directions)
        mind["goal"] = GOAL_DODGE
        mind["way_u"] = PROBE_U
        mind["buttons"] |= MOVE


@device
def wants_dash(
    goal: int, apart_u: float, primary_u: float, dash_u: float, outside: bool, weak: bool
) -> bool:
    """Whether a dash along the heading helps: out of an area, into the zone, away, or close.

    Args:
        primary_u: how far the primary reaches.  dash_u: how far the dash goes.
        outside: of the zone as it is now.
    """
    if goal == GOAL_FIGHT:
        closes = primary_u < CLOSE_U and primary_u < apart_u <= dash_u + primary_u
        return weak or closes
    return goal == GOAL_DODGE or (goal == GOAL_FLEE and outside)


@kernel
def dash(
    tick: I64In,
    seed: U64In,
    flags: U8In,
    x_u: F64In,
    y_u: F64In,
    health_hp: F64In,
    health_max_hp: F64In,
    mana_mp: F64In,
    skill_of: U8In,
    charges: U8In,
    ready_tick: I64In,
    zone_x_u: F64In,
    zone_y_u: F64In,
    zone_radius_u: F64In,
    bots: BotsIn,
    skills: SkillsIn,
    dt_s: Float,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Press the button of a dash where it helps, by the level's chance.

    Args:
        minds: buttons are written; where MOVE is not pressed nobody dashes.
    """
    for index in range(mind_count[0]):
        mind = minds[index]
        row = mind["row"]
        if mind["buttons"] & MOVE == 0 or int(flags[row]) & ROOTED != 0:
            continue
        level = bots[mind["level"]]
        if draw_unit(seed[0], tick[0], STREAM_DASH, row) >= level["skill_chance"]:
            continue
        dx, dy = x_u[row] - zone_x_u[0], y_u[row] - zone_y_u[0]
        outside = dx * dx + dy * dy > zone_radius_u[0] * zone_radius_u[0]
        weak = health_hp[row] < level["caution_ratio"] * health_max_hp[row]
        primary_u = reach_of(int(skill_of[row * SKILL_SLOTS]), skills)
        for slot in range(SKILL_SLOTS):
            place = row * SKILL_SLOTS + slot
            skill = int(skill_of[place])
            if skills[skill]["kind"] != DASH:
                continue
            dash_u = skills[skill]["speed_ups"] * float(skills[skill]["life_ticks"]) * dt_s
            wants = wants_dash(mind["goal"], mind["apart_u"], primary_u, dash_u, outside, weak)
            if wants and is_payable(
                place, tick[0], mana_mp[row], skill, skills, charges, ready_tick
            ):
                mind["buttons"] |= PRIMARY << slot
                break
