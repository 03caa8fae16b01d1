"""Shapes of Tiled against another way of computing where they are: complex numbers and libm."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfall.maps.shapes import degrees_of, heading_of, heading_towards, walls
from ringfall.maps.writing import Drawing
from schema.directions import TABLE
from schema.tiled import TiledMap, TiledObject, Wall

degrees = st.one_of(
    st.floats(-3600, 3600),
    st.integers(-3600, 3600).map(float),
    st.integers(0, 8191).map(lambda half: half * 360 / 8192),
)
lengths = st.floats(1, 2000)
places = st.floats(0, 30000)
HALF_STEP = math.pi / 4096
"""What rounding a turn to the nearest direction may cost, in radians."""


def shape(**given: Any) -> TiledObject:
    plain = {"id": 1, "name": "", "width": 0, "height": 0, "rotation": 0, "type": ""}
    return TiledObject.model_validate(plain | given)


def corners(wall: Wall) -> list[complex]:
    """The corners of the core of a wall, in pixels, from the numbers of its row and libm."""
    cx, cy, hx, hy, _, heading, _ = wall
    turn = cmath.exp(1j * math.tau * heading / 4096)
    around = (-1 - 1j, 1 - 1j, 1 + 1j, -1 + 1j)
    return [32 * (complex(cx, cy) + turn * complex(hx * at.real, hy * at.imag)) for at in around]


@given(x=places, y=places, w=lengths, h=lengths, turn=degrees)
def test_a_rectangle_has_its_corners_where_tiled_draws_them(
    x: float, y: float, w: float, h: float, turn: float
) -> None:
    (wall,) = walls(shape(x=x, y=y, width=w, height=h, rotation=turn))
    drawn = cmath.exp(1j * math.radians(turn))
    for found, at in zip(corners(wall), (0, w, complex(w, h), 1j * h), strict=True):
        # The corner it turns about does not move, the others by their distance from it.
        assert abs(found - (complex(x, y) + drawn * at)) <= abs(at) * HALF_STEP * 1.001 + 1e-6


@given(x=places, y=places, w=lengths, turn=degrees)
def test_a_circle_turns_about_the_corner_of_its_box(
    x: float, y: float, w: float, turn: float
) -> None:
    ((cx, cy, hx, hy, r, heading, blocks),) = walls(
        shape(x=x, y=y, width=w, height=w, rotation=turn, ellipse=True), 5
    )
    assert (hx, hy, heading, blocks) == (0, 0, 0, 5)
    assert r == w / 64
    middle = complex(x, y) + cmath.exp(1j * math.radians(turn)) * complex(w, w) / 2
    assert abs(32 * complex(cx, cy) - middle) <= w * HALF_STEP + 1e-6


@given(x=places, y=places, w=lengths, h=lengths, turn=degrees)
def test_a_capsule_is_its_rectangle_rounded_off(
    x: float, y: float, w: float, h: float, turn: float
) -> None:
    plain: dict[str, Any] = {"x": x, "y": y, "width": w, "height": h, "rotation": turn}
    (box,), (capsule,) = walls(shape(**plain)), walls(shape(**plain, capsule=True))
    assert (capsule[0], capsule[1], capsule[5]) == (box[0], box[1], box[5])
    assert min(capsule[2:4]) == 0
    assert capsule[4] == min(w, h) / 64
    assert capsule[2] + capsule[4] == pytest.approx(box[2])
    assert capsule[3] + capsule[4] == pytest.approx(box[3])


points = st.tuples(st.floats(-900, 900), st.floats(-900, 900))


@given(x=places, y=places, steps=st.lists(points, min_size=2, max_size=6), turn=degrees)
def test_a_line_is_a_segment_an_edge(
    x: float, y: float, steps: list[tuple[float, float]], turn: float
) -> None:
    line = [{"x": dx, "y": dy} for dx, dy in steps]
    rows = walls(shape(x=x, y=y, rotation=turn, polyline=line), 1, 0.5)
    assert len(rows) == len(steps) - 1
    turned = cmath.exp(1j * math.radians(turn))
    drawn = [complex(x, y) + turned * complex(*step) for step in steps]
    for row, a, b in zip(rows, drawn, drawn[1:], strict=False):
        assert row[3:5] == (0, 0.25)
        assert row[6] == 1
        start, end = corners(row)[0], corners(row)[1]
        slack = HALF_STEP * (abs(b - a) / 2 + 1300) + 1e-6  # of the edge, and of the whole line
        assert abs(start - a) <= slack
        assert abs(end - b) <= slack


@pytest.mark.parametrize("heading", range(0, 4096, 7))
def test_headings_and_degrees_are_two_names_of_one_thing(heading: int) -> None:
    assert heading_of(degrees_of(heading)) == heading
    assert heading_of(degrees_of(heading) - 360) == heading
    assert heading_of(degrees_of(heading) + 0.0439) == heading
    assert heading_of(degrees_of(heading) + 0.0440) == (heading + 1) % 4096
    assert heading_towards(*(3.7 * TABLE[heading])) == heading


@given(dx=st.floats(-1e6, 1e6), dy=st.floats(-1e6, 1e6))
def test_a_vector_heads_to_the_nearest_direction(dx: float, dy: float) -> None:
    if abs(dx) + abs(dy) < 1e-300:
        return
    exact = math.atan2(dy, dx) * 4096 / math.tau
    away = (heading_towards(dx, dy) - exact + 2048) % 4096 - 2048
    assert abs(away) <= 0.5 + 1e-6


@given(
    cx=st.floats(20, 80),
    cy=st.floats(20, 80),
    w=st.floats(0.5, 12),
    h=st.floats(0.5, 12),
    heading=st.integers(0, 4095),
)
def test_what_is_drawn_reads_back_where_it_was(
    cx: float, cy: float, w: float, h: float, heading: int
) -> None:
    drawing = Drawing("m", 100, 100, 2)
    drawing.box("walls", "box", cx, cy, w, h, heading)
    drawing.line("walls", "line", [(cx, cy), (cx + w, cy - h)], thickness_u=1.0)
    drawing.circle("walls", "stone", cx, cy, w / 2, blocks="move")
    tiled = TiledMap.model_validate(drawing.document())
    (box,), (line,), (stone,) = (walls(thing) for thing in tiled.layers[0].objects or ())
    assert box[5] == heading
    # Files hold eighths of a pixel.
    assert np.allclose(box[:5], (cx, cy, w / 2, h / 2, 0), atol=0.006)
    assert np.allclose(line[:2], (cx + w / 2, cy - h / 2), atol=0.006)
    assert np.allclose(stone[:5], (cx, cy, 0, 0, w / 2), atol=0.006)
