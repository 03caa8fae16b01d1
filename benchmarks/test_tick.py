"""What a tick costs, and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ringfall.bench import SIZES, Scene, bare_costs_us, make_empty_world, system_costs_us
from schema.commands import TickInputs
from systems.tick import step

ROUNDS = {100: 60, 1_000: 25, 10_000: 9}


def describe(benchmark: Any, scene: Scene) -> None:
    """Note what was measured."""
    benchmark.extra_info.update(
        ticks=len(scene.inputs), players=scene.players, projectiles=scene.projectiles
    )


@pytest.mark.benchmark(group="tick")
@pytest.mark.parametrize("players", SIZES)
def test_step(benchmark: Any, scene_of: Callable[[int], Scene], players: int) -> None:
    scene = scene_of(players)
    describe(benchmark, scene)
    benchmark.pedantic(scene.play, setup=scene.rewind, rounds=ROUNDS[players], warmup_rounds=2)
    benchmark.extra_info["systems_us"] = {
        name: round(cost, 2)
        for name, cost in system_costs_us(scene, max(3, ROUNDS[players] // 3)).items()
    }
    bare_us = bare_costs_us(scene, max(3, ROUNDS[players] // 3))
    benchmark.extra_info["bare_kernels_us"] = round(bare_us, 2)


@pytest.mark.benchmark(group="tick with bots")
@pytest.mark.parametrize("players", SIZES)
def test_step_with_bots(benchmark: Any, scene_of: Callable[[int], Scene], players: int) -> None:
    scene = scene_of(players)
    describe(benchmark, scene)
    scene.rewind()
    benchmark.pedantic(
        scene.play_with_bots, setup=scene.rewind, rounds=ROUNDS[players], warmup_rounds=2
    )


@pytest.mark.benchmark(group="tick")
def test_empty_tick(benchmark: Any) -> None:
    """A tick with nobody in it: the price of calling every kernel."""
    world = make_empty_world()
    benchmark.pedantic(step, args=(world, TickInputs()), rounds=3_000, warmup_rounds=50)
