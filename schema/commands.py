"""What may reach the tick: commands, joins and leaves, as packed records.

These bytes are the journal's as well: what is logged is what was applied.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SKILL_SLOTS = 4
"""Skills a player carries: primary, secondary, special, mobility."""

MOVE = 1
PRIMARY = 2
SECONDARY = 4
SPECIAL = 8
MOBILITY = 16
INTERACT = 32
BUTTONS_ALL = MOVE | PRIMARY | SECONDARY | SPECIAL | MOBILITY | INTERACT
"""Bits of ``buttons``; the button of skill slot s is ``PRIMARY << s``."""

HUMAN = 0
BOT_EASY = 1
BOT_NORMAL = 2
BOT_HARD = 3
"""Who steers: values of ``JOIN.bot`` and ``Control.bot``."""

DROP_ANYWHERE = 0
"""``JOIN.drop``: 0 leaves the spawn to the rules, 1…9 asks for a ninth of the map, row by row."""

REWIND_MAX_S = 0.25
"""What hits at once is judged by where others were when its player looked, at most so long ago."""

COMMAND = np.dtype(
    [
        ("slot", "<u2"),
        ("move", "<u2"),
        ("aim", "<u2"),
        ("reach", "u1"),
        ("buttons", "u1"),
        ("seq", "<u4"),
        ("view_tick", "<u4"),
    ]
)
"""One input command, 16 bytes: see INPUT in docs/protocol.md.

``view_tick`` is the tick its sender was looking at when it was made: one whose snapshot was sent to
them, or 0 for none.  What goes into the log has been judged by that.
"""

JOIN = np.dtype([("slot", "<u2"), ("team", "<u2"), ("bot", "u1"), ("role", "u1"), ("drop", "u1")])
"""Somebody enters in a slot, which must be the next free one, with a team, a class, a wish."""

LEAVE = np.dtype([("slot", "<u2")])
"""Somebody leaves for good."""


def no_commands() -> NDArray[np.void]:
    """An empty command array."""
    return np.zeros(0, dtype=COMMAND)


@dataclass(frozen=True, slots=True)
class TickInputs:
    """Everything that one tick gets to know of the outside.

    Attributes:
        commands: COMMAND[n], ascending by slot.
        joins: JOIN[n], ascending by slot.
        leaves: LEAVE[n], ascending by slot.
    """

    commands: NDArray[np.void] = field(default_factory=no_commands)
    joins: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, dtype=JOIN))
    leaves: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, dtype=LEAVE))


def in_slot_order(records: NDArray[np.void]) -> NDArray[np.void]:
    """``records`` ascending by slot, so that the order of arrival never reaches the tick."""
    if len(records) < 2:
        return records
    return records[np.argsort(records["slot"], kind="stable")]
