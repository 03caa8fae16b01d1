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
from schema.commands import SKILL_SLOTS
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
from systems.kernels.tables import CastsIn, CastsOut, EventsOut, SkillsIn, add_event
from systems.kernels.wishing import NO_WISH, TO_HOLD

Room = tuple[int, int, int]
"""Rows that are free for projectiles, areas and obstacles."""

Hands = tuple[I64In, U8In, I64In]
"""held_tick, charges, ready_tick: [players * 4]."""

Around = tuple[int, U8In, F64In, F64In, float, F64In2, F64In]
"""What ``is_blocked`` asks for behind the skills."""

ALLOWED = -1
HELD = -2

REACH_FULL = 255.0


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


@device
def has_room(skill: int, skills: SkillsIn, room: Room) -> bool:
    """Whether there is room for what a cast takes."""
    a, b, c = needs(skills[skill]["kind"], skills[skill]["count"])
    return a <= room[0] and b <= room[1] and c <= room[2]


@device
def less_room(skill: int, skills: SkillsIn, room: Room) -> Room:
    """The room that a cast leaves."""
    a, b, c = needs(skills[skill]["kind"], skills[skill]["count"])
    return room[0] - a, room[1] - b, room[2] - c


@device
def verdict(
    row: int,
    slot: int,
    tick: int,
    state: tuple[int, int, int],
    want: tuple[int, bool, bool, int],
    skill: int,
    skills: SkillsIn,
    hands: Hands,
    mana_mp: F64In,
    around: Around,
) -> int:
    """ALLOWED, HELD, or the first reason not to.

    Stage, down, stunned, rooted (dashes), busy, cooldown, mana, full, blocked.  The last three do
    not matter for beginning to hold, but when the cast is wanted.

    Args:
        state: stage, down, flags.
        want: the wish, whether a beam shines, whether there is room for the cast, and the aim.
    """
    wanted, channelling, fits, heading = want
    held_tick, charges, ready_tick = hands
    kind, place = skills[skill]["kind"], row * SKILL_SLOTS + slot
    reason = unfit(*state, kind)
    if reason != ALLOWED:
        return reason
    if is_busy(row, slot, kind, channelling, held_tick):
        return REFUSED_BUSY
    if int(charges[place]) == 0 or tick < ready_tick[place]:
        return REFUSED_COOLDOWN
    if wanted == TO_HOLD:
        return HELD
    if mana_mp[row] < skills[skill]["mana_mp"]:
        return REFUSED_MANA
    if not fits:
        return REFUSED_FULL
    if kind == WALL and is_blocked(row, heading, skill, skills, *around):
        return REFUSED_BLOCKED
    return ALLOWED


@device
def write_cast(
    casts: CastsOut,
    cast_count: I64Out,
    place: int,
    skill: int,
    kind: int,
    charge: float,
    level: U8In,
    aim: U16In,
    reach: U8In,
    x_u: F64In,
    y_u: F64In,
    power: F64In,
) -> None:
    """Put a cast into the table, which has room for it."""
    row, cast = place // SKILL_SLOTS, casts[cast_count[0]]
    cast_count[0] += 1
    cast["player"], cast["slot"] = row, place % SKILL_SLOTS
    cast["skill"], cast["level"], cast["kind"] = skill, int(level[place]), kind
    cast["aim"], cast["reach"] = int(aim[row]), float(reach[row]) / REACH_FULL
    cast["x_u"], cast["y_u"] = x_u[row], y_u[row]
    cast["charge"], cast["power"] = charge, power[row]


@kernel
def judge(
    players: I64In,
    tick: I64In,
    stage: U8In,
    alive: U8In,
    down: U8In,
    flags: U8In,
    aim: U16In,
    reach: U8In,
    x_u: F64In,
    y_u: F64In,
    power: F64In,
    channel_slot: U8In,
    skill_of: U8In,
    level: U8In,
    wishes: U8In,
    shots: I64In,
    areas: I64In,
    obstacles: I64In,
    skills: SkillsIn,
    directions: F64In2,
    frame: F64In,
    shots_max: Int,
    areas_max: Int,
    obstacles_max: Int,
    body_radius_u: Float,
    mana_mp: F64Out,
    charges: U8Out,
    ready_tick: I64Out,
    recharge_tick: I64Out,
    held_tick: I64Out,
    refused: I64Out,
    casts: CastsOut,
    cast_count: I64Out,
) -> None:
    """Judge every wish, by player and slot: allowed and paid, or refused and counted (``verdict``).

    Args:
        wishes, skill_of, level, charges, ready_tick, recharge_tick, held_tick: [players * 4].
        shots, areas, obstacles: i64[1], rows in use; ``_max`` is how many the table holds.
        frame: f64[5], world width and height first.
        refused: i64[REFUSALS], by reason.
    """
    room = (shots_max - shots[0], areas_max - areas[0], obstacles_max - obstacles[0])
    hands = (held_tick, charges, ready_tick)
    around = (players[0], alive, x_u, y_u, body_radius_u, directions, frame)
    for row in range(players[0]):
        channelling, heading = int(channel_slot[row]) != NO_SLOT, int(aim[row])
        state = (int(stage[0]), int(down[row]), int(flags[row]))
        for slot in range(SKILL_SLOTS):
            place = row * SKILL_SLOTS + slot
            wanted, skill, held = int(wishes[place]), int(skill_of[place]), held_tick[place]
            if wanted == NO_WISH:
                continue
            fits = has_room(skill, skills, room) and cast_count[0] < casts.shape[0]
            want = (wanted, channelling, fits, heading)
            reason = verdict(row, slot, tick[0], state, want, skill, skills, hands, mana_mp, around)
            held_tick[place] = tick[0] if reason == HELD else NOBODY
            if reason >= 0:
                refused[reason] += 1
            if reason != ALLOWED:
                continue
            kind, hold_ticks = skills[skill]["kind"], skills[skill]["hold_ticks"]
            room, channelling = less_room(skill, skills, room), channelling or kind == BEAM
            pay(row, place, tick[0], skill, skills, mana_mp, charges, ready_tick, recharge_tick)
            charge = charge_of(held, tick[0], hold_ticks)
            write_cast(
                casts, cast_count, place, skill, kind, charge, level, aim, reach, x_u, y_u, power
            )


@kernel
def announce(
    casts: CastsIn,
    cast_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    reveal_ticks: Int,
    casts_made: I64Out,
    seen_until_tick: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Casts are counted and reported, and attacking gives away who stands in a bush.

    Args:
        casts_made: i64[players * 4].
    """
    for at in range(cast_count[0]):
        row, skill, cast = casts[at]["player"], casts[at]["skill"], casts[at]
        casts_made[row * SKILL_SLOTS + cast["slot"]] += 1
        if is_offensive(skill, skills):
            seen_until_tick[row] = tick[0] + 1 + reveal_ticks
        add_event(
            events,
            event_count,
            events_refused,
            CAST,
            row,
            NOBODY,
            skill,
            cast["charge"],
            cast["x_u"],
            cast["y_u"],
        )
