"""What casts make of their casters: who has what afterwards, by player, and in which ticks.

Spans are ranges of the ticks they hold in.  Of several casts of a player the last one counts, which
is what a dictionary does by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.lasting import Kind, Worn, put

DASH, BEAM, SHIELD = 5, 4, 6


@dataclass(frozen=True)
class Skill:
    """What of a skill matters to its caster; a status of None is none."""

    kind: int
    ticks: int = 0
    speed: float = 0.0
    pools: tuple[float, ...] = ()
    """By skill level."""
    status: int | None = None
    status_ticks: int = 0


@dataclass(frozen=True)
class Cast:
    player: int
    slot: int
    skill: Skill
    aim: int = 0
    level: int = 1
    power: float = 1.0


def of_kind(casts: Sequence[Cast], kind: int) -> list[Cast]:
    return [cast for cast in casts if cast.skill.kind == kind]


def dashes(
    casts: Sequence[Cast], walks: Mapping[int, int], tick: int
) -> dict[int, tuple[range, int, float]]:
    """(ticks, direction, speed) of who dashes now; ``walks`` is where those who walk are going."""
    return {
        cast.player: (
            range(tick, tick + cast.skill.ticks),
            walks.get(cast.player, cast.aim),
            cast.skill.speed,
        )
        for cast in of_kind(casts, DASH)
    }


def beams(casts: Sequence[Cast], tick: int) -> dict[int, tuple[int, int, range]]:
    """(slot, since when, ticks that are paid for) of who begins to channel a beam."""
    paid = {
        cast.player: (cast.slot, range(tick, tick + cast.skill.ticks + 1))
        for cast in of_kind(casts, BEAM)
    }
    return {player: (slot, ticks[0], ticks[1:]) for player, (slot, ticks) in paid.items()}


def shields(
    casts: Sequence[Cast], had: Sequence[float], tick: int
) -> dict[int, tuple[Fraction, range]]:
    """(pool, ticks) of who gets a shield: the largest of what was there and all that came."""
    pools = {player: [Fraction(pool)] for player, pool in enumerate(had)}
    ticks = {}
    for cast in of_kind(casts, SHIELD):
        pools[cast.player].append(Fraction(cast.skill.pools[cast.level - 1]) * Fraction(cast.power))
        ticks[cast.player] = range(tick, tick + cast.skill.ticks)
    return {player: (sorted(pools[player])[-1], ticks[player]) for player in ticks}


def marks(
    casts: Sequence[Cast], worn: Mapping[tuple[int, int], Worn], kinds: Sequence[Kind]
) -> dict[tuple[int, int], Worn]:
    """What everybody wears, by player and status, after casters were given what is theirs."""
    after = dict(worn)
    for player, skill in ((cast.player, cast.skill) for cast in casts):
        if skill.status is not None:
            place = (player, skill.status)
            after[place] = put(after.get(place), kinds[skill.status], skill.status_ticks, player)
    return after
