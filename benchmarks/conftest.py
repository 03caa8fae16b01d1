"""Scenes that benchmarks share, and the file their results go to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import results
from ringfall.bench import Scene, make_scene

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def scene_of() -> Callable[[int], Scene]:
    """Scenes by number of players, made once: the largest takes seconds."""
    return functools.cache(make_scene)


def pytest_benchmark_update_machine_info(
    config: pytest.Config, machine_info: dict[str, Any]
) -> None:
    """Leave no host name in anything that is written."""
    machine_info.pop("node", None)


def pytest_benchmark_update_json(
    config: pytest.Config, benchmarks: list[Any], output_json: dict[str, Any]
) -> None:
    """Write the condensed results of a whole run (`make bench`) beside the raw ones."""
    path = results.write(output_json, HERE / "results")
    config.get_terminal_writer().line(f"results: {path.relative_to(HERE.parent)}")
