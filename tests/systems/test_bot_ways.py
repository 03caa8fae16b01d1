"""Where bots go: out of the zone's way, to mates, enemies and items."""

from __future__ import annotations

from math import dist
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecs.kernel import entry
from schema import rulebook as book
from schema.commands import INTERACT, MOVE, PRIMARY
from schema.directions import TABLE
from schema.events import NOBODY, STAGE_PLAY, STAGE_SUDDEN_DEATH
from schema.rulebook import ITEM_ROW
from schema.walls import BARRIER, BLOCKS_SHOTS, CRATE
from systems.kernels import minds as goals
from systems.kernels.minds import MIND, PROBE_U
from systems.kernels.prospering import seek_crates, seek_items, stroll
from systems.kernels.roaming import set_out, survive
from systems.kernels.sighting import SHOT_RADIUS_U
from systems.kernels.walls import sweep_walls
from tests.oracle import minding
from tests.oracle.minding import Hair
from tests.systems.casting import skill_rows
from tests.systems.ground import by_cell, grid_of, ground, terrain_columns
from tests.systems.kernel_calls import call_in_turn
from tests.systems.test_bot_sight import TERRAIN, WALLS, bot_rows, places

sweep_walls = entry(sweep_walls)

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=250)
TICK, DT_S, BODY_U, REVIVE_U = 600, 1 / 30, 0.5, 1.8
HALF = (11.0, 6.5)
LOOT_U = (4.0, 8.0, 16.0)
PRIMARY_U = 7.0
ITEMS = np.array(
    [(book.ITEM_HEALTH, 25.0, 0.4), (book.ITEM_MANA, 40.0, 0.4), (book.ITEM_EXPERIENCE, 40.0, 0.4)],
    ITEM_ROW,
)
GRID = [3.0, 10.0, 8.0]
BOX = (0.75, 0.75, 0.0, 0, 7)

Point = tuple[float, float]


def a_mind(**known: Any) -> np.ndarray:
    """One mind that knows nobody, but for what is said."""
    mind = np.zeros(1, MIND)
    for name in ("enemy", "friend", "fallen", "wounded"):
        mind[name] = NOBODY
    for name, value in known.items():
        mind[name] = value
    return mind


def went(bodies: list[Point], mind: np.ndarray, **changed: Any) -> np.void:
    """The mind after all of these where nothing lies and the zone is far, but for what is said."""
    size = len(bodies)
    given: dict[str, Any] = {
        "pickups": 0,
        "tick": TICK,
        "seed": 7,
        "stage": STAGE_PLAY,
        "down": [0] * size,
        "x_u": [x for x, _ in bodies],
        "y_u": [y for _, y in bodies],
        "speed_ups": [6.0] * size,
        "health_hp": [100.0] * size,
        "health_max_hp": [100.0] * size,
        "mana_mp": [50.0] * size,
        "mana_max_mp": [50.0] * size,
        "shield_hp": [0.0] * size,
        "skill_of": [0] * size * 4,
        "skill_level": [5] * size * 4,
        "zone_until_tick": TICK + 3000,
        "zone_x_u": 15.0,
        "zone_y_u": 11.0,
        "zone_radius_u": 40.0,
        "next_x_u": 15.0,
        "next_y_u": 11.0,
        "next_radius_u": 30.0,
        "item_x_u": [0.0],
        "item_y_u": [0.0],
        "item_of": [0],
        "amount": [0.0],
        "grid": GRID,
        "obstacle_kind": [0],
        "obstacle_health_hp": [0.0],
        "obstacle_x_u": [0.0],
        "obstacle_y_u": [0.0],
        "bots": bot_rows(loot_u=LOOT_U),
        "skills": skill_rows({"kind": book.PROJECTILE, "range_u": PRIMARY_U}),
        "items": ITEMS,
        "directions": TABLE,
        "dt_s": DT_S,
        "half_width_u": HALF[0],
        "half_height_u": HALF[1],
        "body_radius_u": BODY_U,
        "revive_reach_u": REVIVE_U,
        "static_walls": len(WALLS),
        **terrain_columns(TERRAIN),
        "mind_count": 1,
        "minds": mind,
    }
    given |= changed
    lying = by_cell(given.pop("pickups"), given["item_x_u"], given["item_y_u"], GRID)
    given |= {"item_start": lying.start, "item_row": lying.row_of}
    made = call_in_turn([survive, seek_items, seek_crates, stroll, set_out], **given)
    result: np.void = made.minds[0]
    return result


def leads_to(mind: np.void, at: Point, goal: Point) -> bool:
    """Whether its heading is the way from ``at`` to ``goal``."""
    way = minding.bearing(goal[0] - at[0], goal[1] - at[1])
    return minding.turns_apart(mind["heading"], way) <= 1.01


rings = st.tuples(st.floats(0, 30), st.floats(0, 22), st.sampled_from([0.0, 1.0, 3.0, 8.0, 25.0]))


@CAREFUL
@given(places, rings, rings, st.sampled_from([0, 15, 60, 300]))
def test_they_leave_in_time(
    at: Point, circle: tuple[float, ...], following: tuple[float, ...], left: int
) -> None:
    try:
        leaves = minding.must_leave(at, 6.0 * DT_S, left, circle, following)
    except Hair:
        assume(False)
    names = ("x_u", "y_u", "radius_u")
    zone = {f"zone_{name}": value for name, value in zip(names, circle, strict=True)}
    zone |= {f"next_{name}": value for name, value in zip(names, following, strict=True)}
    mind = went([at], a_mind(), zone_until_tick=TICK + left, **zone)
    assert (mind["goal"] == goals.GOAL_FLEE) == leaves
    if leaves:
        assert leads_to(mind, at, following[:2]) or dist(at, following[:2]) < 1e-3
        assert bool(mind["buttons"] & MOVE) == (dist(at, following[:2]) > 1.0)


@CAREFUL
@given(places, rings, st.floats(0.6, 1.7))
def test_they_leave_just_in_time(at: Point, following: tuple[float, ...], share: float) -> None:
    """What time is left is about what the way takes."""
    way = dist(at, following[:2]) - max(following[2] - 1.5, 2.0)
    left = int(max(0.0, way * share) / (6.0 * DT_S))
    try:
        leaves = minding.must_leave(at, 6.0 * DT_S, left, (15.0, 11.0, 90.0), following)
    except Hair:
        assume(False)
    names = ("next_x_u", "next_y_u", "next_radius_u")
    zone = dict(zip(names, following, strict=True)) | {"zone_radius_u": 90.0}
    mind = went([at], a_mind(), zone_until_tick=TICK + left, **zone)
    assert (mind["goal"] == goals.GOAL_FLEE) == leaves


@pytest.mark.parametrize(("y", "taken"), [(7.2, False), (6.8, True)])
def test_an_item_is_left_where_a_body_does_not_pass(y: float, taken: bool) -> None:
    """Along a wall whose face is at 7.5: a look goes by, a body of 0.5 does not."""
    mind = went(
        [(7.0, y)],
        a_mind(level=2),
        pickups=1,
        item_x_u=[17.0],
        item_y_u=[y],
        item_of=[2],
        amount=[9.0],
    )
    assert (mind["goal"] == goals.GOAL_LOOT) == taken


@CAREFUL
@given(
    places,
    places,
    places,
    st.sampled_from([None, 2.0, 12.0, 12.5]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_what_comes_first(
    at: Point,
    mate: Point,
    other: Point,
    enemy_u: float | None,
    fallen: bool,
    flees: bool,
    down: bool,
) -> None:
    """Down: crawl.  Zone before mates, mates before enemies who are far, then enemies."""
    foe = (at[0] + (enemy_u or 0.0), at[1])
    mind = went(
        [at, foe, mate, other],
        a_mind(
            enemy=NOBODY if enemy_u is None else 1,
            apart_u=enemy_u or 0.0,
            fallen=2 if fallen else NOBODY,
            friend=3,
        ),
        down=[down, 0, fallen, 0],
        zone_radius_u=1.0 if flees else 90.0,
        zone_x_u=100.0 if flees else 15.0,
        next_x_u=100.0 if flees else 15.0,
    )
    if down:
        expected, target, near = goals.GOAL_CRAWL, other, 1.0
    elif flees:
        expected, target, near = goals.GOAL_FLEE, (100.0, 11.0), 1.0
    elif fallen and (enemy_u is None or enemy_u > 12.0):
        expected, target, near = goals.GOAL_RESCUE, mate, 0.7 * REVIVE_U
    elif enemy_u is not None:
        expected, target, near = goals.GOAL_FIGHT, foe, 0.0
    elif dist(at, other) > 7.0:
        expected, target, near = goals.GOAL_FOLLOW, other, 7.0
    else:
        assert mind["goal"] == goals.GOAL_WANDER
        return
    assert mind["goal"] == expected
    away = dist(at, target)
    assume(abs(away - near) > 1e-6 and abs(away - REVIVE_U) > 1e-6)
    assert away < 1e-3 or leads_to(mind, at, target)
    assert bool(mind["buttons"] & MOVE) == (away > near)
    helps = expected == goals.GOAL_RESCUE and away <= REVIVE_U
    assert bool(mind["buttons"] & INTERACT) == helps
    assert mind["way_u"] == pytest.approx(min(PROBE_U, max(0.0, away - near)), abs=1e-9)


@CAREFUL
@given(
    places,
    st.lists(st.tuples(places, st.integers(0, 2)), max_size=6),
    st.integers(0, 2),
    st.booleans(),
    st.booleans(),
    st.sampled_from([5.0, 40.0]),
    st.sampled_from([True, True, False]),
)
def test_the_nearest_item_of_use(
    at: Point,
    lying: list[tuple[Point, int]],
    level: int,
    hurt: bool,
    spent: bool,
    zone_u: float,
    heals: bool,
) -> None:
    """In the zone, on the screen, as far as the level goes for it, and straight ahead."""
    assume(dist(at, (15.0, 11.0)) < zone_u - 2.0)
    try:
        good = sorted(
            (dist(at, place), n)
            for n, (place, item) in enumerate(lying)
            if (item == 2 or (hurt and heals, spent)[item % 2])
            and minding.less(dist(at, place), LOOT_U[level])
            and minding.less(dist(place, (15.0, 11.0)), zone_u)
            and all(minding.less(abs(p - a), h) for p, a, h in zip(place, at, HALF, strict=True))
            and minding.free(at, place, BODY_U, WALLS, 1)
        )
    except Hair:
        assume(False)
    assume(len(good) < 2 or good[1][0] - good[0][0] > 1e-9)
    mind = went(
        [at],
        a_mind(level=level),
        stage=STAGE_PLAY if heals else STAGE_SUDDEN_DEATH,
        health_hp=[60.0 if hurt else 100.0],
        mana_mp=[10.0 if spent else 50.0],
        zone_radius_u=zone_u,
        next_radius_u=zone_u,
        pickups=len(lying),
        item_x_u=[place[0] for place, _ in lying] + [at[0]],
        item_y_u=[place[1] for place, _ in lying] + [at[1]],
        item_of=[item for _, item in lying] + [2],
        amount=[25.0] * (len(lying) + 1),
    )
    assert (mind["goal"] == goals.GOAL_LOOT) == bool(good)
    if good:
        target = lying[good[0][1]][0]
        assert dist(at, target) < 1e-3 or leads_to(mind, at, target)


def standing(*walls: tuple[float, ...], crate: Point, health: float = 45.0) -> dict[str, Any]:
    """Obstacles and walls of which the one at ``crate`` is a crate."""
    columns = terrain_columns(ground(30.0, 22.0, list(walls)))
    x, y = columns["walls"]["x_u"].tolist(), columns["walls"]["y_u"].tolist()
    return columns | {
        "obstacle_kind": [CRATE if at == crate else BARRIER for at in zip(x, y, strict=True)],
        "obstacle_health_hp": [health] * len(x),
        "obstacle_x_u": x,
        "obstacle_y_u": y,
        "static_walls": 0,
    }


@pytest.mark.parametrize("away", [1.5, 2.1, 3.4, 3.6, 7.9, 8.1])
def test_a_crate_is_broken_from_where_a_shot_reaches_it(away: float) -> None:
    at, crate = (5.0, 4.0), (5.0 + away, 4.0)
    box, barrier = (*crate, *BOX), (5.0, 6.5, *BOX)
    mind = went([at], a_mind(level=2), **standing(box, barrier, crate=crate))
    assert mind["goal"] == goals.GOAL_BREAK
    assert leads_to(mind, at, crate)
    assert bool(mind["buttons"] & PRIMARY) == (away <= PRIMARY_U + 1.0)
    assert bool(mind["buttons"] & MOVE) == (away > 3.5)
    broken = went([at], a_mind(level=2), **standing(box, barrier, crate=crate, health=0.0))
    assert broken["goal"] == goals.GOAL_WANDER
    # What stands in between is not the crate.
    fence = (5.9, 4.0, 0.05, 2.0, 0.0, 0, 7)
    hidden = went([at], a_mind(level=2), **standing(box, fence, crate=crate))
    assert (hidden["goal"] == goals.GOAL_BREAK) == (away < 1.7)


corners = st.tuples(*[st.integers(-12, 12).map(lambda n: n / 2)] * 2)


@CAREFUL
@given(st.lists(corners, min_size=1, max_size=5), st.integers(0, 2))
def test_the_first_of_the_nearest_items(lying: list[Point], level: int) -> None:
    """As near as another, in the same cell or the next: the lower row, and one too far is none."""
    at = (15.0, 4.5)
    mirrored = [(-dx, dy) for dx, dy in lying]
    places = [(at[0] + dx / 2, at[1] + dy / 4) for dx, dy in lying + mirrored]
    near = [(dist(at, p), n) for n, p in enumerate(places) if dist(at, p) < LOOT_U[level]]
    mind = went(
        [at],
        a_mind(level=level),
        pickups=len(places),
        item_x_u=[x for x, _ in places],
        item_y_u=[y for _, y in places],
        item_of=[2] * len(places),
        amount=[9.0] * len(places),
        **terrain_columns(ground(30.0, 22.0, [])),
        static_walls=0,
    )
    assert (mind["goal"] == goals.GOAL_LOOT) == bool(near)
    if near:
        assert (mind["to_x_u"], mind["to_y_u"]) == places[min(near)[1]]


@CAREFUL
@given(
    st.lists(
        st.tuples(st.integers(1, 14), st.integers(1, 10)), min_size=1, max_size=9, unique=True
    ),
    st.integers(0, 2),
    st.sampled_from([(8.0, 8.0), (15.0, 11.0), (16.0, 3.0)]),
)
def test_the_nearest_crate_that_a_shot_hits(boxes: list[Point], level: int, at: Point) -> None:
    """Of those on the screen, as far as the level goes; of equally near ones the lower row."""
    small = [(2.0 * x, 2.0 * y, 0.375, 0.375, 0.0, 0, 7) for x, y in boxes]
    terrain = ground(30.0, 22.0, [box for box in small if dist(at, box[:2]) > 1.0])
    columns = terrain_columns(terrain)
    x, y = columns["walls"]["x_u"].tolist(), columns["walls"]["y_u"].tolist()
    found = []
    for row, place in enumerate(zip(x, y, strict=True)):
        dx, dy = place[0] - at[0], place[1] - at[1]
        seen = abs(dx) <= HALF[0] and abs(dy) <= HALF[1]
        first = sweep_walls(*at, dx, dy, SHOT_RADIUS_U, BLOCKS_SHOTS, *grid_of(terrain))[3]
        if dist(at, place) < LOOT_U[level] and seen and first == row:
            found.append((dx * dx + dy * dy, row))
    mind = went(
        [at],
        a_mind(level=level),
        **columns,
        obstacle_kind=[CRATE] * max(1, len(x)),
        obstacle_health_hp=[1.0] * max(1, len(x)),
        obstacle_x_u=x or [0.0],
        obstacle_y_u=y or [0.0],
        static_walls=0,
    )
    assert (mind["goal"] == goals.GOAL_BREAK) == bool(found)
    if found:
        row = min(found)[1]
        assert (mind["to_x_u"], mind["to_y_u"]) == (x[row], y[row])


def test_wandering_stays_in_the_zone_and_in_the_world() -> None:
    found = set()
    for stretch in range(300):
        mind = went([(15.0, 11.0)], a_mind(), tick=stretch * 150, zone_radius_u=6.0)
        assert mind["goal"] == goals.GOAL_WANDER
        found.add(int(mind["heading"]) // 512)
        for place, axis, sign in (
            ((3.0, 11.0), 0, 1),
            ((27.0, 11.0), 0, -1),
            ((15.0, 3.0), 1, 1),
            ((15.0, 19.0), 1, -1),
        ):
            wide = went([place], a_mind(), tick=stretch * 150, zone_until_tick=10**6)
            assert TABLE[int(wide["heading"]), axis] * sign > -0.01
    assert found == set(range(8))
