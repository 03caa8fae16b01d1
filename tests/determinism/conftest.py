"""The recorded matches, and a record at the end of which mode ran where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import pytest

from ringfall.datapack import DataPack, load_datapack
from tests.determinism import golden, matches
from tests.determinism.machines import BUILD
from tests.determinism.trace import Recording, load

FULL_BOTS = 100
FULL_GUESTS = 6
FULL_TICKS_MAX = 20_000
FULL_SEED = 2


class Note(Protocol):
    """Adds one line to the record of the run."""

    def __call__(self, mode: str, text: str) -> None: ...


@pytest.fixture(scope="session")
def pack() -> DataPack:
    return load_datapack()


@pytest.fixture(scope="session")
def golden_match() -> Recording:
    return golden.recording()


@pytest.fixture(scope="session")
def full_journal(tmp_path_factory: pytest.TempPathFactory, pack: DataPack) -> Path:
    """One whole match of 100 bots and a few guests, played to its winner."""
    path = tmp_path_factory.mktemp("determinism") / "full.journal"
    match = matches.record(path, pack, FULL_BOTS, FULL_GUESTS, FULL_TICKS_MAX, FULL_SEED)
    assert match.over
    return path


@pytest.fixture(scope="session")
def full_match(full_journal: Path) -> Recording:
    return load(full_journal)


@pytest.fixture
def note(record_property: Any) -> Note:
    def add(mode: str, text: str) -> None:
        record_property("determinism", f"{mode}: {text}")

    return add


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was proven in this run, and leave it behind as a file."""
    lines = [
        f"{text} [{outcome}]"
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        for name, text in getattr(report, "user_properties", ())
        if name == "determinism"
    ]
    lines += [
        f"{report.nodeid.rpartition('::')[2]} [skipped: {report.longrepr[2]}]"
        for report in terminalreporter.stats.get("skipped", ())
        if "tests/determinism/" in report.nodeid and isinstance(report.longrepr, tuple)
    ]
    if not lines:
        return
    terminalreporter.section("determinism: what ran")
    for line in sorted(lines):
        terminalreporter.write_line(line)
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "record.json").write_text(json.dumps(sorted(lines), indent=1) + "\n")
