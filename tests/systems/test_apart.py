"""The short cut past all walls: never wrong, and taken often enough to be one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.kernel import entry
from schema.walls import BLOCKS_MOVE
from systems.kernels.geometry import MISS
from systems.kernels.walls import GLIDE_STEPS, SKIN_U, is_apart
from systems.terrain import Terrain
from tests.oracle.exact import Path
from tests.oracle.terrain import MOVE, first_wall, that_block
from tests.systems.contact import SIZES, Room, Wall, paths_at, rooms
from tests.systems.ground import clear, go, ground, sweep, wall_squares

is_apart = entry(is_apart)

RADII = [0.0, 0.12, 0.5]


def apart(terrain: Terrain, px: float, py: float, dx: float, dy: float, radius: float) -> bool:
    return bool(is_apart(px, py, dx, dy, radius, wall_squares(terrain, BLOCKS_MOVE), terrain.frame))


def the_long_way(
    terrain: Terrain, px: float, py: float, dx: float, dy: float, radius: float
) -> tuple[float, float]:
    """Gliding as its description says, with a sweep for every stretch and a look at the end."""
    width, height = terrain.frame[0], terrain.frame[1]
    dx = max(radius, min(px + dx, width - radius)) - px
    dy = max(radius, min(py + dy, height - radius)) - py
    x, y = px, py
    for _ in range(GLIDE_STEPS):
        if dx == 0.0 and dy == 0.0:
            break
        t, nx, ny = sweep(terrain, x, y, dx, dy, radius)
        if t == MISS:
            x, y = x + dx, y + dy
            break
        x, y = x + (dx * t + nx * SKIN_U), y + (dy * t + ny * SKIN_U)
        into = dx * nx + dy * ny
        dx, dy = (dx - into * nx) * (1.0 - t), (dy - into * ny) * (1.0 - t)
    x = max(radius, min(x, width - radius))
    y = max(radius, min(y, height - radius))
    return (x, y) if clear(terrain, x, y, radius) else (px, py)


@settings(max_examples=400)
@given(st.data(), rooms(0.5), st.sampled_from(RADII))
def test_what_is_apart_meets_no_wall(data: st.DataObject, scene: Room, radius: float) -> None:
    width, height, walls = scene
    px, py, dx, dy = data.draw(paths_at(walls, radius))
    terrain = ground(width, height, walls)
    if not apart(terrain, px, py, dx, dy, radius):
        return
    assert sweep(terrain, px, py, dx, dy, radius)[0] == MISS
    early, _ = first_wall(Path(px, py, dx, dy), radius + SKIN_U / 2, that_block(walls, MOVE))
    assert early > 1.0
    x, y = px + dx, py + dy
    if radius <= x <= width - radius and radius <= y <= height - radius:
        assert clear(terrain, x, y, radius)


@settings(max_examples=400)
@given(st.data(), rooms(0.5))
def test_the_short_cut_changes_no_bit(data: st.DataObject, scene: Room) -> None:
    width, height, walls = scene
    px, py, dx, dy = data.draw(paths_at(walls, 0.5))
    px, py = min(max(px, 0.5), width - 0.5), min(max(py, 0.5), height - 0.5)
    terrain = ground(width, height, walls)
    if not clear(terrain, px, py, 0.5):
        # Whoever overlaps a wall goes by a rule of its own, and never takes the short cut.
        assert not apart(terrain, px, py, dx, dy, 0.5)
        return
    assert go(terrain, px, py, dx, dy, 0.5) == the_long_way(terrain, px, py, dx, dy, 0.5)


@settings(max_examples=100)
@given(
    st.integers(0, 8),
    st.integers(0, 63),
    st.sampled_from(SIZES),
    st.sampled_from([(0.0, 0.0), (6.0, 0.0), (0.0, 6.0), (5.0, -5.0), (-14.0, 10.0)]),
)
def test_one_near_wall_among_many_is_not_overlooked(
    others: int, seed: int, size: tuple[float, float], step: tuple[float, float]
) -> None:
    draw = np.random.default_rng(seed)
    px, py = 16.0 + draw.uniform(-4.0, 4.0), 12.0 + draw.uniform(-3.0, 3.0)
    near: Wall = (px + step[0] / 2, py + step[1] / 2, 0.25, 0.25, 0.0)
    far: list[Wall] = [
        (x, y, 0.25, 0.25, 0.0)
        for x, y in draw.uniform(0.0, 20.0, (others, 2)).tolist()
        if max(abs(x - px), abs(y - py)) > 1.0
    ]
    assert not apart(ground(*size, [*far, near]), px, py, *step, 0.5)


def test_most_steps_in_the_open_are_apart() -> None:
    terrain = ground(40.0, 40.0, [(12.0, 12.0, 1.0, 1.0, 0.0), (28.0, 20.0, 0.0, 0.0, 2.0)])
    steps = [(x, y, 0.9, 0.4) for x in np.arange(1.0, 39.0) for y in np.arange(1.0, 39.0)]
    found = [apart(terrain, *step, 0.5) for step in steps]
    assert 0.95 < np.mean(found) < 1.0
    assert apart(ground(40.0, 40.0, []), 5.0, 5.0, 1.0, 1.0, 0.5)


def test_a_skin_is_the_least_distance() -> None:
    # A little less than from one border of squares to another: what touches a border is beyond it.
    half = 2.0 - SKIN_U / 4
    terrain = ground(40.0, 40.0, [(20.0, 20.0, half, half, 0.0)])
    for beside, expected in ((2.0 * SKIN_U, True), (0.5 * SKIN_U, False), (0.0, False)):
        assert apart(terrain, 17.5 - beside, 20.0, 0.0, 1.0, 0.5) is expected
        assert apart(terrain, 20.0, 22.5 + beside, 1.0, 0.0, 0.5) is expected
