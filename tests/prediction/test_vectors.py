"""The kernels still give the committed vectors, one player at a time and many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from schema.walls import BLOCKS_MOVE
from systems.kernels.walls import HAIR_U, SKIN_U
from systems.terrain import wall_records
from tests.prediction import bake
from tests.prediction.layout import COMMITTED, SIZE_MAX_BYTES, Batch, Vectors, World, read, write
from tests.prediction.rulesets import Facts
from tests.prediction.stage import Crowd, Stage, Whole
from tests.systems.ground import gaps_to

MakeStage = Callable[[World, Facts], Stage]


@cache
def committed() -> Vectors:
    return read(COMMITTED)


def difference(expected: np.ndarray, found: np.ndarray) -> str | None:
    """The first field whose bytes differ, with both values."""
    for name in expected.dtype.names or ():
        if expected[name].tobytes() != found[name].tobytes():
            return f"{name} {expected[name].tolist()} became {found[name].tolist()}"
    return None


def replay(vectors: Vectors, make_stage: MakeStage) -> Iterator[str]:
    """Every batch that comes out otherwise, and where first."""
    stages: dict[tuple[int, int], Stage] = {}
    for number, batch in enumerate(vectors.batches):
        pair = (batch.world, batch.rules)
        if pair not in stages:
            stages[pair] = make_stage(vectors.worlds[batch.world], vectors.rules[batch.rules])
        found = first_difference(batch, stages[pair])
        if found is not None:
            yield f"batch {number}: {found}"


def first_difference(batch: Batch, stage: Stage) -> str | None:
    stage.put(batch.first)
    timeline = dict(batch.obstacles)
    for tick, expected in enumerate(batch.steps):
        if tick in timeline:
            stage.raise_obstacles(timeline[tick])
        told = expected.copy()
        stage.step(told)
        found = difference(expected, told)
        if found is not None:
            return f"tick {tick}: {found}"
    stage.check()
    return difference(batch.last, stage.take())


@pytest.mark.parametrize("make_stage", [Whole, partial(Crowd, players=1)], ids=["whole", "crowd"])
def test_the_committed_vectors(make_stage: MakeStage) -> None:
    """One player through the whole tick, and through the systems a crowd is stepped by."""
    again = "if that was meant: python -m tests.prediction.bake, and client/src/predict"
    assert list(replay(committed(), make_stage)) == [], again


def test_players_of_a_crowd_do_not_touch_each_other() -> None:
    """Each of many bodies goes as it does alone: here all begin at one place."""
    vectors = committed()
    world, told = vectors.worlds[1], vectors.rules[2]
    batch = next(b for b in vectors.batches if (b.world, b.rules) == (1, 2))
    crowd = Crowd(world, told, 5)
    crowd.put(np.repeat(batch.first, 5))
    timeline = dict(batch.obstacles)
    for tick, expected in enumerate(batch.steps):
        if tick in timeline:
            crowd.raise_obstacles(timeline[tick])
        steps = np.repeat(expected, 5)
        crowd.step(steps)
        assert steps.tobytes() == np.repeat(expected, 5).tobytes()


def test_they_are_about_contact() -> None:
    """Vectors of bodies that meet nothing would prove little."""
    seen = dict.fromkeys(("steps", "touching", "overlapping", "dashing", "starts within"), 0)
    for batch in committed().batches:
        told = committed().rules[batch.rules]
        rows = list(committed().worlds[batch.world].walls)
        timeline, ticks = dict(batch.obstacles), np.arange(len(batch.steps))
        for tick, step in enumerate(batch.steps):
            standing = timeline.get(tick)
            if standing is not None or tick == 0:
                solid = wall_records([*rows, *(standing or [])])
                solid = solid[solid["blocks"] & BLOCKS_MOVE != 0]
            place = np.stack([step["x_u"], step["y_u"]], axis=1)
            gap = gaps_to(solid, place).min() - told["radius_u"]
            seen["touching"] += abs(gap) < 2 * SKIN_U
            seen["overlapping"] += gap < -HAIR_U
            seen["starts within"] += tick == 0 and gap < -HAIR_U
        dashing = batch.steps["dash_until_tick"][:, 0] > batch.first["tick"][0] + ticks
        seen["dashing"] += int(dashing.sum())
        seen["steps"] += batch.steps.size
    assert seen["steps"] > 3000, seen
    assert seen["touching"] > seen["steps"] // 5, seen
    assert seen["overlapping"] > seen["steps"] // 50, seen
    assert seen["dashing"] > seen["steps"] // 10, seen
    assert seen["starts within"] > 5, seen


def test_the_file_is_small_and_read_as_it_was_written(tmp_path: Path) -> None:
    assert COMMITTED.stat().st_size <= SIZE_MAX_BYTES
    copy = tmp_path / "copy.bin"
    write(committed(), copy)
    assert copy.read_bytes() == COMMITTED.read_bytes()


def test_what_is_no_whole_file_is_refused(tmp_path: Path) -> None:
    raw = COMMITTED.read_bytes()
    for name, broken in (("cut", raw[:-100]), ("long", raw + b"x"), ("other", b"PNG!" + raw[4:])):
        path = tmp_path / name
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=r"prediction vectors|too many|buffer"):
            read(path)


def test_a_long_bake_is_the_same_each_time(tmp_path: Path) -> None:
    files = [tmp_path / "one.bin", tmp_path / "two.bin"]
    for file in files:
        write(bake.bake(["nasty"], 2000, 16, 6, partial(Crowd, players=16), seed=5), file)
    assert files[0].read_bytes() == files[1].read_bytes()
