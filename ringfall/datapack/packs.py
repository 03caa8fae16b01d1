"""The data pack: one balance and one map, loaded, checked against each other, and hashed.

    DIR/pack.toml       optional: whether the shipped data stand in for what is missing
    DIR/balance/*.toml  one file per concern
    DIR/maps/*.tmj      Tiled maps

The canonical form of a balance or a map is JSON with sorted keys and no spaces: the same values
give the same bytes whatever the order, the comments or the number format of the file. Those
bytes, whole, travel in every replay; their hash says whether two matches were played by the same
rules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import xxhash
from pydantic import BaseModel, ConfigDict, Field

from ringfall.datapack.balance import BalanceFiles, read_balance
from ringfall.datapack.checking import BalanceT
from ringfall.documents import (
    DataError,
    Problem,
    load_document,
    parse_document,
    validate,
)
from ringfall.maps.choosing import load_map, map_files
from schema.balance import Balance
from schema.tiled import MapModel


@dataclass(frozen=True)
class DataPack:
    """What a match is played by. The JSON is canonical, the hashes are xxh3-128 of it, in hex."""

    balance: Balance
    balance_json: bytes
    balance_hash: str
    map: MapModel
    map_json: bytes
    map_hash: str


class PackFile(BaseModel):
    """`pack.toml`: what a folder of data says about itself. It may be absent."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    extends: Literal["shipped"] | None = Field(
        default=None, description="take balance files and maps that are missing from these data"
    )


@dataclass(frozen=True)
class PackFolder:
    """A folder of data and what its `pack.toml` says."""

    path: Path
    shipped: Path
    extends: bool

    def maps(self, name: str | None = None) -> Path:
        """The folder of the map called `name`, None for the default map."""
        own = self.path / "maps"
        if not self.extends or (own.is_dir() and (name is None or name in map_files(own))):
            return own
        return self.shipped / "maps"

    def read_balance(self, model: type[BalanceT]) -> BalanceFiles[BalanceT]:
        """Read the balance of the pack."""
        shipped = self.shipped / "balance"
        return read_balance(self.path / "balance", shipped, model, fill=self.extends)


def open_folder(directory: Path | None = None) -> PackFolder:
    """A folder of data, None for the shipped one; raises `DataError` when it is none."""
    shipped = shipped_data()
    path = _data_directory(directory)
    file = path / "pack.toml"
    pack = load_document(file, PackFile) if file.exists() else PackFile()
    if pack.extends and path.resolve() == shipped.resolve():
        raise _refusal(file, "the shipped data cannot extend the shipped data")
    return PackFolder(path, shipped, pack.extends is not None)


@dataclass(frozen=True)
class Reading:
    """What came of reading a folder of data.

    Attributes:
        pack: the data, unless `problems` says why there are none.
        files: the files they came from, other than maps.
    """

    pack: DataPack | None
    problems: tuple[Problem, ...]
    files: tuple[Path, ...]

    def taken(self) -> DataPack:
        """The data; raises `DataError` when something is wrong with them."""
        if self.pack is None:
            raise DataError(self.problems)
        return self.pack


def load_datapack(
    directory: Path | None = None, map_name: str | None = None, players: int | None = None
) -> DataPack:
    """Load the data in `directory` with the map called `map_name`.

    Args:
        directory: folder of data, None for the shipped one.
        map_name: what `ringfall.maps.choosing` knows as the name of a map; None for the default.
        players: places a map is made for, where the name means one that is made.

    Raises:
        DataError: with everything that is wrong in any of the files.
    """
    return read_datapack(directory, map_name, players).taken()


def load_balance(directory: Path | None = None) -> Balance:
    """Load the balance of the data in `directory` alone; raises `DataError`."""
    read = open_folder(directory).read_balance(Balance)
    if read.balance is None:
        raise DataError(read.problems)
    return read.balance


def read_datapack(
    directory: Path | None = None, map_name: str | None = None, players: int | None = None
) -> Reading:
    """The same, for whoever also wants the files; raises `DataError` only without a folder."""
    folder = open_folder(directory)
    read = folder.read_balance(Balance)
    radius_u, tables = None, None
    if read.balance is not None:
        radius_u, tables = read.balance.match.body.radius_u, read.balance.loot.tables
    world, more = load_map(folder.maps(map_name), map_name, radius_u, players, tables)
    files = tuple(read.files)
    if read.balance is None or world is None or more:
        return Reading(None, (*read.problems, *more), files)
    balance_json, map_json = canonical_json(read.balance), canonical_json(world)
    pack = DataPack(
        balance=read.balance,
        balance_json=balance_json,
        balance_hash=content_hash(balance_json),
        map=world,
        map_json=map_json,
        map_hash=content_hash(map_json),
    )
    return Reading(pack, (), files)


def map_names(directory: Path | None = None) -> list[str]:
    """Names of the maps in `directory` (None: the shipped data), sorted."""
    folder = open_folder(directory)
    shipped = map_files(folder.shipped / "maps") if folder.extends else {}
    return sorted(map_files(folder.path / "maps") | shipped)


def shipped_data() -> Path:
    """The data that comes with Ringfall: inside an installed package, or in the checkout."""
    installed = Path(str(resources.files("ringfall").joinpath("_data")))
    # Installed first: beside an installed package, `data/` would be somebody else's.
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "data"


def canonical_json(model: BaseModel) -> bytes:
    """The one byte form of a model: sorted keys, no spaces, ASCII."""
    value = model.model_dump(mode="json")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def content_hash(data: bytes) -> str:
    """xxh3-128 of `data`, 32 hex digits. It tells versions apart; it does not stop forgers."""
    return xxhash.xxh3_128_hexdigest(data)


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
