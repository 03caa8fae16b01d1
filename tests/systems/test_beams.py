"""Beams: paid before they hurt, stopped by what is first, against a twin that asks everybody."""

from __future__ import annotations

from math import inf
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.commands import PRIMARY, SKILL_SLOTS
from schema.directions import TABLE
from schema.events import KNOCK_RECORD, NO_SLOT, ROOTED, STUNNED
from schema.rulebook import BEAM, DASH
from schema.walls import BLOCKS_MOVE, BLOCKS_SHOTS, BLOCKS_SIGHT
from systems.kernels.beams import give_away, keep_channel, shine
from systems.kernels.broadphase import build_grid
from systems.terrain import Terrain
from tests.oracle.beaming import EDGE, Beamer, goes_on, may_meet
from tests.oracle.carrying import Body
from tests.oracle.terrain import that_block
from tests.systems.casting import effect_rows, no_hits, skill_rows
from tests.systems.contact import NUDGES, Room, paths_at, rooms
from tests.systems.ground import ground, terrain_columns
from tests.systems.kernel_calls import call, call_in_turn
from tests.systems.trails import trail_columns

TICK = 300
BODY = 0.5
RADIUS = 0.25
REVEAL = 45

beamers = st.builds(
    Beamer,
    slot=st.sampled_from([None, 0, 1, 2, 3]),
    since=st.sampled_from([TICK - 9, TICK - 1, TICK]),
    until=st.sampled_from([TICK - 1, TICK, TICK + 1, TICK + 50, TICK + 50]),
    pressed=st.sampled_from([frozenset({0, 1, 2, 3})] * 3 + [frozenset({1, 3}), frozenset()]),
    mana=st.sampled_from([0.0, 0.75, 0.75 - 1e-12, 9.0, 9.0]),
    price=st.just(0.75),
    alive=st.sampled_from([True, True, True, False]),
    down=st.sampled_from([False, False, False, True]),
    stunned=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=300)
@given(st.lists(beamers, max_size=5))
def test_a_beam_goes_on_while_it_is_held_and_paid_for(people: list[Beamer]) -> None:
    made = call(
        keep_channel,
        players=len(people),
        tick=TICK,
        alive=[who.alive for who in people],
        down=[who.down for who in people],
        flags=[ROOTED | STUNNED * who.stunned for who in people],
        buttons=[1 | 32 | sum(PRIMARY << slot for slot in who.pressed) for who in people],
        skill_of=[int(slot == who.slot) for who in people for slot in range(SKILL_SLOTS)],
        skills=skill_rows(
            {"kind": DASH, "mana_mp_per_tick": 0.1}, {"kind": BEAM, "mana_mp_per_tick": 0.75}
        ),
        since_tick=[who.since for who in people],
        until_tick=[who.until for who in people],
        slot=[NO_SLOT if who.slot is None else who.slot for who in people],
        mana_mp=[who.mana for who in people],
        length_u=[4.0] * len(people),
    )
    for row, who in enumerate(people):
        found = (made.slot[row], made.mana_mp[row], made.length_u[row])
        if who.slot is None:
            assert found == (NO_SLOT, who.mana, 4.0)
        elif who.since == TICK:
            assert found == (who.slot, who.mana, 4.0)  # paid for by the cast
        elif goes_on(who, TICK):
            assert found == (who.slot, who.mana - 0.75, 4.0)
        else:
            assert found == (NO_SLOT, who.mana, 0.0)
        assert made.mana_mp[row] >= 0.0


def test_a_beam_lasts_as_many_ticks_as_the_mana_pays_for() -> None:
    mana, slot, shone = 10.0, 1, 0
    for now in range(TICK, TICK + 60):
        made = call(
            keep_channel,
            players=1,
            tick=now,
            alive=1,
            down=0,
            flags=0,
            buttons=PRIMARY << 1,
            skill_of=[0] * 4,
            skills=skill_rows({"kind": BEAM, "mana_mp_per_tick": 0.75}),
            since_tick=TICK,
            until_tick=TICK + 1000,
            slot=slot,
            mana_mp=mana,
            length_u=0.0,
        )
        mana, slot = float(made.mana_mp[0]), int(made.slot[0])
        shone += now > TICK and slot == 1
    assert (shone, mana) == (13, 0.25)


# --- What a beam meets ----------------------------------------------------------------------------


def shone(
    bodies: list[Body],
    aims: list[int],
    terrain: Terrain,
    *,
    range_u: float = 9.0,
    friendly: float = 0.0,
    static: int | None = None,
    health: tuple[float, ...] = (50.0,),
    cell_u: float = 4.0,
    drift: float = 0.0,
    room: int = 8,
    **more: Any,
) -> SimpleNamespace:
    """Everybody with an aim shines with level 2 of skill 1 in slot 2."""
    count = len(bodies)
    columns, rows = 1 + int(terrain.frame[0] // cell_u), 1 + int(terrain.frame[1] // cell_u)
    grid = call(
        build_grid,
        count=count,
        # Whoever has died since is still in the grid: who is alive is not for the grid to say.
        alive=[1] * count,
        x_u=[body.x + drift for body in bodies],
        y_u=[body.y - drift for body in bodies],
        grid=[cell_u, columns, rows],
        start=np.zeros(columns * rows + 1, np.int32),
        row_of=np.zeros(count, np.int32),
        cell=np.zeros(count, np.int32),
        reach_u=[0.0],
    )
    scene = {
        "players": count,
        "tick": TICK,
        "slot": [2] * len(aims) + [NO_SLOT] * (count - len(aims)),
        "since_tick": [TICK - 1] * count,
        "aim": aims + [0] * (count - len(aims)),
        "alive": [body.alive for body in bodies],
        "team": [body.team for body in bodies],
        "x_u": [body.x for body in bodies],
        "y_u": [body.y for body in bodies],
        "power": [1.5] * count,
        "skill_of": [0, 0, 1, 0] * count,
        "level": [4, 4, 2, 4] * count,
        "skills": skill_rows(
            {"kind": DASH}, {"kind": BEAM, "range_u": range_u, "radius_u": RADIUS}
        ),
        "effects": effect_rows({"damage_hp": 99.0}, {"damage_hp": 3.0}),
        "directions": TABLE,
        "grid": grid.grid,
        "start": grid.start,
        "row_of": grid.row_of,
        "reach_u": [abs(drift)],
        "obstacle_health_hp": health,
        "static_walls": len(terrain.walls) if static is None else static,
        "body_radius_u": BODY,
        "friendly_fire": friendly,
        "reveal_ticks": REVEAL,
        "length_u": [0.0] * count,
        "seen_until_tick": [7] * count,
        **trail_columns(count),
        "knocks": np.zeros(room, KNOCK_RECORD),
        "knock_count": 0,
        "knocks_refused": 0,
        **no_hits(room),
        **terrain_columns(terrain),
    }
    return call_in_turn([give_away, shine], **scene | more)


AIMS = [0, 1024, 2048, 3072, 0, 2048, 512, 300, 1703]


@settings(max_examples=250)
@given(
    st.data(),
    rooms(BODY, 3),
    st.sampled_from(AIMS),
    st.sampled_from([0.0, 0.5]),
    st.sampled_from([1.0, 4.0, 7.9]),
    st.sampled_from([0.0, 0.7, 3.0]),
)
def test_a_beam_meets_the_first_thing_on_its_way(
    data: st.DataObject, scene: Room, aim: int, friendly: float, cell_u: float, drift: float
) -> None:
    width, height, walls = scene
    px, py, _, _ = data.draw(paths_at(walls, RADIUS, 7.3))
    px, py = min(max(px, 0.0), width), min(max(py, 0.0), height)
    range_u = data.draw(st.sampled_from([2.0, 9.0, 60.0]))
    ux, uy = TABLE[aim].tolist()
    bodies = [Body(px, py, 0)]
    for _ in range(data.draw(st.integers(1, 4))):
        ahead = range_u * data.draw(st.sampled_from([0.5, 0.25, 1.0, 0.0, -0.1]))
        aside = data.draw(st.sampled_from([1.0, -1.0, 0.5, 0.0])) * (RADIUS + BODY)
        nudge = data.draw(st.sampled_from(NUDGES))
        if aside == 0.0:
            ahead += data.draw(st.sampled_from([0.0, RADIUS + BODY])) + nudge
        else:
            aside += nudge
        team, alive = data.draw(st.sampled_from([(1, True)] * 3 + [(0, True), (1, False)]))
        bodies.append(Body(px + ux * ahead - uy * aside, py + uy * ahead + ux * aside, team, alive))
    terrain = ground(width, height, walls)
    static = data.draw(st.integers(0, len(walls)))
    health = tuple(data.draw(st.sampled_from([0.0, 50.0])) for _ in range(len(walls) + 1))
    made = shone(
        bodies,
        [aim],
        terrain,
        range_u=range_u,
        friendly=friendly,
        static=static,
        health=health,
        cell_u=cell_u,
        drift=drift,
    )
    rows = [(index, in_grid(terrain, index)) for index in range(len(walls))]
    stops = [(index, wall) for index, wall in rows if that_block([wall], BLOCKS_SHOTS)]
    size = (width, height)
    step = (float(TABLE[aim, 0] * range_u), float(TABLE[aim, 1] * range_u))
    possible = may_meet(0, step, RADIUS, BODY, bodies, friendly > 0.0, stops, size)
    assert_first(made, range_u, possible, static, health)


def in_grid(terrain: Terrain, index: int) -> tuple[float, ...]:
    """A wall as the terrain has it (which sorts them), as numbers."""
    wall = terrain.walls[index]
    heading = int(np.flatnonzero(((wall["ux"], wall["uy"]) == TABLE).all(axis=1))[0])
    shape = tuple(float(wall[name]) for name in ("x_u", "y_u", "hx_u", "hy_u", "radius_u"))
    return (*shape, heading, int(wall["blocks"]))


def assert_first(
    made: SimpleNamespace,
    range_u: float,
    possible: dict[tuple[str, int], tuple[float, float]],
    static: int,
    health: tuple[float, ...],
) -> None:
    """What was met is possible at that length, and nothing must have been met before."""
    share = float(made.length_u[0]) / range_u
    latest = min((late for _, late in possible.values()), default=inf)
    assert share <= min(latest, 1.0) + 1e-9
    hits, knocks = made.hits[: made.hit_count[0]], made.knocks[: made.knock_count[0]]
    assert len(hits) + len(knocks) <= 1
    if len(hits):
        met = [("body", int(hits[0]["victim"]))]
    elif len(knocks):
        row = int(knocks[0]["obstacle"])
        assert health[row] > 0.0
        met = [("wall", static + row)]
        assert knocks[0].item() == (row, 0, 3.0 * 2 * 1.5)
    else:
        # A wall that cannot be hurt, the world's edge, or nothing.
        met = [
            what
            for what in possible
            if what[0] == EDGE
            or (what[0] == "wall" and (what[1] < static or health[what[1] - static] <= 0.0))
        ]
        if share >= 1.0 - 1e-9:
            return
    allowed = [possible[what] for what in met if what in possible]
    assert any(early - 1e-9 <= share <= late + 1e-9 for early, late in allowed), (met, possible)


OPEN = ground(40.0, 24.0, [])
ME = Body(10.0, 12.0, 0)


def test_a_hit_says_who_did_it_how_and_from_where() -> None:
    made = shone([ME, Body(14.0, 12.0, 1), Body(17.0, 12.0, 1)], [0], OPEN)
    assert made.hit_count[0] == 1
    hit = made.hits[0]
    facts = [int(hit[name]) for name in ("victim", "attacker", "cause", "slot", "flags")]
    assert facts == [1, 0, 1, 2, 0]
    assert (hit["amount_hp"], hit["moment"]) == (3.0 * 2 * 1.5, 1.0)
    assert (hit["from_x_u"], hit["from_y_u"]) == (10.0, 12.0)
    assert made.length_u[0] == pytest.approx(4.0 - RADIUS - BODY, abs=1e-12)
    assert made.seen_until_tick.tolist() == [TICK + 1 + REVEAL, 7, 7]


def test_the_tick_of_the_cast_does_not_shine() -> None:
    made = shone([ME, Body(14.0, 12.0, 1)], [0], OPEN, since_tick=[TICK, TICK])
    assert (made.hit_count[0], made.length_u[0], made.seen_until_tick[0]) == (0, 0.0, 7)


@pytest.mark.parametrize(("friendly", "victim"), [(0.0, 2), (0.1, 1)])
def test_friends_are_in_the_way_only_where_they_can_be_hurt(friendly: float, victim: int) -> None:
    bodies = [ME, Body(13.0, 12.0, 0), Body(16.0, 12.0, 1)]
    assert shone(bodies, [0], OPEN, friendly=friendly).hits["victim"][0] == victim


def test_at_the_same_time_the_wall_is_first_and_then_the_lower_row() -> None:
    twins = [ME, Body(14.0, 12.0, 2), Body(14.0, 12.0, 1)]
    assert shone(twins, [0], OPEN).hits["victim"][0] == 1
    # Both are met at x = 13.25, which is exact.
    wall = ground(40.0, 24.0, [(14.0, 12.0, 0.5, 3.0, 0.0)])
    assert shone([ME, Body(14.0, 12.0, 1)], [0], wall).hit_count[0] == 0


@pytest.mark.parametrize(("blocks", "hits"), [(BLOCKS_SHOTS, 0), (BLOCKS_MOVE | BLOCKS_SIGHT, 1)])
def test_only_what_stops_shots_stops_a_beam(blocks: int, hits: int) -> None:
    wall = ground(40.0, 24.0, [(12.0, 12.0, 0.25, 3.0, 0.0, 0, blocks)])
    assert shone([ME, Body(14.0, 12.0, 1)], [0], wall).hit_count[0] == hits


def test_a_beam_ends_at_the_edge_of_the_world_and_at_its_range() -> None:
    assert shone([ME], [2048], OPEN, range_u=60.0).length_u[0] == pytest.approx(10.0, abs=1e-9)
    assert shone([ME], [0], OPEN, range_u=7.0).length_u[0] == 7.0
    beyond = Body(10.0 + 7.0 + RADIUS + BODY + 1e-9, 12.0, 1)
    assert shone([ME, beyond], [0], OPEN, range_u=7.0).hit_count[0] == 0


def test_bodies_are_found_that_were_pushed_since_the_grid_was_built() -> None:
    bodies = [ME, Body(14.0, 12.0, 1)]
    assert shone(bodies, [0], OPEN, cell_u=1.0, drift=3.0).hit_count[0] == 1


def test_full_reports_drop_and_count() -> None:
    bodies = [ME, Body(14.0, 12.0, 1)]
    assert shone(bodies, [0], OPEN, room=0).hits_refused[0] == 1
    crate = ground(40.0, 24.0, [(12.0, 12.0, 0.5, 0.5, 0.0)])
    made = shone(bodies, [0], crate, static=0, room=0)
    assert (made.knocks_refused[0], made.hits_refused[0]) == (1, 0)


def test_two_beams_hurt_each_other_in_one_tick() -> None:
    made = shone([ME, Body(14.0, 12.0, 1)], [0, 2048], OPEN)
    hits = made.hits[: made.hit_count[0]]
    assert list(zip(hits["victim"].tolist(), hits["attacker"].tolist(), strict=True)) == [
        (1, 0),
        (0, 1),
    ]
