"""Who may cast: buttons become casts that are allowed and paid for, or refusals that cost nothing.

Everything is judged by the tick alone, player by player and slot by slot, each by what the ones
before it left.  What a cast does comes later (``launching``, ``placing``, ``granting``): the room
it will need is put aside here, so that what was paid for cannot fail.
"""

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    U16In,
    device,
    kernel,
)
from schema.commands import PRIMARY, SKILL_SLOTS
from schema.events import (
    CAST,
    NO_SLOT,
    NOBODY,
    REFUSED_BLOCKED,
    REFUSED_BUSY,
    REFUSED_COOLDOWN,
    REFUSED_DOWN,
    REFUSED_FULL,
    REFUSED_MANA,
    REFUSED_ROOTED,
    REFUSED_STAGE,
    REFUSED_STUNNED,
    ROOTED,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    STUNNED,
)
from schema.rulebook import AREA, BEAM, DASH, ENEMIES, HOMING, PROJECTILE, WALL
from systems.kernels.placing import is_blocked
from systems.kernels.tables import CastsOut, EventsOut, SkillsIn, add_event

ALLOWED = -1

NO_WISH = 0
TO_CAST = 1
TO_HOLD = 2

REACH_FULL = 255.0


@kernel
def recharge(
    players: I64In,
    tick: I64In,
    skill_of: U8In,
    skills: SkillsIn,
    charges: U8Out,
    recharge_tick: I64Out,
) -> None:
    """Give back the charges whose time has come: one a cooldown, up to the skill's maximum."""
    for place in range(players[0] * SKILL_SLOTS):
        skill = int(skill_of[place])
        most = skills[skill]["charges_max"]
        for _ in range(most):
            if int(charges[place]) >= most or tick[0] < recharge_tick[place]:
                break
            charges[place] = int(charges[place]) + 1
            recharge_tick[place] += skills[skill]["cooldown_ticks"]


@kernel
def drop_held(players: I64In, alive: U8In, down: U8In, flags: U8In, held_tick: I64Out) -> None:
    """Take what is being charged up out of the hands of the dead, the downed and the stunned.

    It costs them nothing; to go on they must press the button again.
    """
    for row in range(players[0]):
        if alive[row] == 0 or down[row] != 0 or int(flags[row]) & STUNNED != 0:
            for slot in range(SKILL_SLOTS):
                held_tick[row * SKILL_SLOTS + slot] = NOBODY


@device
def wish(
    tick: int, held_tick: int, pressed: bool, fresh: bool, hold_ticks: int, overhold_ticks: int
) -> int:
    """What a button asks for: NO_WISH, TO_CAST or TO_HOLD.

    A skill that is not held is wanted while its button is down.  One that is begins to be held
    when its button goes down, and is wanted when the button is up again, or when the charge has
    been full for ``overhold_ticks``.
    """
    if hold_ticks == 0:
        return TO_CAST if pressed else NO_WISH
    if held_tick == NOBODY:
        return TO_HOLD if pressed and fresh else NO_WISH
    if not pressed or tick - held_tick >= hold_ticks + overhold_ticks:
        return TO_CAST
    return NO_WISH


@device
def charge_of(held_tick: int, tick: int, hold_ticks: int) -> float:
    """Share of a full charge after being held since ``held_tick``, 0…1."""
    return min(1.0, float(tick - held_tick) / float(hold_ticks)) if hold_ticks > 0 else 0.0


@device
def unfit(stage: int, down: int, flags: int, kind: int) -> int:
    """Why nobody in this state may cast a skill of this kind, or ALLOWED."""
    if stage != STAGE_PLAY and stage != STAGE_SUDDEN_DEATH:
        return REFUSED_STAGE
    if down != 0:
        return REFUSED_DOWN
    if flags & STUNNED != 0:
        return REFUSED_STUNNED
    if flags & ROOTED != 0 and kind == DASH:
        return REFUSED_ROOTED
    return ALLOWED


@device
def is_busy(row: int, slot: int, kind: int, channelling: bool, held_tick: I64In) -> bool:
    """Whether the hands are full: a beam is channelled or another skill held; a dash needs none."""
    busy = channelling
    for other in range(SKILL_SLOTS):
        busy |= other != slot and held_tick[row * SKILL_SLOTS + other] != NOBODY
    return bool(busy and kind != DASH)


@device
def needs(kind: int, count: int) -> tuple[int, int, int]:
    """Rows of projectiles, areas and obstacles that a cast takes."""
    shots = count if kind in (PROJECTILE, HOMING) else 0
    return shots, 1 if kind == AREA else 0, 1 if kind == WALL else 0


@device
def is_offensive(skill: int, skills: SkillsIn) -> bool:
    """Whether casting it gives away who stands in a bush."""
    kind = skills[skill]["kind"]
    hurts = kind == AREA and skills[skill]["affects"] & ENEMIES != 0
    return bool(hurts or kind in (PROJECTILE, HOMING, BEAM))


@device
def pay(
    row: int,
    place: int,
    tick: int,
    skill: int,
    skills: SkillsIn,
    mana_mp: F64Out,
    charges: U8Out,
    ready_tick: I64Out,
    recharge_tick: I64Out,
) -> None:
    """Mana and a charge; if none was missing, the next one is on its way from now.

    The gap between two casts is for charges that were saved up: with a single charge the cooldown
    alone counts.
    """
    most, cooldown = skills[skill]["charges_max"], skills[skill]["cooldown_ticks"]
    if int(charges[place]) >= most:
        recharge_tick[place] = tick + cooldown
    mana_mp[row] -= skills[skill]["mana_mp"]
    charges[place] = int(charges[place]) - 1
    ready_tick[place] = tick + (skills[skill]["gap_ticks"] if most > 1 else cooldown)


@kernel
def judge(
    players: I64In,
    tick: I64In,
    stage: U8In,
    alive: U8In,
    down: U8In,
    flags: U8In,
    buttons: U8In,
    buttons_before: U8In,
    aim: U16In,
    reach: U8In,
    x_u: F64In,
    y_u: F64In,
    power: F64In,
    channel_slot: U8In,
    skill_of: U8In,
    level: U8In,
    shots: I64In,
    areas: I64In,
    obstacles: I64In,
    skills: SkillsIn,
    directions: F64In2,
    frame: F64In,
    shots_max: Int,
    areas_max: Int,
    obstacles_max: Int,
    overhold_ticks: Int,
    reveal_ticks: Int,
    body_radius_u: Float,
    mana_mp: F64Out,
    charges: U8Out,
    ready_tick: I64Out,
    recharge_tick: I64Out,
    held_tick: I64Out,
    casts_made: I64Out,
    seen_until_tick: I64Out,
    refused: I64Out,
    casts: CastsOut,
    cast_count: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Judge every wish of the living, by player and slot: allowed and paid, or refused and counted.

    Reasons are looked for in this order: stage, down, stunned, rooted (dashes), busy, cooldown,
    mana, full, blocked.  The last three do not matter for beginning to hold, but when the cast is
    wanted.  A beam's own button is no wish while it is channelled.

    Args:
        buttons_before: u8[players], of the tick before.
        channel_slot: u8[players], slot of the beam under way, or NO_SLOT.
        skill_of, level, charges, ready_tick, recharge_tick, held_tick, casts_made: [players * 4].
        shots, areas, obstacles: i64[1], rows in use; ``_max`` is how many the table holds.
        frame: f64[5], world width and height first.
        refused: i64[REFUSALS], by reason.
    """
    free_shots, free_areas = shots_max - shots[0], areas_max - areas[0]
    free_obstacles = obstacles_max - obstacles[0]
    for row in range(players[0]):
        heading, x, y = int(aim[row]), x_u[row], y_u[row]
        channelling = int(channel_slot[row]) != NO_SLOT
        for slot in range(SKILL_SLOTS):
            place, bit = row * SKILL_SLOTS + slot, PRIMARY << slot
            skill = int(skill_of[place])
            kind, hold_ticks = skills[skill]["kind"], skills[skill]["hold_ticks"]
            pressed = int(buttons[row]) & bit != 0
            fresh = int(buttons_before[row]) & bit == 0
            held = held_tick[place]
            wanted = wish(tick[0], held, pressed, fresh, hold_ticks, overhold_ticks)
            if alive[row] == 0 or wanted == NO_WISH or int(channel_slot[row]) == slot:
                continue
            held_tick[place] = NOBODY
            a, b, c = needs(kind, skills[skill]["count"])
            full = a > free_shots or b > free_areas or c > free_obstacles
            reason = unfit(int(stage[0]), int(down[row]), int(flags[row]), kind)
            if reason != ALLOWED:
                refused[reason] += 1
            elif is_busy(row, slot, kind, channelling, held_tick):
                refused[REFUSED_BUSY] += 1
            elif int(charges[place]) == 0 or tick[0] < ready_tick[place]:
                refused[REFUSED_COOLDOWN] += 1
            elif wanted == TO_HOLD:
                held_tick[place] = tick[0]
            elif mana_mp[row] < skills[skill]["mana_mp"]:
                refused[REFUSED_MANA] += 1
            elif full or cast_count[0] >= casts.shape[0]:
                refused[REFUSED_FULL] += 1
            elif kind == WALL and is_blocked(
                row,
                heading,
                skill,
                skills,
                players[0],
                alive,
                x_u,
                y_u,
                body_radius_u,
                directions,
                frame,
            ):
                refused[REFUSED_BLOCKED] += 1
            else:
                free_shots -= a
                free_areas -= b
                free_obstacles -= c
                channelling |= kind == BEAM
                pay(row, place, tick[0], skill, skills, mana_mp, charges, ready_tick, recharge_tick)
                casts_made[place] += 1
                if is_offensive(skill, skills):
                    seen_until_tick[row] = tick[0] + 1 + reveal_ticks
                cast = casts[cast_count[0]]
                cast_count[0] += 1
                cast["player"], cast["slot"] = row, slot
                cast["skill"], cast["level"], cast["kind"] = skill, int(level[place]), kind
                cast["aim"], cast["reach"] = heading, float(reach[row]) / REACH_FULL
                cast["x_u"], cast["y_u"] = x, y
                cast["charge"], cast["power"] = charge_of(held, tick[0], hold_ticks), power[row]
                charge = cast["charge"]
                add_event(
                    events, event_count, events_refused, CAST, row, NOBODY, skill, charge, x, y
                )
