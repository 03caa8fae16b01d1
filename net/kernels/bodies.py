"""Players as rows of a snapshot: every one is drawn once in a tick, whoever will see it."""

from ecs.kernel import F64In, I64In, I64Out, U8In, U8Out, U16In, device, kernel
from net.kernels.fields import POSITION_STEPS, count8, put16, put_place, share, steps
from schema.commands import SKILL_SLOTS
from schema.events import NO_SLOT, NOBODY

PLAYER_BYTES = 16
MATE_BYTES = 10

DASHING = 1
DOWN = 2
CHANNELLING = 4
HOLDING = 8
IN_BUSH = 16
SHIELDED = 32
"""Bits of a player's flags."""


@device
def held_share(tick: int, held_tick: int, hold_ticks: int) -> int:
    """How much of a full charge is held, 255 for all of it; at least 1 while one is held."""
    if held_tick == NOBODY:
        return 0
    return max(1, share(float(tick - held_tick), float(hold_ticks)))


@kernel
def measure_charges(
    players: I64In,
    tick: I64In,
    skill: U8In,
    held_tick: I64In,
    hold_ticks: I64In,
    held: U8Out,
) -> None:
    """What is held of a charge in every slot of every player.

    Args:
        skill, held_tick: [players * SKILL_SLOTS], columns of the abilities.
        hold_ticks: i64[skills], time until a charge is full.
        held: u8[players * SKILL_SLOTS], written.
    """
    for place in range(players[0] * SKILL_SLOTS):
        held[place] = held_share(tick[0], held_tick[place], hold_ticks[skill[place]])


@kernel
def measure_help(
    players: I64In,
    alive: U8In,
    down: U8In,
    reviver: I64In,
    progress_ticks: I64In,
    help_ticks: I64Out,
) -> None:
    """How long everybody has been helped up, or has helped somebody up.

    Args:
        help_ticks: i64[players], written; 0 for those who do neither.
    """
    for row in range(players[0]):
        help_ticks[row] = 0
    for row in range(players[0]):
        helper = reviver[row]
        if alive[row] != 0 and down[row] != 0 and 0 <= helper < players[0]:
            help_ticks[row] = progress_ticks[row]
            help_ticks[helper] = progress_ticks[row]


@device
def held_most(row: int, held: U8In) -> int:
    """The charge a player holds; of several slots at most one does."""
    most = 0
    for slot in range(SKILL_SLOTS):
        most = max(most, int(held[row * SKILL_SLOTS + slot]))
    return most


@kernel
def draw_players(
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
    held: U8In,
    bush: I64In,
    conditions: U8In,
    level: U8In,
    rows: U8Out,
) -> None:
    """Every player's 16 bytes; shares are of the most health, a living body never shows 0 of it."""
    for row in range(players[0]):
        at = row * PLAYER_BYTES
        beams = channel_slot[row] != NO_SLOT
        hold = held_most(row, held)
        flags = DOWN if down[row] != 0 else 0
        flags |= DASHING if tick[0] < dash_until[row] else 0
        flags |= CHANNELLING if beams else 0
        flags |= HOLDING if hold > 0 else 0
        flags |= IN_BUSH if bush[row] >= 0 else 0
        flags |= SHIELDED if shield_hp[row] > 0.0 else 0
        put16(rows, at, row)
        put_place(rows, at + 2, x_u[row], y_u[row])
        put16(rows, at + 6, int(aim[row]))
        rows[at + 8] = max(1, share(health_hp[row], health_max_hp[row]))
        rows[at + 9] = share(shield_hp[row], health_max_hp[row])
        rows[at + 10] = flags
        rows[at + 11] = conditions[row]
        rows[at + 12] = count8(int(level[row]))
        rows[at + 13] = hold
        put16(rows, at + 14, steps(beam_u[row], POSITION_STEPS) if beams else 0)


@kernel
def draw_mates(
    players: I64In,
    x_u: F64In,
    y_u: F64In,
    down: U8In,
    health_hp: F64In,
    health_max_hp: F64In,
    rows: U8Out,
) -> None:
    """Every player's 10 bytes as team mates see them."""
    for row in range(players[0]):
        at = row * MATE_BYTES
        put16(rows, at, row)
        put_place(rows, at + 2, x_u[row], y_u[row])
        rows[at + 6] = max(1, share(health_hp[row], health_max_hp[row]))
        rows[at + 7] = DOWN if down[row] != 0 else 0
        put16(rows, at + 8, 0)
