"""What designers own, loaded: balance files, a map, and everything that can be wrong with them.

`packs` opens a folder of data, `balance` reads its balance files with all they inherit,
`checking` holds them against the models; `showing` and `schemas` lay them out for people and
editors, `reloading` notices edits.
"""

from ringfall.datapack.balance import balance_from_json
from ringfall.datapack.packs import (
    DataPack,
    Reading,
    canonical_json,
    content_hash,
    load_balance,
    load_datapack,
    map_from_json,
    map_names,
    open_folder,
    read_datapack,
    shipped_data,
)

__all__ = [
    "DataPack",
    "Reading",
    "balance_from_json",
    "canonical_json",
    "content_hash",
    "load_balance",
    "load_datapack",
    "map_from_json",
    "map_names",
    "open_folder",
    "read_datapack",
    "shipped_data",
]
