"""A balance laid out key by key, each with the place it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ringfall.datapack.balance import BalanceFiles
from ringfall.documents import KeyPath
from ringfall.documents.shapes import is_model, shape_at
from ringfall.documents.trees import grow
from ringfall.documents.words import did_you_mean, key_text, writable

COMPUTED = "computed"
DEFAULT = "default"


@dataclass(frozen=True)
class Row:
    """One value: its key from the name of the file on, and where it was written."""

    at: KeyPath
    value: Any
    place: str

    @property
    def key(self) -> str:
        """The key path as people write it."""
        return key_text(self.at)


def written_rows(read: BalanceFiles[Any]) -> Iterator[Row]:
    """What the files themselves say, before anything is inherited."""
    for name, tree in read.trees.items():
        own = grow(tree.place.document)
        for at, value in leaves(own.plain()):
            node, _ = own.deepest(at)
            yield Row((name, *at), value, read.locator.text(node.place))


def resolved_rows(read: BalanceFiles[Any], balance: BaseModel) -> Iterator[Row]:
    """What a match is played by, and where each value was written; or why nowhere."""
    whole = balance.model_dump(mode="json")
    for name, table in whole.items():
        for at, value in leaves(table):
            node, depth = read.trees[name].deepest(at)
            if depth == len(at):
                place = read.locator.text(node.place)
            else:
                model = shape_at(type(balance), whole, (name, *at[:depth])).kind
                written = not is_model(model) or at[depth] in writable(model)
                place = DEFAULT if written else COMPUTED
            yield Row((name, *at), value, place)


def leaves(value: Any, at: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value that is no table, nor a list with tables in it, with its key path."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*at, name))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*at, index))
    else:
        yield at, value


def select(rows: list[Row], key: str | None) -> list[Row]:
    """The rows at and below a key; all without one. Raises `KeyError` with a hint."""
    if key is None:
        return rows
    found = [row for row in rows if any(name == key for name in _names(row))]
    if not found:
        known = dict.fromkeys(name for row in rows for name in _names(row))
        raise KeyError(f"there is no key {key}{did_you_mean(key, known)}")
    return found


def _names(row: Row) -> Iterator[str]:
    return (key_text(row.at[:end]) for end in range(1, len(row.at) + 1))
