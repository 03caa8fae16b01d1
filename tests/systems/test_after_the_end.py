"""What no longer happens once a match is decided."""

import numpy as np

from schema.columns import Outcome, Tally, Vitals
from schema.commands import JOIN, LEAVE, TickInputs
from systems.tick import step
from tests.systems.matches import new_world


def test_the_winner_outlives_the_zone() -> None:
    world = new_world(2, seed=3)
    joins = np.array([(0, 0, 1, 0, 0), (1, 1, 1, 1, 0)], dtype=JOIN)
    step(world, TickInputs(joins=joins))
    step(world, TickInputs(leaves=np.array([(0,)], dtype=LEAVE)))
    outcome, vitals = world.group("match", Outcome), world.group("players", Vitals)
    assert outcome.over[0] == 1
    assert outcome.winner[0] == 1
    zone_is_closed_after = 30 * 300
    for _ in range(zone_is_closed_after):
        step(world, TickInputs())
    assert outcome.alive[0] == 1
    assert vitals.alive[1] == 1
    assert vitals.health_hp[1] > 0
    assert world.group("players", Tally).placement[:2].tolist() == [2, 1]
