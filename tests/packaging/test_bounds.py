"""Lower bounds, the pins that try them, and the page that explains them say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(text) for text in PROJECT["dependencies"]]
DEV = [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]]


def pins() -> dict[str, Version]:
    lines = (ROOT / "tools" / "constraints-lowest.txt").read_text(encoding="utf-8").splitlines()
    return {
        name: Version(version)
        for name, _, version in (line.partition("==") for line in lines if line[:1] not in "#")
    }


def lower_bound(requirement: Requirement) -> Version:
    (specifier,) = requirement.specifier
    assert specifier.operator == ">=", f"{requirement}: a lower bound and nothing else"
    return Version(specifier.version)


def test_every_bound_is_pinned_and_so_tried() -> None:
    assert pins() == {requirement.name: lower_bound(requirement) for requirement in RUNTIME}


@pytest.mark.parametrize("requirement", RUNTIME + DEV, ids=lambda requirement: requirement.name)
def test_every_dependency_is_explained(requirement: Requirement) -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    first_cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    explained = {name.strip() for cell in first_cells for name in cell.split(",")}
    assert requirement.name in explained


def test_the_version_has_one_source() -> None:
    text = (ROOT / "ringfall" / "__init__.py").read_text(encoding="utf-8")
    assert len(re.findall(r"^__version__ = \"\d+\.\d+\.\d+\"$", text, re.MULTILINE)) == 1
    assert "version" in PROJECT["dynamic"]
    assert "version" not in PROJECT
