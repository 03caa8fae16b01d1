"""Areas against what asking everybody says: at the rim, along grazing lines, and to the tick."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import BURST, EVENT_RECORD, HEALS, HIT_RECORD, KNOCK_RECORD, NOBODY
from schema.rulebook import ALLIES, ENEMIES, SELF
from schema.walls import BLOCKS_ALL
from systems.kernels.pulsing import pulse, shake_obstacles
from systems.terrain import Terrain
from tests.oracle.bursts import Burst, Person, gifts, kin, reached, shaken, times
from tests.oracle.strikes import Body, Place
from tests.systems.casting import skill_rows
from tests.systems.contact import (
    HEADINGS,
    NUDGES,
    TURNS,
    Room,
    Wall,
    paths_at,
    rooms,
    surface_point,
)
from tests.systems.ground import (
    assert_table,
    crowd_columns,
    ground,
    raised,
    terrain_columns,
    untouched,
    walls_of,
)
from tests.systems.kernel_calls import call
from tests.systems.trails import trail_columns

BODY = 0.5
TICK = 500
BITS = {"enemies": ENEMIES, "allies": ALLIES, "self": SELF}
WHOM = [frozenset(names.split()) for names in ("enemies", "allies", "self", "allies self")]
WHOM += [frozenset(names.split()) for names in ("enemies allies self", "enemies self", "enemies")]


def gone_off(
    terrain: Terrain,
    bursts: Sequence[Burst],
    people: Sequence[Person],
    *,
    fire: Sequence[int] = (),
    until: Sequence[int] = (),
    period: int = 10,
    friendly: bool = False,
    grid_places: list[Place] | None = None,
    cell_u: float = 4.0,
    tick: int = TICK,
    room: int = 64,
    delay: int = 0,
    linger: int = 0,
    **seen: Any,
) -> SimpleNamespace:
    """Every area has a skill of its own; the row behind them would go off."""
    count = len(bursts)
    skills = [
        {
            "affects": sum(BITS[name] for name in each.affects),
            "through_walls": int(each.through_walls),
            "period_ticks": period + row,
            "delay_ticks": delay,
            "linger_ticks": linger,
            "status_a": 3 if each.inflicts else -1,
        }
        for row, each in enumerate(bursts)
    ]
    bodies = [Body((who.x, who.y), (who.x, who.y), who.alive) for who in people]
    rows = [*bursts, bursts[0]]
    crowd = crowd_columns(terrain, bodies, grid_places or [b.place for b in bodies], cell_u)
    alive = crowd.pop("body_alive")
    made = call(
        pulse,
        count=count,
        tick=tick,
        owner=[each.owner for each in rows],
        skill=[*range(count), 0],
        slot=[row % 4 for row in range(count + 1)],
        radius_u=[each.radius for each in rows],
        damage_hp=[each.damage for each in rows],
        heal_hp=[each.heal for each in rows],
        x_u=[each.x for each in rows],
        y_u=[each.y for each in rows],
        until_tick=[*(until or [tick] * count), tick],
        skills=skill_rows(*skills),
        friendly_fire=int(friendly),
        body_radius_u=BODY,
        team=[who.team for who in people],
        alive=alive,
        fire_tick=[*(fire or [tick] * count), tick],
        gone=[0] * (count + 1),
        hits=np.zeros(room, HIT_RECORD),
        hit_count=0,
        hits_refused=100,
        events=np.zeros(room, EVENT_RECORD),
        event_count=0,
        events_refused=200,
        **trail_columns(len(people), **seen),
        **crowd,
        **terrain_columns(terrain),
    )
    assert (made.gone[count], made.fire_tick[count]) == (0, tick)
    return made


def told(made: SimpleNamespace) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = made.hits[: made.hit_count[0]].tolist()
    return found


def record(victim: int, row: int, burst: Burst, heals: bool, amount: float) -> tuple[object, ...]:
    """The hit that somebody gets from the area of a row."""
    flags = HEALS if heals else 0
    how = (victim, burst.owner, row, row % 4, flags, amount, 1.0, burst.x, burst.y)
    return (*how, 0.0, 0.0, 0.0, 0.0, 0)


@st.composite
def bursts_and_people(
    draw: st.DrawFn, walls: list[Wall], radius: float
) -> tuple[Burst, list[Person], list[Place]]:
    """An area beside a wall; bodies at its very rim, and along lines that graze the walls."""
    x, y, _, _ = draw(paths_at(walls, 0.125, 7.3))
    people: list[Person] = []
    grid_places: list[Place] = []
    for _ in range(draw(st.integers(1, 5))):
        if draw(st.booleans()):
            ux, uy = draw(st.sampled_from(HEADINGS))
            away = draw(st.sampled_from([radius + BODY, radius + BODY, 0.5 * radius, 0.0]))
            away += draw(st.sampled_from(NUDGES))
            place = (x + ux * away, y + uy * away)
        else:
            # Where a line that touches a wall ends; the line begins at the area if it can.
            px, py, dx, dy = draw(paths_at(walls, 0.0, radius))
            place = (px + dx, py + dy)
            if not people:
                x, y = px, py
        sx, sy = draw(st.sampled_from([(0.0, 0.0), (0.5, -0.25), (-2.0, 1.0)]))
        team, alive = draw(st.sampled_from([(1, True), (0, True), (1, True), (1, False)]))
        people.append(Person(*place, team, alive))
        grid_places.append((place[0] + sx, place[1] + sy))
    people[0] = Person(people[0].x, people[0].y, 0, people[0].alive)
    damage, heal = draw(st.sampled_from([(8.0, 0.0), (0.0, 5.0), (8.0, 5.0), (0.0, 0.0)]))
    burst = Burst(
        x,
        y,
        0,
        radius,
        damage,
        heal,
        draw(st.booleans()),
        draw(st.sampled_from(WHOM)),
        draw(st.sampled_from([False, False, True])),
    )
    return burst, people, grid_places


@settings(max_examples=400)
@given(
    st.data(),
    rooms(BODY, 3),
    st.sampled_from([3.5, 0.5, 30.0]),
    st.sampled_from([1.0, 4.0, 7.9]),
    st.booleans(),
)
def test_an_area_reaches_whom_it_touches_and_no_wall_hides(
    data: st.DataObject, scene: Room, radius: float, cell_u: float, friendly: bool
) -> None:
    width, height, walls = scene
    burst, people, grid_places = data.draw(bursts_and_people(walls, radius))
    terrain = ground(width, height, walls)
    made = gone_off(
        terrain, [burst], people, friendly=friendly, grid_places=grid_places, cell_u=cell_u
    )
    must, may = reached(burst, BODY, people, walls_of(terrain))
    found = told(made)
    victims = {int(hit[0]) for hit in found}  # type: ignore[call-overload]
    wanted = {row for row in range(len(people)) if gifts(burst, kin(burst, people, row), friendly)}
    assert must & wanted <= victims <= may & wanted
    expected = [
        record(row, 0, burst, heals, amount)
        for row in victims
        for heals, amount in gifts(burst, kin(burst, people, row), friendly)
    ]
    assert sorted(found) == sorted(expected)
    assert told_events(made) == [(BURST, 0, NOBODY, 0, radius, burst.x, burst.y)]
    assert (made.gone[0], made.fire_tick[0]) == (1, TICK + 10)


def told_events(made: SimpleNamespace) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = made.events[: made.event_count[0]].tolist()
    return found


ROUND = [(3.0, 4.0), (-4.0, 3.0), (5.0, 0.0), (0.0, -5.0), (-3.0, -4.0)]


@pytest.mark.parametrize(("out", "touched"), [(0.0, True), (1 / 1024, False), (-1 / 1024, True)])
def test_who_just_touches_is_reached(out: float, touched: bool) -> None:
    """At exactly five units, which the radii make together."""
    burst = Burst(20.0, 20.0, 0, 4.5, 1.0, 0.0, False, frozenset({"enemies"}), False)
    people = [Person(1.0, 1.0, 0)]
    people += [Person(20.0 + x * (1 + out), 20.0 + y * (1 + out), 1) for x, y in ROUND]
    assert gone_off(ground(40.0, 40.0, []), [burst], people).hit_count[0] == 5 * touched


def test_full_tables_count_what_areas_would_have_reported() -> None:
    people = [Person(20.0 + row, 20.0, row) for row in range(3)]
    kind = (3.5, 1.0, 0.0, False, frozenset({"enemies", "self"}), True)
    bursts = [Burst(20.0, 21.0, 0, *kind), Burst(22.0, 19.0, 1, *kind)]
    terrain = ground(40.0, 40.0, [])
    whole = gone_off(terrain, bursts, people)
    assert (whole.hit_count[0], whole.event_count[0]) == (6, 2)  # the owners' own bodies too
    for room in range(7):
        cut = gone_off(terrain, bursts, people, room=room)
        assert_table(cut.hits, cut.hit_count, cut.hits_refused, 100, told(whole))
        assert_table(cut.events, cut.event_count, cut.events_refused, 200, told_events(whole))
        assert cut.gone.tolist() == [1, 1, 0]


@given(
    st.integers(TICK, TICK + 3),
    st.integers(0, 9),
    st.integers(1, 5),
)
def test_areas_go_off_to_the_tick(first: int, linger: int, period: int) -> None:
    burst = Burst(20.0, 20.0, 0, 2.0, 1.0, 0.0, False, frozenset({"enemies"}), False)
    people, terrain = [Person(20.0, 20.0, 0), Person(21.0, 20.0, 1)], ground(40.0, 40.0, [])
    fire, pulses, last = first, [], None
    for tick in range(TICK, TICK + 30):
        made = gone_off(
            terrain, [burst], people, fire=[fire], until=[first + linger], period=period, tick=tick
        )
        assert made.hit_count[0] == made.event_count[0]
        if made.hit_count[0]:
            pulses.append(tick)
        fire = int(made.fire_tick[0])
        if made.gone[0]:
            last = tick
            break
    assert pulses == times(first, first + linger, period)
    assert last == pulses[-1]


# --- Obstacles ----------------------------------------------------------------------------------

OUTLINES = [(1.0, 1.0, 0.0), (0.0, 0.0, 1.5), (2.0, 0.0, 0.25), (0.5, 2.25, 0.5), (7.0, 1.0, 0.0)]


def shook(
    bursts: Sequence[Burst],
    outlines: Sequence[Wall],
    healths: Sequence[float],
    fire: Sequence[int] = (),
    room: int = 32,
) -> SimpleNamespace:
    """The row behind the used areas would shake; a wall of the map stands in everybody's way."""
    rows, terrain = [*bursts, bursts[0]], ground(64.0, 48.0, [(20.0, 20.0, 3.0, 3.0, 0.5)])
    standing = [(*outline, BLOCKS_ALL) for outline in outlines]
    made = raised(terrain, standing, untouched(terrain, len(standing)))
    return call(
        shake_obstacles,
        count=len(bursts),
        tick=TICK,
        owner=[each.owner for each in rows],
        radius_u=[each.radius for each in rows],
        damage_hp=[each.damage for each in rows],
        x_u=[each.x for each in rows],
        y_u=[each.y for each in rows],
        fire_tick=[*(fire or [TICK] * len(bursts)), TICK],
        map_walls=len(terrain.walls),
        walls=made.walls,
        wall_start=made.start,
        wall_row=made.row,
        frame=terrain.frame,
        health_hp=[*healths, 50.0],
        knocks=np.zeros(room, KNOCK_RECORD),
        knock_count=0,
        knocks_refused=100,
    )


def plain(x: float, y: float, radius: float, damage: float = 4.0, owner: int = 0) -> Burst:
    return Burst(x, y, owner, radius, damage, 0.0, False, frozenset({"enemies"}), False)


@settings(max_examples=400)
@given(st.data(), st.sampled_from([0.5, 3.0]), st.integers(1, 3))
def test_areas_shake_the_obstacles_they_touch(
    data: st.DataObject, radius: float, count: int
) -> None:
    """Centres on a hair about the surface of one of the obstacles, grown by the radius."""
    outlines = []
    for _ in range(count):
        x, y = data.draw(st.sampled_from([(20.0, 20.0), (23.25, 20.0), (20.5, 17.0)]))
        kind, turn = data.draw(st.sampled_from(OUTLINES)), data.draw(st.sampled_from(TURNS))
        outlines.append((x, y, *kind, turn))
    healths = [data.draw(st.sampled_from([50.0, 50.0, 1e-9, 0.0])) for _ in outlines]
    anchor = (data.draw(st.sampled_from(HEADINGS)), data.draw(st.sampled_from([1.0, 0.5, -1.0])))
    x, y, (nx, ny) = surface_point(data.draw(st.sampled_from(outlines)), radius, anchor)
    out = data.draw(st.sampled_from([*NUDGES, -radius, -0.5 * radius]))
    burst = plain(
        x + nx * out, y + ny * out, radius, data.draw(st.sampled_from([4.0, 4.0, 1e-9, 0.0]))
    )
    made = shook([burst], outlines, healths)
    must, may = shaken(burst, outlines)
    sound = {row for row, health in enumerate(healths) if health > 0}
    found = made.knocks[: made.knock_count[0]].tolist()
    rows = [row for row, _, _ in found]
    assert must & sound <= set(rows) <= may & sound
    assert len(rows) == len(set(rows)), "each once, however many cells it is in"
    assert all(knock[1:] == (0, burst.damage) for knock in found)


def test_only_what_goes_off_now_shakes_and_full_tables_count() -> None:
    crates = [(20.0 + 2.0 * row, 20.0, 1.0, 1.0, 0.0, 0) for row in range(3)]
    bursts = [plain(20.0, 20.0, 9.0, owner=2), plain(22.0, 22.0, 9.0, 7.0, owner=5)]
    early, late = [TICK - 3, TICK + 1], [TICK, TICK]
    made = shook(bursts, crates, [5.0] * 3, early)
    assert made.knocks[: made.knock_count[0]].tolist() == [(row, 2, 4.0) for row in range(3)]
    whole = [(row, who, hp) for who, hp in ((2, 4.0), (5, 7.0)) for row in range(3)]
    for room in range(8):
        cut = shook(bursts, crates, [5.0] * 3, late, room)
        assert_table(cut.knocks, cut.knock_count, cut.knocks_refused, 100, whole)


def test_an_area_that_just_touches_a_crate_shakes_it() -> None:
    crate = [(20.0, 20.0, 1.0, 1.0, 0.5, 0)]
    for x, y, touched in [(24.5, 20.0, 1), (24.5 + 1e-6, 20.0, 0), (20.0, 15.5, 1)]:
        assert shook([plain(x, y, 3.0)], crate, [5.0]).knock_count[0] == touched
