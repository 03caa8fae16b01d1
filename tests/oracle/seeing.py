"""Where somebody is to be met by a player who sees the world late, as the rules page has it.

State v is the one after v ticks, the one that a snapshot of tick v shows.  What hits in tick t is
settled in the state that t makes, which is number t + 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Place = tuple[float, float]
States = Mapping[int, Sequence["Place | None"]]
"""Number of a state to where everybody is in it, None for those who have not entered."""


def met_at(states: States, body: int, now: int, view: int, most: int) -> Place:
    """Where ``body`` is met by what hits in the tick that makes state ``now``.

    Args:
        view: the state that the player was looking at, 0 for none.
        most: ticks that one may look back.
    """
    where = states[now][body]
    assert where is not None
    if view < 1 or view >= now:
        return where
    return states[max(view, now - most)][body] or where


def trail_of(states: States, now: int, most: int) -> list[Place]:
    """What has to be known of the past in the tick that makes state ``now``: newest first."""
    found: list[Place] = []
    for back in range(1, most + 1):
        found += [place or (0.0, 0.0) for place in states.get(now - back, ())]
    return found
