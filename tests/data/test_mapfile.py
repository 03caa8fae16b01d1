# ruff: noqa: E501 - golden texts stay on one line
"""Tiled maps: what the shipped ones promise, what is refused and where, and whether bodies fit."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ringfall.datapack import load_datapack, map_names, shipped_data
from ringfall.documents import DataError, Finding, locate, parse_document, validate
from ringfall.maps.ground import clearance, connect
from ringfall.maps.reading import resolve
from schema.tiled import MapModel, TiledMap

# --- the shipped maps -----------------------------------------------------------------------

SHIPPED = ("caldera", "millrace")
Rounded = tuple[float, ...]
"""cx, cy, hx, hy, r, heading, and whatever follows."""


@pytest.fixture(scope="module")
def caldera() -> MapModel:
    return load_datapack().map


@pytest.fixture(scope="module", params=SHIPPED)
def world(request: pytest.FixtureRequest) -> MapModel:
    return load_datapack(map_name=request.param).map


def spine(wall: Rounded) -> npt.NDArray[np.float64]:
    """Points on the outline of a wall's core, at most 0.1 u apart: f64[n, 2]."""
    cx, cy, hx, hy, _, heading = wall[:6]
    angle = heading * math.tau / 4096
    across = np.linspace(-hx, hx, 2 + int(20 * hx)), np.linspace(-hy, hy, 2 + int(20 * hy))
    rows = [(x, side * hy) for x in across[0] for side in (-1, 1)]
    rows += [(side * hx, y) for y in across[1] for side in (-1, 1)]
    x, y = np.array(rows).T
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray((turn @ (x, y)).T) + np.array((cx, cy))


def gap(a: Rounded, b: Rounded) -> float:
    """Distance between two rounded boxes, in units; not positive when they touch.

    Exact where both stand straight, otherwise from points along their outlines.
    """
    if a[5] == b[5] == 0:
        dx = max(abs(a[0] - b[0]) - a[2] - b[2], 0.0)
        dy = max(abs(a[1] - b[1]) - a[3] - b[3], 0.0)
        return math.hypot(dx, dy) - a[4] - b[4]
    far = math.dist(a[:2], b[:2]) - math.hypot(*a[2:4]) - math.hypot(*b[2:4]) - a[4] - b[4]
    if far > 10:
        return far
    return min(min(room(p, b) for p in spine(a)) - a[4], min(room(p, a) for p in spine(b)) - b[4])


def room(point: Sequence[float], wall: Rounded) -> float:
    """Distance from a point to a rounded box, turned the textbook way; zero or less inside."""
    cx, cy, hx, hy, r, heading = wall[:6]
    angle = -heading * math.tau / 4096
    x, y = point[0] - cx, point[1] - cy
    along = math.cos(angle) * x - math.sin(angle) * y
    across = math.sin(angle) * x + math.cos(angle) * y
    return math.hypot(max(abs(along) - hx, 0.0), max(abs(across) - hy, 0.0)) - r


def solid(world: MapModel) -> list[Rounded]:
    return [wall for wall in world.walls if wall[6] & 1]


def test_walls_touch_or_leave_room_to_pass(caldera: MapModel) -> None:
    walls = solid(caldera)
    cracks = [(a, b) for a, b in combinations(walls, 2) if 0.011 < gap(a, b) < 2.45]
    straight = [wall for wall in walls if wall[5] == 0]
    cracks += [(a, b) for a, b in combinations(straight, 2) if 1e-9 < gap(a, b) < 2.5]
    assert not cracks
    for cx, cy, hx, hy, r, *_ in straight:
        for space in (cx - hx - r, cy - hy - r, 160 - cx - hx - r, 160 - cy - hy - r):
            assert space == 0 or space >= 2.5


def test_the_maps_are_for_their_players(caldera: MapModel) -> None:
    assert sorted(SHIPPED) == map_names()
    assert caldera.players_max >= 128
    assert load_datapack(map_name="millrace").map.players_max >= 50


def test_spawns_are_many_and_apart_and_clear(world: MapModel) -> None:
    assert len(world.spawns) >= world.players_max
    assert min(math.dist(a, b) for a, b in combinations(world.spawns, 2)) >= 6
    crates = [(cx, cy, hx, hy, 0.0, heading) for cx, cy, hx, hy, heading in world.crates]
    for x, y in world.spawns:
        assert min(room((x, y), wall) for wall in [*solid(world), *crates]) >= 1
        assert min(x, y, world.width_u - x, world.height_u - y) >= 1


def test_both_halves_are_the_same_turned_round(caldera: MapModel) -> None:
    # Half a turn makes no difference to a rounded box.
    straight = {(*w[:5], w[6]) for w in caldera.walls if w[5] % 2048 == 0}
    assert len(straight) > 300
    assert {(160 - x, 160 - y, *rest) for x, y, *rest in straight} == straight
    assert {(160 - x, 160 - y) for x, y in caldera.spawns} == set(caldera.spawns)
    assert {(160 - x, 160 - y, r) for x, y, r in caldera.bushes} == set(caldera.bushes)
    assert {(160 - x, 160 - y, table) for x, y, table in caldera.loot} == set(caldera.loot)
    # A turned shape is written by its corner, in eighths of a pixel.
    for wall in caldera.walls:
        there = (160 - wall[0], 160 - wall[1])
        assert min(math.dist(there, other[:2]) for other in caldera.walls) < 0.008


def test_everything_a_match_needs_is_there(world: MapModel) -> None:
    assert len(world.loot) >= world.players_max
    assert min(len(world.bushes), len(world.crates)) >= 40
    assert {blocks for *_, blocks in world.walls} >= {1, 3, 4, 7}
    assert len({heading for *_, heading, _ in world.walls}) >= 20
    assert {table for *_, table in world.loot} == {"common", "weapons", "medical", "rare"}


def test_cover_is_everywhere(caldera: MapModel) -> None:
    for x in range(8, 160, 8):
        for y in range(8, 160, 8):
            near = min(room((x, y), wall) for wall in caldera.walls)
            assert near < 8, f"no cover within 8 u of {x}, {y}"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_file_has_what_tiled_needs(name: str) -> None:
    document = json.loads((shipped_data() / f"maps/{name}.tmj").read_text("utf-8"))
    assert document["type"] == "map"
    assert document["renderorder"] == "right-down"
    assert document["tilesets"] == []
    assert isinstance(document["version"], str)
    assert isinstance(document["tiledversion"], str)
    ids = [shape["id"] for layer in document["layers"] for shape in layer["objects"]]
    assert len(set(ids)) == len(ids)
    assert document["nextobjectid"] > max(ids)
    assert document["nextlayerid"] > max(layer["id"] for layer in document["layers"])
    for layer in document["layers"]:
        assert layer.keys() >= {"draworder", "opacity", "visible", "x", "y"}
        assert all({"type", "visible"} <= shape.keys() for shape in layer["objects"])


# --- refusals -------------------------------------------------------------------------------


def shape(
    number: int, x: float, y: float, w: float = 0, h: float = 0, **more: Any
) -> dict[str, Any]:
    """An object as Tiled writes it; lengths in units."""
    lengths = {"x": x * 32, "y": y * 32, "width": w * 32, "height": h * 32}
    return {"id": number, "name": "", "rotation": 0, "type": "", "visible": True} | lengths | more


def small_map(*walls: dict[str, Any], spawns: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A map of 20 by 20 units with two spawns in opposite corners."""
    if spawns is None:
        spawns = [shape(90, 2, 2, point=True), shape(91, 18, 18, point=True)]
    layers = [
        {"id": 1, "name": "walls", "type": "objectgroup", "objects": list(walls)},
        {"id": 2, "name": "spawns", "type": "objectgroup", "objects": spawns},
    ]
    properties = [{"name": "name", "value": "small"}, {"name": "players_max", "value": 2}]
    frame = {"type": "map", "version": "1.10", "orientation": "orthogonal", "infinite": False}
    size = {"width": 20, "height": 20, "tilewidth": 32, "tileheight": 32}
    return frame | size | {"layers": layers, "properties": properties}


def problems(table: dict[str, Any], radius_u: float = 0.5) -> list[str]:
    """Errors of a map, each `text under the place it points at | message`."""
    text = json.dumps(table)
    document = parse_document("m", text.encode(), "json")
    try:
        resolved = resolve(validate(document, TiledMap))
    except DataError as error:
        found = list(error.problems)
    else:
        found = locate(document, resolved.findings + clearance(resolved, radius_u))
        assert (resolved.map is None) == bool(resolved.findings)
    assert all(problem.line == 1 for problem in found)
    return [f"{text[p.column - 1 :][:14]} | {p.key}: {p.message}" for p in found]


def test_a_small_map_resolves_to_units() -> None:
    table = small_map(shape(1, 5, 6, 2, 1), shape(2, 9, 9, 3, 3, ellipse=True))
    resolved = resolve(TiledMap.model_validate(table))
    assert resolved.findings == []
    assert resolved.map == MapModel(
        name="small",
        width_u=20,
        height_u=20,
        players_max=2,
        walls=((6.0, 6.5, 1.0, 0.5, 0.0, 0, 7), (10.5, 10.5, 0.0, 0.0, 1.5, 0, 7)),
        spawns=((2.0, 2.0), (18.0, 18.0)),
    )


O = "layers[0].objects[0]"  # noqa: E741
REFUSED_SHAPES = [
    (
        {"rotation": 3601},
        f'3601, "type":  | {O}.rotation (id 1 "hut"): must be a number from -3600 to 3600, is 3601',
    ),
    (
        {"rotation": 45, "x": 16, "y": 0},
        f'{{"id": 1, "nam | {O} (id 1 "hut"): reaches beyond the world of 640 x 640 px',
    ),
    ({"width": 0}, f'0, "height": 3 | {O}.width (id 1 "hut"): must be at least 1 px, is 0'),
    ({"height": -4}, f'-4}}]}}, {{"id":  | {O}.height (id 1 "hut"): must be at least 1 px, is -4'),
    (
        {"ellipse": True, "height": 33},
        f'33, "ellipse": | {O}.height (id 1 "hut"): a round wall needs the height of its width (32), is 33',
    ),
    ({"x": 640}, f'{{"id": 1, "nam | {O} (id 1 "hut"): reaches beyond the world of 640 x 640 px'),
    ({"y": -1}, f'{{"id": 1, "nam | {O} (id 1 "hut"): reaches beyond the world of 640 x 640 px'),
    (
        {"x": 1e308, "width": 1e308},
        f'{{"id": 1, "nam | {O} (id 1 "hut"): reaches beyond the world of 640 x 640 px',
    ),
    (
        {"polygon": []},
        f'{{"id": 1, "nam | {O} (id 1 "hut"): a wall must be a rectangle, circle, capsule or polyline, not a polygon',
    ),
    ({"polyline": []}, f'{O}.polyline (id 1 "hut"): needs at least 2 points, has 0'),
    ({"polyline": [{"x": 0, "y": 0}]}, "needs at least 2 points, has 1"),
    (
        {"polyline": [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 9, "y": 0}]},
        f'{{"x": 9, "y":  | {O}.polyline[2] (id 1 "hut"): lies on the point before it',
    ),
    (
        {"polyline": [{"x": 0, "y": 0}, {"x": 9, "y": "0"}]},
        f'"0"}}]}}]}}, {{"id | {O}.polyline[1].y (id 1 "hut"): must be a number, is "0"',
    ),
    ({"polyline": [{"x": 0, "y": 0}, {"x": 700, "y": 0}]}, "reaches beyond the world"),
    (
        {"properties": [{"name": "blocks", "value": "move, feet"}]},
        f'"move, feet"}}] | {O}.properties[0].value (id 1 "hut"): blocks must name some of "move", '
        '"shots", "sight", is "move, feet"',
    ),
    ({"properties": [{"name": "blocks", "value": ""}]}, 'blocks must name some of "move", "shots'),
    ({"properties": [{"name": "blocks", "value": 7}]}, "blocks must name some of"),
    (
        {"properties": [{"name": "block", "value": "move"}]},
        f'"block", "valu | {O}.properties[0].name (id 1 "hut"): unknown property "block"; '
        "did you mean blocks?",
    ),
    (
        {"properties": [{"name": "thickness_u", "value": 1}]},
        f'{O}.properties[0].value (id 1 "hut"): only a polyline has thickness_u, this is a rect',
    ),
    ({"text": {}}, "not a text"),
    ({"gid": 3}, "not a tile"),
    ({"template": "x"}, "not a template"),
    ({"point": True}, "not a point"),
    ({"x": "5"}, f'"5", "y": 32,  | {O}.x (id 1 "hut"): must be a number, is "5"'),
    ({"ellipse": 1}, f'1}}]}}, {{"id": 2 | {O}.ellipse (id 1 "hut"): must be true or false, is 1'),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED_SHAPES)
def test_wrong_walls_are_refused_by_id_and_name(change: dict[str, Any], expected: str) -> None:
    wall = {"id": 1, "name": "hut", "rotation": 0, "type": "", "x": 32, "y": 32}
    wall |= {"width": 32, "height": 32} | change
    (line,) = problems(small_map(wall))
    assert expected in line


def test_a_wall_may_touch_the_edge_of_the_world() -> None:
    assert problems(small_map(shape(1, 19, 0, 1, 1), shape(2, 0.1, 19, 5, 1))) == []
    assert problems(small_map(shape(1, 0, 18, 2, 2, ellipse=True))) == []
    for x, y in ((19.01, 5), (-0.01, 5), (5, 19.01), (5, -0.01)):
        for round_wall in (False, True):
            (line,) = problems(small_map(shape(1, x, y, 1, 1, ellipse=round_wall)))
            assert "reaches beyond the world of 640 x 640 px" in line


def changed(path: str, value: Any) -> dict[str, Any]:
    """A small map with one value set, or taken out when `value` is `...`."""
    table: Any = small_map(shape(1, 8, 8, 2, 2))
    top = table
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    for part in parents:
        table = table[part]
    if value is ...:
        del table[last]
    else:
        table[last] = value
    assert isinstance(top, dict)
    return top


REFUSED_MAPS = [
    ("infinite", True, ['true, "width": | infinite: must be false: give the map a fixed size']),
    ("infinite", 0, ['0, "width": 20 | infinite: must be true or false, is 0']),
    (
        "orientation",
        "hexagonal",
        ['"hexagonal", " | orientation: must be "orthogonal", is "hexagonal"'],
    ),
    ("tilewidth", 16, ['16, "tileheigh | tilewidth: must be 32, is 16']),
    ("width", 5000, ['5000, "height" | width: must be a whole number from 20 to 1000, is 5000']),
    ("layers", {}, ['{}, "propertie | layers: must be a list, is a table']),
    (
        "layers.0.name",
        "wals",
        [
            '[{"id": 1, "na | layers: there is no object layer "walls"',
            '"wals", "type" | layers[0].name (id 1 "wals"): unknown object layer; did you mean walls?',
        ],
    ),
    (
        "layers.0.name",
        "spawns",
        [
            '[{"id": 1, "na | layers: there is no object layer "walls"',
            '{"id": 1, "nam | layers[0].objects[0] (id 1): a spawn must be a point, not a rectangle',
            '"spawns", "typ | layers[1].name (id 2 "spawns"): there is already a layer "spawns"',
        ],
    ),
    (
        "layers.0.type",
        "group",
        [
            '[{"id": 1, "na | layers: there is no object layer "walls"',
            '{"id": 1, "nam | layers[0] (id 1 "walls"): layers in a group are not read: move them out of the group',
        ],
    ),
    (
        "layers.0.type",
        "objects",
        [
            '[{"id": 1, "na | layers: there is no object layer "walls"',
            '"objects", "ob | layers[0].type (id 1 "walls"): unknown kind of layer "objects"',
        ],
    ),
    (
        "layers.0.objects",
        ...,
        ['{"id": 1, "nam | layers[0].objects (id 1 "walls"): is missing; must be a list'],
    ),
    ("layers.0.offsetx", 5, ['5}, {"id": 2,  | layers[0].offsetx (id 1 "walls"): must be 0, is 5']),
    (
        "layers.0.objects.0.width",
        ...,
        ['{"id": 1, "nam | layers[0].objects[0].width (id 1): is missing; must be a number'],
    ),
    (
        "layers.1.objects.0.point",
        False,
        ['{"id": 90, "na | layers[1].objects[0] (id 90): a spawn must be a point, not a rectangle'],
    ),
    (
        "layers.1.objects.0.x",
        641,
        ['{"id": 90, "na | layers[1].objects[0] (id 90): lies outside the world of 640 x 640 px'],
    ),
    (
        "properties.0.name",
        "title",
        [
            '[{"name": "tit | properties: there is no map property "name": add it under Map > Map Properties'
        ],
    ),
    (
        "properties.0.value",
        5,
        [
            '5}, {"name": " | properties[0].value: the map\'s name must be text of 1 to 64 printable characters, is 5'
        ],
    ),
    (
        "properties.0.value",
        "a\nb",
        [
            '"a\\nb"}, {"nam | properties[0].value: the map\'s name must be text of 1 to 64 printable characters, is "a\\nb"'
        ],
    ),
    (
        "properties.1.value",
        True,
        [
            "true}]} | properties[1].value: players_max must be a whole number from 2 to 1000, is true"
        ],
    ),
    (
        "properties.1.value",
        3,
        ["3}]} | properties[1].value: players_max must not exceed the number of spawns (2), is 3"],
    ),
]


@pytest.mark.parametrize(("path", "value", "expected"), REFUSED_MAPS)
def test_wrong_maps_are_refused(path: str, value: Any, expected: list[str]) -> None:
    assert sorted(problems(changed(path, value))) == sorted(expected)


def test_decoration_is_ignored() -> None:
    table = small_map()
    table["layers"].insert(0, {"id": 5, "name": "ground", "type": "tilelayer", "data": [1, 2]})
    table["layers"].insert(0, {"id": 6, "name": "sky", "type": "imagelayer", "offsetx": 3})
    table["properties"].append({"name": "mood", "type": "string", "value": "grim"})
    table["backgroundcolor"] = "#000000"
    assert problems(table) == []


# --- do bodies fit? -------------------------------------------------------------------------


def fence(width_of_gap: float) -> list[dict[str, Any]]:
    """A wall right across the middle with one gap in it."""
    return [shape(1, 0, 9.5, 10, 1), shape(2, 10 + width_of_gap, 9.5, 10 - width_of_gap, 1)]


@pytest.mark.parametrize(
    ("width_of_gap", "radius_u", "passable"),
    [(1.25, 0.5, True), (1.3, 0.5, True), (0.9, 0.5, False), (2.0, 0.5, True), (2.0, 1.1, False)],
)
def test_a_gap_lets_a_body_through_or_not(
    width_of_gap: float, radius_u: float, passable: bool
) -> None:
    found = problems(small_map(*fence(width_of_gap)), radius_u)
    if passable:
        assert found == []
    else:
        assert len(found) == 1
        assert "(id 91): no way leads from here to the other spawns" in found[0]


def test_a_spawn_behind_a_ring_of_pillars_is_found() -> None:
    ring = [
        shape(i, 10 + 4 * math.cos(i) - 1, 10 + 4 * math.sin(i) - 1, 2, 2, ellipse=True)
        for i in range(25)
    ]
    spawns = [
        shape(90 + i, x, y, point=True) for i, (x, y) in enumerate([(1, 1), (10, 10), (19, 19)])
    ]
    (line,) = problems(small_map(*ring, spawns=spawns))
    assert "(id 91): no way leads" in line


def test_a_spawn_in_or_at_a_wall_or_the_edge_is_found() -> None:
    wall = shape(1, 8, 8, 4, 4)
    pillar = shape(2, 14, 2, 2, 2, ellipse=True)
    places = [(10, 10), (7.6, 9), (7.5, 9), (0.4, 5), (15, 4.4), (15, 4.5), (16.2, 4.2), (19, 19)]
    spawns = [shape(90 + i, x, y, point=True) for i, (x, y) in enumerate(places)]
    lines = problems(small_map(wall, pillar, spawns=spawns))
    assert [line.split(": ", 2)[2][:35] for line in lines] == [
        "a body does not fit here: 0.00 u to",
        "a body does not fit here: 0.40 u to",
        "a body does not fit here: 0.40 u to",
        "a body does not fit here: 0.40 u to",
    ]
    assert [line.split("(id ")[1][:2] for line in lines] == ["90", "91", "93", "94"]


def flood(free: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """The slow twin of `connect`: spread from every cell not yet seen."""
    labels = np.zeros(free.shape, dtype=np.int32)
    for start in zip(*np.nonzero(free), strict=True):
        if labels[start]:
            continue
        labels[start] = label = labels.max() + 1
        queue = deque([start])
        while queue:
            row, column = queue.popleft()
            for near in (
                (row + 1, column),
                (row - 1, column),
                (row, column + 1),
                (row, column - 1),
            ):
                inside = 0 <= near[0] < free.shape[0] and 0 <= near[1] < free.shape[1]
                if inside and free[near] and not labels[near]:
                    labels[near] = label
                    queue.append(near)
    return labels


@settings(deadline=None)
@given(
    hnp.arrays(
        np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.booleans()
    )
)
def test_regions_are_those_of_a_flood_fill(free: npt.NDArray[np.bool_]) -> None:
    regions, expected = connect(free), flood(free)
    pairs = set(zip(regions.ravel().tolist(), expected.ravel().tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert all((a == 0) == (b == 0) for a, b in pairs)


def test_a_finding_is_a_place_and_a_message() -> None:
    table = small_map(shape(1, 8, 8, 2, 0))
    assert resolve(TiledMap.model_validate(table)).findings == [
        Finding(("layers", 0, "objects", 0, "height"), "must be at least 1 px, is 0")
    ]
