# ruff: noqa: E501 - golden texts stay on one line
"""Loading a directory of data: errors across files, choice of the map, canonical form."""

from __future__ import annotations

import json
import random
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ringfall.datapack import (
    balance_from_json,
    canonical_json,
    content_hash,
    load_datapack,
    map_from_json,
    map_names,
    shipped_data,
)
from ringfall.documents import DataError
from schema.tiled import MapModel


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first `old`, which must be there, in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def errors(directory: Path, map_name: str | None = None) -> list[str]:
    with pytest.raises(DataError) as caught:
        load_datapack(directory, map_name)
    return str(caught.value).splitlines()


def test_the_shipped_data_loads() -> None:
    pack = load_datapack()
    assert pack.balance.skills.shot.damage_hp > 0
    assert pack.map.name == "Caldera"
    assert pack.balance_hash == content_hash(pack.balance_json)
    assert pack.map_hash == content_hash(pack.map_json)
    assert load_datapack(shipped_data(), "caldera") == pack


def test_an_installed_package_uses_the_data_inside_it(
    mydata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = mydata.resolve().parent / "site" / "ringfall"
    package.mkdir(parents=True)
    monkeypatch.setattr("ringfall.datapack.resources.files", lambda name: package.parent / name)
    assert shipped_data() == Path(__file__).resolve().parents[2] / "data"
    mydata.rename(package / "_data")
    assert shipped_data() == package / "_data"
    edit(package / "_data/balance/body.toml", "radius_u = 0.5", "radius_u = 0.4")
    assert load_datapack().balance.body.radius_u == 0.4


def test_a_match_lasts_three_to_four_minutes() -> None:
    phases = load_datapack().balance.zone.phase
    assert 180 <= sum(phase.wait_s + phase.shrink_s for phase in phases) <= 240


GOLDEN = [
    (
        "balance/skills.toml",
        "cooldown_s = 0.4",
        'cooldown_s = "fast"',
        'mydata/balance/skills.toml:6:14: shot.cooldown_s: must be a number from 0.05 to 60, is "fast"',
    ),
    (
        "balance/match.toml",
        "areas_per_player = 2",
        "areas_per_player = 2.0",
        "mydata/balance/match.toml:23:20: areas_per_player: must be a whole number from 1 to 16, is 2.0",
    ),
    (
        "balance/body.toml",
        "radius_u = 0.5",
        "radius_u = 0.1",
        "mydata/balance/skills.toml:8:12: shot.radius_u: must be below body.radius_u (0.1), is 0.12",
    ),
    (
        "balance/body.toml",
        "speed_ups = 7.0",
        "speed_ups = 26",
        "mydata/balance/skills.toml:24:13: dash.speed_ups: must exceed body.speed_ups (26), is 26",
    ),
    (
        "balance/skills.toml",
        "cooldown_s = 0.4\nspeed_ups = 32.0",
        "cooldown_s = 3.5\nspeed_ups = 7",
        "mydata/balance/skills.toml:7:13: shot.speed_ups: must exceed body.speed_ups (7), is 7",
    ),
    (
        "balance/skills.toml",
        "duration_s = 0.18",
        "duration_s = 2\ncooldown_u = 1",
        "mydata/balance/skills.toml:26:1: dash.cooldown_u: unknown key; did you mean cooldown_s?",
    ),
    (
        "balance/skills.toml",
        "cooldown_s = 3.0",
        "cooldown_s = 0.18",
        "mydata/balance/skills.toml:25:14: dash.duration_s: "
        "must be below skills.dash.cooldown_s (0.18), is 0.18",
    ),
    (
        "balance/bots.toml",
        "sight_u = 12.0",
        "sight_u = 8.0",
        "mydata/balance/bots.toml:13:19: keep_distance_u: must be below bots.sight_u (8), is 8",
    ),
    (
        "balance/body.toml",
        "health_max_hp = 100",
        "health_max_hp = 39",
        "mydata/balance/bots.toml:16:18: dash_health_hp: "
        "must not exceed body.health_max_hp (39), is 40",
    ),
    (
        "balance/match.toml",
        "projectiles_per_player = 8",
        "projectiles_per_player = 3",
        "mydata/balance/match.toml:22:26: projectiles_per_player: must be at least 4, is 3: "
        "that many shots can be in the air by skills.shot.range_u, skills.shot.speed_ups and "
        "skills.shot.cooldown_s",
    ),
    (
        "balance/skills.toml",
        "fuse_s = 0.7",
        "fuse_s = 7",
        "mydata/balance/match.toml:23:20: areas_per_player: must be at least 3, is 2: "
        "that many blasts can be waiting by skills.blast.fuse_s and skills.blast.cooldown_s",
    ),
    (
        "balance/zone.toml",
        "radius_ratio = 0.2",
        "radius_ratio = 0.5",
        "mydata/balance/zone.toml:21:16: phase[2].radius_ratio: "
        "must not exceed the radius_ratio of the phase before it (0.38), is 0.5",
    ),
    (
        "balance/zone.toml",
        "radius_ratio = 0.0\n",
        "radius_ratio = 0.01\n",
        "mydata/balance/zone.toml:33:16: phase[4].radius_ratio: "
        "must be 0 in the last phase, is 0.01",
    ),
    (
        "balance/zone.toml",
        "damage_hp_per_s = 12.0",
        "damage_hp_per_s = 0",
        "mydata/balance/zone.toml:34:19: phase[4].damage_hp_per_s: "
        "must be above 0 in the last phase, or a match might never end",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), GOLDEN)
def test_errors_read(mydata: Path, file: str, old: str, new: str, expected: str) -> None:
    edit(mydata / file, old, new)
    assert errors(mydata) == [expected]


def test_a_zone_may_keep_its_radius_for_a_phase(mydata: Path) -> None:
    edit(mydata / "balance/zone.toml", "radius_ratio = 0.2", "radius_ratio = 0.38")
    assert load_datapack(mydata).balance.zone.phase[2].radius_ratio == 0.38


def test_all_errors_of_all_files_come_at_once(mydata: Path) -> None:
    (mydata / "balance/body.toml").unlink()
    edit(mydata / "balance/zone.toml", "[[phase]]", "[[phase]")
    edit(mydata / "balance/bots.toml", "wander_s", "wonder_s")
    edit(mydata / "balance/match.toml", "view_width_u = 44.0", "view_width_u = 1e9")
    edit(mydata / "maps/caldera.tmj", '"rotation":0', '"rotation":45')
    assert [line.rsplit(": ", 1)[0] for line in errors(mydata)] == [
        "mydata/balance/body.toml",
        "mydata/balance/bots.toml:1:1: wander_s",
        "mydata/balance/bots.toml:22:1: wonder_s",
        "mydata/balance/match.toml:17:16: view_width_u",
        "mydata/balance/zone.toml:6:8",
        'mydata/maps/caldera.tmj:18:31: layers[0].objects[0].rotation (id 1 "spire"): '
        "walls cannot be rotated",
    ]


def test_a_directory_stands_alone(mydata: Path) -> None:
    assert errors(Path("nowhere")) == [
        "nowhere: there is no such directory; it should hold balance/ and maps/"
    ]
    shutil.rmtree(mydata / "balance")
    shutil.rmtree(mydata / "maps")
    assert errors(mydata) == [
        f"mydata/balance/{name}.toml: there is no such file"
        for name in ("body", "bots", "match", "skills", "zone")
    ] + ["mydata/maps: holds no map; a map is a Tiled file whose name ends in .tmj"]


def test_a_misnamed_file_is_not_overlooked(mydata: Path) -> None:
    (mydata / "balance/zone.toml").rename(mydata / "balance/zones.toml")
    assert errors(mydata) == [
        "mydata/balance/zone.toml: there is no such file",
        "mydata/balance/zones.toml: unknown balance file; did you mean zone.toml?",
    ]


def test_maps_are_called_by_name(mydata: Path) -> None:
    shutil.copy(mydata / "maps/caldera.tmj", mydata / "maps/atoll.tmj")
    edit(mydata / "maps/atoll.tmj", '"value":"Caldera"', '"value":"Atoll"')
    assert map_names(mydata) == ["atoll", "caldera"]
    assert load_datapack(mydata, "atoll").map.name == "Atoll"
    assert errors(mydata) == ["mydata/maps: holds several maps, choose one by name: atoll, caldera"]
    assert errors(mydata, "atol") == [
        'mydata/maps: there is no map "atol"; there are: atoll, caldera'
    ]
    assert errors(mydata, "../maps/atoll")[0].startswith("mydata/maps: there is no map")


def test_a_body_must_fit_the_map(mydata: Path) -> None:
    edit(mydata / "balance/body.toml", "radius_u = 0.5", "radius_u = 2")
    lines = errors(mydata)
    assert lines
    for line in lines:
        assert re.match(
            r"mydata/maps/caldera\.tmj:\d+:19: layers\[1\]\.objects\[\d+\] \(id \d+\): "
            r"(a body does not fit here: 1\.\d\d u to the nearest wall or edge, body\.radius_u is 2"
            r"|no way leads from here to the other spawns for a body\.radius_u of 2)$",
            line,
        )


def written_otherwise(table: dict[str, Any], rng: random.Random) -> str:
    """The same values as TOML in another order, with comments, and whole numbers as integers."""
    flat: list[str] = []

    def write(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for key in rng.sample(sorted(value), len(value)):
                write(f"{path}.{key}" if path else key, value[key])
        elif isinstance(value, list):
            rows = (", ".join(f"{k} = {v!r}" for k, v in reversed(row.items())) for row in value)
            flat.append(f"{path} = [" + ", ".join("{" + row + "}" for row in rows) + "] # one line")
        else:
            whole = isinstance(value, float) and value == int(value)
            flat.append(f"{path} = {int(value) if whole else value!r}\n# a comment")

    write("", table)
    return "\n\n".join(flat)


@pytest.mark.parametrize("seed", range(5))
def test_order_comments_and_number_format_do_not_reach_the_hash(mydata: Path, seed: int) -> None:
    shipped = load_datapack(mydata)
    rng = random.Random(seed)
    for path in (mydata / "balance").iterdir():
        path.write_text(written_otherwise(tomllib.loads(path.read_text("utf-8")), rng), "utf-8")
    path = mydata / "maps/caldera.tmj"
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(dict(reversed(document.items()))), "utf-8")
    again = load_datapack(mydata)
    assert (again.balance_json, again.balance_hash) == (shipped.balance_json, shipped.balance_hash)
    assert (again.map_json, again.map_hash) == (shipped.map_json, shipped.map_hash)


def test_a_changed_value_changes_the_hash(mydata: Path) -> None:
    shipped = load_datapack(mydata)
    edit(mydata / "balance/skills.toml", "damage_hp = 8.0", "damage_hp = 8.000000000000002")
    edit(mydata / "maps/caldera.tmj", '"x":2488', '"x":2488.0000001')
    changed = load_datapack(mydata)
    assert changed.balance_hash != shipped.balance_hash
    assert changed.map_hash != shipped.map_hash


def test_the_canonical_form_is_what_it_was() -> None:
    world = MapModel(
        name="Ø",
        width_u=20,
        height_u=30.5,
        players_max=2,
        walls=((5.0, 6.0, 0.5, 0.25, 0.0), (10.0, 10.0, 0.0, 0.0, 1.1)),
        spawns=((1.0, 2.0), (19.0, 0.1)),
    )
    expected = (
        b'{"height_u":30.5,"name":"\\u00d8","players_max":2,"spawns":[[1.0,2.0],[19.0,0.1]],'
        b'"walls":[[5.0,6.0,0.5,0.25,0.0],[10.0,10.0,0.0,0.0,1.1]],"width_u":20.0}'
    )
    assert canonical_json(world) == expected
    assert content_hash(expected) == "79427e67df3eb238bbaab08ed46fb730"
    assert map_from_json(expected) == world


def test_the_canonical_form_comes_back_byte_for_byte() -> None:
    pack = load_datapack()
    assert balance_from_json(pack.balance_json) == pack.balance
    assert canonical_json(balance_from_json(pack.balance_json)) == pack.balance_json
    assert map_from_json(pack.map_json) == pack.map
    assert canonical_json(map_from_json(pack.map_json)) == pack.map_json


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            b'"radius_u":0.5',
            b'"radius_u":true',
            "body.radius_u: must be a number from 0.1 to 2, is true",
        ),
        (b'"radius_u":0.5', b'"radius_u":0.1', "skills.shot.radius_u: must be below body.radius_u"),
        (b'"wander_s":', b'"wonder_s":', "bots.wonder_s: unknown key; did you mean wander_s?"),
        (b"{", b"", "the balance of this replay:1:"),
        (b"{", b"\xff{", "the balance of this replay:1:1: is not UTF-8"),
    ],
)
def test_a_damaged_balance_in_a_replay_is_refused(old: bytes, new: bytes, expected: str) -> None:
    damaged = load_datapack().balance_json.replace(old, new, 1)
    with pytest.raises(DataError) as caught:
        balance_from_json(damaged, "the balance of this replay")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"walls": [[1, 1, 2, 1, 0]]}, "map:1:87: walls[0]: a wall must lie inside the world"),
        ({"walls": [[1, 1, 0, 1, 0]]}, "map:1:87: walls[0]: a wall needs an extent both ways"),
        ({"walls": [[1, 1, 1, 1]]}, "walls[0][4]: is missing; must be a number from 0 to 1000"),
        ({"walls": [[1, 1, 1, 1, -1]]}, "walls[0][4]: must be a number from 0 to 1000, is -1"),
        ({"spawns": [[1, 1], [21, 1]]}, "spawns[1]: a spawn must lie inside the world"),
        ({"spawns": [[1, 1]]}, "players_max: must not exceed the number of spawns (1), is 2"),
        ({"players_max": 2.5}, "players_max: must be a whole number from 2 to 1000, is 2.5"),
    ],
)
def test_a_damaged_map_in_a_replay_is_refused(change: dict[str, Any], expected: str) -> None:
    good = {"height_u": 20, "name": "m", "players_max": 2, "spawns": [[1, 1], [5, 5]]}
    table = good | {"walls": [], "width_u": 20} | change
    with pytest.raises(DataError) as caught:
        map_from_json(json.dumps(table).encode())
    assert expected in str(caught.value)
