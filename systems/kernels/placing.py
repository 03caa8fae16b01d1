"""Casts that put something down: areas that go off, and barriers that stand."""

from ecs.identity import give_slot
from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
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
from schema.rulebook import AREA, SKILL_LEVELS, WALL
from schema.walls import BARRIER, BLOCKS_SHOTS
from systems.kernels.geometry import MISS
from systems.kernels.headings import turned
from systems.kernels.tables import CastsIn, EffectsIn, SkillsIn
from systems.kernels.walls import WallsIn, sweep_walls

THROWN_RADIUS_U = 0.125


@device
def grown(ratio: float, charge: float) -> float:
    """What a charge multiplies by: 1 for none, ``ratio`` for a full one."""
    return 1.0 + (ratio - 1.0) * charge


@device
def land(
    x: float,
    y: float,
    heading: int,
    far: float,
    directions: F64In2,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> tuple[float, float]:
    """Where a throw comes down: in the world, and short of the first wall that stops shots."""
    dx = max(0.0, min(x + directions[heading, 0] * far, frame[0])) - x
    dy = max(0.0, min(y + directions[heading, 1] * far, frame[1])) - y
    t, _, _, _ = sweep_walls(
        x, y, dx, dy, THROWN_RADIUS_U, BLOCKS_SHOTS, walls, wall_start, wall_row, frame
    )
    t = 1.0 if t == MISS else t
    return x + dx * t, y + dy * t


@kernel
def place_areas(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    effects: EffectsIn,
    directions: F64In2,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    count: I64Out,
    refused: I64Out,
    row_slot: I32Out,
    generation: U32Out,
    free: I32Out,
    x_u: F64Out,
    y_u: F64Out,
    owner: I64Out,
    skill_of: U8Out,
    slot: U8Out,
    radius_u: F64Out,
    damage_hp: F64Out,
    heal_hp: F64Out,
    fire_tick: I64Out,
    until_tick: I64Out,
) -> None:
    """A row for every AREA cast: ``reach`` times the range along the aim, where it lands.

    It goes off in tick + delay, at once without a delay, and may go on to do so in ``linger_ticks``
    ticks with that one.  Power and charge are in its damage and healing, the charge in its radius.
    When the table is full the cast is dropped and counted.

    Args:
        row_slot, generation, free: the table's identity; ``slot`` is the owner's skill slot.
    """
    for at in range(cast_count[0]):
        if casts[at]["kind"] != AREA:
            continue
        place = count[0]
        if place >= row_slot.shape[0]:
            refused[0] += 1
            continue
        count[0] = place + 1
        give_slot(place, row_slot, generation, free)
        skill, charge = casts[at]["skill"], casts[at]["charge"]
        effect = skill * SKILL_LEVELS + casts[at]["level"] - 1
        strength = casts[at]["power"] * grown(skills[skill]["charge_power"], charge)
        far = casts[at]["reach"] * skills[skill]["range_u"]
        x, y = casts[at]["x_u"], casts[at]["y_u"]
        x_u[place], y_u[place] = land(
            x, y, casts[at]["aim"], far, directions, walls, wall_start, wall_row, frame
        )
        owner[place] = casts[at]["player"]
        skill_of[place] = skill
        slot[place] = casts[at]["slot"]
        radius_u[place] = skills[skill]["radius_u"] * grown(skills[skill]["charge_radius"], charge)
        damage_hp[place] = effects[effect]["damage_hp"] * strength
        heal_hp[place] = effects[effect]["heal_hp"] * strength
        fire_tick[place] = tick[0] + skills[skill]["delay_ticks"]
        until_tick[place] = fire_tick[place] + max(0, skills[skill]["linger_ticks"] - 1)


@device
def segment_gap_sq(px: float, py: float, ux: float, uy: float, half: float) -> float:
    """Squared distance from a point to a segment along (ux, uy) about the origin."""
    along = max(-half, min(px * ux + py * uy, half))
    gap_x, gap_y = px - along * ux, py - along * uy
    return gap_x * gap_x + gap_y * gap_y


@device
def barrier_centre(
    x: float, y: float, heading: int, distance_u: float, directions: F64In2
) -> tuple[float, float]:
    """The middle of a barrier that somebody at (x, y) raises along an aim."""
    return x + directions[heading, 0] * distance_u, y + directions[heading, 1] * distance_u


@device
def across(heading: int, directions: F64In2) -> int:
    """The direction a barrier runs in: a quarter on from the aim."""
    return turned(heading, int(directions.shape[0]) // 4, directions)


@device
def is_blocked(
    row: int,
    heading: int,
    skill: int,
    skills: SkillsIn,
    players: int,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
    body_radius_u: float,
    directions: F64In2,
    frame: F64In,
) -> bool:
    """Whether a barrier would overlap a living body, or its centre lies beyond the world's edge."""
    distance_u = skills[skill]["distance_u"]
    x, y = barrier_centre(x_u[row], y_u[row], heading, distance_u, directions)
    if x < 0.0 or y < 0.0 or x > frame[0] or y > frame[1]:
        return True
    along = across(heading, directions)
    ux, uy = directions[along, 0], directions[along, 1]
    reach, half = skills[skill]["radius_u"] + body_radius_u, skills[skill]["half_length_u"]
    for body in range(players):
        gap_sq = segment_gap_sq(x_u[body] - x, y_u[body] - y, ux, uy, half)
        if alive[body] != 0 and gap_sq < reach * reach:
            return True
    return False


@kernel
def raise_barriers(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    effects: EffectsIn,
    directions: F64In2,
    count: I64Out,
    refused: I64Out,
    row_slot: I32Out,
    generation: U32Out,
    free: I32Out,
    x_u: F64Out,
    y_u: F64Out,
    hx_u: F64Out,
    hy_u: F64Out,
    radius_u: F64Out,
    heading: U16Out,
    kind: U8Out,
    blocks: U8Out,
    owner: I64Out,
    health_hp: F64Out,
    full_hp: F64Out,
    expire_tick: I64Out,
) -> None:
    """A row for every WALL cast: a segment across the aim, ``distance_u`` ahead.

    It stands from the next tick on, for ``life_ticks`` ticks, and withstands the pool of its skill
    level; power does not help it.  When the table is full the cast is dropped and counted.
    """
    for at in range(cast_count[0]):
        if casts[at]["kind"] != WALL:
            continue
        place = count[0]
        if place >= row_slot.shape[0]:
            refused[0] += 1
            continue
        count[0] = place + 1
        give_slot(place, row_slot, generation, free)
        skill, aim = casts[at]["skill"], casts[at]["aim"]
        effect = skill * SKILL_LEVELS + casts[at]["level"] - 1
        x, y, distance_u = casts[at]["x_u"], casts[at]["y_u"], skills[skill]["distance_u"]
        x_u[place], y_u[place] = barrier_centre(x, y, aim, distance_u, directions)
        hx_u[place] = skills[skill]["half_length_u"]
        hy_u[place] = 0.0
        radius_u[place] = skills[skill]["radius_u"]
        heading[place] = across(aim, directions)
        kind[place] = BARRIER
        blocks[place] = skills[skill]["blocks"]
        owner[place] = casts[at]["player"]
        health_hp[place] = effects[effect]["pool_hp"]
        full_hp[place] = health_hp[place]
        expire_tick[place] = tick[0] + skills[skill]["life_ticks"]
