"""Casts that change somebody: dashes, beams, shields, healing, and what a caster puts on itself."""

from ecs.kernel import (
    F64In,
    F64Out,
    I32In,
    I64In,
    I64Out,
    U8In,
    U8Out,
    U16In,
    U16Out,
    device,
    kernel,
)
from schema.commands import MOVE
from schema.events import HEALS
from schema.rulebook import BEAM, DASH, MEND, SHIELD, SKILL_LEVELS
from schema.walls import BLOCKS_SIGHT
from systems.kernels.conditions import give_status
from systems.kernels.geometry import MISS
from systems.kernels.tables import (
    CastsIn,
    EffectsIn,
    HitsOut,
    SkillsIn,
    StatusesIn,
    add_hit,
)
from systems.kernels.walls import WallsIn, sweep_walls


@kernel
def begin_dashes(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    buttons: U8In,
    move: U16In,
    until_tick: I64Out,
    direction: U16Out,
    speed_ups: F64Out,
) -> None:
    """DASH: where the caster moves, else where it aims, for ``life_ticks`` ticks with this one."""
    for at in range(cast_count[0]):
        if casts[at]["kind"] != DASH:
            continue
        row, skill = casts[at]["player"], casts[at]["skill"]
        moves = int(buttons[row]) & MOVE != 0
        direction[row] = int(move[row]) if moves else casts[at]["aim"]
        until_tick[row] = tick[0] + skills[skill]["life_ticks"]
        speed_ups[row] = skills[skill]["speed_ups"]


@kernel
def begin_beams(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    slot: U8Out,
    since_tick: I64Out,
    until_tick: I64Out,
    length_u: F64Out,
) -> None:
    """BEAM: channelled from now; it costs and hurts in the ``life_ticks`` ticks after this one."""
    for at in range(cast_count[0]):
        if casts[at]["kind"] != BEAM:
            continue
        row, skill = casts[at]["player"], casts[at]["skill"]
        slot[row] = casts[at]["slot"]
        since_tick[row] = tick[0]
        until_tick[row] = tick[0] + 1 + skills[skill]["life_ticks"]
        length_u[row] = 0.0


@kernel
def give_shields(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    effects: EffectsIn,
    shield_hp: F64Out,
    until_tick: I64Out,
) -> None:
    """SHIELD: a pool of pool * power, or what is left of a larger one, for ``life_ticks`` ticks."""
    for at in range(cast_count[0]):
        if casts[at]["kind"] != SHIELD:
            continue
        row, skill = casts[at]["player"], casts[at]["skill"]
        effect = skill * SKILL_LEVELS + casts[at]["level"] - 1
        pool_hp = effects[effect]["pool_hp"] * casts[at]["power"]
        shield_hp[row] = max(shield_hp[row], pool_hp)
        until_tick[row] = tick[0] + skills[skill]["life_ticks"]


@device
def find_wounded(
    row: int,
    range_u: float,
    players: int,
    alive: U8In,
    down: U8In,
    team: I64In,
    x_u: F64In,
    y_u: F64In,
    health_hp: F64In,
    health_max_hp: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> int:
    """Who has the least share of the full health: oneself or an ally within ``range_u`` in sight.

    A tie goes to oneself, then to the lower row.  Without a range it is oneself.  The downed are
    helped up, not healed.
    """
    found, least = row, health_hp[row] / health_max_hp[row]
    if range_u <= 0.0:
        return found
    for body in range(players):
        if alive[body] == 0 or down[body] != 0 or body == row or team[body] != team[row]:
            continue
        dx, dy = x_u[body] - x_u[row], y_u[body] - y_u[row]
        share = health_hp[body] / health_max_hp[body]
        if share >= least or dx * dx + dy * dy > range_u * range_u:
            continue
        t, _, _, _ = sweep_walls(
            x_u[row], y_u[row], dx, dy, 0.0, BLOCKS_SIGHT, walls, wall_start, wall_row, frame
        )
        if t == MISS:
            found, least = body, share
    return found


@kernel
def mend(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    players: I64In,
    skills: SkillsIn,
    effects: EffectsIn,
    alive: U8In,
    down: U8In,
    team: I64In,
    x_u: F64In,
    y_u: F64In,
    health_hp: F64In,
    health_max_hp: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    until_tick: I64Out,
    heal_hp: F64Out,
    healer: I64Out,
    skill_of: U8Out,
    slot: U8Out,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """MEND: heal_hp * power at once, and pool_hp * power evenly over the ``life_ticks`` after it.

    What is given over time takes the place of what was under way.
    """
    for at in range(cast_count[0]):
        if casts[at]["kind"] != MEND:
            continue
        row, skill, power = casts[at]["player"], casts[at]["skill"], casts[at]["power"]
        effect, life_ticks = (
            skill * SKILL_LEVELS + casts[at]["level"] - 1,
            skills[skill]["life_ticks"],
        )
        wounded = find_wounded(
            *(row, skills[skill]["range_u"], players[0], alive, down, team, x_u, y_u),
            *(health_hp, health_max_hp, walls, wall_start, wall_row, frame),
        )
        at_once = effects[effect]["heal_hp"] * power
        if at_once > 0.0:
            add_hit(
                *(hits, hit_count, hits_refused, wounded, row, skill, casts[at]["slot"]),
                *(HEALS, at_once, 0.0, x_u[row], y_u[row]),
            )
        if life_ticks > 0 and effects[effect]["pool_hp"] > 0.0:
            until_tick[wounded] = tick[0] + 1 + life_ticks
            heal_hp[wounded] = effects[effect]["pool_hp"] * power / float(life_ticks)
            healer[wounded] = row
            skill_of[wounded] = skill
            slot[wounded] = casts[at]["slot"]


@kernel
def mark_casters(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    statuses: StatusesIn,
    until_tick: I64Out,
    stacks: U8Out,
    source: I64Out,
) -> None:
    """The status that a skill puts on its caster, whatever its kind.

    Args:
        until_tick, stacks, source: [players * STATUSES].
    """
    for at in range(cast_count[0]):
        skill, row = casts[at]["skill"], casts[at]["player"]
        status = skills[skill]["self_status"]
        if status >= 0:
            ticks = skills[skill]["self_status_ticks"]
            give_status(row, status, ticks, row, tick[0], statuses, until_tick, stacks, source)
