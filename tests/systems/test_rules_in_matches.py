"""What a player would say of the rules, held to whole matches."""

from __future__ import annotations

import numpy as np
import pytest

from net.kernels.eyes import is_given_away
from schema.balance.skills import AreaSkill, WallSkill
from schema.columns import (
    Ability,
    Affliction,
    Barrier,
    Cover,
    Flight,
    Mending,
    Position,
    Progress,
    Shape,
    Stats,
    Tally,
    Vitals,
)
from schema.commands import MOBILITY, PRIMARY, SECONDARY, SPECIAL
from schema.curves import CurveRef, scaled_at
from schema.events import (
    BURNING,
    HASTED,
    HEAL,
    LEVEL,
    NOBODY,
    PICKUP,
    REVEALED,
    ROOTED,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
)
from schema.rulebook import STATUSES
from tests.systems.acting import Scene, calm, with_skills

# Draws wrap around, which plain Python remarks on.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

BUSH = (20.0, 20.0, 3.0)


# --- hiding ---------------------------------------------------------------------------------------


def test_no_shot_locks_on_or_tracks_who_hides() -> None:
    scene = Scene(("scout", 0, 10.0, 18.0), ("warrior", 1, 20.0, 20.0), bushes=[BUSH])
    scene.run(1, a=SECONDARY)
    flight = scene.of("projectiles", Flight)
    assert (scene.of("projectiles").count[0], flight.target[0]) == (1, NOBODY)
    scene.run(30)
    assert flight.direction[0] == 0


def test_a_lock_outlasts_a_hiding_place_and_the_shot_turns_when_the_target_shows() -> None:
    scene = Scene(("scout", 0, 5.0, 14.0), ("warrior", 1, 20.0, 10.0), bushes=[BUSH])
    scene.run(1, a=SECONDARY)
    flight = scene.of("projectiles", Flight)
    first = int(flight.direction[0])
    assert (flight.target[0], first > 2048) == (1, True)  # up
    scene.put((5.0, 14.0), (20.0, 20.0))
    scene.run(8)
    # One tick it still turns: which bush somebody stands in is noted when a tick begins.
    assert (flight.target[0], flight.direction[0]) == (1, first)
    scene.put((5.0, 14.0), (20.0, 24.0))
    scene.run(2)
    assert flight.direction[0] != first


def test_flames_show_who_stands_in_a_bush() -> None:
    scene = Scene(("wizard", 0, 5.0, 5.0), ("scout", 1, 20.0, 20.0), bushes=[BUSH])
    place = STATUSES + scene.rules.status_names.index("burning")
    worn, cover = scene.of("afflictions", Affliction), scene.player(Cover)

    def shows() -> bool:
        return bool(is_given_away(scene.tick, int(cover.seen_until_tick[1]), scene.flags(1)))

    scene.run()
    assert (cover.bush[1], shows()) == (0, False)
    worn.stacks[place], worn.until_tick[place], worn.source[place] = 1, scene.tick + 5, 0
    for left in range(7, 0, -1):
        scene.run()
        assert shows() == (left > 2)
        assert bool(scene.flags(1) & BURNING) == bool(scene.flags(1) & REVEALED) == (left > 2)


# --- sudden death ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("stage", "healed"), [(STAGE_PLAY, True), (STAGE_SUDDEN_DEATH, False)])
def test_nothing_heals_in_sudden_death(stage: int, healed: bool) -> None:
    """Skills at once and over time, areas, items and levels; shields and mana go on."""
    people = [("scout", 0, 10.0, 20.0), ("herbalist", 1, 30.0, 20.0), ("wizard", 2, 50.0, 20.0)]
    scene = Scene(*people)
    scene.lay("bandage", 50.0, 20.0)
    scene.lay("elixir", 50.0, 20.0)
    scene.lay("ward", 50.0, 20.0)
    vitals = scene.player(Vitals)
    vitals.health_hp[:3], vitals.mana_mp[2] = 50.0, 10.0
    scene.player(Progress).experience_xp[2] = scene.rules.level_xp[0] + 1.0
    level, most = int(scene.player(Progress).level[2]), float(scene.player(Stats).health_max_hp[2])
    scene.enter(stage)
    health = [50.0] * 3
    healing = picked = levelled = 0
    for tick in range(30):
        scene.run(1, a=SPECIAL, b=SPECIAL if tick < 10 else MOBILITY)
        rose = [scene.health(row) > health[row] for row in range(3)]
        healing += any(rose)
        health = [scene.health(row) for row in range(3)]
        picked += len(scene.told(PICKUP))
        levelled += len(scene.told(LEVEL))
        assert healed or not len(scene.told(HEAL))
    assert bool(healing) == healed
    assert scene.player(Mending).heal_hp[0] > 0.0
    # The bandage lies there still, and nobody was told of it.
    assert (picked, scene.of("pickups").count[0]) == (2 + healed, 1 - healed)
    assert (levelled, scene.player(Progress).level[2]) == (1, level + 1)
    assert scene.player(Stats).health_max_hp[2] > most
    assert vitals.mana_mp[2] > 10.0
    assert (vitals.shield_hp[1:3] > 0.0).all()


# --- loot -----------------------------------------------------------------------------------------


def test_what_a_crate_held_lies_where_the_crate_was_as_well() -> None:
    """Judged against the walls without it: else all that comes near would lie in its middle."""
    spots = [(x, y) for x in (10.0, 25.0, 40.0, 55.0) for y in (6.0, 16.0, 26.0, 36.0)]
    big = [(x, y, 2.0, 2.0, 0, 5.0) for x, y in spots]
    scene = Scene(("scout", 0, 2.0, 38.0), ("scout", 1, 58.0, 1.0), crates=big)
    scene.of("obstacles", Barrier).expire_tick[: len(big)] = scene.tick
    before = int(scene.of("pickups").count[0])
    scene.run()
    place, after = scene.of("pickups", Position), int(scene.of("pickups").count[0])
    assert (scene.of("obstacles").count[0], after - before > 8) == (0, True)
    away = [
        min(float(np.hypot(x - cx, y - cy)) for cx, cy in spots)
        for x, y in zip(place.x_u[before:after], place.y_u[before:after], strict=True)
    ]
    # None is farther than 1.2 u, where all of it would be crate.
    assert max(away) <= 1.2 + 1e-9
    assert min(away) > 0.0
    assert not scene.of("obstacles", Shape).hx_u.any()


# --- areas ----------------------------------------------------------------------------------------


def gift(affects: tuple[str, ...], status: str) -> AreaSkill:
    """An area that does nothing but leave a status."""
    told = {"status": status, "duration_s": 2.0}
    return AreaSkill.model_validate(
        {
            "kind": "area",
            "title": "Gift",
            "cooldown_s": 1.0,
            "mana_mp": 0.0,
            "range_u": 0.0,
            "radius_u": 6.0,
            "affects": affects,
            "inflicts": (told,),
        }
    )


@pytest.mark.parametrize("stage", [STAGE_PLAY, STAGE_SUDDEN_DEATH])
@pytest.mark.parametrize(
    ("affects", "who"),
    [
        (("enemies",), [2]),
        (("allies",), [1]),
        (("self",), [0]),
        (("allies", "self"), [0, 1]),
        (("enemies", "allies", "self"), [0, 1, 2]),
    ],
)
def test_whom_an_area_affects_gets_its_status(
    affects: tuple[str, ...], who: list[int], stage: int
) -> None:
    balance = with_skills(calm(team=2), cleave=gift(affects, "rooted"))
    people = [("warrior", 0, 10.0, 20.0), ("scout", 0, 12.0, 20.0), ("scout", 1, 10.0, 22.0)]
    scene = Scene(*people, balance=balance)
    scene.enter(stage)
    scene.run(1, a=PRIMARY)
    came = scene.hits()[scene.hits()["attacker"] == 0]
    assert sorted(came["victim"][came["landed"] != 0].tolist()) == who
    health = [scene.health(row) for row in range(3)]
    scene.run()
    assert [row for row in range(3) if scene.flags(row) & ROOTED] == who
    assert stage != STAGE_PLAY or health == [scene.health(row) for row in range(3)]
    assert not scene.player(Tally).dealt_hp.any()


# --- the dead -------------------------------------------------------------------------------------


def test_nothing_is_left_on_the_dead() -> None:
    people = [("scout", row, 10.0 + 5.0 * row, 20.0) for row in range(3)]
    scene = Scene(*people)
    scene.run(1, a=MOBILITY)
    scene.run()
    assert scene.flags(0) == HASTED
    scene.player(Vitals).health_hp[0] = 0.0
    scene.run()
    assert (scene.player(Vitals).alive[0], scene.flags(0)) == (0, 0)


# --- barriers -------------------------------------------------------------------------------------


def test_a_barrier_grows_with_the_level_of_its_skill_by_a_curve() -> None:
    given = calm()
    plain = given.skills.root["shield_wall"].model_dump()
    grows = WallSkill.model_validate(plain | {"health_hp": {"curve": "cleave_damage"}})
    scene = Scene(("warrior", 0, 10.0, 20.0), balance=with_skills(given, shield_wall=grows))
    scene.of("abilities", Ability).level[2] = 4
    scene.run(1, a=SPECIAL)
    barrier = scene.of("obstacles", Barrier)
    wanted = scaled_at(CurveRef(curve="cleave_damage"), given.curves, 4)
    assert (barrier.health_hp[0], barrier.full_hp[0]) == (wanted, wanted)
    assert wanted > scaled_at(CurveRef(curve="cleave_damage"), given.curves, 1)
