"""Players as rows of a snapshot: every one is drawn once in a tick, whoever will see it."""

from ecs.kernel import F64In, I64In, U8In, U8Out, U16In, device, kernel
from net.kernels.fields import POSITION_STEPS, count8, put16, put_place, share, steps
from schema.commands import SKILL_SLOTS
from schema.events import NO_SLOT, NOBODY

BODY_BYTES = 13
AIM_AT = 4
HEALTH_AT = 5
SHIELD_AT = 6
FLAGS_AT = 7
LEVEL_AT = 9
HOLD_AT = 10
BEAM_AT = 11
"""Where a body's row has what."""

DASHING = 1
DOWN = 2
CHANNELLING = 4
HOLDING = 8
IN_BUSH = 16
SHIELDED = 32
"""Bits of a player's flags."""

HOLD_STEPS = 8


@device
def held_eighths(tick: int, held_tick: int, hold_ticks: int) -> int:
    """How much of a full charge is held, 8 for all of it; at least 1 while one is held."""
    if held_tick == NOBODY:
        return 0
    if hold_ticks <= 0:
        return HOLD_STEPS
    return max(1, min(HOLD_STEPS, (tick - held_tick) * HOLD_STEPS // hold_ticks))


@device
def held_most(row: int, tick: int, skill: U8In, held_tick: I64In, hold_ticks: I64In) -> int:
    """The charge a player holds; of several slots at most one does."""
    most = 0
    for place in range(row * SKILL_SLOTS, (row + 1) * SKILL_SLOTS):
        most = max(most, held_eighths(tick, held_tick[place], hold_ticks[skill[place]]))
    return most


@kernel
def draw_bodies(
    players: I64In,
    tick: I64In,
    x_u: F64In,
    y_u: F64In,
    aim: U16In,
    down: U8In,
    health_hp: F64In,
    shield_hp: F64In,
    health_max_hp: F64In,
    dash_until: I64In,
    channel_slot: U8In,
    beam_u: F64In,
    skill: U8In,
    held_tick: I64In,
    hold_ticks: I64In,
    bush: I64In,
    conditions: U8In,
    level: U8In,
    rows: U8Out,
) -> None:
    """Every player's 13 bytes; shares are of the most health, a living body never shows 0 of it.

    Args:
        skill, held_tick: [players * SKILL_SLOTS], columns of the abilities.
        hold_ticks: i64[skills], time until a charge is full.
    """
    for row in range(players[0]):
        at = row * BODY_BYTES
        beams = channel_slot[row] != NO_SLOT
        hold = held_most(row, tick[0], skill, held_tick, hold_ticks)
        flags = DOWN if down[row] != 0 else 0
        flags |= DASHING if tick[0] < dash_until[row] else 0
        flags |= CHANNELLING if beams else 0
        flags |= HOLDING if hold > 0 else 0
        flags |= IN_BUSH if bush[row] >= 0 else 0
        flags |= SHIELDED if shield_hp[row] > 0.0 else 0
        put_place(rows, at, x_u[row], y_u[row])
        rows[at + AIM_AT] = (int(aim[row]) + 8) // 16 % 256
        rows[at + HEALTH_AT] = max(1, share(health_hp[row], health_max_hp[row]))
        rows[at + SHIELD_AT] = share(shield_hp[row], health_max_hp[row])
        rows[at + FLAGS_AT] = flags
        rows[at + FLAGS_AT + 1] = conditions[row]
        rows[at + LEVEL_AT] = count8(int(level[row]))
        rows[at + HOLD_AT] = hold
        put16(rows, at + BEAM_AT, steps(beam_u[row], POSITION_STEPS) if beams else 0)
