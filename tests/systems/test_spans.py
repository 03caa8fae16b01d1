"""N seconds at R ticks a second are N * R ticks of effect, whatever it is that lasts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from schema.columns import (
    Affliction,
    Barrier,
    Combo,
    Cover,
    Flight,
    Motion,
    Vitals,
    Walls,
)
from schema.commands import MOBILITY, PRIMARY, SECONDARY, SPECIAL
from schema.events import BURST, CAUSE_STATUS, HASTED, HEALS, STUNNED
from schema.rulebook import STATUSES
from tests.systems.acting import Scene

# Draws wrap around, which plain Python remarks on.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")


def lasts(scene: Scene, there: Callable[[], bool], ticks: int = 200, **buttons: int) -> list[int]:
    """The ticks, counted from now, after which something is there."""
    found = []
    for passed in range(ticks):
        scene.run(1, **buttons)
        if there():
            found.append(passed)
    return found


def test_a_status_of_the_caster_works_so_many_ticks_from_the_next_on() -> None:
    scene = Scene(("scout", 0, 10.0, 20.0))
    scene.run(1, a=MOBILITY)
    assert not scene.flags(0) & HASTED
    worked = lasts(scene, lambda: bool(scene.flags(0) & HASTED))
    assert worked == list(range(scene.ticks(1.2)))


def test_a_status_of_a_hit_works_so_many_ticks_from_the_next_on() -> None:
    scene = Scene(("warrior", 0, 10.0, 20.0), ("scout", 1, 11.5, 20.0))
    scene.run(1, a=SECONDARY)
    assert len(scene.hits()) == 1
    worked = lasts(scene, lambda: bool(scene.flags(1) & STUNNED))
    assert worked == list(range(scene.ticks(0.9)))


def test_a_burn_hurts_in_so_many_ticks_and_costs_what_it_says() -> None:
    scene = Scene(("wizard", 0, 10.0, 20.0), ("scout", 1, 11.5, 20.0))
    place = STATUSES + scene.rules.status_names.index("burning")
    worn = scene.of("afflictions", Affliction)
    scene.run(1, a=SECONDARY)
    scene.run()  # let go of, it flies and hits in this tick
    assert worn.stacks[place] == 1
    burnt: list[float] = []

    def burns() -> bool:
        hits = scene.hits()[scene.hits()["cause"] >= CAUSE_STATUS]
        burnt.extend(hits["amount_hp"].tolist())
        return bool(len(hits))

    assert lasts(scene, burns) == list(range(scene.ticks(3.0)))
    assert sum(burnt) == pytest.approx(3.0 * 3.0)


def test_spans_of_a_status_that_extends_add_up_without_a_gap() -> None:
    scene = Scene(("scout", 0, 10.0, 20.0), ("wizard", 1, 13.0, 20.0))
    revealed = STATUSES + scene.rules.status_names.index("revealed")
    worn = scene.of("afflictions", Affliction)
    scene.run(2, a=SECONDARY)
    scene.run(scene.ticks(0.4))
    scene.run(1, a=SECONDARY)
    worked = lasts(scene, lambda: bool(worn.stacks[revealed]), 300)
    # Two seekers a moment apart: what is left of the first, and all of the second.
    assert len(worked) > scene.ticks(4.0)
    assert worked == list(range(worked[0], worked[0] + len(worked)))
    assert worn.until_tick[revealed] == 0


def test_healing_over_time_heals_in_so_many_ticks_and_all_of_it() -> None:
    scene = Scene(("scout", 0, 10.0, 20.0))
    scene.player(Vitals).health_hp[0] = 20.0
    scene.run(1, a=SPECIAL)
    assert scene.hits()["amount_hp"].tolist() == [10.0]
    given: list[float] = []

    def heals() -> bool:
        hits = scene.hits()[scene.hits()["flags"] == HEALS]
        given.extend(hits["health_hp"].tolist())
        return bool(len(hits))

    assert lasts(scene, heals) == list(range(scene.ticks(4.0)))
    assert sum(given) == pytest.approx(16.0)


def test_a_shield_takes_damage_in_so_many_ticks_with_that_of_the_cast() -> None:
    scene = Scene(("herbalist", 0, 10.0, 20.0))
    there = lasts(scene, lambda: bool(scene.player(Vitals).shield_hp[0] > 0.0), 1, a=MOBILITY)
    there += [1 + at for at in lasts(scene, lambda: bool(scene.player(Vitals).shield_hp[0] > 0.0))]
    assert there == list(range(scene.ticks(5.0)))


def test_a_shield_from_an_item_takes_damage_in_so_many_ticks_from_the_next_on() -> None:
    scene = Scene(("herbalist", 0, 10.0, 20.0))
    scene.lay("ward", 10.0, 20.0)
    scene.run()  # taken when damage has been settled
    assert scene.player(Vitals).shield_hp[0] == 30.0
    there = lasts(scene, lambda: bool(scene.player(Vitals).shield_hp[0] > 0.0), 500)
    assert there == list(range(scene.ticks(20.0)))


def test_a_dash_runs_for_so_many_ticks_with_that_of_the_cast() -> None:
    scene = Scene(("warrior", 0, 10.0, 20.0), rate_hz=50)
    fast = [0]
    for passed in range(40):
        scene.run(1, a=MOBILITY if passed == 0 else 0)
        fast.append(fast[-1] + int(scene.player(Motion).vx_ups[0] > 21.0))
    assert fast[1:15] == list(range(1, 15))
    assert fast[-1] == 14  # 0.28 s


def test_a_beam_shines_for_so_many_ticks_after_that_of_the_cast() -> None:
    scene = Scene(("wizard", 0, 10.0, 20.0), ("warrior", 1, 15.0, 20.0))
    scene.run(1, a=SPECIAL)
    assert len(scene.hits()) == 0
    scene.player(Vitals).health_hp[1] = 1000.0
    shone = lasts(scene, lambda: bool(len(scene.hits())), 90, a=SPECIAL)
    assert shone == list(range(scene.ticks(4.0)))


def test_a_delay_is_so_many_ticks_from_the_cast_to_the_burst() -> None:
    scene = Scene(("herbalist", 0, 10.0, 20.0))
    scene.run(1, a=SECONDARY)
    burst = lasts(scene, lambda: bool(len(scene.told(BURST))))
    assert [1 + at for at in burst] == [scene.ticks(0.7)]
    at_once = Scene(("warrior", 0, 10.0, 20.0))
    at_once.run(1, a=PRIMARY)
    assert len(at_once.told(BURST)) == 1


def test_an_area_lingers_for_so_many_ticks_and_goes_off_once_in_every_period() -> None:
    """Six seconds of a pulse every half second: twelve, not thirteen."""
    scene = Scene(("herbalist", 0, 10.0, 20.0))
    scene.run(1, a=SPECIAL)
    bursts = lasts(scene, lambda: bool(len(scene.told(BURST))))
    first, period = scene.ticks(0.2) - 1, scene.ticks(0.5)
    assert bursts == list(range(first, first + scene.ticks(6.0), period))
    assert len(bursts) == 12
    assert scene.of("areas").count[0] == 0


def test_a_barrier_stands_for_so_many_ticks_from_the_next_on() -> None:
    scene = Scene(("warrior", 0, 10.0, 20.0))
    scene.run(1, a=SPECIAL)
    walls = scene.of("walls", Walls)
    assert walls.raised[1] == 0
    stood = lasts(scene, lambda: bool(walls.raised[1]))
    assert stood == list(range(scene.ticks(6.0)))
    assert scene.of("obstacles", Barrier).kind[0] == 0


def test_a_shot_flies_for_so_many_ticks_with_that_of_the_cast() -> None:
    scene = Scene(("wizard", 0, 10.0, 20.0))
    flight = scene.of("projectiles", Flight)
    scene.run(1, a=PRIMARY)
    flown = 1 + len(lasts(scene, lambda: bool(scene.of("projectiles").count[0])))
    ticks = int(np.ceil(24.0 * 20 / 26.0))
    # It is gone when the last of them is over.
    assert flown == ticks - 1
    assert flight.expire_tick[0] == 0


def test_a_combo_counts_for_so_many_ticks_after_that_of_the_hit() -> None:
    scene = Scene(("scout", 0, 10.0, 20.0), ("warrior", 1, 12.0, 20.0))
    combo = scene.player(Combo)
    scene.run(1, a=PRIMARY)
    assert combo.hits[0] == 1
    kept = lasts(scene, lambda: bool(combo.hits[0]))
    assert kept == list(range(scene.ticks(6.0)))


@pytest.mark.parametrize("row", [0, 1])
def test_who_attacks_and_who_is_hit_are_seen_after_so_many_ticks(row: int) -> None:
    """After that of the attack the first time: a look is taken when a tick is over."""
    scene = Scene(("scout", 0, 10.0, 20.0), ("warrior", 1, 12.0, 20.0))
    scene.run(1, a=PRIMARY)
    seen = int(scene.player(Cover).seen_until_tick[row] > scene.tick)
    seen += len(lasts(scene, lambda: bool(scene.player(Cover).seen_until_tick[row] > scene.tick)))
    assert seen == scene.ticks(1.5)
