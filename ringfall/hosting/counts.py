"""What operators are told of a match: casts refused, rows refused."""

from collections import Counter

from ecs.columns import Rows
from ecs.world import World
from schema.columns import Outcome

REFUSALS = (
    "cooldown",
    "mana",
    "stunned",
    "rooted",
    "busy",
    "down",
    "stage",
    "full",
    "blocked",
)
"""Why casts are refused, by place in ``Outcome.refused_casts``."""

LIMITED = ("projectiles", "areas", "obstacles", "pickups", "casts", "hits", "knocks", "events")
"""Tables that may be full when something is wanted in them."""


def casts_refused(world: World) -> Counter[str]:
    """Casts that were not allowed so far, by reason."""
    counts = world.group("match", Outcome).refused_casts.tolist()
    return Counter(dict(zip(REFUSALS, counts, strict=True)))


def rows_refused(world: World) -> Counter[str]:
    """Rows that were wanted in full tables so far, by table."""
    return Counter({table: int(world.group(table, Rows).refused[0]) for table in LIMITED})
