"""Make test vectors for the client's prediction:

    python -m tests.prediction.bake            the committed ones, tests/vectors/prediction.bin
    python -m tests.prediction.bake --long     a million steps, build/prediction/vectors.bin

Bake the committed ones again when a change of what moves a body was meant; the client's
``src/predict`` must have changed with it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from tests.prediction import hostile, rulesets
from tests.prediction.layout import (
    COMMITTED,
    ROOT,
    SIZE_MAX_BYTES,
    STEP,
    Batch,
    Vectors,
    Wall,
    World,
    write,
)
from tests.prediction.stage import OBSTACLES, Crowd, Stage, Whole, terrain_of

LONG = ROOT / "build" / "prediction" / "vectors.bin"
LONG_STEPS = 1_000_000
SEED = 2026
RATES_HZ = (30, 60, 20)
COMMITTED_STEPS, COMMITTED_TICKS = 3_360, 40
CROWD, CROWD_TICKS = 256, 64
NEW_OBSTACLES_CHANCE = 0.08


def record(
    stage: Stage,
    rng: np.random.Generator,
    world: World,
    told: rulesets.Facts,
    ticks: int,
    obstacles: int,
) -> Batch:
    """Put players down, let them do their worst for some ticks, and write down what came of it."""
    first = hostile.starts(rng, world, told, stage.players)
    stage.put(first)
    hands, steps = hostile.Hands(rng, stage.players), np.zeros((ticks, stage.players), STEP)
    timeline: list[tuple[int, list[Wall]]] = []
    for at, told_now in enumerate(steps):
        if rng.random() < (0.5 if at == 0 else NEW_OBSTACLES_CHANCE):
            own = stage.take()
            near = np.stack([own["x_u"], own["y_u"]], axis=1)
            timeline.append((at, hostile.obstacles(rng, world, near, obstacles)))
            stage.raise_obstacles(timeline[-1][1])
        told_now[:] = hands.command()
        stage.step(told_now)
    stage.check()
    return Batch(0, 0, timeline, first, steps, stage.take())


def bake(
    names: list[str],
    steps: int,
    ticks: int,
    obstacles: int,
    make_stage: Callable[[World, rulesets.Facts], Stage],
    seed: int,
) -> Vectors:
    """At least so many steps, in all worlds and by all rules in turn."""
    rng = np.random.default_rng(seed)
    worlds = hostile.worlds(rng, names)
    rules = [rulesets.shipped_facts(terrain_of(worlds[0]))]
    rules += [rulesets.hostile_facts(rng, rate_hz) for rate_hz in RATES_HZ]
    made = Vectors(rules, worlds, [])
    pairs = [(w, r) for w in range(len(worlds)) for r in range(len(rules))]
    stages = {pair: make_stage(worlds[pair[0]], rules[pair[1]]) for pair in pairs}
    while made.size < steps:
        for w, r in pairs:
            batch = record(stages[w, r], rng, worlds[w], rules[r], ticks, obstacles)
            batch.world, batch.rules = w, r
            made.batches.append(batch)
    return made


def committed() -> Vectors:
    """A few thousand steps of single players through the whole tick."""
    names = ["caldera", "nasty", "clutter"]
    return bake(names, COMMITTED_STEPS, COMMITTED_TICKS, 5, Whole, SEED)


def long(steps: int = LONG_STEPS, seed: int = SEED) -> Vectors:
    """Steps of hundreds of players at once, in more worlds."""
    names = [
        "caldera",
        "millrace",
        hostile.GENERATED,
        "nasty",
        "nasty",
        "clutter",
        "clutter",
        "open",
    ]
    make_stage = partial(Crowd, players=CROWD)
    return bake(names, steps, CROWD_TICKS, OBSTACLES // 2, make_stage, seed)


def main(arguments: list[str]) -> int:
    """Bake, and say how much in one line."""
    parser = argparse.ArgumentParser(prog="python -m tests.prediction.bake")
    parser.add_argument("--long", action="store_true", help="a million steps, into build/")
    parser.add_argument("--steps", type=int, default=LONG_STEPS, help="how many, with --long")
    parser.add_argument("--seed", type=int, default=SEED, help="of the steps, with --long")
    parser.add_argument("--to", type=Path, help="file to write instead")
    chosen = parser.parse_args(arguments)
    began = time.perf_counter()
    vectors = long(chosen.steps, chosen.seed) if chosen.long else committed()
    place = chosen.to or (LONG if chosen.long else COMMITTED)
    size = write(vectors, place)
    took = time.perf_counter() - began
    print(f"{vectors.size:,} steps, {size:,} bytes, {took:.1f} s: {place}")
    if place == COMMITTED and size > SIZE_MAX_BYTES:
        print("too many bytes to commit: lower COMMITTED_STEPS", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
