"""Casts that fly: projectiles, and those that home on somebody."""

import math

from ecs.identity import give_slot
from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I32In,
    I32Out,
    I64In,
    I64Out,
    U8In,
    U8Out,
    U16Out,
    U32Out,
    device,
    kernel,
)
from schema.events import NOBODY
from schema.rulebook import HOMING, PROJECTILE, SKILL_LEVELS
from schema.walls import BLOCKS_SIGHT
from systems.kernels.cover import is_hidden
from systems.kernels.geometry import MISS
from systems.kernels.headings import turned
from systems.kernels.placing import grown
from systems.kernels.tables import CastsIn, ClassesIn, EffectsIn, SkillsIn
from systems.kernels.walls import WallsIn, sweep_walls


@device
def find_target(
    row: int,
    heading: int,
    x: float,
    y: float,
    lock_u: float,
    players: int,
    tick: int,
    notice_u: float,
    alive: U8In,
    team: I64In,
    bush: I64In,
    seen_until_tick: I64In,
    flags: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    directions: F64In2,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> int:
    """The enemy nearest to the aim, or NOBODY.

    Somebody within ``lock_u`` of (x, y), at most a quarter turn off the aim, whom no bush hides
    from ``row``, with no wall that blocks sight between the centres.  Nearest is the largest cosine
    of the angle between the aim and the way there, a tie goes to the lower row; who stands exactly
    there is straight ahead.
    """
    best, found = -1.0, NOBODY
    for body in range(players):
        if alive[body] == 0 or team[body] == team[row]:
            continue
        dx, dy = body_x_u[body] - x, body_y_u[body] - y
        distance_sq = dx * dx + dy * dy
        ahead = dx * directions[heading, 0] + dy * directions[heading, 1]
        if distance_sq > lock_u * lock_u or ahead < 0.0:
            continue
        cosine = ahead / math.sqrt(distance_sq) if distance_sq > 0.0 else 1.0
        if cosine <= best or is_hidden(
            body, row, distance_sq, tick, notice_u, bush, seen_until_tick, flags
        ):
            continue
        t, _, _, _ = sweep_walls(
            x, y, dx, dy, 0.0, BLOCKS_SIGHT, walls, wall_start, wall_row, frame
        )
        if t == MISS:
            best, found = cosine, body
    return found


@device
def damage_of(
    at: int,
    casts: CastsIn,
    skills: SkillsIn,
    effects: EffectsIn,
    classes: ClassesIn,
    role: U8In,
    combo_hits: U8In,
) -> float:
    """damage * power * (1 + (charge_power - 1) charge) * (1 + combo_step * hits in a row).

    The last factor only for skills that count for a combo.
    """
    skill, row = casts[at]["skill"], casts[at]["player"]
    effect = skill * SKILL_LEVELS + casts[at]["level"] - 1
    strength = casts[at]["power"] * grown(skills[skill]["charge_power"], casts[at]["charge"])
    if skills[skill]["combo"] != 0:
        step = classes[int(role[row])]["combo_step"]
        strength = strength * (1.0 + step * float(combo_hits[row]))
    return float(effects[effect]["damage_hp"] * strength)


@device
def width_of(at: int, casts: CastsIn, skills: SkillsIn) -> float:
    """Radius of a cast's shots: radius * (1 + (charge_radius - 1) charge)."""
    skill = casts[at]["skill"]
    wide = grown(skills[skill]["charge_radius"], casts[at]["charge"])
    return float(skills[skill]["radius_u"] * wide)


@device
def shots_of(at: int, casts: CastsIn, skills: SkillsIn) -> int:
    """How many shots a cast sends, none when it is of another kind."""
    shoots = casts[at]["kind"] in (PROJECTILE, HOMING)
    return int(skills[casts[at]["skill"]]["count"]) if shoots else 0


@device
def heading_in_fan(
    at: int, which: int, casts: CastsIn, skills: SkillsIn, directions: F64In2
) -> int:
    """Where a shot of a cast heads.

    Several fan out about the aim, ``spread`` directions from one to the next; when the fan has no
    middle direction it lies half a direction towards the lower index.
    """
    skill = casts[at]["skill"]
    many, spread = skills[skill]["count"], skills[skill]["spread"]
    half_fan = (spread * (many - 1) + 1) // 2
    return turned(casts[at]["aim"], which * spread - half_fan, directions)


@kernel
def choose_targets(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    players: I64In,
    skills: SkillsIn,
    directions: F64In2,
    notice_u: Float,
    alive: U8In,
    team: I64In,
    bush: I64In,
    seen_until_tick: I64In,
    flags: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    chosen: I64Out,
) -> None:
    """Whom every HOMING cast goes for; NOBODY for other casts.

    Args:
        notice_u: nearer than this a bush hides nobody from a shooter.
        chosen: i64[casts], written.
    """
    for at in range(cast_count[0]):
        chosen[at] = NOBODY
        if casts[at]["kind"] == HOMING:
            chosen[at] = find_target(
                casts[at]["player"],
                casts[at]["aim"],
                casts[at]["x_u"],
                casts[at]["y_u"],
                skills[casts[at]["skill"]]["lock_u"],
                players[0],
                tick[0],
                notice_u,
                alive,
                team,
                bush,
                seen_until_tick,
                flags,
                body_x_u,
                body_y_u,
                directions,
                walls,
                wall_start,
                wall_row,
                frame,
            )


@kernel
def launch(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    effects: EffectsIn,
    classes: ClassesIn,
    directions: F64In2,
    role: U8In,
    combo_hits: U8In,
    chosen: I64In,
    count: I64Out,
    refused: I64Out,
    row_slot: I32Out,
    generation: U32Out,
    free: I32Out,
    x_u: F64Out,
    y_u: F64Out,
    vx_ups: F64Out,
    vy_ups: F64Out,
    owner: I64Out,
    skill_of: U8Out,
    slot: U8Out,
    direction: U16Out,
    expire_tick: I64Out,
    damage_hp: F64Out,
    radius_u: F64Out,
    target: I64Out,
    pierce: U8Out,
    hit_count: U8Out,
    first: I64Out,
    second: I64Out,
    third: I64Out,
    fourth: I64Out,
    shots: I64Out,
) -> None:
    """Rows for every PROJECTILE and HOMING cast.

    They start in the middle of the caster's body, never beyond it, and are swept from there: a
    muzzle that pokes through a wall cannot shoot through it.  They fly in this tick already,
    ``life_ticks`` ticks in all.  When the table is full a shot is dropped and counted.

    Args:
        chosen: i64[casts], as from ``choose_targets``.
        row_slot, generation, free: the table's identity; ``slot`` is the owner's skill slot.
        first, second, third, fourth: whom it has pierced: nobody yet.
        shots: i64[players], shots sent in this match.
    """
    for at in range(cast_count[0]):
        skill, row = casts[at]["skill"], casts[at]["player"]
        damage = damage_of(at, casts, skills, effects, classes, role, combo_hits)
        wide = width_of(at, casts, skills)
        for which in range(shots_of(at, casts, skills)):
            place = count[0]
            if place >= row_slot.shape[0]:
                refused[0] += 1
                continue
            count[0], shots[row] = place + 1, shots[row] + 1
            give_slot(place, row_slot, generation, free)
            heading = heading_in_fan(at, which, casts, skills, directions)
            x_u[place], y_u[place] = casts[at]["x_u"], casts[at]["y_u"]
            vx_ups[place] = directions[heading, 0] * skills[skill]["speed_ups"]
            vy_ups[place] = directions[heading, 1] * skills[skill]["speed_ups"]
            owner[place], skill_of[place], slot[place] = row, skill, casts[at]["slot"]
            direction[place], target[place] = heading, chosen[at]
            expire_tick[place] = tick[0] + skills[skill]["life_ticks"] - 1
            damage_hp[place], radius_u[place] = damage, wide
            pierce[place], hit_count[place] = skills[skill]["pierce"], 0
            first[place], second[place] = NOBODY, NOBODY
            third[place], fourth[place] = NOBODY, NOBODY
