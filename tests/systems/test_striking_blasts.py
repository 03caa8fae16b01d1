"""Blasts against what asking every wall and every body says, at the rim and along grazing lines."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import BLAST, CAUSE_BLAST, EVENT_RECORD, HIT_RECORD, NOBODY
from systems.kernels.striking import detonate
from systems.rules import Terrain
from tests.oracle.strikes import Body, Place, reached
from tests.systems.contact import HEADINGS, NUDGES, Room, Wall, paths_at, rooms
from tests.systems.ground import assert_table, crowd_columns, ground, terrain_columns
from tests.systems.kernel_calls import call

BODY = 0.5
TICK = 500


def blown(
    terrain: Terrain,
    blasts: list[tuple[float, float, int, int]],
    bodies: list[Body],
    grid_places: list[Place],
    radius: float,
    hit_room: int = 64,
    event_room: int = 64,
    cell_u: float = 4.0,
) -> SimpleNamespace:
    return call(
        detonate,
        count=len(blasts),
        tick=TICK,
        owner=[owner for _, _, owner, _ in blasts],
        fire_tick=[fires for _, _, _, fires in blasts],
        x_u=[x for x, _, _, _ in blasts],
        y_u=[y for _, y, _, _ in blasts],
        radius_u=radius,
        damage_hp=34.0,
        body_radius_u=BODY,
        gone=[0] * len(blasts),
        hits=np.zeros(hit_room, HIT_RECORD),
        hit_count=0,
        hits_refused=0,
        events=np.zeros(event_room, EVENT_RECORD),
        event_count=0,
        events_refused=0,
        **crowd_columns(terrain, bodies, grid_places, cell_u),
        **terrain_columns(terrain),
    )


@st.composite
def blast_scenes(
    draw: st.DrawFn, walls: list[Wall], radius: float
) -> tuple[Place, list[Body], list[Place]]:
    """A blast beside a wall; bodies at its very rim, and along lines that graze the walls."""
    x, y, _, _ = draw(paths_at(walls, 0.125, 7.3))
    bodies, grid_places = [], []
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            ux, uy = draw(st.sampled_from(HEADINGS))
            away = draw(st.sampled_from([radius + BODY, radius + BODY, 0.5 * radius, 0.0]))
            away += draw(st.sampled_from(NUDGES))
            place = (x + ux * away, y + uy * away)
        else:
            # Where a line that touches a wall ends; the line begins at the blast if it can.
            px, py, dx, dy = draw(paths_at(walls, 0.0, radius))
            place = (px + dx, py + dy)
            if not bodies:
                x, y = px, py
        sx, sy = draw(st.sampled_from([(0.0, 0.0), (0.5, -0.25), (-2.0, 1.0)]))
        alive = draw(st.sampled_from([True, True, True, False]))
        bodies.append(Body(place, place, alive))
        grid_places.append((place[0] + sx, place[1] + sy))
    return (x, y), bodies, grid_places


@settings(max_examples=300)
@given(
    st.data(),
    rooms(BODY, 3),
    st.sampled_from([3.5, 0.5, 30.0]),
    st.sampled_from([1.0, 4.0, 7.9]),
)
def test_a_blast_hurts_those_in_reach_that_no_wall_hides(
    data: st.DataObject, scene: Room, radius: float, cell_u: float
) -> None:
    width, height, walls = scene
    (x, y), bodies, grid_places = data.draw(blast_scenes(walls, radius))
    blasts = [(x, y, 3, TICK), (x, y, 1, TICK + 1), (x, y, 0, TICK - 5)]
    made = blown(ground(width, height, walls), blasts, bodies, grid_places, radius, cell_u=cell_u)
    must, may = reached((x, y), radius, BODY, bodies, walls)
    hits = made.hits[: made.hit_count[0]].tolist()
    for owner in (3, 0):
        victims = [victim for victim, attacker, *_ in hits if attacker == owner]
        assert must <= set(victims) <= may
        assert len(victims) == len(set(victims))
    assert {hit[1:] for hit in hits} <= {(3, 34.0, 1.0, CAUSE_BLAST), (0, 34.0, 1.0, CAUSE_BLAST)}
    assert made.gone.tolist() == [1, 0, 1]
    size = min(int(radius * 4), 255)
    assert made.events[: made.event_count[0]].tolist() == [
        (BLAST, owner, NOBODY, x, y, size) for owner in (3, 0)
    ]


@given(st.integers(0, 7), st.integers(0, 3))
def test_full_tables_count_what_blasts_would_have_reported(hit_room: int, event_room: int) -> None:
    terrain = ground(40.0, 40.0, [])
    bodies = [Body((20.0 + row, 20.0), (20.0 + row, 20.0)) for row in range(3)]
    places = [body.place for body in bodies]
    blasts = [(20.0, 21.0, 0, TICK), (22.0, 19.0, 1, TICK)]
    whole = blown(terrain, blasts, bodies, places, 3.5)
    assert (whole.hit_count[0], whole.event_count[0]) == (6, 2)  # the owners' own bodies too
    cut = blown(terrain, blasts, bodies, places, 3.5, hit_room, event_room)
    assert_table(cut.hits, cut.hit_count, cut.hits_refused, 0, whole.hits[:6].tolist())
    assert_table(cut.events, cut.event_count, cut.events_refused, 0, whole.events[:2].tolist())
    assert cut.gone.tolist() == [1, 1]
