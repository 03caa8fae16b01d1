"""Data folders of the tests' own: an open field, and a zone that waits or kills."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from persistence.errors import JournalError
from persistence.reader import open_journal
from tests.server.servers import ROOT

PX = 32  # pixels per unit in Tiled

SUDDEN_DEATH = "[sudden_death]\nafter_s = 600.0\ndamage_hp_per_s = 1.0\ngrowth_hp_per_s = 1.0\n"
CALM_ZONE = (
    "[[phase]]\nwait_s = 600.0\nshrink_s = 1.0\nradius_ratio = 0.0\ndamage_hp_per_s = 1.0\n"
    + SUDDEN_DEATH
)
DEADLY_ZONE = (
    "[[phase]]\nwait_s = 1.0\nshrink_s = 1.0\nradius_ratio = 0.0\ndamage_hp_per_s = 400.0\n"
    + SUDDEN_DEATH
)


def make_data(
    folder: Path, zone: str, *, width_u: int = 40, height_u: int = 24, **match: object
) -> Path:
    """A data folder: the shipped balance but for the zone and keys of match.toml, an open field.

    Its spawns lie in two rows of which everybody sees all, and play begins at once.
    """
    shutil.copytree(ROOT / "data" / "balance", folder / "balance")
    (folder / "balance" / "zone.toml").write_text(zone)
    path = folder / "balance" / "match.toml"
    text = path.read_text()
    for key, value in {"countdown_s": "0.0", **match}.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        assert count == 1, key
    path.write_text(text)
    tiled = json.loads((ROOT / "data" / "maps" / "caldera.tmj").read_text())
    tiled["width"], tiled["height"] = width_u, height_u
    places = [(10 + 1.25 * x, y) for y in (8, 15) for x in range(16)]
    for layer in tiled["layers"]:
        if layer["name"] != "spawns":
            layer["objects"] = []
        else:
            layer["objects"] = [
                {**layer["objects"][0], "id": 1 + index, "x": x * PX, "y": y * PX}
                for index, (x, y) in enumerate(places)
            ]
    tiled["properties"] = [
        {"name": "name", "type": "string", "value": "Field"},
        {"name": "players_max", "type": "int", "value": len(places)},
    ]
    (folder / "maps").mkdir()
    (folder / "maps" / "field.tmj").write_text(json.dumps(tiled))
    return folder


def tame_bots(data: Path) -> Path:
    """Make bots of a data folder harm nobody: they notice whom they touch, late, and aim at random.

    Without them the places of people who leave are filled as ever.
    """
    path = data / "balance" / "bots.toml"
    text = path.read_text()
    for key, value in TAME.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        assert count > 0, key
    path.write_text(text)
    return data


TAME = {"sight_u": 1.0, "reaction_s": 5.0, "aim_error_degrees": 90.0, "skill_chance": 0.0}


def ticks_in(journal: Path) -> int:
    """Ticks that can be read from a journal; one that is being written will do, or none yet."""
    try:
        with open_journal(journal) as opened:
            return opened.end_tick or 0
    except (OSError, JournalError):
        return 0
