"""A whole balance held against its models: every file, every name between files, every curve.

Everything here is derived from the models, whatever they are: a tree of pydantic models with one
field per file. Names are checked where a model says `RefersTo`, curves where it says `Scaled`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, TypeAdapter, ValidationError

from ringfall.documents import Document, Finding, Problem, findings
from ringfall.documents.inheriting import Inherited
from ringfall.documents.shapes import Shape, shape_of, walk
from ringfall.documents.trees import Locator, Place, Tree, grow_at, locate_in, validate_tree
from ringfall.documents.words import did_you_mean, expectation, plain_number, show, unknown_key
from schema.curves import CURVES_FILE, Between, Curve
from schema.references import RefersTo

BalanceT = TypeVar("BalanceT", bound=BaseModel)
_CURVE: TypeAdapter[Any] = TypeAdapter(Curve)


@dataclass
class Checked(Generic[BalanceT]):
    """What came out of a check: the balance, unless `problems` says why there is none."""

    balance: BalanceT | None
    problems: list[Problem] = field(default_factory=list)


def file_models(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The model of each file of a balance, by the file's name without `.toml`."""
    return {
        name: cast("type[BaseModel]", declared.annotation)
        for name, declared in model.model_fields.items()
    }


def check(
    trees: Mapping[str, Tree],
    model: type[BalanceT],
    locator: Locator,
    inherited: Mapping[str, Inherited] | None = None,
) -> Checked[BalanceT]:
    """Check the trees of a balance's files, all at once.

    Args:
        trees: by file name; a file that could not be read is left out.
        model: the whole balance.
        locator: finds lines and columns.
        inherited: how the files came by their trees, where anything could be inherited.
    """
    inherited = inherited or {}
    values: dict[str, BaseModel] = {}
    problems: list[Problem] = []
    for name, file_model in file_models(model).items():
        if name not in trees:
            continue
        tree = trees[name]
        value, found = validate_tree(tree, file_model)
        if value is not None:
            values[name] = value
        if name in inherited:
            found = _without_heirlooms(found, inherited[name], locator)
        found += _between_files(file_model, tree, trees)
        problems += locate_in(tree, found, locator)
    if (
        problems
        or len(values) < len(model.model_fields)
        or any(one.broken for one in inherited.values())
    ):
        return Checked(None, problems)
    return _agree(model, values, trees, locator)


def _agree(
    model: type[BalanceT],
    values: Mapping[str, BaseModel],
    trees: Mapping[str, Tree],
    locator: Locator,
) -> Checked[BalanceT]:
    """The whole from its files; what contradicts between them is told where it stands."""
    try:
        return Checked(model(**values))
    except ValidationError as error:
        by_file: dict[str, list[Finding]] = {}
        for one in findings(error, model, {}):
            by_file.setdefault(str(one.at[0]), []).append(Finding(one.at[1:], one.message))
    problems: list[Problem] = []
    for name, found in by_file.items():
        problems += locate_in(trees[name], found, locator)
    return Checked(None, problems)


def check_document(document: Document, model: type[BalanceT]) -> Checked[BalanceT]:
    """Check a balance that is one document with a table per file, as in a replay."""
    locator = Locator()
    trees: dict[str, Tree] = {}
    problems: list[Problem] = []
    root = Place(document, ())
    for name in model.model_fields:
        value = document.value.get(name)
        if isinstance(value, dict):
            trees[name] = grow_at(document, value, (name,))
        elif name in document.value:
            text = f"must be a table, is {show(value)}"
            problems.append(locator.problem(Place(document, (name,)), text))
        else:
            problems.append(locator.problem(root, "is missing; must be a table", suffix=(name,)))
    for name in document.value.keys() - model.model_fields.keys():
        text = unknown_key(name, Shape(model))
        problems.append(locator.problem(Place(document, (name,)), text, on_key=True))
    checked = check(trees, model, locator)
    return Checked(checked.balance, problems + checked.problems)


def _without_heirlooms(
    found: list[Finding], inherited: Inherited, locator: Locator
) -> list[Finding]:
    """Findings less what is missing where inheriting failed; with who took away what is missing."""
    kept = []
    for one in found:
        orphan = any(one.at[:end] in inherited.broken for end in range(len(one.at) + 1))
        if one.absent and one.at in inherited.gone:
            where = locator.text(inherited.gone[one.at])
            one = one._replace(message=f"{one.message}; it was removed at {where}")
        if not (one.absent and orphan):
            kept.append(one)
    return kept


# --- names and curves of other files ---------------------------------------------------------


def _between_files(
    model: type[BaseModel], tree: Tree, trees: Mapping[str, Tree]
) -> Iterator[Finding]:
    """Names in a file that no other file has, and curves that leave the range of their field."""
    curve_of = functools.cache(functools.partial(_curve_of, trees))
    for spot in walk(model, tree.plain()):
        for limit in spot.shape.limits:
            if isinstance(limit, RefersTo) and (text := _dangling(spot.value, limit, trees)):
                yield Finding(spot.at, text, on_key=spot.is_key)
            elif isinstance(limit, Between) and (text := _beyond(spot.value, limit, curve_of)):
                yield Finding(spot.at, text)


def _dangling(name: Any, reference: RefersTo, trees: Mapping[str, Tree]) -> str:
    """What is wrong with a name; empty when the other file has it, or could not be read."""
    file, *inside = reference.target.split(".")
    if file not in trees or not isinstance(name, str):
        return ""
    table, depth = trees[file].deepest(tuple(inside))
    known = [] if depth < len(inside) or not table.is_table else list(table.inner or ())
    if name in known:
        return ""
    sought = trees[file].place.document.file
    if inside:
        sought += f" [{'.'.join(inside)}]"
    return f"there is no {show(name)} in {sought}{did_you_mean(name, known)}"


def _curve_of(trees: Mapping[str, Tree], name: str) -> Any:
    """The curve of a name; None when there is none, or what is wrong with it is told there."""
    curves = trees.get(CURVES_FILE)
    written = (curves.inner or {}).get(name) if curves else None
    if written is None:
        return None
    try:
        return _CURVE.validate_python(written.plain())
    except ValidationError:
        return None


def _beyond(value: Any, limit: Between, curve_of: Callable[[str], Any]) -> str:
    """The first level at which a curve leaves the range of a field; empty when none does."""
    name = value.get("curve") if isinstance(value, dict) else None
    if not isinstance(name, str) or (curve := curve_of(name)) is None:
        return ""
    for level, value in enumerate(curve.values(), curve.domain[0]):
        if not limit.allows(value):
            allowed = expectation(shape_of(float, [limit]))
            for word in ("a number ", "from "):
                allowed = allowed.removeprefix(word)
            return f"curve {name}: level {level} gives {plain_number(value)}, allowed is {allowed}"
    return ""
