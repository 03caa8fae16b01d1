"""What the rules report about a tick: casts, hits, knocks, events, and causes of death."""

import numpy as np

NOBODY = -1
"""Row of no player, where an attacker, killer or winner may be missing."""

# --- Events -----------------------------------------------------------------------------------

CAST = 1  # a cast the skill `cause`
HIT = 2  # a hurt b by `cause`, `amount` off the health
SHIELDED = 3  # `amount` of what a did to b was taken by b's shield or block
HEAL = 4  # a gave b `amount` health by `cause`
BURST = 5  # an area of a went off, `cause` its skill, `amount` its radius
WALL_HIT = 6  # a shot of a met a wall, `cause` its skill
DEATH = 7  # a died, killed by b, of `cause`
DOWN = 8  # a was knocked down by b
REVIVE = 9  # b was revived by a
CRATE_BROKEN = 10  # by a
BARRIER_GONE = 11  # a's
PICKUP = 12  # a took an item, `cause` is the item
LEVEL = 13  # a reached level `amount`

# --- Causes of damage, u8 ---------------------------------------------------------------------

CAUSE_STATUS = 128  # + index of the status; below it: index of the skill
CAUSE_ZONE = 240
CAUSE_SUDDEN_DEATH = 241
CAUSE_LEFT = 242
CAUSE_BLED_OUT = 243
CAUSE_THORNS = 244

# --- States -----------------------------------------------------------------------------------

ZONE_WAITING = 0
ZONE_SHRINKING = 1
ZONE_CLOSED = 2
"""States of the zone."""

STAGE_COUNTDOWN = 0
STAGE_PLAY = 1
STAGE_SUDDEN_DEATH = 2
STAGE_OVER = 3
"""Stages of a match, in order."""

STRIKE_NOTHING = -1
STRIKE_WALL = -2
STRIKE_OBSTACLE = -3
"""What a projectile meets when it is not the row of a player; an obstacle of row k is -3 - k."""

# --- Why a cast was refused: places in ``Outcome.refused_casts`` --------------------------------

REFUSED_COOLDOWN = 0
REFUSED_MANA = 1
REFUSED_STUNNED = 2
REFUSED_ROOTED = 3
REFUSED_BUSY = 4  # channelling, or holding another charge
REFUSED_DOWN = 5
REFUSED_STAGE = 6  # before the start or after the end
REFUSED_FULL = 7  # the table of the effect has no room
REFUSED_BLOCKED = 8  # a body stands where the barrier would
REFUSALS = 9

# --- Conditions: bits of ``Stats.flags`` --------------------------------------------------------

STUNNED = 1
ROOTED = 2
SLOWED = 4
HASTED = 8
BURNING = 16
REVEALED = 32

# --- Records ----------------------------------------------------------------------------------

HEALS = 1  # gives health instead of taking it
TRUE_DAMAGE = 2  # ignores armour
UNBLOCKED = 4  # ignores shield and block as well: zone, leaving, bleeding
NO_RETURN = 8  # never answered by thorns
"""Bits of ``HIT_RECORD.flags``."""

NO_SLOT = 255
"""No skill slot: in hits that no skill did, and for a player who channels nothing."""

HIT_RECORD = np.dtype(
    [
        ("victim", "<i8"),
        ("attacker", "<i8"),
        ("cause", "<i8"),
        ("slot", "<i8"),
        ("flags", "<i8"),
        ("amount_hp", "<f8"),
        ("moment", "<f8"),
        ("from_x_u", "<f8"),
        ("from_y_u", "<f8"),
        ("health_hp", "<f8"),
        ("shield_hp", "<f8"),
        ("blocked_hp", "<f8"),
        ("over_hp", "<f8"),
        ("landed", "<i8"),
    ]
)
"""One piece of damage or healing.

Collected: rows of both, cause, the attacker's skill slot or NO_SLOT, flags, hp before any
reduction, the fraction of the tick at which it happened, where it came from.  Written when it is
settled: what reached the health, the shield's and the block's share (armour counts as block), what
went beyond the health that was left; ``landed`` is 1 when the victim was there to take it.
"""

CAST_RECORD = np.dtype(
    [
        ("player", "<i8"),
        ("slot", "<i8"),
        ("skill", "<i8"),
        ("level", "<i8"),
        ("kind", "<i8"),
        ("aim", "<i8"),
        ("x_u", "<f8"),
        ("y_u", "<f8"),
        ("reach", "<f8"),
        ("charge", "<f8"),
        ("power", "<f8"),
    ]
)
"""A cast that was allowed and paid for, to be carried out in this tick.

Rows and indices; where the caster stood; ``reach`` 0…1 of the range; ``charge`` 0…1 of a full
charge; ``power`` multiplies damage, healing and pools.
"""

KNOCK_RECORD = np.dtype([("obstacle", "<i8"), ("attacker", "<i8"), ("amount_hp", "<f8")])
"""Damage to an obstacle: its row, the attacker's row or NOBODY, hp."""

EVENT_RECORD = np.dtype(
    [
        ("kind", "<i8"),
        ("a", "<i8"),
        ("b", "<i8"),
        ("cause", "<i8"),
        ("amount", "<f8"),
        ("x_u", "<f8"),
        ("y_u", "<f8"),
    ]
)
"""One event, as drawn in docs/protocol.md, in world units."""
