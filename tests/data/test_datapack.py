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
from schema.balance import Balance
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
    assert pack.balance.skills.root["longshot"].kind == "projectile"
    assert pack.map.name == "Caldera"
    assert pack.balance_hash == content_hash(pack.balance_json)
    assert pack.map_hash == content_hash(pack.map_json)
    assert load_datapack(shipped_data(), "caldera") == pack


def test_an_installed_package_uses_the_data_inside_it(
    mydata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = mydata.resolve().parent / "site" / "ringfall"
    package.mkdir(parents=True)
    monkeypatch.setattr(
        "ringfall.datapack.packs.resources.files", lambda name: package.parent / name
    )
    assert shipped_data() == Path(__file__).resolve().parents[2] / "data"
    mydata.rename(package / "_data")
    assert shipped_data() == package / "_data"
    edit(package / "_data/balance/match.toml", "radius_u = 0.5", "radius_u = 0.4")
    assert load_datapack().balance.match.body.radius_u == 0.4


def test_a_match_lasts_three_to_four_minutes() -> None:
    phases = load_datapack().balance.zone.phase
    assert 180 <= sum(phase.wait_s + phase.shrink_s for phase in phases) <= 240


GOLDEN = [
    (
        "balance/skills.toml",
        "cooldown_s = 0.6",
        'cooldown_s = "fast"',
        'mydata/balance/skills.toml:14:14: cleave.cooldown_s: must be a number from 0.05 to 120, is "fast"',
    ),
    (
        "balance/match.toml",
        "areas_per_player = 4",
        "areas_per_player = 4.0",
        "mydata/balance/match.toml:61:20: limits.areas_per_player: must be a whole number from 1 to 16, is 4.0",
    ),
    (
        "balance/match.toml",
        "radius_u = 0.5",
        "radius_u = 2",
        "mydata/balance/skills.toml:35:14: shield_wall.distance_u: must be at least 2.4 to stand clear of the caster, is 2.2",
    ),
    (
        "balance/skills.toml",
        "duration_s = 0.28",
        "duration_s = 5",
        "mydata/balance/skills.toml:48:14: charge.duration_s: must be a number from 0.02 to 2, is 5",
    ),
    (
        "balance/skills.toml",
        "duration_s = 0.18",
        "duration_s = 0.18\ncooldown_u = 1",
        "mydata/balance/skills.toml:148:1: roll.cooldown_u: unknown key; did you mean cooldown_s?",
    ),
    (
        "balance/skills.toml",
        "over_s = 4.0",
        "over_s = 0",
        "mydata/balance/skills.toml:136:10: first_aid.over_s: must be above 0 for a skill with over_hp",
    ),
    (
        "balance/skills.toml",
        "mana_mp_per_s = 22.0",
        "mana_mp_per_s = -1",
        "mydata/balance/skills.toml:88:17: frost_ray.mana_mp_per_s: must be a number from 0 to 1000, is -1",
    ),
    (
        "balance/skills.toml",
        'status = "stunned"',
        'status = "stuned"',
        'mydata/balance/skills.toml:27:24: shield_bash.inflicts[0].status: there is no "stuned" in mydata/balance/statuses.toml; did you mean stunned?',
    ),
    (
        "balance/skills.toml",
        'kind = "beam"',
        'kind = "baem"',
        'mydata/balance/skills.toml:81:8: frost_ray.kind: must be "projectile" or "homing" or "area" or "beam" or "dash" or "shield" or "heal" or "wall", is "baem"; did you mean beam?',
    ),
    (
        "balance/skills.toml",
        "thickness_u = 0.4",
        'thickness_u = { curve = "might" }',
        "mydata/balance/skills.toml:37:15: shield_wall.thickness_u: must be a number from 0.1 to 2, is a table",
    ),
    (
        "balance/skills.toml",
        "damage_hp = 12.0\n",
        'damage_hp = { curve = "cleave_damge" }\n',
        'mydata/balance/skills.toml:26:23: shield_bash.damage_hp.curve: there is no "cleave_damge" in mydata/balance/curves.toml; did you mean cleave_damage?',
    ),
    (
        "balance/classes.toml",
        'primary = "firebolt"',
        'primary = "firebold"',
        'mydata/balance/classes.toml:41:11: wizard.skills.primary: there is no "firebold" in mydata/balance/skills.toml; did you mean firebolt?',
    ),
    (
        "balance/classes.toml",
        'special = "frost_ray"\n',
        "",
        "mydata/balance/classes.toml:40:1: wizard.skills.special: is missing; must be text",
    ),
    (
        "balance/classes.toml",
        "share_ratio = 0.4",
        "share_ratio = 1",
        "mydata/balance/classes.toml:27:15: warrior.block.share_ratio: must be a number above 0 and at most 0.9, is 1",
    ),
    (
        "balance/curves.toml",
        '[sturdy_health]\nkind = "linear"\nclamp = false\ndomain = [1, 10]',
        '[sturdy_health]\nkind = "linear"\nclamp = false\ndomain = [1, 8]',
        "mydata/balance/classes.toml:11:17: warrior.health_max_hp: curve sturdy_health must cover levels 1 to 10, covers 1 to 8",
    ),
    (
        "balance/curves.toml",
        '[cleave_damage]\nkind = "linear"\nclamp = false\ndomain = [1, 5]',
        '[cleave_damage]\nkind = "linear"\nclamp = false\ndomain = [2, 5]',
        "mydata/balance/skills.toml:18:13: cleave.damage_hp: curve cleave_damage must cover levels 1 to 5, covers 2 to 5",
    ),
    (
        "balance/curves.toml",
        "last = 248.0",
        "last = 248000.0",
        "mydata/balance/curves.toml:14:9: sturdy_health.range: level 2 gives 27680, allowed is 100 to 260",
    ),
    (
        "balance/curves.toml",
        "range = [0.0, 60.0]",
        "range = [0.0, 50.0]",
        "mydata/balance/curves.toml:51:9: plate.range: level 8 gives 51.42357405076134, allowed is 0 to 50",
    ),
    (
        "balance/match.toml",
        "projectiles_per_player = 12",
        "projectiles_per_player = 3",
        "mydata/balance/match.toml:60:26: limits.projectiles_per_player: must be at least 6, is 3: so many can one player have at once",
    ),
    (
        "balance/match.toml",
        "barriers_per_player = 2",
        "barriers_per_player = 1",
        "mydata/balance/match.toml:62:23: limits.barriers_per_player: must be at least 2, is 1: so many can one player have at once",
    ),
    (
        "balance/loot.toml",
        'ground = "common"',
        'ground = "comon"',
        'mydata/balance/loot.toml:6:10: ground: there is no "comon" in mydata/balance/loot.toml [tables]; did you mean common?',
    ),
    (
        "balance/loot.toml",
        '{ item = "rune", chance_ratio = 0.1 }',
        '{ item = "runes", chance_ratio = 0.1 }',
        'mydata/balance/loot.toml:52:12: tables.common.draw[4].item: there is no "runes" in mydata/balance/loot.toml [items]; did you mean rune?',
    ),
    (
        "balance/loot.toml",
        '{ item = "rune", chance_ratio = 0.1 }',
        '{ item = "rune", chance_ratio = 0.2 }',
        "mydata/balance/loot.toml:47:8: tables.common.draw: chances must not add up to more than 1, they make 1.1",
    ),
    (
        "balance/bots.toml",
        "share_ratio = 0.2\n",
        "share_ratio = 0.3\n",
        "mydata/balance/bots.toml:28:15: hard.share_ratio: the shares of easy, normal and hard must add up to 1, they make 1.1",
    ),
    (
        "balance/zone.toml",
        "radius_ratio = 0.2",
        "radius_ratio = 0.5",
        "mydata/balance/zone.toml:25:16: phase[2].radius_ratio: must not exceed the radius_ratio of the phase before it (0.38), is 0.5",
    ),
    (
        "balance/zone.toml",
        "radius_ratio = 0.0\n",
        "radius_ratio = 0.01\n",
        "mydata/balance/zone.toml:37:16: phase[4].radius_ratio: must be 0 in the last phase, is 0.01",
    ),
    (
        "balance/zone.toml",
        "damage_hp_per_s = 12.0",
        "damage_hp_per_s = 0",
        "mydata/balance/zone.toml:38:19: phase[4].damage_hp_per_s: must be above 0 in the last phase, or a match might never end",
    ),
    (
        "balance/statuses.toml",
        "speed_ratio = 0.35",
        "speed_ratio = 1",
        "mydata/balance/statuses.toml:20:15: chilled.speed_ratio: must be a number above 0 and below 1, is 1",
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
    (mydata / "balance/curves.toml").unlink()
    edit(mydata / "balance/zone.toml", "[[phase]]", "[[phase]")
    edit(mydata / "balance/bots.toml", "lead_ratio", "leed_ratio")
    edit(mydata / "balance/match.toml", "view_width_u = 44.0", "view_width_u = 1e9")
    edit(mydata / "balance/classes.toml", '"firebolt"', '"firebold"')
    edit(mydata / "maps/caldera.tmj", '"rotation": 0', '"rotation": "up"')
    assert [line.rsplit(": ", 1)[0] for line in errors(mydata)] == [
        "mydata/balance/bots.toml:7:1: easy.lead_ratio",
        "mydata/balance/bots.toml:15:1: easy.leed_ratio",
        "mydata/balance/classes.toml:41:11: wizard.skills.primary",
        "mydata/balance/curves.toml",
        "mydata/balance/match.toml:24:16: view_width_u",
        "mydata/balance/zone.toml:9:8",
        'mydata/maps/caldera.tmj:18:18: layers[0].objects[0].rotation (id 1 "spire")',
    ]


def test_all_that_contradicts_comes_at_once(mydata: Path) -> None:
    edit(mydata / "balance/match.toml", "level_max = 10", "level_max = 12")
    edit(mydata / "balance/skills.toml", "over_s = 4.0", "over_s = 0.0")
    edit(mydata / "balance/loot.toml", "chance_ratio = 0.34", "chance_ratio = 0.5")
    edit(mydata / "balance/curves.toml", "domain = [1, 5]", "domain = [1, 3]")
    lines = errors(mydata)
    assert [line for line in lines if "must cover levels 1 to 12, covers 1 to 10" not in line] == [
        "mydata/balance/loot.toml:47:8: tables.common.draw: chances must not add up to more than 1, they make 1.16",
        "mydata/balance/match.toml:50:12: experience.level_xp: curve level_cost must cover levels 1 to 11, covers 1 to 10",
        "mydata/balance/skills.toml:71:13: fireball.damage_hp: curve fireball_damage must cover levels 1 to 5, covers 1 to 3",
        "mydata/balance/skills.toml:136:10: first_aid.over_s: must be above 0 for a skill with over_hp",
    ]
    stats = [line for line in lines if line.startswith("mydata/balance/classes.toml")]
    assert len(stats) == 14


def test_a_class_of_curves_that_go_on_is_fine(mydata: Path) -> None:
    """Only levels that are reached need a value, and whoever asks for more than one has them."""
    edit(mydata / "balance/match.toml", "level_max = 10", "level_max = 7")
    for kind in ("linear", "exponential"):
        edit(mydata / "balance/curves.toml", f'kind = "{kind}"', f'kind = "{kind}" #')
    assert load_datapack(mydata).balance.match.experience.level_max == 7


def test_maps_draw_from_tables_that_are_there(mydata: Path) -> None:
    edit(mydata / "balance/loot.toml", "[tables.rare]", "[tables.rarest]")
    edit(mydata / "balance/loot.toml", "[tables.medical]", "[tables.pills]")
    lines = errors(mydata)
    assert lines[0] == (
        'mydata/maps/caldera.tmj:10483:5: layers[4].objects[0] (id 630 "rare"): there is no loot '
        'table "rare" in loot.tables; did you mean rarest?'
    )
    assert sum("medical" in line for line in lines) == 32
    assert sum('table "rare"' in line for line in lines) == 12 == len(lines) - 32
    assert any(
        line.endswith("; there are: common, crate, pills, rarest, remains, weapons")
        for line in lines
    )
    assert errors(mydata, "generated:3")


def test_a_directory_stands_alone(mydata: Path) -> None:
    assert errors(Path("nowhere")) == [
        "nowhere: there is no such directory; it should hold balance/ and maps/"
    ]
    shutil.rmtree(mydata / "balance")
    shutil.rmtree(mydata / "maps")
    assert errors(mydata) == [
        f"mydata/balance/{name}.toml: there is no such file"
        for name in sorted(Balance.model_fields)
    ] + ["mydata/maps: holds no map; a map is a Tiled file whose name ends in .tmj"]


def test_a_misnamed_file_is_not_overlooked(mydata: Path) -> None:
    (mydata / "balance/zone.toml").rename(mydata / "balance/zones.toml")
    assert errors(mydata) == [
        "mydata/balance/zone.toml: there is no such file",
        "mydata/balance/zones.toml: unknown balance file; did you mean zone.toml?",
    ]


def test_maps_are_called_by_name(mydata: Path) -> None:
    shutil.copy(mydata / "maps/caldera.tmj", mydata / "maps/atoll.tmj")
    edit(mydata / "maps/atoll.tmj", '"Caldera"', '"Atoll"')
    names = ["atoll", *map_names()]
    assert map_names(mydata) == names
    assert load_datapack(mydata, "atoll").map.name == "Atoll"
    assert load_datapack(mydata).map.name == "Caldera"
    (mydata / "maps/maps.toml").unlink()
    known = ", ".join(names)
    assert errors(mydata) == [
        f"mydata/maps: holds several maps, choose one by name or in maps.toml: {known}"
    ]
    assert errors(mydata, "atol") == [
        f'mydata/maps: there is no map "atol"; there are: {known}, or generated:SEED'
    ]
    assert errors(mydata, "../maps/atoll")[0].startswith("mydata/maps: there is no map")


def test_a_body_must_fit_the_map(mydata: Path) -> None:
    edit(mydata / "balance/match.toml", "radius_u = 0.5", "radius_u = 1.8")
    edit(mydata / "balance/skills.toml", "distance_u = 2.2", "distance_u = 2.5")
    lines = errors(mydata)
    assert lines
    for line in lines:
        assert re.match(
            r"mydata/maps/caldera\.tmj:\d+:5: layers\[1\]\.objects\[\d+\] \(id \d+\): "
            r"(a body does not fit here: 1\.\d\d u to the nearest wall or edge, match\.body\.radius_u is 1\.8"
            r"|no way leads from here to the other spawns for a match\.body\.radius_u of 1\.8)$",
            line,
        )


def written_otherwise(table: dict[str, Any], rng: random.Random) -> str:
    """The same values as TOML in another order, with comments, and whole numbers as integers."""
    flat: list[str] = []

    def write(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for key in rng.sample(sorted(value), len(value)):
                write(f"{path}.{key}" if path else key, value[key])
        elif isinstance(value, list) and isinstance(value[0], dict):
            rows = (
                ", ".join(f"{k} = {json.dumps(v)}" for k, v in reversed(row.items()))
                for row in value
            )
            flat.append(f"{path} = [" + ", ".join("{" + row + "}" for row in rows) + "] # one line")
        elif isinstance(value, bool | str | list):
            flat.append(f"{path} = {json.dumps(value)}")
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
    edit(mydata / "maps/caldera.tmj", '"x": 2488', '"x": 2488.0000001')
    changed = load_datapack(mydata)
    assert changed.balance_hash != shipped.balance_hash
    assert changed.map_hash != shipped.map_hash


def test_the_canonical_form_is_what_it_was() -> None:
    world = MapModel(
        name="Ø",
        width_u=20,
        height_u=30.5,
        players_max=2,
        walls=((5.0, 6.0, 0.5, 0.25, 0.0, 4095, 7), (10.0, 10.0, 0.0, 0.0, 1.1, 0, 4)),
        spawns=((1.0, 2.0), (19.0, 0.1)),
        bushes=((3.0, 4.0, 1.5),),
        crates=((7.0, 7.5, 0.5, 0.5, 1024),),
        loot=((2.0, 2.0, "chest"),),
    )
    expected = (
        b'{"bushes":[[3.0,4.0,1.5]],"crates":[[7.0,7.5,0.5,0.5,1024]],"height_u":30.5,'
        b'"loot":[[2.0,2.0,"chest"]],"name":"\\u00d8","players_max":2,'
        b'"spawns":[[1.0,2.0],[19.0,0.1]],"walls":[[5.0,6.0,0.5,0.25,0.0,4095,7],'
        b'[10.0,10.0,0.0,0.0,1.1,0,4]],"width_u":20.0}'
    )
    assert canonical_json(world) == expected
    assert content_hash(expected) == "de8446acd4be12a1ab9ee4c3e02b6fc1"
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
            "match.body.radius_u: must be a number from 0.1 to 2, is true",
        ),
        (
            b'"radius_u":0.5',
            b'"radius_u":1.9',
            "skills.shield_wall.distance_u: must be at least 2.3",
        ),
        (b'"loot_u":', b'"lute_u":', "bots.easy.lute_u: unknown key; did you mean loot_u?"),
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
        ({"walls": [[1, 1, 2, 1, 0, 0, 7]]}, "map:1:87: walls[0]: must lie inside the world"),
        (
            {"walls": [[1, 1, 0, 1, 0, 0, 7]]},
            "map:1:87: walls[0]: a wall needs an extent both ways",
        ),
        ({"walls": [[1, 1, 1, 1]]}, "walls[0][4]: is missing; must be a number from 0 to 1000"),
        ({"walls": [[1, 1, 1, 1, -1]]}, "walls[0][4]: must be a number from 0 to 1000, is -1"),
        ({"spawns": [[1, 1], [21, 1]]}, "spawns[1]: must lie inside the world"),
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


def test_a_pack_may_stand_on_the_shipped_data(mydata: Path) -> None:
    shutil.rmtree(mydata / "maps")
    (mydata / "balance/zone.toml").unlink()
    (mydata / "pack.toml").write_text('extends = "shipped"\n')
    edit(mydata / "balance/match.toml", "radius_u = 0.5", "radius_u = 0.45")
    pack, shipped = load_datapack(mydata), load_datapack()
    assert pack.balance.match.body.radius_u == 0.45
    assert pack.balance.zone == shipped.balance.zone
    assert pack.map == shipped.map
    assert map_names(mydata) == map_names()


def test_maps_of_a_pack_go_before_the_shipped_ones(mydata: Path) -> None:
    (mydata / "pack.toml").write_text('extends = "shipped"\n')
    for path in (mydata / "maps").glob("*"):
        if path.name != "caldera.tmj":
            path.unlink()
    (mydata / "maps/caldera.tmj").rename(mydata / "maps/own.tmj")
    edit(mydata / "maps/own.tmj", '"Caldera"', '"Own"')
    assert load_datapack(mydata).map.name == "Own"
    assert load_datapack(mydata, "own").map.name == "Own"
    assert load_datapack(mydata, "caldera").map.name == "Caldera"
    assert map_names(mydata) == sorted({*map_names(), "own"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('extends = "shiped"', 'pack.toml:1:11: extends: must be "shipped", is "shiped"'),
        ("extend = 1", "pack.toml:1:1: extend: unknown key; did you mean extends?"),
        ("extends =", "pack.toml:1:1: invalid value, reached the end of the file"),
    ],
)
def test_a_wrong_pack_file_is_told(mydata: Path, text: str, expected: str) -> None:
    (mydata / "pack.toml").write_text(text)
    assert errors(mydata)[0].startswith(f"mydata/{expected}")


def test_the_shipped_data_cannot_stand_on_themselves(
    mydata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringfall.datapack.packs.shipped_data", lambda: mydata)
    (mydata / "pack.toml").write_text('extends = "shipped"')
    assert errors(mydata) == ["mydata/pack.toml: the shipped data cannot extend the shipped data"]
