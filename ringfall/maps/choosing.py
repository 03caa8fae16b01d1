"""From the name of a map to the map: a file of the data folder, or one made from a seed.

A map is called by its file name without `.tmj`. Where none is named, `maps.toml` beside the maps
says which is meant; a folder of one map needs no such file. `generated:SEED` is made on the spot,
for as many players as the match has places.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ringfall.documents import (
    DataError,
    Document,
    Finding,
    KeyPath,
    Problem,
    load_document,
    locate,
    parse_document,
    read_document,
    validate,
)
from ringfall.documents.words import show
from ringfall.maps.generating import SEED_MAX, generate
from ringfall.maps.ground import clearance, missing_tables
from ringfall.maps.reading import ResolvedMap, resolve
from ringfall.maps.writing import tiled_json
from schema.tiled import PLAYERS_MAX, MapModel, TiledMap

GENERATED = "generated:"
GENERATED_PLAYERS = 50
"""Places on a generated map when nobody says how many are wanted."""
FOLDER_FILE = "maps.toml"


class MapFolder(BaseModel):
    """`maps.toml`: what is to be said about a folder of maps as a whole."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    default: str = Field(min_length=1, description="name of the map played when none is named")


@dataclass(frozen=True)
class ReadMap:
    """A map document, and what it says."""

    document: Document
    resolved: ResolvedMap

    def problems(self, found: list[Finding]) -> list[Problem]:
        """Findings with their file, line and column."""
        return locate(self.document, found) if found else []

    def object_id(self, at: KeyPath) -> int | None:
        """The number Tiled gave the object a finding is about; None when it is about none."""
        if len(at) < 4 or at[2] != "objects":
            return None
        return int(self.document.value["layers"][at[1]]["objects"][at[3]]["id"])


def load_map(
    folder: Path,
    name: str | None,
    radius_u: float | None,
    players: int | None = None,
    tables: Collection[str] | None = None,
) -> tuple[MapModel | None, list[Problem]]:
    """The map `name` means among those of `folder`, and all that is wrong with it.

    Args:
        folder: holds `.tmj` files, and `maps.toml` if there are several.
        name: of a map, `generated:SEED`, or None for the default.
        radius_u: of the bodies that must fit, None when that is not known.
        players: places a generated map is made for; None for `GENERATED_PLAYERS`.
        tables: the loot tables there are, None when that is not known.
    """
    try:
        read = find_map(folder, name, players)
    except DataError as error:
        return None, list(error.problems)
    found = list(read.resolved.findings)
    if radius_u is not None:
        found += clearance(read.resolved, radius_u)
    if tables is not None:
        found += missing_tables(read.resolved, tables)
    return read.resolved.map, read.problems(found)


def find_map(folder: Path, name: str | None, players: int | None = None) -> ReadMap:
    """Read or make the map `name` means; raises `DataError` when there is no such document."""
    if name is not None and name.startswith(GENERATED):
        document = generate(_seed_of(name), players_for(players))
        return read_map(parse_document(name, tiled_json(document), "json"))
    return read_map(read_document(_choose(folder, name)))


def read_map(document: Document) -> ReadMap:
    """What a map document says; raises `DataError` when it is no Tiled map at all."""
    return ReadMap(document, resolve(validate(document, TiledMap)))


def map_files(folder: Path) -> dict[str, Path]:
    """The maps of a folder by name, sorted."""
    files = (path for path in folder.glob("*.tmj") if not path.name.startswith("."))
    return {path.stem: path for path in sorted(files)}


def players_for(players: int | None) -> int:
    """Places a generated map is made for: as wanted, within what a map may have."""
    return max(2, min(PLAYERS_MAX, GENERATED_PLAYERS if players is None else players))


def _seed_of(name: str) -> int:
    text = name.removeprefix(GENERATED)
    if not re.fullmatch(r"[0-9]{1,20}", text) or int(text) > SEED_MAX:
        raise _refusal(name, f"the seed must be a whole number from 0 to {SEED_MAX}")
    return int(text)


def _choose(folder: Path, name: str | None) -> Path:
    files = map_files(folder)
    names = ", ".join(files)
    if not files:
        raise _refusal(folder, "holds no map; a map is a Tiled file whose name ends in .tmj")
    if name is None:
        return _default(folder, files)
    if name not in files:
        text = f"there is no map {show(name)}; there are: {names}, or {GENERATED}SEED"
        raise _refusal(folder, text)
    return files[name]


def _default(folder: Path, files: dict[str, Path]) -> Path:
    said = folder / FOLDER_FILE
    names = ", ".join(files)
    if not said.exists():
        if len(files) > 1:
            text = f"holds several maps, choose one by name or in {FOLDER_FILE}: {names}"
            raise _refusal(folder, text)
        return next(iter(files.values()))
    default = load_document(said, MapFolder).default
    if default not in files:
        text = f"there is no map {show(default)}; there are: {names}"
        raise DataError(locate(read_document(said), [Finding(("default",), text)]))
    return files[default]


def _refusal(place: Path | str, message: str) -> DataError:
    return DataError([Problem(str(place), 0, 0, "", message)])
