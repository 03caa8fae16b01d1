"""A tick's damage, its deaths, their places and the winner, with dictionaries and ``sorted``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

NOBODY = -1
ZONE, LEFT = 2, 3
HIT_EVENT, DEATH_EVENT = 2, 4


@dataclass(frozen=True)
class Hit:
    victim: int
    attacker: int
    amount: float
    moment: float
    cause: int


@dataclass
class Fighter:
    health: float
    alive: bool = True
    last_attacker: int = NOBODY
    last_hit: int = 0
    kills: int = 0
    dealt: Fraction = field(default_factory=Fraction)
    taken: Fraction = field(default_factory=Fraction)
    killer: int = NOBODY
    cause: int = 0
    dying: bool = False
    placement: int = 0


def counted(hits: Sequence[Hit], over: bool) -> list[Hit]:
    """The hits that hurt: none of those that come after the match was decided."""
    return [hit for hit in hits if not over]


def settle(
    fighters: list[Fighter], hits: Sequence[Hit], tick: int, credit_ticks: int
) -> list[tuple[int, int, int, int]]:
    """Apply a tick's hits; return the events (kind, attacker, victim, detail) in order."""
    events = []
    for row, fighter in enumerate(fighters):
        fighter.dying = False
        suffered = sorted(
            (hit for hit in hits if hit.victim == row),
            key=lambda hit: (hit.moment, hit.attacker, hit.cause),
        )
        if not fighter.alive:
            continue
        left = Fraction(fighter.health)
        for hit in suffered:
            amount = min(Fraction(hit.amount), left)
            left -= amount
            fighter.taken += amount
            if hit.attacker not in (NOBODY, row):
                fighters[hit.attacker].dealt += amount
                fighter.last_attacker, fighter.last_hit = hit.attacker, tick
            if hit.cause not in (ZONE, LEFT):
                events.append(
                    (HIT_EVENT, hit.attacker, row, min(255, int(amount + Fraction(1, 2))))
                )
            if left == 0:
                fighter.dying, fighter.cause = True, hit.cause
                recent = fighter.last_hit >= tick - credit_ticks
                if fighter.last_attacker != NOBODY and recent:
                    fighter.killer = fighter.last_attacker
                    fighters[fighter.killer].kills += 1
                break
        fighter.health = float(left)
    return events


def bury(fighters: list[Fighter]) -> list[int]:
    """Place those who are dying; return them in the order of their deaths, worst first."""
    alive = sum(fighter.alive for fighter in fighters)
    dead = [row for row, fighter in enumerate(fighters) if fighter.dying]
    best_first = sorted(dead, key=lambda row: (-fighters[row].kills, -fighters[row].dealt, row))
    for better, row in enumerate(best_first):
        fighters[row].placement = alive - len(dead) + 1 + better
        fighters[row].alive = False
    return best_first[::-1]


def winner(fighters: Sequence[Fighter]) -> int | None:
    """Row of the winner, None while the match goes on."""
    living = [row for row, fighter in enumerate(fighters) if fighter.alive]
    if not fighters or len(living) > 1 or (living and len(fighters) == 1):
        return None
    if living:
        return living[0]
    (best,) = [row for row, fighter in enumerate(fighters) if fighter.placement == 1]
    return best
