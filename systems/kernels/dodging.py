"""Out of harm's way: steps out of areas that are going to hurt, and dashes."""

import math

from ecs.kernel import F64In, F64In2, Float, I64In, Int, U8In, U64In, device, kernel
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

STREAM_DASH = 14
STREAM_DODGE = 16

HEED = 0.5  # what the worst of them notice of areas
MARGIN_U = 0.4


@device
def deepest_area(
    row: int,
    x: float,
    y: float,
    wide_u: float,
    friendly_fire: int,
    team: I64In,
    areas: I64In,
    area_x_u: F64In,
    area_y_u: F64In,
    area_radius_u: F64In,
    area_skill: U8In,
    area_owner: I64In,
    skills: SkillsIn,
) -> int:
    """Of the areas that will hurt a player where it stands, the one it is deepest in, or NOBODY.

    Deepest by the distance to the edge, widened by ``wide_u``; the lower row of equals.  Those of
    team mates count where there is friendly fire.
    """
    found, deepest_u = NOBODY, 0.0
    for area in range(areas[0]):
        owner, skill = area_owner[area], int(area_skill[area])
        harmless = team[owner] == team[row] and (friendly_fire == 0 or owner == row)
        if harmless or skills[skill]["affects"] & ENEMIES == 0:
            continue
        dx, dy, reach = x - area_x_u[area], y - area_y_u[area], area_radius_u[area] + wide_u
        apart_sq = dx * dx + dy * dy
        if apart_sq >= reach * reach:
            continue
        deep_u = reach - math.sqrt(apart_sq)
        if deep_u > deepest_u:
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
        minds: goal, heading and buttons are written.
    """
    for index in range(mind_count[0]):
        mind = minds[index]
        row = mind["row"]
        level = bots[mind["level"]]
        area = deepest_area(
            row,
            x_u[row],
            y_u[row],
            body_radius_u + MARGIN_U,
            friendly_fire,
            team,
            areas,
            area_x_u,
            area_y_u,
            area_radius_u,
            area_skill,
            area_owner,
            skills,
        )
        if area == NOBODY or mind["goal"] == GOAL_CRAWL:
            continue
        heed = HEED + (1.0 - HEED) * level["skill_chance"]
        if draw_unit(seed[0], tick[0], STREAM_DODGE, row) >= heed:
            continue
        dx, dy = x_u[row] - area_x_u[area], y_u[row] - area_y_u[area]
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
