"""Recording a match and verifying it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from persistence.journal_file import JournalFile
from ringfall.bench import RATE_HZ, Scene
from ringfall.datapack import load_datapack
from ringfall.match import MatchPlan
from ringfall.recording import Cadence, Recorder, make_header
from ringfall.replay import verify
from ringfall.simulation import CHANGES_S, KEYFRAME_S, SimulationResult, simulate

PLAYERS = 100
TICKS = 300
SEED = 7


def plan() -> MatchPlan:
    """A match of 100 bots."""
    return MatchPlan(load_datapack(), RATE_HZ, PLAYERS, SEED)


@pytest.mark.benchmark(group="journal")
def test_record(benchmark: Any, scene_of: Callable[[int], Scene], tmp_path: Path) -> None:
    """Hash, frame and append what 100 players sent and changed, 300 ticks with one keyframe.

    A copy of each tick's state is part of it; in a match the tick itself puts it there.
    """
    scene = scene_of(PLAYERS)
    states = scene.states()
    cadence = Cadence(round(KEYFRAME_S * RATE_HZ), round(CHANGES_S * RATE_HZ))
    header = make_header("bench", load_datapack(), scene.world, cadence)
    numbers, files = itertools.count(), list[JournalFile]()

    def setup() -> tuple[tuple[Recorder], dict[str, Any]]:
        for former in files:
            former.close()
        files[:] = [JournalFile.create(tmp_path / f"{next(numbers)}.journal", header)]
        return (Recorder(files[0].append, cadence),), {}

    def record(recorder: Recorder) -> None:
        for tick in range(TICKS):
            scene.world.block[:] = states[tick % len(states)]
            recorder.record(scene.world, tick, scene.inputs[tick % len(states)], ())

    benchmark.pedantic(record, setup=setup, rounds=15, warmup_rounds=1)
    benchmark.extra_info.update(
        ticks=TICKS, players=PLAYERS, bytes_per_tick=round(files[0].size_bytes / TICKS)
    )
    files[0].close()


@pytest.mark.benchmark(group="journal")
@pytest.mark.parametrize("recorded", [False, True], ids=["unrecorded", "recorded"])
def test_simulate(benchmark: Any, tmp_path: Path, recorded: bool) -> None:
    """A whole match of bots; few are left for most of it."""
    numbers = itertools.count()

    def run() -> SimulationResult:
        path = tmp_path / f"{next(numbers)}.journal" if recorded else None
        return simulate(plan(), 20_000, path)

    found = benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    benchmark.extra_info.update(
        ticks=found.ticks,
        players=PLAYERS,
        agent_steps=found.agent_steps,
        final_hash=f"{found.final_hash:016x}",
        bytes_recorded=found.bytes_recorded,
    )


@pytest.mark.benchmark(group="journal")
def test_verify(benchmark: Any, tmp_path: Path) -> None:
    """Re-step the whole match and compare every hash, all changes and every keyframe."""
    path = tmp_path / "match.journal"
    simulate(plan(), 20_000, path)
    found = benchmark.pedantic(verify, args=(path,), rounds=5, warmup_rounds=1)
    assert found.divergence is None
    seconds = benchmark.stats.stats.median
    benchmark.extra_info.update(
        ticks=found.ticks,
        hashes=found.compared,
        times_real_time=round(found.ticks / RATE_HZ / seconds),
    )
