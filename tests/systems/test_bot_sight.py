"""What bots see: whose turn it is, their enemy, their team, against a look at everybody."""

from __future__ import annotations

from math import cos, sin, tau
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.events import NOBODY, REVEALED
from systems.kernels.broadphase import build_grid
from systems.kernels.minds import BOT_ROW, MIND
from systems.kernels.sighting import SHOT_RADIUS_U, look
from tests.oracle import minding
from tests.oracle.minding import Body, Eyes, Hair
from tests.oracle.splitmix import unit
from tests.oracle.throwing import gap
from tests.systems.ground import ground, terrain_columns
from tests.systems.kernel_calls import call

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=200)
HALF = (11.0, 6.5)
NOTICE = 3.0
TICK = 600
SEED = 12345
SIGHTS = (6.0, 9.0, 14.0)
PERIODS = (15, 10, 6)
# One that stops everything, one to shoot but not to look through, one the other way, a fence.
WALLS = [
    (12.0, 8.0, 4.0, 0.5, 0.0, 0, 7),
    (20.0, 10.0, 0.5, 3.0, 0.0, 300, 2),
    (8.0, 14.0, 2.0, 0.0, 0.25, 3300, 4),
    (18.0, 16.0, 1.0, 1.0, 0.5, 0, 1),
]
TERRAIN = ground(30.0, 22.0, WALLS)

places = st.tuples(st.floats(1, 29), st.floats(1, 21)).filter(
    lambda at: all(gap(*at, wall[:6]) > 0.51 for wall in WALLS)
)


def bot_rows(**changed: Any) -> np.ndarray:
    """Three levels that differ in how far and how often they look."""
    rows = np.zeros(3, BOT_ROW)
    rows["period_ticks"], rows["sight_u"] = PERIODS, SIGHTS
    rows["wander_ticks"], rows["strafe_ticks"], rows["recent_ticks"] = 150, 24, 45
    for name, values in changed.items():
        rows[name] = values
    return rows


@st.composite
def crowds(draw: st.DrawFn) -> list[Body]:
    """A few bodies, some of them on either side of a wall, in bushes, down, or dead."""
    spots = draw(st.lists(places, min_size=2, max_size=6, unique=True))
    if draw(st.booleans()):
        cx, cy, hx, hy, radius, *_ = draw(st.sampled_from(WALLS))
        along = cx + draw(st.floats(-1.3, 1.3)) * (hx + radius)
        away = radius + draw(st.floats(0.6, 2.5))
        pair = [(along, cy - hy - away), (along, cy + hy + away)]
        spots = [at for at in pair if all(gap(*at, w[:6]) > 0.51 for w in WALLS)] + spots
    # Somebody about as near as a bush hides nobody.
    apart, turn = draw(st.floats(NOTICE - 1, NOTICE + 1)), draw(st.floats(0, tau))
    near = (spots[0][0] + apart * cos(turn), spots[0][1] + apart * sin(turn))
    if all(gap(*near, w[:6]) > 0.51 for w in WALLS):
        spots.insert(1, near)
    body = st.builds(
        Body,
        at=st.just((0.0, 0.0)),
        team=st.integers(0, 2),
        alive=st.sampled_from([True, True, True, False]),
        down=st.sampled_from([False, False, True]),
        bush=st.sampled_from([NOBODY, 0, 1]),
        seen_until=st.sampled_from([0, TICK - 1, TICK, TICK + 1]),
        revealed=st.sampled_from([False, False, True]),
        health=st.sampled_from([10.0, 74.0, 76.0, 100.0]),
    )
    bodies = [draw(body) for _ in spots]
    for one, at in zip(bodies, spots, strict=True):
        one.at = at
    return bodies


def seen_by(bodies: list[Body], bots: list[int], tick: int, team_size: int = 2) -> np.ndarray:
    """The minds that ``look`` makes of a crowd."""
    size = len(bodies)
    grid = [3.0, 10, 8]
    x, y = [b.at[0] for b in bodies], [b.at[1] for b in bodies]
    alive = [b.alive for b in bodies]
    cells = call(
        build_grid,
        count=size,
        alive=alive,
        x_u=x,
        y_u=y,
        grid=grid,
        start=np.zeros(81, np.int32),
        row_of=np.zeros(size, np.int32),
        cell=np.zeros(size, np.int32),
        reach_u=0.0,
    )
    made = call(
        look,
        players=size,
        tick=tick,
        seed=np.array([SEED], np.uint64),
        bot=bots,
        alive=alive,
        down=[b.down for b in bodies],
        team=[b.team for b in bodies],
        bush=[b.bush for b in bodies],
        seen_until_tick=[b.seen_until for b in bodies],
        flags=[REVEALED * b.revealed for b in bodies],
        health_hp=[b.health for b in bodies],
        health_max_hp=[b.full for b in bodies],
        x_u=x,
        y_u=y,
        bots=bot_rows(),
        half_width_u=HALF[0],
        half_height_u=HALF[1],
        notice_u=NOTICE,
        team_size=team_size,
        grid=grid,
        start=cells.start,
        row_of=cells.row_of,
        **terrain_columns(TERRAIN),
        minds=np.zeros(size, MIND),
        mind_count=0,
    )
    minds: np.ndarray = made.minds[: made.mind_count[0]]
    return minds


@CAREFUL
@given(crowds(), st.data())
def test_who_decides_and_what_they_see(bodies: list[Body], data: st.DataObject) -> None:
    size = len(bodies)
    bots = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    minds = seen_by(bodies, bots, TICK)
    turn = [
        row
        for row, bot in enumerate(bots)
        if bot and bodies[row].alive and (TICK + row) % PERIODS[bot - 1] == 0
    ]
    assert minds["row"].tolist() == turn
    check(bodies, minds)


@CAREFUL
@given(crowds())
def test_everybody_looks_once_in_a_period(bodies: list[Body]) -> None:
    bots = [1 + row % 3 for row in range(len(bodies))]
    looked = [0] * len(bodies)
    for tick in range(TICK, TICK + 30):
        for row in seen_by(bodies, bots, tick)["row"]:
            looked[row] += 1
    assert looked == [30 // PERIODS[bot - 1] * b.alive for bot, b in zip(bots, bodies, strict=True)]


@CAREFUL
@given(crowds(), st.integers(0, 5))
def test_what_a_good_one_sees(bodies: list[Body], who: int) -> None:
    """It is the turn of one of the crowd, whoever it is."""
    row = who % len(bodies)
    bots = [0] * len(bodies)
    bots[row] = 3
    bodies[row].alive = True
    minds = seen_by(bodies, bots, TICK * 6 - row)
    assert minds["row"].tolist() == [row]
    check(bodies, minds, TICK * 6 - row)


def check(bodies: list[Body], minds: np.ndarray, tick: int = TICK) -> None:
    for mind in minds:
        row, level = int(mind["row"]), int(mind["level"])
        absent = unit(SEED, (tick + 7 * row) // 150, 17, row) < 0.5
        eyes = Eyes(SIGHTS[level] * (0.5 if absent else 1.0), HALF, NOTICE, SHOT_RADIUS_U)
        try:
            enemy, clear = minding.enemy_of(bodies, row, tick, eyes, WALLS)
            mates = minding.mates_of(bodies, row, eyes, WALLS)
        except Hair:
            assume(False)
        assert mind["enemy"] == enemy
        assert bool(mind["clear"]) == clear
        assert (mind["friend"], mind["fallen"], mind["wounded"]) == mates
        if enemy != NOBODY:
            assert mind["apart_u"] == pytest.approx(
                minding.dist(bodies[row].at, bodies[enemy].at), abs=1e-9
            )


def test_the_lower_of_two_equally_near_ones() -> None:
    """Seven around one at the same distance, which the grid lists in another order."""
    ring = [(22.0, 5.0), (14.0, 5.0), (18.0, 1.0), (18.0, 3.0), (18.0, 9.0)]
    bodies = [Body((18.0, 5.0), 0), *(Body(at, 1 + n) for n, at in enumerate(ring))]
    for gone, nearest in ((set(), 4), ({4}, 1), ({1, 4}, 2), ({1, 2, 4}, 3), ({1, 2, 3, 4}, 5)):
        for row, body in enumerate(bodies):
            body.alive = row not in gone
        assert seen_by(bodies, [3, 0, 0, 0, 0, 0], TICK)["enemy"].tolist() == [nearest]


def test_alone_in_a_team_there_are_no_mates() -> None:
    bodies = [Body((18.0, 5.0), 0), Body((19.0, 5.0), 0, down=True), Body((20.0, 5.0), 0)]
    (mind,) = seen_by(bodies, [3, 0, 0], TICK, team_size=1)
    assert (mind["friend"], mind["fallen"], mind["wounded"]) == (NOBODY,) * 3
    (mind,) = seen_by(bodies, [3, 0, 0], TICK)
    assert (mind["friend"], mind["fallen"], mind["wounded"]) == (2, 1, NOBODY)


def test_a_bush_hides_until_its_tick() -> None:
    seen = {
        NOBODY: [Body((23.0, 5.0), 1, bush=0, seen_until=TICK), Body((23.0, 5.0), 1, bush=0)],
        1: [
            Body((23.0, 5.0), 1, bush=0, seen_until=TICK + 1),
            Body((23.0, 5.0), 1, bush=0, revealed=True),
            Body((20.5, 5.0), 1, bush=0),
        ],
    }
    for enemy, others in seen.items():
        for other in others:
            (mind,) = seen_by([Body((18.0, 5.0), 0), other], [3, 0], TICK)
            assert mind["enemy"] == enemy
