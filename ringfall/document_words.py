"""The words of an error in a document: what was expected, what is there, and which key.

Expectations are derived from the model that refused the value, so a range is written once, at
its field, and every error about it names that range.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ringfall.document_places import KeyPath


def key_text(at: KeyPath) -> str:
    """`("phase", 2, "wait_s")` as people write it: `phase[2].wait_s`."""
    text = ""
    for part in at:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(part)
            text += f".{bare}" if text else bare
    return text


def show(value: object) -> str:
    """A value as an error names it: short, on one line, free of control characters."""
    match value:
        case bool() | None:
            return json.dumps(value)
        case str():
            return json.dumps(value if len(value) <= 40 else value[:37] + "...")
        case int() if value.bit_length() > 64:
            return "a huge number"  # too long for a line, and str() refuses 4,300 digits
        case int() | float():
            return str(value)
        case list() | tuple():
            return "a list"
        case dict():
            return "a table"
    return "a date or time"


def plain_number(value: float) -> str:
    """`32` rather than `32.0`, but never a rounded value."""
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def nearest_id(value: Any, at: KeyPath) -> str:
    """Names the innermost table on the path that has an `id`, as Tiled's objects do."""
    found = ""
    for part in at:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(value, dict) and isinstance(value.get("id"), int):
            name = value.get("name")
            found = f" (id {show(value['id'])}{' ' + show(name) if name else ''})"
    return found


_KINDS = {float: "a number", int: "a whole number", str: "text", bool: "true or false"}
_LENGTHS = {"too_short": ("at least", "min_length"), "too_long": ("at most", "max_length")}
_RANGES = frozenset(
    "greater_than greater_than_equal less_than less_than_equal finite_number int_from_float "
    "literal_error".split()
)


def error_message(details: ErrorDetails, model: type[BaseModel]) -> str:
    """One pydantic error about `model` in the words of this module, without its key."""
    kind, value, at = details["type"], details["input"], details["loc"]
    context = details.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(at[-1]), _field(model, at[:-1])[0])
    expected = _expectation(*_field(model, at))
    if kind == "missing":
        return f"is missing; must be {expected}" if expected else "is missing"
    if expected and (kind in _RANGES or kind.endswith("_type")):
        return f"must be {expected}, is {show(value)}"
    if kind in _LENGTHS:
        words, limit = _LENGTHS[kind]
        noun = "entry" if context[limit] == 1 else "entries"
        return f"must have {words} {context[limit]} {noun}, has {context['actual_length']}"
    text = details["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return f"{text[:1].lower()}{text[1:]}, is {show(value)}"


def _unknown_key(name: str, model: Any) -> str:
    known: list[str] = []
    if isinstance(model, type) and issubclass(model, BaseModel):
        known = list(model.model_fields)
    if near := difflib.get_close_matches(name, known, n=1):
        return f"unknown key; did you mean {near[0]}?"
    return f"unknown key; known are: {', '.join(known)}"


def _field(model: Any, at: KeyPath) -> tuple[Any, list[Any]]:
    """Type and constraints a model declares at a key path; `(None, [])` when it has none."""
    kind, limits = _unwrap(model, [])
    for part in at:
        arguments = get_args(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel) and part in kind.model_fields:
            declared = kind.model_fields[str(part)]
            kind, limits = _unwrap(declared.annotation, declared.metadata)
        elif get_origin(kind) is dict:
            kind, limits = _unwrap(arguments[1], [])
        elif get_origin(kind) in (list, tuple) and isinstance(part, int):
            fixed = get_origin(kind) is tuple and arguments[-1] is not Ellipsis
            kind, limits = _unwrap(arguments[min(part, len(arguments) - 1) if fixed else 0], [])
        else:
            return None, []
    return kind, limits


def _unwrap(kind: Any, limits: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Take `Annotated` and `| None` off a type; constraints join `limits`."""
    limits = list(limits)
    while True:
        if get_origin(kind) is Annotated:
            kind, *extra = get_args(kind)
            for item in extra:
                limits += item.metadata if isinstance(item, FieldInfo) else [item]
        elif get_origin(kind) in (Union, UnionType):
            others = [option for option in get_args(kind) if option is not type(None)]
            if len(others) != 1:
                return kind, limits
            kind = others[0]
        else:
            return kind, limits


def _expectation(kind: Any, limits: Sequence[Any]) -> str:
    """`a number from 0.05 to 60`; empty when there is nothing useful to say."""
    if get_origin(kind) is Literal:
        return " or ".join(show(option) for option in get_args(kind))
    if get_origin(kind) in (list, tuple):
        return "a list"
    if isinstance(kind, type) and issubclass(kind, BaseModel | dict):
        return "a table"
    text = _KINDS.get(kind, "")
    bounds = {
        name: plain_number(getattr(limit, name))
        for limit in limits
        for name in ("gt", "ge", "lt", "le")
        if isinstance(getattr(limit, name, None), int | float)
    }
    if not text or not bounds:
        return text
    if bounds.keys() == {"ge", "le"}:
        low, high = bounds["ge"], bounds["le"]
        return low if low == high else f"{text} from {low} to {high}"
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    return f"{text} " + " and ".join(f"{words[name]} {bound}" for name, bound in bounds.items())
