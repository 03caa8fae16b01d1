"""Who goes down, who dies, and who is helped up, team by team."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

NOBODY = -1
BLED_OUT = 243
DOWN_EVENT, REVIVE_EVENT = 8, 9

Event = tuple[int, int, int, int, float]


@dataclass
class Body:
    team: int
    health: float
    alive: bool = True
    down: bool = False
    downs: int = 0
    leaves: bool = False
    killer: int = NOBODY
    cause: int = 0
    last_attacker: int = NOBODY
    last_hit: int = 0
    down_tick: int = 0
    downer: int = NOBODY
    reviver: int = NOBODY
    progress: int = 0
    knocks: int = 0
    dying: bool = False
    revives: int = 0


def fall(
    bodies: Sequence[Body],
    tick: int,
    size: int,
    downs_max: int,
    down_health: float,
    credit_ticks: int,
) -> list[Event]:
    """Knock down or doom; return the events."""
    stand = [row for row, b in enumerate(bodies) if b.alive and not b.down and b.health > 0]
    # Nobody gets up in between: whoever stands now is whoever a team can hope for.
    hopeful = {bodies[row].team for row in stand}
    empty = [row for row, b in enumerate(bodies) if b.alive and b.health <= 0]
    events = []
    for body in bodies:
        body.dying = False
    for row in empty:
        body = bodies[row]
        may = size > 1 and not body.down and body.downs < downs_max and not body.leaves
        if not may or body.team not in hopeful:
            body.dying = True
            continue
        by = body.killer
        if by == NOBODY and body.last_hit >= tick - credit_ticks:
            by = body.last_attacker
        if by != NOBODY:
            bodies[by].knocks += 1
        events.append((DOWN_EVENT, row, by, body.cause, 0.0))
        body.down, body.downs, body.health = True, body.downs + 1, down_health
        body.down_tick, body.downer, body.killer = tick, by, NOBODY
        body.reviver, body.progress = NOBODY, 0
    for body in bodies:
        if body.alive and body.down and not body.dying and body.team not in hopeful:
            body.dying, body.killer, body.cause = True, NOBODY, BLED_OUT
    return events


Near = Callable[[int, int], float | None]


def help_up(
    bodies: Sequence[Body],
    free: Sequence[bool],
    near: Near,
    ticks: int,
    ratio: float,
    health_max: Sequence[float],
) -> list[Event]:
    """Count the help of a tick; return the events.

    ``free`` says who stands with free hands, ``near`` how far a helper is from who is down, None
    when that is too far or out of sight.
    """
    events = []
    for row, body in enumerate(bodies):
        if not body.alive or not body.down or body.dying:
            continue
        able = [
            helper
            for helper, other in enumerate(bodies)
            if helper != row
            and other.team == body.team
            and free[helper]
            and near(row, helper) is not None
        ]
        if body.reviver in able:
            body.progress += 1
        elif able:
            body.reviver, body.progress = min(able, key=lambda helper: near(row, helper)), 1  # type: ignore[arg-type, return-value]
        else:
            body.reviver, body.progress = NOBODY, 0
    for row, body in enumerate(bodies):
        if body.alive and body.down and not body.dying and body.reviver != NOBODY:
            if body.progress < ticks:
                continue
            bodies[body.reviver].revives += 1
            events.append((REVIVE_EVENT, body.reviver, row, 0, 0.0))
            body.down, body.health, body.downer = False, ratio * health_max[row], NOBODY
            body.reviver, body.progress = NOBODY, 0
    return events
