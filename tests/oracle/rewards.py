"""Who gets what for a death, and the level that experience comes to, by counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NOBODY = -1


@dataclass
class Player:
    team: int
    alive: bool = True
    down: bool = False
    dying: bool = False
    killer: int = NOBODY
    downer: int = NOBODY
    last: tuple[int, int] = (NOBODY, 0)
    hurt_by: Mapping[int, int] = field(default_factory=dict)  # row to tick
    kills: int = 0
    assists: int = 0
    xp: float = 0.0


@dataclass(frozen=True)
class Prices:
    kill: float
    assist: float
    tick: float
    credit_ticks: int
    assist_ticks: int


def reward(players: Sequence[Player], tick: int, playing: bool, prices: Prices) -> None:
    """Name killers; count kills, assists and experience."""
    dead = [player for player in players if player.dying]
    for victim in dead:
        row, when = victim.last
        claims = [
            victim.killer,
            victim.downer if victim.down else NOBODY,
            row if tick <= when + prices.credit_ticks else NOBODY,
        ]
        victim.killer = next((claim for claim in claims if claim != NOBODY), NOBODY)
    for row, player in enumerate(players):
        player.kills += (won := sum(victim.killer == row for victim in dead))
        helped = sum(
            victim.killer != row
            and victim.team != player.team
            and tick <= victim.hurt_by[row] + prices.assist_ticks
            for victim in dead
            if row in victim.hurt_by
        )
        player.assists += helped
        player.xp += prices.kill * won + prices.assist * helped
        if playing and player.alive and not player.down and not player.dying:
            player.xp += prices.tick


def level_of(xp: float, thresholds: Sequence[float], former: int, highest: int) -> int:
    """One level for every threshold that is reached; nobody loses a level."""
    return min(highest, max(former, 1 + sum(xp >= threshold for threshold in thresholds)))


def grown(value: float, old_max: float, new_max: float, gains: bool = True) -> float:
    """Health or mana after its maximum has changed: richer by what that gained, and not above.

    Without ``gains`` (health, from sudden death on) there is no more of it than before.
    """
    return min(new_max, *([value + max(0.0, new_max - old_max)] if gains else [value]))
