"""Looking back: who hits at once meets others where they were in the tick they looked at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.changes import ChangeFinder, Predictor
from ecs.layout import WORD_BYTES
from schema.columns import Trail
from schema.directions import TABLE
from schema.walls import BLOCKS_SHOTS
from systems.kernels.rewinding import remember
from systems.rules import Rules
from systems.tick import step
from tests.oracle.beaming import may_meet
from tests.oracle.bursts import Burst, Person, reached
from tests.oracle.carrying import Body
from tests.oracle.seeing import Place, met_at, trail_of
from tests.oracle.terrain import that_block
from tests.systems import test_pulsing
from tests.systems.contact import NUDGES, Room, rooms
from tests.systems.ground import ground, walls_of
from tests.systems.kernel_calls import call
from tests.systems.matches import Mob, new_world
from tests.systems.test_beams import RADIUS, assert_first, in_grid, shone
from tests.systems.test_pulsing import gone_off, told
from tests.systems.trails import MOST
from tests.systems.trails import trail_columns as seen

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

TICK = 300
NOW = TICK + 1
BODY = 0.5
ALL = frozenset({"enemies", "allies", "self"})


def kept(states: dict[int, list[Place]], capacity: int, most: int) -> SimpleNamespace:
    """The trail after a tick began with each of ``states``, in their order."""
    past = np.zeros(capacity * most)
    made = SimpleNamespace(past_x_u=past, past_y_u=past)
    for number in sorted(states):
        made = call(
            remember,
            x_u=[x for x, _ in states[number]],
            y_u=[y for _, y in states[number]],
            past_x_u=made.past_x_u,
            past_y_u=made.past_y_u,
        )
    return made


@given(st.integers(1, 5), st.sampled_from([1, 2, 7, 15]), st.integers(1, 20), st.integers(0, 9))
def test_a_trail_holds_the_last_states(capacity: int, most: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    states = {n: [(x, y) for x, y in rng.random((capacity, 2))] for n in range(NOW - count, NOW)}
    made = kept(states, capacity, most)
    wanted = trail_of(states, NOW, most)
    found = list(zip(made.past_x_u.tolist(), made.past_y_u.tolist(), strict=True))
    assert found[: len(wanted)] == wanted
    assert set(found[len(wanted) :]) <= {(0.0, 0.0)}


def test_recordings_need_not_carry_a_trail() -> None:
    """It is where it was predicted to be, with people entering, running and dying."""
    world = new_world(6, 3)
    mob = Mob(world, 6, 3)
    finder = ChangeFinder(Predictor(world.layout, world.resource(Rules).dt_s), world.block)
    trails = [placed for placed in world.layout.columns if placed.column.group is Trail]
    assert len(trails) == 2
    for _ in range(200):
        step(world, mob.inputs())
        bytes_at = finder.advance(world.block).place.astype(np.int64) * WORD_BYTES
        for placed in trails:
            end = placed.offset + placed.rows * WORD_BYTES
            assert not ((bytes_at >= placed.offset) & (bytes_at < end)).any()
    assert world.group("players", Trail).x_u.any()


class Scene:
    """Bodies that are drawn at one place after the other, and somebody who looks.

    The states are drawn for everybody, so that who looks at the wrong one meets somebody else.

    Args:
        places: of everybody in the states TICK + 1, TICK, TICK - 1, ….
        view: of the first.
        entered: tick in which each came.
    """

    def __init__(self, places: list[list[Place]], view: int, entered: list[int], most: int) -> None:
        self.states = {
            NOW - back: [
                place if back == 0 or NOW - back > entered[body] else None
                for body, place in enumerate(where)
            ]
            for back, where in enumerate(places)
        }
        self.now = list(places[0])
        self.columns: dict[str, Any] = {
            "views": [view],
            "entered": entered,
            "trail": places[1:],
            "most": most,
        }
        self.met = [
            met_at(self.states, body, NOW, view, most) if body else place
            for body, place in enumerate(self.now)
        ]


VIEWS = [*range(TICK - MOST - 3, TICK + 1), 0, 1, TICK + 1, TICK + 2, 2**32 - 1]


@st.composite
def scenes(draw: st.DrawFn, spots: st.SearchStrategy[Place], most: int = MOST) -> Scene:
    count = draw(st.integers(2, 4))
    view = draw(st.sampled_from(VIEWS))
    entered = [draw(st.sampled_from([5, 5, TICK, TICK - 1, TICK - 4])) for _ in range(count)]
    places = [[draw(spots) for _ in range(count)] for _ in range(MOST + 1)]
    places[0][0] = (12.0, 12.0)
    return Scene(places, view, entered, most)


def beside(ahead: float, aside: float, aim: int) -> Place:
    ux, uy = TABLE[aim].tolist()
    return 12.0 + ux * ahead - uy * aside, 12.0 + uy * ahead + ux * aside


@st.composite
def beam_scenes(draw: st.DrawFn, aim: int) -> Scene:
    """Places about the line of a beam, some of them by a hair within or without."""
    rims = [BODY + RADIUS + nudge for nudge in NUDGES]
    rims += [-rim for rim in rims] + [0.0, 0.3, 3.0, -6.0]
    asides, aheads = st.sampled_from(rims), st.sampled_from([3.0, 5.5, 8.9, -2.0, 9.7])
    return draw(scenes(st.builds(beside, aheads, asides, st.just(aim))))


@settings(max_examples=300)
@given(
    st.data(),
    rooms(BODY, 2),
    st.sampled_from([0, 1024, 300, 1703]),
    st.sampled_from([0.0, 0.5]),
    st.sampled_from([1.0, 4.0]),
)
def test_a_beam_meets_who_was_there(
    data: st.DataObject, room: Room, aim: int, friendly: float, cell_u: float
) -> None:
    scene = data.draw(beam_scenes(aim))
    width, height, walls = room
    terrain = ground(width, height, walls)
    who = [(data.draw(st.sampled_from([1, 1, 0])), data.draw(st.booleans())) for _ in scene.now]
    who[0] = (0, True)

    def bodies(places: list[Place]) -> list[Body]:
        return [Body(x, y, *each) for (x, y), each in zip(places, who, strict=True)]

    how = {"friendly": friendly, "cell_u": cell_u, "tick": TICK}
    made = shone(bodies(scene.now), [aim], terrain, **how, **seen(len(who), **scene.columns))
    # The same bit for bit as if everybody stood now where they were seen.
    there = shone(bodies(scene.met), [aim], terrain, **how)
    assert made.length_u.tobytes() == there.length_u.tobytes()
    assert made.hits.tobytes() == there.hits.tobytes()
    assert made.knocks.tobytes() == there.knocks.tobytes()
    rows = [(index, in_grid(terrain, index)) for index in range(len(walls))]
    stops = [(index, wall) for index, wall in rows if that_block([wall], BLOCKS_SHOTS)]
    step = (float(TABLE[aim, 0] * 9.0), float(TABLE[aim, 1] * 9.0))
    crowd = bodies(scene.met)
    possible = may_meet(0, step, RADIUS, BODY, crowd, friendly > 0, stops, (width, height))
    assert_first(made, 9.0, possible, len(walls), (50.0,))


@settings(max_examples=300)
@given(st.data(), rooms(BODY, 2), st.booleans(), st.sampled_from([1.0, 4.0]), st.booleans())
def test_an_area_reaches_who_was_there(
    data: st.DataObject, room: Room, friendly: bool, cell_u: float, through: bool
) -> None:
    """Places about the rim of a circle of two units, about (12, 12)."""
    touch = st.sampled_from([2.0 + BODY + nudge for nudge in NUDGES] + [0.5, 1.9, 4.0])
    spots = st.builds(beside, touch, st.just(0.0), st.sampled_from([0, 1024, 2048, 555]))
    scene = data.draw(scenes(spots))
    width, height, walls = room
    terrain = ground(width, height, walls)
    burst = Burst(12.0, 12.0, 0, 2.0, 3.0, 0.0, False, ALL, through)
    who = [(data.draw(st.integers(0, 1)), data.draw(st.booleans())) for _ in scene.now]

    def people(places: list[Place]) -> list[Person]:
        return [Person(x, y, *each) for (x, y), each in zip(places, who, strict=True)]

    how: dict[str, Any] = {"friendly": friendly, "cell_u": cell_u, "tick": TICK}
    made = gone_off(terrain, [burst], people(scene.now), **how, **scene.columns)
    there = gone_off(terrain, [burst], people(scene.met), **how)
    assert sorted(told(made)) == sorted(told(there))
    must, may = reached(burst, BODY, people(scene.met), walls_of(terrain))
    team = who[0][0]
    hurt = {row for row, (own, _) in enumerate(who) if row == 0 or own != team or friendly}
    assert must & hurt <= {int(hit[0]) for hit in told(made)} <= may  # type: ignore[call-overload]


OPEN = ground(40.0, 24.0, [])


@pytest.mark.parametrize("most", [0, 1, 3, MOST])
def test_nobody_looks_back_farther_than_the_rules_allow(most: int) -> None:
    """Whatever is claimed: who was in the line ``most`` ticks ago, and left it then, is met."""
    for line in range(MOST + 1):
        places: list[list[Place]] = [
            [(2.0, 12.0), (6.0, 12.0 if back == line else 20.0)] for back in range(MOST + 1)
        ]
        for view in VIEWS:
            scene = Scene(places, view, [5, 5], most)
            bodies = [Body(*place, row) for row, place in enumerate(scene.now)]
            columns = seen(2, **scene.columns)
            made = shone(bodies, [0], OPEN, tick=TICK, **columns)
            back = min(NOW - view, most) if 0 < view < NOW else 0
            assert made.hit_count[0] == (back == line), (view, line)


@pytest.mark.parametrize("view", [TICK, TICK - 3])
def test_walls_are_of_now_and_so_is_who_looks(view: int) -> None:
    bodies = [Body(2.0, 12.0, 0), Body(6.0, 20.0, 1)]
    trail: list[list[Place]] = [[(2.0, 20.0), (6.0, 12.0)]] * MOST
    columns = seen(2, views=[view], entered=[5, 5], trail=trail)
    assert shone(bodies, [0], OPEN, tick=TICK, **columns).hit_count[0] == 1
    wall = ground(40.0, 24.0, [(4.0, 12.0, 0.25, 2.0, 0.0)])
    assert shone(bodies, [0], wall, tick=TICK, **columns).hit_count[0] == 0


def test_a_beam_never_meets_its_own_past() -> None:
    trail: list[list[Place]] = [[(6.0, 12.0), (30.0, 3.0)]] * MOST
    columns = seen(2, views=[TICK], entered=[5, 5], trail=trail)
    bodies = [Body(2.0, 12.0, 0), Body(30.0, 3.0, 1)]
    made = shone(bodies, [0], OPEN, tick=TICK, friendly=1.0, **columns)
    assert (made.hit_count[0], made.length_u[0]) == (0, 9.0)


def test_the_dead_are_not_met_where_they_lived() -> None:
    trail: list[list[Place]] = [[(2.0, 12.0), (6.0, 12.0)]] * MOST
    columns = seen(2, views=[TICK], entered=[5, 5], trail=trail)
    bodies = [Body(2.0, 12.0, 0), Body(6.0, 12.0, 1, False)]
    assert shone(bodies, [0], OPEN, tick=TICK, **columns).hit_count[0] == 0


@pytest.mark.parametrize(
    ("delay", "linger", "tick", "met"),
    [
        (0, 0, TICK, True),
        (0, 1, TICK, True),
        (0, 9, TICK, True),
        (0, 9, TICK + 3, False),
        (1, 0, TICK, False),
        (1, 9, TICK, False),
    ],
)
def test_only_the_tick_of_a_cast_without_delay_looks_back(
    delay: int, linger: int, tick: int, met: bool
) -> None:
    """Behind a delay, and as it lingers, an area reaches who stands in it."""
    burst = test_pulsing.plain(12.0, 12.0, 2.0)
    people = [Person(30.0, 3.0, 0), Person(20.0, 12.0, 1)]
    trail: list[list[Place]] = [[(30.0, 3.0), (12.0, 12.0)]] * MOST
    made = gone_off(
        OPEN,
        [burst],
        people,
        tick=tick,
        fire=[tick],
        until=[TICK + max(0, linger - 1)],
        period=3,
        delay=delay,
        linger=linger,
        views=[tick],
        entered=[5, 5],
        trail=trail,
    )
    assert made.hit_count[0] == met


def test_an_area_meets_its_owner_where_they_are() -> None:
    burst = Burst(12.0, 12.0, 0, 2.0, 3.0, 0.0, False, ALL, False)
    people = [Person(12.0, 12.0, 0)]
    trail: list[list[Place]] = [[(30.0, 3.0)]] * MOST
    seen = {"views": [TICK], "entered": [5], "trail": trail}
    assert gone_off(OPEN, [burst], people, tick=TICK, **seen).hit_count[0] == 1


def test_everybody_looks_back_for_themselves() -> None:
    """Two beams along one line: who looks at now meets nobody, who looks back meets a runner."""
    bodies = [Body(2.0, 12.0, 0), Body(2.0, 12.0, 0), Body(6.0, 20.0, 1)]
    trail: list[list[Place]] = [[(2.0, 12.0), (2.0, 12.0), (6.0, 12.0)]] * MOST
    columns = seen(3, views=[0, TICK - 1], entered=[5, 5, 5], trail=trail)
    made = shone(bodies, [0, 0], OPEN, tick=TICK, **columns)
    hits = made.hits[: made.hit_count[0]]
    assert list(zip(hits["attacker"].tolist(), hits["victim"].tolist(), strict=True)) == [(1, 2)]
    assert (hits["from_x_u"][0], hits["from_y_u"][0]) == (2.0, 12.0)
