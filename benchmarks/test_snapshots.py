"""Packing what every viewer sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ringfall.bench import Scene
from ringfall.hosting import make_packer
from systems.tick import step


@pytest.mark.benchmark(group="snapshots")
@pytest.mark.parametrize("viewers", [30, 100])
def test_pack(benchmark: Any, scene_of: Callable[[int], Scene], viewers: int) -> None:
    """One snapshot for each viewer of a full match of 100 with 200 projectiles."""
    scene = scene_of(100)
    scene.rewind()
    for inputs in scene.inputs[:10]:
        step(scene.world, inputs)
    packer = make_packer(scene.world)
    rows = list(range(viewers))
    packed = benchmark.pedantic(packer.pack, args=(rows,), rounds=2_000, warmup_rounds=20)
    assert len(packed) == viewers
    benchmark.extra_info.update(
        viewers=viewers, bytes_per_viewer=round(sum(map(len, packed)) / viewers)
    )
