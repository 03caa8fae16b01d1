"""The words of an error in a document: what was expected, what is there, and which key.

Expectations are derived from the model that refused the value, so a range is written once, at
its field, and every error about it names that range.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ringfall.documents.places import KeyPath
from ringfall.documents.shapes import Shape, is_model, members, shape_at


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


def error_message(details: ErrorDetails, model: type[BaseModel], value: Any, at: KeyPath) -> str:
    """One pydantic error about `model` in the words of this module, without its key.

    Args:
        details: the error.
        model: what refused.
        value: the whole that was validated against it.
        at: the key path in `value` that the error is about.
    """
    kind, given = details["type"], details["input"]
    context = details.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_key(str(at[-1]), shape_at(model, value, at[:-1]))
    shape = shape_at(model, value, at)
    expected = expectation(shape)
    if kind == "missing":
        return f"is missing; must be {expected}" if expected else "is missing"
    if expected and (kind in _RANGES or kind.endswith("_type")):
        return f"must be {expected}, is {show(given)}"
    if kind in _LENGTHS:
        words, limit = _LENGTHS[kind]
        noun = "entry" if context[limit] == 1 else "entries"
        return f"must have {words} {context[limit]} {noun}, has {context['actual_length']}"
    text = details["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return f"{text[:1].lower()}{text[1:]}, is {show(given)}"


def kind_message(details: ErrorDetails, model: type[BaseModel], value: Any, at: KeyPath) -> str:
    """What is wrong about the key `kind` of the table at `at`, whose model depends on it."""
    kinds = list(members(shape_at(model, value, at).kind))
    expected = " or ".join(map(show, kinds))
    if details["type"] == "union_tag_not_found":
        return f"is missing; must be {expected}"
    given = details["input"].get("kind")
    near = did_you_mean(given, kinds) if isinstance(given, str) else ""
    return f"must be {expected}, is {show(given)}{near}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean fire_bolt?`, or nothing where no known name is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def writable(model: type[BaseModel]) -> list[str]:
    """The keys of a model that people write: not those it computes itself."""
    return [
        name
        for name, declared in model.model_fields.items()
        if not (
            isinstance(declared.json_schema_extra, dict)
            and declared.json_schema_extra.get("computed")
        )
    ]


def unknown_key(name: str, shape: Shape) -> str:
    """A key that the model at `shape` does not know."""
    known = writable(shape.kind) if is_model(shape.kind) else []
    return f"unknown key{did_you_mean(name, known) or '; known are: ' + ', '.join(known)}"


def expectation(shape: Shape) -> str:
    """`a number from 0.05 to 60`; empty when there is nothing useful to say."""
    kind, limits = shape
    if kind is not float and any(hasattr(limit, "form_of") for limit in limits):
        return expectation(Shape(float, limits)) + ", or a curve"
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
