"""The plain rules, one esper entity per game entity: what does it cost to write them that way?

Our side plays the same scene under the same plain rules, with its whole schedule: the full rules
are there and find nothing to do.
"""

from __future__ import annotations

import functools
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from benchmarks.obvious.match import ObviousMatch, commands_of
from benchmarks.obvious.plain import plain_pack, press_plainly
from ecs.columns import Rows
from ringfall.bench import SIZES, Scene, make_scene
from ringfall.datapack import load_datapack
from schema.columns import Dash, Position, Tally
from systems.tick import step

ROUNDS = {100: 7, 1_000: 5, 10_000: 3}
TICKS = {100: 60, 1_000: 20, 10_000: 5}
OUR_ROUNDS = {100: 60, 1_000: 25, 10_000: 9}


@functools.cache
def plain_scene(players: int) -> Scene:
    """A scene under the plain rules, made once."""
    return make_scene(players, pack=plain_pack(load_datapack()), press=press_plainly)


@pytest.mark.benchmark(group="the obvious way")
@pytest.mark.parametrize("players", SIZES)
def test_plain_step(benchmark: Any, players: int) -> None:
    scene = plain_scene(players)
    inputs = scene.inputs[: TICKS[players]]

    def play() -> None:
        for each in inputs:
            step(scene.world, each)

    describe(benchmark, scene)
    benchmark.pedantic(play, setup=scene.rewind, rounds=OUR_ROUNDS[players], warmup_rounds=2)


@pytest.mark.benchmark(group="the obvious way")
@pytest.mark.parametrize("players", SIZES)
def test_obvious(benchmark: Any, players: int) -> None:
    scene = plain_scene(players)
    compare(scene, TICKS[players])
    ticks = [commands_of(inputs.commands) for inputs in scene.inputs[: TICKS[players]]]
    matches = fresh_matches(scene)

    def setup() -> tuple[tuple[ObviousMatch], dict[str, Any]]:
        return (next(matches),), {}

    def play(match: ObviousMatch) -> None:
        for commands in ticks:
            match.step(commands)

    describe(benchmark, scene)
    benchmark.pedantic(play, setup=setup, rounds=ROUNDS[players])
    matches.close()


def describe(benchmark: Any, scene: Scene) -> None:
    """Note what was measured: both sides play the same ticks."""
    benchmark.extra_info.update(
        ticks=TICKS[scene.players], players=scene.players, projectiles=scene.projectiles
    )


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
    dash, flying = world.group("players", Dash), world.group("projectiles", Rows)
    shape, dashes = scene.players, 0
    before_hp = tally.taken_hp[:shape].sum()
    for inputs in scene.inputs[:ticks]:
        until_tick = dash.until_tick[:shape].copy()
        step(world, inputs)
        other.step(commands_of(inputs.commands))
        places = np.column_stack((position.x_u[:shape], position.y_u[:shape]))
        np.testing.assert_allclose(other.positions(), places, rtol=0.0, atol=1e-9)
        np.testing.assert_allclose(other.taken(), tally.taken_hp[:shape], rtol=0.0, atol=1e-9)
        assert other.shots() == flying.count[0]
        dashes += int((dash.until_tick[:shape] > until_tick).sum())
    # Without either, agreement would say little.
    assert tally.taken_hp[:shape].sum() > before_hp
    assert dashes > 0
    other.close()
