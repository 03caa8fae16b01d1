"""Which of its skills a bot uses: by their kinds alone, so that a new class needs no new bot.

Of all that would make sense now it does one thing, the first from the last slot to the first whose
draw succeeds; the primary goes with it when hands and aim allow.
"""

import numpy as np

from ecs.kernel import I64In, U8In, device
from ecs.randomness import draw_unit
from schema.commands import PRIMARY, SKILL_SLOTS
from schema.events import NO_SLOT, NOBODY
from schema.rulebook import (
    ALLIES,
    AREA,
    BEAM,
    ENEMIES,
    HOMING,
    MEND,
    PROJECTILE,
    SELF,
    SHIELD,
    SKILL_LEVELS,
    WALL,
)
from systems.kernels.tables import EffectsIn, SkillsIn

Threat = tuple[float, int, bool, bool]
"""How far the enemy is, whether the line to it is clear (never where there is none), whether one is
weak, and whether the enemy's primary is dangerous from afar."""

Need = tuple[float, float, float, float, float, bool]
"""One's power, the health one lacks and the share one has, one's shield, how far the wounded mate
is (-1 for none), and whether one is under fire."""

Hands = tuple[U8In, U8In, U8In, I64In]
"""skill_of, skill_level, charges, ready_tick: [players * 4]."""

STREAM_SKILL = 13

MEND_SHARE = 0.6
BEAM_MARGIN = 0.9  # a beam that just reaches is lost with the next step
BEAM_TICKS = 10.0  # mana for so many ticks, or it is not worth beginning
HALF_CHARGE_U = 6.0  # nearer than this half a charge has to do
CLOSE_U = 4.0


@device
def reach_of(skill: int, skills: SkillsIn) -> float:
    """How far from its caster a skill reaches an enemy, 0 for one that does not."""
    kind = skills[skill]["kind"]
    if kind in (PROJECTILE, BEAM):
        return float(skills[skill]["range_u"])
    if kind == HOMING:
        return float(min(skills[skill]["range_u"], skills[skill]["lock_u"]))
    if kind == AREA and skills[skill]["affects"] & ENEMIES != 0:
        return float(skills[skill]["range_u"] + skills[skill]["radius_u"])
    return 0.0


@device
def is_payable(
    place: int,
    tick: int,
    mana_mp: float,
    skill: int,
    skills: SkillsIn,
    charges: U8In,
    ready_tick: I64In,
) -> bool:
    """Whether a skill could be cast in this tick, as far as charges and mana go."""
    price = skills[skill]["mana_mp"]
    if skills[skill]["kind"] == BEAM:
        price += BEAM_TICKS * skills[skill]["mana_mp_per_tick"]
    return bool(int(charges[place]) > 0 and tick >= ready_tick[place] and mana_mp >= price)


@device
def suits_enemy(
    skill: int, skills: SkillsIn, apart_u: float, clear: int, weak: bool, dangerous: bool
) -> bool:
    """Whether a skill does something against an enemy so far away.

    What flies, shines or is thrown needs a clear line.  A barrier is for the weak, against an enemy
    whose primary is ``dangerous`` from there, with room for it between the two.
    """
    if clear == 0:
        return False
    kind = skills[skill]["kind"]
    if kind == WALL:
        room = 2.0 * (skills[skill]["distance_u"] + skills[skill]["radius_u"])
        return bool(weak and dangerous and apart_u > room)
    reach = reach_of(skill, skills) * (BEAM_MARGIN if kind == BEAM else 1.0)
    return bool(reach > 0.0 and apart_u <= reach)


@device
def suits_team(
    skill: int,
    effect: int,
    skills: SkillsIn,
    effects: EffectsIn,
    power: float,
    missing_hp: float,
    share: float,
    shield_hp: float,
    mate_u: float,
    under_fire: bool,
) -> bool:
    """Whether a skill helps its caster, or the wounded mate who is ``mate_u`` away (-1: none).

    Healing that would be lost is not given unless things are bad; a shield is for those under fire
    who have none.
    """
    kind, affects = skills[skill]["kind"], skills[skill]["affects"]
    if kind == SHIELD:
        return under_fire and shield_hp <= 0.0
    healing = effects[effect]["heal_hp"] * power
    if kind == MEND:
        healing += effects[effect]["pool_hp"] * power
    if healing <= 0.0 or kind not in (MEND, AREA):
        return False
    mine = missing_hp >= healing or share < MEND_SHARE
    if mine and (kind == MEND or affects & SELF != 0):
        return True
    near = 0.0 <= mate_u <= skills[skill]["range_u"]
    return bool(near and (kind == MEND or affects & ALLIES != 0))


@device
def hold_on(
    row: int,
    tick: int,
    threat: Threat,
    skill_of: U8In,
    channel_slot: U8In,
    held_tick: I64In,
    skills: SkillsIn,
) -> tuple[int, int]:
    """(slot, button) of the skill that keeps the hands full, (NO_SLOT, 0) when they are free.

    A charge is held until it may be released, a beam while it reaches somebody; then the button is
    0, which lets go.
    """
    for slot in range(SKILL_SLOTS):
        place = row * SKILL_SLOTS + slot
        skill = int(skill_of[place])
        if int(channel_slot[row]) == slot:
            return slot, PRIMARY << slot if suits_enemy(skill, skills, *threat) else 0
        if held_tick[place] != NOBODY and skills[skill]["hold_ticks"] > 0:
            charge = float(tick - held_tick[place]) / float(skills[skill]["hold_ticks"])
            enough = 0.5 if threat[2] or threat[0] < HALF_CHARGE_U else 1.0
            free = charge >= enough and suits_enemy(skill, skills, *threat)
            return slot, 0 if free else PRIMARY << slot
    return NO_SLOT, 0


@device
def choose_slot(
    row: int,
    tick: int,
    seed: np.uint64,
    chance: float,
    mana_mp: float,
    buttons: int,
    threat: Threat,
    need: Need,
    hands: Hands,
    skills: SkillsIn,
    effects: EffectsIn,
) -> tuple[int, bool]:
    """(slot, whether it is for the team) of the skill to use, (NO_SLOT, False) for none.

    From the last slot to the second, each by the level's chance; the primary needs no luck.  A
    skill that is charged up has its button let go first, or pressing it would begin nothing.
    """
    skill_of, skill_level, charges, ready_tick = hands
    for step in range(SKILL_SLOTS):
        slot = SKILL_SLOTS - 1 - step
        place = row * SKILL_SLOTS + slot
        skill = int(skill_of[place])
        stuck = skills[skill]["hold_ticks"] > 0 and buttons & (PRIMARY << slot) != 0
        if stuck or not is_payable(place, tick, mana_mp, skill, skills, charges, ready_tick):
            continue
        if slot > 0 and draw_unit(seed, tick, STREAM_SKILL, place) >= chance:
            continue
        effect = skill * SKILL_LEVELS + int(skill_level[place]) - 1
        if suits_team(skill, effect, skills, effects, *need):
            return slot, True
        if suits_enemy(skill, skills, *threat):
            return slot, False
    return NO_SLOT, False


@device
def goes_with(skill: int, primary: int, skills: SkillsIn) -> bool:
    """Whether the primary may be used in the same breath: hands free, and one reach for both."""
    both_thrown = skills[skill]["kind"] == AREA and skills[primary]["kind"] == AREA
    return bool(
        skills[skill]["kind"] != BEAM and skills[skill]["hold_ticks"] == 0 and not both_thrown
    )


@device
def use_hands(
    row: int,
    tick: int,
    seed: np.uint64,
    chance: float,
    mana_mp: float,
    buttons: int,
    threat: Threat,
    need: Need,
    hands: Hands,
    busy: tuple[U8In, I64In],
    book: tuple[SkillsIn, EffectsIn],
) -> tuple[int, int, bool]:
    """(buttons to press, skill to aim with, whether that is for the team).

    Args:
        busy: channel_slot, held_tick.  book: skills, effects.
    """
    (channel_slot, held_tick), (skills, effects) = busy, book
    skill_of, primary = hands[0], int(hands[0][row * SKILL_SLOTS])
    slot, button = hold_on(row, tick, threat, skill_of, channel_slot, held_tick, skills)
    if slot != NO_SLOT:
        return button, int(skill_of[row * SKILL_SLOTS + slot]), False
    slot, ours = choose_slot(
        row, tick, seed, chance, mana_mp, buttons, threat, need, hands, skills, effects
    )
    if slot == NO_SLOT:
        return 0, primary, False
    skill, pressed = int(skill_of[row * SKILL_SLOTS + slot]), PRIMARY << slot
    if goes_with(skill, primary, skills) and suits_enemy(primary, skills, *threat):
        pressed |= PRIMARY
    # A shield and what heals by itself need no aim: that is left to the primary.
    aimless = ours and skills[skill]["kind"] != AREA
    return pressed, primary if aimless else skill, ours and not aimless
