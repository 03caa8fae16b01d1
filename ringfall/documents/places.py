"""Where keys and values stand in a TOML or JSON document: tree-sitter's trees, read by key path.

Only asked once something is wrong. Marks follow the tables a document defines, so they know
arrays of tables, inline tables and dotted keys; a key given twice is found here, because here
both places are known.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import tree_sitter_json
import tree_sitter_toml
from tree_sitter import Language, Node, Parser

KeyPath = tuple[str | int, ...]
Syntax = Literal["toml", "json"]
Point = tuple[int, int]  # row and byte column, both from 0, as tree-sitter counts

_LANGUAGES = {
    "toml": Language(tree_sitter_toml.language()),
    "json": Language(tree_sitter_json.language()),
}
_KEY_PARTS_MAX = 64  # deeper dotted keys are in no model; their first parts are enough


@dataclass
class Marks:
    """Where keys and values start. Only values at a path in `inside` are entered; None: all."""

    inside: set[KeyPath] | None
    places: dict[KeyPath, tuple[Point, Point]] = field(default_factory=dict)
    repeated: list[tuple[KeyPath, Point, Point]] = field(default_factory=list)
    given: set[KeyPath] = field(default_factory=set)  # by a header or a value of their own
    elements: dict[KeyPath, int] = field(default_factory=dict)  # newest index per [[array]]

    def put(self, at: KeyPath, key: Point, value: Point) -> None:
        """Mark `at` as given here, once."""
        if at in self.given:
            self.repeated.append((at, self.places[at][0], key))
        else:
            self.given.add(at)
            self.places[at] = (key, value)


def mark(data: bytes, syntax: Syntax, inside: set[KeyPath] | None) -> Marks:
    """Mark where keys and their values start, entering the values at paths in `inside`, or all."""
    tree = Parser(_LANGUAGES[syntax]).parse(data)
    marks = Marks(inside, places={(): ((0, 0), (0, 0))})
    for node in tree.root_node.named_children:
        if syntax == "json":
            _mark_value(marks, (), node)
        elif node.type == "pair":
            _mark_value(marks, *_mark_pair(marks, (), node))
        elif node.type in ("table", "table_array_element"):
            at = _mark_header(marks, node)
            for pair in node.named_children:
                if pair.type == "pair":
                    _mark_value(marks, *_mark_pair(marks, at, pair))
    return marks


def first_error(data: bytes, syntax: Syntax) -> Point | None:
    """Where the first thing begins that is not in the grammar."""
    waiting = [Parser(_LANGUAGES[syntax]).parse(data).root_node]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            return node.start_point
        waiting += [child for child in reversed(node.children) if child.has_error]
    return None


def _mark_header(marks: Marks, node: Node) -> KeyPath:
    """`[a.b]` or `[[a.b]]`: mark it and return the path of the table it opens."""
    at: KeyPath = ()
    parts = list(_key_parts(node.named_children[0]))
    for name, point in parts[:-1]:
        at = (*at, name)
        marks.places.setdefault(at, (point, node.start_point))
        if at in marks.elements:
            at = (*at, marks.elements[at])
    name, point = parts[-1]
    at = (*at, name)
    if node.type == "table_array_element":
        marks.places.setdefault(at, (point, node.start_point))
        marks.elements[at] = marks.elements.get(at, -1) + 1
        at = (*at, marks.elements[at])
    marks.put(at, point, node.start_point)
    return at


def _mark_pair(marks: Marks, at: KeyPath, pair: Node) -> tuple[KeyPath, Node]:
    """`a.b = value` or `"a": value`: mark it and return its path and the value's node."""
    parts = list(_key_parts(pair.named_children[0]))
    value = pair.named_children[-1]
    for name, point in parts[:-1]:
        at = (*at, name)
        marks.places.setdefault(at, (point, point))
    name, point = parts[-1]
    at = (*at, name)
    marks.put(at, point, value.start_point)
    return at, value


def _mark_value(marks: Marks, at: KeyPath, node: Node) -> None:
    """Everything inside a value. No recursion: depth is the writer's choice."""
    waiting = [(at, node)]
    while waiting:
        at, node = waiting.pop()
        if marks.inside is not None and at not in marks.inside:
            continue
        inner = [child for child in node.named_children if child.type != "comment"]
        if node.type in ("object", "inline_table"):
            waiting += [_mark_pair(marks, at, pair) for pair in inner if pair.type == "pair"]
        elif node.type == "array":
            for index, child in enumerate(inner):
                marks.places[*at, index] = (child.start_point, child.start_point)
                waiting.append(((*at, index), child))


def _key_parts(key: Node) -> Iterator[tuple[str, Point]]:
    """The names of a possibly dotted key, with where each starts."""
    waiting, count = [key], 0
    while waiting and count < _KEY_PARTS_MAX:
        node = waiting.pop()
        if node.type == "dotted_key":
            waiting += reversed(node.named_children)
            continue
        text = (node.text or b"").decode()
        if node.type == "quoted_key":
            text = next(iter(tomllib.loads(f"{text} = 0")))
        elif node.type == "string":
            text = json.loads(text)
        count += 1
        yield text, node.start_point


def line_column(data: bytes, point: Point) -> tuple[int, int]:
    """Line and column from 1, the column in characters."""
    row, byte_column = point
    start = 0
    for _ in range(row):
        start = data.index(b"\n", start) + 1
    return row + 1, len(data[start : start + byte_column].decode(errors="replace")) + 1
