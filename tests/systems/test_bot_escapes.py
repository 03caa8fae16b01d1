"""How bots get away: out of areas, with dashes, round walls; several of them in one call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema import rulebook as book
from schema.commands import COMMAND, MOVE
from schema.directions import TABLE
from schema.events import NOBODY, ROOTED
from systems.kernels import minds as goals
from systems.kernels.deciding import command
from systems.kernels.dodging import dash, dodge
from systems.kernels.minds import MIND, PROBE_U
from tests.oracle import evading
from tests.oracle.evading import Area, Runner, Slot
from tests.oracle.minding import Hair
from tests.systems.casting import skill_rows
from tests.systems.ground import by_cell, terrain_columns
from tests.systems.kernel_calls import call
from tests.systems.test_bot_sight import TERRAIN, WALLS, bot_rows, places

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=250)
TICK, TICK_S, BODY_U = 600, 1 / 32, 0.5
WORLD = (30.0, 22.0)
GRID = [1.5, 20.0, 15.0]
CHANCES = (0.25, 0.75, 1.0)
GOALS = {
    "fight": goals.GOAL_FIGHT,
    "flee": goals.GOAL_FLEE,
    "dodge": goals.GOAL_DODGE,
    "loot": goals.GOAL_LOOT,
    "crawl": goals.GOAL_CRAWL,
}

Point = tuple[float, float]
seeds = st.integers(0, 2**64 - 1)


def minds(*known: dict[str, Any]) -> np.ndarray:
    """Minds that know nobody, but for what is said; the last must not be looked at."""
    made = np.zeros(len(known) + 1, MIND)
    for name in ("enemy", "friend", "fallen", "wounded"):
        made[name] = NOBODY
    for mind, row in zip(made, known, strict=False):
        for name, value in row.items():
            mind[name] = value
    return made


def in_some_order(data: st.DataObject, count: int) -> list[int]:
    """Rows of players, ascending, among twice as many."""
    return sorted(data.draw(st.permutations(range(2 * count)))[:count])


def column(rows: list[int], values: list[Any], others: Any) -> list[Any]:
    """A column of players of whom those in ``rows`` have these values."""
    known = dict(zip(rows, values, strict=True))
    return [known.get(row, others) for row in range(2 * len(rows))]


# --- Out of areas ---------------------------------------------------------------------------------

# On a lattice: as deep in one as in another, and in the very middle.
near = st.tuples(*[st.integers(-6, 6).map(lambda n: 10 + n / 4)] * 2)
areas = st.builds(
    Area,
    at=near | st.tuples(*[st.floats(8.5, 11.5)] * 2),
    radius=st.sampled_from([1.0, 1.0, 2.5]),
    owner=st.integers(0, 3),
    hurts=st.sampled_from([True, True, True, False]),
)


@CAREFUL
@given(st.data(), st.lists(areas, max_size=4), st.booleans(), seeds)
def test_they_step_out_of_what_will_hurt(
    data: st.DataObject, lying: list[Area], fire: bool, seed: int
) -> None:
    """Areas of skill 0 hurt, those of skill 1 heal; teams are of two."""
    rows = in_some_order(data, 2)
    at = [data.draw(near) for _ in rows]
    if lying and data.draw(st.booleans()):  # as deep in one as in another, on the other side
        (x, y), (area_x, area_y) = at[0], lying[0].at
        lying = [*lying, replace(lying[0], at=(2 * x - area_x, 2 * y - area_y))]
    kinds = [data.draw(st.sampled_from(["fight", "flee", "loot", "crawl"])) for _ in rows]
    before = minds(
        *(
            {
                "row": row,
                "level": data.draw(st.integers(0, 2)),
                "goal": GOALS[kind],
                "heading": 5 + row,
                "buttons": 4,
                "way_u": 0.5,
            }
            for row, kind in zip(rows, kinds, strict=True)
        )
    )
    teams = {row: row // 2 for row in range(4)}
    area_x_u, area_y_u = [a.at[0] for a in lying] + [10.0], [a.at[1] for a in lying] + [10.1]
    cells = by_cell(len(lying), area_x_u, area_y_u, GRID)
    after = call(
        dodge,
        tick=TICK,
        seed=np.array([seed], np.uint64),
        team=list(teams.values()),
        x_u=column(rows, [x for x, _ in at], 99.0),
        y_u=column(rows, [y for _, y in at], 99.0),
        areas=len(lying),
        area_x_u=area_x_u,
        area_y_u=area_y_u,
        area_radius_u=[a.radius for a in lying] + [3.0],
        area_skill=[int(not a.hurts) for a in lying] + [0],
        area_owner=[a.owner for a in lying] + [0],
        grid=GRID,
        area_start=cells.start,
        area_row=cells.row_of,
        bots=bot_rows(skill_chance=CHANCES),
        skills=skill_rows(
            {"kind": book.AREA, "affects": book.ENEMIES},
            {"kind": book.AREA, "affects": book.ALLIES | book.SELF},
        ),
        directions=TABLE,
        body_radius_u=BODY_U,
        friendly_fire=int(fire),
        mind_count=len(rows),
        minds=before,
    ).minds
    expected = before.copy()
    for mind, found, row, place, kind in zip(expected, after, rows, at, kinds, strict=False):
        try:
            harmful = [a for a in lying if evading.harms(a, row, teams, fire)]
            area = evading.deepest(place, BODY_U, harmful)
        except Hair:
            assume(False)
        chance = CHANCES[mind["level"]]
        if area is None or kind == "crawl" or not evading.notices(seed, TICK, row, chance):
            continue
        mind["goal"], mind["way_u"], mind["buttons"] = goals.GOAL_DODGE, PROBE_U, 4 | MOVE
        way = evading.way_out(place, area)
        if way is not None:
            # The direction at or just before it.
            assert (way - found["heading"] + 1e-6) % 4096 <= 1.0 + 2e-6
            mind["heading"] = found["heading"]
    assert after.tolist() == expected.tolist()


# --- Dashes ---------------------------------------------------------------------------------------

skills = st.sampled_from(
    [
        Slot("dash", price=10.0, speed=24.0, ticks=4),  # 3 units
        Slot("dash", speed=24.0, ticks=4),
        Slot("dash", price=9.0, speed=20.0, ticks=8, ready=TICK),  # 5 units
        Slot("dash", speed=20.0, ticks=8, ready=TICK + 1),
        Slot("dash", speed=16.0, ticks=16, charges=0),
        Slot("mend"),
    ]
)
primaries = st.sampled_from(
    [
        Slot("projectile", reach=3.0),
        Slot("projectile", reach=4.0),
        Slot("area", reach=3.5),
        Slot("homing", reach=3.75),
        Slot("dash", speed=24.0, ticks=4),
    ]
)
# Numbers whose products and sums are exact, and that meet.
runners = st.builds(
    Runner,
    goal=st.sampled_from(["fight"] * 4 + ["flee", "flee", "dodge", "loot"]),
    at=st.sampled_from([(10.0, 10.0), (13.0, 14.0), (7.0, 6.0), (13.0, 14.25)]),
    apart=st.sampled_from([0.5, 3.0, 3.5, 4.0, 4.25, 6.0, 6.0, 6.25, 6.5, 6.5, 7.0, 8.0, 8.5, 9.0]),
    health=st.sampled_from([19.0, 20.0, 25.0, 80.0, 80.0]),
    full=st.sampled_from([80.0, 100.0]),
    caution=st.just(0.25),
    mana=st.sampled_from([0.0, 9.0, 10.0, 50.0, 50.0]),
)
ZONE = ((10.0, 10.0), 5.0)


def skill_row(slot: Slot) -> dict[str, Any]:
    """A skill that reaches as far, in the way of its kind."""
    kind = {"projectile": book.PROJECTILE, "area": book.AREA, "homing": book.HOMING}.get(slot.kind)
    return {
        "kind": kind or {"dash": book.DASH, "mend": book.MEND}[slot.kind],
        "mana_mp": slot.price,
        "speed_ups": slot.speed,
        "life_ticks": slot.ticks,
        "affects": book.ENEMIES,
        "range_u": slot.reach - (1.0 if slot.kind == "area" else 0.0),
        "radius_u": 1.0,
        "lock_u": slot.reach - 0.25 if slot.kind == "homing" else 0.0,
    }


def arm_of(slot: Slot) -> Slot:
    """A homing shot finds nobody beyond its lock."""
    return Slot("homing", reach=slot.reach - 0.25) if slot.kind == "homing" else slot


@settings(CAREFUL, max_examples=500)
@given(
    st.data(),
    st.lists(runners, min_size=2, max_size=2),
    st.lists(st.tuples(primaries, skills, skills, skills), min_size=2, max_size=2),
    seeds,
)
def test_when_they_dash(
    data: st.DataObject, drawn: list[Runner], hands: list[tuple[Slot, ...]], seed: int
) -> None:
    rows = in_some_order(data, 2)
    states = [data.draw(st.sampled_from([(0, MOVE)] * 4 + [(ROOTED, MOVE), (0, 4)])) for _ in rows]
    levels = [data.draw(st.integers(0, 2)) for _ in rows]
    before = minds(
        *(
            {"row": row, "level": level, "goal": GOALS[me.goal], "apart_u": me.apart, "buttons": b}
            for row, level, me, (_, b) in zip(rows, levels, drawn, states, strict=True)
        )
    )
    slots = [Slot("mend")] * 16
    for row, hand in zip(rows, hands, strict=True):
        slots[4 * row : 4 * row + 4] = hand
    after = call(
        dash,
        tick=TICK,
        seed=np.array([seed], np.uint64),
        flags=column(rows, [flags for flags, _ in states], 0),
        x_u=column(rows, [me.at[0] for me in drawn], 10.0),
        y_u=column(rows, [me.at[1] for me in drawn], 10.0),
        health_hp=column(rows, [me.health for me in drawn], 50.0),
        health_max_hp=column(rows, [me.full for me in drawn], 100.0),
        mana_mp=column(rows, [me.mana for me in drawn], 50.0),
        skill_of=range(16),
        charges=[slot.charges for slot in slots],
        ready_tick=[slot.ready for slot in slots],
        zone_x_u=ZONE[0][0],
        zone_y_u=ZONE[0][1],
        zone_radius_u=ZONE[1],
        bots=bot_rows(skill_chance=CHANCES, caution_ratio=0.25),
        skills=skill_rows(*(skill_row(slot) for slot in slots)),
        dt_s=TICK_S,
        mind_count=len(rows),
        minds=before,
    ).minds
    expected = before.copy()
    for mind, row, me, hand, (flags, buttons) in zip(
        expected, rows, drawn, hands, states, strict=False
    ):
        if flags or not buttons & MOVE:
            continue
        if evading.dares(seed, TICK, row, CHANCES[mind["level"]]):
            mind["buttons"] |= evading.dashing(me, (arm_of(hand[0]), *hand[1:]), TICK, TICK_S, ZONE)
    assert after.tolist() == expected.tolist()


# --- Round walls ----------------------------------------------------------------------------------


def ordered(
    rows: list[int], at: list[Point], wishes: list[tuple[int, float]], tick: int, seed: int
) -> np.ndarray:
    """The commands of minds that want to go somewhere; a level's wishes to wander last longer."""
    known = [
        {"row": row, "level": row % 3, "heading": heading, "way_u": way}
        | {"aim": 9 + row, "reach": 33 + row, "buttons": 5 + row}
        for row, (heading, way) in zip(rows, wishes, strict=True)
    ]
    commands: np.ndarray = call(
        command,
        tick=tick,
        seed=np.array([seed], np.uint64),
        x_u=column(rows, [x for x, _ in at], 1.0),
        y_u=column(rows, [y for _, y in at], 1.0),
        bots=bot_rows(wander_ticks=WANDER),
        directions=TABLE,
        body_radius_u=BODY_U,
        **terrain_columns(TERRAIN),
        minds=minds(*known),
        mind_count=len(rows),
        commands=np.zeros(len(rows) + 1, COMMAND),
    ).commands
    return commands


WANDER = (150, 7, 1)


@pytest.mark.parametrize(
    ("wish", "ways"), [(2560, {960, 64}), (2560 + 193, {257}), (2560 - 193, {767})]
)
def test_out_of_a_corner(wish: int, ways: set[int]) -> None:
    """Only the last two of the nine ways lead out of it, or one of them, whichever comes last."""
    found = {
        int(ordered([0], [(1.0, 1.0)], [(wish, 3.0)], TICK, seed)["move"][0]) for seed in range(40)
    }
    assert found == ways


@CAREFUL
@given(
    st.data(),
    st.lists(
        st.tuples(places, st.integers(0, 4095), st.sampled_from([0.5, 3.0])),
        min_size=2,
        max_size=2,
    ),
    st.integers(0, 10**6),
    seeds,
)
def test_the_way_taken_is_free(
    data: st.DataObject, drawn: list[tuple[Point, int, float]], tick: int, seed: int
) -> None:
    """The first that is free of nine, from straight ahead to far round, one side first."""
    rows = in_some_order(data, len(drawn))
    found = ordered(
        rows, [at for at, *_ in drawn], [(wish, way) for _, wish, way in drawn], tick, seed
    )
    expected: list[tuple[int, ...]] = []
    for row, (at, heading, way) in zip(rows, drawn, strict=True):
        side = evading.side_of(seed, tick, WANDER[row % 3], row)
        try:
            move = evading.way_round(at, heading, side, way, BODY_U, WORLD, WALLS)
        except Hair:
            assume(False)
        # Bots look at the present: the last is the view, 0 for none.
        expected.append((row, move, 9 + row, 33 + row, 5 + row, tick, 0))
    assert found.tolist() == [*expected, (0,) * 7]
