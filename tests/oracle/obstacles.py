"""Obstacles: which are reached by a blast, what knocks do to them, and who broke them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.exact import HAIR_U, clearance

CRATE, BARRIER = 1, 2
CRATE_BROKEN, BARRIER_GONE = 10, 11
NOBODY = -1

Knock = tuple[int, int, float]
"""(obstacle, attacker, hp)."""


@dataclass
class Obstacle:
    wall: tuple[float, ...]
    kind: int = CRATE
    owner: int = NOBODY
    health: float = 50.0
    expires: int = 2**63 - 1


def touched(
    x: float, y: float, radius: float, obstacles: Sequence[Obstacle]
) -> tuple[list[int], list[int]]:
    """(rows a blast must knock, rows it may knock): those with health within its circle."""
    hair = float(HAIR_U)
    gaps = [(row, clearance(o.wall, x, y)) for row, o in enumerate(obstacles) if o.health > 0.0]
    return (
        [row for row, gap in gaps if gap <= radius - hair],
        [row for row, gap in gaps if gap <= radius + hair],
    )


def settled(
    obstacles: Sequence[Obstacle], knocks: Sequence[Knock], tick: int
) -> tuple[list[float], list[bool], list[tuple[int, int, int, int, float, float, float]]]:
    """(health, gone, events) after a tick: knocks one by one, as if each were the only one left."""
    health = [o.health for o in obstacles]
    breaker: dict[int, int] = {}
    # Python's sort keeps the order of collection among equals.
    for obstacle, attacker, amount in sorted(knocks, key=lambda knock: knock[:2]):
        if health[obstacle] > 0.0:
            health[obstacle] = max(health[obstacle] - amount, 0.0)
            if health[obstacle] == 0.0:
                breaker[obstacle] = attacker
    gone = [row in breaker or o.expires <= tick for row, o in enumerate(obstacles)]
    events = []
    for row, o in enumerate(obstacles):
        if gone[row]:
            who = breaker.get(row, NOBODY)
            crate = o.kind == CRATE
            pair = (CRATE_BROKEN, who, NOBODY) if crate else (BARRIER_GONE, o.owner, who)
            events.append((*pair, 0, 0.0, o.wall[0], o.wall[1]))
    return health, gone, events
