"""The data pack: one balance and one map, loaded, checked against each other, and hashed.

A directory of data holds `balance/` with one TOML file per concern and `maps/` with Tiled maps.
The canonical form of either is JSON with sorted keys and no spaces: the same values give the
same bytes whatever the order, the comments or the number format of the file. Those bytes, whole,
travel in every replay; their hash says whether two matches were played by the same rules.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast

import xxhash
from pydantic import BaseModel, ValidationError

from ringfall.document_words import show
from ringfall.documents import (
    DataError,
    Document,
    Finding,
    Problem,
    findings,
    locate,
    parse_document,
    read_document,
    validate,
)
from ringfall.mapfile import clearance, resolve
from schema.balance import Balance
from schema.tiled import MapModel, TiledMap


@dataclass(frozen=True)
class DataPack:
    """What a match is played by. The JSON is canonical, the hashes are xxh3-128 of it, in hex."""

    balance: Balance
    balance_json: bytes
    balance_hash: str
    map: MapModel
    map_json: bytes
    map_hash: str


def load_datapack(directory: Path | None = None, map_name: str | None = None) -> DataPack:
    """Load the data in `directory` (None: the shipped data) with the map called `map_name`.

    A map is called by its file name without `.tmj`; no name means the only map there is.
    Raises `DataError` with everything that is wrong in any of the files.
    """
    directory = _data_directory(directory)
    balance, problems = _load_balance(directory / "balance")
    world, more = _load_map(directory / "maps", map_name, balance)
    if balance is None or world is None or problems or more:
        raise DataError(problems + more)
    balance_json, map_json = canonical_json(balance), canonical_json(world)
    return DataPack(
        balance=balance,
        balance_json=balance_json,
        balance_hash=content_hash(balance_json),
        map=world,
        map_json=map_json,
        map_hash=content_hash(map_json),
    )


def map_names(directory: Path | None = None) -> list[str]:
    """Names of the maps in `directory` (None: the shipped data), sorted."""
    return sorted(_map_files(_data_directory(directory) / "maps"))


def shipped_data() -> Path:
    """The data that comes with Ringfall: inside an installed package, or in the checkout."""
    installed = Path(str(resources.files("ringfall").joinpath("_data")))
    # Installed first: beside an installed package, `data/` would be somebody else's.
    return installed if installed.is_dir() else Path(__file__).resolve().parent.parent / "data"


def canonical_json(model: BaseModel) -> bytes:
    """The one byte form of a model: sorted keys, no spaces, ASCII."""
    value = model.model_dump(mode="json")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def content_hash(data: bytes) -> str:
    """xxh3-128 of `data`, 32 hex digits. It tells versions apart; it does not stop forgers."""
    return xxhash.xxh3_128_hexdigest(data)


def balance_from_json(data: bytes, file: str = "balance") -> Balance:
    """Read a canonical balance back, as from a replay; errors call it `file`."""
    return validate(parse_document(file, data, "json"), Balance)


def map_from_json(data: bytes, file: str = "map") -> MapModel:
    """Read a canonical map back, as from a replay; errors call it `file`."""
    return validate(parse_document(file, data, "json"), MapModel)


def _data_directory(directory: Path | None) -> Path:
    if directory is None:
        return shipped_data()
    try:
        if directory.is_dir():
            return directory
    except OSError as error:  # a folder above it that may not be searched
        raise _refusal(directory, f"cannot be read: {error.strerror}") from None
    raise _refusal(directory, "there is no such directory; it should hold balance/ and maps/")


def _refusal(path: Path, message: str) -> DataError:
    return DataError([Problem(str(path), 0, 0, "", message)])


def _load_balance(folder: Path) -> tuple[Balance | None, list[Problem]]:
    """Every file of `folder`, each against its model, then all against each other."""
    problems = _strangers(folder)
    documents: dict[str, Document] = {}
    values: dict[str, Any] = {}
    for name, declared in Balance.model_fields.items():
        model = cast("type[BaseModel]", declared.annotation)
        try:
            documents[name] = read_document(folder / f"{name}.toml")
            values[name] = validate(documents[name], model)
        except DataError as error:
            problems += error.problems
    if len(values) < len(Balance.model_fields):
        return None, problems
    try:
        return Balance(**values), problems
    except ValidationError as error:
        for finding in findings(error, Balance):
            at = Finding(finding.at[1:], finding.message)
            problems += locate(documents[str(finding.at[0])], [at])
        return None, problems


def _strangers(folder: Path) -> list[Problem]:
    """TOML files nobody would read: most likely a name with a slip in it."""
    known = [f"{name}.toml" for name in Balance.model_fields]
    problems = []
    for path in sorted(folder.glob("*.toml")):
        if path.name not in known and not path.name.startswith("."):
            near = difflib.get_close_matches(path.name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
            problems.append(Problem(str(path), 0, 0, "", f"unknown balance file; {hint}"))
    return problems


def _load_map(
    folder: Path, name: str | None, balance: Balance | None
) -> tuple[MapModel | None, list[Problem]]:
    try:
        document = read_document(_choose_map(folder, name))
        tiled = validate(document, TiledMap)
    except DataError as error:
        return None, list(error.problems)
    resolved = resolve(tiled)
    found = list(resolved.findings)
    if balance is not None:
        found += clearance(resolved, balance.body.radius_u)
    return resolved.map, locate(document, found) if found else []


def _choose_map(folder: Path, name: str | None) -> Path:
    files = _map_files(folder)
    names = ", ".join(sorted(files))
    if not files:
        raise _refusal(folder, "holds no map; a map is a Tiled file whose name ends in .tmj")
    if name is None and len(files) > 1:
        raise _refusal(folder, f"holds several maps, choose one by name: {names}")
    if name is not None and name not in files:
        raise _refusal(folder, f"there is no map {show(name)}; there are: {names}")
    return files[name] if name is not None else next(iter(files.values()))


def _map_files(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in folder.glob("*.tmj") if not path.name.startswith(".")}
