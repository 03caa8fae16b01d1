"""What a model declares at a key path: types and limits, walked together with a written value.

The value is needed because a union is only decided by what was written: models told apart by
their key `kind`, and values that are a number or a table (`schema.curves.Between`). pydantic
names the chosen member inside an error's location; `key_path` takes such names out again, so
that a path is always the path of keys in the file.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from ringfall.documents.places import KeyPath

_UNIONS = (Union, UnionType)


class Shape(NamedTuple):
    """A bare type, and the annotations and constraints that stood around it."""

    kind: Any
    limits: tuple[Any, ...] = ()


NOTHING = Shape(None)


def shape_of(kind: Any, around: Sequence[Any] = ()) -> Shape:
    """Take `Annotated`, `| None` and root models off a type; constraints join those `around` it."""
    limits = list(around)
    while True:
        if get_origin(kind) is Annotated:
            kind, *extra = get_args(kind)
            for item in extra:
                limits += item.metadata if isinstance(item, FieldInfo) else [item]
        elif get_origin(kind) in _UNIONS:
            others = [option for option in get_args(kind) if option is not type(None)]
            if len(others) != 1:
                return Shape(kind, tuple(limits))
            kind = others[0]
        elif is_model(kind) and issubclass(kind, RootModel):
            root = kind.model_fields["root"]
            kind, limits = root.annotation, limits + root.metadata
        else:
            return Shape(kind, tuple(limits))


def is_model(kind: Any) -> bool:
    """Whether a type is a pydantic model."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def members(kind: Any) -> dict[str, type[BaseModel]]:
    """The models of a union by the values of their key `kind`; empty for any other type."""
    return _members(kind) if get_origin(kind) in _UNIONS else {}


# A balance is walked through table by table, and its tables are of few models.
@functools.lru_cache(maxsize=1024)
def _members(union: Any) -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for option in get_args(union):
        model = shape_of(option).kind
        declared = model.model_fields.get("kind") if is_model(model) else None
        if declared is not None and get_origin(declared.annotation) is Literal:
            found.update(dict.fromkeys(get_args(declared.annotation), model))
    return found


def choose(shape: Shape, value: Any) -> tuple[Shape, str]:
    """The member of a union that `value` is meant as, and pydantic's name for it.

    A shape that leaves no choice comes back as it is, with no name; so does a union whose
    `kind` is missing or unknown in `value`.
    """
    for limit in shape.limits:
        if form := getattr(limit, "form_of", None):
            kind, tag = form(value)
            return (shape if tag == "number" else Shape(kind)), tag
    if (models := members(shape.kind)) and isinstance(value, dict):
        tag = value.get("kind")
        if isinstance(tag, str) and tag in models:
            return Shape(models[tag]), tag
    return shape, ""


def enter(shape: Shape, part: str | int) -> Shape:
    """What a shape without choice declares at one key or index; `NOTHING` when it has none."""
    kind, arguments = shape.kind, get_args(shape.kind)
    if is_model(kind) and part in kind.model_fields:
        return _field_of(kind, str(part))
    if get_origin(kind) is dict:
        return shape_of(arguments[1])
    if get_origin(kind) in (list, tuple) and isinstance(part, int):
        fixed = get_origin(kind) is tuple and arguments[-1] is not Ellipsis
        return shape_of(arguments[min(part, len(arguments) - 1) if fixed else 0])
    return NOTHING


@functools.lru_cache(maxsize=1024)
def _field_of(model: type[BaseModel], name: str) -> Shape:
    declared = model.model_fields[name]
    return shape_of(declared.annotation, declared.metadata)


def key_path(model: Any, value: Any, location: KeyPath) -> KeyPath:
    """The path of keys in the file that pydantic's `location` of an error speaks of."""
    at: list[str | int] = []
    shape = shape_of(model)
    for part in location:
        chosen, tag = choose(shape, value)
        if tag and part == tag:
            shape = chosen
            continue
        if part == "[key]":
            break
        at.append(part)
        shape, value = enter(chosen, part), _inside(value, part)
    return tuple(at)


def shape_at(model: Any, value: Any, at: KeyPath) -> Shape:
    """What `model` declares at a key path of `value`; `NOTHING` when it has none."""
    shape = shape_of(model)
    for part in at:
        shape = enter(choose(shape, value)[0], part)
        value = _inside(value, part)
    return choose(shape, value)[0]


class Spot(NamedTuple):
    """A value where a model knows what it should be; or, with `is_key`, the name of a key."""

    at: KeyPath
    value: Any
    shape: Shape
    is_key: bool = False


def walk(model: Any, value: Any, at: KeyPath = (), limits: Sequence[Any] = ()) -> Iterator[Spot]:
    """Every spot of a plain value. Only what fits is entered, so it may hold errors."""
    shape = shape_of(model, limits)
    yield Spot(at, value, shape)
    shape, _ = choose(shape, value)
    if isinstance(value, dict):
        for name, inner in value.items():
            if get_origin(shape.kind) is dict:
                yield Spot((*at, name), name, shape_of(get_args(shape.kind)[0]), True)
            below = enter(shape, name)
            if below is not NOTHING:
                yield from walk(below.kind, inner, (*at, name), below.limits)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            below = enter(shape, index)
            if below is not NOTHING:
                yield from walk(below.kind, inner, (*at, index), below.limits)


def _inside(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None
