"""Deaths, the places of teams, and the winner, with dictionaries and ``sorted``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

NOBODY = -1


@dataclass
class Soul:
    team: int
    alive: bool = True
    dying: bool = False
    kills: int = 0
    dealt: float = 0.0
    killer: int = NOBODY
    cause: int = 0
    placement: int = 0


def teams_of(souls: Sequence[Soul]) -> dict[int, list[int]]:
    """Team to its rows."""
    found: dict[int, list[int]] = {}
    for row, soul in enumerate(souls):
        found.setdefault(soul.team, []).append(row)
    return found


def bury(souls: Sequence[Soul]) -> list[int]:
    """End lives and place the teams that are out; return the rows of the dead."""
    teams = teams_of(souls)
    before = {team for team, rows in teams.items() if any(souls[row].alive for row in rows)}
    dead = [row for row, soul in enumerate(souls) if soul.alive and soul.dying]
    for row in dead:
        souls[row].alive = False
    after = {soul.team for soul in souls if soul.alive}

    def merit(team: int) -> tuple[int, Fraction, int]:
        rows = teams[team]
        dealt = sum((Fraction(souls[row].dealt) for row in rows), Fraction(0))
        return -sum(souls[row].kills for row in rows), -dealt, min(rows)

    for place, team in enumerate(sorted(before - after, key=merit), start=len(after) + 1):
        for row in teams[team]:
            souls[row].placement = place
    return dead


def crown(souls: Sequence[Soul]) -> tuple[int, int] | None:
    """(winner, team) once the match is decided; the whole team gets the first place."""
    teams = teams_of(souls)
    living = sorted({soul.team for soul in souls if soul.alive})
    if not souls or len(living) > 1 or (living and len(teams) == 1):
        return None
    if living:
        (team,) = living
    else:
        (team,) = {soul.team for soul in souls if soul.placement == 1}
    for row in teams[team]:
        souls[row].placement = 1
    return min(teams[team], key=lambda row: (-souls[row].kills, -souls[row].dealt, row)), team
