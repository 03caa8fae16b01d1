"""Kernels stay short, with their signature and docstring: what is longer has steps to be named."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("ecs", "systems", "net")
LINES_MAX = 70
MARKS = {"kernel", "device", "routine"}

LONGER = {
    # A head is written in one piece, in the order in which its layout is drawn.
    "net.kernels.heads.write_heads": 73,
    # More than half of these is arguments: the columns of viewers, of walls and of things.
    "net.kernels.happening.judge_events": 76,
    "net.kernels.listing.list_leaving": 104,
    "net.kernels.spotting.spot_bodies": 81,
    "net.kernels.spotting.spot_things": 117,
}
"""Those that are longer than they may be, and how long they are at most: they may only shrink."""


def lengths(source: str) -> dict[str, int]:
    """Lines of every function in a source that is compiled, from ``def`` to its end."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {
        function.name: (function.end_lineno or 0) - function.lineno + 1
        for function in functions
        if MARKS & {ast.unparse(mark).rpartition(".")[2] for mark in function.decorator_list}
    }


def all_lengths() -> dict[str, int]:
    found = dict[str, int]()
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            source = file.read_text(encoding="utf-8")
            found |= {f"{module}.{name}": lines for name, lines in lengths(source).items()}
    return found


def complaints(found: Mapping[str, int], longer: Mapping[str, int]) -> list[str]:
    """Kernels that are too long, and exceptions that are none any more."""
    long = [
        f"{name} has {lines} lines, more than {longer.get(name, LINES_MAX)}"
        for name, lines in found.items()
        if lines > longer.get(name, LINES_MAX)
    ]
    short = [
        f"{name} need not be an exception" for name in longer if found.get(name, 0) <= LINES_MAX
    ]
    return long + short


def test_kernels_stay_short() -> None:
    found = all_lengths()
    assert len(found) > 200
    assert complaints(found, LONGER) == []


def test_what_is_too_long_is_found() -> None:
    body = "    x = 1\n" * 70
    source = f"@kernel\ndef a():\n{body}\n@ecs.kernel.device\ndef b():\n    pass\ndef c():\n{body}"
    assert lengths(source) == {"a": 71, "b": 2}
    assert complaints({"m.a": 71}, {}) == ["m.a has 71 lines, more than 70"]
    assert complaints({"m.a": 71}, {"m.a": 71}) == []
    assert complaints({"m.a": 73}, {"m.a": 72}) == ["m.a has 73 lines, more than 72"]
    assert complaints({"m.a": 70}, {"m.a": 72}) == ["m.a need not be an exception"]
    assert complaints({}, {"m.a": 72}) == ["m.a need not be an exception"]
