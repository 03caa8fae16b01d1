"""What a client does in a match: goes about, shoots at whom it sees, flees the zone.

No bot that plays well: one that costs a server what a player costs.  All four skills are used, held
and let go; the choice is by a seed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from net.known import Figures
from ringfall.loadtest.stage import Command
from schema.commands import INTERACT, MOVE, PRIMARY, SKILL_SLOTS

TURN: Final = 4096
WIRE_STEPS: Final = 64.0
ZONE_STEPS: Final = 256.0
LOOK_TICKS: Final = 5  # between looks at who is near
ROAM_TICKS: Final = (20, 90)
PRESS_TICKS: Final = (2, 40)  # a skill that charges needs its button held
REST_TICKS: Final = (1, 25)
CLOSE_U: Final = 12.0
ZONE_MARGIN: Final = 0.8  # of the coming circle's radius: beyond, go inwards
STUCK_U: Final = 0.5
_FULL_REACH: Final = 255

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to decide by.

    Attributes:
        place: of the own body, units; None where it is not known.
        enemies: places of those in sight, units.
        zone: figures of the match that tell of the zone, None before any.
    """

    place: Place | None
    enemies: Iterable[Place]
    zone: Figures | None


class Player:
    """Decides a command a tick."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._tick = 0
        self._heading = self._aim = 0
        self._turn_tick = self._press_tick = 0
        self._button = 0
        self._target: Place | None = None
        self._marked: Place | None = None

    @property
    def looks(self) -> bool:
        """Whether the next command asks for who is near."""
        return self._tick % LOOK_TICKS == 0

    def decide(self, sight: Sight) -> Command:
        """The command of the next tick."""
        if self.looks:
            self._look(sight)
        self._steer(sight)
        self._press()
        buttons = MOVE | self._button
        if self._tick % 64 == 0:
            buttons |= INTERACT
        self._tick += 1
        return self._heading, self._aim, _FULL_REACH, buttons

    def _look(self, sight: Sight) -> None:
        here = sight.place
        self._target = None
        if here is not None:
            self._target = min(
                sight.enemies, key=lambda there: math.dist(here, there), default=None
            )
        if here is not None and self._target is not None:
            self._aim = direction(here, self._target)
        elif self._target is None:
            self._aim = self._heading

    def _steer(self, sight: Sight) -> None:
        if self._tick < self._turn_tick:
            return
        chance, here = self._chance, sight.place
        self._turn_tick = self._tick + chance.randint(*ROAM_TICKS)
        stuck = here is not None and self._marked is not None
        stuck = stuck and math.dist(here or (0, 0), self._marked or (0, 0)) < STUCK_U
        self._marked = here
        inwards = None if here is None or sight.zone is None else way_in(here, sight.zone)
        if inwards is not None and not stuck:
            self._heading = (inwards + chance.randint(-200, 200)) % TURN
        elif here is not None and self._target is not None and not stuck:
            towards = direction(here, self._target)
            near = math.dist(here, self._target) < CLOSE_U
            side = chance.choice((-1024, 1024)) if near else 0
            self._heading = (towards + side + chance.randint(-300, 300)) % TURN
        else:
            self._heading = chance.randrange(TURN)

    def _press(self) -> None:
        if self._tick < self._press_tick:
            return
        chance = self._chance
        if self._button:
            self._button = 0
            self._press_tick = self._tick + chance.randint(*REST_TICKS)
        else:
            # The primary skill as often as the other three together.
            slot = chance.choice((0, 0, *range(SKILL_SLOTS)))
            self._button = PRIMARY << slot
            self._press_tick = self._tick + chance.randint(*PRESS_TICKS)


def direction(here: Place, there: Place) -> int:
    """The wire's direction from one place to another."""
    angle = math.atan2(there[1] - here[1], there[0] - here[0])
    return round(angle / math.tau * TURN) % TURN


def way_in(here: Place, figures: Figures) -> int | None:
    """The direction to the coming circle's middle; None for who is well within, or before any."""
    x, y, radius = (value / ZONE_STEPS for value in figures.zone_next)
    if radius <= 0.0 and figures.zone[2] <= 0:
        return None
    return direction(here, (x, y)) if math.dist(here, (x, y)) > radius * ZONE_MARGIN else None
