"""Values that remember where they were written, however often they were inherited since.

A `Tree` is a document's value with a `Place` at every node. Merging trees keeps the places, so
an error about a merged value still points at the line that holds it; what the value was wanted
for is said in the text: `(inherited by frost_bolt)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from ringfall.documents.places import KeyPath, Marks, line_column, mark
from ringfall.documents.reading import PROBLEMS_MAX, Document, Finding, Problem, findings
from ringfall.documents.words import key_text

DEPTH_MAX = 32  # tables below are in no model; they are kept as one value

ModelT = TypeVar("ModelT", bound=BaseModel)


class Place(NamedTuple):
    """A key path of a document: where something was written."""

    document: Document
    at: KeyPath


@dataclass
class Removal:
    """One name in a `remove` list, and whether it has taken anything away."""

    place: Place
    path: tuple[str, ...]
    known: set[str] = field(default_factory=set)  # what could have been named instead
    found: bool = False


@dataclass(frozen=True, eq=False)
class Tree:
    """A value and the place it was written at.

    `inner` holds what is inside a table or list, by key or index, and is None for anything else;
    `value` is the plain value then. `extends` and `removals` are what a table says about
    inheriting; they are gone once that has been carried out.
    """

    place: Place
    value: Any = None
    inner: Mapping[Any, Tree] | None = None
    is_list: bool = False
    extends: Tree | None = None
    removals: tuple[Removal, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether this is a table."""
        return self.inner is not None and not self.is_list

    def plain(self) -> Any:
        """The value as the parsers would have given it."""
        if self.inner is None:
            return self.value
        if self.is_list:
            return [tree.plain() for tree in self.inner.values()]
        return {name: tree.plain() for name, tree in self.inner.items()}

    def deepest(self, at: KeyPath) -> tuple[Tree, int]:
        """The node at a key path, or the last one on the way to it; and how many keys led there."""
        tree = self
        for depth, part in enumerate(at):
            if tree.inner is None or part not in tree.inner:
                return tree, depth
            tree = tree.inner[part]
        return tree, len(at)


def grow(document: Document) -> Tree:
    """The tree of a document, as it was written."""
    return grow_at(document, document.value, ())


def grow_at(document: Document, value: Any, at: KeyPath) -> Tree:
    """The tree of the `value` that stands at a key path of a document."""
    place = Place(document, at)
    if isinstance(value, dict) and len(at) < DEPTH_MAX:
        names = value.items()
        return Tree(place, inner={name: grow_at(document, one, (*at, name)) for name, one in names})
    if isinstance(value, list) and len(at) < DEPTH_MAX:
        entries = enumerate(value)
        inner = {index: grow_at(document, one, (*at, index)) for index, one in entries}
        return Tree(place, inner=inner, is_list=True)
    return Tree(place, value)


class Locator:
    """Finds the lines and columns of places; reads each document's positions at most once."""

    def __init__(self) -> None:
        self._marks: dict[int, tuple[Document, Marks]] = {}

    def point(self, place: Place, *, on_key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of a value, or of its key."""
        document, at = place
        if id(document) not in self._marks:  # kept with it: an id is only good while it lives
            marks = mark(document.data, document.syntax, None)
            self._marks[id(document)] = (document, marks)
        places = self._marks[id(document)][1].places
        while at not in places:
            at = at[:-1]
        return line_column(document.data, places[at][0 if on_key else 1])

    def text(self, place: Place) -> str:
        """`file:line:column` of a value."""
        line, column = self.point(place)
        return f"{place.document.file}:{line}:{column}"

    def problem(
        self, place: Place, message: str, *, suffix: KeyPath = (), on_key: bool = False
    ) -> Problem:
        """A problem at a place; `suffix` are keys that should be there and are not."""
        line, column = self.point(place, on_key=on_key)
        key = key_text(place.at + suffix)
        return Problem(place.document.file, line, column, key, message)


def validate_tree(tree: Tree, model: type[ModelT]) -> tuple[ModelT | None, list[Finding]]:
    """The model of a tree, or what is wrong with it."""
    value = tree.plain()
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        return None, findings(error, model, value)


def locate_in(tree: Tree, found: Sequence[Finding], locator: Locator) -> list[Problem]:
    """Give every finding about a tree the line and column where its value was really written.

    What several tables inherited is one problem, which names them all.
    """
    heirs: dict[tuple[Place, KeyPath, str, bool], list[str]] = {}
    for finding in found:
        node, depth = tree.deepest(finding.at)
        key = (node.place, finding.at[depth:], finding.message, finding.on_key)
        names = heirs.setdefault(key, [])
        if heir := _heir(tree, finding.at[:depth], node.place):
            names.append(heir)
    problems: dict[str, list[Problem]] = {}
    for (place, suffix, message, on_key), names in heirs.items():
        listed = problems.setdefault(place.document.file, [])
        if len(listed) < PROBLEMS_MAX:
            text = f"{message} (inherited by {_names(names)})" if names else message
            listed.append(locator.problem(place, text, suffix=suffix, on_key=on_key))
    cut = len(heirs) - sum(map(len, problems.values()))
    result = [problem for listed in problems.values() for problem in listed]
    if cut:
        text = f"{len(heirs)} problems, the first {PROBLEMS_MAX} of each file are listed"
        result.append(Problem(tree.place.document.file, 0, 0, "", text))
    return result


def _heir(tree: Tree, at: KeyPath, place: Place) -> str:
    """Who inherited what stands at `place` as its key path `at`; empty when nobody did."""
    document, written = place
    at = tree.place.at + at
    elsewhere = "" if document is tree.place.document else tree.place.document.file
    if at == written:
        return elsewhere
    while at and written and at[-1] == written[-1]:
        at, written = at[:-1], written[:-1]
    return key_text(at) + (f" in {elsewhere}" if elsewhere else "")


def _names(names: Iterable[str], listed: int = 4) -> str:
    names = list(dict.fromkeys(names))
    rest = f" and {len(names) - listed} more" if len(names) > listed else ""
    return ", ".join(names[:listed]) + rest
