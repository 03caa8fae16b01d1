"""Maps from seeds: always whole, always walkable, the same everywhere."""

from __future__ import annotations

import json

import pytest

from ringfall.datapack import canonical_json, content_hash
from ringfall.documents import parse_document, validate
from ringfall.maps.checking import Verdict, check
from ringfall.maps.generating import SEED_MAX, generate, side_for
from ringfall.maps.reading import ResolvedMap, resolve
from ringfall.maps.writing import tiled_json
from schema.tiled import MapModel, TiledMap

PLAYERS = (2, 3, 10, 20, 50, 64, 100)


def resolved(seed: int, players: int) -> ResolvedMap:
    return resolve(TiledMap.model_validate(generate(seed, players)))


def world(seed: int, players: int) -> MapModel:
    found = resolved(seed, players)
    assert found.findings == []
    assert found.map is not None
    return found.map


def errors(found: ResolvedMap) -> list[Verdict]:
    return [verdict for verdict in check(found, 0.5).verdicts if verdict.level == "error"]


@pytest.mark.parametrize("seed", [*range(28), 2**63, SEED_MAX])
def test_a_generated_map_passes_the_check(seed: int) -> None:
    assert errors(resolved(seed, PLAYERS[seed % len(PLAYERS)])) == []


def test_a_generated_map_has_everything() -> None:
    for seed in range(5):
        made = world(seed, 50)
        assert len(made.spawns) >= made.players_max == 50
        assert len(made.loot) >= 50
        assert min(len(made.bushes), len(made.crates)) >= 10
        assert {blocks for *_, blocks in made.walls} >= {1, 3, 4, 7}
        assert len({heading for *_, heading, _ in made.walls}) >= 15


def test_the_file_reads_back_to_the_same_map() -> None:
    for seed in (0, 9, SEED_MAX):
        written = tiled_json(generate(seed, 30))
        read = resolve(validate(parse_document("m", written, "json"), TiledMap))
        assert read.map == world(seed, 30)


def test_the_file_has_what_tiled_needs() -> None:
    document = json.loads(tiled_json(generate(4, 30)))
    objects = [shape for layer in document["layers"] for shape in layer["objects"]]
    ids = [shape["id"] for shape in objects]
    assert len(set(ids)) == len(ids)
    assert document["nextobjectid"] > max(ids)
    assert document["nextlayerid"] > max(layer["id"] for layer in document["layers"])
    for layer in document["layers"]:
        assert layer.keys() >= {"draworder", "opacity", "visible", "x", "y", "color"}
    for shape in objects:
        assert shape.keys() >= {"type", "visible", "rotation", "width", "height", "name"}
        for given in shape.get("properties", []):
            assert (
                given["type"] == {str: "string", float: "float", int: "int"}[type(given["value"])]
            )


def test_the_same_seed_gives_the_same_map_on_every_machine() -> None:
    assert generate(1, 50) == generate(1, 50)
    assert content_hash(canonical_json(world(1, 50))) == "b93d6d1c2991be2db5153c0da7bd4c62"


def test_another_seed_gives_another_map() -> None:
    maps = {canonical_json(world(seed, 20)) for seed in range(20)}
    assert len(maps) == 20
    assert len({world(seed, 20).walls for seed in range(20)}) == 20


def test_the_world_grows_with_its_players() -> None:
    sides = [side_for(players) for players in (2, 10, 50, 100, 300, 1000)]
    assert sides == sorted(sides)
    assert sides[0] == 48
    assert all(side % 8 == 0 for side in sides)
    # Between dense and dreary: square units for each player.
    assert all(190 < side_for(n) ** 2 / n < 300 for n in (30, 50, 100, 300, 1000))


@pytest.mark.parametrize(
    ("seed", "players"), [(-1, 50), (SEED_MAX + 1, 50), (0, 1), (0, 1001), (0, -5)]
)
def test_numbers_out_of_range_are_refused(seed: int, players: int) -> None:
    with pytest.raises(ValueError, match="must be from"):
        generate(seed, players)
