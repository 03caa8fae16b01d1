# ruff: noqa: E501 - golden texts stay on one line
"""`ringfall map check`: every finding provoked once, and nothing found where all is well."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfall.datapack import shipped_data
from ringfall.maps.checking import Report, check
from ringfall.maps.choosing import find_map
from ringfall.maps.ground import DIAGONAL_U, GRID_U, box_of, distance, walking_distance
from ringfall.maps.reading import resolve
from ringfall.maps.writing import Drawing
from schema.tiled import TiledMap

Draw = Callable[[Drawing], None]


def judged(*draws: Draw, spawns: int = 6, loot: bool = True) -> Report:
    """The verdict on a field of 60 by 60 u with a row of spawns, loot before each, and more."""
    drawing = Drawing("Field", 60, 60, 2)
    for index in range(spawns):
        drawing.point("spawns", "", 5 + 10 * index, 10)
    for index in range(9 if loot else 0):
        place = (8 + 20 * (index % 3), 14 + 18 * (index // 3))
        drawing.point("loot", "", *place, table="common")
    for draw in draws:
        draw(drawing)
    return check(resolve(TiledMap.model_validate(drawing.document())), 0.5)


def texts(report: Report) -> list[str]:
    return [f"{v.level} {v.kind}: {v.finding.message}" for v in report.verdicts]


def ring(drawing: Drawing, x: float, y: float, layer: str = "walls") -> None:
    """Four walls (or crates) around a place, with no way out."""
    for side in (-1, 1):
        drawing.box(layer, "ring", x + side * 3, y, 1, 7)
        drawing.box(layer, "ring", x, y + side * 3, 5 if layer == "crates" else 7, 1)


def wall(x: float, y: float, w: float, h: float, **more: Any) -> Draw:
    return lambda drawing: drawing.box("walls", "wall", x, y, w, h, **more)


def crate(x: float, y: float, side: float = 1.5) -> Draw:
    return lambda drawing: drawing.box("crates", "crate", x, y, side, side)


def spawn(x: float, y: float) -> Draw:
    return lambda drawing: drawing.point("spawns", "", x, y)


def loot(x: float, y: float) -> Draw:
    return lambda drawing: drawing.point("loot", "", x, y, table="rare")


def test_a_field_is_good() -> None:
    report = judged(wall(30, 30, 4, 2), crate(40, 40), lambda d: d.circle("bushes", "", 20, 30, 2))
    assert texts(report) == []
    assert report.facts["walls"] == 1
    assert report.facts["loot"] == 9


FINDINGS: list[tuple[list[Draw], str]] = [
    ([spawn(30, 30), wall(30, 30, 4, 4)], "error spawn: a body does not fit here: 0.00 u"),
    ([spawn(30, 30), crate(30, 30)], "error spawn: a body does not fit here: 0.00 u"),
    ([spawn(30, 30), lambda d: ring(d, 30, 30)], "error spawn: no way leads from here"),
    ([loot(30, 30), lambda d: ring(d, 30, 30)], "error unreachable: no way leads from the spawns to this loot"),
    ([crate(30, 30), lambda d: ring(d, 30, 30)], "error unreachable: no way leads from the spawns to this crate"),
    ([loot(30, 30), lambda d: ring(d, 30, 30, "crates")], "warning shut in: the way from the spawns to this loot is shut by crates"),
    ([crate(30, 30), lambda d: ring(d, 30, 30, "crates")], "warning shut in: the way from the spawns to this crate is shut by crates"),
    ([spawn(30, 30), lambda d: ring(d, 30, 30, "crates")], "warning shut in: the way from here to the other spawns is shut by crates"),
    ([wall(30, 30, 6, 6), wall(31, 30, 2, 2)], 'warning swallowed: lies within a wall that stops as much: id 16 "wall"'),
    ([wall(30, 30, 6, 6), lambda d: d.circle("walls", "", 31, 30, 1)], "warning swallowed"),
    ([wall(30, 30, 2, 2), wall(30, 30, 2, 2)], "warning swallowed"),
    ([wall(30, 30, 4, 4), crate(31, 30)], "error in a wall: the middle of this crate is inside a wall"),
    ([wall(30, 30, 4, 4), loot(31, 30)], "error in a wall: this loot place is inside a wall"),
    ([wall(30, 30, 4, 4), lambda d: d.circle("bushes", "", 31, 30, 3)], "warning in a wall: the middle of this bush is inside a wall"),
    ([crate(30, 30, 4), crate(31, 30)], 'warning overlap: stands inside another crate: id 16 "crate"'),
    ([spawn(6, 10)], "error unfair: 1.0 u to the nearest other spawn, the median is 10.0 u: more than 2.5 times less"),
    ([spawn(30, 30.5), wall(30, 32, 4, 1.5)], "warning narrow: only 0.75 u of room here, 1 u is good"),
]  # fmt: skip


@pytest.mark.parametrize(("draws", "expected"), FINDINGS)
def test_what_is_wrong_is_found(draws: list[Draw], expected: str) -> None:
    found = texts(judged(*draws))
    assert any(text.startswith(expected) for text in found), found


def test_a_long_walk_to_loot_is_unfair() -> None:
    # A lane along the right edge, open only at its far end.
    report = judged(spawn(57, 55), wall(54, 40, 0.75, 40))
    (found,) = texts(report)
    assert found.startswith("error unfair: ")
    assert found.endswith("is usual: more than 3 times as far")


def test_a_low_wall_within_a_tall_one_is_swallowed_but_not_the_other_way() -> None:
    low, tall = wall(30, 30, 2, 2, blocks="move"), wall(30, 30, 6, 6)
    assert any("swallowed" in text for text in texts(judged(low, tall)))
    low, tall = wall(30, 30, 3, 3, blocks="move"), wall(30, 30, 2, 2)
    assert texts(judged(low, tall)) == []


def test_what_stops_no_body_is_no_obstacle() -> None:
    veil = wall(30, 30, 4, 4, blocks="sight shots")
    assert texts(judged(veil, loot(30, 30), crate(31, 31))) == []


def test_loot_is_wanted_everywhere() -> None:
    assert texts(judged(loot=False)) == ["warning density: there is no loot at all"]
    lonely = [text for text in texts(judged(loot(8, 14), loot=False)) if "density" in text]
    assert lonely == [
        "warning density: 0.50 loot places a player, 1 is good",
        "warning density: 89% of the squares of 20 x 20 u hold no loot, up to 25% is good",
    ]


def test_a_map_that_does_not_resolve_has_only_those_errors() -> None:
    report = judged(lambda d: d.circle("crates", "", 30, 30, 2))
    assert texts(report) == ["error unreadable: a crate must be a rectangle, not a ellipse"]
    assert report.facts == {}


@pytest.mark.parametrize("name", ["caldera", "millrace"])
def test_the_shipped_maps_are_good(name: str) -> None:
    report = check(find_map(shipped_data() / "maps", name).resolved, 0.5)
    assert texts(report) == []


def test_facts_are_what_can_be_counted_by_hand() -> None:
    facts = judged(spawns=3).facts
    assert (facts["neighbour_u_min"], facts["neighbour_u_max"]) == (10, 10)
    assert facts["clearance_u_min"] == 5
    assert facts["loot_per_player"] == 4.5
    assert facts["loot_per_square"] == 1
    assert facts["loot_empty_share"] == 0


# --- what the judgement rests on ------------------------------------------------------------


def slow_distance(free: npt.NDArray[np.bool_], sources: list[tuple[int, int]]) -> Any:
    """The twin of `walking_distance`: Dijkstra from the cells around the sources."""
    far = np.full(free.shape, np.inf)
    queue: list[tuple[float, int, int]] = []
    rows, columns = free.shape

    def reach(row: int, column: int, length: float) -> None:
        inside = 0 <= row < rows and 0 <= column < columns
        if inside and free[row, column] and length < far[row, column]:
            far[row, column] = length
            heappush(queue, (length, row, column))

    steps = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    for row, column in sources:
        for dy, dx in steps:
            reach(row + dy, column + dx, GRID_U)
    while queue:
        length, row, column = heappop(queue)
        for dy, dx in steps:
            reach(row + dy, column + dx, length + (DIAGONAL_U if dy and dx else GRID_U))
    return far


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_walking_distance_is_the_shortest_way(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(2, 12)), data.draw(st.integers(2, 12))
    cells = data.draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    free = np.array(cells).reshape(rows, columns)
    places = st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1))
    sources = data.draw(st.lists(places, min_size=1, max_size=3))
    points = [((column + 0.5) * GRID_U, (row + 0.5) * GRID_U) for row, column in sources]
    assert np.allclose(walking_distance(free, points), slow_distance(free, sources))


@given(
    heading=st.integers(0, 4095),
    half=st.tuples(st.floats(0, 9), st.floats(0, 9), st.floats(0.01, 3)),
    polar=st.tuples(st.floats(0, 20), st.floats(0, math.tau)),
)
def test_distance_to_a_turned_box(
    heading: int, half: tuple[float, float, float], polar: tuple[float, float]
) -> None:
    hx, hy, r = half
    # In the frame of the box the point is at a known place; the box is turned by complex numbers.
    x, y = polar[0] * math.cos(polar[1]), polar[0] * math.sin(polar[1])
    place = complex(x, y) * complex(math.cos(a := heading * math.tau / 4096), math.sin(a))
    expected = math.hypot(max(abs(x) - hx, 0), max(abs(y) - hy, 0)) - r
    box = box_of(50.0, 40.0, hx, hy, r, heading)
    assert float(distance(box, 50 + place.real, 40 + place.imag)) == pytest.approx(
        expected, abs=1e-9
    )
