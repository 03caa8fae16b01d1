"""What the rules report about a tick: hits, events, and causes of death."""

import numpy as np

SHOT = 1
HIT = 2
BLAST = 3
DEATH = 4
DASH = 5
WALL_HIT = 6

CAUSE_SHOT = 0
CAUSE_BLAST = 1
CAUSE_ZONE = 2
CAUSE_LEFT = 3

NOBODY = -1
"""Row of no player, where an attacker, killer or winner may be missing."""

ZONE_WAITING = 0
ZONE_SHRINKING = 1
ZONE_CLOSED = 2
"""States of the zone."""

STRIKE_NOTHING = -1
STRIKE_WALL = -2
"""What a projectile meets when it is not the row of a player."""

HIT_RECORD = np.dtype(
    [
        ("victim", "<i8"),
        ("attacker", "<i8"),
        ("amount_hp", "<f8"),
        ("moment", "<f8"),
        ("cause", "<i8"),
    ]
)
"""One piece of damage: rows of both, hp, fraction of the tick at which it happened, cause."""

EVENT_RECORD = np.dtype(
    [
        ("kind", "<i8"),
        ("a", "<i8"),
        ("b", "<i8"),
        ("x_u", "<f8"),
        ("y_u", "<f8"),
        ("detail", "<i8"),
    ]
)
"""One event, as drawn in docs/protocol.md, in world units."""
