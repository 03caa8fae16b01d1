"""Projectiles leave the hand: how many, where to, how strong, and after whom they turn."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.directions import TABLE
from schema.events import BURNING, NOBODY, REVEALED
from schema.rulebook import AREA, HOMING, PROJECTILE
from schema.walls import BLOCKS_SHOTS, BLOCKS_SIGHT
from systems.kernels.launching import choose_targets, launch
from systems.terrain import Terrain
from tests.oracle.carrying import Body, between, fan, targets
from tests.oracle.cover import Hider, hides
from tests.oracle.terrain import that_block
from tests.systems.casting import (
    cast_rows,
    class_rows,
    effect_rows,
    entity_table,
    skill_rows,
)
from tests.systems.contact import HEADINGS, NUDGES, Room, paths_at, rooms
from tests.systems.ground import ground, terrain_columns
from tests.systems.kernel_calls import call_in_turn

OPEN = ground(40.0, 40.0, [])
TICK = 500
NOTICE = 3.0
COLUMNS = "x_u y_u vx_ups vy_ups damage_hp radius_u".split()
WHOLE = "owner skill_of slot direction expire_tick target pierce hit_count".split()
PIERCED = "first second third fourth".split()


def launched(
    casts: list[dict[str, Any]],
    skills: list[dict[str, Any]],
    bodies: list[Body],
    terrain: Terrain = OPEN,
    capacity: int = 12,
    used: int = 2,
    combo_hits: int = 0,
    hiders: Sequence[Hider] = (),
) -> SimpleNamespace:
    count = len(bodies)
    hiders = hiders or [Hider()] * count
    return call_in_turn(
        [choose_targets, launch],
        **cast_rows(casts),
        tick=TICK,
        players=count,
        skills=skill_rows(*skills),
        effects=effect_rows(*({"damage_hp": 7.0} for _ in skills)),
        classes=class_rows(0.5, 0.125),
        directions=TABLE,
        notice_u=NOTICE,
        # One more of everything, in the middle of it all, who is not in the match.
        alive=[*(body.alive for body in bodies), 1],
        team=[*(body.team for body in bodies), 99],
        role=[1] * (count + 1),
        combo_hits=[combo_hits] * (count + 1),
        bush=[*(NOBODY if who.bush is None else who.bush for who in hiders), NOBODY],
        seen_until_tick=[*(TICK + who.given_away for who in hiders), 0],
        flags=[*(REVEALED * who.revealed | BURNING for who in hiders), 0],
        body_x_u=[*(body.x for body in bodies), 20.0],
        body_y_u=[*(body.y for body in bodies), 20.0],
        **terrain_columns(terrain),
        **entity_table(capacity, used),
        **{name: [0.5] * capacity for name in COLUMNS},
        **{name: [9] * capacity for name in WHOLE + PIERCED},
        chosen=[77] * (len(casts) + 1),
        shots=[100] * (count + 1),
    )


@settings(max_examples=150)
@given(st.data())
def test_shots(data: st.DataObject) -> None:
    draw = data.draw
    skills = [
        {
            "kind": draw(st.sampled_from([PROJECTILE, PROJECTILE, AREA])),
            "count": draw(st.integers(1, 4)),
            "spread": draw(st.sampled_from([0, 1, 7, 53, 1024])),
            "speed_ups": draw(st.sampled_from([1.0, 26.0, 46.5])),
            "radius_u": 0.25,
            "life_ticks": draw(st.integers(1, 40)),
            "pierce": draw(st.integers(0, 4)),
            "charge_power": draw(st.sampled_from([1.0, 3.0])),
            "charge_radius": draw(st.sampled_from([1.0, 2.0])),
            "combo": draw(st.integers(0, 1)),
        }
        for _ in range(2)
    ]
    bodies = [Body(5.0, 6.0, 0), Body(20.0, 9.5, 1), Body(30.0, 31.0, 1)]
    casts = [
        {
            "player": draw(st.integers(0, 2)),
            "slot": draw(st.integers(0, 3)),
            "skill": skill,
            "level": draw(st.integers(1, 5)),
            "kind": skills[skill]["kind"],
            "aim": draw(st.sampled_from([0, 1, 4095, 2048]) | st.integers(0, 4095)),
            "x_u": draw(st.floats(1.0, 39.0)),
            "y_u": draw(st.floats(1.0, 39.0)),
            "charge": draw(st.sampled_from([0.0, 0.5, 1.0, 0.3])),
            "power": draw(st.sampled_from([1.0, 1.6])),
        }
        for skill in draw(st.lists(st.integers(0, 1), max_size=4))
    ]
    combo_hits, capacity = draw(st.sampled_from([0, 3])), draw(st.integers(3, 20))
    made = launched(casts, skills, bodies, capacity=capacity, used=2, combo_hits=combo_hits)
    shots = [
        (cast, skills[cast["skill"]], heading)
        for cast in casts
        if skills[cast["skill"]]["kind"] == PROJECTILE
        for heading in fan(
            cast["aim"], skills[cast["skill"]]["count"], skills[cast["skill"]]["spread"]
        )
    ]
    fit = shots[: capacity - 2]
    assert made.count[0] == 2 + len(fit)
    assert made.refused[0] == 10 + len(shots) - len(fit)
    for row in range(3):
        assert made.shots[row] == 100 + sum(cast["player"] == row for cast, _, _ in fit)
    for place, (cast, skill, heading) in enumerate(fit, start=2):
        assert_shot(made, place, cast, skill, heading, combo_hits)
    assert (made.generation == 4).sum() == len(fit)
    beyond = range(2 + len(fit), capacity)
    assert all(made.owner[place] == 9 for place in (0, 1, *beyond))


def assert_shot(
    made: SimpleNamespace,
    place: int,
    cast: dict[str, Any],
    skill: dict[str, Any],
    heading: int,
    combo_hits: int,
) -> None:
    assert made.row_slot[place] == place
    assert (made.x_u[place], made.y_u[place]) == (cast["x_u"], cast["y_u"])
    velocity = (made.vx_ups[place], made.vy_ups[place])
    assert velocity == tuple(skill["speed_ups"] * part for part in TABLE[heading])
    facts = (made.owner[place], made.skill_of[place], made.slot[place], made.direction[place])
    assert facts == (cast["player"], cast["skill"], cast["slot"], heading)
    # It flies in this tick too, so it is gone after exactly ``life_ticks`` of flying.
    assert made.expire_tick[place] == TICK + skill["life_ticks"] - 1
    strength = between(1.0, skill["charge_power"], cast["charge"]) * cast["power"]
    if skill["combo"]:
        strength += strength * combo_hits / 8
    assert made.damage_hp[place] == pytest.approx(7.0 * cast["level"] * strength, rel=1e-12)
    wide = between(0.25, 0.25 * skill["charge_radius"], cast["charge"])
    assert made.radius_u[place] == pytest.approx(wide, rel=1e-12)
    assert (made.target[place], made.pierce[place], made.hit_count[place]) == (
        NOBODY,
        skill["pierce"],
        0,
    )
    assert all(getattr(made, name)[place] == NOBODY for name in PIERCED)


@pytest.mark.parametrize(
    ("count", "spread", "headings"),
    [
        (1, 0, [100]),
        (3, 80, [20, 100, 180]),
        (2, 3, [98, 101]),
        (3, 200, [3996, 100, 300]),
        (4, 1, [98, 99, 100, 101]),
    ],
)
def test_a_fan_lies_about_the_aim(count: int, spread: int, headings: list[int]) -> None:
    skill = {"kind": PROJECTILE, "count": count, "spread": spread, "speed_ups": 1.0}
    cast = {"player": 0, "kind": PROJECTILE, "aim": 100}
    made = launched([cast], [skill], [Body(5.0, 5.0, 0)])
    assert made.direction[2 : 2 + count].tolist() == headings


LOCK = 12.0
hiding = st.builds(
    Hider,
    bush=st.sampled_from([None, None, 0, 1]),
    given_away=st.sampled_from([0, 0, 0, 1, -1]),
    revealed=st.sampled_from([False, False, False, True]),
)
homing = {"kind": HOMING, "speed_ups": 15.0, "lock_u": LOCK, "life_ticks": 9}


def locked(
    bodies: list[Body], aim: int, terrain: Terrain = OPEN, hiders: Sequence[Hider] = ()
) -> int:
    """Whom a shot of the first body homes on."""
    me = bodies[0]
    cast = {"player": 0, "kind": HOMING, "aim": aim, "x_u": me.x, "y_u": me.y}
    made = launched([cast], [homing], bodies, terrain, hiders=hiders)
    assert made.count[0] == 3
    return int(made.target[2])


@settings(max_examples=200)
@given(st.data(), rooms(0.5, 3), st.sampled_from([0, 512, 1024, 2048, 3072, 777]))
def test_the_enemy_nearest_to_the_aim_is_locked_on(
    data: st.DataObject, scene: Room, aim: int
) -> None:
    """Enemies at the very rim, off the aim by a quarter, in mirror images, behind grazed walls."""
    width, height, walls = scene
    px, py, _, _ = data.draw(paths_at(walls, 0.5, 7.3))
    ux, uy = TABLE[aim].tolist()
    bodies, hiders = [Body(px, py, 0)], [Hider(data.draw(st.sampled_from([None, 0, 1])))]
    for _ in range(data.draw(st.integers(1, 4))):
        how = data.draw(st.sampled_from(["rim", "side", "graze", "here"]))
        if how == "rim":
            hx, hy = data.draw(st.sampled_from([*HEADINGS, (ux, uy)]))
            away = LOCK * data.draw(st.sampled_from([1.0, 1.0, 0.5]))
            away += data.draw(st.sampled_from(NUDGES))
            x, y = px + hx * away, py + hy * away
        elif how == "side":
            aside, ahead = (
                data.draw(st.sampled_from([3.0, -3.0])),
                data.draw(st.sampled_from([0.0, 1e-6, -1e-6, 3.0])),
            )
            x, y = px + ux * ahead - uy * aside, py + uy * ahead + ux * aside
        elif how == "graze":
            sx, sy, dx, dy = data.draw(paths_at(walls, 0.0, LOCK))
            x, y = sx + dx, sy + dy
        else:
            x, y = px, py
        team, alive = data.draw(st.sampled_from([(1, True)] * 4 + [(0, True), (1, False)]))
        bodies.append(Body(x, y, team, alive))
        hiders.append(data.draw(hiding))
        assume(abs(hypot(x - px, y - py) - NOTICE) > 1e-9)
    found = locked(bodies, aim, ground(width, height, walls), hiders)
    unseen = {
        row
        for row, (body, who) in enumerate(zip(bodies, hiders, strict=True))
        if hides((px, py), hiders[0].bush, (body.x, body.y), who, NOTICE)
    }
    walls = that_block(walls, BLOCKS_SIGHT)
    possible, may_miss = targets(0, (px, py), aim, LOCK, bodies, walls, unseen)
    assert found in possible or (found == NOBODY and may_miss), (found, possible, may_miss)


def test_a_tie_goes_to_the_lower_row_and_who_stands_right_there_is_straight_ahead() -> None:
    me = Body(10.0, 10.0, 0)
    assert locked([me, Body(13.0, 14.0, 1), Body(13.0, 6.0, 2)], 0) == 1
    assert locked([me, Body(14.0, 10.0, 1), Body(12.0, 10.0, 2)], 0) == 1
    assert locked([me, Body(14.0, 10.1, 1), Body(10.0, 10.0, 2)], 0) == 2


def test_friends_the_dead_and_those_behind_are_not_locked_on() -> None:
    me = Body(10.0, 10.0, 0)
    assert locked([me, Body(14.0, 10.0, 0)], 0) == NOBODY
    assert locked([me, Body(14.0, 10.0, 1, alive=False)], 0) == NOBODY
    assert locked([me, Body(14.0, 10.0, 1)], 2048) == NOBODY
    assert locked([me, Body(10.0, 14.0, 1)], 0) == 1  # exactly a quarter off


@pytest.mark.parametrize(("blocks", "found"), [(BLOCKS_SHOTS, 1), (BLOCKS_SIGHT, NOBODY)])
def test_only_what_blocks_sight_hides(blocks: int, found: int) -> None:
    terrain = ground(40.0, 40.0, [(12.0, 10.0, 0.25, 3.0, 0.0, 0, blocks)])
    assert locked([Body(10.0, 10.0, 0), Body(14.0, 10.0, 1)], 0, terrain) == found


@pytest.mark.parametrize(
    ("how", "away", "found"),
    [
        (Hider(None), 4.0, 1),
        (Hider(3), 4.0, NOBODY),
        (Hider(3), NOTICE + 1e-6, NOBODY),
        (Hider(3), NOTICE, 1),
        (Hider(3, given_away=1), 4.0, 1),
        (Hider(3, given_away=0), 4.0, NOBODY),
        (Hider(3, revealed=True), 4.0, 1),
        (Hider(2), 4.0, 1),  # the shooter's own bush
    ],
)
def test_nobody_who_hides_is_locked_on(how: Hider, away: float, found: int) -> None:
    bodies = [Body(10.0, 10.0, 0), Body(10.0 + away, 10.0, 1)]
    assert locked(bodies, 0, hiders=[Hider(2), how]) == found
