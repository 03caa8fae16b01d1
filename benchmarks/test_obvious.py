"""The same rules, one esper entity per game entity: what does it cost to write them that way?"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest

from benchmarks.obvious.match import ObviousMatch, commands_of
from ringfall.bench import SIZES, Scene
from schema.columns import Position, Tally
from systems.tick import step

ROUNDS = {100: 7, 1_000: 5, 10_000: 3}
TICKS = {100: 60, 1_000: 20, 10_000: 5}


@pytest.mark.benchmark(group="the obvious way")
@pytest.mark.parametrize("players", SIZES)
def test_obvious(benchmark: Any, scene_of: Callable[[int], Scene], players: int) -> None:
    scene = scene_of(players)
    compare(scene, TICKS[players])
    ticks = [commands_of(inputs.commands) for inputs in scene.inputs[: TICKS[players]]]
    matches = fresh_matches(scene)

    def setup() -> tuple[tuple[ObviousMatch], dict[str, Any]]:
        return (next(matches),), {}

    def play(match: ObviousMatch) -> None:
        for commands in ticks:
            match.step(commands)

    benchmark.extra_info.update(ticks=len(ticks), players=players, projectiles=scene.projectiles)
    benchmark.pedantic(play, setup=setup, rounds=ROUNDS[players])
    matches.close()


def fresh_matches(scene: Scene) -> Generator[ObviousMatch, None, None]:
    """A match at the beginning of the window, again and again; the former one is dropped."""
    scene.rewind()
    while True:
        match = ObviousMatch(scene.world)
        yield match
        match.close()


def compare(scene: Scene, ticks: int) -> None:
    """Both must play the same match: otherwise their costs say nothing about each other."""
    scene.rewind()
    world, other = scene.world, ObviousMatch(scene.world)
    position, tally = world.group("players", Position), world.group("players", Tally)
    shape = scene.players
    for inputs in scene.inputs[:ticks]:
        step(world, inputs)
        other.step(commands_of(inputs.commands))
        places = np.column_stack((position.x_u[:shape], position.y_u[:shape]))
        np.testing.assert_allclose(other.positions(), places, rtol=0.0, atol=1e-9)
        np.testing.assert_allclose(other.taken(), tally.taken_hp[:shape], rtol=0.0, atol=1e-9)
    other.close()
