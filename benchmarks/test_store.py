"""Writing results and asking for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from persistence.store.file import StoreFile
from persistence.store.queries import class_stats, history, leaderboard, profile
from persistence.store.results import MatchPlayed
from tests.persistence.store_samples import some_matches

PEOPLE = 100
MATCHES = 20  # in one transaction


@pytest.fixture
def file(tmp_path: Path) -> Iterator[StoreFile]:
    with closing(StoreFile(tmp_path / "p.sqlite")) as found:
        yield found


def renamed(matches: list[MatchPlayed], number: int) -> list[MatchPlayed]:
    """The same matches under other names."""
    return [msgspec.structs.replace(m, match_id=f"{number}-{m.match_id}") for m in matches]


@pytest.mark.benchmark(group="store")
def test_batched_results(benchmark: Any, file: StoreFile) -> None:
    """20 matches of 100 people in one transaction, all sums brought along; then 20 others."""
    matches, numbers = some_matches(MATCHES, PEOPLE), itertools.count()

    def setup() -> tuple[tuple[list[MatchPlayed]], dict[str, Any]]:
        return (renamed(matches, next(numbers)),), {}

    benchmark.pedantic(file.write, setup=setup, rounds=15, warmup_rounds=1)
    benchmark.extra_info.update(results=MATCHES * PEOPLE)


@pytest.mark.benchmark(group="store")
def test_results_again(benchmark: Any, file: StoreFile) -> None:
    """The same 20 matches again, which changes nothing."""
    matches = some_matches(MATCHES, PEOPLE)
    benchmark.pedantic(file.write, args=(matches,), rounds=15, warmup_rounds=1)
    benchmark.extra_info.update(results=MATCHES * PEOPLE)


@pytest.mark.benchmark(group="store")
@pytest.mark.parametrize("asked", ["profile", "history", "board", "classes"])
def test_a_question(benchmark: Any, file: StoreFile, asked: str) -> None:
    """One answer out of 100 players with 100 matches each."""
    file.write(some_matches(100, PEOPLE))
    ask = {
        "profile": lambda: profile(file.db, "p-050"),
        "history": lambda: history(file.db, "p-050"),
        "board": lambda: leaderboard(file.db, "kills", "scout"),
        "classes": lambda: class_stats(file.db, "p-050"),
    }[asked]
    assert ask()
    benchmark(ask)
