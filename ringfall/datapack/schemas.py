"""JSON Schemas of the balance files, for editors and linters; all of it derived from the models.

A schema says less than the loader in one respect: in tables that may inherit, no key is
required, since what is missing may be inherited. Everything else that can be said of one file is
there: unknown keys, types, ranges, kinds, lengths.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ringfall.datapack.checking import file_models
from schema.curves import CurveRef

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REMOVE = {
    "description": "inherited keys to take away, dotted for what lies deeper",
    "type": "array",
    "items": {"type": "string", "minLength": 1},
}
EXTENDS_TABLE = {"description": "the table beside this one to inherit from", "type": "string"}
EXTENDS_FILE = {
    "description": 'the file to start from: "shipped", or a path relative to this file',
    "type": "string",
    "pattern": r"^shipped$|\.toml$",
}


def balance_schemas(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """The schema of each file of a balance, by the file's name without `.toml`."""
    return {name: file_schema(one) for name, one in file_models(model).items()}


def file_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of one file."""
    _, whole = models_json_schema([(model, "validation")])
    defs = whole.get("$defs", {})
    name = model.__name__
    open_tables = set(_reached(defs, name)) - {CurveRef.__name__}
    for key, table in defs.items():
        _tidy(table)
        if key in open_tables:
            table.pop("required", None)
            table["properties"] = _with_words(table.get("properties", {}), EXTENDS_TABLE)
    root = defs.pop(name)
    root["properties"] |= {"extends": EXTENDS_FILE}
    schema = {"$schema": DIALECT, "title": f"Ringfall {name}", **root}
    return schema | {"$defs": defs} if defs else schema


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as it stands in `data/schema/`."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def schema_path(data: Path, name: str) -> Path:
    """Where the schema of a balance file lies in a folder of data."""
    return data / "schema" / f"{name}.schema.json"


def _with_words(properties: dict[str, Any], extends: dict[str, Any]) -> dict[str, Any]:
    return {**properties, "extends": extends, "remove": REMOVE}


def _reached(defs: dict[str, Any], name: str) -> Iterator[str]:
    """The tables that stand in no list: those that may inherit."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name not in seen and _is_table(defs[name]):
            yield name
        if name not in seen:
            seen.add(name)
            waiting += _references(defs[name])


def _is_table(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "object"


def _references(value: Any) -> Iterator[str]:
    """Names of the definitions that a schema uses outside of lists."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield str(value["$ref"]).rsplit("/", 1)[-1]
        for key, inner in value.items():
            if key not in ("items", "prefixItems"):
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _tidy(value: Any) -> None:
    """Take out what only pydantic needs, and what nobody writes."""
    if isinstance(value, list):
        for inner in value:
            _tidy(inner)
    if not isinstance(value, dict):
        return
    if isinstance(value.get("title"), str):
        del value["title"]
    value.pop("discriminator", None)
    # Without its `kind`, which may be inherited, an entry can fit several members.
    if "oneOf" in value:
        value["anyOf"] = value.pop("oneOf")
    properties = value.get("properties", {})
    for name in [name for name, one in properties.items() if one.pop("computed", False)]:
        del properties[name]
        if name in value.get("required", ()):
            value["required"].remove(name)
    for inner in value.values():
        _tidy(inner)
