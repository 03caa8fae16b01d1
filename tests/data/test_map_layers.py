# ruff: noqa: E501 - golden texts stay on one line
"""The layers beside walls and spawns, the properties of objects, and the name of a map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ringfall.datapack import load_datapack, map_from_json
from ringfall.documents import DataError, locate, parse_document, validate
from ringfall.maps.choosing import load_map
from ringfall.maps.reading import resolve
from schema.tiled import MapModel, TiledMap


def shape(number: int, x: float, y: float, w: float = 0, h: float = 0, **more: Any) -> Any:
    """An object as Tiled writes it; lengths in units."""
    lengths = {"x": x * 32, "y": y * 32, "width": w * 32, "height": h * 32}
    return {"id": number, "name": "", "rotation": 0, "type": "", "visible": True} | lengths | more


def given(**values: Any) -> dict[str, Any]:
    return {"properties": [{"name": key, "value": values[key]} for key in values]}


def document(**layers: list[Any]) -> dict[str, Any]:
    """A map of 20 by 20 units with two spawns and these layers."""
    spawns = [shape(90, 2, 2, point=True), shape(91, 18, 18, point=True)]
    every = {"walls": [], "spawns": spawns} | layers
    frame = {"type": "map", "version": "1.10", "orientation": "orthogonal", "infinite": False}
    size = {"width": 20, "height": 20, "tilewidth": 32, "tileheight": 32}
    rows = [
        {"id": index, "name": name, "type": "objectgroup", "objects": objects}
        for index, (name, objects) in enumerate(every.items())
    ]
    properties = [{"name": "name", "value": "small"}, {"name": "players_max", "value": 2}]
    return frame | size | {"layers": rows, "properties": properties}


def problems(table: dict[str, Any]) -> list[str]:
    found = parse_document("m", json.dumps(table).encode(), "json")
    resolved = resolve(validate(found, TiledMap))
    assert (resolved.map is None) == bool(resolved.findings)
    return [f"{p.key}: {p.message}" for p in locate(found, resolved.findings)]


def resolved(**layers: list[Any]) -> MapModel:
    table = document(**layers)
    assert problems(table) == []
    world = resolve(TiledMap.model_validate(table)).map
    assert world is not None
    return world


def test_layers_that_are_not_there_are_empty() -> None:
    world = resolved()
    assert (world.bushes, world.crates, world.loot) == ((), (), ())


def test_what_stands_in_a_layer_becomes_a_row() -> None:
    world = resolved(
        bushes=[shape(1, 4, 4, 3, 3, ellipse=True)],
        crates=[shape(2, 8, 8, 2, 1), shape(3, 12, 12, 2, 1, rotation=90)],
        loot=[shape(4, 5, 6, point=True, **given(table="rare_things"))],
    )
    assert world.bushes == ((5.5, 5.5, 1.5),)
    assert world.crates == ((9.0, 8.5, 1.0, 0.5, 0), (11.5, 13.0, 1.0, 0.5, 1024))
    assert world.loot == ((5.0, 6.0, "rare_things"),)
    assert map_from_json(world.model_dump_json().encode()) == world


@pytest.mark.parametrize(
    ("value", "blocks"),
    [
        ("move", 1),
        ("shots", 2),
        ("sight", 4),
        ("move, shots", 3),
        ("sight move", 5),
        (" shots ,sight ", 6),
        ("move,shots,sight", 7),
        ("move move", 1),
    ],
)
def test_a_wall_blocks_what_it_names(value: str, blocks: int) -> None:
    world = resolved(walls=[shape(1, 8, 8, 2, 1, **given(blocks=value))])
    assert world.walls[0][6] == blocks


def test_a_line_is_as_thick_as_it_says() -> None:
    line = {"polyline": [{"x": 0, "y": 0}, {"x": 64, "y": 0}, {"x": 64, "y": 96}]}
    plain, thick = shape(1, 4, 4, **line), shape(2, 10, 10, **line, **given(thickness_u=2))
    world = resolved(walls=[plain, thick])
    assert world.walls == (
        (5.0, 4.0, 1.0, 0.0, 0.2, 0, 7),
        (6.0, 5.5, 1.5, 0.0, 0.2, 1024, 7),
        (11.0, 10.0, 1.0, 0.0, 1.0, 0, 7),
        (12.0, 11.5, 1.5, 0.0, 1.0, 1024, 7),
    )


LINE = {"polyline": [{"x": 0, "y": 0}, {"x": 64, "y": 0}]}
O = "layers[2].objects[0]"  # noqa: E741
REFUSED = [
    ("bushes", shape(1, 4, 4, 3, 3), f"{O} (id 1): a bush must be a circle, not a rectangle"),
    ("bushes", shape(1, 4, 4, 3, 2, ellipse=True), f"{O}.height (id 1): a round bush needs the height of its width (96), is 64"),
    ("bushes", shape(1, 4, 4, 0, 0, ellipse=True), f"{O}.width (id 1): must be at least 1 px, is 0"),
    ("bushes", shape(1, 18, 4, 3, 3, ellipse=True), f"{O} (id 1): reaches beyond the world of 640 x 640 px"),
    ("bushes", shape(1, 4, 4, 3, 3, ellipse=True, **given(blocks="move")), f'{O}.properties[0].name (id 1): unknown property "blocks"; objects of bushes have none'),
    ("crates", shape(1, 4, 4, 3, 3, ellipse=True), f"{O} (id 1): a crate must be a rectangle, not a ellipse"),
    ("crates", shape(1, 4, 4, 3, 0), f"{O}.height (id 1): must be at least 1 px, is 0"),
    ("crates", shape(1, 0, 4, 3, 3, rotation=45), f"{O} (id 1): reaches beyond the world of 640 x 640 px"),
    ("loot", shape(1, 4, 4, 3, 3), f"{O} (id 1): a loot place must be a point, not a rectangle"),
    ("loot", shape(1, 4, 4, point=True), f"{O} (id 1): there is no property table: say which loot table is drawn from here"),
    ("loot", shape(1, 4, 4, point=True, **given(table="Rare")), f'{O}.properties[0].value (id 1): table must be the name of a loot table (a-z, 0-9, _), is "Rare"'),
    ("loot", shape(1, 4, 4, point=True, **given(table="rare\n")), f'{O}.properties[0].value (id 1): table must be the name of a loot table (a-z, 0-9, _), is "rare\\n"'),
    ("loot", shape(1, 4, 4, point=True, **given(table=3)), f"{O}.properties[0].value (id 1): table must be the name of a loot table (a-z, 0-9, _), is 3"),
    ("loot", shape(1, 4, 4, point=True, **given(tabel="rare")), f'{O}.properties[0].name (id 1): unknown property "tabel"; did you mean table?'),
    ("loot", shape(1, 21, 4, point=True, **given(table="rare")), f"{O} (id 1): lies outside the world of 640 x 640 px"),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "thing", "expected"), REFUSED)
def test_what_makes_no_sense_is_refused(layer: str, thing: Any, expected: str) -> None:
    assert expected in problems(document(**{layer: [thing]}))


@pytest.mark.parametrize("value", [0.04, 20.1, -1, "2", True, None])
def test_a_thickness_is_a_number_in_its_range(value: Any) -> None:
    (line,) = problems(document(walls=[shape(1, 8, 8, **LINE, **given(thickness_u=value))]))
    assert line.startswith("layers[0].objects[0].properties[0].value (id 1): thickness_u must be")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"walls": [[1.0, 5.0, 2.0, 0.0, 0.5, 0, 7]]}, "must lie inside the world"),
        ({"walls": [[1.0, 5.0, 0.5, 2.0, 0.5, 1024, 7]]}, "must lie inside the world"),
        ({"walls": [[5.0, 5.0, 2.0, 0.0, 0.0, 0, 7]]}, "a wall needs an extent both ways"),
        ({"walls": [[5.0, 5.0, 2.0, 1.0, 0.0, 4096, 7]]}, "to 4095|below 4096"),
        ({"walls": [[5.0, 5.0, 2.0, 1.0, 0.0, 0, 0]]}, "from 1 to 7"),
        ({"bushes": [[5.0, 5.0, 0.0]]}, "a bush needs an extent"),
        ({"bushes": [[1.0, 5.0, 1.5]]}, "must lie inside the world"),
        ({"crates": [[5.0, 5.0, 1.0, 0.0, 0]]}, "a crate needs an extent both ways"),
        ({"crates": [[19.0, 5.0, 1.0, 1.0, 512]]}, "must lie inside the world"),
        ({"loot": [[21.0, 5.0, "rare"]]}, "must lie inside the world"),
        ({"loot": [[1.0, 5.0, "Rare"]]}, "pattern"),
        ({"spawns": [[2.0, 21.0], [3.0, 3.0]]}, "must lie inside the world"),
    ],
)
def test_a_map_of_a_journal_is_held_to_the_same(change: dict[str, Any], message: str) -> None:
    plain = {"name": "m", "width_u": 20, "height_u": 20, "players_max": 2, "walls": []}
    table = plain | {"spawns": [[2.0, 2.0], [3.0, 3.0]]} | change
    with pytest.raises(DataError, match=message):
        map_from_json(json.dumps(table).encode())


# --- which map is meant ---------------------------------------------------------------------


def test_no_name_means_the_default(mydata: Path) -> None:
    assert load_datapack(mydata).map.name == "Caldera"
    (mydata / "maps/maps.toml").write_text('default = "millrace"\n')
    assert load_datapack(mydata).map.name == "Millrace"
    assert load_datapack(mydata, "caldera").map.name == "Caldera"


def refusal(mydata: Path, name: str | None = None) -> list[str]:
    with pytest.raises(DataError) as caught:
        load_datapack(mydata, name)
    return str(caught.value).splitlines()


def test_a_default_must_be_there(mydata: Path) -> None:
    said = mydata / "maps/maps.toml"
    said.write_text('# which\ndefault = "atoll"\n')
    assert refusal(mydata) == [
        'mydata/maps/maps.toml:2:11: default: there is no map "atoll"; there are: caldera, millrace'
    ]
    said.write_text('defualt = "caldera"\n')
    assert any("did you mean default?" in line for line in refusal(mydata))
    said.unlink()
    (line,) = refusal(mydata)
    assert "holds several maps, choose one by name or in maps.toml: caldera, millrace" in line


@pytest.mark.parametrize("seed", ["", "x", "-1", "1.5", "١", str(2**64), "1 "])
def test_a_seed_is_a_whole_number(mydata: Path, seed: str) -> None:
    (line,) = refusal(mydata, f"generated:{seed}")
    assert "the seed must be a whole number from 0 to 18446744073709551615" in line


def test_a_generated_map_is_made_for_the_players_of_the_match(mydata: Path) -> None:
    assert load_datapack(mydata, "generated:8", 24).map.players_max == 24
    assert load_datapack(mydata, "generated:8").map.players_max == 50
    world, found = load_map(mydata / "maps", f"generated:{2**64 - 1}", 0.5, 5000)
    assert found == []
    assert world is not None
    assert world.players_max == 1000
