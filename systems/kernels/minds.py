"""The records of bots: how good each level is, and what one decision is made of.

A bot has no memory.  A ``MIND`` is filled anew for every decision, from what a player in its place
could see; what should last longer than a decision (where it wanders, to which side it strafes) is
drawn at an address that lasts as long, so that a bot goes on unchanged after a restore.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import F64In, I32In, Records
from schema.commands import COMMAND
from systems.kernels.walls import WallsIn

BOT_ROW = np.dtype(
    [
        ("period_ticks", "<i8"),
        ("wander_ticks", "<i8"),
        ("strafe_ticks", "<i8"),
        ("recent_ticks", "<i8"),
        ("sight_u", "<f8"),
        ("aim_error", "<f8"),
        ("skill_chance", "<f8"),
        ("caution_ratio", "<f8"),
        ("loot_u", "<f8"),
        ("lead_ratio", "<f8"),
    ]
)
"""One level of bots: row ``Control.bot - 1``.

``aim_error`` is in directions; so long ago as ``recent_ticks`` a hit still counts as being under
fire.  A wish to wander somewhere lasts ``wander_ticks``, one to strafe to a side ``strafe_ticks``.
"""

MIND = np.dtype(
    [
        ("row", "<i8"),
        ("level", "<i8"),
        ("enemy", "<i8"),
        ("apart_u", "<f8"),
        ("clear", "<i8"),
        ("friend", "<i8"),
        ("fallen", "<i8"),
        ("wounded", "<i8"),
        ("goal", "<i8"),
        ("to_x_u", "<f8"),
        ("to_y_u", "<f8"),
        ("near_u", "<f8"),
        ("way_u", "<f8"),
        ("heading", "<i8"),
        ("aim", "<i8"),
        ("reach", "<i8"),
        ("buttons", "<i8"),
    ]
)
"""One decision.

row: whose, and its level in BOT_ROW.  enemy: row of the one it minds, NOBODY for none, ``apart_u``
away; ``clear`` is 1 when no wall stops a shot on the way.  Of its team, NOBODY for none: friend,
the nearest who stands; fallen, the nearest who is down; wounded, the one in sight who has the least
of the full health.  goal: what it is up to, one of the numbers below; (to_x_u, to_y_u): where to,
near_u: how near to it is near enough.  ``way_u``: how far ahead it looks for walls.  heading, aim,
reach, buttons: as in COMMAND.
"""

PROBE_U = 3.0
"""The farthest that a bot looks ahead for walls."""

GOAL_WANDER = 0
GOAL_FLEE = 1  # out of the zone's way
GOAL_DODGE = 2  # out of an area that is going to hurt
GOAL_RESCUE = 3
GOAL_FIGHT = 4
GOAL_LOOT = 5
GOAL_BREAK = 6  # a crate
GOAL_FOLLOW = 7
GOAL_CRAWL = 8  # knocked down

CommandsOut = Annotated[NDArray[np.void], Records(COMMAND, True)]
BotsIn = Annotated[NDArray[np.void], Records(BOT_ROW)]
MindsIn = Annotated[NDArray[np.void], Records(MIND)]
MindsOut = Annotated[NDArray[np.void], Records(MIND, True)]

Ground = tuple[WallsIn, I32In, I32In, F64In]
"""walls, wall_start, wall_row, frame: what every question about walls ends with."""
