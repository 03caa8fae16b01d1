"""What a bot does about its enemy: aim, keep its distance, and use its skills."""

import math

from ecs.kernel import F64In, F64In2, Float, I64In, U8In, U64In, device, kernel
from ecs.randomness import draw_unit
from schema.commands import INTERACT, MOVE, SKILL_SLOTS
from schema.events import NOBODY
from schema.rulebook import AREA, BEAM, PROJECTILE
from systems.kernels.choosing import CLOSE_U, MEND_SHARE, reach_of, use_hands
from systems.kernels.headings import heading_of, turned
from systems.kernels.minds import GOAL_CRAWL, GOAL_FIGHT, PROBE_U, BotsIn, MindsOut
from systems.kernels.tables import EffectsIn, SkillsIn

STREAM_STRAFE = 11
STREAM_AIM = 12

REACH_FULL = 255.0
STEADY = 3.0

# Turns against the line to the enemy, in directions: 1024 is a quarter.
STRAIGHT = 120
CLOSER = 420
ACROSS = 900
WIDER = 1500
AWAY = 1800


@device
def liked_distance(reach_u: float) -> float:
    """How far from its enemy one fights whose primary reaches so far: well within it."""
    return 0.6 * reach_u if reach_u < CLOSE_U else 0.45 * reach_u


@device
def take_aim(
    skill: int,
    skills: SkillsIn,
    gap: tuple[float, float],
    velocity: tuple[float, float],
    lead_ratio: float,
    dt_s: float,
    off: int,
    directions: F64In2,
) -> tuple[int, int]:
    """(aim, reach) that bring a skill to an enemy: to where it will be, ``off`` directions beside.

    A projectile meets it after distance / speed, an area after its delay.
    """
    kind, time_s = skills[skill]["kind"], 0.0
    if kind == PROJECTILE:
        time_s = math.sqrt(gap[0] * gap[0] + gap[1] * gap[1]) / skills[skill]["speed_ups"]
    elif kind == AREA:
        time_s = float(skills[skill]["delay_ticks"]) * dt_s
    dx = gap[0] + velocity[0] * time_s * lead_ratio
    dy = gap[1] + velocity[1] * time_s * lead_ratio
    reach = REACH_FULL
    if kind == AREA and skills[skill]["range_u"] > 0.0:
        reach = REACH_FULL * math.sqrt(dx * dx + dy * dy) / skills[skill]["range_u"]
    return turned(heading_of(dx, dy, directions), off, directions), int(min(REACH_FULL, reach))


@device
def steadiness(skill: int, skills: SkillsIn) -> float:
    """What divides the error of aim: one sees where a beam goes, and takes time over a charge."""
    slow = skills[skill]["kind"] == BEAM or skills[skill]["hold_ticks"] > 0
    return STEADY if slow else 1.0


@device
def strafe(
    apart_u: float,
    liked_u: float,
    toward: int,
    clear: int,
    side: int,
    weak: bool,
    directions: F64In2,
) -> int:
    """Heading in a fight: around the enemy at the liked distance, nearer for a line, away if weak.

    Args:
        toward: direction to the enemy.
        side: 1 or -1, which way round.
    """
    angle = ACROSS
    if weak:
        angle = AWAY
    elif apart_u > 1.25 * liked_u or clear == 0:
        angle = STRAIGHT if liked_u < CLOSE_U else CLOSER
    elif apart_u < 0.75 * liked_u:
        angle = WIDER
    return turned(toward, side * angle, directions)


@device
def is_dangerous(enemy: int, down: U8In, skill_of: U8In, skills: SkillsIn) -> bool:
    """Whether an enemy's primary is dangerous from afar; NOBODY's is not."""
    if enemy == NOBODY or down[enemy] != 0:
        return False
    return reach_of(int(skill_of[enemy * SKILL_SLOTS]), skills) >= CLOSE_U


@device
def way_to(row: int, other: int, x_u: F64In, y_u: F64In) -> tuple[float, float]:
    """(dx, dy) to another player, nowhere for NOBODY."""
    if other == NOBODY:
        return 0.0, 0.0
    return x_u[other] - x_u[row], y_u[other] - y_u[row]


@kernel
def fight(
    tick: I64In,
    seed: U64In,
    down: U8In,
    x_u: F64In,
    y_u: F64In,
    vx_ups: F64In,
    vy_ups: F64In,
    health_hp: F64In,
    health_max_hp: F64In,
    shield_hp: F64In,
    mana_mp: F64In,
    power: F64In,
    attacker: I64In,
    hit_tick: I64In,
    buttons: U8In,
    channel_slot: U8In,
    skill_of: U8In,
    skill_level: U8In,
    charges: U8In,
    ready_tick: I64In,
    held_tick: I64In,
    bots: BotsIn,
    skills: SkillsIn,
    effects: EffectsIn,
    directions: F64In2,
    dt_s: Float,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Decide what every mind's hands do: nothing when down, or at a mate's side to help.

    Args:
        attacker, hit_tick: of the last damage each player took.  buttons: of the last command.
        minds: aim, reach and buttons are written.
    """
    hands, now = (skill_of, skill_level, charges, ready_tick), tick[0]
    busy, book = (channel_slot, held_tick), (skills, effects)
    for index in range(mind_count[0]):
        mind = minds[index]
        row, enemy, mate, apart = mind["row"], mind["enemy"], mind["wounded"], mind["apart_u"]
        if mind["goal"] == GOAL_CRAWL or mind["buttons"] & INTERACT != 0:
            continue
        level = bots[mind["level"]]
        share = health_hp[row] / health_max_hp[row]
        gap, mate_gap = way_to(row, enemy, x_u, y_u), way_to(row, mate, x_u, y_u)
        mate_sq = mate_gap[0] * mate_gap[0] + mate_gap[1] * mate_gap[1]
        mate_u = -1.0 if mate == NOBODY else math.sqrt(mate_sq)
        dangerous = is_dangerous(enemy, down, skill_of, skills)
        weak, pressing = share < level["caution_ratio"], int(buttons[row])
        under_fire = attacker[row] != NOBODY and now - hit_tick[row] <= level["recent_ticks"]
        threat = (apart, mind["clear"], weak, dangerous)
        lack_hp, chance = health_max_hp[row] - health_hp[row], level["skill_chance"]
        need = (power[row], lack_hp, share, shield_hp[row], mate_u, under_fire)
        pressed, skill, ours = use_hands(
            row, now, seed[0], chance, mana_mp[row], pressing, threat, need, hands, busy, book
        )
        mind["buttons"] |= pressed
        aim, reach = mind["aim"], mind["reach"]
        if ours and (mate == NOBODY or share < MEND_SHARE):
            reach = 0
        elif ours:
            aim, reach = take_aim(skill, skills, mate_gap, (0.0, 0.0), 0.0, dt_s, 0, directions)
        elif enemy != NOBODY:
            luck = draw_unit(seed[0], now, STREAM_AIM, row) * 2.0 - 1.0
            off = int(math.floor(luck * level["aim_error"] / steadiness(skill, skills)))
            velocity, lead = (vx_ups[enemy], vy_ups[enemy]), level["lead_ratio"]
            aim, reach = take_aim(skill, skills, gap, velocity, lead, dt_s, off, directions)
        mind["aim"], mind["reach"] = aim, reach


@kernel
def keep_distance(
    tick: I64In,
    seed: U64In,
    down: U8In,
    health_hp: F64In,
    health_max_hp: F64In,
    skill_of: U8In,
    bots: BotsIn,
    skills: SkillsIn,
    directions: F64In2,
    mind_count: I64In,
    minds: MindsOut,
) -> None:
    """Who fights goes around the enemy, at the distance that the primary likes.

    Args:
        minds: heading, way_u and buttons are written where the goal is to fight.
    """
    for index in range(mind_count[0]):
        mind = minds[index]
        row, enemy, level = mind["row"], mind["enemy"], bots[mind["level"]]
        if mind["goal"] != GOAL_FIGHT:
            continue
        share = health_hp[row] / health_max_hp[row]
        outdone = down[enemy] == 0 and health_hp[enemy] / health_max_hp[enemy] > share
        weak = outdone and share < level["caution_ratio"]
        stretch = tick[0] // level["strafe_ticks"]
        side = 1 if draw_unit(seed[0], stretch, STREAM_STRAFE, row) < 0.5 else -1
        liked = liked_distance(reach_of(int(skill_of[row * SKILL_SLOTS]), skills))
        mind["heading"] = strafe(
            mind["apart_u"], liked, mind["heading"], mind["clear"], side, weak, directions
        )
        mind["way_u"] = PROBE_U
        mind["buttons"] |= MOVE
