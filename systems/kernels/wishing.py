"""What buttons ask for: charges that come back, skills that are held, and what is wanted now."""

from ecs.kernel import I64In, I64Out, Int, U8In, U8Out, device, kernel
from schema.commands import PRIMARY, SKILL_SLOTS
from schema.events import NOBODY, STUNNED
from systems.kernels.tables import SkillsIn

NO_WISH = 0
TO_CAST = 1
TO_HOLD = 2


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


@kernel
def read_wishes(
    players: I64In,
    tick: I64In,
    alive: U8In,
    buttons: U8In,
    buttons_before: U8In,
    channel_slot: U8In,
    skill_of: U8In,
    held_tick: I64In,
    skills: SkillsIn,
    overhold_ticks: Int,
    wishes: U8Out,
) -> None:
    """What everybody alive wants with each slot; a beam's own button is no wish while it shines.

    Args:
        buttons_before: u8[players], of the tick before.
        channel_slot: u8[players], slot of the beam under way, or NO_SLOT.
        wishes: u8[players * 4], written: NO_WISH, TO_CAST or TO_HOLD.
    """
    for row in range(players[0]):
        for slot in range(SKILL_SLOTS):
            place, bit = row * SKILL_SLOTS + slot, PRIMARY << slot
            wishes[place] = NO_WISH
            if alive[row] == 0 or int(channel_slot[row]) == slot:
                continue
            pressed = int(buttons[row]) & bit != 0
            fresh = int(buttons_before[row]) & bit == 0
            hold_ticks = skills[int(skill_of[place])]["hold_ticks"]
            wishes[place] = wish(
                tick[0], held_tick[place], pressed, fresh, hold_ticks, overhold_ticks
            )
