"""Import rules that need an allow-list; import-linter's contracts can only forbid by name."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("ecs", "schema", "systems", "net", "persistence", "ringfall")


def imported_by(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything imported; `from a import b` yields a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def breaches(source: str, allowed: tuple[str, ...]) -> list[str]:
    """List the imports that are not at or below one of the allowed names."""
    return [
        f"line {line}: {name}"
        for line, name in imported_by(source)
        if not any(name == ok or name.startswith(ok + ".") for ok in ("__future__", *allowed))
    ]


def check_folder(folder: str, allowed: tuple[str, ...]) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    if not files:
        pytest.skip(f"{folder} does not exist yet")
    found = [
        f"{file.relative_to(ROOT)} {breach}"
        for file in files
        for breach in breaches(file.read_text(encoding="utf-8"), allowed)
    ]
    assert found == []


def test_the_oracle_shares_nothing_with_the_accused() -> None:
    standard = tuple(sys.stdlib_module_names)
    check_folder("tests/oracle", (*standard, "numpy", "tests.oracle"))


def test_kernels_import_only_what_a_kernel_needs() -> None:
    arrays = ("ecs.kernel", "numpy", "math", "typing", "systems.kernels")
    # Slots and addressed draws are kernels themselves; events and commands are names of numbers.
    words = ("ecs.identity", "ecs.randomness", "schema.events", "schema.commands")
    words += ("schema.rulebook", "schema.walls")
    check_folder("systems/kernels", (*arrays, *words))


def test_no_package_imports_a_test_or_a_tool() -> None:
    found = [
        f"{file.relative_to(ROOT)} line {line}: {name}"
        for folder in OURS
        for file in sorted((ROOT / folder).rglob("*.py"))
        for line, name in imported_by(file.read_text(encoding="utf-8"))
        if name.partition(".")[0] in ("tests", "tools", "benchmarks", "pytest", "hypothesis")
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import numpy as np\nfrom ecs.kernel import kernel\nimport math", []),
        ("import os", ["line 1: os"]),
        ("import numpyro", ["line 1: numpyro"]),
        ("from ecs import world", ["line 1: ecs.world"]),
        ("from ecs import kernel", []),
        ("def f():\n    from .x import y", ["line 2: .x.y"]),
    ],
)
def test_the_check_itself(source: str, expected: list[str]) -> None:
    assert breaches(source, ("ecs.kernel", "numpy", "math")) == expected
