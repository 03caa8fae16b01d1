"""Who was hit at once, held against where everybody was in the tick that was looked at.

Watches a match from outside: places are noted after every tick, and nothing is asked of the trail
that the match keeps itself, but whether it says the same.
"""

from __future__ import annotations

from collections import Counter
from math import floor, hypot

import numpy as np

from ecs.columns import Rows
from ecs.world import World
from schema.columns import (
    Channel,
    Clock,
    Control,
    Hits,
    Intent,
    Position,
    Role,
    Trail,
    Vitals,
)
from schema.directions import TABLE
from schema.events import HEALS, NO_SLOT
from schema.rulebook import AREA, BEAM, ENEMIES
from systems.rules import Rules
from tests.oracle.seeing import Place, met_at, trail_of

HAIR_U = 1e-6


def off_segment(point: Place, start: Place, end: Place) -> float:
    """How far a point is from a segment."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length_sq = dx * dx + dy * dy
    along = (point[0] - start[0]) * dx + (point[1] - start[1]) * dy
    share = 0.0 if length_sq == 0.0 else min(1.0, max(0.0, along / length_sq))
    return hypot(point[0] - start[0] - share * dx, point[1] - start[1] - share * dy)


class Hindsight:
    """Call ``before`` ahead of every tick and ``look`` after it.

    Attributes:
        seen: hits at once, by kind, and those that nobody would have had who looked at now.
    """

    def __init__(self, world: World) -> None:
        self.world, self.rules = world, world.resource(Rules)
        self.most = floor(self.rules.rate_hz / 4)
        self.body_u = self.rules.balance.match.body.radius_u
        self.states: dict[int, list[Place | None]] = {}
        self.seen = Counter[str]()
        self.before()

    def before(self) -> None:
        """Note where everybody is, in the state before a tick."""
        self.states[int(self.world.group("match", Clock).tick[0])] = self._places()
        self.alive = self.world.group("players", Vitals).alive.copy()

    def look(self) -> None:
        """Judge the tick that was applied."""
        now = int(self.world.group("match", Clock).tick[0])
        self.states[now] = self._places()
        self._look_at_trail(now)
        for hit in self.world.group("hits", Hits).record[: self.world.group("hits", Rows).count[0]]:
            cause, attacker = int(hit["cause"]), int(hit["attacker"])
            if cause >= len(self.rules.skills) or attacker < 0:
                continue
            skill = self.rules.skills[cause]
            if skill["kind"] == BEAM:
                self._look_at_beam_hit(now, attacker, int(hit["victim"]), skill)
            elif skill["kind"] == AREA and skill["delay_ticks"] == 0 and not skill["linger_ticks"]:
                self._look_at_area_hit(now, attacker, hit, skill)
        self._look_at_beams(now)

    def _places(self) -> list[Place | None]:
        position = self.world.group("players", Position)
        count = int(self.world.group("players", Rows).count[0])
        places = list(zip(position.x_u.tolist(), position.y_u.tolist(), strict=True))
        return [place if row < count else None for row, place in enumerate(places)]

    def _look_at_trail(self, now: int) -> None:
        """What the match keeps of the past is what was seen of it."""
        trail = self.world.group("players", Trail)
        wanted = trail_of(self.states, now, self.most)
        kept = list(zip(trail.x_u.tolist(), trail.y_u.tolist(), strict=True))
        assert kept[: len(wanted)] == wanted
        entered = self.world.group("players", Control).join_tick
        for body, place in enumerate(self.states[now]):
            assert place is None or now > entered[body]

    def met(self, now: int, attacker: int, body: int) -> Place:
        """Where somebody is met by what an attacker does at once."""
        view = int(self.world.group("players", Intent).view_tick[attacker])
        return met_at(self.states, body, now, view, self.most)

    def _look_at_beam_hit(self, now: int, attacker: int, victim: int, skill: np.void) -> None:
        start, end = self._beam(now, attacker)
        touch = float(skill["radius_u"]) + self.body_u
        assert victim != attacker
        assert off_segment(self.met(now, attacker, victim), start, end) <= touch + HAIR_U
        self._count("beams", off_segment(self._here(now, victim), start, end) > touch + HAIR_U)

    def _look_at_area_hit(self, now: int, attacker: int, hit: np.void, skill: np.void) -> None:
        victim, centre = int(hit["victim"]), (float(hit["from_x_u"]), float(hit["from_y_u"]))
        touch = float(skill["radius_u"]) * max(1.0, float(skill["charge_radius"])) + self.body_u
        place = self._here(now, victim) if victim == attacker else self.met(now, attacker, victim)
        assert hypot(place[0] - centre[0], place[1] - centre[1]) <= touch + HAIR_U
        assert int(hit["flags"]) & HEALS or int(skill["affects"]) & ENEMIES
        here = self._here(now, victim)
        away = hypot(here[0] - centre[0], here[1] - centre[1])
        self._count("areas", away > touch + HAIR_U)

    def _look_at_beams(self, now: int) -> None:
        """No beam passes through an enemy who was there."""
        channel, vitals = self.world.group("players", Channel), self.world.group("players", Vitals)
        team, skills = self.world.group("players", Role).team, self.rules.skills
        for row, place in enumerate(self.states[now]):
            if place is None or channel.slot[row] == NO_SLOT or channel.length_u[row] <= HAIR_U:
                continue
            start, end = self._beam(now, row)
            radius = float(skills[skills["kind"] == BEAM]["radius_u"].min())
            for other, there in enumerate(self.states[now]):
                if there is None or team[other] == team[row] or not vitals.alive[other]:
                    continue
                touch = radius + self.body_u - 0.01
                # To the first touch of somebody who is met it reaches, and not beyond.
                assert off_segment(self.met(now, row, other), start, end) > touch
        self.seen["beams looked at"] += 1

    def _beam(self, now: int, row: int) -> tuple[Place, Place]:
        (x, y), aim = self._here(now, row), self.world.group("players", Intent).aim[row]
        length = float(self.world.group("players", Channel).length_u[row])
        ux, uy = TABLE[aim].tolist()
        return (x, y), (x + ux * length, y + uy * length)

    def _here(self, now: int, row: int) -> Place:
        place = self.states[now][row]
        assert place is not None
        return place

    def _count(self, what: str, elsewhere: bool) -> None:
        self.seen[what] += 1
        self.seen[f"{what} of the past"] += elsewhere
