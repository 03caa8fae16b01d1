"""The world as a block: keyframe, restore, hash, fork."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ecs.changes import ChangeFinder
from persistence.keyframes import RawKeyframe, pack_keyframe
from ringfall.bench import SIZES, Scene
from ringfall.recording import predictor_of
from systems.tick import fork

ROUNDS = {100: 2_000, 1_000: 500, 10_000: 60}


@pytest.mark.benchmark(group="state")
@pytest.mark.parametrize("players", SIZES)
@pytest.mark.parametrize("what", ["keyframe", "restore", "state_hash"])
def test_block(benchmark: Any, scene_of: Callable[[int], Scene], players: int, what: str) -> None:
    scene = scene_of(players)
    scene.rewind()
    world = scene.world
    benchmark.extra_info.update(players=players, block_bytes=world.layout.size_bytes)
    arguments = (scene.keyframe,) if what == "restore" else ()
    benchmark.pedantic(
        getattr(world, what), args=arguments, rounds=ROUNDS[players], warmup_rounds=5
    )


@pytest.mark.benchmark(group="state")
@pytest.mark.parametrize("players", SIZES)
def test_changes(benchmark: Any, scene_of: Callable[[int], Scene], players: int) -> None:
    """What changed in every tick of the window."""
    scene = scene_of(players)
    states = scene.states()
    finder = ChangeFinder(predictor_of(scene.world), states[0])
    changed: list[int] = []

    def find() -> None:
        changed[:] = [len(finder.advance(state).place) for state in states]

    benchmark.pedantic(find, rounds=max(5, ROUNDS[players] // 20), warmup_rounds=2)
    benchmark.extra_info.update(
        ticks=len(states), players=players, words_per_tick=round(sum(changed[1:]) / len(states))
    )


@pytest.mark.benchmark(group="state")
@pytest.mark.parametrize("players", SIZES)
def test_packed_keyframe(benchmark: Any, scene_of: Callable[[int], Scene], players: int) -> None:
    """Compressed as the journal keeps it; in a live match the writer's thread pays for it."""
    raw = RawKeyframe(0, 0, scene_of(players).keyframe)
    packed = benchmark.pedantic(pack_keyframe, args=(raw,), rounds=max(5, ROUNDS[players] // 20))
    benchmark.extra_info.update(players=players, packed_bytes=len(packed.zstd))


@pytest.mark.benchmark(group="state")
@pytest.mark.parametrize("players", SIZES)
def test_fork(benchmark: Any, scene_of: Callable[[int], Scene], players: int) -> None:
    """A second world with a schedule of its own, able to step."""
    scene = scene_of(players)
    scene.rewind()
    benchmark.extra_info.update(players=players)
    benchmark.pedantic(fork, args=(scene.world,), rounds=20, warmup_rounds=2)
